//! What happened on a visit.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{Query as _, Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, scope_condition};
use objects::{TimelineParams, history};

use crate::{api::VisitPath, store};

/// Events of the visit, newest first. (They also stand on the ticket's timeline.)
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<_, Problem> {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::SCOPE);
        store::within(r, id, scope).await?;
        history(r, "visit", id, &params).await
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
