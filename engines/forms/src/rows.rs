//! The rows of a sub-table.

use rules::Now;
use serde_json::Value;

use crate::accept::{ByField, fault_at, in_order, insert_default, together, unknown_fields};
use crate::kind::SubTableSettings;
use crate::order::Plan;
use crate::problem::{Problem, Wrong};
use crate::{MAX_ROWS, Map};

/// When rows are read.
pub struct Moment {
    pub now: Now,
    /// Whether the record is new, so that columns get their defaults.
    pub create: bool,
}

/// The rows in their normal form, and what is wrong with them. Rows have no identity: each replaces what was there. Blank
/// rows are left out; pointers count rows as they were sent.
pub fn read(
    table: &SubTableSettings,
    id: &str,
    value: &Value,
    old: Option<&Value>,
    moment: &Moment,
) -> (Option<Value>, Vec<Problem>) {
    let pointer = format!("/{id}");
    if crate::value::is_empty(value) {
        return (None, Vec::new());
    }
    let Some(sent) = value.as_array() else {
        return (None, vec![Problem::new(pointer, &Wrong::WrongType { expected: "a list of rows" })]);
    };
    let max = table.max_rows.unwrap_or(MAX_ROWS).min(MAX_ROWS);
    if sent.len() > max as usize {
        return (None, vec![Problem::new(pointer, &Wrong::TooMany { max })]);
    }
    let plan = Plan::of(&table.fields);
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (index, row) in sent.iter().enumerate() {
        let (row, wrong) = read_row(&plan, &format!("{pointer}/{index}"), row, old, moment);
        rows.extend(row.filter(|row| !row.is_empty()).map(Value::Object));
        problems.extend(wrong);
    }
    let min = table.min_rows.unwrap_or(0);
    if problems.is_empty() && !rows.is_empty() && rows.len() < min as usize {
        problems.push(Problem::new(pointer, &Wrong::TooFew { min }));
    }
    ((!rows.is_empty()).then_some(Value::Array(rows)), problems)
}

fn read_row(
    plan: &Plan<'_>,
    pointer: &str,
    row: &Value,
    old: Option<&Value>,
    moment: &Moment,
) -> (Option<Map>, Vec<Problem>) {
    let Some(sent) = row.as_object() else {
        return (None, vec![Problem::new(pointer.to_owned(), &Wrong::WrongType { expected: "a row of columns" })]);
    };
    if sent.values().all(crate::value::is_empty) {
        return (None, Vec::new());
    }
    let (mut row, mut problems) = fill_in(plan, pointer, sent, old, moment);
    let (view, hidden) = plan.shown(&row, moment.now);
    for id in &hidden {
        row.remove(id);
        problems.remove(id.as_str());
    }
    for column in plan.fields.iter().filter(|column| column.takes_input() && !hidden.contains(&column.id)) {
        if problems.contains_key(column.id.as_str()) {
            continue;
        }
        if let Some(problem) = together(column, plan, &view, moment.now, false, pointer) {
            problems.insert(&column.id, vec![problem]);
        }
    }
    let mut problems = in_order(plan.fields, problems);
    problems.extend(unknown_fields(plan.fields, sent, pointer));
    (Some(row), problems)
}

/// The columns that are right. Values of retired columns are kept, as the rows that held them are replaced.
fn fill_in<'t>(plan: &Plan<'t>, pointer: &str, sent: &Map, old: Option<&Value>, moment: &Moment) -> (Map, ByField<'t>) {
    let mut row = Map::new();
    let mut problems = ByField::new();
    for column in plan.fields.iter().filter(|column| !column.kind.is_computed()) {
        let Some(value) = sent.get(&column.id) else {
            if moment.create {
                insert_default(column, &mut row);
            }
            continue;
        };
        match plan.normal(column, value, column_of(old, &column.id).as_ref()) {
            Ok(Some(value)) => {
                row.insert(column.id.clone(), value);
            }
            Ok(None) => {}
            Err(fault) => {
                problems.insert(&column.id, vec![fault_at(&format!("{pointer}/{}", column.id), &fault)]);
            }
        }
    }
    (row, problems)
}

/// All values a column had before, in one list.
fn column_of(old: Option<&Value>, id: &str) -> Option<Value> {
    let rows = old?.as_array()?;
    Some(rows.iter().filter_map(|row| row.get(id)).cloned().collect())
}
