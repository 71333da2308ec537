//! The list of engineers.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, scope_condition};
use objects::listing;

use crate::{model::Engineer, store};

/// Engineers within the caller's scope.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Engineer>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let scope = scope_condition(r.cx(), permissions::ENGINEERS_READ, &store::SCOPE);
            listing::page::<Engineer>(r, &store::LISTING, &params, vec![scope]).await
        })
        .await?;
    Ok(Json(page))
}
