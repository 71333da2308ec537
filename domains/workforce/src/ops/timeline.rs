//! What happened to an engineer's record.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, scope_condition};
use objects::TimelineParams;

use crate::{api::EngineerPath, store};

/// Events of the record, newest first.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            let scope = scope_condition(r.cx(), permissions::ENGINEERS_READ, &store::SCOPE);
            store::within(r, id, scope).await?;
            objects::timeline(r, "engineer", id, &params).await
        })
        .await?;
    Ok(Json(page))
}
