//! What happened to a part.

use axum::extract::State;
use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query};
use objects::TimelineParams;

use crate::{InventoryError, api::PartPath, store};

/// Events of the part, newest first.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            store::get(r, id).await?.ok_or(InventoryError::NotFound)?;
            objects::timeline(r, "part", id, &params).await
        })
        .await?;
    Ok(Json(page))
}
