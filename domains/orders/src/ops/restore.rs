//! Taking an order back. Its tests stand with putting one away.

use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Order, OrderError, OrderView,
    api::OrderPath,
    ops::update::{answer, read, write},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
    expected: IfMatch,
) -> Result<Versioned<OrderView>, Problem> {
    let order = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<OrderView, OrderError> {
            let before = read(tx, path.id, expected).await?;
            let after = Order { archived_at: None, ..before.clone() };
            let after = write(tx, &before, after, "order.restored", |_| {}).await?;
            answer(tx, after).await
        })
        .await?;
    Ok(Versioned(order))
}
