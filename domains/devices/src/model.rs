//! Devices as they stand in the database and in the API.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid, World};
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// Whether a device works.
    pub enum DeviceStatus {
        /// In use.
        InService = "in_service",
        /// Out of use for now.
        Stopped = "stopped",
        /// Gone for good; nothing is guaranteed any more.
        Scrapped = "scrapped",
    }
}

/// One device in the field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// The device's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; absent while in use.
    pub archived_at: Option<Timestamp>,
    /// Its serial number, unique in the company, in capitals.
    pub serial_number: String,
    /// Which product it is.
    pub product_id: Option<Uuid>,
    /// Whose device it is.
    pub customer_id: Option<Uuid>,
    /// At which of the customer's sites it stands.
    pub site_id: Option<Uuid>,
    /// The variant, as the plate says.
    pub model: Option<String>,
    /// When it was sold.
    pub sold_on: Option<Date>,
    /// When it was put into service.
    pub installed_on: Option<Date>,
    /// First day of the factory warranty: given, or the day of installation, or of sale.
    pub warranty_starts_on: Option<Date>,
    /// Last day of the factory warranty: given, or worked out from the product's months.
    pub warranty_ends_on: Option<Date>,
    /// Whether it works.
    pub status: DeviceStatus,
    /// Where exactly it stands: 3号楼2单元 机房.
    pub place: Option<String>,
    /// Degrees north (WGS 84).
    pub lat: Option<f64>,
    /// Degrees east (WGS 84).
    pub lng: Option<f64>,
    /// What its QR code carries; whoever has it can report a fault.
    pub qr_token: String,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// The region it belongs to.
    pub region_id: Option<Uuid>,
    /// The team that looks after it.
    pub team_id: Option<Uuid>,
    /// The user who created the record.
    pub created_by: Option<Uuid>,
    /// Values of the company's own fields, by field id.
    pub ext: db::Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Device {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    serial_number,
    product_id,
    customer_id,
    site_id,
    model,
    sold_on,
    installed_on,
    warranty_starts_on,
    warranty_ends_on,
    status,
    place,
    lat,
    lng,
    qr_token,
    note,
    region_id,
    team_id,
    created_by,
    ext,
});

/// A device with the names of what it refers to, as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceView {
    /// The device.
    #[serde(flatten)]
    pub device: Device,
    /// What the product is called.
    pub product_name: Option<String>,
    /// What the customer is called.
    pub customer_name: Option<String>,
    /// What the site is called.
    pub site_name: Option<String>,
}

impl HasVersion for DeviceView {
    fn version(&self) -> i64 {
        self.device.version
    }
}

impl HasLocation for DeviceView {
    fn location(&self) -> String {
        format!("/api/v1/devices/{}", self.device.id)
    }
}

/// 128 bits of chance as 22 letters that stand in an address as they are.
pub(crate) fn new_qr_token(world: &World) -> String {
    let mut bytes = [0_u8; 16];
    world.fill(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

/// The address a device's QR code carries.
pub fn qr_url(public_url: &str, qr_token: &str) -> String {
    format!("{}/s/{qr_token}", public_url.trim_end_matches('/'))
}

/// First and last day of the factory warranty. What is given stands; otherwise it starts with the installation, or the
/// sale, and lasts the product's months, its last day included.
pub(crate) fn warranty(
    given: (Option<Date>, Option<Date>),
    installed_on: Option<Date>,
    sold_on: Option<Date>,
    months: Option<i32>,
) -> (Option<Date>, Option<Date>) {
    let starts_on = given.0.or(installed_on).or(sold_on);
    let worked_out = || starts_on?.last_of_months(months?);
    (starts_on, given.1.or_else(worked_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warranty_is_worked_out_from_what_is_known() {
        let day = |text: &str| text.parse::<Date>().ok();
        let (sold, installed) = (day("2025-01-10"), day("2025-03-01"));
        assert_eq!(warranty((None, None), installed, sold, Some(12)), (installed, day("2026-02-28")));
        assert_eq!(warranty((None, None), None, sold, Some(12)), (sold, day("2026-01-09")));
        assert_eq!(warranty((None, None), None, sold, None), (sold, None));
        assert_eq!(warranty((None, None), None, sold, Some(0)), (sold, None));
        assert_eq!(
            warranty((day("2025-02-01"), day("2030-01-01")), installed, sold, Some(12)),
            (day("2025-02-01"), day("2030-01-01"))
        );
        assert_eq!(warranty((None, None), None, None, Some(12)), (None, None));
    }

    #[test]
    fn the_address_in_a_code_has_one_slash() {
        assert_eq!(qr_url("https://service.example.com/", "abc"), "https://service.example.com/s/abc");
    }
}
