//! Showing one of an order's own fields that hold personal data.

use authz::permissions::ORDERS_READ;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{OrderError, api::OrderPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, OrderError> {
            let order = store::reached(tx, ORDERS_READ, path.id).await?;
            Ok(objects::reveal(tx, "order", order.id, &order.number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
