//! Showing one of a part's own fields that hold personal data.

use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{InventoryError, api::PartPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PartPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, InventoryError> {
            let part = store::get(tx, path.id).await?.ok_or(InventoryError::NotFound)?;
            Ok(objects::reveal(tx, "part", part.id, &part.name, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
