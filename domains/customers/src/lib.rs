//! Customers, their contacts and sites.
//!
//! A customer is a company or a person we serve; contacts are the people to speak to there, sites the places where their
//! devices stand. Whoever reaches a customer reaches both. Removed contacts and sites keep their ids, so that tickets
//! which name them stay whole.
//!
//! Customers form hierarchies of five levels at most. Duplicates are found by number, name and address, and merged: see
//! [`CustomerRows`] for what goes along. A person's data can be given out, and erased for good.
//!
//! Events: `customer.created`, `.updated`, `.archived`, `.restored`, `.merged`, `.unmerged`, `.personal_data_exported`,
//! `.erased`; `contact.` and `site.created`, `.updated`, `.removed`, `.erased`
//! on the customer's timeline. Text search knows customers by name, numbers, mail, address, note, tags, contacts and sites,
//! and by own fields of all three that may be searched.

mod api;
mod duplicates;
mod error;
mod following;
mod hierarchy;
mod keys;
mod layout;
mod merging;
mod model;
mod ops;
mod reactions;
mod store;
pub mod table;

use authz::{
    Access,
    permissions::{
        CUSTOMERS_CREATE, CUSTOMERS_MERGE, CUSTOMERS_READ, CUSTOMERS_UPDATE, PERSONAL_DATA_ERASE, PERSONAL_DATA_EXPORT,
        SETTINGS_MANAGE,
    },
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{ContactChange, CustomerChange, NewContact, NewCustomer, NewSite, SiteChange};
pub use duplicates::{Double, Doubles, Likeness};
pub use error::CustomerError;
pub use following::{FollowLinks, handlers};
pub use merging::{CustomerBelongings, CustomerMerge, CustomerRows, MergeState, RowsParent};
pub use model::{
    Address, Contact, ContactOfCustomer, Customer, CustomerKind, CustomerLevel, Phone, Site, SiteOfCustomer,
};
pub use ops::{
    contacts::create::insert_contact,
    create::insert,
    documents::{CustomerDocument, documents},
    sites::create::insert_site,
};
pub use reactions::{CustomerSearch, FollowMerges};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("customers", 1, "customers", "../migrations/0001_customers.sql"),
        db::migration!("customers", 2, "own_fields", "../migrations/0002_own_fields.sql"),
        db::migration!(
            "customers",
            3,
            "hierarchy",
            "../migrations/0003_hierarchy.sqlite.sql",
            "../migrations/0003_hierarchy.postgres.sql"
        ),
        db::migration!("customers", 4, "merges", "../migrations/0004_merges.sql"),
        db::migration!("customers", 5, "layouts", "../migrations/0005_layouts.sql"),
        db::migration!("customers", 6, "documents", "../migrations/0006_documents.sql"),
        db::migration!("customers", 7, "following", "../migrations/0007_following.sql"),
        db::migration!(
            "customers",
            8,
            "own_fields_of_contacts_and_sites",
            "../migrations/0008_own_fields_of_contacts_and_sites.sql"
        ),
    ]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    record_routes()
        .merge(people_and_places())
        .merge(of_all_customers())
        .merge(document_routes())
        .merge(merge_routes())
        .merge(personal_data_routes())
        .merge(layout_routes())
}

fn layout_routes() -> Routes {
    Routes::new("customers")
        .get(
            "/api/v1/layouts/customer-360",
            Access::SignedIn,
            "getCustomerLayout",
            "Which sections a customer's page shows, by role",
            ops::layout::show,
        )
        .put(
            "/api/v1/layouts/customer-360",
            Access::Needs(SETTINGS_MANAGE),
            "putCustomerLayout",
            "Lay out a customer's page",
            ops::layout::put,
        )
}

fn merge_routes() -> Routes {
    let read = Access::Needs(CUSTOMERS_READ);
    let merge = Access::Needs(CUSTOMERS_MERGE);
    Routes::new("customers")
        .get(
            "/api/v1/customers/duplicates",
            read,
            "listDuplicateCustomers",
            "Customers that may be one and the same, and why",
            ops::duplicates::handle,
        )
        .get(
            "/api/v1/customers/{id}/duplicates",
            read,
            "listDuplicatesOfCustomer",
            "Customers that may be the same as this one, and why",
            ops::duplicates::of_one,
        )
        .post(
            "/api/v1/customers/{id}/merge/preview",
            merge,
            "previewCustomerMerge",
            "What merging another customer into this one would do",
            ops::merges::preview::handle,
        )
        .post(
            "/api/v1/customers/{id}/merge",
            merge,
            "mergeCustomer",
            "Merge another customer into this one",
            ops::merges::merge::handle,
        )
        .describe(
            "The other one is archived. Devices, tickets and the rest follow within seconds; see the merge's `state`.",
        )
        .get("/api/v1/customer-merges", read, "listCustomerMerges", "List merges", ops::merges::list::handle)
        .get("/api/v1/customer-merges/{id}", read, "getCustomerMerge", "Show a merge", ops::merges::list::one)
        .post(
            "/api/v1/customer-merges/{id}/undo",
            merge,
            "undoCustomerMerge",
            "Take a merge back",
            ops::merges::undo::handle,
        )
        .describe(
            "What went along goes back, as far as nobody moved it since; `kept` names fields that were changed since.",
        )
}

fn personal_data_routes() -> Routes {
    Routes::new("customers")
        .get(
            "/api/v1/customers/{id}/personal-data",
            Access::Needs(PERSONAL_DATA_EXPORT),
            "exportPersonalData",
            "Everything personal we keep about a customer and its contacts, as a file",
            ops::personal_data::handle,
        )
        .describe("Who asked for it stands on the customer's timeline.")
        .post(
            "/api/v1/customers/{id}/erase",
            Access::Needs(PERSONAL_DATA_ERASE),
            "erasePersonalData",
            "Erase everything personal about a customer and its contacts, for good",
            ops::erase::handle,
        )
        .describe("Names, numbers, addresses and notes go, also from the history; tickets keep their facts.")
}

fn record_routes() -> Routes {
    let read = Access::Needs(CUSTOMERS_READ);
    let create = Access::Needs(CUSTOMERS_CREATE);
    let update = Access::Needs(CUSTOMERS_UPDATE);
    Routes::new("customers")
        .get("/api/v1/customers", read, "listCustomers", "List customers", ops::list::handle)
        .describe("With `phone` only those whose own number, or a contact's, is this one, however it is written.")
        .post("/api/v1/customers", create, "createCustomer", "Create a customer", ops::create::handle)
        .get("/api/v1/customers/{id}", read, "getCustomer", "Show a customer", ops::get::handle)
        .patch("/api/v1/customers/{id}", update, "updateCustomer", "Change a customer", ops::update::handle)
        .post("/api/v1/customers/{id}/archive", update, "archiveCustomer", "Put a customer away", ops::archive::handle)
        .post("/api/v1/customers/{id}/restore", update, "restoreCustomer", "Take a customer back", ops::restore::handle)
        .post(
            "/api/v1/customers/{id}/reveal",
            read,
            "revealCustomerField",
            "Show one own field of personal data of a customer",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/customers/{id}/timeline",
            read,
            "getCustomerTimeline",
            "Show what happened to a customer, newest first",
            ops::timeline::handle,
        )
        .get(
            "/api/v1/customers/{id}/children",
            read,
            "listCustomerChildren",
            "List the customers that belong to one",
            ops::children::handle,
        )
}

fn document_routes() -> Routes {
    let read = Access::Needs(CUSTOMERS_READ);
    let update = Access::Needs(CUSTOMERS_UPDATE);
    Routes::new("customers")
        .get(
            "/api/v1/customers/{id}/documents",
            read,
            "listCustomerDocuments",
            "List a customer's documents, the newest first",
            ops::documents::list,
        )
        .post(
            "/api/v1/customers/{id}/documents",
            update,
            "addCustomerDocument",
            "Add a document to a customer",
            ops::documents::add,
        )
        .delete(
            "/api/v1/customers/{id}/documents/{document_id}",
            update,
            "removeCustomerDocument",
            "Remove a customer's document",
            ops::documents::remove,
        )
}

fn people_and_places() -> Routes {
    let read = Access::Needs(CUSTOMERS_READ);
    let update = Access::Needs(CUSTOMERS_UPDATE);
    Routes::new("customers")
        .get(
            "/api/v1/customers/{id}/contacts",
            read,
            "listContacts",
            "List a customer's contacts",
            ops::contacts::list::handle,
        )
        .post(
            "/api/v1/customers/{id}/contacts",
            update,
            "createContact",
            "Add a contact",
            ops::contacts::create::handle,
        )
        .get(
            "/api/v1/customers/{id}/contacts/{contact_id}",
            read,
            "getContact",
            "Show a contact",
            ops::contacts::get::handle,
        )
        .patch(
            "/api/v1/customers/{id}/contacts/{contact_id}",
            update,
            "updateContact",
            "Change a contact",
            ops::contacts::update::handle,
        )
        .delete(
            "/api/v1/customers/{id}/contacts/{contact_id}",
            update,
            "removeContact",
            "Remove a contact",
            ops::contacts::remove::handle,
        )
        .get("/api/v1/customers/{id}/sites", read, "listSites", "List a customer's sites", ops::sites::list::handle)
        .post("/api/v1/customers/{id}/sites", update, "createSite", "Add a site", ops::sites::create::handle)
        .get("/api/v1/customers/{id}/sites/{site_id}", read, "getSite", "Show a site", ops::sites::get::handle)
        .patch(
            "/api/v1/customers/{id}/sites/{site_id}",
            update,
            "updateSite",
            "Change a site",
            ops::sites::update::handle,
        )
        .delete(
            "/api/v1/customers/{id}/sites/{site_id}",
            update,
            "removeSite",
            "Remove a site",
            ops::sites::remove::handle,
        )
}

/// Contacts and sites without the way through their customer, for whatever names one.
fn of_all_customers() -> Routes {
    let read = Access::Needs(CUSTOMERS_READ);
    Routes::new("customers")
        .get("/api/v1/contacts", read, "listAllContacts", "List contacts of all customers", ops::contacts::all::list)
        .describe("With `q` those whose name, title, number or mail address contains it.")
        .get("/api/v1/contacts/{id}", read, "findContact", "Show a contact of any customer", ops::contacts::all::one)
        .describe("One that was removed is shown too.")
        .post(
            "/api/v1/contacts/{id}/reveal",
            read,
            "revealContactField",
            "Show one own field of personal data of a contact",
            ops::contacts::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get("/api/v1/sites", read, "listAllSites", "List sites of all customers", ops::sites::all::list)
        .describe("With `q` those whose name or address contains it.")
        .get("/api/v1/sites/{id}", read, "findSite", "Show a site of any customer", ops::sites::all::one)
        .describe("One that was removed is shown too.")
        .post(
            "/api/v1/sites/{id}/reveal",
            read,
            "revealSiteField",
            "Show one own field of personal data of a site",
            ops::sites::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
}

/// The customer with this id, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Customer>, DbError> {
    let everybody = db::list::Fragment::new("1 = 1", Vec::new());
    let mut found: Option<Customer> = objects::find(q, &store::LISTING.list, id, everybody).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// What the caller may see of the customers' own fields.
async fn own_fields(q: &mut impl Query, customers: &mut [Customer]) -> Result<(), DbError> {
    objects::shown(q, "customer", customers.iter_mut().map(|customer| &mut customer.ext.0).collect()).await
}

/// The customer with this id if the caller's `permission` reaches it; [`CustomerError::NotFound`] otherwise.
pub async fn reached(q: &mut impl Query, permission: authz::Permission, id: Uuid) -> Result<Customer, CustomerError> {
    let mut found = store::reached(q, permission, id).await?;
    own_fields(q, std::slice::from_mut(&mut found)).await?;
    Ok(found)
}

/// The customers with these ids, archived or not, in no order; ids that do not exist are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Customer>, DbError> {
    let mut found: Vec<Customer> = objects::by_ids(q, &store::LISTING.list, ids).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Customers in use whose own number, or a contact's, has these digits (see [`objects::phone_digits`]); at most 20, the
/// one changed last first.
pub async fn by_phone(q: &mut impl Query, digits: &str) -> Result<Vec<Customer>, DbError> {
    let mut found = store::by_phone(q, digits).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The customer in use with exactly this name; of several, the one created first.
pub async fn by_name(q: &mut impl Query, name: &str) -> Result<Option<Customer>, DbError> {
    let mut found = store::by_name(q, name).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The customers in use that belong to this one, within the caller's reach, by name.
pub async fn children(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<Customer>, DbError> {
    let mut found = store::children(q, id, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// The contact with this id, removed or not.
pub async fn contact(q: &mut impl Query, id: Uuid) -> Result<Option<Contact>, DbError> {
    let mut found = store::contact(q, id).await?;
    contact_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The contacts with these ids, removed or not, in no order.
pub async fn contacts_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Contact>, DbError> {
    let mut found = store::contacts_by_ids(q, ids).await?;
    contact_fields(q, &mut found).await?;
    Ok(found)
}

/// What the caller may see of the contacts' own fields.
async fn contact_fields(q: &mut impl Query, contacts: &mut [Contact]) -> Result<(), DbError> {
    objects::shown(q, "contact", contacts.iter_mut().map(|contact| &mut contact.ext.0).collect()).await
}

/// What the caller may see of the sites' own fields.
async fn site_fields(q: &mut impl Query, sites: &mut [Site]) -> Result<(), DbError> {
    objects::shown(q, "site", sites.iter_mut().map(|site| &mut site.ext.0).collect()).await
}

/// A customer's contacts in use, the primary one first.
pub async fn contacts(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Contact>, DbError> {
    let mut found = store::contacts(q, &[customer_id]).await?;
    contact_fields(q, &mut found).await?;
    Ok(found)
}

/// The site with this id, removed or not.
pub async fn site(q: &mut impl Query, id: Uuid) -> Result<Option<Site>, DbError> {
    let mut found = store::site(q, id).await?;
    site_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The sites with these ids, removed or not, in no order.
pub async fn sites_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Site>, DbError> {
    let mut found = store::sites_by_ids(q, ids).await?;
    site_fields(q, &mut found).await?;
    Ok(found)
}

/// A customer's sites in use, by name.
pub async fn sites(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Site>, DbError> {
    let mut found = store::sites(q, &[customer_id]).await?;
    site_fields(q, &mut found).await?;
    Ok(found)
}
