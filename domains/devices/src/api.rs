//! The bodies of requests: what a new device says, and what a change says.

use kernel::Uuid;
use objects::{Change, Checks, Date, Invalid};
use products::{EffectiveRule, LifeDays};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Device, DeviceStatus,
    model::{life_days, warranty},
};

/// Names one device.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct DevicePath {
    /// The device's id.
    pub id: Uuid,
}

/// A new device; only the serial number must be there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// Its serial number, unique in the company; kept in capitals, full-width letters folded.
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
    /// First day of the factory warranty; the day of installation, or of sale, when absent.
    pub warranty_starts_on: Option<Date>,
    /// Last day of the factory warranty; worked out from the product's months when absent.
    pub warranty_ends_on: Option<Date>,
    /// Whether it works; in service when absent.
    pub status: Option<DeviceStatus>,
    /// Where exactly it stands, at most 200 characters.
    pub place: Option<String>,
    /// Degrees north (WGS 84), together with `lng`.
    pub lat: Option<f64>,
    /// Degrees east (WGS 84), together with `lat`.
    pub lng: Option<f64>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
    /// The region it belongs to; the site's or the customer's when absent.
    pub region_id: Option<Uuid>,
    /// The team that looks after it.
    pub team_id: Option<Uuid>,
    /// The device it is a component of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Uuid>,
    /// The building of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// The floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// When it was first used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_used_on: Option<Date>,
    /// The customer who sold it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dealer_id: Option<Uuid>,
    /// The customer who rents it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessee_id: Option<Uuid>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewDevice {
    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.place(self.lat, self.lng);
        checks.in_order(self.warranty_starts_on, self.warranty_ends_on, "/warranty_ends_on");
        let checked = Self {
            serial_number: checks.code("/serial_number", &self.serial_number),
            model: checks.line("/model", self.model),
            place: checks.line("/place", self.place),
            building: checks.line("/building", self.building),
            floor: checks.line("/floor", self.floor),
            note: checks.text("/note", self.note),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

impl Device {
    /// The record saying what `new` says, with its warranty worked out; id, version, times, token and creator stay.
    pub(crate) fn with(&self, new: NewDevice, rule: &EffectiveRule) -> Self {
        let given = (new.warranty_starts_on, new.warranty_ends_on);
        let (warranty_starts_on, warranty_ends_on) = warranty(given, &life_days(&new), rule);
        Self {
            serial_number: new.serial_number,
            product_id: new.product_id,
            customer_id: new.customer_id,
            site_id: new.site_id,
            model: new.model,
            sold_on: new.sold_on,
            installed_on: new.installed_on,
            warranty_starts_on,
            warranty_ends_on,
            status: new.status.unwrap_or(DeviceStatus::InService),
            place: new.place,
            lat: new.lat,
            lng: new.lng,
            note: new.note,
            region_id: new.region_id,
            team_id: new.team_id,
            parent_id: new.parent_id,
            building: new.building,
            floor: new.floor,
            first_used_on: new.first_used_on,
            dealer_id: new.dealer_id,
            lessee_id: new.lessee_id,
            ..self.clone()
        }
    }

    /// What was said about the device: warranty days that were only worked out are left open, so that they follow
    /// when what they came from changes.
    fn said(&self, rule: &EffectiveRule) -> NewDevice {
        let (starts_on, _) = warranty((None, None), &self.life_days(), rule);
        let (_, ends_on) = warranty((self.warranty_starts_on, None), &self.life_days(), rule);
        NewDevice {
            serial_number: self.serial_number.clone(),
            product_id: self.product_id,
            customer_id: self.customer_id,
            site_id: self.site_id,
            model: self.model.clone(),
            sold_on: self.sold_on,
            installed_on: self.installed_on,
            warranty_starts_on: self.warranty_starts_on.filter(|day| Some(*day) != starts_on),
            warranty_ends_on: self.warranty_ends_on.filter(|day| Some(*day) != ends_on),
            status: Some(self.status),
            place: self.place.clone(),
            lat: self.lat,
            lng: self.lng,
            note: self.note.clone(),
            region_id: self.region_id,
            team_id: self.team_id,
            parent_id: self.parent_id,
            building: self.building.clone(),
            floor: self.floor.clone(),
            first_used_on: self.first_used_on,
            dealer_id: self.dealer_id,
            lessee_id: self.lessee_id,
            ext: None,
        }
    }

    /// The days that a warranty rule may ask for.
    pub fn life_days(&self) -> LifeDays {
        LifeDays { sold_on: self.sold_on, installed_on: self.installed_on, first_used_on: self.first_used_on }
    }
}

/// A change to a device: what is not mentioned stays, `null` empties. Warranty days that were worked out follow the
/// dates and the product they came from; `null` works them out again.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceChange {
    /// Its serial number.
    pub serial_number: Change<String>,
    /// Which product it is.
    pub product_id: Change<Uuid>,
    /// Whose device it is; with another customer the device leaves its site unless one is named.
    pub customer_id: Change<Uuid>,
    /// At which of the customer's sites it stands.
    pub site_id: Change<Uuid>,
    /// The variant, as the plate says.
    pub model: Change<String>,
    /// When it was sold.
    pub sold_on: Change<Date>,
    /// When it was put into service.
    pub installed_on: Change<Date>,
    /// First day of the factory warranty.
    pub warranty_starts_on: Change<Date>,
    /// Last day of the factory warranty.
    pub warranty_ends_on: Change<Date>,
    /// Whether it works.
    pub status: Change<DeviceStatus>,
    /// Where exactly it stands.
    pub place: Change<String>,
    /// Degrees north (WGS 84).
    pub lat: Change<f64>,
    /// Degrees east (WGS 84).
    pub lng: Change<f64>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
    /// The region it belongs to.
    pub region_id: Change<Uuid>,
    /// The team that looks after it.
    pub team_id: Change<Uuid>,
    /// The device it is a component of.
    pub parent_id: Change<Uuid>,
    /// The building of the site.
    pub building: Change<String>,
    /// The floor.
    pub floor: Change<String>,
    /// When it was first used.
    pub first_used_on: Change<Date>,
    /// The customer who sold it on.
    pub dealer_id: Change<Uuid>,
    /// The customer who rents it.
    pub lessee_id: Change<Uuid>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl DeviceChange {
    /// What is said about the device after the change; `rule` is that of its product so far.
    pub(crate) fn apply(self, device: &Device, rule: &EffectiveRule) -> Result<NewDevice, Invalid> {
        let (mut new, mut checks) = (device.said(rule), Checks::new());
        let site_is_named = self.site_id.is_mentioned();
        self.serial_number.require(&mut new.serial_number, "/serial_number", &mut checks);
        self.product_id.apply(&mut new.product_id);
        self.customer_id.apply(&mut new.customer_id);
        self.site_id.apply(&mut new.site_id);
        if new.customer_id != device.customer_id && !site_is_named {
            new.site_id = None;
        }
        self.model.apply(&mut new.model);
        self.sold_on.apply(&mut new.sold_on);
        self.installed_on.apply(&mut new.installed_on);
        self.warranty_starts_on.apply(&mut new.warranty_starts_on);
        self.warranty_ends_on.apply(&mut new.warranty_ends_on);
        self.status.apply(&mut new.status);
        self.place.apply(&mut new.place);
        self.lat.apply(&mut new.lat);
        self.lng.apply(&mut new.lng);
        self.note.apply(&mut new.note);
        self.region_id.apply(&mut new.region_id);
        self.team_id.apply(&mut new.team_id);
        self.parent_id.apply(&mut new.parent_id);
        self.building.apply(&mut new.building);
        self.floor.apply(&mut new.floor);
        self.first_used_on.apply(&mut new.first_used_on);
        self.dealer_id.apply(&mut new.dealer_id);
        self.lessee_id.apply(&mut new.lessee_id);
        new.checked(checks)
    }
}
