//! Showing one of a contract's own fields that hold personal data.

use authz::permissions::CONTRACTS_READ;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{ContractError, api::ContractPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, ContractError> {
            let contract = store::reached(tx, CONTRACTS_READ, path.id).await?;
            Ok(objects::reveal(tx, "contract", contract.id, &contract.number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
