//! The bodies of requests: what a new record says, and what a change says.
//!
//! A new record and a changed one pass the same checks: a change is applied to what the record says now.

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Invalid, phone_digits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Address, Contact, Customer, CustomerKind, CustomerLevel, Phone, Site};

/// Telephone numbers of one customer at most.
pub(crate) const MOST_PHONES: usize = 20;

/// Names one customer.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct CustomerPath {
    /// The customer's id.
    pub id: Uuid,
}

/// Names one contact of a customer.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ContactPath {
    /// The customer's id.
    pub id: Uuid,
    /// The contact's id.
    pub contact_id: Uuid,
}

/// Names one site of a customer.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct SitePath {
    /// The customer's id.
    pub id: Uuid,
    /// The site's id.
    pub site_id: Uuid,
}

/// Names one contact, whoever's it is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ContactId {
    /// The contact's id.
    pub id: Uuid,
}

/// Names one site, whoever's it is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct SiteId {
    /// The site's id.
    pub id: Uuid,
}

/// A new customer; only the name must be there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// What the customer is called, at most 200 characters.
    pub name: String,
    /// Company or person; company when absent.
    pub kind: Option<CustomerKind>,
    /// How much attention they are promised; standard when absent.
    pub level: Option<CustomerLevel>,
    /// Telephone number: Chinese mobile or landline, service or foreign number. With `phones` it is their first.
    pub phone: Option<String>,
    /// All telephone numbers, the one to call first in front; at most 20.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// Mail address.
    pub email: Option<String>,
    /// Where they are.
    pub address: Option<Address>,
    /// Degrees north (WGS 84), together with `lng`.
    pub lat: Option<f64>,
    /// Degrees east (WGS 84), together with `lat`.
    pub lng: Option<f64>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
    /// Free labels, at most 50.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The customer manager: the user who looks after the customer.
    pub owner_id: Option<Uuid>,
    /// The region they belong to.
    pub region_id: Option<Uuid>,
    /// The customer this one belongs to, as a company to its group; five levels at most.
    pub parent_id: Option<Uuid>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewCustomer {
    /// A customer of whom only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.place(self.lat, self.lng);
        let name = checks.name("/name", &self.name);
        let phones = checked_phones(self.phone, self.phones, &mut checks);
        let checked = Self {
            name,
            phone: phones.first().map(|phone| phone.number.clone()),
            phones,
            email: checks.email("/email", self.email),
            address: self.address.map(|address| checked_address(address, &mut checks)),
            note: checks.text("/note", self.note),
            tags: checks.tags("/tags", self.tags),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

impl Customer {
    /// The record saying what `new` says; id, version, times and creator stay.
    pub(crate) fn with(&self, new: NewCustomer) -> Self {
        Self {
            name: new.name,
            kind: new.kind.unwrap_or(CustomerKind::Company),
            level: new.level.unwrap_or(CustomerLevel::Standard),
            phone: new.phone,
            phones: Json(new.phones),
            email: new.email,
            address: Json(new.address.unwrap_or_default()),
            lat: new.lat,
            lng: new.lng,
            note: new.note,
            tags: Json(new.tags),
            owner_id: new.owner_id,
            region_id: new.region_id,
            parent_id: new.parent_id,
            ..self.clone()
        }
    }
}

impl From<Customer> for NewCustomer {
    fn from(customer: Customer) -> Self {
        Self {
            name: customer.name,
            kind: Some(customer.kind),
            level: Some(customer.level),
            phone: customer.phone,
            phones: customer.phones.0,
            email: customer.email,
            address: Some(customer.address.0),
            lat: customer.lat,
            lng: customer.lng,
            note: customer.note,
            tags: customer.tags.0,
            owner_id: customer.owner_id,
            region_id: customer.region_id,
            parent_id: customer.parent_id,
            ext: None,
        }
    }
}

/// A change to a customer: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerChange {
    /// What the customer is called.
    pub name: Change<String>,
    /// Company or person.
    pub kind: Change<CustomerKind>,
    /// How much attention they are promised.
    pub level: Change<CustomerLevel>,
    /// The first telephone number, in place of the one that was first; the others stay.
    pub phone: Change<String>,
    /// All telephone numbers, the one to call first in front; replaces all of them.
    pub phones: Change<Vec<Phone>>,
    /// Mail address.
    pub email: Change<String>,
    /// Where they are; replaces the whole address.
    pub address: Change<Address>,
    /// Degrees north (WGS 84).
    pub lat: Change<f64>,
    /// Degrees east (WGS 84).
    pub lng: Change<f64>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
    /// Free labels; replaces all of them.
    pub tags: Change<Vec<String>>,
    /// The customer manager: the user who looks after the customer.
    pub owner_id: Change<Uuid>,
    /// The region they belong to.
    pub region_id: Change<Uuid>,
    /// The customer this one belongs to, as a company to its group.
    pub parent_id: Change<Uuid>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl CustomerChange {
    /// The customer after the change; version and times are not touched.
    pub(crate) fn apply(self, customer: &Customer) -> Result<Customer, Invalid> {
        let (mut new, mut checks) = (NewCustomer::from(customer.clone()), Checks::new());
        self.name.require(&mut new.name, "/name", &mut checks);
        self.kind.apply(&mut new.kind);
        self.level.apply(&mut new.level);
        if self.phones.is_mentioned() {
            new.phone = None;
            self.phones.or_default(&mut new.phones);
            self.phone.apply(&mut new.phone);
        } else if self.phone.is_mentioned() {
            replace_first(self.phone, &mut new, &mut checks);
        }
        self.email.apply(&mut new.email);
        self.address.apply(&mut new.address);
        self.lat.apply(&mut new.lat);
        self.lng.apply(&mut new.lng);
        self.note.apply(&mut new.note);
        self.tags.or_default(&mut new.tags);
        self.owner_id.apply(&mut new.owner_id);
        self.region_id.apply(&mut new.region_id);
        self.parent_id.apply(&mut new.parent_id);
        new.checked(checks).map(|new| customer.with(new))
    }
}

/// Whoever changes the one number changes the first of several; emptied, the second comes to the front.
fn replace_first(phone: Change<String>, new: &mut NewCustomer, checks: &mut Checks) {
    let label = if new.phones.is_empty() { None } else { new.phones.remove(0).label };
    let Change::Set(number) = phone else {
        new.phone = None;
        return;
    };
    // Checked here, so that the mistake is noted where the number was written.
    if let Some(number) = checks.phone("/phone", Some(number)).filter(|number| phone_digits(number).is_some()) {
        new.phones.insert(0, Phone { number, label });
    }
    new.phone = None;
}

/// One list of numbers from the one number and the several: each number once, however it is written.
fn checked_phones(phone: Option<String>, phones: Vec<Phone>, checks: &mut Checks) -> Vec<Phone> {
    if phones.len() > MOST_PHONES {
        checks.refuse("/phones", "too_many", format!("Use at most {MOST_PHONES} telephone numbers."));
        return Vec::new();
    }
    let phone = checks.phone("/phone", phone);
    let mut kept: Vec<Phone> = Vec::with_capacity(phones.len());
    let mut known = std::collections::HashSet::new();
    for (index, one) in phones.into_iter().enumerate() {
        let number = checks.phone(&format!("/phones/{index}/number"), Some(one.number));
        let label = checks.line(&format!("/phones/{index}/label"), one.label);
        let Some(number) = number else {
            checks.refuse(&format!("/phones/{index}/number"), "required", "This may not be empty.");
            continue;
        };
        if known.insert(phone_digits(&number).unwrap_or_default()) {
            kept.push(Phone { number, label });
        }
    }
    match (phone, kept.first()) {
        (Some(number), None) => kept.push(Phone { number, label: None }),
        (Some(number), Some(first)) if phone_digits(&number) != phone_digits(&first.number) => {
            checks.refuse("/phone", "not_the_first", "This is the first of `phones`; leave it out.");
        }
        _ => {}
    }
    kept
}

/// A new contact; only the name must be there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// The person's name, at most 200 characters.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// What they do there: 物业经理.
    pub title: Option<String>,
    /// Whether this is the one to call first, instead of another; a customer's first contact always is.
    #[serde(default)]
    pub is_primary: bool,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewContact {
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        let checked = Self {
            name: checks.name("/name", &self.name),
            phone: checks.phone("/phone", self.phone),
            email: checks.email("/email", self.email),
            title: checks.line("/title", self.title),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

/// A change to a contact: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactChange {
    /// The person's name.
    pub name: Change<String>,
    /// Telephone number.
    pub phone: Change<String>,
    /// Mail address.
    pub email: Change<String>,
    /// What they do there.
    pub title: Change<String>,
    /// Whether this is the one to call first, instead of another.
    pub is_primary: Change<bool>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl ContactChange {
    /// The contact after the change; version and times are not touched.
    pub(crate) fn apply(self, contact: &Contact) -> Result<Contact, Invalid> {
        let before = contact.clone();
        let mut new = NewContact {
            name: before.name,
            phone: before.phone,
            email: before.email,
            title: before.title,
            is_primary: before.is_primary,
            ext: None,
        };
        let mut checks = Checks::new();
        self.name.require(&mut new.name, "/name", &mut checks);
        self.phone.apply(&mut new.phone);
        self.email.apply(&mut new.email);
        self.title.apply(&mut new.title);
        self.is_primary.or_default(&mut new.is_primary);
        let new = new.checked(checks)?;
        Ok(Contact {
            name: new.name,
            phone: new.phone,
            email: new.email,
            title: new.title,
            is_primary: new.is_primary,
            ..contact.clone()
        })
    }
}

/// A new site; only the name must be there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// What it is called, at most 200 characters.
    pub name: String,
    /// Where it is.
    pub address: Option<Address>,
    /// Degrees north (WGS 84), together with `lng`.
    pub lat: Option<f64>,
    /// Degrees east (WGS 84), together with `lat`.
    pub lng: Option<f64>,
    /// The region it belongs to; the customer's when absent.
    pub region_id: Option<Uuid>,
    /// How to get in: keys, reception, height limits.
    pub access_note: Option<String>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewSite {
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.place(self.lat, self.lng);
        let checked = Self {
            name: checks.name("/name", &self.name),
            address: self.address.map(|address| checked_address(address, &mut checks)),
            access_note: checks.text("/access_note", self.access_note),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

/// A change to a site: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteChange {
    /// What it is called.
    pub name: Change<String>,
    /// Where it is; replaces the whole address.
    pub address: Change<Address>,
    /// Degrees north (WGS 84).
    pub lat: Change<f64>,
    /// Degrees east (WGS 84).
    pub lng: Change<f64>,
    /// The region it belongs to.
    pub region_id: Change<Uuid>,
    /// How to get in.
    pub access_note: Change<String>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl SiteChange {
    /// The site after the change; version and times are not touched.
    pub(crate) fn apply(self, site: &Site) -> Result<Site, Invalid> {
        let before = site.clone();
        let mut new = NewSite {
            name: before.name,
            address: Some(before.address.0),
            lat: before.lat,
            lng: before.lng,
            region_id: before.region_id,
            access_note: before.access_note,
            ext: None,
        };
        let mut checks = Checks::new();
        self.name.require(&mut new.name, "/name", &mut checks);
        self.address.apply(&mut new.address);
        self.lat.apply(&mut new.lat);
        self.lng.apply(&mut new.lng);
        self.region_id.apply(&mut new.region_id);
        self.access_note.apply(&mut new.access_note);
        let new = new.checked(checks)?;
        Ok(Site {
            name: new.name,
            address: Json(new.address.unwrap_or_default()),
            lat: new.lat,
            lng: new.lng,
            region_id: new.region_id,
            access_note: new.access_note,
            ..site.clone()
        })
    }
}

fn checked_address(address: Address, checks: &mut Checks) -> Address {
    Address {
        province: checks.line("/address/province", address.province),
        city: checks.line("/address/city", address.city),
        district: checks.line("/address/district", address.district),
        street: checks.line("/address/street", address.street),
    }
}
