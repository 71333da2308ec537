//! Which texts of which objects search finds.

use std::sync::Arc;

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

/// Tickets: number, title, fault, people, place, solution.
pub struct Tickets;

impl Indexed for Tickets {
    fn object(&self) -> &'static str {
        "ticket"
    }

    fn table(&self) -> &'static str {
        "tickets"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let own = objects::OwnWords::of(tx, "ticket").await?;
            let found = |ticket: tickets::Ticket| {
                let words = own.words(&ticket.ext.0);
                document(ticket).text(words)
            };
            Ok(tickets::by_ids(tx, ids).await?.into_iter().map(found).collect())
        })
    }
}

fn document(ticket: tickets::Ticket) -> Document {
    Document::new(ticket.id, format!("{} {}", ticket.number, ticket.title))
        .subtitle(ticket.contact_name.clone().or_else(|| ticket.address.clone()))
        .codes([Some(ticket.number), ticket.external_ref])
        .phones([ticket.contact_phone])
        .names([ticket.contact_name])
        .text([Some(ticket.description), ticket.address, ticket.problem_type, ticket.resolution])
        .reached_by([ticket.assignee_id, ticket.created_by], ticket.team_id, ticket.region_id)
}

/// Everything that can be searched.
pub fn providers() -> Vec<Arc<dyn Indexed>> {
    vec![
        Arc::new(Tickets),
        Arc::new(customers::CustomerSearch),
        Arc::new(products::ProductSearch),
        Arc::new(devices::DeviceSearch),
        Arc::new(contracts::ContractSearch),
        Arc::new(orders::OrderSearch),
        Arc::new(workforce::EngineerDocuments),
        Arc::new(inventory::PartDocuments),
        Arc::new(objects::RecordSearch),
    ]
}
