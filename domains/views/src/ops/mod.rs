//! One operation a file; here what they share.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod mine_default;
pub(crate) mod remove;
pub(crate) mod update;

use authz::permissions::VIEWS_SHARE;
use db::{DbError, Query, Tx};
use http_api::IfMatch;
use kernel::{Context, Uuid};

use crate::{
    ViewError,
    model::{StoredView, View},
    store,
};

/// Whether the caller may share views.
fn may_share(cx: &Context) -> bool {
    cx.scope(VIEWS_SHARE.name()).is_some()
}

/// The view, if the caller sees it.
async fn seen(q: &mut impl Query, id: Uuid) -> Result<StoredView, ViewError> {
    let view = store::find(q, id).await?.ok_or(ViewError::NotFound)?;
    let cx = q.cx();
    let seen =
        view.owner_id == cx.actor().id || view.is_shared_with(&cx.grants().roles) || (view.shared && may_share(cx));
    if seen { Ok(view) } else { Err(ViewError::NotFound) }
}

/// The view at the version the caller read, if they may change it.
async fn changeable(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<StoredView, ViewError> {
    let view = seen(tx, id).await?;
    if view.owner_id != tx.cx().actor().id && !may_share(tx.cx()) {
        return Err(ViewError::Forbidden);
    }
    if view.version == expected.version() { Ok(view) } else { Err(ViewError::Stale) }
}

/// Refuses one view more than a list may have.
async fn refuse_too_many(tx: &mut Tx<'_>, list: &str, owner: Uuid, shared: bool) -> Result<(), ViewError> {
    let known = store::count(tx, list, owner, shared).await?;
    if usize::try_from(known).is_ok_and(|known| known < store::MOST) { Ok(()) } else { Err(ViewError::TooMany) }
}

/// The one of these views of a list that opens first: what the caller chose, else the first default of their roles.
async fn opens_first(q: &mut impl Query, list: &str, views: &[StoredView]) -> Result<Option<Uuid>, DbError> {
    let actor = q.cx().actor().id;
    let chosen = store::chosen(q, list, actor).await?;
    let roles = &q.cx().grants().roles;
    let of_roles = || views.iter().find(|view| view.default_for.0.iter().any(|role| roles.contains(role)));
    let known = chosen.filter(|id| views.iter().any(|view| view.id == *id));
    Ok(known.or_else(|| of_roles().map(|view| view.id)))
}

/// The views of a list that the caller sees.
async fn visible(q: &mut impl Query, list: &str) -> Result<Vec<StoredView>, DbError> {
    let actor = q.cx().actor().id;
    let mut views = store::of_list(q, list, actor).await?;
    let cx = q.cx();
    let roles = &cx.grants().roles;
    views.retain(|view| view.owner_id == actor || view.is_shared_with(roles));
    Ok(views)
}

/// The view as the caller sees it.
async fn shown(q: &mut impl Query, view: StoredView) -> Result<View, DbError> {
    let views = visible(q, &view.list).await?;
    let first = opens_first(q, &view.list, &views).await?;
    let actor = q.cx().actor().id;
    let default = first == Some(view.id);
    Ok(view.view(actor, default))
}

#[cfg(test)]
pub(crate) mod tests {
    /// Everything the operations of this domain touch.
    pub(crate) fn migrations() -> Vec<db::Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            search::migrations(),
            http_api::migrations(),
            objects::migrations(),
            crate::migrations(),
        ]
        .concat()
    }
}
