//! What the engine asks of its caller: expressions and scripts, calendars, keys of messages.
//!
//! The engine knows no expression language. At deployment it hands each text to a [`Language`], which checks it and gives
//! back a program; while running it hands the program the variables it may see.

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::state::{Instance, Key, Variables};

/// What a text is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Decides a flow, a loop, or a conditional event: true or false.
    Condition,
    /// Says how many items a multi-instance activity has.
    Cardinality,
    /// Gives a timer's date, duration or cycle as ISO 8601 text.
    Timer,
    /// The body of a script task.
    Script,
}

/// A text of the model that a [`Language`] is to understand.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The text without white space around it.
    pub text: &'a str,
    /// The language it names itself: `language`, `scriptFormat`, or the file's `expressionLanguage`.
    pub language: Option<&'a str>,
    /// What it is for.
    pub purpose: Purpose,
}

/// Understands the expressions and scripts of models; the caller of the engine brings it.
pub trait Language {
    /// Checks an expression and makes it ready to run.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    fn expression(&self, source: &Source<'_>) -> Result<Arc<dyn Expression>, String>;

    /// Checks a script and makes it ready to run.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    fn script(&self, source: &Source<'_>) -> Result<Arc<dyn Script>, String>;
}

/// An expression that is ready to run. It must give the same value for the same variables.
pub trait Expression: Send + Sync {
    /// The value.
    ///
    /// # Errors
    /// A sentence for whoever operates the process; it becomes an incident.
    fn evaluate(&self, variables: &Visible<'_>) -> Result<Value, String>;
}

/// A script that is ready to run. It must do the same for the same variables.
pub trait Script: Send + Sync {
    /// Runs the script; `round` counts how often it has paused before.
    fn run(&self, variables: &Visible<'_>, round: u32) -> ScriptRun;
}

/// What a script did.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptRun {
    /// Lines for the log, written before anything else happens.
    pub log: Vec<String>,
    /// Variables to set, in order.
    pub set: Vec<(String, Value)>,
    /// How it ended.
    pub end: ScriptEnd,
}

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptEnd {
    /// The task is done.
    Done,
    /// It threw a BPMN error.
    Error {
        /// The error's code.
        code: String,
    },
    /// It failed for a technical reason: an incident.
    Failed {
        /// A sentence for whoever operates the process.
        message: String,
    },
    /// The task stays active for a while and then runs on.
    Pause {
        /// How long, in microseconds.
        microseconds: i64,
    },
}

/// The world around a process instance, as far as a step needs to ask.
pub trait Surroundings {
    /// The key for which a catcher of this message is open, or which a thrown message carries; none if it needs no key.
    ///
    /// # Errors
    /// A sentence for whoever operates the process; it becomes an incident.
    fn message_key(&self, message: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        let _ = (message, variables);
        Ok(None)
    }

    /// The zone of dates without an offset, and of days and months in durations.
    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    /// The instant after `duration` (ISO 8601) of working time by a calendar, microseconds UTC.
    ///
    /// # Errors
    /// A sentence for whoever operates the process; it becomes an incident.
    fn working_time(&self, calendar: &str, from: i64, duration: &str) -> Result<i64, String> {
        let _ = (from, duration);
        Err(format!("there is no working calendar `{calendar}` here; choose another, or use a timer without one"))
    }
}

/// UTC, no calendars, no keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Surroundings for Plain {}

/// The variables an expression sees: those of the multi-instance items around it, then those of the instance.
#[derive(Clone, Copy)]
pub struct Visible<'a> {
    instance: &'a Variables,
    scopes: Option<(&'a Instance, Key)>,
    counters: &'a [(&'a str, Value)],
}

impl<'a> Visible<'a> {
    /// Variables without any scopes.
    pub fn of(variables: &'a Variables) -> Self {
        Self { instance: variables, scopes: None, counters: &[] }
    }

    pub(crate) fn at(state: &'a Instance, scope: Key) -> Self {
        Self { instance: &state.variables, scopes: Some((state, scope)), counters: &[] }
    }

    pub(crate) fn counting(self, counters: &'a [(&'a str, Value)]) -> Self {
        Self { counters, ..self }
    }

    /// The value of a variable, innermost first; none if there is no such variable.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        if let Some((_, value)) = self.counters.iter().find(|(counter, _)| *counter == name) {
            return Some(value);
        }
        self.local_scopes().find_map(|locals| locals.get(name)).or_else(|| self.instance.get(name))
    }

    /// All variables with the innermost value of each.
    pub fn all(&self) -> Variables {
        let mut all = self.instance.clone();
        let locals: Vec<&Variables> = self.local_scopes().collect();
        for layer in locals.into_iter().rev() {
            all.extend(layer.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        all.extend(self.counters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        all
    }

    fn local_scopes(&self) -> impl Iterator<Item = &'a Variables> {
        let mut next = self.scopes;
        std::iter::from_fn(move || {
            loop {
                let (state, key) = next?;
                let scope = state.scopes.get(&key)?;
                next = scope.owner.and_then(|owner| state.elements.get(&owner)).map(|owner| (state, owner.scope));
                if !scope.locals.is_empty() {
                    return Some(&scope.locals);
                }
            }
        })
    }
}

impl fmt::Debug for Visible<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Visible").field(&self.all()).finish()
    }
}
