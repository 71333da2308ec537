//! Everything that happened to a ticket and to what belongs to it, newest first.

use authz::permissions;
use axum::extract::State;
use db::list::ListPage;
use events::{Event, list_parent};
use http_api::{App, Caller, Json, ListParams, Path, Problem};

use crate::{act::within_reach, api::TicketPath};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    params: ListParams,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r| {
            within_reach(r, path.id, permissions::TICKETS_READ).await?;
            let page = list_parent(r, "ticket", path.id, params.query(Vec::new())).await?;
            Ok::<_, Problem>(objects::seen(r, page).await?)
        })
        .await?;
    Ok(Json(page))
}
