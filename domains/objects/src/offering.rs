//! Which records a relation field offers: those that pass a condition tree over the other object's fields, the standard
//! ones that look-ups can take and own ones that are filterable. Lists that pickers read take the same tree as a filter.

use db::{DbError, Query};
use forms::{Catalogue, Field, ResultType};
use rules::{Condition, FieldMap, FieldType, RuleError};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    built_in::{Standard, table_of},
    index::indexed,
    listing,
    own::{OwnFields, mentions},
    store::{names, records},
};

/// The type that conditions know a standard field by.
fn kind(field: &Standard) -> FieldType {
    match (field.id, field.result) {
        ("kind" | "type" | "level" | "status" | "status_category" | "priority", _) => FieldType::Choice,
        (_, ResultType::Text) => FieldType::Text,
        (_, ResultType::Number) => FieldType::Number,
        (_, ResultType::Money) => FieldType::Integer,
        (_, ResultType::Boolean) => FieldType::Boolean,
        (_, ResultType::Date) => FieldType::Date,
        (_, ResultType::Time) => FieldType::Time,
    }
}

/// The standard fields of an object that such conditions may name; not personal data, which would be told by what is
/// offered.
fn standard(object: &str) -> FieldMap {
    match table_of(object) {
        None => records::LISTING.fields.clone(),
        Some(table) => {
            let open = table.fields.iter().filter(|field| !field.personal);
            open.fold(FieldMap::default(), |map, field| map.with(field.id, kind(field), field.column, field.column))
        }
    }
}

/// Whether conditions of this kind may name an own field of the other object.
pub(crate) fn is_askable(field: &Field) -> bool {
    field.filterable && !field.personal && indexed(field).is_some()
}

/// What is wrong with a condition on records of `object`, whose own fields are these.
pub(crate) fn check(tree: &Value, object: &str, catalogue: Option<&Catalogue>) -> Result<(), RuleError> {
    let own = catalogue.into_iter().flat_map(|catalogue| &catalogue.fields).filter(|field| is_askable(field));
    let known = own.filter_map(|field| Some((&field.id, indexed(field)?)));
    let map = known.fold(standard(object), |map, (id, kind)| map.with(id, kind, "null", "null"));
    Condition::parse(tree, &map).map(drop)
}

/// Those of the records that pass the condition. `None` when nobody can tell: it names fields that are no more, or
/// whose values are still being gathered; then nobody is kept from saving.
pub(crate) async fn passing(
    q: &mut impl Query,
    object: &str,
    tree: &Value,
    ids: &[Uuid],
) -> Result<Option<Vec<Uuid>>, DbError> {
    let own = OwnFields::askable(q, object).await?;
    if own.filling().iter().any(|field| mentions(tree, field)) {
        return Ok(None);
    }
    let map = own.map(&standard(object));
    let Ok(test) = listing::filter(q.cx(), q.engine(), tree, &map) else { return Ok(None) };
    let conditions = vec![crate::among("id", ids), test];
    let passing: Vec<Uuid> = if let Some(table) = table_of(object) {
        names::of_table(q, table, conditions, ids.len()).await?.iter().map(|row| row.id).collect()
    } else {
        let conditions = [conditions, vec![records::of_object(object)]].concat();
        names::records(q, conditions, ids.len()).await?.iter().map(|record| record.id).collect()
    };
    Ok(Some(passing))
}
