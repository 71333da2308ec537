//! Taking a contract back into the lists. Its tests stand with archiving.

use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Contract, ContractError, ContractView,
    api::ContractPath,
    ops::{
        list::view,
        update::{read, write},
    },
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
            let after =
                write(tx, &before, Contract { archived_at: None, ..before.clone() }, "contract.restored").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(contract))
}
