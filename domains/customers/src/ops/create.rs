//! Creating a customer. A number that another customer has is allowed: families and companies share telephones.

use authz::permissions::CUSTOMERS_CREATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use objects::{Checks, Numbers, first_values};

use crate::{
    Address, Customer, CustomerError, CustomerKind, CustomerLevel, NewCustomer, hierarchy::check_parent, store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewCustomer>,
) -> Result<Created<Customer>, Problem> {
    let mut new = body.clone();
    // Whoever does not see every customer looks after the ones they create, or could not find them again.
    if new.owner_id.is_none() && cx.scope(CUSTOMERS_CREATE.name()) != Some(kernel::Scope::All) {
        new.owner_id = cx.user_id();
    }
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "customer").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createCustomer", async move |tx: &mut Tx<'_>| {
        let mut customer = insert_with(tx, new, &numbers).await?;
        objects::shown(tx, "customer", vec![&mut customer.ext.0]).await?;
        Ok::<_, CustomerError>(customer)
    })
    .await
}

/// Creates a customer, with its event.
pub async fn insert(tx: &mut Tx<'_>, new: NewCustomer) -> Result<Customer, CustomerError> {
    insert_with(tx, new, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
pub(crate) async fn insert_with(
    tx: &mut Tx<'_>,
    new: NewCustomer,
    numbers: &Numbers,
) -> Result<Customer, CustomerError> {
    let mut new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    let id = cx.new_id();
    if let Some(parent) = new.parent_id {
        check_parent(tx, None, parent).await?;
    }
    let own = objects::settle_ext(tx, "customer", id, None, new.ext.take(), numbers).await?;
    let empty = Customer {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        name: String::new(),
        kind: CustomerKind::Company,
        level: CustomerLevel::Standard,
        phone: None,
        phones: Json(Vec::new()),
        email: None,
        address: Json(Address::default()),
        lat: None,
        lng: None,
        note: None,
        tags: Json(Vec::new()),
        owner_id: None,
        region_id: None,
        parent_id: None,
        merged_into_id: None,
        erased_at: None,
        created_by: cx.user_id(),
        ext: Json(own.values.clone()),
    };
    let customer = empty.with(new);
    let mut told = first_values(&customer);
    own.tell(&mut told);
    let event = NewEvent::new("customer.created", "customer", customer.id).label(customer.name.as_str()).data(told);
    let mut statements = store::insert(&cx, &customer);
    statements.push(events::statement(&cx, &event));
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(customer)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{CUSTOMERS_CREATE, CUSTOMERS_READ};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_name_is_enough_and_the_event_tells_what_was_said {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "  上海静安物业  ", "phone": "021-68881234"})).await.ok(201);
            assert_eq!((made.json["name"].as_str(), made.json["kind"].as_str()), (Some("上海静安物业"), Some("company")));
            assert_eq!(made.headers["etag"], "\"1\"");
            assert_eq!(made.headers["location"].to_str().unwrap(), format!("/api/v1/customers/{}", made.id()));
            let events = api.get(&t.cx, &format!("/api/v1/customers/{}/timeline", made.id())).await.ok(200);
            let event = &events.json["items"][0];
            assert_eq!((event["kind"].as_str(), event["label"].as_str()), (Some("customer.created"), Some("上海静安物业")));
            assert_eq!(event["data"]["phone"], json!({"from": null, "to": "021-68881234"}));
        }

        migrations(), |t| every_wrong_field_is_pointed_at {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let body = json!({
                "name": " ", "phone": "call me", "email": "nobody", "lat": 31.2, "tags": ["x".repeat(51)],
                "address": {"street": "a\u{7}b"},
            });
            let refused = api.post(&t.cx, "/api/v1/customers", body).await;
            refused.refused(422, "invalid");
            let mut errors = refused.errors();
            errors.sort();
            assert_eq!(errors, [
                "/address/street control_character", "/email invalid_email", "/lng required", "/name required",
                "/phone invalid_phone", "/tags/0 too_long",
            ]);
            let refused = api.post(&t.cx, "/api/v1/customers", json!({"name": "a", "vat": 1})).await;
            assert_eq!(refused.errors(), ["/vat unknown_field"]);
        }

        migrations(), |t| the_same_key_creates_once {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let who = person(&t.cx, 1, &[(CUSTOMERS_CREATE, Scope::All), (CUSTOMERS_READ, Scope::All)]);
            let send = || api.send(&who, Method::POST, "/api/v1/customers", &[("idempotency-key", "k1")], Some(json!({"name": "甲"})));
            let (first, second) = (send().await.ok(201), send().await.ok(201));
            assert_eq!(first.id(), second.id());
            assert_eq!(api.get(&who, "/api/v1/customers").await.column("name"), ["甲"]);
        }

        migrations(), |t| whoever_sees_only_their_own_looks_after_what_they_create {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let who = person(&t.cx, 7, &[(CUSTOMERS_CREATE, Scope::Own), (CUSTOMERS_READ, Scope::Own)]);
            let made = api.post(&who, "/api/v1/customers", json!({"name": "乙"})).await.ok(201);
            assert_eq!(made.json["owner_id"], json!(who.actor().id));
            api.get(&who, &format!("/api/v1/customers/{}", made.id())).await.ok(200);
            let reader = person(&t.cx, 8, &[(CUSTOMERS_READ, Scope::All)]);
            api.post(&reader, "/api/v1/customers", json!({"name": "丙"})).await.refused(403, "forbidden");
        }
    }
}
