//! Purchases, leads and invoices of customers: entered by colleagues, read from files, or kept in step with another
//! system.
//!
//! This is what a customer's page and the value of a customer need to know of sales; it is no bookkeeping. An order's
//! worth is the sum of its lines, each rounded half up to minor units; an invoice that is paid in full is paid.
//!
//! Events: `order.created`, `.updated`, `.archived`, `.restored`, also on the customer's timeline. Text search knows
//! orders by number, title, customer, lines, note and own fields that may be searched.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;
pub mod table;

use authz::{
    Access, Permission,
    permissions::{ORDERS_CREATE, ORDERS_READ, ORDERS_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{NewOrder, NewOrderLine, OrderChange};
pub use error::OrderError;
pub use model::{Order, OrderKind, OrderLine, OrderSource, OrderStatus, OrderView};
pub use ops::{
    create::{insert, next_number},
    list::views,
};
pub use reactions::{CUSTOMER_ROWS, OrderSearch};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("orders", 1, "orders", "../migrations/0001_orders.sql")]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    let read = Access::Needs(ORDERS_READ);
    let update = Access::Needs(ORDERS_UPDATE);
    Routes::new("orders")
        .get("/api/v1/orders", read, "listOrders", "List purchases, leads and invoices", ops::list::handle)
        .post(
            "/api/v1/orders",
            Access::Needs(ORDERS_CREATE),
            "createOrder",
            "Create a purchase, lead or invoice",
            ops::create::handle,
        )
        .describe("With lines their sum is what the order is worth. An invoice that is paid in full is paid.")
        .get("/api/v1/orders/{id}", read, "getOrder", "Show an order", ops::get::handle)
        .patch("/api/v1/orders/{id}", update, "updateOrder", "Change an order", ops::update::handle)
        .post("/api/v1/orders/{id}/archive", update, "archiveOrder", "Put an order away", ops::archive::handle)
        .post("/api/v1/orders/{id}/restore", update, "restoreOrder", "Take an order back", ops::restore::handle)
        .post(
            "/api/v1/orders/{id}/reveal",
            read,
            "revealOrderField",
            "Show one own field of personal data of an order",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/orders/{id}/timeline",
            read,
            "getOrderTimeline",
            "Show what happened to an order, newest first",
            ops::timeline::handle,
        )
}

/// The order with this id, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Order>, DbError> {
    let mut found = store::find(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The orders in use of a customer within the reach of `permission`, the newest first.
pub async fn of_customer(
    q: &mut impl Query,
    permission: Permission,
    customer_id: Uuid,
    limit: usize,
) -> Result<Vec<Order>, DbError> {
    let mut found = store::of_customer(q, permission, customer_id, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Of a customer's orders in use within the reach of `permission`: how many there are, and what is still to be paid of
/// issued invoices in this currency, in minor units.
pub async fn sums_of_customer(
    q: &mut impl Query,
    permission: Permission,
    customer_id: Uuid,
    currency: &str,
) -> Result<(i64, i64), DbError> {
    store::sums_of_customer(q, permission, customer_id, currency).await
}

/// What the caller may see of the orders' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, orders: &mut [Order]) -> Result<(), DbError> {
    objects::shown(q, "order", orders.iter_mut().map(|order| &mut order.ext.0).collect()).await
}
