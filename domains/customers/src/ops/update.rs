//! Changing a customer.

use authz::permissions::CUSTOMERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::Numbers;

use crate::{Customer, CustomerChange, CustomerError, api::CustomerPath, hierarchy::check_parent, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    expected: IfMatch,
    Body(mut body): Body<CustomerChange>,
) -> Result<Versioned<Customer>, Problem> {
    let customer = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Customer, CustomerError> {
            let own = body.ext.take();
            let alter = |customer: &Customer| Ok(body.apply(customer)?);
            let mut customer = change_with(tx, path.id, expected, "customer.updated", own, alter).await?;
            objects::shown(tx, "customer", vec![&mut customer.ext.0]).await?;
            Ok(customer)
        })
        .await?;
    Ok(Versioned(customer))
}

/// [`change_with`] without own fields, answered as the caller sees it.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    kind: &str,
    alter: impl FnOnce(&Customer) -> Result<Customer, CustomerError>,
) -> Result<Customer, CustomerError> {
    let mut customer = change_with(tx, id, expected, kind, None, alter).await?;
    objects::shown(tx, "customer", vec![&mut customer.ext.0]).await?;
    Ok(customer)
}

/// Changes the customer and its own fields if it still has the expected version, and appends an event of this kind; a
/// change that changes nothing leaves no trace.
pub(crate) async fn change_with(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    kind: &str,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    alter: impl FnOnce(&Customer) -> Result<Customer, CustomerError>,
) -> Result<Customer, CustomerError> {
    let before = store::reached(tx, CUSTOMERS_UPDATE, id).await?;
    if before.version != expected.version() {
        return Err(CustomerError::Stale);
    }
    let mut altered = alter(&before)?;
    if let Some(parent) = altered.parent_id.filter(|parent| before.parent_id != Some(*parent)) {
        check_parent(tx, Some(id), parent).await?;
    }
    let own = objects::settle_ext(tx, "customer", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    if altered == before {
        return Ok(before);
    }
    let after = Customer { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, &before, &after).await?;
    let mut changes = events::changes(&before, &after);
    own.tell(&mut changes);
    tx.execute_all(own.statements).await?;
    events::append(tx, NewEvent::new(kind, "customer", id).label(after.name.as_str()).data(changes)).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{CUSTOMERS_CREATE, CUSTOMERS_READ};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::{Api, OwnFields, person};
    use serde_json::json;

    use super::*;
    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| what_is_not_mentioned_stays_and_null_empties {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "phone": "13800138000", "email": "a@b.cn", "tags": ["x"]})).await.ok(201);
            let path = format!("/api/v1/customers/{}", made.id());
            let changed = api.patch(&t.cx, &path, 1, json!({"name": "甲方", "email": null, "level": "vip"})).await.ok(200);
            assert_eq!(changed.headers["etag"], "\"2\"");
            let fields = |name: &str| changed.json[name].clone();
            assert_eq!([fields("name"), fields("phone"), fields("email"), fields("tags")], [json!("甲方"), json!("13800138000"), json!(null), json!(["x"])]);
            let timeline = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(timeline.column("kind"), ["customer.updated", "customer.created"]);
            assert_eq!(timeline.json["items"][0]["data"], json!({
                "name": {"from": "甲", "to": "甲方"}, "email": {"from": "a@b.cn", "to": null},
                "level": {"from": "standard", "to": "vip"},
            }));
            // Saying what is so already changes nothing.
            let same = api.patch(&t.cx, &path, 2, json!({"level": "vip"})).await.ok(200);
            assert_eq!(same.json["version"], json!(2));
        }

        migrations(), |t| a_change_needs_the_version_that_was_read {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}", made.id());
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({"name": "乙"}))).await.refused(428, "precondition_required");
            api.patch(&t.cx, &path, 1, json!({"name": "乙"})).await.ok(200);
            api.patch(&t.cx, &path, 1, json!({"name": "丙"})).await.refused(412, "stale");
            assert_eq!(api.get(&t.cx, &path).await.json["name"], json!("乙"));
        }

        migrations(), |t| wrong_values_and_wrong_people_change_nothing {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "lat": 31.2, "lng": 121.4})).await.ok(201);
            let path = format!("/api/v1/customers/{}", made.id());
            let refused = api.patch(&t.cx, &path, 1, json!({"name": null, "phone": "x", "lng": null})).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/name required", "/phone invalid_phone", "/lng required"]);
            api.patch(&t.other, &path, 1, json!({"name": "乙"})).await.refused(404, "not_found");
            let own = person(&t.cx, 5, &[(CUSTOMERS_UPDATE, Scope::Own), (CUSTOMERS_READ, Scope::All)]);
            api.patch(&own, &path, 1, json!({"name": "乙"})).await.refused(404, "not_found");
            assert_eq!(api.get(&t.cx, &path).await.json["version"], json!(1));
        }

        migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let fields = OwnFields {
                object: "customer",
                path: "/api/v1/customers",
                narrow: "",
                title: "name",
                new: &|name| json!({"name": name}),
                change: json!({"note": "x"}),
                permissions: &[(CUSTOMERS_CREATE, Scope::All), (CUSTOMERS_UPDATE, Scope::All), (CUSTOMERS_READ, Scope::All)],
            };
            fields.check(&api, &t.cx, &t.other).await;
        }
    }
}
