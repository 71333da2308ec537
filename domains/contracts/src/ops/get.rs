//! Showing one contract. Its tests stand with creating and changing one.

use authz::permissions::CONTRACTS_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{ContractError, ContractView, api::ContractPath, ops::update::answer, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
) -> Result<Versioned<ContractView>, Problem> {
    let contract = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ContractView, ContractError> {
            let contract = store::reached(r, CONTRACTS_READ, path.id).await?;
            Ok(answer(r, contract).await?)
        })
        .await?;
    Ok(Versioned(contract))
}
