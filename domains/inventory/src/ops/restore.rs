//! Taking a part out of the archive.

use axum::extract::State;
use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;

use crate::{InventoryError, api::PartPath, model::Part, ops::update::edit};

/// Restores the part.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
    version: IfMatch,
) -> Result<Versioned<Part>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| restore(tx, id, version).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn restore(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<Part, InventoryError> {
    edit(tx, id, version, "part.restored", |part| {
        part.archived_at = None;
        Ok(())
    })
    .await
}
