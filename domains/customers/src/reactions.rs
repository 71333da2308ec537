//! What follows from events: the text by which customers are found, and the rows that go along with a merge.

use db::{DbError, Json, Tx};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::{Contact, Customer, CustomerBelongings, CustomerError, CustomerMerge, MergeState, Site, following, store};

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
            let own = objects::OwnWords::of(tx, "customer").await?;
            let of_contacts = objects::OwnWords::of(tx, "contact").await?;
            let of_sites = objects::OwnWords::of(tx, "site").await?;
            let found = |customer: Customer| {
                let contacts = contacts.iter().filter(|contact| contact.customer_id == customer.id);
                let sites = sites.iter().filter(|site| site.customer_id == customer.id);
                let (contacts, sites): (Vec<&Contact>, Vec<&Site>) = (contacts.collect(), sites.collect());
                document(&customer, &contacts, &sites)
                    .text(own.words(&customer.ext.0))
                    .text(contacts.iter().flat_map(|contact| of_contacts.words(&contact.ext.0)))
                    .text(sites.iter().flat_map(|site| of_sites.words(&site.ext.0)))
            };
            Ok(customers.into_iter().map(found).collect())
        })
    }
}

fn document(customer: &Customer, contacts: &[&Contact], sites: &[&Site]) -> Document {
    let (contacts, sites) = (|| contacts.iter(), || sites.iter());
    Document::new(customer.id, customer.name.clone())
        .subtitle(customer.phone.clone())
        .phones([customer.phone.clone()].into_iter().chain(contacts().map(|contact| contact.phone.clone())))
        .names(contacts().map(|contact| Some(contact.name.clone())))
        .names(sites().map(|site| Some(site.name.clone())))
        .text([customer.email.clone(), Some(customer.address.0.line())])
        .text(customer.tags.0.iter().cloned().map(Some))
        .text(contacts().map(|contact| contact.email.clone()))
        .text(sites().map(|site| Some(site.address.0.line())))
        .text([customer.note.clone()])
        .reached_by([customer.owner_id, customer.created_by], None, customer.region_id)
        .archived(customer.archived_at.is_some())
}

/// Gives devices, tickets and whatever else names a merged customer to the one that remained, and back again.
#[derive(Debug, Clone)]
pub struct FollowMerges(CustomerBelongings);

impl FollowMerges {
    /// Moves these rows.
    pub fn new(belongings: CustomerBelongings) -> Self {
        Self(belongings)
    }
}

impl Consumer for FollowMerges {
    fn name(&self) -> &'static str {
        "customers.follow_merges"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["customer.merged", "customer.unmerged"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let id = event.data.get("merge_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<Uuid>().ok());
            let Some(id) = id else { return Ok(()) };
            // Whoever merged the customers moved what belongs to them.
            let cx = db::Query::cx(tx).with_actor(event.actor.clone());
            let mut tx = tx.with_context(&cx);
            let Some(merge) = store::merges::find(&mut tx, id).await? else { return Ok(()) };
            let outcome = match (event.kind.as_str(), merge.state) {
                ("customer.merged", MergeState::Merging) => self.take_along(&mut tx, merge).await,
                ("customer.unmerged", MergeState::Undoing) => self.give_back(&mut tx, merge).await,
                // Taken back before anything had followed.
                _ => Ok(()),
            };
            outcome.map_err(|error| match error {
                CustomerError::Db(error) => error.into(),
                other => ConsumerError::failed(other),
            })
        })
    }
}

impl FollowMerges {
    async fn take_along(&self, tx: &mut Tx<'_>, merge: CustomerMerge) -> Result<(), CustomerError> {
        let mut moved = merge.moved.0.clone();
        for rows in self.0.iter() {
            let ids = rows.hand_over(tx, merge.from_id, merge.into_id, None).await?;
            store::merges::remember(tx, merge.id, &rows.key(), &ids).await?;
            *moved.entry(rows.name.to_owned()).or_default() += ids.len() as i64;
        }
        let updated_at = db::Query::cx(tx).now();
        let after = CustomerMerge { version: merge.version + 1, updated_at, moved: Json(moved), ..merge.clone() };
        store::merges::update(tx, &merge, &after).await?;
        following::begin(tx, &after).await
    }

    async fn give_back(&self, tx: &mut Tx<'_>, merge: CustomerMerge) -> Result<(), CustomerError> {
        for rows in self.0.iter() {
            let went = store::merges::remembered(tx, merge.id, &rows.key()).await?;
            rows.hand_over(tx, merge.into_id, merge.from_id, Some(&went)).await?;
        }
        following::begin(tx, &merge).await
    }
}
