//! The checked values that fields are compared with.

use serde_json::Value;

use crate::field::{FieldType, whole};
use crate::moment::{self, Now};
use crate::{MAX_TEXT, Problem, RuleError};

/// The largest whole number that JavaScript keeps exactly.
const LARGEST: i64 = 9_007_199_254_740_991;

/// A value in a condition, of the field's type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Time(i64),
    Date(String),
    Id([u8; 16]),
    /// So many microseconds after now; becomes a time or a date.
    FromNow(i64),
}

impl Operand {
    /// Reads a value of a field's type.
    pub fn read(kind: FieldType, value: &Value, pointer: &str) -> Result<Self, RuleError> {
        let wrong = |message: &str| RuleError::new(pointer, Problem::WrongType, message);
        match kind {
            FieldType::Text | FieldType::Choice | FieldType::Tags => text(value, pointer).map(Self::Text),
            FieldType::Integer => whole(value)
                .filter(|number| (-LARGEST..=LARGEST).contains(number))
                .map(Self::Integer)
                .ok_or_else(|| wrong("must be a whole number between -9007199254740991 and 9007199254740991")),
            FieldType::Number => value
                .as_f64()
                .filter(|number| number.is_finite())
                .map(Self::Number)
                .ok_or_else(|| wrong("must be a number")),
            FieldType::Boolean => value.as_bool().map(Self::Boolean).ok_or_else(|| wrong("must be true or false")),
            FieldType::Time => from_now(value)
                .or_else(|| value.as_str().and_then(moment::parse_time).map(Self::Time))
                .ok_or_else(|| wrong("must be a time like 2026-03-01T08:30:00Z or {\"now\":\"-PT2H\"}")),
            FieldType::Date => from_now(value)
                .or_else(|| value.as_str().filter(|text| moment::is_date(text)).map(|text| Self::Date(text.to_owned())))
                .ok_or_else(|| wrong("must be a date like 2026-03-01 or {\"now\":\"-P7D\"}")),
            FieldType::Id => value
                .as_str()
                .and_then(moment::parse_id)
                .map(Self::Id)
                .ok_or_else(|| wrong("must be an id like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")),
        }
    }

    /// The value with relative times counted from `now`.
    pub fn resolve(&self, kind: FieldType, now: Now) -> Self {
        match self {
            Self::FromNow(micros) if kind == FieldType::Date => Self::Date(now.date(*micros)),
            Self::FromNow(micros) => Self::Time(now.time(*micros)),
            fixed => fixed.clone(),
        }
    }
}

fn from_now(value: &Value) -> Option<Operand> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("now")?.as_str().and_then(moment::parse_duration).map(Operand::FromNow)
}

/// Reads a text within the limits; PostgreSQL can't hold the NUL character.
pub(crate) fn text(value: &Value, pointer: &str) -> Result<String, RuleError> {
    let Some(text) = value.as_str() else {
        return Err(RuleError::new(pointer, Problem::WrongType, "must be a text"));
    };
    if text.chars().count() > MAX_TEXT {
        return Err(RuleError::new(
            pointer,
            Problem::TextTooLong,
            format!("must be at most {MAX_TEXT} characters long"),
        ));
    }
    if text.contains('\0') {
        return Err(RuleError::new(pointer, Problem::WrongType, "must not contain the NUL character"));
    }
    Ok(text.to_owned())
}
