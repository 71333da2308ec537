//! Showing one of a quote's own fields that hold personal data.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Json, Path, Problem};
use objects::{RevealBody, Revealed};

use crate::{FinanceError, api::IdPath, store};

/// The value, which is written down as seen.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, FinanceError> {
            let scope = store::ticket_scope(tx.cx(), permissions::QUOTES_READ);
            let quote = store::within(tx, id, scope).await?;
            Ok(objects::reveal(tx, "quote", quote.id, &quote.number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
