//! Devices in the field: serial number, owner, place, warranty dates, QR code, and the rest of their file: components,
//! parts built in, meters with readings, documents, labels to print.
//!
//! Serial numbers are unique in a company and compared folded ([`objects::folded_code`]). Each device has a QR code whose
//! token cannot be guessed and leads to the company before anybody is signed in; a new token makes the old code useless.
//!
//! Parts come into the file by hand, and from the bookings on jobs ([`install_part`], called by a later domain).
//!
//! Events: `device.created`, `.updated`, `.archived`, `.restored`, `.transferred`, `.scrapped`, `.unscrapped`,
//! `.part_installed`, `.part_changed`, `.part_removed`, `.meter_added`, `.meter_changed`, `.meter_read`,
//! `.meter_reading_removed`, `.document_added`, `.document_removed`, `.qr_token_changed`, never with the token itself. Text
//! search knows devices by serial number, model, product, customer, site, place and note.

mod api;
mod error;
mod file;
mod merging;
mod model;
mod ops;
mod reactions;
mod references;
mod store;
pub mod table;

use authz::{
    Access, Permission,
    permissions::{DEVICES_CREATE, DEVICES_READ, DEVICES_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::{TenantId, Uuid};

pub use api::{DeviceChange, NewDevice};
pub use error::DeviceError;
pub use file::{
    DeviceDocument, DevicePart, DocumentOf, Meter, MeterKind, MeterReading, NewDevicePart, NewMeter, NewReading,
    ReadingSource, ShownDocument,
};
pub use merging::{CUSTOMER_ROWS, DEALER_ROWS, LESSEE_ROWS};
pub use model::{Device, DeviceStatus, DeviceView, qr_url};
pub use ops::{
    create::insert,
    documents::shown as documents,
    meters::{insert as insert_meter, note as note_reading},
    parts::{Origin, insert as install_part, withdraw as withdraw_part},
    qr::qr_svg,
    update::fill_in,
};
pub use reactions::DeviceSearch;
pub use store::SCOPE;

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("devices", 1, "devices", "../migrations/0001_devices.sql"),
        db::migration!("devices", 2, "own_fields", "../migrations/0002_own_fields.sql"),
        db::migration!("devices", 3, "device_file", "../migrations/0003_device_file.sql"),
    ]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    let read = Access::Needs(DEVICES_READ);
    let create = Access::Needs(DEVICES_CREATE);
    let update = Access::Needs(DEVICES_UPDATE);
    Routes::new("devices")
        .get("/api/v1/devices", read, "listDevices", "List devices", ops::list::handle)
        .post("/api/v1/devices", create, "createDevice", "Register a device", ops::create::handle)
        .get("/api/v1/devices/{id}", read, "getDevice", "Show a device", ops::get::handle)
        .patch("/api/v1/devices/{id}", update, "updateDevice", "Change a device", ops::update::handle)
        .post("/api/v1/devices/{id}/archive", update, "archiveDevice", "Put a device away", ops::archive::handle)
        .post("/api/v1/devices/{id}/restore", update, "restoreDevice", "Take a device back", ops::restore::handle)
        .post(
            "/api/v1/devices/{id}/reveal",
            read,
            "revealDeviceField",
            "Show one own field of personal data of a device",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/devices/{id}/timeline",
            read,
            "getDeviceTimeline",
            "Show what happened to a device, newest first",
            ops::timeline::handle,
        )
        .post(
            "/api/v1/devices/{id}/qr-token",
            update,
            "changeDeviceQrToken",
            "Give a device a new QR code; the old one stops working",
            ops::change_qr_token::handle,
        )
        .get("/api/v1/devices/{id}/qr.svg", read, "getDeviceQr", "Show a device's QR code", ops::qr::handle)
        .merge(file_routes())
}

/// The operations on the rest of a device's file.
fn file_routes() -> Routes {
    let read = Access::Needs(DEVICES_READ);
    let update = Access::Needs(DEVICES_UPDATE);
    Routes::new("devices")
        .post("/api/v1/devices/labels", read, "printDeviceLabels", "Labels of devices to print", ops::labels::handle)
        .describe("A PDF with a QR code, name, serial number and place for each device.")
        .post(
            "/api/v1/devices/{id}/transfer",
            update,
            "transferDevice",
            "Hand a device over to another customer",
            ops::transfer::handle,
        )
        .describe("Its components go with it; its history stays.")
        .post("/api/v1/devices/{id}/scrap", update, "scrapDevice", "Scrap a device", ops::scrap::handle)
        .describe("Nothing is guaranteed any more from then on.")
        .post("/api/v1/devices/{id}/unscrap", update, "unscrapDevice", "Take a scrapped device back", ops::scrap::undo)
        .get(
            "/api/v1/devices/{id}/parts",
            read,
            "listDeviceParts",
            "List the parts built into a device",
            ops::parts::list,
        )
        .post("/api/v1/devices/{id}/parts", update, "addDevicePart", "Note a part of a device", ops::parts::add)
        .describe("Parts used on jobs come by themselves.")
        .patch(
            "/api/v1/devices/{id}/parts/{part_id}",
            update,
            "updateDevicePart",
            "Change a part of a device, or take it out",
            ops::parts::update,
        )
        .get("/api/v1/devices/{id}/meters", read, "listDeviceMeters", "List a device's meters", ops::meters::list)
        .post("/api/v1/devices/{id}/meters", update, "addDeviceMeter", "Add a meter to a device", ops::meters::add)
        .patch(
            "/api/v1/devices/{id}/meters/{meter_id}",
            update,
            "updateDeviceMeter",
            "Change a meter's name or unit",
            ops::meters::update,
        )
        .get(
            "/api/v1/devices/{id}/meters/{meter_id}/readings",
            read,
            "listMeterReadings",
            "List a meter's readings, the newest first",
            ops::meters::readings,
        )
        .post(
            "/api/v1/devices/{id}/meters/{meter_id}/readings",
            update,
            "addMeterReading",
            "Note a reading",
            ops::meters::read_off,
        )
        .describe("A counter only rises, unless the reading says that it began anew.")
        .delete(
            "/api/v1/devices/{id}/meters/{meter_id}/readings/{reading_id}",
            update,
            "removeMeterReading",
            "Take away a reading that is wrong",
            ops::meters::remove_reading,
        )
        .get(
            "/api/v1/devices/{id}/documents",
            read,
            "listDeviceDocuments",
            "List a device's documents and its product's",
            ops::documents::list,
        )
        .post(
            "/api/v1/devices/{id}/documents",
            update,
            "addDeviceDocument",
            "Add an uploaded file to a device",
            ops::documents::add,
        )
        .delete(
            "/api/v1/devices/{id}/documents/{document_id}",
            update,
            "removeDeviceDocument",
            "Take a document off a device",
            ops::documents::remove,
        )
}

/// The device with this id, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Device>, DbError> {
    let mut found = store::find(q, id).await?;
    references::own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The device with this id if the caller's `permission` reaches it; [`DeviceError::NotFound`] otherwise.
pub async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Device, DeviceError> {
    let mut found = store::reached(q, permission, id).await?;
    references::own_fields(q, std::slice::from_mut(&mut found)).await?;
    Ok(found)
}

/// The devices with these ids, archived or not, in no order; ids that do not exist are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Device>, DbError> {
    let mut found: Vec<Device> = objects::by_ids(q, &store::LISTING.list, ids).await?;
    references::own_fields(q, &mut found).await?;
    Ok(found)
}

/// The device with this serial number however it is written, archived or not.
pub async fn by_serial(q: &mut impl Query, serial_number: &str) -> Result<Option<Device>, DbError> {
    let mut found = store::by_serial(q, &objects::folded_code(serial_number)).await?;
    references::own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The device in use whose QR code carries this token, and the company it belongs to. Whoever scans a code is not signed
/// in, so read with the platform's own context ([`TenantId::SYSTEM`]).
pub async fn by_qr_token(q: &mut impl Query, token: &str) -> Result<Option<(TenantId, Device)>, DbError> {
    store::by_qr_token(q, token).await
}

/// A customer's devices in use, by serial number; at most 500.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Device>, DbError> {
    let mut found = store::of_customer(q, customer_id).await?;
    references::own_fields(q, &mut found).await?;
    Ok(found)
}

/// The device with the names of what it refers to.
pub async fn view(q: &mut impl Query, device: Device) -> Result<DeviceView, DbError> {
    references::view(q, device).await
}

/// A device's components in use, by serial number; at most 200.
pub async fn components(q: &mut impl Query, id: Uuid) -> Result<Vec<Device>, DbError> {
    let mut found = store::components(q, id).await?;
    references::own_fields(q, &mut found).await?;
    Ok(found)
}

/// The parts built into a device, those still in first; at most 500.
pub async fn parts(q: &mut impl Query, id: Uuid) -> Result<Vec<DevicePart>, DbError> {
    store::parts::of_device(q, id).await
}

/// A device's meters, by name.
pub async fn meters(q: &mut impl Query, id: Uuid) -> Result<Vec<Meter>, DbError> {
    store::meters::of_device(q, id).await
}

/// The device's meter of this name, and its latest readings, the newest first; at most `most`.
pub async fn meter_named(
    q: &mut impl Query,
    device_id: Uuid,
    name: &str,
    most: i64,
) -> Result<Option<(Meter, Vec<MeterReading>)>, DbError> {
    let Some(meter) = store::meters::named(q, device_id, name).await? else { return Ok(None) };
    let readings = store::meters::latest(q, meter.id, most).await?;
    Ok(Some((meter, readings)))
}

/// The reading of a meter that counted at this instant.
pub async fn reading_at(
    q: &mut impl Query,
    meter_id: Uuid,
    at: kernel::Timestamp,
) -> Result<Option<MeterReading>, DbError> {
    store::meters::before(q, meter_id, at).await
}

/// Devices of a product that work and are not put away, by id, from behind `after`; at most `most`.
pub async fn working_of_product(
    q: &mut impl Query,
    product_id: Uuid,
    after: Uuid,
    most: i64,
) -> Result<Vec<Device>, DbError> {
    store::working_of_product(q, product_id, after, most).await
}
