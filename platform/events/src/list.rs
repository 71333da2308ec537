//! Reading back: timelines of objects, and the audit page.

use db::{
    Query, Value,
    list::{Fragment, List, ListError, ListPage, ListQuery, run},
};
use kernel::Timestamp;
use uuid::Uuid;

use crate::{Event, store::COLUMNS};

const TIMELINE: List = List { table: "events", columns: COLUMNS, sorts: &[("seq", "seq")], default_sort: "-seq" };

const AUDIT: List = List { table: "events", columns: COLUMNS, sorts: &[("at", "at")], default_sort: "-at" };

/// What the audit page asks for; absent parts do not restrict.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// The kind of object.
    pub object: Option<String>,
    /// Which object.
    pub object_id: Option<Uuid>,
    /// What happened: a kind, or a prefix such as `ticket.`.
    pub kind: Option<String>,
    /// From this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// What happened to one object, newest first (sorts: `seq`, `-seq`).
pub async fn list_object(
    q: &mut impl Query,
    object: &str,
    object_id: Uuid,
    mut query: ListQuery,
) -> Result<ListPage<Event>, ListError> {
    query.conditions.push(Fragment::new(
        "((parent_id = $1 and object_id = $1) or (object_id = $1 and object_id <> parent_id)) and object = $2",
        vec![Value::Id(object_id), Value::from(object.to_owned())],
    ));
    run(q, &TIMELINE, &query).await
}

/// What happened to an object and to what belongs to it (a ticket with its visits, notes, quotes), newest first.
pub async fn list_parent(
    q: &mut impl Query,
    parent_object: &str,
    parent_id: Uuid,
    mut query: ListQuery,
) -> Result<ListPage<Event>, ListError> {
    query.conditions.push(Fragment::new(
        "parent_id = $1 and parent_object = $2",
        vec![Value::Id(parent_id), Value::from(parent_object.to_owned())],
    ));
    run(q, &TIMELINE, &query).await
}

/// Everything that happened in the tenant, newest first (sorts: `at`, `-at`).
pub async fn audit(
    q: &mut impl Query,
    filter: &AuditFilter,
    mut query: ListQuery,
) -> Result<ListPage<Event>, ListError> {
    let mut add = |text: &str, value: Value<'static>| query.conditions.push(Fragment::new(text, vec![value]));
    if let Some(actor) = filter.actor_id {
        add("actor_id = $1", Value::Id(actor));
    }
    if let Some(object) = &filter.object {
        add("object = $1", Value::from(object.clone()));
    }
    if let Some(id) = filter.object_id {
        add("(parent_id = $1 or (object_id = $1 and object_id <> parent_id)) and object_id = $1", Value::Id(id));
    }
    if let Some(kind) = &filter.kind {
        add("substr(kind, 1, length($1)) = $1", Value::from(kind.clone()));
    }
    if let Some(from) = filter.from {
        add("at >= $1", Value::from(from));
    }
    if let Some(to) = filter.to {
        add("at < $1", Value::from(to));
    }
    run(q, &AUDIT, &query).await
}
