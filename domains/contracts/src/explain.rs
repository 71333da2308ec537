//! Why a warranty verdict is as it is: the steps that led to it in both languages, and the verdict on each component.
//! Pure: the same facts as the verdict's, and the rules behind them.

use devices::{Device, DevicePart, DeviceStatus};
use kernel::Uuid;
use objects::Date;
use products::{EffectiveRule, RuleSource, StartBasis, WarrantyStart};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ContractKind, Covers, ReasonCode, Term, Verdict};

db::choice! {
    /// What a step looks at.
    pub enum StepCode {
        /// Whether the device still exists.
        Scrapped = "scrapped",
        /// The rule of product or category.
        Rule = "rule",
        /// The first day.
        Start = "start",
        /// The last day.
        End = "end",
        /// Whether the factory warranty runs.
        Factory = "factory",
        /// A contract about the device.
        Contract = "contract",
        /// What follows.
        Result = "result",
    }
}

/// One step on the way to a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it looks at.
    pub step: StepCode,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The day, number or name that decides it.
    pub fact: Option<String>,
}

db::choice! {
    /// Where a component's term comes from.
    pub enum ComponentSource {
        /// The warranty rule names it.
        Rule = "rule",
        /// The part built in has a warranty of its own.
        Part = "part",
    }
}

/// Whether one component is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComponentVerdict {
    /// What it is called.
    pub name: String,
    /// The part in the parts list.
    pub part_id: Option<Uuid>,
    /// The serial number of the piece.
    pub serial_number: Option<String>,
    /// Where its term comes from.
    pub source: ComponentSource,
    /// First day of its own term.
    pub starts_on: Option<Date>,
    /// Last day of its own term.
    pub ends_on: Option<Date>,
    /// Covered, not covered, or (null) not known.
    pub in_warranty: Option<bool>,
    /// The contract that covers it when its own term does not.
    pub contract_number: Option<String>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedVerdict {
    /// The verdict on the whole device.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The steps that led to it.
    pub why: Vec<Step>,
    /// Components with terms of their own.
    pub components: Vec<ComponentVerdict>,
}

/// What the explanation looks at.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The device.
    pub device: &'a Device,
    /// What its product is called.
    pub product: Option<&'a str>,
    /// How the product's warranty counts.
    pub rule: &'a EffectiveRule,
    /// Contracts about the device.
    pub terms: &'a [Term],
    /// Parts built into it.
    pub parts: &'a [DevicePart],
}

/// Explains a verdict from its grounds.
pub fn explain(verdict: Verdict, grounds: &Grounds<'_>) -> ExplainedVerdict {
    let on = verdict.on;
    let mut why = Vec::new();
    let device = grounds.device;
    if device.status == DeviceStatus::Scrapped {
        let day = device.scrapped_on.map(|day| day.to_string());
        let (zh, en) = match &day {
            Some(day) => (
                format!("设备已于 {day} 报废，不再享受任何保修。"),
                format!("The device was scrapped on {day}; nothing is guaranteed any more."),
            ),
            None => (
                "设备已报废，不再享受任何保修。".to_owned(),
                "The device was scrapped; nothing is guaranteed any more.".to_owned(),
            ),
        };
        why.push(Step { step: StepCode::Scrapped, zh, en, fact: day });
        return ExplainedVerdict { components: components(grounds, &verdict, on), verdict, why };
    }
    why.push(rule(grounds));
    why.push(start(grounds));
    why.extend(end(grounds));
    why.push(factory(&verdict, grounds, on));
    why.extend(grounds.terms.iter().map(|term| contract(term, &verdict, on)));
    why.push(result(&verdict));
    ExplainedVerdict { components: components(grounds, &verdict, on), verdict, why }
}

fn step(step: StepCode, zh: impl Into<String>, en: impl Into<String>, fact: Option<String>) -> Step {
    Step { step, zh: zh.into(), en: en.into(), fact }
}

fn source(source: RuleSource) -> (&'static str, &'static str) {
    match source {
        RuleSource::Product => ("产品", "product"),
        RuleSource::Category => ("产品类别", "category"),
    }
}

fn days(start: WarrantyStart) -> (&'static str, &'static str) {
    match start {
        WarrantyStart::Sale => ("销售日期", "day of sale"),
        WarrantyStart::Installation => ("安装日期", "day of installation"),
        WarrantyStart::FirstUse => ("首次使用日期", "day of first use"),
    }
}

fn rule(grounds: &Grounds<'_>) -> Step {
    let (start_zh, start_en) = days(grounds.rule.start().unwrap_or(WarrantyStart::Installation));
    let name = grounds.product.unwrap_or_default();
    match grounds.rule.months {
        Some((months, by)) => {
            let (by_zh, by_en) = source(by);
            let fact = Some(months.to_string());
            step(
                StepCode::Rule,
                format!("{by_zh}规则（{name}）：自{start_zh}起保修 {months} 个月。"),
                format!("By the rule of the {by_en} ({name}) the warranty lasts {months} months from the {start_en}."),
                fact,
            )
        }
        None if grounds.product.is_some() => step(
            StepCode::Rule,
            format!("产品（{name}）和它的类别都没有规定保修期。"),
            format!("Neither the product ({name}) nor its category says how long the warranty lasts."),
            None,
        ),
        None => step(
            StepCode::Rule,
            "设备没有登记产品，因此没有适用的保修规则。",
            "The device names no product, so no warranty rule applies.",
            None,
        ),
    }
}

fn start(grounds: &Grounds<'_>) -> Step {
    let device = grounds.device;
    let Some(first) = device.warranty_starts_on else {
        return step(
            StepCode::Start,
            "没有销售、安装或首次使用日期，无法确定起始日。",
            "No day of sale, installation or first use is known, so the first day cannot be told.",
            None,
        );
    };
    let fact = Some(first.to_string());
    let (zh, en) = match products::start_of(grounds.rule, &device.life_days()) {
        Some((day, StartBasis::AsRuled(start))) if day == first => {
            let (zh, en) = days(start);
            (format!("{zh}是 {first}，保修从这一天起算。"), format!("The {en} is {first}; the warranty starts then."))
        }
        Some((day, StartBasis::Instead(start))) if day == first => {
            let (wanted_zh, wanted_en) = days(grounds.rule.start().unwrap_or(WarrantyStart::Installation));
            let (zh, en) = days(start);
            (
                format!("没有登记{wanted_zh}，因此从{zh} {first} 起算。"),
                format!("The {wanted_en} is not known, so the warranty starts with the {en}, {first}."),
            )
        }
        Some((day, StartBasis::Latest(months))) if day == first => (
            format!("规则规定最迟从销售后 {months} 个月起算，因此从 {first} 起算。"),
            format!("By the rule it starts {months} months after the sale at the latest, which is {first}."),
        ),
        _ => (
            format!("设备档案登记的保修起始日是 {first}。"),
            format!("The device's record says that the warranty starts on {first}."),
        ),
    };
    step(StepCode::Start, zh, en, fact)
}

/// The last day as the verdict takes it: what the record says, else by the rule.
fn last_day(grounds: &Grounds<'_>) -> Option<Date> {
    let worked_out = || grounds.device.warranty_starts_on?.last_of_months(grounds.rule.months()?);
    grounds.device.warranty_ends_on.or_else(worked_out)
}

fn end(grounds: &Grounds<'_>) -> Option<Step> {
    let last = last_day(grounds)?;
    let worked_out = grounds.device.warranty_starts_on.zip(grounds.rule.months());
    let by_rule = worked_out.and_then(|(first, months)| first.last_of_months(months)) == Some(last);
    let (zh, en) = if by_rule {
        let months = grounds.rule.months().unwrap_or_default();
        (format!("{months} 个月后，最后一天是 {last}。"), format!("After {months} months the last day is {last}."))
    } else {
        (
            format!("设备档案登记的保修最后一天是 {last}。"),
            format!("The device's record says that the last day is {last}."),
        )
    };
    Some(step(StepCode::End, zh, en, Some(last.to_string())))
}

fn factory(verdict: &Verdict, grounds: &Grounds<'_>, on: Date) -> Step {
    let first = grounds.device.warranty_starts_on;
    let (zh, en, fact) = match last_day(grounds) {
        _ if verdict.reason_code == ReasonCode::FactoryWarranty => {
            (format!("{on} 在原厂保修期内。"), format!("On {on} the factory warranty runs."), Some(on.to_string()))
        }
        Some(last) if last < on => {
            let over = on.days_since(last);
            (
                format!("到 {on}，原厂保修已过期 {over} 天。"),
                format!("On {on} the factory warranty has been over for {over} days."),
                Some(last.to_string()),
            )
        }
        Some(_) => (
            format!("到 {on}，原厂保修尚未开始。"),
            format!("On {on} the factory warranty has not begun."),
            first.map(|day| day.to_string()),
        ),
        None => (
            "无法确定原厂保修的最后一天。".to_owned(),
            "The last day of the factory warranty cannot be told.".to_owned(),
            None,
        ),
    };
    step(StepCode::Factory, zh, en, fact)
}

fn free(covers: Covers) -> (String, String) {
    let named = [(covers.labour, "人工", "labour"), (covers.parts, "配件", "parts"), (covers.travel, "上门", "travel")];
    let list = |word: fn(&(bool, &'static str, &'static str)) -> &'static str, between: &str| {
        named.iter().filter(|part| part.0).map(word).collect::<Vec<_>>().join(between)
    };
    (list(|part| part.1, "、"), list(|part| part.2, ", "))
}

fn contract(term: &Term, verdict: &Verdict, on: Date) -> Step {
    let (kind_zh, kind_en) = match term.kind {
        ContractKind::Warranty => ("延保合同", "Extended warranty"),
        ContractKind::Service => ("服务合同", "Service contract"),
    };
    let (number, first, last) = (&term.number, term.starts_on, term.ends_on);
    let (free_zh, free_en) = free(term.covers);
    let (zh, en) = if term.covers.count() == 0 {
        ("不免除任何费用，不影响保修。".to_owned(), "makes nothing free and does not count.".to_owned())
    } else if on < first {
        (format!("自 {first} 才开始。"), format!("begins on {first}."))
    } else if last < on {
        (format!("已于 {last} 到期。"), format!("ended on {last}."))
    } else if verdict.contract_id == Some(term.contract_id) {
        (
            format!("有效至 {last}，免{free_zh}费，由它承担。"),
            format!("runs until {last}, covers {free_en}, and decides."),
        )
    } else {
        (
            format!("有效至 {last}，免{free_zh}费，但另有更优先的保障。"),
            format!("runs until {last} and covers {free_en}, but something else comes first."),
        )
    };
    step(
        StepCode::Contract,
        format!("{kind_zh} {number} {zh}"),
        format!("{kind_en} {number} {en}"),
        Some(number.clone()),
    )
}

fn result(verdict: &Verdict) -> Step {
    let until = verdict.until.map(|day| day.to_string());
    let day = until.clone().unwrap_or_default();
    let (zh, en) = match (verdict.in_warranty, verdict.reason_code) {
        (Some(true), _) => {
            let (zh, en) = free(verdict.covers.unwrap_or(Covers::EVERYTHING));
            (format!("结论：在保，免{zh}费，直到 {day}。"), format!("So it is covered ({en}) until {day}."))
        }
        (Some(false), ReasonCode::NotStarted) => {
            ("结论：保修尚未开始。".to_owned(), "So it is not covered yet.".to_owned())
        }
        (Some(false), _) => (
            format!("结论：不在保，最后的保障到 {day} 为止。"),
            format!("So it is not covered; the last cover ended on {day}."),
        ),
        (None, _) => (
            "结论：资料不足，无法判断。请补充日期或产品。".to_owned(),
            "So it cannot be told. Add dates or the product.".to_owned(),
        ),
    };
    step(StepCode::Result, zh, en, until)
}

/// The verdict on each component that has a term of its own: first those of the rule, then the parts built in.
fn components(grounds: &Grounds<'_>, verdict: &Verdict, on: Date) -> Vec<ComponentVerdict> {
    let scrapped = grounds.device.status == DeviceStatus::Scrapped;
    let best = grounds
        .terms
        .iter()
        .filter(|term| term.covers.parts && term.starts_on <= on && on <= term.ends_on)
        .max_by_key(|term| (term.ends_on, std::cmp::Reverse(term.contract_id)));
    let judge = |mut component: ComponentVerdict| {
        let runs = component.ends_on.map(|last| component.starts_on.is_none_or(|first| first <= on) && on <= last);
        let (zh, en) = match (runs, component.ends_on) {
            _ if scrapped => ("设备已报废。".to_owned(), "The device was scrapped.".to_owned()),
            (Some(true), Some(last)) => {
                (format!("部件自身保修到 {last}。"), format!("Its own warranty runs until {last}."))
            }
            (Some(_), Some(last)) if last < on => {
                (format!("部件自身保修已于 {last} 到期。"), format!("Its own warranty ended on {last}."))
            }
            (Some(_), _) => ("部件自身保修尚未开始。".to_owned(), "Its own warranty has not begun.".to_owned()),
            (None, _) => ("无法确定部件的保修期。".to_owned(), "Its own term cannot be told.".to_owned()),
        };
        (component.zh, component.en) = (zh, en);
        component.in_warranty = if scrapped { Some(false) } else { runs };
        if !scrapped
            && runs != Some(true)
            && let Some(term) = best
        {
            component.in_warranty = Some(true);
            component.contract_number = Some(term.number.clone());
            component.zh.push_str(&format!("由合同 {} 承担配件，直到 {}。", term.number, term.ends_on));
            component.en.push_str(&format!(" Contract {} covers parts until {}.", term.number, term.ends_on));
        }
        component
    };
    let empty = |name: &str, source| ComponentVerdict {
        name: name.to_owned(),
        part_id: None,
        serial_number: None,
        source,
        starts_on: None,
        ends_on: None,
        in_warranty: verdict.in_warranty,
        contract_number: None,
        zh: String::new(),
        en: String::new(),
    };
    let ruled = grounds.rule.components().iter().map(|term| {
        let starts_on = grounds.device.warranty_starts_on;
        let ends_on = starts_on.and_then(|first| first.last_of_months(term.months));
        ComponentVerdict { part_id: term.part_id, starts_on, ends_on, ..empty(&term.name, ComponentSource::Rule) }
    });
    let built_in = grounds.parts.iter().filter(|part| part.removed_on.is_none() && part.warranty_ends_on.is_some());
    let built_in = built_in.map(|part| ComponentVerdict {
        part_id: part.part_id,
        serial_number: part.serial_number.clone(),
        starts_on: part.installed_on,
        ends_on: part.warranty_ends_on,
        ..empty(&part.name, ComponentSource::Part)
    });
    ruled.chain(built_in).map(judge).collect()
}
