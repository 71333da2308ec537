//! What happened to a contract, newest first. Its tests stand with creating and changing one.

use authz::permissions::CONTRACTS_READ;
use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use objects::{TimelineParams, history};

use crate::{api::ContractPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            store::reached(r, CONTRACTS_READ, path.id).await?;
            history(r, "contract", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}
