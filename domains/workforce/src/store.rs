//! All SQL of engineers.

use std::sync::LazyLock;

use authz::ScopeColumns;
use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{WorkforceError, model::Engineer};

/// Engineers looked at in one go at most; no tenant of one machine has more.
const MOST: i64 = 2_000;

/// The columns that say whose record it is.
pub const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["user_id"], team: Some("team_id"), region: Some("region_id") };

const LIST: List = List {
    table: "engineers",
    columns: Engineer::COLUMNS,
    sorts: &[("name", "name"), ("status", "status"), ("created_at", "created_at"), ("updated_at", "updated_at")],
    default_sort: "name",
};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("phone", FieldType::Text, "phone"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("user_id", FieldType::Id, "user_id"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("home_address", FieldType::Text, "home_address"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of engineers.
pub static LISTING: Listing =
    Listing { list: LIST, fields: &FIELDS, keys: &["name"], search_object: Some("engineer"), archivable: true };

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=Engineer::COLUMNS.split(", ").count() + 1).map(|n| format!("${n}")).collect();
    format!("insert into engineers (tenant_id, {}) values ({})", Engineer::COLUMNS, marks.join(", "))
});

const UPDATE: &str = "update engineers set version = $4, name = $5, phone = $6, user_id = $7, skills = $8,
     home_address = $9, home_lat = $10, home_lng = $11, working_hours = $12, region_id = $13, team_id = $14,
     status = $15, note = $16, updated_at = $17, archived_at = $18, ext = $19
     where tenant_id = $1 and id = $2 and version = $3";

/// A new engineer.
pub fn insert<'e>(cx: &Context, engineer: &'e Engineer) -> Stmt<'e> {
    let e = engineer;
    stmt!(
        &*INSERT,
        cx.tenant(),
        e.id,
        e.version,
        &e.name,
        &e.phone,
        e.user_id,
        &e.skills,
        &e.home_address,
        e.home_lat,
        e.home_lng,
        &e.working_hours,
        e.region_id,
        e.team_id,
        e.status,
        &e.note,
        e.created_at,
        e.updated_at,
        e.archived_at,
        &e.ext
    )
}

/// Writes `after` over the row that still has `version`.
pub async fn update(tx: &mut Tx<'_>, after: &Engineer, version: i64) -> Result<(), WorkforceError> {
    let e = after;
    let tenant = tx.cx().tenant();
    let touched = tx
        .execute(stmt!(
            UPDATE,
            tenant,
            e.id,
            version,
            e.version,
            &e.name,
            &e.phone,
            e.user_id,
            &e.skills,
            &e.home_address,
            e.home_lat,
            e.home_lng,
            &e.working_hours,
            e.region_id,
            e.team_id,
            e.status,
            &e.note,
            e.updated_at,
            e.archived_at,
            &e.ext
        ))
        .await?;
    if touched == 0 { Err(WorkforceError::Stale) } else { Ok(()) }
}

/// One engineer within a scope.
pub async fn within(q: &mut impl Query, id: Uuid, scope: Fragment) -> Result<Engineer, WorkforceError> {
    objects::find(q, &LIST, id, scope).await?.ok_or(WorkforceError::NotFound)
}

/// One engineer, archived or not, whoever may see them.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Engineer>, DbError> {
    let sql = format!("select {} from engineers where tenant_id = $1 and id = $2", Engineer::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(sql, tenant, id)).await
}

/// The engineer who signs in as this user, unless archived.
pub async fn by_user(q: &mut impl Query, user_id: Uuid) -> Result<Option<Engineer>, DbError> {
    let sql = format!(
        "select {} from engineers where tenant_id = $1 and user_id = $2 and archived_at is null",
        Engineer::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.optional(stmt!(sql, tenant, user_id)).await
}

/// Those with these ids, archived or not, in no order.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Engineer>, DbError> {
    objects::by_ids(q, &LIST, ids).await
}

/// Everybody who can be sent, by id.
pub async fn active(q: &mut impl Query) -> Result<Vec<Engineer>, DbError> {
    let sql = format!(
        "select {} from engineers where tenant_id = $1 and archived_at is null and status = 'active' order by id limit $2",
        Engineer::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(sql, tenant, MOST)).await
}

/// Everybody who is not archived, whether they can be sent or not, by id.
pub async fn listed(q: &mut impl Query) -> Result<Vec<Engineer>, DbError> {
    let sql = format!(
        "select {} from engineers where tenant_id = $1 and archived_at is null order by id limit $2",
        Engineer::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(sql, tenant, MOST)).await
}
