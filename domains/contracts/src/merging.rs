//! What happens to contracts when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Contracts go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "contracts",
    object: "contract",
    table: "contracts",
    column: "customer_id",
    label: "number",
    parent: RowsParent::Customer,
    personal: &[],
};
