//! What happens to visits when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Visits go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "visits",
    object: "visit",
    table: "visits",
    column: "customer_id",
    label: "number",
    parent: RowsParent::Named("ticket", "ticket_id"),
    personal: &[],
};
