//! Companies.

use db::{DbError, Query, Sql, Tx, Value, stmt};
use kernel::TenantId;

use crate::model::Tenant;

const LOCK: Sql =
    Sql::pair("select id from tenants where tenant_id = $1", "select id from tenants where tenant_id = $1 for update");

fn select(rest: &str) -> String {
    format!("select {} from tenants {rest}", Tenant::COLUMNS)
}

/// The company of the context.
pub(crate) async fn current(q: &mut impl Query) -> Result<Tenant, DbError> {
    let tenant = q.cx().tenant();
    q.one(stmt!(select("where tenant_id = $1"), tenant)).await
}

/// The company with this short name; needs the platform's own context.
pub(crate) async fn by_slug(q: &mut impl Query, slug: &str) -> Result<Option<Tenant>, DbError> {
    q.optional(stmt!(select("where slug = $1"), slug)).await
}

/// The company with this id; needs its own or the platform's context.
pub(crate) async fn by_id(q: &mut impl Query, tenant: TenantId) -> Result<Option<Tenant>, DbError> {
    q.optional(stmt!(select("where tenant_id = $1"), tenant)).await
}

/// Every company by short name; needs the platform's own context.
pub(crate) async fn all(q: &mut impl Query) -> Result<Vec<Tenant>, DbError> {
    q.all(stmt!(select("order by slug limit $1"), 100_000_i64)).await
}

/// Companies in which `login` exists, two at most; needs the platform's own context.
pub(crate) async fn with_login(q: &mut impl Query, login: &str) -> Result<Vec<Tenant>, DbError> {
    let text = format!(
        "select {} from tenants where tenant_id in (select tenant_id from users where login = $1) limit $2",
        Tenant::COLUMNS
    );
    q.all(stmt!(text, login, 2_i64)).await
}

/// Two companies at most; needs the platform's own context.
pub(crate) async fn first_two(q: &mut impl Query) -> Result<Vec<Tenant>, DbError> {
    q.all(stmt!(select("order by slug limit $1"), 2_i64)).await
}

pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<(), DbError> {
    let text =
        "insert into tenants (tenant_id, id, version, created_at, updated_at, slug, name, zone, currency, locale,
            is_demo, status, settings) values ($1, $1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    tx.execute(stmt!(
        text,
        tenant.id,
        tenant.version,
        tenant.created_at,
        &tenant.slug,
        &tenant.name,
        &tenant.zone,
        &tenant.currency,
        tenant.locale,
        tenant.is_demo,
        tenant.status,
        Value::json(&tenant.settings()),
    ))
    .await
    .map(|_| ())
}

/// Saves `tenant` if its version is still the stored one; answers whether it was.
pub(crate) async fn update(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<bool, DbError> {
    let text = "update tenants set version = version + 1, updated_at = $3, name = $4, zone = $5, currency = $6,
            locale = $7, settings = $8 where tenant_id = $1 and version = $2";
    let touched = tx
        .execute(stmt!(
            text,
            tenant.id,
            tenant.version,
            tenant.updated_at,
            &tenant.name,
            &tenant.zone,
            &tenant.currency,
            tenant.locale,
            Value::json(&tenant.settings()),
        ))
        .await?;
    Ok(touched == 1)
}

/// Makes changes to who may do what take turns within the tenant, so that two of them cannot each remove
/// "the other" administrator.
pub(crate) async fn lock(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.optional::<(uuid::Uuid,)>(stmt!(&LOCK, tenant)).await.map(|_| ())
}
