//! Customers, their contacts and sites.
//!
//! A customer is a company or a person we serve; contacts are the people to speak to there, sites the places where their
//! devices stand. Whoever reaches a customer reaches both. Removed contacts and sites keep their ids, so that tickets
//! which name them stay whole.
//!
//! Events: `customer.created`, `.updated`, `.archived`, `.restored`; `contact.` and `site.created`, `.updated`, `.removed`
//! on the customer's timeline. Text search knows customers by name, numbers, mail, address, note, tags, contacts and sites.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;

use authz::{
    Access,
    permissions::{CUSTOMERS_CREATE, CUSTOMERS_READ, CUSTOMERS_UPDATE},
};
use db::{DbError, Migration, Query};
use http_api::Routes;
use kernel::Uuid;

pub use api::{ContactChange, CustomerChange, NewContact, NewCustomer, NewSite, SiteChange};
pub use error::CustomerError;
pub use model::{Address, Contact, Customer, CustomerKind, CustomerLevel, Site};
pub use ops::{contacts::create::insert_contact, create::insert, sites::create::insert_site};
pub use reactions::CustomerSearch;

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("customers", 1, "customers", "../migrations/0001_customers.sql"),
        db::migration!("customers", 2, "own_fields", "../migrations/0002_own_fields.sql"),
    ]
}

/// The operations of this domain.
pub fn routes() -> Routes {
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
        .get(
            "/api/v1/customers/{id}/timeline",
            read,
            "getCustomerTimeline",
            "Show what happened to a customer, newest first",
            ops::timeline::handle,
        )
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

/// The contact with this id, removed or not.
pub async fn contact(q: &mut impl Query, id: Uuid) -> Result<Option<Contact>, DbError> {
    store::contact(q, id).await
}

/// A customer's contacts in use, the primary one first.
pub async fn contacts(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Contact>, DbError> {
    store::contacts(q, &[customer_id]).await
}

/// The site with this id, removed or not.
pub async fn site(q: &mut impl Query, id: Uuid) -> Result<Option<Site>, DbError> {
    store::site(q, id).await
}

/// The sites with these ids, removed or not, in no order.
pub async fn sites_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Site>, DbError> {
    store::sites_by_ids(q, ids).await
}

/// A customer's sites in use, by name.
pub async fn sites(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Site>, DbError> {
    store::sites(q, &[customer_id]).await
}
