//! Showing one order. Its tests stand with creating one.

use authz::permissions::ORDERS_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{OrderError, OrderView, api::OrderPath, ops::list::view, own_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
) -> Result<Versioned<OrderView>, Problem> {
    let order = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<OrderView, OrderError> {
            let mut order = store::reached(r, ORDERS_READ, path.id).await?;
            own_fields(r, std::slice::from_mut(&mut order)).await?;
            Ok(view(r, order).await?)
        })
        .await?;
    Ok(Versioned(order))
}
