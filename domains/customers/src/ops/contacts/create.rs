//! Adding a contact. A customer's first contact is the one to call first.

use authz::permissions::CUSTOMERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem, State};
use kernel::Uuid;
use objects::{Checks, Numbers, first_values};

use crate::{
    Contact, CustomerError, NewContact, api::CustomerPath, contact_fields, ops::contacts::update::step_back, store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    key: IdempotencyKey,
    Body(body): Body<NewContact>,
) -> Result<Created<Contact>, Problem> {
    let new = body.clone();
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "contact").await? } else { Numbers::new() };
    app.create(&cx, key, &(path.id, &body), "createContact", async move |tx: &mut Tx<'_>| -> Result<_, CustomerError> {
        store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
        let mut contact = insert_with(tx, path.id, new, &numbers).await?;
        contact_fields(tx, std::slice::from_mut(&mut contact)).await?;
        Ok(contact)
    })
    .await
}

/// Adds a contact to a customer that exists, with its event.
pub async fn insert_contact(tx: &mut Tx<'_>, customer_id: Uuid, new: NewContact) -> Result<Contact, CustomerError> {
    insert_with(tx, customer_id, new, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
async fn insert_with(
    tx: &mut Tx<'_>,
    customer_id: Uuid,
    new: NewContact,
    numbers: &Numbers,
) -> Result<Contact, CustomerError> {
    let mut new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "contact", id, None, new.ext.take(), numbers).await?;
    let known = store::contacts(tx, &[customer_id]).await?;
    let contact = Contact {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        customer_id,
        name: new.name,
        phone: new.phone,
        email: new.email,
        title: new.title,
        is_primary: new.is_primary || known.is_empty(),
        ext: Json(own.values.clone()),
    };
    if contact.is_primary {
        step_back(tx, &known, contact.id).await?;
    }
    let mut told = first_values(&contact);
    own.tell(&mut told);
    let event = NewEvent::new("contact.created", "contact", contact.id)
        .label(contact.name.as_str())
        .data(told)
        .parent("customer", customer_id);
    let mut statements = vec![store::insert_contact(&cx, &contact), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(contact)
}

#[cfg(test)]
mod tests {
    use authz::permissions::CUSTOMERS_READ;
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use super::*;
    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| there_is_always_one_to_call_first {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}/contacts", made.id());
            let first = api.post(&t.cx, &path, json!({"name": "王芳", "phone": "13800138000"})).await.ok(201);
            assert_eq!(first.json["is_primary"], json!(true));
            let second = api.post(&t.cx, &path, json!({"name": "李强"})).await.ok(201);
            assert_eq!(second.json["is_primary"], json!(false));
            api.post(&t.cx, &path, json!({"name": "赵敏", "is_primary": true})).await.ok(201);
            let listed = api.get(&t.cx, &path).await.ok(200);
            assert_eq!(listed.column("is_primary"), [json!(true), json!(false), json!(false)]);
            assert_eq!(listed.json["items"][0]["name"], json!("赵敏"));
            let shown = api.get(&t.cx, &format!("{path}/{}", first.id())).await.ok(200);
            assert_eq!((&shown.json["version"], &shown.headers["etag"]), (&json!(2), &"\"2\"".parse().unwrap()));
        }

        migrations(), |t| a_contact_needs_its_customer_and_a_good_number {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}/contacts", made.id());
            let refused = api.post(&t.cx, &path, json!({"name": "", "phone": "12"})).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/name required", "/phone invalid_phone"]);
            api.post(&t.other, &path, json!({"name": "王芳"})).await.refused(404, "not_found");
            let own = person(&t.cx, 4, &[(CUSTOMERS_UPDATE, Scope::Own), (CUSTOMERS_READ, Scope::Own)]);
            api.post(&own, &path, json!({"name": "王芳"})).await.refused(404, "not_found");
            api.get(&own, &path).await.refused(404, "not_found");
        }
    }
}
