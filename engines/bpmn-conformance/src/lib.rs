//! The conformance command of the process engine: what it must print for shared models and cases.
//!
//! [`check`], [`roundtrip`] and [`trace`] are the three answers. They take bytes and give lines of JSON; whoever calls them
//! reads the files. Scripts and expressions of the cases are in one of two small dialects ([`Dialect`]), which are adapters for
//! this command alone: the product has languages of its own.

mod betsy;
mod case;
mod dialect;
pub mod fuzz;
mod plain;
mod run;

use std::fmt::Write as _;

use bpmn::xml::{Document, XmlError};
use bpmn::{Checked, Naming, Problem};
use serde::Serialize;

pub use case::{Action, Case, Cases, Expected, Step, mismatch};
pub use dialect::Dialect;
pub use run::{Answer, InstanceAnswer, Replay, run};

/// What `check` says about one file.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// The file's name as it was given.
    pub file: String,
    /// Whether it is XML and could be read as BPMN.
    pub parsed: bool,
    /// Whether it can be deployed.
    pub accepted: bool,
    /// Why not.
    pub refusals: Vec<Problem>,
    /// What is legal but doubtful.
    pub warnings: Vec<Problem>,
}

/// A file that could be read.
pub struct Read {
    /// The whole file.
    pub document: Document,
    /// What came of checking it.
    pub checked: Checked,
}

/// Reads and checks a file; the dialect is the case's, or the one whose language the file names.
///
/// # Errors
/// A refusal when it is no XML or no BPMN.
pub fn read(bytes: &[u8], dialect: Option<Dialect>) -> Result<Read, Problem> {
    let document = Document::read(bytes).map_err(|error| not_read(&error))?;
    if document.bpmn_name(document.root()) != "definitions" {
        return Err(Problem {
            element: None,
            rule: "not-bpmn".into(),
            reason: "The file is XML and no BPMN 2.0: its root is no `definitions` element of the BPMN namespace. Choose a BPMN file."
                .into(),
        });
    }
    let dialect = dialect.unwrap_or_else(|| Dialect::of(&document));
    let naming = match dialect {
        Dialect::Betsy => Naming::ByReference,
        Dialect::Plain => Naming::ByName,
    };
    let checked = bpmn::check(&document, dialect.language(), naming);
    Ok(Read { document, checked })
}

fn not_read(error: &XmlError) -> Problem {
    Problem { element: None, rule: "not-xml".into(), reason: format!("The file cannot be read: {error}.") }
}

/// Checks one file by itself.
pub fn check(file: &str, bytes: &[u8]) -> Verdict {
    let file = file.to_owned();
    match read(bytes, None) {
        Ok(Read { checked, .. }) => Verdict {
            file,
            parsed: true,
            accepted: checked.model.is_some(),
            refusals: checked.refusals,
            warnings: checked.warnings,
        },
        Err(problem) => Verdict { file, parsed: false, accepted: false, refusals: vec![problem], warnings: Vec::new() },
    }
}

/// The verdict on a file that could not even be opened.
pub fn unreadable(file: &str, problem: &str) -> Verdict {
    let reason = format!("The file cannot be opened: {problem}.");
    let refusal = Problem { element: None, rule: "not-readable".into(), reason };
    Verdict { file: file.to_owned(), parsed: false, accepted: false, refusals: vec![refusal], warnings: Vec::new() }
}

/// Reads a model and writes it again.
///
/// # Errors
/// A refusal when it is no XML or no BPMN.
pub fn roundtrip(bytes: &[u8]) -> Result<String, Problem> {
    let document = Document::read(bytes).map_err(|error| not_read(&error))?;
    Ok(document.write())
}

/// Runs the cases of a file, or the one with an id; `model` reads a model by its path beside the case file.
///
/// Gives one line of JSON for each case.
///
/// # Errors
/// A sentence when the file holds no cases, or not that one.
pub fn trace(
    cases: &[u8],
    id: Option<&str>,
    mut model: impl FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<String, String> {
    let cases: Cases =
        serde_json::from_slice(cases).map_err(|error| format!("the case file cannot be read: {error}"))?;
    let mut lines = String::new();
    let mut found = false;
    for case in cases.iter().filter(|case| id.is_none_or(|id| case.id == id)) {
        found = true;
        // A case that cannot be followed fails by itself, not the others with it.
        let answer = run(case, &mut model, Replay::InMemory).unwrap_or_else(|problem| Answer::broken(case, problem));
        let line = serde_json::to_string(&answer).map_err(|error| error.to_string())?;
        writeln!(lines, "{line}").map_err(|error| error.to_string())?;
    }
    match id {
        Some(id) if !found => Err(format!("the case file has no case `{id}`")),
        _ => Ok(lines),
    }
}
