//! Removing a view; saving the same again brings it back. Its tests stand with changing one.

use db::Tx;
use events::NewEvent;
use http_api::{App, Caller, IfMatch, NoContent, Path, Problem, State};

use crate::{ViewError, api::ViewPath, ops::changeable, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ViewPath>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ViewError> {
            let view = changeable(tx, path.id, expected).await?;
            store::remove(tx, &view).await?;
            let event = NewEvent::new("view.removed", "view", view.id)
                .label(view.name.as_str())
                .data(serde_json::json!({ "list": view.list }));
            events::append(tx, event).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}
