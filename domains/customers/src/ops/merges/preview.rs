//! What a merge would do: how many rows go along, and which fields differ.

use std::collections::BTreeMap;

use authz::permissions::CUSTOMERS_MERGE;
use db::Read;
use http_api::{App, Body, Caller, FieldError, Json, Path, Problem, State};
use kernel::Uuid;
use objects::Invalid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FIELDS, OWN_ROWS, fields};
use crate::{Customer, CustomerError, api::CustomerPath, merging::RELATIONS, ops::duplicates::belongings, store};

/// Which customer would go away.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The customer that would go into this one.
    from: Uuid,
}

/// A field in which two customers differ.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// The field, as `take` names it; own fields as `ext.<id>`.
    field: String,
    /// What the customer that stays says.
    keep: Value,
    /// What the customer that goes away says.
    from: Value,
}

/// What a merge would do.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Preview {
    /// How many rows of each kind would go along: contacts, sites, children, devices, tickets, orders, …;
    /// `relations` are records that name it in own fields.
    moves: BTreeMap<String, i64>,
    /// Fields in which the two differ, and the one that goes away says something.
    fields: Vec<Difference>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    Body(asked): Body<Asked>,
) -> Result<Json<Preview>, Problem> {
    let belongings = belongings(&app);
    let preview = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Preview, CustomerError> {
            let mut into = store::reached(r, CUSTOMERS_MERGE, path.id).await?;
            let mut from = other(r, path.id, asked.from).await?;
            objects::shown(r, "customer", vec![&mut into.ext.0, &mut from.ext.0]).await?;
            let mut moves = BTreeMap::new();
            for rows in OWN_ROWS.iter().chain(belongings.iter()) {
                let count: i64 = rows.rows().counts(r, &[from.id]).await?.into_iter().map(|(_, count)| count).sum();
                *moves.entry(rows.name.to_owned()).or_default() += count;
            }
            for relation in objects::relations_to(r, "customer").await? {
                *moves.entry(RELATIONS.to_owned()).or_default() += relation.count(r, from.id).await?;
            }
            Ok(Preview { moves, fields: differences(&into, &from) })
        })
        .await?;
    Ok(Json(preview))
}

/// The customer that is to go into `into`; a mistake at `/from` when there is none, or it is the same.
pub(crate) async fn other(q: &mut impl db::Query, into: Uuid, from: Uuid) -> Result<Customer, CustomerError> {
    let wrong = |code, message| CustomerError::Invalid(Invalid(vec![FieldError::new("/from", code, message)]));
    if from == into {
        return Err(wrong("same", "A customer cannot go into itself; choose another."));
    }
    match store::reached(q, CUSTOMERS_MERGE, from).await {
        Err(CustomerError::NotFound(_)) => Err(wrong("unknown", "There is no such customer; choose one of the list.")),
        found => found,
    }
}

fn differences(into: &Customer, from: &Customer) -> Vec<Difference> {
    let (keep, other) = (fields(into), fields(from));
    let mut all: Vec<Difference> = FIELDS
        .iter()
        .filter_map(|field| {
            let (keep, from) = (keep.get(*field)?.clone(), other.get(*field)?.clone());
            Some(Difference { field: (*field).to_owned(), keep, from })
        })
        .collect();
    all.extend(from.ext.0.iter().map(|(id, value)| Difference {
        field: format!("ext.{id}"),
        keep: into.ext.0.get(id).cloned().unwrap_or(Value::Null),
        from: value.clone(),
    }));
    let says_nothing = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    all.retain(|one| one.keep != one.from && !says_nothing(&one.from));
    all
}
