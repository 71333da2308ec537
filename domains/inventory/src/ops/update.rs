//! Changing a part, or setting its stock to what was counted.

use axum::extract::State;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::{Checks, Numbers};

use crate::{
    InventoryError,
    api::{self, PartPath, UpdatePart},
    model::Part,
    own_fields, store,
};

/// Changes what is mentioned.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
    version: IfMatch,
    Body(body): Body<UpdatePart>,
) -> Result<Versioned<Part>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| change(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

/// Changes what is mentioned, own fields too; answers the part as the caller sees it.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    mut body: UpdatePart,
) -> Result<Part, InventoryError> {
    let sent = body.ext.take();
    edit_with(tx, id, version, "part.updated", sent, |part| {
        let mut checks = Checks::new();
        body.apply(part, &mut checks);
        Ok(api::checked(part, checks)?)
    })
    .await
}

/// [`edit_with`] without own fields.
pub(crate) async fn edit(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    change: impl FnOnce(&mut Part) -> Result<(), InventoryError> + Send,
) -> Result<Part, InventoryError> {
    edit_with(tx, id, version, event, None, change).await
}

/// Loads the part at the version the caller saw, changes and saves it and its own fields with its event; answers the
/// part as the caller sees it.
async fn edit_with(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    change: impl FnOnce(&mut Part) -> Result<(), InventoryError> + Send,
) -> Result<Part, InventoryError> {
    let before = store::get(tx, id).await?.ok_or(InventoryError::NotFound)?;
    if before.version != version {
        return Err(InventoryError::Stale);
    }
    let mut after = before.clone();
    change(&mut after)?;
    let own = objects::settle_ext(tx, "part", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after != before {
        after.version = version + 1;
        after.updated_at = tx.cx().now();
        store::update(tx, &after, version).await?;
        let mut changes = events::changes(&before, &after);
        own.tell(&mut changes);
        tx.execute_all(own.statements).await?;
        events::append(tx, NewEvent::new(event, "part", id).label(&after.name).data(changes)).await?;
    }
    own_fields(tx, std::slice::from_mut(&mut after)).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{PARTS_READ, PARTS_UPDATE};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::{
        Change,
        testing::{Api, encoded, person},
    };
    use serde_json::json;

    use super::*;
    use crate::{CreatePart, testing};

    testkit::both! {
        testing::migrations(), |t| a_count_sets_the_stock_and_an_old_version_is_refused {
            let body = CreatePart { code: "A".into(), name: "接触器".into(), stock: -3, ..CreatePart::default() };
            let part = testing::part(t, body).await.unwrap();
            assert!(part.stock_warning);
            let (id, body) = (part.id, UpdatePart { stock: Change::Set(8), ..UpdatePart::default() });
            let counted = t.db.write(&t.cx, { let body = body.clone(); async move |tx: &mut Tx<'_>| change(tx, id, 1, body).await });
            let counted = counted.await.unwrap();
            assert_eq!((counted.stock, counted.stock_warning, counted.version), (8, false, 2));
            let late = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| change(tx, id, 1, body).await).await;
            assert!(matches!(late, Err(InventoryError::Stale)));
        }

        testing::migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let label = json!({"zh": "甲", "en": "A"});
            let fields = json!([
                {"id": "grade", "label": label, "kind": {"type": "integer", "min": 1, "max": 5}, "filterable": true, "sortable": true},
                {"id": "recipe", "label": label, "kind": {"type": "text"}, "personal": true},
                {"id": "serial", "label": label, "kind": {"type": "auto_number", "prefix": "K", "digits": 3}},
            ]);
            let body = json!({"catalogue": {"object": "part", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/part/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let clerk = person(&t.cx, 5, &[(PARTS_UPDATE, Scope::All), (PARTS_READ, Scope::All)]);
            let new = |code: &str, ext: serde_json::Value| json!({"code": code, "name": code, "ext": ext});
            let wrong = api.post(&t.cx, "/api/v1/parts", new("A", json!({"grade": 9, "size": 1}))).await;
            wrong.refused(422, "invalid_record");
            assert_eq!(wrong.errors(), ["/ext/grade too_large", "/ext/size unknown_field"]);
            let made = api.post(&t.cx, "/api/v1/parts", new("A", json!({"grade": 2, "recipe": "110101"}))).await.ok(201);
            assert!(made.json["ext"]["serial"].as_str().unwrap().starts_with('K'));
            api.post(&clerk, "/api/v1/parts", new("B", json!({"grade": 4}))).await.ok(201);
            api.post(&clerk, "/api/v1/parts", json!({"code": "C", "name": "C"})).await.ok(201);
            let path = format!("/api/v1/parts/{}", made.id());
            let changed = api.patch(&clerk, &path, 1, json!({"ext": {"grade": 5, "recipe": "***"}})).await.ok(200);
            assert_eq!((&changed.json["ext"]["grade"], &changed.json["ext"]["recipe"]), (&json!(5), &json!("***")));
            // A count, putting away and taking back keep the others.
            api.patch(&clerk, &path, 2, json!({"stock": 7})).await.ok(200);
            assert_eq!(api.act(&clerk, &format!("{path}/archive"), 3).await.ok(200).json["ext"]["recipe"], json!("***"));
            assert_eq!(api.act(&clerk, &format!("{path}/restore"), 4).await.ok(200).json["ext"]["grade"], json!(5));
            assert_eq!(api.get(&clerk, &path).await.json["ext"]["recipe"], json!("***"));
            assert_eq!(api.get(&t.cx, &path).await.json["ext"]["recipe"], json!("110101"));
            let timeline = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(timeline.json["items"][3]["data"], json!({"ext.grade": {"from": 2, "to": 5}}));
            assert!(!timeline.json.to_string().contains("110101"), "{}", timeline.json);
            let shown = api.post(&clerk, &format!("{path}/reveal"), json!({"field": "recipe"})).await.ok(200);
            assert_eq!(shown.json, json!({"value": "110101"}));
            api.post(&t.other, &format!("{path}/reveal"), json!({"field": "recipe"})).await.refused(404, "not_found");
            assert_eq!(api.get(&t.cx, &format!("{path}/timeline")).await.column("kind")[0], "personal_data.revealed");
            let tree = json!({"all": [{"field": "grade", "op": "ge", "value": 3}, {"field": "name", "op": "ne", "value": "x"}]});
            let list = format!("/api/v1/parts?sort=-grade&filter={}", encoded(&tree.to_string()));
            let listed = api.get(&clerk, &list).await.ok(200);
            assert_eq!((listed.column("code"), &listed.json["items"][0]["ext"]["recipe"]), (vec![json!("A"), json!("B")], &json!("***")));
            assert_eq!(api.get(&clerk, "/api/v1/parts?sort=grade").await.ok(200).column("code"), ["B", "A", "C"]);
        }
    }
}
