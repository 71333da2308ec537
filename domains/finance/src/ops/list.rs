//! The list of quotes, within the tickets one reaches.

use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};

use crate::{model::Quote, table};

/// Quotes, the newest first unless another order is asked for.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Quote>>, Problem> {
    Ok(Json(app.db().read(&cx, async move |r: &mut Read<'_>| table::page(r, &params).await).await?))
}
