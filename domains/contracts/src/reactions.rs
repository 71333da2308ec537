//! What follows from events: the text by which contracts are found.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::{Contract, ContractView, ops::list::views, store};

/// Contracts in the text search, with the customer's name as it was when the contract last changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContractSearch;

impl Indexed for ContractSearch {
    fn object(&self) -> &'static str {
        "contract"
    }

    fn table(&self) -> &'static str {
        "contracts"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let contracts: Vec<Contract> = objects::by_ids(tx, &store::LISTING.list, ids).await?;
            let own = objects::OwnWords::of(tx, "contract").await?;
            let found = |view: ContractView| {
                let said = own.words(&view.contract.ext.0);
                document(view).text(said)
            };
            Ok(views(tx, contracts).await?.into_iter().map(found).collect())
        })
    }
}

fn document(view: ContractView) -> Document {
    let contract = view.contract;
    let names = [Some(contract.name.clone()), view.customer_name.clone()];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Document::new(contract.id, contract.number.clone())
        .subtitle(Some(names))
        .codes([Some(contract.number)])
        .names([Some(contract.name), view.customer_name])
        .text([contract.note])
        .reached_by([contract.created_by], None, None)
        .archived(contract.archived_at.is_some())
}
