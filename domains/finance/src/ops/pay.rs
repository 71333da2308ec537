//! Money came in for a quote.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem};

use crate::{
    FinanceError,
    api::{IdPath, RecordPayment},
    model::Payment,
    quotes, store,
};

/// Records a payment; never more than is due.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    key: IdempotencyKey,
    Body(body): Body<RecordPayment>,
) -> Result<Created<Payment>, Problem> {
    let asked = (id, body.clone());
    let pay = async move |tx: &mut Tx<'_>| -> Result<Payment, FinanceError> {
        let scope = store::ticket_scope(tx.cx(), permissions::PAYMENTS_RECORD);
        let before = store::within(tx, id, scope).await?;
        quotes::pay(tx, &before, body).await
    };
    app.create(&cx, key, &asked, "recordPayment", pay).await
}
