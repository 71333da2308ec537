//! Changing an engineer.

use authz::permissions;
use axum::extract::State;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;
use objects::{Checks, Numbers};

use crate::{
    WorkforceError,
    api::{self, EngineerPath, UpdateEngineer},
    model::Engineer,
    own_fields, references, store,
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
    let work = async move |tx: &mut Tx<'_>| change(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, work).await?))
}

/// Changes what is mentioned, own fields too; answers the record as the caller sees it.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    mut body: UpdateEngineer,
) -> Result<Engineer, WorkforceError> {
    let sent = body.ext.take();
    let after = edit_with(tx, id, version, "engineer.updated", sent, |engineer| {
        let mut checks = Checks::new();
        body.apply(engineer, &mut checks);
        Ok(api::checked(engineer, checks)?)
    })
    .await?;
    references::check(tx, &after).await?;
    Ok(after)
}

/// [`edit_with`] without own fields.
pub(crate) async fn edit(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    change: impl FnOnce(&mut Engineer) -> Result<(), WorkforceError> + Send,
) -> Result<Engineer, WorkforceError> {
    edit_with(tx, id, version, event, None, change).await
}

/// Loads the record within scope at the version the caller saw, changes and saves it and its own fields with its event;
/// answers the record as the caller sees it.
async fn edit_with(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
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
    let own = objects::settle_ext(tx, "engineer", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after != before {
        after.version = version + 1;
        after.updated_at = cx.now();
        store::update(tx, &after, version).await?;
        let mut changes = events::changes(&before, &after);
        own.tell(&mut changes);
        tx.execute_all(own.statements).await?;
        events::append(tx, NewEvent::new(event, "engineer", id).label(&after.name).data(changes)).await?;
    }
    own_fields(tx, std::slice::from_mut(&mut after)).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{ENGINEERS_READ, ENGINEERS_UPDATE};
    use kernel::Scope;
    use objects::{
        Change,
        testing::{Api, OwnFields},
    };
    use serde_json::json;

    use super::*;
    use crate::{CreateEngineer, EngineerStatus, testing};

    async fn change(
        t: &testkit::TestDb,
        id: Uuid,
        version: i64,
        body: UpdateEngineer,
    ) -> Result<Engineer, WorkforceError> {
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| super::change(tx, id, version, body).await).await
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

        testing::migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let fields = OwnFields {
                object: "engineer",
                path: "/api/v1/engineers",
                narrow: "",
                title: "name",
                new: &|name| json!({"name": name}),
                change: json!({"note": "x"}),
                permissions: &[(ENGINEERS_UPDATE, Scope::All), (ENGINEERS_READ, Scope::All)],
            };
            fields.check(&api, &t.cx, &t.other).await;
        }
    }
}
