//! What happens to surveys when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Surveys go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "surveys",
    object: "survey",
    table: "surveys",
    column: "customer_id",
    label: "ticket_number",
    parent: RowsParent::Named("ticket", "ticket_id"),
    personal: &["comment"],
};
