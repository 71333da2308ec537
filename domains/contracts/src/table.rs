//! Contracts as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::CONTRACTS_READ;
use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::{Page, Uuid};
use objects::listing;

use crate::{
    Contract, ContractChange, ContractError, ContractView, NewContract,
    ops::{
        create::check_references,
        list::views,
        update::{read, write},
    },
    store,
};

/// A page of the contracts that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<ContractView>, Problem> {
    let scope = store::scope(q.cx(), CONTRACTS_READ);
    let found: ListPage<Contract> = listing::page(q, &store::LISTING, params, vec![scope]).await?;
    let items = views(q, found.page.items).await?;
    let page = Page { items, next_cursor: found.page.next_cursor };
    Ok(ListPage { page, total: found.total, total_is_lower_bound: found.total_is_lower_bound })
}

/// Creates a contract, which must have its number.
pub async fn create(tx: &mut Tx<'_>, new: NewContract) -> Result<Contract, ContractError> {
    crate::insert(tx, new).await
}

/// Changes a contract that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: ContractChange) -> Result<Contract, ContractError> {
    let before = read(tx, id, IfMatch(version)).await?;
    let new = body.apply(&before)?;
    check_references(tx, &new, &before.device_ids.0).await?;
    write(tx, &before, before.with(new), "contract.updated").await
}

/// Puts a contract of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Contract, ContractError> {
    let before = read(tx, id, IfMatch(version)).await?;
    let (kind, now) = if away { ("contract.archived", Some(tx.cx().now())) } else { ("contract.restored", None) };
    let archived_at = now.map(|now| before.archived_at.unwrap_or(now));
    write(tx, &before, Contract { archived_at, ..before.clone() }, kind).await
}
