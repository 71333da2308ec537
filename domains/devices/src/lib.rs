//! Devices in the field: serial number, owner, place, warranty dates, QR code.
//!
//! Serial numbers are unique in a company and compared folded ([`objects::folded_code`]). Each device has a QR code whose
//! token cannot be guessed and leads to the company before anybody is signed in; a new token makes the old code useless.
//!
//! Events: `device.created`, `.updated`, `.archived`, `.restored`, `.qr_token_changed`, never with the token itself. Text
//! search knows devices by serial number, model, product, customer, site, place and note.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod references;
mod store;

use authz::{
    Access, Permission,
    permissions::{DEVICES_CREATE, DEVICES_READ, DEVICES_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::{TenantId, Uuid};

pub use api::{DeviceChange, NewDevice};
pub use error::DeviceError;
pub use model::{Device, DeviceStatus, DeviceView, qr_url};
pub use ops::{create::insert, qr::qr_svg};
pub use reactions::DeviceSearch;

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("devices", 1, "devices", "../migrations/0001_devices.sql"),
        db::migration!("devices", 2, "own_fields", "../migrations/0002_own_fields.sql"),
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
