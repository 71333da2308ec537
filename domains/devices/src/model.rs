//! Devices as they stand in the database and in the API.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid, World};
use objects::Date;
use products::{EffectiveRule, LifeDays};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::NewDevice;

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
    /// The device it is a component of.
    pub parent_id: Option<Uuid>,
    /// The building of the site: 3号楼.
    pub building: Option<String>,
    /// The floor: B1.
    pub floor: Option<String>,
    /// When it was first used.
    pub first_used_on: Option<Date>,
    /// The customer who sold it on.
    pub dealer_id: Option<Uuid>,
    /// The customer who rents it.
    pub lessee_id: Option<Uuid>,
    /// When it was scrapped.
    pub scrapped_on: Option<Date>,
    /// Why it was scrapped.
    pub scrap_reason: Option<String>,
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
    parent_id,
    building,
    floor,
    first_used_on,
    dealer_id,
    lessee_id,
    scrapped_on,
    scrap_reason,
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
    /// The serial number of the device it is a component of.
    pub parent_serial_number: Option<String>,
    /// What the dealer is called.
    pub dealer_name: Option<String>,
    /// What the lessee is called.
    pub lessee_name: Option<String>,
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

/// The days that a warranty rule may ask for.
pub(crate) fn life_days(new: &NewDevice) -> LifeDays {
    LifeDays { sold_on: new.sold_on, installed_on: new.installed_on, first_used_on: new.first_used_on }
}

/// First and last day of the factory warranty. What is given stands; otherwise the product's rule works it out.
pub(crate) fn warranty(
    given: (Option<Date>, Option<Date>),
    days: &LifeDays,
    rule: &EffectiveRule,
) -> (Option<Date>, Option<Date>) {
    let starts_on = given.0.or_else(|| products::start_of(rule, days).map(|(day, _)| day));
    let worked_out = || starts_on?.last_of_months(rule.months()?);
    (starts_on, given.1.or_else(worked_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_a_warranty_stands_and_the_rest_is_worked_out() {
        let day = |text: &str| text.parse::<Date>().ok();
        let (sold_on, installed_on) = (day("2025-01-10"), day("2025-03-01"));
        let both = LifeDays { sold_on, installed_on, first_used_on: None };
        let sold = LifeDays { sold_on, ..LifeDays::default() };
        let months = |months| EffectiveRule { months: Some((months, products::RuleSource::Product)), terms: None };
        assert_eq!(warranty((None, None), &both, &months(12)), (installed_on, day("2026-02-28")));
        assert_eq!(warranty((None, None), &sold, &months(12)), (sold_on, day("2026-01-09")));
        assert_eq!(warranty((None, None), &sold, &EffectiveRule::default()), (sold_on, None));
        assert_eq!(warranty((None, None), &sold, &months(0)), (sold_on, None));
        assert_eq!(
            warranty((day("2025-02-01"), day("2030-01-01")), &both, &months(12)),
            (day("2025-02-01"), day("2030-01-01"))
        );
        assert_eq!(warranty((None, None), &LifeDays::default(), &months(12)), (None, None));
    }

    #[test]
    fn the_address_in_a_code_has_one_slash() {
        assert_eq!(qr_url("https://service.example.com/", "abc"), "https://service.example.com/s/abc");
    }
}
