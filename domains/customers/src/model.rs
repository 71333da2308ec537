//! Customers, their contacts and their sites, as they stand in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// What a customer is.
    pub enum CustomerKind {
        /// A company or public body.
        Company = "company",
        /// A private person.
        Person = "person",
    }
}

db::choice! {
    /// How much attention a customer is promised.
    pub enum CustomerLevel {
        /// Everybody.
        Standard = "standard",
        /// More than most.
        Silver = "silver",
        /// Important.
        Gold = "gold",
        /// The most important.
        Vip = "vip",
    }
}

/// A Chinese postal address in its four parts; any of them may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// Province, autonomous region or municipality: 上海市.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// City: 苏州市.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// District or county: 浦东新区.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Street, number, building and room: 世纪大道100号 B座 1203.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
}

impl Address {
    /// The address on one line, as it is written in Chinese; a municipality stands only once.
    pub fn line(&self) -> String {
        let city = self.city.as_ref().filter(|city| Some(*city) != self.province.as_ref());
        [self.province.as_ref(), city, self.district.as_ref(), self.street.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect()
    }
}

/// One of several telephone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// The number as it was typed.
    pub number: String,
    /// Whose or what for: 前台, 夜间值班.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Somebody we serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// The customer's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; absent while in use.
    pub archived_at: Option<Timestamp>,
    /// What the customer is called.
    pub name: String,
    /// Company or person.
    pub kind: CustomerKind,
    /// How much attention they are promised.
    pub level: CustomerLevel,
    /// The first of `phones`, as it was typed.
    pub phone: Option<String>,
    /// All telephone numbers, the one to call first in front.
    pub phones: Json<Vec<Phone>>,
    /// Mail address.
    pub email: Option<String>,
    /// Where they are.
    pub address: Json<Address>,
    /// Degrees north (WGS 84).
    pub lat: Option<f64>,
    /// Degrees east (WGS 84).
    pub lng: Option<f64>,
    /// Whatever colleagues should know.
    pub note: Option<String>,
    /// Free labels.
    pub tags: Json<Vec<String>>,
    /// The customer manager: the user who looks after the customer.
    pub owner_id: Option<Uuid>,
    /// The region they belong to.
    pub region_id: Option<Uuid>,
    /// The customer this one belongs to, as a company to its group.
    pub parent_id: Option<Uuid>,
    /// The customer this one was merged into; it is archived then.
    pub merged_into_id: Option<Uuid>,
    /// When personal data was erased, for good.
    pub erased_at: Option<Timestamp>,
    /// The user who created the record.
    pub created_by: Option<Uuid>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Customer {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    name,
    kind,
    level,
    phone,
    phones,
    email,
    address,
    lat,
    lng,
    note,
    tags,
    owner_id,
    region_id,
    parent_id,
    merged_into_id,
    erased_at,
    created_by,
    ext,
});

impl HasVersion for Customer {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Customer {
    fn location(&self) -> String {
        format!("/api/v1/customers/{}", self.id)
    }
}

/// A person to speak to at a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The contact's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was removed; tickets that name it still find it.
    pub archived_at: Option<Timestamp>,
    /// Whose contact it is.
    pub customer_id: Uuid,
    /// The person's name.
    pub name: String,
    /// Telephone number as it was typed.
    pub phone: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// What they do there: 物业经理.
    pub title: Option<String>,
    /// Whether this is the one to call first; one for each customer.
    pub is_primary: bool,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Contact {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    customer_id,
    name,
    phone,
    email,
    title,
    is_primary,
    ext,
});

/// A contact with the name of its customer, as lists over all customers show it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ContactOfCustomer {
    /// The contact.
    #[serde(flatten)]
    pub contact: Contact,
    /// What its customer is called.
    pub customer_name: Option<String>,
}

impl HasVersion for ContactOfCustomer {
    fn version(&self) -> i64 {
        self.contact.version
    }
}

impl HasVersion for Contact {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Contact {
    fn location(&self) -> String {
        format!("/api/v1/customers/{}/contacts/{}", self.customer_id, self.id)
    }
}

/// A place of a customer where devices stand and engineers go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// The site's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was removed; tickets and devices that name it still find it.
    pub archived_at: Option<Timestamp>,
    /// Whose site it is.
    pub customer_id: Uuid,
    /// What it is called: 世纪广场A座.
    pub name: String,
    /// Where it is.
    pub address: Json<Address>,
    /// Degrees north (WGS 84).
    pub lat: Option<f64>,
    /// Degrees east (WGS 84).
    pub lng: Option<f64>,
    /// The region it belongs to.
    pub region_id: Option<Uuid>,
    /// How to get in: keys, reception, height limits.
    pub access_note: Option<String>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Site {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    customer_id,
    name,
    address,
    lat,
    lng,
    region_id,
    access_note,
    ext,
});

/// A site with the name of its customer, as lists over all customers show it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SiteOfCustomer {
    /// The site.
    #[serde(flatten)]
    pub site: Site,
    /// What its customer is called.
    pub customer_name: Option<String>,
}

impl HasVersion for SiteOfCustomer {
    fn version(&self) -> i64 {
        self.site.version
    }
}

impl HasVersion for Site {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Site {
    fn location(&self) -> String {
        format!("/api/v1/customers/{}/sites/{}", self.customer_id, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_stands_once_in_an_address() {
        let part = |text: &str| Some(text.to_owned());
        let address = Address {
            province: part("上海市"),
            city: part("上海市"),
            district: part("浦东新区"),
            street: part("世纪大道100号"),
        };
        assert_eq!(address.line(), "上海市浦东新区世纪大道100号");
        assert_eq!(Address { city: part("苏州市"), ..Address::default() }.line(), "苏州市");
    }
}
