//! What happened on a visit.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{
    Query as _, Read,
    list::{ListPage, ListQuery},
};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, scope_condition};
use objects::TimelineParams;

use crate::{api::VisitPath, store};

/// Events of the visit, newest first. (They also stand on the ticket's timeline.)
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let limit = params.limit.map_or(50, |limit| limit as usize);
    let read = async move |r: &mut Read<'_>| -> Result<_, Problem> {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::SCOPE);
        store::within(r, id, scope).await?;
        let query = ListQuery { limit, cursor: params.cursor, ..ListQuery::default() };
        Ok(events::list_object(r, "visit", id, query).await?)
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
