//! Fields to begin with.

use forms::Catalogue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::numbering::{NumberDate, NumberFormat};

/// A set of fields that a new object can start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Template {
    /// Installations and other work with a beginning and an end.
    Project,
    /// Sales that may come of service.
    Opportunity,
    /// Service vehicles.
    Vehicle,
    /// Inspections of devices.
    Inspection,
    /// Training of engineers and customers.
    Course,
}

fn field(id: &str, zh: &str, en: &str, kind: Value, more: Value) -> Value {
    let mut field = json!({"id": id, "label": {"zh": zh, "en": en}, "kind": kind});
    if let (Value::Object(field), Value::Object(more)) = (&mut field, more) {
        field.extend(more);
    }
    field
}

fn choice(options: &[(&str, &str, &str)]) -> Value {
    let option = |(id, zh, en): &(&str, &str, &str)| json!({"id": id, "label": {"zh": zh, "en": en}});
    json!({"type": "choice", "options": options.iter().map(option).collect::<Vec<_>>()})
}

fn name(zh: &str, en: &str) -> Value {
    field("name", zh, en, json!({"type": "text", "max_length": 200}), named())
}

fn named() -> Value {
    json!({"required": true, "filterable": true, "sortable": true, "searchable": true})
}

fn listed() -> Value {
    json!({"filterable": true, "sortable": true, "reportable": true})
}

fn plain() -> Value {
    json!({})
}

impl Template {
    /// Every template.
    #[cfg(test)]
    pub const ALL: [Self; 5] = [Self::Project, Self::Opportunity, Self::Vehicle, Self::Inspection, Self::Course];

    /// How records of such an object are numbered: what many are made of every year begins anew.
    pub const fn number_format(self) -> NumberFormat {
        let (date, digits) = match self {
            Self::Project => (NumberDate::Year, 4),
            Self::Opportunity => (NumberDate::Month, 4),
            Self::Inspection => (NumberDate::Year, 6),
            Self::Course => (NumberDate::Year, 3),
            Self::Vehicle => (NumberDate::None, 6),
        };
        NumberFormat { date, digits, start: 1 }
    }

    /// Its fields, for the object with this key.
    pub fn catalogue(self, object: &str) -> Catalogue {
        let fields = match self {
            Self::Project => project(),
            Self::Opportunity => opportunity(),
            Self::Vehicle => vehicle(),
            Self::Inspection => inspection(),
            Self::Course => course(),
        };
        let fields = fields.into_iter().filter_map(|field| serde_json::from_value(field).ok()).collect();
        Catalogue { object: object.to_owned(), fields, unique_together: Vec::new() }
    }
}

fn project() -> Vec<Value> {
    let stages = choice(&[
        ("planned", "计划中", "Planned"),
        ("running", "进行中", "Running"),
        ("done", "已完成", "Done"),
        ("stopped", "已终止", "Stopped"),
    ]);
    vec![
        name("项目名称", "Project name"),
        field(
            "customer",
            "客户",
            "Customer",
            json!({"type": "relation", "object": "customer"}),
            json!({"filterable": true}),
        ),
        field("stage", "阶段", "Stage", stages, listed()),
        field("starts_on", "开始日期", "Starts on", json!({"type": "date"}), listed()),
        field("ends_on", "结束日期", "Ends on", json!({"type": "date"}), listed()),
        field("budget", "预算", "Budget", json!({"type": "money", "currency": "CNY"}), listed()),
        field("manager", "项目经理", "Manager", json!({"type": "person"}), json!({"filterable": true})),
        field("description", "说明", "Description", json!({"type": "long_text"}), json!({"searchable": true})),
    ]
}

fn opportunity() -> Vec<Value> {
    let stages = choice(&[
        ("lead", "线索", "Lead"),
        ("offer", "已报价", "Offer made"),
        ("won", "赢单", "Won"),
        ("lost", "丢单", "Lost"),
    ]);
    vec![
        name("商机名称", "Opportunity"),
        field(
            "customer",
            "客户",
            "Customer",
            json!({"type": "relation", "object": "customer"}),
            json!({"filterable": true}),
        ),
        field("stage", "阶段", "Stage", stages, listed()),
        field("amount", "预计金额", "Expected amount", json!({"type": "money", "currency": "CNY"}), listed()),
        field(
            "chance",
            "成交概率",
            "Chance",
            json!({"type": "percent", "scale": 0, "min": 0.0, "max": 100.0}),
            listed(),
        ),
        field("closes_on", "预计成交日期", "Closes on", json!({"type": "date"}), listed()),
        field("next_step", "下一步", "Next step", json!({"type": "text"}), plain()),
    ]
}

fn vehicle() -> Vec<Value> {
    let states = choice(&[
        ("ready", "可用", "Ready"),
        ("workshop", "维修中", "In the workshop"),
        ("sold", "已处置", "Disposed of"),
    ]);
    vec![
        field(
            "plate",
            "车牌号",
            "Plate",
            json!({"type": "text", "max_length": 20}),
            json!({"required": true, "unique": true, "filterable": true, "sortable": true, "searchable": true}),
        ),
        field(
            "brand",
            "品牌型号",
            "Make and model",
            json!({"type": "text", "max_length": 100}),
            json!({"searchable": true}),
        ),
        field("state", "状态", "State", states, listed()),
        field(
            "driver",
            "负责工程师",
            "Engineer",
            json!({"type": "relation", "object": "engineer"}),
            json!({"filterable": true}),
        ),
        field("mileage", "里程（公里）", "Mileage (km)", json!({"type": "integer", "min": 0}), listed()),
        field("bought_on", "购置日期", "Bought on", json!({"type": "date"}), plain()),
        field("insured_until", "保险到期日", "Insured until", json!({"type": "date"}), listed()),
        field("last_ticket", "最近工单", "Last ticket", json!({"type": "relation", "object": "ticket"}), plain()),
        field("note", "备注", "Note", json!({"type": "long_text"}), plain()),
    ]
}

fn inspection() -> Vec<Value> {
    let results = choice(&[("passed", "合格", "Passed"), ("flaws", "有缺陷", "Flaws"), ("failed", "不合格", "Failed")]);
    let flawed = json!({"visible_if": {"field": "result", "op": "in", "value": ["flaws", "failed"]},
        "required_if": {"field": "result", "op": "in", "value": ["flaws", "failed"]}, "searchable": true});
    vec![
        field(
            "device",
            "设备",
            "Device",
            json!({"type": "relation", "object": "device"}),
            json!({"required": true, "filterable": true}),
        ),
        field(
            "inspected_on",
            "检验日期",
            "Inspected on",
            json!({"type": "date"}),
            json!({"required": true, "filterable": true, "sortable": true}),
        ),
        field("inspector", "检验人", "Inspector", json!({"type": "person"}), json!({"filterable": true})),
        field("result", "结论", "Result", results, listed()),
        field("flaws", "缺陷说明", "Flaws", json!({"type": "long_text"}), flawed),
        field("next_on", "下次检验日期", "Next inspection", json!({"type": "date"}), listed()),
        field("photos", "照片", "Photos", json!({"type": "image", "many": true}), plain()),
        field("signature", "签字", "Signature", json!({"type": "signature"}), plain()),
    ]
}

fn course() -> Vec<Value> {
    let states =
        choice(&[("planned", "计划中", "Planned"), ("held", "已举行", "Held"), ("cancelled", "已取消", "Cancelled")]);
    vec![
        name("课程名称", "Course"),
        field("state", "状态", "State", states, listed()),
        field("starts_at", "开始时间", "Starts at", json!({"type": "date_time"}), listed()),
        field("length", "时长", "Length", json!({"type": "duration"}), plain()),
        field("trainer", "讲师", "Trainer", json!({"type": "person"}), json!({"filterable": true})),
        field("seats", "名额", "Seats", json!({"type": "integer", "min": 1}), plain()),
        field("place", "地点", "Place", json!({"type": "text", "max_length": 200}), plain()),
        field("content", "内容", "Content", json!({"type": "long_text"}), json!({"searchable": true})),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_whole_and_free_of_defects() {
        for template in Template::ALL {
            let catalogue = template.catalogue("thing");
            assert!(catalogue.fields.len() >= 7, "{template:?} lost fields");
            assert_eq!(catalogue.check(), [], "{template:?}");
        }
    }
}
