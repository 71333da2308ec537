//! One change, made ready for a list: what it does with a record, and how it is taken back.

use db::{DbError, Tx};
use http_api::{FieldError, Problem};
use serde_json::{Map, Value};

use crate::{
    bulk::model::BulkAction,
    imports::plan::{before, body},
    lists::{Column, Hit, List, Row, put_away, update},
};

/// A change that was checked.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub list: List,
    pub act: Act,
}

/// What is done.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Set(Vec<(Column, Value)>),
    PutAway(bool),
}

/// What came of a record.
#[derive(Debug, Clone)]
pub(crate) enum Came {
    /// What it said, and what it says, as bodies.
    Changed(Row, Row),
    Already,
}

impl Change {
    /// The change of an action; 422 with a pointer to each mistake.
    pub fn of(list: &List, action: &BulkAction) -> Result<Self, Problem> {
        let wrong = |pointer: &str, code: &'static str, message: &str| Problem::invalid_field(pointer, code, message);
        if !list.key.is_written() || !list.abilities.update {
            return Err(Problem::forbidden("You may not change records of this list."));
        }
        let act = match (&action.set, action.archive, action.restore) {
            (Some(fields), false, false) => Act::Set(Self::fields(list, fields)?),
            (None, true, false) => Act::PutAway(true),
            (None, false, true) => Act::PutAway(false),
            _ => return Err(wrong("/action", "required", "Choose one of set, archive and restore.")),
        };
        if matches!(act, Act::PutAway(_)) && !list.key.is_archivable() {
            return Err(wrong("/action", "not_archivable", "Records of this list cannot be put away."));
        }
        Ok(Self { list: list.clone(), act })
    }

    fn fields(list: &List, fields: &Map<String, Value>) -> Result<Vec<(Column, Value)>, Problem> {
        let mut errors = Vec::new();
        let mut pairs = Vec::new();
        for (id, value) in fields {
            let at = format!("/action/set/{}", id.replace('~', "~0").replace('/', "~1"));
            match list.column(id).filter(|column| column.updates && !column.unique) {
                None => errors.push(FieldError::new(
                    at,
                    "unknown_field",
                    "This field cannot be changed in bulk; choose another.",
                )),
                Some(column) if column.required && value.is_null() => {
                    errors.push(FieldError::new(at, "required", "This may not be empty."));
                }
                Some(column) => pairs.push((column.clone(), value.clone())),
            }
        }
        if fields.is_empty() || fields.len() > 20 {
            errors.push(FieldError::new("/action/set", "out_of_range", "Set 1 to 20 fields."));
        }
        if errors.is_empty() { Ok(pairs) } else { Err(Problem::invalid(errors)) }
    }

    /// Whether it works on records that were put away.
    pub const fn archived(&self) -> bool {
        matches!(self.act, Act::PutAway(false))
    }

    /// Does it with a record; what it did is undone when it fails. The outer failure is ours.
    pub async fn apply(&self, tx: &mut Tx<'_>, hit: &Hit) -> Result<Result<Came, Problem>, DbError> {
        let (key, id, version) = (self.list.key.clone(), hit.id, hit.version);
        let (after, old) = match &self.act {
            Act::PutAway(away) if hit.is_archived == *away => return Ok(Ok(Came::Already)),
            Act::PutAway(away) => {
                let away = *away;
                let outcome =
                    tx.attempt(async move |tx: &mut Tx<'_>| put_away(tx, &key, id, version, away).await).await?;
                return told(outcome).map(|outcome| outcome.map(|_| Came::Changed(Row::new(), Row::new())));
            }
            Act::Set(pairs) => {
                let fresh: Vec<_> = pairs
                    .iter()
                    .filter(|(column, value)| column.of(&hit.row) != value)
                    .map(|(column, value)| (column, value.clone()))
                    .collect();
                if fresh.is_empty() {
                    return Ok(Ok(Came::Already));
                }
                let after = body(&fresh, Some(&hit.row));
                let old = before(&after, &hit.row);
                (after, old)
            }
        };
        let sent = after.clone();
        let outcome = tx.attempt(async move |tx: &mut Tx<'_>| update(tx, &key, id, version, sent).await).await?;
        told(outcome).map(|outcome| {
            outcome.map(|written| if written.version == version { Came::Already } else { Came::Changed(old, after) })
        })
    }

    /// What is put back into a record: values that are still those the change wrote. Empty when nothing is.
    pub fn back(hit: &Hit, old: &Row, after: &Row) -> Row {
        let mut back = Row::new();
        for (outer, value) in after {
            let now = hit.row.get(outer).cloned().unwrap_or_default();
            match (outer.as_str(), value) {
                ("ext" | "values", Value::Object(inner)) => {
                    let same =
                        inner.iter().filter(|(name, value)| now.get(name.as_str()).unwrap_or(&Value::Null) == *value);
                    let part = same.map(|(name, _)| (name.clone(), old[outer].get(name).cloned().unwrap_or_default()));
                    let part: Map<String, Value> = part.collect();
                    if !part.is_empty() {
                        back.insert(outer.clone(), Value::Object(part));
                    }
                }
                _ if now == *value => {
                    back.insert(outer.clone(), old.get(outer).cloned().unwrap_or_default());
                }
                _ => {}
            }
        }
        back
    }
}

/// A refusal is about the record; a failure of ours ends the batch.
fn told<T>(outcome: Result<T, Problem>) -> Result<Result<T, Problem>, DbError> {
    match outcome {
        Err(problem) if problem.status().is_server_error() => {
            Err(DbError::Internal(problem.cause().unwrap_or(problem.detail()).to_owned()))
        }
        other => Ok(other),
    }
}
