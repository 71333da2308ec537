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
    use http_api::http::Method;
    use kernel::Scope;
    use objects::{
        Change,
        testing::{Api, encoded, person},
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
            let label = json!({"zh": "甲", "en": "A"});
            let fields = json!([
                {"id": "grade", "label": label, "kind": {"type": "integer", "min": 1, "max": 5}, "filterable": true, "sortable": true},
                {"id": "card", "label": label, "kind": {"type": "text"}, "personal": true},
                {"id": "code", "label": label, "kind": {"type": "auto_number", "prefix": "K", "digits": 3}},
            ]);
            let body = json!({"catalogue": {"object": "engineer", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/engineer/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let clerk = person(&t.cx, 5, &[(ENGINEERS_UPDATE, Scope::All), (ENGINEERS_READ, Scope::All)]);
            let new = |name: &str, ext: serde_json::Value| json!({"name": name, "ext": ext});
            let wrong = api.post(&t.cx, "/api/v1/engineers", new("A", json!({"grade": 9, "size": 1}))).await;
            wrong.refused(422, "invalid_record");
            assert_eq!(wrong.errors(), ["/ext/grade too_large", "/ext/size unknown_field"]);
            let made = api.post(&t.cx, "/api/v1/engineers", new("A", json!({"grade": 2, "card": "110101"}))).await.ok(201);
            assert!(made.json["ext"]["code"].as_str().unwrap().starts_with('K'));
            api.post(&clerk, "/api/v1/engineers", new("B", json!({"grade": 4}))).await.ok(201);
            api.post(&clerk, "/api/v1/engineers", json!({"name": "C"})).await.ok(201);
            let path = format!("/api/v1/engineers/{}", made.id());
            let changed = api.patch(&clerk, &path, 1, json!({"ext": {"grade": 5, "card": "***"}})).await.ok(200);
            assert_eq!((&changed.json["ext"]["grade"], &changed.json["ext"]["card"]), (&json!(5), &json!("***")));
            // A change of standard fields, putting away and taking back keep the others.
            api.patch(&clerk, &path, 2, json!({"note": "x"})).await.ok(200);
            assert_eq!(api.act(&clerk, &format!("{path}/archive"), 3).await.ok(200).json["ext"]["card"], json!("***"));
            assert_eq!(api.act(&clerk, &format!("{path}/restore"), 4).await.ok(200).json["ext"]["grade"], json!(5));
            assert_eq!(api.get(&clerk, &path).await.json["ext"]["card"], json!("***"));
            assert_eq!(api.get(&t.cx, &path).await.json["ext"]["card"], json!("110101"));
            let timeline = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(timeline.json["items"][3]["data"], json!({"ext.grade": {"from": 2, "to": 5}}));
            assert!(!timeline.json.to_string().contains("110101"), "{}", timeline.json);
            let shown = api.post(&clerk, &format!("{path}/reveal"), json!({"field": "card"})).await.ok(200);
            assert_eq!(shown.json, json!({"value": "110101"}));
            api.post(&t.other, &format!("{path}/reveal"), json!({"field": "card"})).await.refused(404, "not_found");
            assert_eq!(api.get(&t.cx, &format!("{path}/timeline")).await.column("kind")[0], "personal_data.revealed");
            let tree = json!({"all": [{"field": "grade", "op": "ge", "value": 3}, {"field": "name", "op": "ne", "value": "x"}]});
            let list = format!("/api/v1/engineers?sort=-grade&filter={}", encoded(&tree.to_string()));
            let listed = api.get(&clerk, &list).await.ok(200);
            assert_eq!((listed.column("name"), &listed.json["items"][0]["ext"]["card"]), (vec![json!("A"), json!("B")], &json!("***")));
            assert_eq!(api.get(&clerk, "/api/v1/engineers?sort=grade").await.ok(200).column("name"), ["B", "A", "C"]);
        }
    }
}
