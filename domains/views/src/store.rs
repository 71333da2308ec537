//! All SQL of saved views.

use db::{DbError, Query, Stmt, Tx, stmt};
use kernel::{Context, Uuid};

use crate::{ViewError, model::StoredView};

/// One's own views, and shared ones, of one list at most.
pub(crate) const MOST: usize = 200;

const INSERT: &str = "insert into saved_views (tenant_id, id, version, created_at, updated_at, list, name, owner_id,
        owner_name, shared, roles, default_for, settings)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE: &str = "update saved_views set version = $4, updated_at = $5, name = $6, shared = $7, roles = $8,
        default_for = $9, settings = $10
    where tenant_id = $1 and id = $2 and version = $3";
const SET_DEFAULT: &str = "insert into view_defaults (tenant_id, user_id, list, view_id) values ($1, $2, $3, $4)
    on conflict (tenant_id, user_id, list) do update set view_id = excluded.view_id";

/// The views of a list that somebody owns or that are shared, by name.
pub(crate) async fn of_list(q: &mut impl Query, list: &str, owner: Uuid) -> Result<Vec<StoredView>, DbError> {
    let columns = StoredView::COLUMNS;
    let text = format!(
        "select {columns} from saved_views where tenant_id = $1 and list = $2 and (shared or owner_id = $3)
         order by name, id limit {}",
        2 * MOST
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, list, owner)).await
}

/// How many views of a list somebody owns (`shared` false), or are shared.
pub(crate) async fn count(q: &mut impl Query, list: &str, owner: Uuid, shared: bool) -> Result<i64, DbError> {
    let text = "select count(*) from saved_views
        where tenant_id = $1 and list = $2 and shared = $4 and ($4 or owner_id = $3)";
    let tenant = q.cx().tenant();
    let (found,): (i64,) = q.one(stmt!(text, tenant, list, owner, shared)).await?;
    Ok(found)
}

/// The view with this id.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<StoredView>, DbError> {
    let text = format!("select {} from saved_views where tenant_id = $1 and id = $2", StoredView::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, id)).await
}

/// The view that a person chose to open a list with.
pub(crate) async fn chosen(q: &mut impl Query, list: &str, user: Uuid) -> Result<Option<Uuid>, DbError> {
    let text = "select view_id from view_defaults where tenant_id = $1 and user_id = $2 and list = $3";
    let tenant = q.cx().tenant();
    Ok(q.optional::<(Uuid,)>(stmt!(text, tenant, user, list)).await?.map(|(id,)| id))
}

pub(crate) fn insert(cx: &Context, view: &StoredView) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        view.id,
        view.version,
        view.created_at,
        view.updated_at,
        &view.list,
        &view.name,
        view.owner_id,
        &view.owner_name,
        view.shared,
        &view.roles,
        &view.default_for,
        &view.settings,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`ViewError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &StoredView, after: &StoredView) -> Result<(), ViewError> {
    let tenant = tx.cx().tenant();
    let touched = tx
        .execute(stmt!(
            UPDATE,
            tenant,
            after.id,
            before.version,
            after.version,
            after.updated_at,
            &after.name,
            after.shared,
            &after.roles,
            &after.default_for,
            &after.settings,
        ))
        .await?;
    if touched == 1 { Ok(()) } else { Err(ViewError::Stale) }
}

/// Removes a view, and with it that people open their list with it.
pub(crate) async fn remove(tx: &mut Tx<'_>, view: &StoredView) -> Result<(), ViewError> {
    let tenant = tx.cx().tenant();
    let text = "delete from saved_views where tenant_id = $1 and id = $2 and version = $3";
    let touched = tx.execute(stmt!(text, tenant, view.id, view.version)).await?;
    if touched == 1 { Ok(()) } else { Err(ViewError::Stale) }
}

/// Opens the list with this view for a person.
pub(crate) fn choose(cx: &Context, user: Uuid, list: &str, view: Uuid) -> Stmt<'static> {
    stmt!(SET_DEFAULT, cx.tenant(), user, list, view).into_owned()
}

/// Opens the list with this view for a person no longer.
pub(crate) fn forget(cx: &Context, user: Uuid, view: Uuid) -> Stmt<'static> {
    let text = "delete from view_defaults where tenant_id = $1 and user_id = $2 and view_id = $3";
    stmt!(text, cx.tenant(), user, view).into_owned()
}
