//! What follows from events: the text by which orders are found, and whose they are after customers were merged.

use customers::{CustomerRows, RowsParent};
use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::{Order, OrderView, ops::list::views, store};

/// Orders go with their customer when customers are merged.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "orders",
    object: "order",
    table: "orders",
    column: "customer_id",
    label: "number",
    parent: RowsParent::Customer,
    personal: &[],
};

/// Orders in the text search, with the customer's name as it was when the order last changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderSearch;

impl Indexed for OrderSearch {
    fn object(&self) -> &'static str {
        "order"
    }

    fn table(&self) -> &'static str {
        "orders"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let orders: Vec<Order> = objects::by_ids(tx, &store::LISTING.list, ids).await?;
            let own = objects::OwnWords::of(tx, "order").await?;
            let found = |view: OrderView| {
                let words = own.words(&view.order.ext.0);
                document(view).text(words)
            };
            Ok(views(tx, orders).await?.into_iter().map(found).collect())
        })
    }
}

fn document(view: OrderView) -> Document {
    let order = view.order;
    Document::new(order.id, format!("{} {}", order.number, order.title))
        .subtitle(view.customer_name.clone())
        .codes([Some(order.number)])
        .names([view.customer_name])
        .text([order.note])
        .text(order.lines.0.into_iter().map(|line| Some(line.text)))
        .reached_by([order.owner_id, order.created_by], None, None)
        .archived(order.archived_at.is_some())
}
