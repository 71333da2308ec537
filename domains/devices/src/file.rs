//! What a device's file holds besides the device: parts built in, meters with readings, documents.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use objects::{Change, Checks, Date, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pieces of one part at most.
const MOST_PIECES: i32 = 100_000;
/// The largest reading.
const LARGEST_READING: f64 = 1e12;

/// A part built into a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DevicePart {
    /// The row's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was noted.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The device.
    pub device_id: Uuid,
    /// The part in the parts list.
    pub part_id: Option<Uuid>,
    /// What it is called.
    pub name: String,
    /// Its own serial number.
    pub serial_number: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Since when it is in.
    pub installed_on: Option<Date>,
    /// Last day of its own warranty.
    pub warranty_ends_on: Option<Date>,
    /// When it was taken out; absent while it is in.
    pub removed_on: Option<Date>,
    /// Why it was taken out.
    pub removed_reason: Option<String>,
    /// The ticket on which it was built in.
    pub ticket_id: Option<Uuid>,
    /// The visit on which it was built in.
    pub visit_id: Option<Uuid>,
    /// The booking in the parts list it comes from.
    pub use_id: Option<Uuid>,
    /// Who noted it.
    pub created_by_name: String,
}

db::record!(DevicePart {
    id,
    version,
    created_at,
    updated_at,
    device_id,
    part_id,
    name,
    serial_number,
    quantity,
    installed_on,
    warranty_ends_on,
    removed_on,
    removed_reason,
    ticket_id,
    visit_id,
    use_id,
    created_by_name,
});

impl HasVersion for DevicePart {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for DevicePart {
    fn location(&self) -> String {
        format!("/api/v1/devices/{}/parts/{}", self.device_id, self.id)
    }
}

/// A part of a device.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct DevicePartPath {
    /// The device's id.
    pub id: Uuid,
    /// The row's id.
    pub part_id: Uuid,
}

/// A part that is in the device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevicePart {
    /// The part in the parts list.
    pub part_id: Option<Uuid>,
    /// What it is called, at most 200 characters.
    pub name: String,
    /// Its own serial number.
    pub serial_number: Option<String>,
    /// How many, 1 to 100,000; one when absent.
    pub quantity: Option<i32>,
    /// Since when it is in.
    pub installed_on: Option<Date>,
    /// Last day of its own warranty; worked out from the warranty rule of the product when absent.
    pub warranty_ends_on: Option<Date>,
    /// The row of this device that it takes the place of: that one is marked as taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Uuid>,
}

impl NewDevicePart {
    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.within("/quantity", self.quantity, 1..=MOST_PIECES);
        checks.in_order(self.installed_on, self.warranty_ends_on, "/warranty_ends_on");
        let checked = Self {
            name: checks.name("/name", &self.name),
            serial_number: checks.line("/serial_number", self.serial_number),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

/// A change to a part of a device: what is not mentioned stays, `null` empties. `removed_on` takes it out.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DevicePartChange {
    /// What it is called.
    pub name: Change<String>,
    /// Its own serial number.
    pub serial_number: Change<String>,
    /// How many.
    pub quantity: Change<i32>,
    /// Since when it is in.
    pub installed_on: Change<Date>,
    /// Last day of its own warranty.
    pub warranty_ends_on: Change<Date>,
    /// When it was taken out; `null` puts it back in.
    pub removed_on: Change<Date>,
    /// Why it was taken out.
    pub removed_reason: Change<String>,
}

impl DevicePartChange {
    /// The part after the change; version and times are not touched.
    pub(crate) fn apply(self, part: &DevicePart) -> Result<DevicePart, Invalid> {
        let mut checks = Checks::new();
        let quantity = i32::try_from(part.quantity).unwrap_or(MOST_PIECES);
        let mut new = NewDevicePart {
            part_id: part.part_id,
            name: part.name.clone(),
            serial_number: part.serial_number.clone(),
            quantity: Some(quantity),
            installed_on: part.installed_on,
            warranty_ends_on: part.warranty_ends_on,
            replaces: None,
        };
        let (mut removed_on, mut removed_reason) = (part.removed_on, part.removed_reason.clone());
        self.name.require(&mut new.name, "/name", &mut checks);
        self.serial_number.apply(&mut new.serial_number);
        self.quantity.apply(&mut new.quantity);
        self.installed_on.apply(&mut new.installed_on);
        self.warranty_ends_on.apply(&mut new.warranty_ends_on);
        self.removed_on.apply(&mut removed_on);
        self.removed_reason.apply(&mut removed_reason);
        checks.in_order(new.installed_on, removed_on, "/removed_on");
        let removed_reason = checks.line("/removed_reason", removed_reason).filter(|_| removed_on.is_some());
        let new = new.checked(checks)?;
        Ok(DevicePart {
            name: new.name,
            serial_number: new.serial_number,
            quantity: i64::from(new.quantity.unwrap_or(1)),
            installed_on: new.installed_on,
            warranty_ends_on: new.warranty_ends_on,
            removed_on,
            removed_reason,
            ..part.clone()
        })
    }
}

db::choice! {
    /// How a meter's readings go.
    pub enum MeterKind {
        /// It only rises: operating hours, runs.
        Counter = "counter",
        /// It rises and falls: pressure, temperature.
        Gauge = "gauge",
    }
}

/// A meter of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meter {
    /// The meter's id.
    pub id: Uuid,
    /// Rises with every change, readings included.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed or read.
    pub updated_at: Timestamp,
    /// The device.
    pub device_id: Uuid,
    /// What it counts: 运行小时. Unique on the device.
    pub name: String,
    /// In what: h, 次.
    pub unit: String,
    /// How its readings go.
    pub kind: MeterKind,
    /// The latest reading.
    pub last_value: Option<f64>,
    /// When that was.
    pub last_at: Option<Timestamp>,
}

db::record!(Meter { id, version, created_at, updated_at, device_id, name, unit, kind, last_value, last_at });

impl HasVersion for Meter {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Meter {
    fn location(&self) -> String {
        format!("/api/v1/devices/{}/meters/{}", self.device_id, self.id)
    }
}

/// A meter of a device.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct MeterPath {
    /// The device's id.
    pub id: Uuid,
    /// The meter's id.
    pub meter_id: Uuid,
}

/// A reading of a meter.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ReadingPath {
    /// The device's id.
    pub id: Uuid,
    /// The meter's id.
    pub meter_id: Uuid,
    /// The reading's id.
    pub reading_id: Uuid,
}

/// A new meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeter {
    /// What it counts, at most 200 characters; unique on the device.
    pub name: String,
    /// In what, at most 20 characters.
    pub unit: String,
    /// How its readings go.
    pub kind: MeterKind,
}

impl NewMeter {
    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        let (name, unit) = (checks.name("/name", &self.name), checks.name("/unit", &self.unit));
        if unit.chars().count() > 20 {
            checks.refuse("/unit", "too_long", "Use at most 20 characters.");
        }
        checks.finish().map(|()| Self { name, unit, kind: self.kind })
    }
}

/// A change to a meter: what is not mentioned stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MeterChange {
    /// What it counts.
    pub name: Change<String>,
    /// In what.
    pub unit: Change<String>,
}

db::choice! {
    /// Where a reading comes from.
    pub enum ReadingSource {
        /// Somebody typed it.
        Typed = "typed",
        /// Another program sent it.
        Api = "api",
        /// The platform itself, as in an import.
        System = "system",
    }
}

/// A reading of a meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeterReading {
    /// The reading's id.
    pub id: Uuid,
    /// The meter.
    pub meter_id: Uuid,
    /// When it was read.
    pub at: Timestamp,
    /// What it showed, in the meter's unit.
    pub value: f64,
    /// Whether the counter began anew, as after its replacement.
    pub reset: bool,
    /// Where it comes from.
    pub source: ReadingSource,
    /// Who read it.
    pub by_name: String,
    /// When it was noted.
    pub created_at: Timestamp,
}

db::record!(MeterReading { id, meter_id, at, value, reset, source, by_name, created_at });

impl HasVersion for MeterReading {
    fn version(&self) -> i64 {
        1
    }
}

/// A reading with the device it belongs to, for its address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotedReading {
    /// The device.
    pub device_id: Uuid,
    /// The reading.
    #[serde(flatten)]
    pub reading: MeterReading,
}

impl HasVersion for NotedReading {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for NotedReading {
    fn location(&self) -> String {
        format!("/api/v1/devices/{}/meters/{}/readings", self.device_id, self.reading.meter_id)
    }
}

/// A new reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReading {
    /// When it was read; now when absent, never later than now.
    pub at: Option<Timestamp>,
    /// What it showed, between -10¹² and 10¹².
    pub value: f64,
    /// Whether the counter began anew; only then may it fall.
    #[serde(default)]
    pub reset: bool,
}

impl NewReading {
    /// The same, checked against the clock.
    pub(crate) fn checked(self, now: Timestamp) -> Result<Self, Invalid> {
        let mut checks = Checks::new();
        if !self.value.is_finite() || self.value.abs() > LARGEST_READING {
            checks.refuse("/value", "out_of_range", "Use a number between -1000000000000 and 1000000000000.");
        }
        if self.at.is_some_and(|at| at > now || at.0 < 0) {
            checks.refuse("/at", "out_of_range", "A meter is read now or was read before; choose an earlier time.");
        }
        checks.finish().map(|()| self)
    }
}

/// Why a counter cannot show a value at a time: what it showed before or after.
pub(crate) fn contradiction(
    new: &MeterReading,
    before: Option<&MeterReading>,
    after: Option<&MeterReading>,
) -> Option<f64> {
    let fell = before.filter(|before| !new.reset && new.value < before.value).map(|before| before.value);
    fell.or_else(|| after.filter(|after| !after.reset && after.value < new.value).map(|after| after.value))
}

db::choice! {
    /// Whose a document is.
    pub enum DocumentOf {
        /// This device's alone.
        Device = "device",
        /// Every device's of the product.
        Product = "product",
    }
}

/// A document of a device, or of its product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceDocument {
    /// The document's id.
    pub id: Uuid,
    /// The device.
    pub device_id: Uuid,
    /// The file to read.
    pub file_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who added it.
    pub created_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(DeviceDocument { id, device_id, file_id, name, media_type, size, created_by_name, created_at });

/// A document as a device's file shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownDocument {
    /// Whose it is.
    pub of: DocumentOf,
    /// The document.
    #[serde(flatten)]
    pub document: DeviceDocument,
}

impl HasVersion for ShownDocument {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for ShownDocument {
    fn location(&self) -> String {
        format!("/api/v1/files/{}", self.document.file_id)
    }
}

/// A document of a device.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct DeviceDocumentPath {
    /// The device's id.
    pub id: Uuid,
    /// The document's id.
    pub document_id: Uuid,
}

/// Add a file that was uploaded before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDeviceDocument {
    /// The file.
    pub file_id: Uuid,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(at: i64, value: f64, reset: bool) -> MeterReading {
        let (id, meter_id) = (Uuid::from_u128(at.unsigned_abs().into()), Uuid::nil());
        let (at, created_at, by_name) = (Timestamp(at), Timestamp(0), String::new());
        MeterReading { id, meter_id, at, value, reset, source: ReadingSource::Typed, by_name, created_at }
    }

    proptest! {
        #[test]
        fn a_counter_that_takes_every_reading_without_contradiction_only_rises_between_resets(
            wanted in proptest::collection::vec((0_i64..100, 0_u16..500, any::<bool>()), 1..30),
        ) {
            let mut taken: Vec<MeterReading> = Vec::new();
            for (at, value, reset) in wanted {
                let new = reading(at, f64::from(value), reset);
                let place = taken.partition_point(|known| known.at <= new.at);
                let before = place.checked_sub(1).and_then(|place| taken.get(place));
                if contradiction(&new, before, taken.get(place)).is_none() {
                    taken.insert(place, new);
                }
            }
            for two in taken.windows(2) {
                prop_assert!(two[1].reset || two[1].value >= two[0].value);
            }
        }
    }
}
