//! Showing one view.

use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{
    ViewError,
    api::ViewPath,
    model::View,
    ops::{seen, shown},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ViewPath>,
) -> Result<Versioned<View>, Problem> {
    let view = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<View, ViewError> {
            let view = seen(r, path.id).await?;
            Ok(shown(r, view).await?)
        })
        .await?;
    Ok(Versioned(view))
}
