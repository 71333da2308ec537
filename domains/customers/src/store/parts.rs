//! SQL of contacts and sites over all customers: whoever reaches the customer reaches them.

use std::collections::HashMap;

use authz::{Permission, permissions::CUSTOMERS_READ};
use db::{
    DbError, FromRow, Query,
    list::{List, ListPage},
};
use http_api::{ListParams, Problem};
use kernel::Uuid;
use objects::listing::{self, Listing};
use rules::{Column, FieldMap, FieldType, Types as _};
use serde_json::{Value, json};

use crate::{Contact, CustomerError, Site, store};

static CONTACT_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("title", FieldType::Text, "title"),
    Column::new("phone", FieldType::Text, "phone"),
    Column::new("email", FieldType::Text, "email"),
    Column::new("is_primary", FieldType::Boolean, "is_primary").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

static SITE_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("province", FieldType::Text, "address->>'province'"),
    Column::new("city", FieldType::Text, "address->>'city'"),
    Column::new("district", FieldType::Text, "address->>'district'"),
    Column::new("street", FieldType::Text, "address->>'street'"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("access_note", FieldType::Text, "access_note"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

const SORTS: &[(&str, &str)] = &[("created_at", "created_at"), ("name", "name")];

/// The list of contacts.
pub(crate) static CONTACTS: Listing = Listing {
    list: List { table: "contacts", columns: Contact::COLUMNS, sorts: SORTS, default_sort: "-created_at" },
    fields: &CONTACT_FIELDS,
    keys: &["customer_id", "name"],
    search_object: None,
    archivable: true,
};

/// The list of sites.
pub(crate) static SITES: Listing = Listing {
    list: List { table: "sites", columns: Site::COLUMNS, sorts: SORTS, default_sort: "-created_at" },
    fields: &SITE_FIELDS,
    keys: &["customer_id", "name"],
    search_object: None,
    archivable: true,
};

/// What words are looked for in: the text search knows contacts and sites by their customer alone.
const SOUGHT: [&str; 8] = ["name", "title", "phone", "email", "province", "city", "district", "street"];

/// A page of the contacts or sites whose customer the caller sees.
pub(crate) async fn page<T: FromRow>(
    q: &mut impl Query,
    listing: &Listing,
    object: &str,
    mut params: ListParams,
) -> Result<ListPage<T>, Problem> {
    let mut conditions = vec![store::within(q.cx(), CUSTOMERS_READ, "customer_id")];
    if let Some(words) = params.q.take() {
        let known = SOUGHT.iter().filter(|field| listing.fields.field_type(field).is_some());
        let tests: Vec<Value> =
            known.map(|field| json!({ "field": field, "op": "contains", "value": words })).collect();
        conditions.push(listing::filter(q.cx(), q.engine(), &json!({ "any": tests }), listing.fields)?);
    }
    listing::page_with_own(q, listing, object, &params, conditions).await
}

/// The contact, removed or not, if the caller reaches its customer with `permission`.
pub(crate) async fn contact(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Contact, CustomerError> {
    let scope = store::within(q.cx(), permission, "customer_id");
    objects::find(q, &CONTACTS.list, id, scope).await?.ok_or(CustomerError::NotFound("contact"))
}

/// The site, removed or not, if the caller reaches its customer with `permission`.
pub(crate) async fn site(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Site, CustomerError> {
    let scope = store::within(q.cx(), permission, "customer_id");
    objects::find(q, &SITES.list, id, scope).await?.ok_or(CustomerError::NotFound("site"))
}

/// What these customers are called.
pub(crate) async fn customer_names(
    q: &mut impl Query,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbError> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let found: Vec<crate::Customer> = objects::by_ids(q, &store::LISTING.list, &ids).await?;
    Ok(found.into_iter().map(|customer| (customer.id, customer.name)).collect())
}
