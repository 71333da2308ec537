//! The audit page: everything that happened in the company, newest first.

use db::{Read, list::ListPage};
use events::{AuditFilter, Event};
use http_api::{App, Caller, Json, ListParams, Problem, Query, State};

use crate::{IdentityError, api::AuditQuery};

/// `GET /api/v1/audit`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<AuditQuery>,
    params: ListParams,
) -> Result<Json<ListPage<Event>>, Problem> {
    let filter = AuditFilter {
        actor_id: asked.actor,
        object: asked.object,
        object_id: asked.object_id,
        kind: asked.kind,
        from: asked.from,
        to: asked.to,
    };
    let query = params.query(Vec::new());
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| Ok::<_, IdentityError>(events::audit(r, &filter, query).await?))
        .await?;
    Ok(Json(page))
}
