//! What happens to quotes when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Quotes go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "quotes",
    object: "quote",
    table: "quotes",
    column: "customer_id",
    label: "number",
    parent: RowsParent::Named("ticket", "ticket_id"),
    personal: &["decided_by"],
};
