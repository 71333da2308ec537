//! Which of the two dialects a model's scripts and expressions are in.

use bpmn::language::Language;
use bpmn::xml::Document;
use serde::Deserialize;

use crate::betsy::Betsy;
use crate::plain::Plain;

/// A dialect of the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Words and expressions of the betsy models.
    Betsy,
    /// `urn:conformance:expr` and `text/x-conformance`.
    #[default]
    Plain,
}

impl Dialect {
    /// The dialect a model names by its expression language; betsy names none.
    pub fn of(document: &Document) -> Self {
        match document.element(document.root()).attribute("expressionLanguage") {
            Some("urn:conformance:expr") => Self::Plain,
            _ => Self::Betsy,
        }
    }

    /// What reads it.
    pub fn language(self) -> &'static dyn Language {
        match self {
            Self::Betsy => &Betsy,
            Self::Plain => &Plain,
        }
    }
}
