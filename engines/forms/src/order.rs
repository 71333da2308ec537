//! Which field depends on which: the order of working them out, and circles in it.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use rules::{Condition, Now};
use serde_json::Value;

use crate::Map;
use crate::catalogue::{Field, Level};
use crate::kind::FieldKind;
use crate::value::{self, Fault};

/// The fields that must be known before this one is: those of its `visible_if`, its formula, its choice above and the
/// conditions of its options.
/// `required_if` is not among them: it asks for a value but changes none, so that two fields may require each other.
pub fn needs<'a>(field: &'a Field, fields: &'a [Field]) -> Vec<&'a str> {
    let shown = parsed(field.visible_if.as_ref(), fields);
    let offered = offers(field, fields);
    let conditions = shown.iter().chain(offered.iter().map(|(_, condition)| condition));
    let named = conditions.flat_map(Condition::fields).collect::<BTreeSet<_>>();
    let read = match &field.kind {
        FieldKind::Formula(formula) => formulas::names(&formula.expression),
        _ => std::sync::Arc::default(),
    };
    let words = match &field.kind {
        FieldKind::Formula(_) => read.iter().map(String::as_str).collect(),
        FieldKind::LookUp(look_up) => vec![look_up.relation.as_str()],
        kind => kind.choice().and_then(|choice| choice.within.as_deref()).into_iter().collect(),
    };
    if named.is_empty() && words.is_empty() {
        return Vec::new();
    }
    let needed = |id: &str| named.contains(id) || words.contains(&id);
    fields.iter().map(|other| other.id.as_str()).filter(|id| needed(id)).collect()
}

/// A condition that reads right; wrong ones are defects of the catalogue and are passed over here.
pub fn parsed(condition: Option<&Value>, fields: &[Field]) -> Option<Condition> {
    Condition::parse(condition?, &Level(fields)).ok()
}

/// The options of a field that are offered on a condition.
fn offers<'a>(field: &'a Field, fields: &[Field]) -> Vec<(&'a str, Condition)> {
    let options = field.kind.choice().into_iter().flat_map(|choice| &choice.options);
    options.filter_map(|option| Some((option.id.as_str(), parsed(option.offered_if.as_ref(), fields)?))).collect()
}

/// The fields in an order in which each stands behind those it needs, and the fields at which a circle closes.
pub fn ordered(fields: &[Field]) -> (Vec<&Field>, Vec<&Field>) {
    let mut walk = Walk { fields, marks: BTreeMap::new(), order: Vec::new(), circles: Vec::new() };
    for field in fields {
        walk.visit(field);
    }
    (walk.order, walk.circles)
}

struct Walk<'a> {
    fields: &'a [Field],
    /// False while a field's needs are being visited, then true.
    marks: BTreeMap<&'a str, bool>,
    order: Vec<&'a Field>,
    circles: Vec<&'a Field>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, field: &'a Field) {
        if self.marks.contains_key(field.id.as_str()) {
            return;
        }
        self.marks.insert(&field.id, false);
        let needs = needs(field, self.fields);
        if needs.iter().any(|id| self.marks.get(id) == Some(&false)) {
            self.circles.push(field);
        }
        for needed in self.fields.iter().filter(|other| needs.contains(&other.id.as_str())) {
            self.visit(needed);
        }
        self.marks.insert(&field.id, true);
        self.order.push(field);
    }
}

/// The fields of a level with everything read once that many records or rows need.
pub struct Plan<'a> {
    pub fields: &'a [Field],
    /// The fields that may be hidden, each behind those it needs.
    shown_by: Vec<(&'a Field, Condition)>,
    asked_by: BTreeMap<&'a str, Condition>,
    /// By field and option.
    offered_by: BTreeMap<(&'a str, &'a str), Condition>,
    patterns: BTreeMap<&'a str, Regex>,
}

impl<'a> Plan<'a> {
    pub fn of(fields: &'a [Field]) -> Self {
        let shown_by = ordered(fields).0.into_iter();
        Self {
            fields,
            shown_by: shown_by.filter_map(|field| Some((field, parsed(field.visible_if.as_ref(), fields)?))).collect(),
            asked_by: by_id(fields, |field| parsed(field.required_if.as_ref(), fields)),
            offered_by: fields
                .iter()
                .flat_map(|field| {
                    offers(field, fields).into_iter().map(|(option, met)| ((field.id.as_str(), option), met))
                })
                .collect(),
            patterns: by_id(fields, |field| value::compiled(&field.kind)),
        }
    }

    /// What conditions see of a record: the values of shown fields. The second are the ids of the hidden ones.
    pub fn shown(&self, record: &Map, now: Now) -> (Map, BTreeSet<String>) {
        let mut view = record.clone();
        let mut hidden = BTreeSet::new();
        for (field, condition) in &self.shown_by {
            if !rules::evaluate(condition, &view, now) {
                view.remove(&field.id);
                hidden.insert(field.id.clone());
            }
        }
        (view, hidden)
    }

    /// Whether a record must have the field, as the catalogue has it.
    pub fn requires(&self, field: &Field, view: &Map, now: Now) -> bool {
        let asked_by = self.asked_by.get(field.id.as_str());
        field.required || asked_by.is_some_and(|condition| rules::evaluate(condition, view, now))
    }

    /// Whether an option of a field can be chosen in a record.
    pub fn offers(&self, field: &Field, option: &str, view: &Map, now: Now) -> bool {
        let offered_by = self.offered_by.get(&(field.id.as_str(), option));
        offered_by.is_none_or(|condition| rules::evaluate(condition, view, now))
    }

    /// A field's value in its normal form.
    pub fn normal(&self, field: &Field, value: &Value, old: Option<&Value>) -> Result<Option<Value>, Fault> {
        value::normal_with(&field.kind, self.patterns.get(field.id.as_str()), value, old)
    }
}

fn by_id<T>(fields: &[Field], of: impl Fn(&Field) -> Option<T>) -> BTreeMap<&str, T> {
    fields.iter().filter_map(|field| Some((field.id.as_str(), of(field)?))).collect()
}
