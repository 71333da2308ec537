//! Taking a contract back into the lists. Its tests stand with archiving.

use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Contract, ContractError, ContractView,
    api::ContractPath,
    ops::update::{answer, read, write},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
    expected: IfMatch,
) -> Result<Versioned<ContractView>, Problem> {
    let contract = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<ContractView, ContractError> {
            let before = read(tx, path.id, expected).await?;
            let after = Contract { archived_at: None, ..before.clone() };
            let after = write(tx, &before, after, "contract.restored", |_| {}).await?;
            Ok(answer(tx, after).await?)
        })
        .await?;
    Ok(Versioned(contract))
}
