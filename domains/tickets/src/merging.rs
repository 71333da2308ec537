//! What happens to tickets when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Tickets go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "tickets",
    object: "ticket",
    table: "tickets",
    column: "customer_id",
    label: "number",
    parent: RowsParent::Itself,
    personal: &["contact_name", "contact_phone", "address"],
};
