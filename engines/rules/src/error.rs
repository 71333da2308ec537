//! What can be wrong with a condition, and where.

use std::fmt;

/// Kinds of mistakes in a condition; each has a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// Not a shape of the language: a node that is no object, a wrong set of keys, a value missing or too much.
    Malformed,
    /// No field has this id.
    UnknownField,
    /// No operator has this name.
    UnknownOperator,
    /// The operator exists, but not for the field's type.
    OperatorNotAllowed,
    /// The value doesn't fit the field's type or the operator.
    WrongType,
    /// A list without values.
    EmptyList,
    /// Nested deeper than allowed.
    TooDeep,
    /// More tests than allowed.
    TooManyConditions,
    /// More values than allowed.
    TooManyValues,
    /// A text longer than allowed.
    TextTooLong,
}

impl Problem {
    /// The stable code, for translation and for scripts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownField => "unknown_field",
            Self::UnknownOperator => "unknown_operator",
            Self::OperatorNotAllowed => "operator_not_allowed",
            Self::WrongType => "wrong_type",
            Self::EmptyList => "empty_list",
            Self::TooDeep => "too_deep",
            Self::TooManyConditions => "too_many_conditions",
            Self::TooManyValues => "too_many_values",
            Self::TextTooLong => "text_too_long",
        }
    }
}

/// A mistake in a condition: the first one found, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RuleError {
    /// JSON pointer from the root of the condition to the wrong node; empty for the root itself.
    pub pointer: String,
    /// What kind of mistake it is.
    pub problem: Problem,
    /// A plain English sentence that says what to do.
    pub message: String,
}

impl RuleError {
    pub(crate) fn new(pointer: impl Into<String>, problem: Problem, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem, message: message.into() }
    }

    /// The stable code of the mistake.
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}
