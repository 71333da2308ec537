//! Showing one of an engineer's own fields that hold personal data.

use authz::permissions::ENGINEERS_READ;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Json, Path, Problem, State, scope_condition};
use objects::{RevealBody, Revealed};

use crate::{WorkforceError, api::EngineerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<EngineerPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, WorkforceError> {
            let scope = scope_condition(tx.cx(), ENGINEERS_READ, &store::SCOPE);
            let engineer = store::within(tx, path.id, scope).await?;
            Ok(objects::reveal(tx, "engineer", engineer.id, &engineer.name, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
