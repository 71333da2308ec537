//! The parts list.

use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};
use objects::listing;

use crate::{model::Part, store};

/// Parts, by code unless another order is asked for.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Part>>, Problem> {
    let list = async move |r: &mut Read<'_>| listing::page::<Part>(r, &store::LISTING, &params, Vec::new()).await;
    Ok(Json(app.db().read(&cx, list).await?))
}
