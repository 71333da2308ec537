//! What follows from events: the text by which customers are found.

use db::{DbError, Tx};
use events::Event;
use futures_util::future::BoxFuture;
use kernel::Uuid;
use objects::phone_digits;
use search::{Document, Indexed};

use crate::{Contact, Customer, Site, store};

/// Customers in the text search, with their contacts and sites.
#[derive(Debug, Clone, Copy, Default)]
pub struct CustomerSearch;

impl Indexed for CustomerSearch {
    fn object(&self) -> &'static str {
        "customer"
    }

    fn table(&self) -> &'static str {
        "customers"
    }

    fn affected(&self, event: &Event) -> Option<Uuid> {
        match event.object.as_str() {
            "customer" => Some(event.object_id),
            "contact" | "site" => event.parent().map(|(_, customer)| customer),
            _ => None,
        }
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let customers: Vec<Customer> = objects::by_ids(tx, &store::LISTING.list, ids).await?;
            let contacts = store::contacts(tx, ids).await?;
            let sites = store::sites(tx, ids).await?;
            Ok(customers.into_iter().map(|customer| document(&customer, &contacts, &sites)).collect())
        })
    }
}

fn document(customer: &Customer, contacts: &[Contact], sites: &[Site]) -> Document {
    let mut words: Vec<String> = Vec::new();
    let phone = |number: &Option<String>| {
        let digits = number.as_deref().and_then(phone_digits);
        number.iter().cloned().chain(digits).collect::<Vec<_>>().join("\n")
    };
    words.push(phone(&customer.phone));
    words.extend(customer.email.clone());
    words.push(customer.address.0.line());
    words.extend(customer.tags.0.iter().cloned());
    for contact in contacts.iter().filter(|contact| contact.customer_id == customer.id) {
        words.push(contact.name.clone());
        words.push(phone(&contact.phone));
        words.extend(contact.email.clone());
    }
    for site in sites.iter().filter(|site| site.customer_id == customer.id) {
        words.push(site.name.clone());
        words.push(site.address.0.line());
    }
    words.extend(customer.note.clone());
    Document { object_id: customer.id, title: customer.name.clone(), text: words.join("\n") }
}
