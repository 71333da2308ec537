//! All SQL of parts and their uses.

use std::sync::LazyLock;

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

pub mod of_devices;

use crate::{
    InventoryError,
    model::{Part, PartUse},
};

/// Uses of one ticket at most.
const MOST_USES: i64 = 1_000;

const LIST: List = List {
    table: "parts",
    columns: Part::COLUMNS,
    sorts: &[
        ("code", "code"),
        ("name", "name"),
        ("stock", "stock"),
        ("price_minor", "price_minor"),
        ("created_at", "created_at"),
        ("updated_at", "updated_at"),
    ],
    default_sort: "code",
};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("code", FieldType::Text, "code").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("unit", FieldType::Text, "unit").not_null(),
    Column::new("price_minor", FieldType::Integer, "price_minor").not_null(),
    Column::new("cost_minor", FieldType::Integer, "cost_minor").not_null(),
    Column::new("currency", FieldType::Text, "currency").not_null(),
    Column::new("stock", FieldType::Integer, "stock").not_null(),
    Column::new("stock_warning", FieldType::Boolean, "stock_warning").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of parts.
pub static LISTING: Listing =
    Listing { list: LIST, fields: &FIELDS, keys: &["code", "name"], search_object: Some("part"), archivable: true };

static INSERT: LazyLock<String> = LazyLock::new(|| insert_text("parts", Part::COLUMNS));

static INSERT_USE: LazyLock<String> = LazyLock::new(|| insert_text("part_uses", PartUse::COLUMNS));

const UPDATE: &str =
    "update parts set version = $4, code = $5, name = $6, unit = $7, price_minor = $8, cost_minor = $9,
     currency = $10, stock = $11, stock_warning = $12, note = $13, updated_at = $14, archived_at = $15, ext = $16
     where tenant_id = $1 and id = $2 and version = $3";

/// One statement, so that two engineers who use the last piece at once both count.
const TAKE: &str = "update parts set stock = stock - $3, stock_warning = (stock - $3 < 0), version = version + 1,
     updated_at = $4 where tenant_id = $1 and id = $2 returning ";

const RETURN: &str = "update part_uses set returned_at = $3, returned_reason = $4
     where tenant_id = $1 and id = $2 and returned_at is null";

fn insert_text(table: &str, columns: &str) -> String {
    let marks: Vec<String> = (1..=columns.split(", ").count() + 1).map(|n| format!("${n}")).collect();
    format!("insert into {table} (tenant_id, {columns}) values ({})", marks.join(", "))
}

/// A new part.
pub fn insert<'p>(cx: &Context, part: &'p Part) -> Stmt<'p> {
    let p = part;
    stmt!(
        &*INSERT,
        cx.tenant(),
        p.id,
        p.version,
        &p.code,
        &p.name,
        &p.unit,
        p.price_minor,
        p.cost_minor,
        &p.currency,
        p.stock,
        p.stock_warning,
        &p.note,
        p.created_at,
        p.updated_at,
        p.archived_at,
        &p.ext
    )
}

/// Writes `after` over the row that still has `version`.
pub async fn update(tx: &mut Tx<'_>, after: &Part, version: i64) -> Result<(), InventoryError> {
    let (p, tenant) = (after, tx.cx().tenant());
    let touched = tx
        .execute(stmt!(
            UPDATE,
            tenant,
            p.id,
            version,
            p.version,
            &p.code,
            &p.name,
            &p.unit,
            p.price_minor,
            p.cost_minor,
            &p.currency,
            p.stock,
            p.stock_warning,
            &p.note,
            p.updated_at,
            p.archived_at,
            &p.ext
        ))
        .await?;
    if touched == 0 { Err(InventoryError::Stale) } else { Ok(()) }
}

/// Lowers the stock by `quantity` (raises it when negative); answers the part afterwards.
pub async fn take(tx: &mut Tx<'_>, part_id: Uuid, quantity: i64) -> Result<Option<Part>, DbError> {
    let (tenant, now): (_, Timestamp) = (tx.cx().tenant(), tx.cx().now());
    tx.optional(stmt!(format!("{TAKE}{}", Part::COLUMNS), tenant, part_id, quantity, now)).await
}

/// A new use.
pub fn insert_use<'u>(cx: &Context, used: &'u PartUse) -> Stmt<'u> {
    let u = used;
    stmt!(
        &*INSERT_USE,
        cx.tenant(),
        u.id,
        u.ticket_id,
        u.visit_id,
        u.part_id,
        &u.part_code,
        &u.part_name,
        &u.unit,
        u.quantity,
        &u.serial,
        u.unit_price_minor,
        u.unit_cost_minor,
        &u.currency,
        u.stock_after,
        u.stock_warning,
        u.booked_by,
        &u.booked_by_name,
        u.used_at,
        u.booked_at,
        u.returned_at,
        &u.returned_reason
    )
}

/// Marks a use as taken back; false when it was already.
pub async fn mark_returned(tx: &mut Tx<'_>, id: Uuid, reason: &str) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(RETURN, tenant, id, now, reason)).await? > 0)
}

/// One use.
pub async fn get_use(q: &mut impl Query, id: Uuid) -> Result<Option<PartUse>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from part_uses where tenant_id = $1 and id = $2", PartUse::COLUMNS);
    q.optional(stmt!(sql, tenant, id)).await
}

/// The parts used on a ticket, oldest first; those taken back are left out.
pub async fn uses_of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<PartUse>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from part_uses where tenant_id = $1 and ticket_id = $2 and returned_at is null
         order by booked_at, id limit $3",
        PartUse::COLUMNS
    );
    q.all(stmt!(sql, tenant, ticket_id, MOST_USES)).await
}

/// What the parts used on a customer's tickets cost us in this currency, in minor units.
pub async fn cost_of_customer(q: &mut impl Query, customer_id: Uuid, currency: &str) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    let (cost,): (i64,) = q
        .one(stmt!(
            "select cast(coalesce(sum(u.quantity * u.unit_cost_minor), 0) as bigint) from tickets t
             join part_uses u on u.tenant_id = t.tenant_id and u.ticket_id = t.id
             where t.tenant_id = $1 and t.customer_id = $2 and u.returned_at is null and u.currency = $3",
            tenant,
            customer_id,
            currency.to_owned()
        ))
        .await?;
    Ok(cost)
}

/// One part, archived or not.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Part>, DbError> {
    objects::find(q, &LIST, id, Fragment::new("1 = 1", Vec::new())).await
}

/// Several parts, archived or not, in no order.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Part>, DbError> {
    objects::by_ids(q, &LIST, ids).await
}

/// Parts that are not archived, by code; at most `limit`.
pub async fn listed(q: &mut impl Query, limit: i64) -> Result<Vec<Part>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from parts where tenant_id = $1 and archived_at is null order by code limit $2",
        Part::COLUMNS
    );
    q.all(stmt!(sql, tenant, limit)).await
}
