//! What happened to an order, newest first. Its tests stand with changing one.

use authz::permissions::ORDERS_READ;
use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use objects::{TimelineParams, history};

use crate::{api::OrderPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            store::reached(r, ORDERS_READ, path.id).await?;
            history(r, "order", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}
