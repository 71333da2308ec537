//! What happened to a product, newest first. Its tests stand with showing and changing one.

use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use objects::{TimelineParams, timeline};

use crate::{ProductError, api::ProductPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            store::find(r, path.id).await?.ok_or(ProductError::NotFound)?;
            timeline(r, "product", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}
