//! What can be wrong with a formula, or go wrong in it.

use serde::{Deserialize, Serialize};

/// The kinds of faults, as stable words for translations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It does not read as an expression.
    Syntax,
    /// A name that is no field.
    UnknownField,
    /// A function or method that does not exist.
    UnknownFunction,
    /// A part of the language that formulas may not use.
    NotAllowed,
    /// A value of another type than its place takes.
    TypeMismatch,
    /// The whole gives another type than the field has.
    WrongResult,
    /// Nested too deep.
    TooDeep,
    /// More characters than allowed.
    TooLong,
    /// More work than allowed.
    TooCostly,
    /// A number beyond what records hold.
    Overflow,
    /// A run that failed for another reason.
    Failed,
}

impl Code {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownField => "unknown_field",
            Self::UnknownFunction => "unknown_function",
            Self::NotAllowed => "not_allowed",
            Self::TypeMismatch => "type_mismatch",
            Self::WrongResult => "wrong_result",
            Self::TooDeep => "too_deep",
            Self::TooLong => "too_long",
            Self::TooCostly => "too_costly",
            Self::Overflow => "overflow",
            Self::Failed => "failed",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Which kind.
    pub code: Code,
    /// A plain English sentence that says what to do.
    pub message: String,
    /// Where in the expression, in UTF-16 units as browsers count; `None` for the whole or for a run.
    pub position: Option<usize>,
    /// How much of it, in the same units.
    pub length: usize,
}

impl Fault {
    /// A fault of the whole.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), position: None, length: 0 }
    }

    /// The same at these bytes of the source.
    pub(crate) fn at(mut self, source: &str, (from, to): (u32, u32)) -> Self {
        let units = |to: u32| -> usize {
            let end = (0..=(to as usize).min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
            source[..end].encode_utf16().count()
        };
        self.position = Some(units(from));
        self.length = units(to).saturating_sub(units(from));
        self
    }
}
