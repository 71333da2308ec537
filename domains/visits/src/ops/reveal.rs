//! Showing one of a visit's own fields that hold personal data.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Json, Path, Problem, scope_condition};
use objects::{RevealBody, Revealed};

use crate::{VisitError, api::VisitPath, store};

/// The value, which is written down as seen.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, VisitError> {
            let scope = scope_condition(tx.cx(), VISITS_READ, &store::SCOPE);
            let visit = store::within(tx, id, scope).await?;
            Ok(objects::reveal(tx, "visit", visit.id, &visit.number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
