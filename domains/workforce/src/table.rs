//! Engineers as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::ENGINEERS_READ;
use db::{Query, Tx, list::ListPage};
use http_api::{ListParams, Problem, scope_condition};
use kernel::Uuid;
use objects::{Numbers, listing};

use crate::{
    CreateEngineer, Engineer, UpdateEngineer, WorkforceError,
    ops::{
        create::{prepare, save_with},
        update::{change, edit},
    },
    own_fields, references, store,
};

/// A page of the engineers that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Engineer>, Problem> {
    let scope = scope_condition(q.cx(), ENGINEERS_READ, &store::SCOPE);
    let mut page: ListPage<Engineer> =
        listing::page_with_own(q, &store::LISTING, "engineer", params, vec![scope]).await?;
    own_fields(q, &mut page.page.items).await?;
    Ok(page)
}

/// Adds an engineer; `numbers` were taken before, when own fields are sent.
pub async fn create(tx: &mut Tx<'_>, mut new: CreateEngineer, numbers: &Numbers) -> Result<Engineer, WorkforceError> {
    let sent = new.ext.take();
    let engineer = prepare(tx.cx(), new)?;
    references::check(tx, &engineer).await?;
    save_with(tx, engineer, sent, numbers).await
}

/// Changes an engineer that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdateEngineer) -> Result<Engineer, WorkforceError> {
    change(tx, id, version, body).await
}

/// Puts an engineer of this version away, or takes them back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Engineer, WorkforceError> {
    let (kind, now) = if away { ("engineer.archived", Some(tx.cx().now())) } else { ("engineer.restored", None) };
    edit(tx, id, version, kind, |engineer| {
        engineer.archived_at = now.map(|now| engineer.archived_at.unwrap_or(now));
        Ok(())
    })
    .await
}
