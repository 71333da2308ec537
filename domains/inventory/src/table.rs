//! Parts as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use db::{Query, Tx, list::ListPage};
use http_api::{ListParams, Problem};
use kernel::Uuid;
use objects::{Numbers, listing};

use crate::{
    CreatePart, InventoryError, Part, UpdatePart,
    ops::{
        create::add_with,
        update::{change, edit},
    },
    own_fields, store,
};

/// A page of the parts.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Part>, Problem> {
    let mut page: ListPage<Part> = listing::page_with_own(q, &store::LISTING, "part", params, Vec::new()).await?;
    own_fields(q, &mut page.page.items).await?;
    Ok(page)
}

/// Adds a part; `numbers` were taken before, when own fields are sent.
pub async fn create(tx: &mut Tx<'_>, new: CreatePart, numbers: &Numbers) -> Result<Part, InventoryError> {
    add_with(tx, new, numbers).await
}

/// Changes a part that has this version.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdatePart) -> Result<Part, InventoryError> {
    change(tx, id, version, body).await
}

/// Puts a part of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Part, InventoryError> {
    let (kind, now) = if away { ("part.archived", Some(tx.cx().now())) } else { ("part.restored", None) };
    edit(tx, id, version, kind, |part| {
        part.archived_at = now.map(|now| part.archived_at.unwrap_or(now));
        Ok(())
    })
    .await
}
