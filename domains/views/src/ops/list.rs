//! The views of a list. Its tests stand with creating one.

use db::Read;
use http_api::{App, Caller, Json, Problem, Query, State};

use crate::{
    ViewError,
    api::OfList,
    list_key::is_list,
    model::ViewList,
    ops::{opens_first, visible},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(OfList { list }): Query<OfList>,
) -> Result<Json<ViewList>, Problem> {
    if !is_list(&list) {
        return Err(Problem::bad_parameter("/query/list", "Name a list as its address does, such as tickets."));
    }
    let actor = cx.actor().id;
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ViewError> {
            let views = visible(r, &list).await?;
            let first = opens_first(r, &list, &views).await?;
            let view = |view: crate::model::StoredView| {
                let default = first == Some(view.id);
                view.view(actor, default)
            };
            Ok(views.into_iter().map(view).collect())
        })
        .await?;
    Ok(Json(ViewList { items }))
}
