//! Merging customers: what would happen, doing it, taking it back, and what was merged.

pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod preview;
pub(crate) mod undo;

use std::collections::HashSet;

use objects::phone_digits;
use serde_json::{Map, Value, json};

use crate::{Customer, CustomerRows, Phone, RowsParent};

/// Fields that can be taken from the customer that goes away; telephone numbers and tags of both are kept anyway.
/// `address` brings the place on the map, `phone` says whose first number stays in front.
pub(crate) const FIELDS: [&str; 10] =
    ["name", "kind", "level", "phone", "email", "address", "note", "owner_id", "region_id", "parent_id"];

/// Rows of this domain that go along at once.
pub(crate) const OWN_ROWS: [CustomerRows; 4] = [
    CustomerRows {
        name: "contacts",
        object: "contact",
        table: "contacts",
        column: "customer_id",
        label: "name",
        parent: RowsParent::Customer,
        personal: &[],
    },
    CustomerRows {
        name: "sites",
        object: "site",
        table: "sites",
        column: "customer_id",
        label: "name",
        parent: RowsParent::Customer,
        personal: &[],
    },
    CustomerRows {
        name: "documents",
        object: "customer_document",
        table: "customer_documents",
        column: "customer_id",
        label: "name",
        parent: RowsParent::Customer,
        personal: &[],
    },
    CustomerRows {
        name: "children",
        object: "customer",
        table: "customers",
        column: "parent_id",
        label: "name",
        parent: RowsParent::Itself,
        personal: &[],
    },
];

/// A record's fields as JSON.
pub(crate) fn fields(customer: &Customer) -> Map<String, Value> {
    match json!(customer) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Both lists of numbers in one, each number once; the second's first in front when it is wanted there.
pub(crate) fn united_phones(own: &[Phone], others: &[Phone], others_first: bool) -> Vec<Phone> {
    let (front, back) = match others.split_first() {
        Some((first, rest)) if others_first => (Some(first), rest),
        _ => (None, others),
    };
    let mut known = HashSet::new();
    let mut all: Vec<Phone> = front.into_iter().chain(own).chain(back).cloned().collect();
    all.retain(|phone| known.insert(phone_digits(&phone.number).unwrap_or_else(|| phone.number.clone())));
    all.truncate(crate::api::MOST_PHONES);
    all
}

/// Both lists of tags in one, each tag once, as many as a record can have.
pub(crate) fn united_tags(own: &[String], others: &[String]) -> Vec<String> {
    let mut all = own.to_vec();
    all.extend(others.iter().filter(|tag| !own.contains(tag)).cloned());
    all.truncate(50);
    all
}
