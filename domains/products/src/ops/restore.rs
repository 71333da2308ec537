//! Taking a product back into the lists. Its tests stand with archiving.

use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{Product, ProductError, api::ProductPath, ops::update::change};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    expected: IfMatch,
) -> Result<Versioned<Product>, Problem> {
    let product = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Product, ProductError> {
            let take_back = |product: &Product| Ok(Product { archived_at: None, ..product.clone() });
            change(tx, path.id, expected, "product.restored", take_back).await
        })
        .await?;
    Ok(Versioned(product))
}
