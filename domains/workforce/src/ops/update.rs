//! Changing an engineer.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;
use objects::Checks;

use crate::{
    WorkforceError,
    api::{self, EngineerPath, UpdateEngineer},
    model::Engineer,
    references, store,
};

/// Changes what is mentioned.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
    version: IfMatch,
    Body(body): Body<UpdateEngineer>,
) -> Result<Versioned<Engineer>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| -> Result<Engineer, WorkforceError> {
        let after = edit(tx, id, version, "engineer.updated", |engineer| {
            let mut checks = Checks::new();
            body.apply(engineer, &mut checks);
            Ok(api::checked(engineer, checks)?)
        })
        .await?;
        references::check(tx, &after).await?;
        Ok(after)
    };
    Ok(Versioned(app.db().write(&cx, change).await?))
}

/// Loads the record within scope at the version the caller saw, changes and saves it with its event.
pub(crate) async fn edit(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    change: impl FnOnce(&mut Engineer) -> Result<(), WorkforceError> + Send,
) -> Result<Engineer, WorkforceError> {
    let cx = tx.cx().clone();
    let scope = scope_condition(&cx, permissions::ENGINEERS_UPDATE, &store::SCOPE);
    let before = store::within(tx, id, scope).await?;
    if before.version != version {
        return Err(WorkforceError::Stale);
    }
    let mut after = before.clone();
    change(&mut after)?;
    if after == before {
        return Ok(before);
    }
    after.version = version + 1;
    after.updated_at = cx.now();
    store::update(tx, &after, version).await?;
    let event = NewEvent::new(event, "engineer", id).label(&after.name).data(events::changes(&before, &after));
    events::append(tx, event).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use objects::Change;

    use super::*;
    use crate::{CreateEngineer, EngineerStatus, testing};

    async fn change(
        t: &testkit::TestDb,
        id: Uuid,
        version: i64,
        body: UpdateEngineer,
    ) -> Result<Engineer, WorkforceError> {
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| {
            edit(tx, id, version, "engineer.updated", |engineer| {
                let mut checks = Checks::new();
                body.apply(engineer, &mut checks);
                Ok(api::checked(engineer, checks)?)
            })
            .await
        })
        .await
    }

    testkit::both! {
        testing::migrations(), |t| a_change_touches_what_is_mentioned_and_an_old_version_is_refused {
            let body = CreateEngineer {
                name: "李工".into(), phone: Some("13800138000".into()), note: Some("夜班".into()),
                ..CreateEngineer::default()
            };
            let engineer = testing::engineer(t, body).await.unwrap();
            let body = UpdateEngineer {
                status: Change::Set(EngineerStatus::Off), phone: Change::Clear, ..UpdateEngineer::default()
            };
            let changed = change(t, engineer.id, 1, body.clone()).await.unwrap();
            assert_eq!((changed.status, changed.phone, changed.version), (EngineerStatus::Off, None, 2));
            assert_eq!(changed.note.as_deref(), Some("夜班"));
            assert!(matches!(change(t, engineer.id, 1, body).await, Err(WorkforceError::Stale)));
            let nobody = change(t, Uuid::from_u128(1), 1, UpdateEngineer::default()).await;
            assert!(matches!(nobody, Err(WorkforceError::NotFound)));
        }

        testing::migrations(), |t| a_change_that_is_wrong_changes_nothing {
            let body = CreateEngineer { name: "李工".into(), ..CreateEngineer::default() };
            let engineer = testing::engineer(t, body).await.unwrap();
            let body = UpdateEngineer { name: Change::Clear, home_lat: Change::Set(1.0), ..UpdateEngineer::default() };
            assert!(matches!(change(t, engineer.id, 1, body).await, Err(WorkforceError::Invalid(_))));
            assert_eq!(testing::active(t).await, [engineer]);
        }
    }
}
