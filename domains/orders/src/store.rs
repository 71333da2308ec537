//! All SQL of orders.

use std::sync::LazyLock;

use authz::{Permission, ScopeColumns};
use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
};
use http_api::scope_condition;
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{Order, OrderError};

/// Who reaches an order besides those who reach all of them.
const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["owner_id", "created_by"], team: None, region: None };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id").not_null(),
    Column::new("title", FieldType::Text, "title").not_null(),
    Column::new("ordered_on", FieldType::Date, "ordered_on").not_null(),
    Column::new("due_on", FieldType::Date, "due_on"),
    Column::new("currency", FieldType::Text, "currency").not_null(),
    Column::new("total_minor", FieldType::Integer, "total_minor").not_null(),
    Column::new("paid_minor", FieldType::Integer, "paid_minor").not_null(),
    Column::new("owner_id", FieldType::Id, "owner_id"),
    Column::new("source", FieldType::Choice, "source").not_null(),
    Column::new("note", FieldType::Text, "note"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of orders.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "orders",
        columns: Order::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("number", "number"),
            ("title", "title"),
            ("ordered_on", "ordered_on"),
            ("due_on", "coalesce(due_on, '')"),
            ("total_minor", "total_minor"),
            ("status", "status"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["number"],
    search_object: Some("order"),
    archivable: true,
};

static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Order::COLUMNS.split(", ").collect());
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=COLUMNS.len() + 1).map(|n| format!("${n}")).collect();
    format!("insert into orders (tenant_id, {}) values ({})", Order::COLUMNS, marks.join(", "))
});

/// The order's values in the sequence of `Order::COLUMNS`.
fn values(order: &Order) -> Vec<Value<'_>> {
    let o = order;
    vec![
        o.id.into(),
        o.version.into(),
        o.created_at.into(),
        o.updated_at.into(),
        o.archived_at.into(),
        (&o.number).into(),
        o.kind.into(),
        o.status.into(),
        o.customer_id.into(),
        (&o.title).into(),
        o.ordered_on.into(),
        o.due_on.into(),
        (&o.currency).into(),
        o.total_minor.into(),
        o.paid_minor.into(),
        (&o.lines).into(),
        o.owner_id.into(),
        o.source.into(),
        (&o.note).into(),
        o.created_by.into(),
        (&o.ext).into(),
    ]
}

/// How far `permission` reaches among orders.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// The order with this id, archived or not, whoever asks.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<Order>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The order, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Order, OrderError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(OrderError::NotFound)
}

/// A new order.
pub(crate) fn insert<'o>(cx: &Context, order: &'o Order) -> Stmt<'o> {
    let mut binds = Vec::with_capacity(COLUMNS.len() + 1);
    binds.push(cx.tenant().into());
    binds.extend(values(order));
    Stmt::new(&*INSERT, binds)
}

/// Writes what changed; [`OrderError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Order, after: &Order) -> Result<(), OrderError> {
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), before.id.into(), before.version.into()];
    let mut sets = Vec::new();
    for ((column, old), new) in COLUMNS.iter().zip(values(before)).zip(values(after)) {
        if old != new {
            binds.push(new);
            sets.push(format!("{column} = ${}", binds.len()));
        }
    }
    let text = format!("update orders set {} where tenant_id = $1 and id = $2 and version = $3", sets.join(", "));
    match tx.execute(Stmt::new(text, binds)).await? {
        0 => Err(OrderError::Stale),
        _ => Ok(()),
    }
}

/// The orders in use of a customer within reach, the newest first.
pub(crate) async fn of_customer(
    q: &mut impl Query,
    permission: Permission,
    customer_id: Uuid,
    limit: usize,
) -> Result<Vec<Order>, DbError> {
    let scope = scope(q.cx(), permission);
    let own = Fragment::new("customer_id = $1 and archived_at is null", vec![customer_id.into()]);
    let clause = db::list::where_clause(q.cx(), &[scope, own]);
    let text = format!(
        "select {} from orders where {} order by ordered_on desc, id desc limit {limit}",
        Order::COLUMNS,
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

/// Of a customer's orders in use within reach: how many there are, and what is still to be paid of issued invoices in
/// this currency.
pub(crate) async fn sums_of_customer(
    q: &mut impl Query,
    permission: Permission,
    customer_id: Uuid,
    currency: &str,
) -> Result<(i64, i64), DbError> {
    let scope = scope(q.cx(), permission);
    let own = Fragment::new("customer_id = $1 and archived_at is null", vec![customer_id.into()]);
    let mut clause = db::list::where_clause(q.cx(), &[scope, own]);
    clause.binds.push(Value::from(currency.to_owned()));
    let text = format!(
        "select count(*), cast(coalesce(sum(case when kind = 'invoice' and status = 'issued' and currency = ${}
           then total_minor - paid_minor else 0 end), 0) as bigint) from orders where {}",
        clause.binds.len(),
        clause.text
    );
    q.one(Stmt::new(text, clause.binds)).await
}
