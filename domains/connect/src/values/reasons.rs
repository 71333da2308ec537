//! Why a row cannot be taken, in the language of whoever reads it.

use forms::Label;
use http_api::Problem;
use identity::Locale;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// The column of the file, from 0; none for the row as a whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<usize>,
    /// What a field is called that is meant and has no column.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<Label>,
    /// What stands there.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub value: String,
    /// Stable code.
    pub code: String,
    /// What a sentence puts in.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub params: Map<String, Value>,
    /// A sentence in English that says what to do.
    pub message: String,
}

/// What a pointer into a body means in a file.
pub(crate) enum Place {
    /// A column, with what the line says there.
    Column(usize, String),
    /// A field without a column.
    Field(Label),
}

/// Everything that is wrong with a row.
pub(crate) type Reasons = Vec<Reason>;

impl Reason {
    /// About the row as a whole.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            column: None,
            field: None,
            value: String::new(),
            code: code.into(),
            params: Map::new(),
            message: message.into(),
        }
    }

    /// About one cell.
    #[must_use]
    pub fn at(mut self, column: usize, value: impl Into<String>) -> Self {
        self.column = Some(column);
        self.value = value.into().chars().take(200).collect();
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// What the reason is about, by the words of the file or, without a column, by the field's.
    pub fn about(&self, header: impl Fn(usize) -> Option<String>, locale: Locale) -> Option<String> {
        let field = || self.field.as_ref().map(|label| super::label(label, locale));
        self.column.and_then(header).or_else(field)
    }

    /// The sentence in this language.
    pub fn text(&self, locale: Locale) -> String {
        match locale {
            Locale::English => self.message.clone(),
            Locale::Chinese => chinese(&self.code, &self.params),
        }
    }
}

/// What a refusal of a domain says about a row. `place` finds what a pointer of the body means in the file.
pub(crate) fn explained(problem: &Problem, place: impl Fn(&str) -> Option<Place>) -> Reasons {
    if problem.errors().is_empty() {
        return vec![Reason::new(problem.code(), problem.detail())];
    }
    let reason = |error: &http_api::FieldError| {
        let mut reason = Reason::new(error.code.clone(), error.message.clone());
        if let Some(Value::Object(params)) = &error.params {
            reason.params.clone_from(params);
        }
        match place(&error.pointer) {
            Some(Place::Column(index, value)) => reason.at(index, value),
            Some(Place::Field(label)) => Reason { field: Some(label), ..reason },
            None => reason,
        }
    };
    problem.errors().iter().map(reason).collect()
}

fn word(params: &Map<String, Value>, name: &str) -> String {
    match params.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn chinese(code: &str, params: &Map<String, Value>) -> String {
    let put = |name: &str| word(params, name);
    match code {
        "required" => "此项必填。".to_owned(),
        "too_short" => format!("至少填写 {} 个字符。", put("min")),
        "too_long" => match params.get("max") {
            Some(_) => format!("最多填写 {} 个字符。", put("max")),
            None => "内容过长，请缩短。".to_owned(),
        },
        "too_small" => format!("不能小于 {}。", put("min")),
        "too_large" => match params.get("max") {
            Some(_) => format!("不能大于 {}。", put("max")),
            None => "数值过大。".to_owned(),
        },
        "too_few" => format!("至少需要 {} 项。", put("min")),
        "too_many" => "数量过多，请减少。".to_owned(),
        "out_of_range" => "数值超出允许的范围。".to_owned(),
        "too_many_decimals" => format!("最多保留 {} 位小数。", put("max")),
        "pattern_mismatch" => "格式不符合该字段的要求。".to_owned(),
        "mask_mismatch" => format!("请按 {} 的格式填写。", put("mask")),
        "not_an_option" => "不是可选项，请填写选项的名称。".to_owned(),
        "option_retired" => "该选项已停用，请改选其他选项。".to_owned(),
        "not_offered" => "该选项在当前填写的内容下不可选。".to_owned(),
        "not_within" => "该选项不属于上级所选的内容。".to_owned(),
        "not_a_number" => "不是数字。".to_owned(),
        "not_whole" => "请填写整数。".to_owned(),
        "not_a_date" => "不是日期，请写成 2026-03-01 的形式。".to_owned(),
        "not_a_time" => "不是时间，请写成 2026-03-01 08:30 的形式。".to_owned(),
        "not_yes_or_no" => "请填写“是”或“否”。".to_owned(),
        "wrong_type" | "invalid" | "invalid_value" => "内容与字段类型不符。".to_owned(),
        "invalid_phone" => "不是有效的电话号码。".to_owned(),
        "invalid_email" => "不是有效的邮箱地址。".to_owned(),
        "invalid_currency" | "unknown_currency" => "币种请写三位字母代码，例如 CNY。".to_owned(),
        "control_character" => "请去掉换行和控制字符。".to_owned(),
        "before_start" => "结束不能早于开始。".to_owned(),
        "unknown_region" => "请填写完整的省市区名称（例如 上海市浦东新区）或六位代码。".to_owned(),
        "ambiguous_region" => "有多个同名地区，请在前面写上省和市。".to_owned(),
        "not_found" | "unknown" | "unknown_target" => "找不到对应的记录，请核对名称或编号。".to_owned(),
        "ambiguous" => "对应多条记录，无法确定是哪一条。".to_owned(),
        "archived_target" => "对应的记录已归档，请先恢复。".to_owned(),
        "taken" => "该值已被其他记录使用。".to_owned(),
        "serial_number_taken" => "该序列号已被使用。".to_owned(),
        "user_taken" => "该登录账号属于另一位工程师。".to_owned(),
        "action_not_possible" => "当前状态不允许此操作。".to_owned(),
        "code_taken" => "该编码已被使用。".to_owned(),
        "number_taken" => "该编号已被使用。".to_owned(),
        "not_unique" => "该值与其他记录重复，必须唯一。".to_owned(),
        "wrong_kind" => "该类型的记录没有这个状态。".to_owned(),
        "only_invoices" => "只有发票可以填写已付金额。".to_owned(),
        "not_the_sum" => "金额与明细合计不符，请留空或修改明细。".to_owned(),
        "repeated" => "与本文件的前面某一行重复。".to_owned(),
        "columns" => "此行的列数多于表头，请检查引号和分隔符。".to_owned(),
        "no_key" => "用于匹配的列为空，无法识别是哪条记录。".to_owned(),
        "forbidden" => "您没有权限执行此操作。".to_owned(),
        "stale" => "该记录刚被他人修改，请重试。".to_owned(),
        "changed_since" => "导入或修改之后又有人改动过，已保留现状。".to_owned(),
        "gone" => "该记录已不存在或您无权查看。".to_owned(),
        "needs_customer" => "请先指定客户，才能确定服务地址。".to_owned(),
        "unknown_field" => "没有这个字段。".to_owned(),
        "record_too_large" => "记录内容过大，请缩短文字。".to_owned(),
        "not_archivable" => "此类记录不能归档。".to_owned(),
        "already_so" => "无需更改。".to_owned(),
        _ => "不符合系统规则，无法保存。".to_owned(),
    }
}
