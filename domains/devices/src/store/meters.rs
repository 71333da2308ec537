//! SQL of meters and their readings.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{DeviceError, Meter, MeterReading};

/// Meters of one device at most.
pub(crate) const MOST_METERS: usize = 50;

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("at", FieldType::Time, "at").not_null(),
    Column::new("value", FieldType::Number, "value").not_null(),
    Column::new("source", FieldType::Choice, "source").not_null(),
]);

/// The list of a meter's readings.
pub(crate) static READINGS: Listing = Listing {
    list: List {
        table: "meter_readings",
        columns: MeterReading::COLUMNS,
        sorts: &[("at", "at"), ("created_at", "created_at")],
        default_sort: "-at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

const INSERT: &str = "insert into device_meters (tenant_id, id, version, created_at, updated_at, device_id, name, unit,
        kind, last_value, last_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "update device_meters set version = $4, updated_at = $5, name = $6, unit = $7, last_value = $8,
        last_at = $9
    where tenant_id = $1 and id = $2 and version = $3";
/// Readings of one meter wait for each other, so that two at once cannot contradict each other.
const HOLD: &str = "update device_meters set updated_at = $4 where tenant_id = $1 and device_id = $2 and id = $3";
const INSERT_READING: &str = "insert into meter_readings (tenant_id, id, meter_id, at, value, reset, source, by_name,
        created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DELETE_READING: &str = "delete from meter_readings where tenant_id = $1 and meter_id = $2 and id = $3";

/// A device's meters, by name.
pub(crate) async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<Meter>, DbError> {
    let text = format!(
        "select {} from device_meters where tenant_id = $1 and device_id = $2 order by name limit {MOST_METERS}",
        Meter::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, device_id)).await
}

/// A meter of this device.
pub(crate) async fn find(q: &mut impl Query, device_id: Uuid, id: Uuid) -> Result<Meter, DeviceError> {
    let text =
        format!("select {} from device_meters where tenant_id = $1 and device_id = $2 and id = $3", Meter::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, device_id, id)).await?.ok_or(DeviceError::MeterNotFound)
}

/// The device's meter of this name.
pub(crate) async fn named(q: &mut impl Query, device_id: Uuid, name: &str) -> Result<Option<Meter>, DbError> {
    let text =
        format!("select {} from device_meters where tenant_id = $1 and device_id = $2 and name = $3", Meter::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, device_id, name)).await
}

/// The same meter, held until the transaction ends.
pub(crate) async fn held(tx: &mut Tx<'_>, device_id: Uuid, id: Uuid) -> Result<Meter, DeviceError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(HOLD, tenant, device_id, id, now)).await?;
    find(tx, device_id, id).await
}

pub(crate) fn insert(cx: &Context, meter: &Meter) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        meter.id,
        meter.version,
        meter.created_at,
        meter.updated_at,
        meter.device_id,
        &meter.name,
        &meter.unit,
        meter.kind,
        &meter.last_value,
        &meter.last_at,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`DeviceError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Meter, after: &Meter) -> Result<(), DeviceError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.name,
        &after.unit,
        &after.last_value,
        &after.last_at,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(DeviceError::Stale) }
}

/// Those of one meter.
pub(crate) fn of_meter(meter_id: Uuid) -> Fragment {
    Fragment::new("meter_id = $1", vec![meter_id.into()])
}

async fn neighbour(
    q: &mut impl Query,
    meter_id: Uuid,
    rest: &str,
    at: Timestamp,
) -> Result<Option<MeterReading>, DbError> {
    let text = format!(
        "select {} from meter_readings where tenant_id = $1 and meter_id = $2 and {rest} limit 1",
        MeterReading::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, meter_id, at)).await
}

/// The last reading at or before this instant.
pub(crate) async fn before(q: &mut impl Query, meter_id: Uuid, at: Timestamp) -> Result<Option<MeterReading>, DbError> {
    neighbour(q, meter_id, "at <= $3 order by at desc, id desc", at).await
}

/// The first reading after this instant.
pub(crate) async fn after(q: &mut impl Query, meter_id: Uuid, at: Timestamp) -> Result<Option<MeterReading>, DbError> {
    neighbour(q, meter_id, "at > $3 order by at, id", at).await
}

/// The latest readings, the newest first.
pub(crate) async fn latest(q: &mut impl Query, meter_id: Uuid, most: i64) -> Result<Vec<MeterReading>, DbError> {
    let text = format!(
        "select {} from meter_readings where tenant_id = $1 and meter_id = $2 order by at desc, id desc limit $3",
        MeterReading::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, meter_id, most)).await
}

pub(crate) fn insert_reading(cx: &Context, reading: &MeterReading) -> Stmt<'static> {
    stmt!(
        INSERT_READING,
        cx.tenant(),
        reading.id,
        reading.meter_id,
        reading.at,
        reading.value,
        reading.reset,
        reading.source,
        &reading.by_name,
        reading.created_at,
    )
    .into_owned()
}

/// Takes a reading away; false when there is none.
pub(crate) async fn delete_reading(tx: &mut Tx<'_>, meter_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let stmt = stmt!(DELETE_READING, tx.cx().tenant(), meter_id, id);
    Ok(tx.execute(stmt).await? == 1)
}
