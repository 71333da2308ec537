//! Accepting: what was sent becomes a record that may be stored, or a list of what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use rules::Now;
use serde_json::Value;

use crate::catalogue::{Catalogue, Field};
use crate::form::{Form, Item};
use crate::kind::FieldKind;
use crate::order::Plan;
use crate::problem::{Problem, Wrong};
use crate::value::{Fault, normal, pointer_part};
use crate::{MAX_RECORD_BYTES, Map, rows};

/// Who sends it, by which form, and when.
#[derive(Debug, Clone, Copy)]
pub struct FormScope<'a> {
    /// The roles of the person or key that sends it.
    pub roles: &'a [String],
    /// The form it was filled in with; without one every field may be set.
    pub form: Option<&'a Form>,
    /// What relative times in conditions are counted from.
    pub now: Now,
    /// What the server has worked out: values of computed fields, and defaults by expression of a new record.
    pub made: Option<&'a Map>,
}

/// The answer to what was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The whole record, also what the roles do not see: for the store, not for the answer to them. It may be stored when
    /// there are no problems; where there are, wrong values are left out of it.
    pub record: Map,
    /// What is wrong: by field in the catalogue's order, then unknown fields, then the record as a whole.
    pub problems: Vec<Problem>,
}

/// Checks what was sent for a new record (`before` is `None`) or for a change of one, in which fields that are not sent
/// keep their value, as those that are sent back unchanged do, and null empties one.
///
/// Fields that are hidden, read-only, retired, worked out by the server, not on the form, or not the roles' to edit keep
/// their value, whatever is sent. To conditions a hidden field is missing. A new record gets defaults where nothing is sent.
/// Accepting an accepted record changes nothing. The catalogue should be free of defects: a condition or pattern that does
/// not read is passed over.
pub fn accept(catalogue: &Catalogue, scope: &FormScope<'_>, before: Option<&Map>, input: &Map) -> Accepted {
    let nothing = Map::new();
    let desk = Desk {
        fields: &catalogue.fields,
        plan: &Plan::of(&catalogue.fields),
        items: scope.form.map(Form::items),
        scope,
        create: before.is_none(),
        old: before.unwrap_or(&nothing),
    };
    let (mut record, mut problems) = desk.fill_in(input);
    let (view, hidden) = desk.plan.shown(&record, scope.now);
    for id in &hidden {
        restore(&mut record, id, desk.old);
        problems.remove(id.as_str());
    }
    desk.check_together(&view, &hidden, &mut problems);
    let mut problems = in_order(&catalogue.fields, problems);
    problems.extend(unknown_fields(&catalogue.fields, input, ""));
    if serde_json::to_vec(&record).map_or(usize::MAX, |json| json.len()) > MAX_RECORD_BYTES {
        problems.push(Problem::new(String::new(), &Wrong::RecordTooLarge { max: MAX_RECORD_BYTES }));
    }
    Accepted { record, problems }
}

/// Problems by field id.
pub type ByField<'a> = BTreeMap<&'a str, Vec<Problem>>;

struct Desk<'a> {
    fields: &'a [Field],
    plan: &'a Plan<'a>,
    items: Option<BTreeMap<&'a str, &'a Item>>,
    scope: &'a FormScope<'a>,
    create: bool,
    old: &'a Map,
}

impl<'a> Desk<'a> {
    /// The record with the values that may be set and are right.
    fn fill_in(&self, input: &Map) -> (Map, ByField<'a>) {
        let mut record: Map =
            self.fields.iter().filter_map(|field| self.old.get_key_value(&field.id)).map(owned).collect();
        for field in self.fields.iter().filter(|field| field.kind.is_computed()) {
            if let Some(value) = self.scope.made.and_then(|made| made.get(&field.id)) {
                record.insert(field.id.clone(), value.clone());
            }
        }
        let mut problems = ByField::new();
        for field in self.fields {
            match input.get(&field.id).filter(|_| self.is_editable(field)) {
                // What is sent back as it was counts as not sent: limits that came later don't touch it.
                Some(value) if self.old.get(&field.id) == Some(value) => {}
                Some(value) => {
                    let (value, wrong) = self.read(field, value);
                    if !wrong.is_empty() {
                        problems.insert(&field.id, wrong);
                    } else if let Some(value) = value {
                        record.insert(field.id.clone(), value);
                    } else {
                        record.remove(&field.id);
                    }
                }
                None if self.create && field.default_expression.is_some() => {
                    let made = self.scope.made.and_then(|made| made.get(&field.id)).filter(|_| !field.retired);
                    if let Some(Ok(Some(value))) = made.map(|made| normal(&field.kind, made, None)) {
                        record.insert(field.id.clone(), value);
                    }
                }
                None if self.create => insert_default(field, &mut record),
                None => {}
            }
        }
        (record, problems)
    }

    fn read(&self, field: &Field, value: &Value) -> (Option<Value>, Vec<Problem>) {
        let old = self.old.get(&field.id);
        if let FieldKind::SubTable(table) = &field.kind {
            return rows::read(
                table,
                &field.id,
                value,
                old,
                &rows::Moment { now: self.scope.now, create: self.create },
            );
        }
        match self.plan.normal(field, value, old) {
            Ok(value) => (value, Vec::new()),
            Err(fault) => (None, vec![fault_at(&format!("/{}", field.id), &fault)]),
        }
    }

    fn item(&self, field: &Field) -> Option<&Item> {
        self.items.as_ref()?.get(field.id.as_str()).copied()
    }

    fn is_editable(&self, field: &Field) -> bool {
        let open = self.items.is_none() || self.item(field).is_some_and(|item| !item.is_read_only());
        open && field.is_edited_by(self.scope.roles)
    }

    /// What only shows once all values are known: missing ones, and options that don't belong to what is chosen above or
    /// are not offered with the other values.
    fn check_together(&self, view: &Map, hidden: &BTreeSet<String>, problems: &mut ByField<'a>) {
        for field in self.fields.iter().filter(|field| self.is_editable(field) && !hidden.contains(&field.id)) {
            if problems.contains_key(field.id.as_str()) {
                continue;
            }
            let asked = self.item(field).is_some_and(Item::is_required);
            if let Some(problem) = together(field, self.plan, view, self.scope.now, asked, "") {
                problems.insert(&field.id, vec![problem]);
            }
        }
    }
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// A value back to what it was.
fn restore(record: &mut Map, id: &str, old: &Map) {
    match old.get(id) {
        Some(value) => record.insert(id.to_owned(), value.clone()),
        None => record.remove(id),
    };
}

/// The default of a field in use, if it has one that fits.
pub fn insert_default(field: &Field, record: &mut Map) {
    let Some(default) = field.default.as_ref().filter(|_| !field.retired) else { return };
    if let Ok(Some(value)) = normal(&field.kind, default, None) {
        record.insert(field.id.clone(), value);
    }
}

/// The problem a field has beside others of its level, whose shown values are `view`.
pub fn together(field: &Field, plan: &Plan<'_>, view: &Map, now: Now, asked: bool, base: &str) -> Option<Problem> {
    let pointer = format!("{base}/{}", field.id);
    let Some(value) = view.get(&field.id) else {
        let required = asked || plan.requires(field, view, now);
        return required.then(|| Problem::new(pointer, &Wrong::Required));
    };
    let settings = field.kind.choice()?;
    let chosen = entries(value).into_iter().filter_map(Value::as_str);
    if let Some(option) = chosen.into_iter().find(|option| !plan.offers(field, option, view, now)) {
        return Some(Problem::new(pointer, &Wrong::NotOffered { option: option.to_owned() }));
    }
    let within = settings.within.as_ref()?;
    let above = view.get(within).map(entries).unwrap_or_default();
    let parent =
        |id: &&Value| settings.options.iter().find(|option| id.as_str() == Some(option.id.as_str()))?.parent.as_deref();
    let belongs = |parent: &str| above.iter().any(|chosen| chosen.as_str() == Some(parent));
    let stray = entries(value).iter().filter_map(parent).any(|parent| !belongs(parent));
    stray.then(|| Problem::new(pointer, &Wrong::NotWithin { within: within.clone() }))
}

/// The members of a list, or the one value.
fn entries(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// A fault as a problem of the value that stands at `pointer`.
pub fn fault_at(pointer: &str, fault: &Fault) -> Problem {
    Problem::new(format!("{pointer}{}", fault.at), &fault.wrong)
}

/// Keys that are no fields.
pub fn unknown_fields(fields: &[Field], input: &Map, base: &str) -> Vec<Problem> {
    let unknown = input.keys().filter(|key| fields.iter().all(|field| field.id != **key));
    let mut problems: Vec<Problem> =
        unknown.map(|key| Problem::new(format!("{base}/{}", pointer_part(key)), &Wrong::UnknownField)).collect();
    problems.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    problems
}

/// All problems, in the order of the fields.
pub fn in_order(fields: &[Field], mut problems: ByField<'_>) -> Vec<Problem> {
    fields.iter().filter_map(|field| problems.remove(field.id.as_str())).flatten().collect()
}
