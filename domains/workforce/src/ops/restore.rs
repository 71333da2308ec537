//! Taking an engineer's record out of the archive.

use axum::extract::State;
use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;

use crate::{WorkforceError, api::EngineerPath, model::Engineer, ops::update::edit};

/// Restores the record.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
    version: IfMatch,
) -> Result<Versioned<Engineer>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| restore(tx, id, version).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn restore(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<Engineer, WorkforceError> {
    edit(tx, id, version, "engineer.restored", |engineer| {
        engineer.archived_at = None;
        Ok(())
    })
    .await
}
