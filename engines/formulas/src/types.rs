//! What formulas know of fields, and what they make.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use zen_expression::variable::VariableType;

/// What a field holds, as formulas see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text, an option's id, or an id.
    Text,
    /// Number.
    Number,
    /// Amount that records hold in minor units; formulas see it in the currency's main unit, which has so many decimals.
    Money(u32),
    /// Yes or no.
    Boolean,
    /// Calendar day.
    Date,
    /// Instant.
    Time,
    /// Several texts or ids.
    Texts,
    /// Rows of a sub-table, by column.
    Rows(BTreeMap<String, Self>),
    /// Degrees.
    Place,
}

/// The fields that an expression may name.
pub type Types = BTreeMap<String, Kind>;

/// What an expression has to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Text of at most 500 characters.
    Text,
    /// Number, rounded to 6 decimals.
    Number,
    /// Whole number, halves rounded away from zero.
    Whole,
    /// Amount in the main unit, which has so many decimals; it leaves in whole minor units, halves rounded away from zero.
    Money(u32),
    /// Yes or no.
    Boolean,
    /// Calendar day.
    Date,
    /// Instant.
    Time,
    /// Whatever it is, for values that are checked elsewhere.
    Any,
}

/// Who asks where and when.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The present instant.
    pub now: Timestamp,
    /// Where the company is.
    pub zone: TimeZone,
    /// The user, if one is known.
    pub me: Option<String>,
}

/// Names that stand for themselves unless a field has them.
pub(crate) const NAMES: [(&str, Kind); 3] = [("now", Kind::Time), ("today", Kind::Date), ("me", Kind::Text)];

impl Kind {
    pub(crate) fn variable_type(&self) -> VariableType {
        match self {
            Self::Text => VariableType::String,
            Self::Number | Self::Money(_) => VariableType::Number,
            Self::Boolean => VariableType::Bool,
            Self::Date | Self::Time => VariableType::Date,
            Self::Texts => VariableType::String.array(),
            Self::Rows(columns) => object(columns.iter()).array(),
            Self::Place => object([("lat", &Self::Number), ("lng", &Self::Number)].into_iter()),
        }
    }

    pub(crate) const fn is_moment(&self) -> bool {
        matches!(self, Self::Date | Self::Time)
    }
}

/// The type of a record with these fields.
pub(crate) fn object<'a, K: AsRef<str>>(fields: impl Iterator<Item = (K, &'a Kind)>) -> VariableType {
    let object = VariableType::Object(std::rc::Rc::default());
    if let VariableType::Object(members) = &object {
        let mut members = members.borrow_mut();
        for (name, kind) in fields {
            members.insert(name.as_ref().into(), kind.variable_type());
        }
    }
    object
}
