//! What happened to a device, newest first. Its tests stand with registering and changing one.

use authz::permissions::DEVICES_READ;
use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use objects::{TimelineParams, timeline};

use crate::{api::DevicePath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            store::reached(r, DEVICES_READ, path.id).await?;
            timeline(r, "device", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}
