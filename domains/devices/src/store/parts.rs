//! SQL of the parts built into devices.

use db::{DbError, Query, Stmt, Tx, list::List, stmt};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{DeviceError, DevicePart};

/// Parts of one device looked at at once at most.
const MOST: usize = 500;

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("device_id", FieldType::Id, "device_id").not_null(),
    Column::new("part_id", FieldType::Id, "part_id"),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("serial_number", FieldType::Text, "serial_number"),
    Column::new("quantity", FieldType::Integer, "quantity").not_null(),
    Column::new("installed_on", FieldType::Date, "installed_on"),
    Column::new("warranty_ends_on", FieldType::Date, "warranty_ends_on"),
    Column::new("removed_on", FieldType::Date, "removed_on"),
    Column::new("ticket_id", FieldType::Id, "ticket_id"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
]);

/// The list of a device's parts.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "device_parts",
        columns: DevicePart::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("name", "name"),
            ("installed_on", "coalesce(installed_on, '')"),
            ("warranty_ends_on", "coalesce(warranty_ends_on, '')"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

const INSERT: &str =
    "insert into device_parts (tenant_id, id, version, created_at, updated_at, device_id, part_id, name,
        serial_number, quantity, installed_on, warranty_ends_on, removed_on, removed_reason, ticket_id, visit_id,
        use_id, created_by_name)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const UPDATE: &str = "update device_parts set version = $4, updated_at = $5, name = $6, serial_number = $7,
        quantity = $8, installed_on = $9, warranty_ends_on = $10, removed_on = $11, removed_reason = $12
    where tenant_id = $1 and id = $2 and version = $3";

fn select(rest: &str) -> String {
    format!("select {} from device_parts where tenant_id = $1 and {rest}", DevicePart::COLUMNS)
}

/// A part of this device.
pub(crate) async fn find(q: &mut impl Query, device_id: Uuid, id: Uuid) -> Result<Option<DevicePart>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(select("device_id = $2 and id = $3"), tenant, device_id, id)).await
}

/// The part that came with this booking.
pub(crate) async fn of_use(q: &mut impl Query, use_id: Uuid) -> Result<Option<DevicePart>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(select("use_id = $2"), tenant, use_id)).await
}

/// A device's parts, those still in first, then the newest.
pub(crate) async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<DevicePart>, DbError> {
    let rest = format!(
        "device_id = $2 order by case when removed_on is null then 0 else 1 end, created_at desc, id desc limit {MOST}"
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(select(&rest), tenant, device_id)).await
}

pub(crate) fn insert(cx: &Context, part: &DevicePart) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        part.id,
        part.version,
        part.created_at,
        part.updated_at,
        part.device_id,
        &part.part_id,
        &part.name,
        &part.serial_number,
        part.quantity,
        part.installed_on,
        part.warranty_ends_on,
        part.removed_on,
        &part.removed_reason,
        &part.ticket_id,
        &part.visit_id,
        &part.use_id,
        &part.created_by_name,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`DeviceError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &DevicePart, after: &DevicePart) -> Result<(), DeviceError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.name,
        &after.serial_number,
        after.quantity,
        after.installed_on,
        after.warranty_ends_on,
        after.removed_on,
        &after.removed_reason,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(DeviceError::Stale) }
}
