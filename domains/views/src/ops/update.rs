//! Changing a view.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    ViewError,
    api::{ViewChange, ViewPath},
    model::{StoredView, View},
    ops::{changeable, may_share, refuse_too_many, shown},
    store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ViewPath>,
    expected: IfMatch,
    Body(body): Body<ViewChange>,
) -> Result<Versioned<View>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<View, ViewError> {
            let before = changeable(tx, path.id, expected).await?;
            if body.shares() && !may_share(tx.cx()) {
                return Err(ViewError::Forbidden);
            }
            let altered = body.apply(&before)?;
            if altered == before {
                return Ok(shown(tx, before).await?);
            }
            if altered.shared != before.shared {
                refuse_too_many(tx, &before.list, before.owner_id, altered.shared).await?;
            }
            let after = StoredView { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
            store::update(tx, &before, &after).await?;
            let changes = events::changes(&before, &after);
            let event = NewEvent::new("view.updated", "view", after.id).label(after.name.as_str()).data(changes);
            events::append(tx, event).await?;
            Ok(shown(tx, after).await?)
        })
        .await?;
    Ok(Versioned(view))
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| what_is_not_mentioned_stays_and_a_private_view_opens_first_for_no_role {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let body = json!({"list": "records/vehicle", "name": "甲", "shared": true, "roles": ["agent"], "default_for": ["agent"],
                "settings": {"layout": "board", "board": {"by": "stage"}}});
            let made = api.post(&t.cx, "/api/v1/views", body).await.ok(201);
            let path = format!("/api/v1/views/{}", made.id());
            let named = api.patch(&t.cx, &path, 1, json!({"name": "乙"})).await.ok(200);
            assert_eq!((&named.json["roles"], &named.json["settings"]["board"]), (&json!(["agent"]), &json!({"by": "stage"})));
            api.patch(&t.cx, &path, 1, json!({"name": "丙"})).await.refused(412, "stale");
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({"name": "丙"}))).await.refused(428, "precondition_required");
            let private = api.patch(&t.cx, &path, 2, json!({"shared": false})).await.ok(200);
            assert_eq!((&private.json["roles"], &private.json["default_for"]), (&json!([]), &json!([])));
            api.patch(&t.cx, &path, 3, json!({"default_for": ["agent"]})).await.refused(422, "invalid");
            api.patch(&t.other, &path, 3, json!({"name": "丁"})).await.refused(404, "not_found");
            api.delete(&t.other, &path, 3).await.refused(404, "not_found");
            api.delete(&t.cx, &path, 1).await.refused(412, "stale");
            api.delete(&t.cx, &path, 3).await.ok(204);
            api.get(&t.cx, &path).await.refused(404, "not_found");
        }
    }
}
