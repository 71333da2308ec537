//! What happens to devices when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Devices go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = CustomerRows {
    name: "devices",
    object: "device",
    table: "devices",
    column: "customer_id",
    label: "serial_number",
    parent: RowsParent::Itself,
    personal: &[],
};
