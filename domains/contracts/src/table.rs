//! Contracts as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::CONTRACTS_READ;
use db::{
    Query, Tx,
    list::{Fragment, ListPage},
};
use http_api::{IfMatch, ListParams, Problem};
use kernel::{Page, Uuid};
use objects::{Numbers, listing};

use crate::{
    Contract, ContractChange, ContractError, ContractView, MaintenancePlan, NewContract,
    ops::{
        create::insert_with,
        list::views,
        update::{change, read, write},
    },
    own_fields, store,
};

/// A page of the contracts that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<ContractView>, Problem> {
    let scope = store::scope(q.cx(), CONTRACTS_READ);
    page_of(q, params, vec![scope]).await
}

/// A page of the contracts for which these conditions hold, as the caller sees them.
pub(crate) async fn page_of(
    q: &mut impl Query,
    params: &ListParams,
    conditions: Vec<Fragment>,
) -> Result<ListPage<ContractView>, Problem> {
    let mut found: ListPage<Contract> =
        listing::page_with_own(q, &store::LISTING, "contract", params, conditions).await?;
    own_fields(q, &mut found.page.items).await?;
    let items = views(q, found.page.items).await?;
    let page = Page { items, next_cursor: found.page.next_cursor };
    Ok(ListPage { page, total: found.total, total_is_lower_bound: found.total_is_lower_bound })
}

/// A page of the maintenance plans that the caller sees.
pub async fn plans(q: &mut impl Query, params: &ListParams) -> Result<ListPage<MaintenancePlan>, Problem> {
    let scope = store::plans::scope(q.cx(), CONTRACTS_READ);
    listing::page(q, &store::plans::LISTING, params, vec![scope]).await
}

/// Creates a contract, which must have its number; `numbers` of own fields were taken before, when such are sent.
pub async fn create(tx: &mut Tx<'_>, new: NewContract, numbers: &Numbers) -> Result<Contract, ContractError> {
    insert_with(tx, new, numbers).await
}

/// Changes a contract that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: ContractChange) -> Result<Contract, ContractError> {
    change(tx, id, IfMatch(version), body).await
}

/// Puts a contract of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Contract, ContractError> {
    let before = read(tx, id, IfMatch(version)).await?;
    let (kind, now) = if away { ("contract.archived", Some(tx.cx().now())) } else { ("contract.restored", None) };
    let archived_at = now.map(|now| before.archived_at.unwrap_or(now));
    write(tx, &before, Contract { archived_at, ..before.clone() }, kind, |_| {}).await
}
