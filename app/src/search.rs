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
            let texts = tickets::search_texts(tx, ids).await?;
            Ok(texts.into_iter().map(|(object_id, title, text)| Document { object_id, title, text }).collect())
        })
    }
}

/// Everything that can be searched.
pub fn providers() -> Vec<Arc<dyn Indexed>> {
    vec![
        Arc::new(Tickets),
        Arc::new(customers::CustomerSearch),
        Arc::new(products::ProductSearch),
        Arc::new(devices::DeviceSearch),
        Arc::new(contracts::ContractSearch),
        Arc::new(workforce::EngineerDocuments),
        Arc::new(inventory::PartDocuments),
        Arc::new(objects::RecordSearch),
    ]
}
