//! Values on their way into a formula and out of it.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use rust_decimal::{
    Decimal, RoundingStrategy,
    prelude::{FromPrimitive as _, ToPrimitive as _},
};
use serde_json::{Map, Value};
use zen_expression::variable::{Variable, VariableMap};

use crate::{
    MAX_DECIMALS, MAX_RESULT,
    fault::{Code, Fault},
    types::{Kind, Outcome},
};

/// The largest whole number that JavaScript keeps exactly.
const LARGEST: i64 = 9_007_199_254_740_991;

/// A value as formulas see it; `moment` makes a day or time of its text.
pub(crate) fn entering(kind: &Kind, value: &Value, zone: &TimeZone, moment: &impl Fn(&str) -> Variable) -> Variable {
    match (kind, value) {
        (_, Value::Null) => Variable::Null,
        (Kind::Date, Value::String(day)) => moment(day),
        (Kind::Time, Value::String(instant)) => match instant.parse::<Timestamp>() {
            Ok(instant) => moment(&wall_clock(instant, zone)),
            Err(_) => Variable::Null,
        },
        (Kind::Money(digits), Value::Number(minor)) => {
            main_unit(minor, *digits).map_or(Variable::Null, Variable::Number)
        }
        (Kind::Rows(columns), Value::Array(rows)) => {
            let row = |row: &Value| match row {
                Value::Object(cells) => record(columns.iter(), cells, zone, moment),
                _ => Variable::Null,
            };
            Variable::from_array(rows.iter().map(row).collect())
        }
        (_, value) => Variable::from(value),
    }
}

/// An object with these fields; missing ones are null.
pub(crate) fn record<'a>(
    fields: impl Iterator<Item = (&'a String, &'a Kind)>,
    values: &Map<String, Value>,
    zone: &TimeZone,
    moment: &impl Fn(&str) -> Variable,
) -> Variable {
    let mut members = VariableMap::default();
    for (id, kind) in fields {
        let value = values.get(id).map_or(Variable::Null, |value| entering(kind, value, zone, moment));
        members.insert(Variable::key(id), value);
    }
    Variable::from_object(members)
}

/// What a clock on the wall shows at an instant, as if it were UTC.
pub(crate) fn wall_clock(instant: Timestamp, zone: &TimeZone) -> String {
    format!("{}Z", zone.to_datetime(instant))
}

/// The result as it stands in a record; `None` for nothing.
pub(crate) fn leaving(result: &Variable, outcome: Outcome, zone: &TimeZone) -> Result<Option<Value>, Fault> {
    let wrong = |expected: &str| {
        let message = format!("The formula made {}; it should make {expected}.", result.type_name());
        Err(Fault::new(Code::WrongResult, message))
    };
    if matches!(result, Variable::Null) {
        return Ok(None);
    }
    match outcome {
        Outcome::Text => match result {
            Variable::String(text) => short_text(text.as_str()),
            _ => wrong("a text"),
        },
        Outcome::Number => match result {
            Variable::Number(number) => self::number(*number, MAX_DECIMALS).map(Some),
            _ => wrong("a number"),
        },
        Outcome::Whole => match result {
            Variable::Number(number) => self::number(*number, 0).map(Some),
            _ => wrong("a number"),
        },
        Outcome::Money(digits) => match result {
            Variable::Number(number) => minor_units(*number, digits).map(Some),
            _ => wrong("a number"),
        },
        Outcome::Boolean => match result {
            Variable::Bool(flag) => Ok(Some(Value::Bool(*flag))),
            _ => wrong("yes or no"),
        },
        Outcome::Date => match clock(result) {
            Some(clock) => Ok(Some(Value::from(clock.date().to_string()))),
            None => wrong("a day"),
        },
        Outcome::Time => match clock(result) {
            Some(clock) => {
                let instant = zone.to_ambiguous_timestamp(clock).compatible();
                let instant = instant.map_err(|_| Fault::new(Code::Overflow, "The time is out of range."))?;
                Ok(Some(Value::from(instant.to_string())))
            }
            None => wrong("a time"),
        },
        Outcome::Any => match result {
            Variable::Number(number) => self::number(*number, MAX_DECIMALS).map(Some),
            Variable::String(text) => short_text(text.as_str()),
            Variable::Bool(flag) => Ok(Some(Value::Bool(*flag))),
            other => match clock(other) {
                Some(clock) => {
                    let instant = zone.to_ambiguous_timestamp(clock).compatible();
                    Ok(instant.ok().map(|instant| Value::from(instant.to_string())))
                }
                None => Ok(Some(other.to_value())),
            },
        },
    }
}

fn short_text(text: &str) -> Result<Option<Value>, Fault> {
    let text = text.split(char::is_control).collect::<Vec<_>>().join(" ");
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > MAX_RESULT {
        let message = format!("The formula made a text of more than {MAX_RESULT} characters; make it shorter.");
        return Err(Fault::new(Code::TooLong, message));
    }
    Ok(Some(Value::from(text)))
}

/// A day or time that the language made, as the clock on the wall.
fn clock(result: &Variable) -> Option<DateTime> {
    let text = match result {
        Variable::Dynamic(_) => result.as_str()?.to_owned(),
        Variable::String(text) => text.as_str().to_owned(),
        _ => return None,
    };
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        return Some(day.to_datetime(jiff::civil::Time::midnight()));
    }
    // All clocks stand as if in UTC.
    let instant: Timestamp = text.parse().ok()?;
    Some(TimeZone::UTC.to_datetime(instant))
}

/// An amount of minor units in the main unit, without zeros behind the point.
fn main_unit(minor: &serde_json::Number, digits: u32) -> Option<Decimal> {
    let minor: Decimal = match minor.as_i64() {
        Some(whole) => Decimal::from(whole),
        // A sum or quotient of amounts that was made elsewhere may have parts of a minor unit.
        None => Decimal::from_f64(minor.as_f64()?)?,
    };
    Some((minor * Decimal::try_new(1, digits).ok()?).normalize())
}

/// An amount in the main unit as whole minor units, as JSON.
fn minor_units(amount: Decimal, digits: u32) -> Result<Value, Fault> {
    // Rounding comes first, so that an amount that fits never fails for decimals that are dropped.
    let rounded = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    let unit = 10_i64.checked_pow(digits).map(Decimal::from);
    let minor = unit.and_then(|unit| rounded.checked_mul(unit));
    minor.ok_or_else(too_large).and_then(|minor| number(minor, 0))
}

fn too_large() -> Fault {
    Fault::new(Code::Overflow, "The number is larger than a record can hold.")
}

/// A number with so many decimals at most, as JSON.
fn number(number: Decimal, decimals: u32) -> Result<Value, Fault> {
    let rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize();
    if rounded.abs() > Decimal::from(LARGEST) {
        return Err(too_large());
    }
    let json = if rounded.is_integer() { rounded.to_i64().map(Value::from) } else { rounded.to_f64().map(Value::from) };
    json.ok_or_else(too_large)
}
