//! What is wrong with a model, said so that whoever drew it can mend it.

use serde::{Deserialize, Serialize};

/// One finding about a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Id of the element concerned; none when the file as a whole is.
    pub element: Option<String>,
    /// Stable code, such as `gateway-without-default`.
    pub rule: String,
    /// What is wrong and what to do about it.
    pub reason: String,
}

/// Refusals and warnings as they are found.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub refusals: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Problems {
    pub fn refuse(&mut self, element: Option<&str>, rule: &str, reason: impl Into<String>) {
        self.refusals.push(problem(element, rule, reason.into()));
    }

    pub fn warn(&mut self, element: Option<&str>, rule: &str, reason: impl Into<String>) {
        self.warnings.push(problem(element, rule, reason.into()));
    }
}

fn problem(element: Option<&str>, rule: &str, reason: String) -> Problem {
    Problem { element: element.map(str::to_owned), rule: rule.to_owned(), reason }
}
