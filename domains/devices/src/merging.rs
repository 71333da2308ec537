//! What happens to devices when customers are merged.

use customers::{CustomerRows, RowsParent};

/// Devices go with their customer when customers are merged, and come back when a merge is taken back.
pub const CUSTOMER_ROWS: CustomerRows = rows("devices", "customer_id");

/// So they do with the dealer who sold them.
pub const DEALER_ROWS: CustomerRows = rows("dealt_devices", "dealer_id");

/// And with whoever leases them.
pub const LESSEE_ROWS: CustomerRows = rows("leased_devices", "lessee_id");

const fn rows(name: &'static str, column: &'static str) -> CustomerRows {
    CustomerRows {
        name,
        object: "device",
        table: "devices",
        column,
        label: "serial_number",
        parent: RowsParent::Itself,
        personal: &[],
    }
}
