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
    for (pointer, text) in [("/query/object", &asked.object), ("/query/kind", &asked.kind)] {
        if text.as_ref().is_some_and(|text| text.len() > 100 || text.contains('\0')) {
            return Err(Problem::bad_parameter(pointer, "Use a name such as `ticket` or `ticket.closed`."));
        }
    }
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
