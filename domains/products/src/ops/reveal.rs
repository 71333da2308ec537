//! Showing one of a product's own fields that hold personal data.

use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{ProductError, api::ProductPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, ProductError> {
            let product = store::find(tx, path.id).await?.ok_or(ProductError::NotFound)?;
            Ok(objects::reveal(tx, "product", product.id, &product.name, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
