//! Values of fields as cells: labels of choices, names of what is related, numbers, days and times with their types.

use forms::{FieldKind, Label, RelationSettings, ResultType, SubTableSettings};
use identity::Locale;
use jiff::tz::TimeZone;
use kernel::Currency;
use serde_json::Value;

use crate::{
    lists::{Column, ColumnKind, Row},
    sheet::{Out, plain},
    values::Names,
};

/// What stands in place of personal data.
const MASK: &str = "***";

/// The label in a language; the other one when it is missing.
pub(crate) fn label(label: &Label, locale: Locale) -> String {
    let (wanted, other) = match locale {
        Locale::Chinese => (&label.zh, &label.en),
        Locale::English => (&label.en, &label.zh),
    };
    if wanted.is_empty() { other.clone() } else { wanted.clone() }
}

/// A row's cell in this column.
pub(crate) fn show(column: &Column, row: &Row, names: &Names, locale: Locale, zone: &TimeZone) -> Out {
    let value = column.of(row);
    if value.is_null() {
        return Out::Empty;
    }
    if value.as_str() == Some(MASK) {
        return Out::Text(MASK.to_owned());
    }
    if let Some(names) = names.of(&column.kind, value) {
        return texts(names);
    }
    match &column.kind {
        ColumnKind::Value(kind) => shown(kind, value, locale, zone),
        ColumnKind::Tags => texts(value.as_array().into_iter().flatten().map(plainly).collect()),
        ColumnKind::Amount => money(value, currency_in(row)),
        ColumnKind::Lines(settings) => shown(&ColumnKind::in_currency(settings, currency_in(row)), value, locale, zone),
        ColumnKind::Skills => {
            let skill = |skill: &Value| format!("{} {}", plainly(&skill["skill"]), skill["level"]);
            texts(value.as_array().into_iter().flatten().map(skill).collect())
        }
        ColumnKind::Region | ColumnKind::Site => Out::Empty,
    }
}

/// What a row's amounts are in.
fn currency_in(row: &Row) -> &str {
    row.get("currency").and_then(Value::as_str).unwrap_or("CNY")
}

fn texts(texts: Vec<String>) -> Out {
    if texts.is_empty() { Out::Empty } else { Out::Text(texts.join("; ")) }
}

fn plainly(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), plain),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn money(value: &Value, currency: &str) -> Out {
    let digits = currency.parse::<Currency>().map_or(2, Currency::digits);
    match value.as_i64() {
        Some(minor) => Out::Number { value: minor as f64 / 10_f64.powi(digits as i32), decimals: digits as u8 },
        None => Out::Empty,
    }
}

fn number(value: &Value, decimals: usize) -> Out {
    let Some(number) = value.as_f64() else { return Out::Text(plainly(value)) };
    let has = plain(number).split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Out::Number { value: number, decimals: has.min(10).max(decimals) as u8 }
}

fn day(value: &Value) -> Out {
    match value.as_str().map(str::parse::<jiff::civil::Date>) {
        Some(Ok(day)) => Out::Date(day),
        _ => Out::Text(plainly(value)),
    }
}

fn moment(value: &Value, zone: &TimeZone) -> Out {
    match value.as_str().map(str::parse::<jiff::Timestamp>) {
        Some(Ok(at)) => {
            let local = zone.to_datetime(at);
            Out::Moment(local.with().subsec_nanosecond(0).build().unwrap_or(local))
        }
        _ => Out::Text(plainly(value)),
    }
}

fn flag(value: &Value, locale: Locale) -> Out {
    let word = match (value.as_bool(), locale) {
        (Some(true), Locale::Chinese) => "是",
        (Some(false), Locale::Chinese) => "否",
        (Some(true), Locale::English) => "Yes",
        (Some(false), Locale::English) => "No",
        (None, _) => return Out::Text(plainly(value)),
    };
    Out::Text(word.to_owned())
}

fn shown(kind: &FieldKind, value: &Value, locale: Locale, zone: &TimeZone) -> Out {
    if let Some(choice) = kind.choice() {
        let called = |id: &Value| {
            let option = choice.options.iter().find(|option| id.as_str() == Some(option.id.as_str()));
            option.map_or_else(|| plainly(id), |option| label(&option.label, locale))
        };
        return match value {
            Value::Array(ids) => texts(ids.iter().map(called).collect()),
            id => Out::Text(called(id)),
        };
    }
    if let Some(currency) = kind.currency() {
        return money(value, currency);
    }
    match kind {
        FieldKind::Integer(_)
        | FieldKind::Rating(_)
        | FieldKind::Decimal(_)
        | FieldKind::Percent(_)
        | FieldKind::RollUp(_) => number(value, 0),
        FieldKind::Date(_) => day(value),
        FieldKind::DateTime(_) | FieldKind::System(_) => moment(value, zone),
        FieldKind::Duration(_) => match value.as_i64() {
            Some(seconds) => Out::Text(format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)),
            None => Out::Empty,
        },
        FieldKind::Boolean => flag(value, locale),
        FieldKind::Formula(forms::FormulaSettings { result, .. })
        | FieldKind::LookUp(forms::LookUpSettings { result, .. }) => match result {
            ResultType::Number | ResultType::Money => number(value, 0),
            ResultType::Boolean => flag(value, locale),
            ResultType::Date => day(value),
            ResultType::Time => moment(value, zone),
            ResultType::Text => Out::Text(plainly(value)),
        },
        FieldKind::Location => place(value),
        FieldKind::Region => {
            let name = value.as_str().and_then(forms::region_name);
            Out::Text(name.unwrap_or_else(|| plainly(value)))
        }
        FieldKind::SubTable(settings) => lines(settings, value, locale, zone),
        FieldKind::Relation(RelationSettings { .. }) | FieldKind::Person | FieldKind::Team => Out::Empty,
        _ => Out::Text(plainly(value)),
    }
}

fn place(value: &Value) -> Out {
    let (Some(lat), Some(lng)) = (value["lat"].as_f64(), value["lng"].as_f64()) else { return Out::Empty };
    let address = value["address"].as_str().unwrap_or_default();
    Out::Text(format!("{},{} {address}", plain(lat), plain(lng)).trim_end().to_owned())
}

/// Rows of a sub-table, one a line: `name: value; name: value`.
fn lines(settings: &SubTableSettings, value: &Value, locale: Locale, zone: &TimeZone) -> Out {
    let line = |row: &Value| {
        let cell = |field: &forms::Field| {
            let value = row.get(&field.id).filter(|value| !value.is_null())?;
            // What would end the cell or the line is written with the other sign.
            let text = shown(&field.kind, value, locale, zone).text().replace('\n', " ").replace([';', '；'], "，");
            Some(format!("{}: {text}", label(&field.label, locale)))
        };
        settings.fields.iter().filter_map(cell).collect::<Vec<_>>().join("; ")
    };
    let lines: Vec<String> = value.as_array().into_iter().flatten().map(line).collect();
    if lines.is_empty() { Out::Empty } else { Out::Text(lines.join("\n")) }
}
