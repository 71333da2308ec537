//! Putting an engineer's record away.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;

use crate::{WorkforceError, api::EngineerPath, model::Engineer, ops::update::edit};

/// Archives the record; it keeps its history and can be restored.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
    version: IfMatch,
) -> Result<Versioned<Engineer>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| archive(tx, id, version).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn archive(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<Engineer, WorkforceError> {
    let now = tx.cx().now();
    edit(tx, id, version, "engineer.archived", |engineer| {
        engineer.archived_at.get_or_insert(now);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CreateEngineer, ops::restore::restore, testing};

    testkit::both! {
        testing::migrations(), |t| an_archived_engineer_gets_no_work_until_restored {
            let body = CreateEngineer { name: "李工".into(), ..CreateEngineer::default() };
            let engineer = testing::engineer(t, body).await.unwrap();
            let id = engineer.id;
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| archive(tx, id, 1).await).await.unwrap();
            assert!(testing::active(t).await.is_empty());
            let back = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| restore(tx, id, 2).await).await.unwrap();
            assert_eq!((back.version, back.archived_at), (3, None));
            assert_eq!(testing::active(t).await, [back]);
        }
    }
}
