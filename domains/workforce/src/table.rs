//! Engineers as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::ENGINEERS_READ;
use db::{Query, Tx, list::ListPage};
use http_api::{ListParams, Problem, scope_condition};
use kernel::Uuid;
use objects::{Checks, listing};

use crate::{
    CreateEngineer, Engineer, UpdateEngineer, WorkforceError, api,
    ops::{
        create::{prepare, save},
        update::edit,
    },
    references, store,
};

/// A page of the engineers that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Engineer>, Problem> {
    let scope = scope_condition(q.cx(), ENGINEERS_READ, &store::SCOPE);
    listing::page(q, &store::LISTING, params, vec![scope]).await
}

/// Adds an engineer.
pub async fn create(tx: &mut Tx<'_>, new: CreateEngineer) -> Result<Engineer, WorkforceError> {
    let engineer = prepare(tx.cx(), new)?;
    references::check(tx, &engineer).await?;
    save(tx, engineer).await
}

/// Changes an engineer that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdateEngineer) -> Result<Engineer, WorkforceError> {
    let after = edit(tx, id, version, "engineer.updated", |engineer| {
        let mut checks = Checks::new();
        body.apply(engineer, &mut checks);
        Ok(api::checked(engineer, checks)?)
    })
    .await?;
    references::check(tx, &after).await?;
    Ok(after)
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
