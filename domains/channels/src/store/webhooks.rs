//! Other systems that are called.

use db::{DbError, Query, Tx, list::List, stmt};
use kernel::Uuid;
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};
use webhooks::Endpoint;

use crate::webhooks::Webhook;

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("url", FieldType::Text, "url").not_null(),
    Column::new("enabled", FieldType::Boolean, "enabled").not_null(),
    Column::new("called_at", FieldType::Time, "called_at"),
]);

/// The list.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "webhooks",
        columns: Webhook::COLUMNS,
        sorts: &[("name", "name"), ("created_at", "created_at"), ("called_at", "called_at")],
        default_sort: "name",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

const INSERT: &str = "insert into webhooks
       (tenant_id, id, version, name, url, secret, enabled, created_at, updated_at)
     values ($1, $2, 1, $3, $4, $5, $6, $7, $7)";
const GET: &str = "select id, version, name, url, enabled, created_at, updated_at, called_at, last_error
     from webhooks where tenant_id = $1 and id = $2";
const ENDPOINT: &str = "select url, secret, enabled from webhooks where tenant_id = $1 and id = $2";
const NAMED: &str = "select id from webhooks where tenant_id = $1 and name = $2";
const NAMES: &str = "select id, name from webhooks where tenant_id = $1 and enabled = $2 order by name";
const COUNT: &str = "select count(*) from webhooks where tenant_id = $1";
const UPDATE: &str = "update webhooks set name = $3, url = $4, enabled = $5, updated_at = $6, version = version + 1
     where tenant_id = $1 and id = $2";
const NEW_SECRET: &str = "update webhooks set secret = $3, updated_at = $4, version = version + 1
     where tenant_id = $1 and id = $2";
const CALLED: &str = "update webhooks set called_at = $3, last_error = $4 where tenant_id = $1 and id = $2";
const DELETE: &str = "delete from webhooks where tenant_id = $1 and id = $2";

/// One more.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    id: Uuid,
    name: &str,
    endpoint: &Endpoint,
    enabled: bool,
) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let statement = stmt!(INSERT, tenant, id, name, endpoint.url.clone(), endpoint.secret.clone(), enabled, now);
    tx.execute(statement).await.map(drop)
}

/// One, without its secret.
pub(crate) async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Webhook>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(GET, tenant, id)).await
}

/// Where it is and what signs for us, and whether it may be called.
pub(crate) async fn endpoint(q: &mut impl Query, id: Uuid) -> Result<Option<(Endpoint, bool)>, DbError> {
    let tenant = q.cx().tenant();
    let found: Option<(String, String, bool)> = q.optional(stmt!(ENDPOINT, tenant, id)).await?;
    Ok(found.map(|(url, secret, enabled)| (Endpoint { url, secret }, enabled)))
}

/// The one of this name.
pub(crate) async fn named(q: &mut impl Query, name: &str) -> Result<Option<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    Ok(q.optional::<(Uuid,)>(stmt!(NAMED, tenant, name)).await?.map(|(id,)| id))
}

/// What may be called, by name.
pub(crate) async fn names(q: &mut impl Query) -> Result<Vec<(Uuid, String)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(NAMES, tenant, true)).await
}

/// How many there are.
pub(crate) async fn count(q: &mut impl Query) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    Ok(q.optional::<(i64,)>(stmt!(COUNT, tenant)).await?.map_or(0, |(count,)| count))
}

/// Changes everything but its secret.
pub(crate) async fn update(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let (name, url) = (webhook.name.clone(), webhook.url.clone());
    tx.execute(stmt!(UPDATE, tenant, webhook.id, name, url, webhook.enabled, now)).await.map(drop)
}

/// Gives it another secret.
pub(crate) async fn new_secret(tx: &mut Tx<'_>, id: Uuid, secret: &str) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(NEW_SECRET, tenant, id, secret, now)).await.map(drop)
}

/// How the last call went.
pub(crate) async fn called(tx: &mut Tx<'_>, id: Uuid, error: Option<&str>) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(CALLED, tenant, id, now, error.map(str::to_owned))).await.map(drop)
}

/// Takes it away.
pub(crate) async fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(DELETE, tenant, id)).await.map(drop)
}
