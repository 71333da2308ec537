//! Changing a field's type: what each value becomes, or why it can't.

use serde_json::Value;

use crate::currency;
use crate::kind::{ChoiceOption, FieldKind};
use crate::value::{is_empty, normal, number};

/// What a value becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Converted {
    /// Nothing is lost: changing the type back gives the same value.
    Whole(Value),
    /// It fits, yet something of it goes, such as the time of a day and time.
    Shortened(Value),
    /// There was nothing.
    Empty,
}

/// Why a value stays behind; it should be shown beside the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotConvert {
    /// The two kinds have nothing in common; no value converts.
    #[error("Values of these two kinds can't be turned into each other.")]
    Unrelated,
    /// The new kind refuses this value.
    #[error("{reason}")]
    Refused {
        /// The stable code of what is wrong, as in [`crate::Wrong::code`].
        code: &'static str,
        /// A sentence that says what is wrong.
        reason: String,
    },
    /// Only one may be kept, and there are more.
    #[error("There are {count} entries, and the new kind holds one.")]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// What a value of one kind becomes when its field is changed to another. The value stands as records hold it.
///
/// # Errors
/// Why it can't be kept.
pub fn convert(from: &FieldKind, to: &FieldKind, value: &Value) -> Result<Converted, CannotConvert> {
    if is_empty(value) {
        return Ok(Converted::Empty);
    }
    let step = bridge(from, to, value)?;
    match normal(to, &step, Some(&step)) {
        Ok(None) => Ok(Converted::Empty),
        Ok(Some(new)) => {
            let back = bridge(to, from, &new).ok().and_then(|back| normal(from, &back, Some(value)).ok()).flatten();
            Ok(if back.as_ref() == Some(value) { Converted::Whole(new) } else { Converted::Shortened(new) })
        }
        Err(fault) => Err(CannotConvert::Refused { code: fault.wrong.code(), reason: fault.wrong.to_string() }),
    }
}

/// The kinds between which values mean the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Number,
    Money,
    Boolean,
    Option,
    Date,
    Time,
    Instant,
    Files,
    Person,
    Team,
    Records,
    /// Nothing but itself.
    Alone,
}

const fn family(kind: &FieldKind) -> Family {
    match kind {
        FieldKind::Text(_)
        | FieldKind::LongText(_)
        | FieldKind::RichText(_)
        | FieldKind::Barcode(_)
        | FieldKind::Region
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::IdNumber
        | FieldKind::AutoNumber(_) => Family::Text,
        FieldKind::Integer(_)
        | FieldKind::Decimal(_)
        | FieldKind::Percent(_)
        | FieldKind::Rating(_)
        | FieldKind::Duration(_) => Family::Number,
        FieldKind::Money(_) => Family::Money,
        FieldKind::Boolean => Family::Boolean,
        FieldKind::Choice(_) | FieldKind::Choices(_) => Family::Option,
        FieldKind::Date(_) => Family::Date,
        FieldKind::Time(_) => Family::Time,
        FieldKind::DateTime(_) => Family::Instant,
        FieldKind::Attachment(_) | FieldKind::Image(_) | FieldKind::Media(_) | FieldKind::Signature => Family::Files,
        FieldKind::Person => Family::Person,
        FieldKind::Team => Family::Team,
        FieldKind::Relation(_) => Family::Records,
        FieldKind::Location
        | FieldKind::SubTable(_)
        | FieldKind::Formula(_)
        | FieldKind::RollUp(_)
        | FieldKind::LookUp(_)
        | FieldKind::System(_) => Family::Alone,
    }
}

/// The value as the new kind could read it.
fn bridge(from: &FieldKind, to: &FieldKind, value: &Value) -> Result<Value, CannotConvert> {
    if let (FieldKind::Relation(old), FieldKind::Relation(new)) = (from, to)
        && old.object != new.object
    {
        return Err(CannotConvert::Unrelated);
    }
    match (family(from), family(to)) {
        (Family::Alone, _) | (_, Family::Alone) if from != to => Err(CannotConvert::Unrelated),
        (Family::Files, Family::Files) | (Family::Records, Family::Records) => counted(value, holds_many(to)),
        (Family::Option, Family::Option) => counted(&by_label(from, to, value), holds_many(to)),
        (Family::Option, Family::Text) => Ok(Value::from(labels(from, value).join("、"))),
        (Family::Text, Family::Option) => named_options(to, value),
        (Family::Boolean, Family::Text) => Ok(Value::from(if value == &Value::Bool(true) { "是" } else { "否" })),
        (Family::Text, Family::Boolean) => yes_or_no(value),
        (Family::Boolean, Family::Number) => Ok(Value::from(i32::from(value == &Value::Bool(true)))),
        (Family::Number, Family::Boolean) => match value.as_f64() {
            Some(0.0) => Ok(Value::Bool(false)),
            Some(1.0) => Ok(Value::Bool(true)),
            _ => Err(refused("Only 0 and 1 become no and yes.")),
        },
        (Family::Money, Family::Number) => Ok(number(value.as_f64().unwrap_or_default() / minor_units(from))),
        (Family::Money, Family::Text) => {
            Ok(Value::from((value.as_f64().unwrap_or_default() / minor_units(from)).to_string()))
        }
        (Family::Number | Family::Text, Family::Money) => in_minor_units(to, value),
        (Family::Money, Family::Money) if minor_units(from).to_bits() != minor_units(to).to_bits() => {
            Err(CannotConvert::Unrelated)
        }
        (Family::Number, Family::Text) => Ok(Value::from(value.to_string())),
        (Family::Text, Family::Number | Family::Date | Family::Time | Family::Instant)
        | (Family::Date | Family::Time | Family::Instant, Family::Text) => Ok(value.clone()),
        (old, new) if old == new => Ok(value.clone()),
        _ => Err(CannotConvert::Unrelated),
    }
}

fn refused(reason: &str) -> CannotConvert {
    CannotConvert::Refused { code: "wrong_type", reason: reason.to_owned() }
}

const fn holds_many(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Choices(_) => true,
        FieldKind::Relation(settings) => settings.many,
        FieldKind::Attachment(files) | FieldKind::Image(files) | FieldKind::Media(files) => files.many,
        _ => false,
    }
}

/// A list of one from one, and one from a list of one.
fn counted(value: &Value, many: bool) -> Result<Value, CannotConvert> {
    match (value, many) {
        (Value::Array(_), true) => Ok(value.clone()),
        (one, true) => Ok(Value::Array(vec![one.clone()])),
        (Value::Array(all), false) => match all.as_slice() {
            [one] => Ok(one.clone()),
            all => Err(CannotConvert::TooMany { count: all.len() }),
        },
        (one, false) => Ok(one.clone()),
    }
}

fn options(kind: &FieldKind) -> &[ChoiceOption] {
    kind.choice().map_or(&[], |choice| &choice.options)
}

/// The value with its ids replaced by those of the new options that have the same id, or else the same label.
fn by_label(from: &FieldKind, to: &FieldKind, value: &Value) -> Value {
    let renamed = |id: &Value| {
        let known = options(to).iter().any(|option| id.as_str() == Some(&option.id));
        let old = options(from).iter().find(|option| id.as_str() == Some(&option.id));
        let same = old.and_then(|old| options(to).iter().find(|option| option.label == old.label));
        same.filter(|_| !known).map_or_else(|| id.clone(), |option| Value::from(option.id.as_str()))
    };
    match value {
        Value::Array(ids) => ids.iter().map(renamed).collect(),
        id => renamed(id),
    }
}

/// The Chinese labels of what is chosen; ids where there is none.
fn labels<'a>(kind: &'a FieldKind, value: &'a Value) -> Vec<&'a str> {
    let ids = value.as_array().map_or_else(|| vec![value], |ids| ids.iter().collect());
    let label = |id: &'a str| options(kind).iter().find(|option| option.id == id).map_or(id, |option| &option.label.zh);
    ids.into_iter().filter_map(Value::as_str).map(label).collect()
}

/// The options that a text names by id or label, several with commas between.
fn named_options(kind: &FieldKind, value: &Value) -> Result<Value, CannotConvert> {
    let text = value.as_str().unwrap_or_default();
    let many = holds_many(kind);
    let whole = [text];
    let names: Vec<&str> =
        if many { text.split(['、', ',', '，', ';', '；', '\n']).collect() } else { whole.to_vec() };
    let named = |name: &str| {
        let name = crate::text::trim(name);
        let is = |option: &&ChoiceOption| {
            option.id == name || option.label.zh == name || option.label.en.eq_ignore_ascii_case(name)
        };
        let found = options(kind).iter().find(is).map(|option| Value::from(option.id.as_str()));
        found.ok_or_else(|| CannotConvert::Refused {
            code: "not_an_option",
            reason: format!("There is no option `{name}`; add it first to keep this value."),
        })
    };
    let names = names.into_iter().filter(|name| !crate::text::trim(name).is_empty());
    let ids = names.map(named).collect::<Result<Vec<_>, _>>()?;
    counted(&Value::Array(ids), many)
}

fn yes_or_no(value: &Value) -> Result<Value, CannotConvert> {
    match value.as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
        "是" | "有" | "yes" | "true" | "y" | "1" => Ok(Value::Bool(true)),
        "否" | "无" | "no" | "false" | "n" | "0" => Ok(Value::Bool(false)),
        _ => Err(refused("Only texts such as 是, 否, yes and no become yes or no.")),
    }
}

/// Minor units in one unit of an amount's currency.
fn minor_units(kind: &FieldKind) -> f64 {
    match kind {
        FieldKind::Money(money) => f64::from(10_u32.pow(currency::digits(&money.currency))),
        _ => 1.0,
    }
}

/// An amount from a number or a text of whole units.
fn in_minor_units(to: &FieldKind, value: &Value) -> Result<Value, CannotConvert> {
    let amount = match value {
        Value::String(text) => crate::text::half_width(text).parse::<f64>().ok(),
        value => value.as_f64(),
    };
    let amount = amount.filter(|amount| amount.is_finite()).ok_or_else(|| refused("Only numbers become amounts."))?;
    let minor = (amount * minor_units(to)).round();
    // Floats of the same amount: what has more decimals than the currency is not one.
    if (minor / minor_units(to)).to_bits() == (amount + 0.0).to_bits() {
        Ok(number(minor))
    } else {
        Err(CannotConvert::Refused {
            code: "too_many_decimals",
            reason: "The number has more decimals than the currency.".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(json: Value) -> FieldKind {
        serde_json::from_value(json).unwrap()
    }

    fn becomes(from: Value, to: Value, value: Value) -> Result<Converted, CannotConvert> {
        convert(&kind(from), &kind(to), &value)
    }

    fn colours(kind: &str) -> Value {
        json!({"type": kind, "options": [
            {"id": "r", "label": {"zh": "红", "en": "Red"}}, {"id": "g", "label": {"zh": "绿", "en": "Green"}}
        ]})
    }

    #[test]
    fn texts_become_numbers_days_and_options_where_they_read_so() {
        let text = || json!({"type": "text"});
        assert_eq!(becomes(text(), json!({"type": "integer"}), json!("12")), Ok(Converted::Whole(json!(12))));
        assert_eq!(becomes(text(), json!({"type": "integer"}), json!("１２")), Ok(Converted::Shortened(json!(12))));
        assert_eq!(
            becomes(text(), json!({"type": "date"}), json!("2026-03-01")),
            Ok(Converted::Whole(json!("2026-03-01")))
        );
        assert_eq!(becomes(text(), colours("choice"), json!("RED")), Ok(Converted::Shortened(json!("r"))));
        assert_eq!(becomes(text(), colours("choices"), json!("红、绿")), Ok(Converted::Whole(json!(["r", "g"]))));
        assert_eq!(becomes(text(), json!({"type": "boolean"}), json!("是")), Ok(Converted::Whole(json!(true))));
        assert_eq!(becomes(text(), text(), json!("")), Ok(Converted::Empty));
    }

    #[test]
    fn what_does_not_fit_says_why() {
        let refused = |from, to, value| match becomes(from, to, value) {
            Err(CannotConvert::Refused { code, reason }) => (code, reason.ends_with('.')),
            other => panic!("{other:?}"),
        };
        let text = || json!({"type": "text"});
        assert_eq!(refused(text(), json!({"type": "integer"}), json!("twelve")), ("wrong_type", true));
        assert_eq!(refused(text(), json!({"type": "date"}), json!("1 March")), ("invalid", true));
        assert_eq!(refused(text(), colours("choice"), json!("blue")), ("not_an_option", true));
        assert_eq!(refused(text(), json!({"type": "text", "max_length": 2}), json!("abc")), ("too_long", true));
        assert_eq!(refused(text(), json!({"type": "boolean"}), json!("maybe")), ("wrong_type", true));
        assert_eq!(
            refused(json!({"type": "decimal", "scale": 3}), json!({"type": "money", "currency": "CNY"}), json!(1.234)),
            ("too_many_decimals", true)
        );
        assert_eq!(
            becomes(json!({"type": "date"}), json!({"type": "date_time"}), json!("2026-03-01")),
            Err(CannotConvert::Unrelated)
        );
        assert_eq!(becomes(text(), json!({"type": "location"}), json!("x")), Err(CannotConvert::Unrelated));
    }

    #[test]
    fn one_becomes_several_and_back_while_it_is_one() {
        assert_eq!(becomes(colours("choice"), colours("choices"), json!("r")), Ok(Converted::Whole(json!(["r"]))));
        assert_eq!(becomes(colours("choices"), colours("choice"), json!(["g"])), Ok(Converted::Whole(json!("g"))));
        assert_eq!(
            becomes(colours("choices"), colours("choice"), json!(["g", "r"])),
            Err(CannotConvert::TooMany { count: 2 })
        );
    }

    #[test]
    fn amounts_follow_their_currency() {
        let money = |currency: &str| json!({"type": "money", "currency": currency});
        let decimal = || json!({"type": "decimal"});
        assert_eq!(becomes(money("CNY"), decimal(), json!(12_990)), Ok(Converted::Whole(json!(129.9))));
        assert_eq!(becomes(decimal(), money("JPY"), json!(120)), Ok(Converted::Whole(json!(120))));
        assert_eq!(becomes(decimal(), money("CNY"), json!(0.07)), Ok(Converted::Whole(json!(7))));
        assert_eq!(becomes(money("CNY"), json!({"type": "text"}), json!(5)), Ok(Converted::Whole(json!("0.05"))));
        assert_eq!(becomes(money("CNY"), money("JPY"), json!(5)), Err(CannotConvert::Unrelated));
    }

    #[test]
    fn relations_stay_with_their_object() {
        let relation = |object: &str, many: bool| json!({"type": "relation", "object": object, "many": many});
        let id = json!("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
        assert_eq!(becomes(relation("a", false), relation("a", true), id.clone()), Ok(Converted::Whole(json!([id]))));
        assert_eq!(becomes(relation("a", false), relation("b", false), id), Err(CannotConvert::Unrelated));
    }
}
