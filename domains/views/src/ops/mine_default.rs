//! Which view a list opens with for the caller. Its tests stand with creating a view.

use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Path, Problem, State, Versioned};

use crate::{
    ViewError,
    api::{MineDefault, ViewPath},
    model::View,
    ops::{seen, shown},
    store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ViewPath>,
    Body(body): Body<MineDefault>,
) -> Result<Versioned<View>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<View, ViewError> {
            let view = seen(tx, path.id).await?;
            let cx = tx.cx().clone();
            let user = cx.actor().id;
            let statement = if body.default {
                store::choose(&cx, user, &view.list, view.id)
            } else {
                store::forget(&cx, user, view.id)
            };
            tx.execute(statement).await?;
            Ok(shown(tx, view).await?)
        })
        .await?;
    Ok(Versioned(view))
}
