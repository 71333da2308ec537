//! All SQL of prices, quotes, payments and excuses.

use std::sync::LazyLock;

use authz::{Permission, scope_clause};
use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{
    FinanceError,
    model::{Payment, PriceItem, Quote, SettlementExcuse},
};

pub mod sums;

/// Quotes of one ticket, and payments of one quote, at most.
const MOST: i64 = 200;

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("ticket_id", FieldType::Id, "ticket_id").not_null(),
    Column::new("ticket_number", FieldType::Text, "ticket_number").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("currency", FieldType::Text, "currency").not_null(),
    Column::new("total_minor", FieldType::Integer, "total_minor").not_null(),
    Column::new("paid_minor", FieldType::Integer, "paid_minor").not_null(),
    Column::new("valid_until", FieldType::Time, "valid_until"),
    Column::new("sent_at", FieldType::Time, "sent_at"),
    Column::new("decided_at", FieldType::Time, "decided_at"),
    Column::new("paid_at", FieldType::Time, "paid_at"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of quotes.
pub static LISTING: Listing = Listing {
    list: List {
        table: "quotes",
        columns: Quote::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("number", "number"),
            ("total_minor", "total_minor"),
            ("status", "status"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Quote::COLUMNS.split(", ").collect());
static INSERT: LazyLock<String> = LazyLock::new(|| insert_text("quotes", Quote::COLUMNS));

fn insert_text(table: &str, columns: &str) -> String {
    let marks: Vec<String> = (1..=columns.split(", ").count() + 1).map(|n| format!("${n}")).collect();
    format!("insert into {table} (tenant_id, {columns}) values ({})", marks.join(", "))
}

/// Only what belongs to tickets the caller's `permission` reaches.
pub fn ticket_scope(cx: &Context, permission: Permission) -> Fragment {
    let scope = scope_clause(cx, permission, &tickets::SCOPE, 2);
    if scope.is_everything() {
        return Fragment::new("1 = 1", Vec::new());
    }
    let mut binds = vec![cx.tenant().into()];
    binds.extend(scope.binds.into_iter().map(Into::into));
    Fragment::new(format!("ticket_id in (select id from tickets where tenant_id = $1 and {})", scope.text), binds)
}

/// The prices that were set.
pub async fn price_items(q: &mut impl Query) -> Result<Vec<PriceItem>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from price_items where tenant_id = $1 order by kind limit $2", PriceItem::COLUMNS);
    q.all(stmt!(sql, tenant, MOST)).await
}

/// Writes a price over the one of the same kind.
pub fn put_price<'p>(cx: &Context, item: &'p PriceItem) -> Stmt<'p> {
    let p = item;
    stmt!(
        "insert into price_items (tenant_id, id, version, kind, name, unit, unit_price_minor, unit_cost_minor, currency,
           tax_percent, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (tenant_id, kind) do update set version = price_items.version + 1, name = excluded.name,
           unit = excluded.unit, unit_price_minor = excluded.unit_price_minor,
           unit_cost_minor = excluded.unit_cost_minor, currency = excluded.currency,
           tax_percent = excluded.tax_percent, updated_at = excluded.updated_at",
        cx.tenant(),
        p.id,
        p.version,
        p.kind,
        &p.name,
        &p.unit,
        p.unit_price_minor,
        p.unit_cost_minor,
        &p.currency,
        p.tax_percent,
        p.created_at,
        p.updated_at
    )
}

/// The quote's values in the order of `Quote::COLUMNS`.
fn values(quote: &Quote) -> Vec<Value<'_>> {
    let q = quote;
    vec![
        q.id.into(),
        q.version.into(),
        (&q.number).into(),
        q.ticket_id.into(),
        (&q.ticket_number).into(),
        q.customer_id.into(),
        q.status.into(),
        (&q.lines).into(),
        (&q.currency).into(),
        q.subtotal_minor.into(),
        q.tax_minor.into(),
        q.total_minor.into(),
        q.paid_minor.into(),
        (&q.note).into(),
        q.valid_until.into(),
        q.sent_at.into(),
        q.decided_at.into(),
        (&q.decided_by).into(),
        q.decided_via.into(),
        (&q.decision_reason).into(),
        q.paid_at.into(),
        q.created_by.into(),
        (&q.created_by_name).into(),
        q.created_at.into(),
        q.updated_at.into(),
        (&q.ext).into(),
    ]
}

/// A new quote.
pub fn insert<'q>(cx: &Context, quote: &'q Quote) -> Stmt<'q> {
    let mut binds = Vec::with_capacity(COLUMNS.len() + 1);
    binds.push(cx.tenant().into());
    binds.extend(values(quote));
    Stmt::new(&*INSERT, binds)
}

/// Writes what changed; demands that the row still has the version `before` had.
pub async fn update(tx: &mut Tx<'_>, before: &Quote, after: &Quote) -> Result<(), FinanceError> {
    let (old, new) = (values(before), values(after));
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), before.id.into(), before.version.into()];
    let mut sets = Vec::new();
    for ((column, old), new) in COLUMNS.iter().zip(old).zip(new) {
        if old != new {
            binds.push(new);
            sets.push(format!("{column} = ${}", binds.len()));
        }
    }
    let sql = format!("update quotes set {} where tenant_id = $1 and id = $2 and version = $3", sets.join(", "));
    match tx.execute(Stmt::new(sql, binds)).await? {
        0 => Err(FinanceError::Stale),
        _ => Ok(()),
    }
}

/// One quote within `scope`.
pub async fn within(q: &mut impl Query, id: Uuid, scope: Fragment) -> Result<Quote, FinanceError> {
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(FinanceError::NotFound)
}

/// One quote, whoever may see it.
pub async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<Quote>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The quotes of a ticket, oldest first.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Quote>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from quotes where tenant_id = $1 and ticket_id = $2 order by created_at, id limit $3",
        Quote::COLUMNS
    );
    q.all(stmt!(sql, tenant, ticket_id, MOST)).await
}

/// The newest quotes of a customer.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<Quote>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from quotes where tenant_id = $1 and customer_id = $2 order by created_at desc, id desc limit $3",
        Quote::COLUMNS
    );
    q.all(stmt!(sql, tenant, customer_id, limit)).await
}

/// A new payment.
pub fn insert_payment<'p>(cx: &Context, payment: &'p Payment) -> Stmt<'p> {
    let p = payment;
    stmt!(
        "insert into payments (tenant_id, id, quote_id, ticket_id, amount_minor, currency, method, reference,
           recorded_by_name, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        cx.tenant(),
        p.id,
        p.quote_id,
        p.ticket_id,
        p.amount_minor,
        &p.currency,
        p.method,
        &p.reference,
        &p.recorded_by_name,
        p.created_at
    )
}

/// The payments of a quote, oldest first.
pub async fn payments(q: &mut impl Query, quote_id: Uuid) -> Result<Vec<Payment>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from payments where tenant_id = $1 and quote_id = $2 order by created_at, id limit $3",
        Payment::COLUMNS
    );
    q.all(stmt!(sql, tenant, quote_id, MOST)).await
}

/// Why a ticket need not be paid for.
pub async fn excuse(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<SettlementExcuse>, DbError> {
    let tenant = q.cx().tenant();
    let sql =
        format!("select {} from settlement_excuses where tenant_id = $1 and ticket_id = $2", SettlementExcuse::COLUMNS);
    q.optional(stmt!(sql, tenant, ticket_id)).await
}

/// Writes an excuse over an older one of the same ticket.
pub fn put_excuse<'e>(cx: &Context, excuse: &'e SettlementExcuse) -> Stmt<'e> {
    let e = excuse;
    stmt!(
        "insert into settlement_excuses (tenant_id, id, ticket_id, reason, excused_by_name, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, ticket_id) do update set reason = excluded.reason,
           excused_by_name = excluded.excused_by_name, created_at = excluded.created_at",
        cx.tenant(),
        e.id,
        e.ticket_id,
        &e.reason,
        &e.excused_by_name,
        e.created_at
    )
}
