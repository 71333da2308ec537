//! The list of recovery tasks: of the tickets one reaches, and one's own.

use authz::permissions;
use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};
use objects::listing;

use crate::{model::RecoveryTask, store};

/// Tasks, the one due first at the top unless another order is asked for.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<RecoveryTask>>, Problem> {
    let scope = store::task_scope(&cx, permissions::SURVEYS_READ);
    let list =
        async move |r: &mut Read<'_>| listing::page::<RecoveryTask>(r, &store::TASKS, &params, vec![scope]).await;
    Ok(Json(app.db().read(&cx, list).await?))
}
