//! Index rows: the values of filterable and unique fields, as lists look for them.

use std::collections::BTreeSet;

use forms::{Catalogue, Field, FieldKind, Map};
use rules::{FieldType, FieldValue};
use serde_json::Value;
use uuid::Uuid;

/// One value of an indexed field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    Text(String),
    Number(f64),
    Time(i64),
}

impl From<Entry> for db::Value<'static> {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Text(text) => text.into(),
            Entry::Number(number) => number.into(),
            Entry::Time(micros) => micros.into(),
        }
    }
}

/// The table for values of this type.
pub(crate) const fn table(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text | FieldType::Choice | FieldType::Tags | FieldType::Date | FieldType::Id => "field_index_text",
        FieldType::Integer | FieldType::Number | FieldType::Boolean => "field_index_number",
        FieldType::Time => "field_index_time",
    }
}

/// Whether values of this kind fit into a key of an index.
pub(crate) const fn fits(kind: &FieldKind) -> bool {
    kind.rule_type().is_some() && !matches!(kind, FieldKind::LongText(_) | FieldKind::RichText(_) | FieldKind::Url)
}

/// The type of a field that has index rows; `None` for one without.
pub(crate) fn indexed(field: &Field) -> Option<FieldType> {
    // Relations are walked backwards by their rows.
    let leads = matches!(field.kind, FieldKind::Relation(_));
    let wanted = (field.filterable || field.unique || leads) && !field.retired && fits(&field.kind);
    field.rule_type().filter(|_| wanted)
}

/// The index rows of a field's value.
pub(crate) fn entries(kind: FieldType, value: Option<&Value>) -> Vec<Entry> {
    let Some(value) = value.and_then(|value| FieldValue::from_json(kind, value)) else { return Vec::new() };
    match value {
        FieldValue::Text(text) | FieldValue::Date(text) => vec![Entry::Text(text.into_owned())],
        FieldValue::Integer(number) => vec![Entry::Number(number as f64)],
        FieldValue::Number(number) => vec![Entry::Number(number)],
        FieldValue::Boolean(flag) => vec![Entry::Number(f64::from(u8::from(flag)))],
        FieldValue::Time(micros) => vec![Entry::Time(micros)],
        FieldValue::Id(bytes) => vec![Entry::Text(Uuid::from_bytes(bytes).to_string())],
        FieldValue::Tags(tags) => {
            let tags: BTreeSet<String> = tags.into_iter().map(std::borrow::Cow::into_owned).collect();
            tags.into_iter().map(Entry::Text).collect()
        }
    }
}

/// The fields whose index rows differ between two records: id, type, and whether there were values before.
pub(crate) fn changed<'a>(catalogue: &'a Catalogue, before: &Map, after: &Map) -> Vec<(&'a Field, FieldType)> {
    let differs = |field: &Field| before.get(&field.id) != after.get(&field.id);
    let fields = catalogue.fields.iter().filter(|field| differs(field));
    fields.filter_map(|field| Some((field, indexed(field)?))).collect()
}
