//! The list of quotes, within the tickets one reaches.

use authz::permissions;
use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};
use objects::listing;

use crate::{model::Quote, store};

/// Quotes, the newest first unless another order is asked for.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Quote>>, Problem> {
    let scope = store::ticket_scope(&cx, permissions::QUOTES_READ);
    let list = async move |r: &mut Read<'_>| listing::page::<Quote>(r, &store::LISTING, &params, vec![scope]).await;
    Ok(Json(app.db().read(&cx, list).await?))
}
