//! Changing a contact.

use authz::permissions::CUSTOMERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::{Numbers, Settled};

use crate::{Contact, ContactChange, CustomerError, api::ContactPath, contact_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContactPath>,
    expected: IfMatch,
    Body(mut body): Body<ContactChange>,
) -> Result<Versioned<Contact>, Problem> {
    let contact = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Contact, CustomerError> {
            let before = read(tx, path, expected).await?;
            let sent = body.ext.take();
            let mut altered = body.apply(&before)?;
            let own = objects::settle_ext(tx, "contact", before.id, Some(&before.ext.0), sent, &Numbers::new()).await?;
            if own.changed {
                altered.ext = Json(own.values.clone());
            }
            if altered.is_primary && !before.is_primary {
                let known = store::contacts(tx, &[path.id]).await?;
                step_back(tx, &known, before.id).await?;
            }
            let mut contact = write_with(tx, &before, altered, "contact.updated", own).await?;
            contact_fields(tx, std::slice::from_mut(&mut contact)).await?;
            Ok(contact)
        })
        .await?;
    Ok(Versioned(contact))
}

/// The contact, if the caller may change it and it still has the expected version.
pub(crate) async fn read(tx: &mut Tx<'_>, path: ContactPath, expected: IfMatch) -> Result<Contact, CustomerError> {
    store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
    let contact = store::contact_of(tx, path.id, path.contact_id).await?;
    if contact.version == expected.version() { Ok(contact) } else { Err(CustomerError::Stale) }
}

/// Writes the altered contact, whose own fields stay, with an event of this kind.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    before: &Contact,
    altered: Contact,
    kind: &str,
) -> Result<Contact, CustomerError> {
    let own = objects::settle_ext(tx, "contact", before.id, Some(&before.ext.0), None, &Numbers::new()).await?;
    write_with(tx, before, altered, kind, own).await
}

/// Writes the altered contact and what follows from its own fields, with an event of this kind; one that says the same
/// leaves no trace.
async fn write_with(
    tx: &mut Tx<'_>,
    before: &Contact,
    altered: Contact,
    kind: &str,
    own: Settled,
) -> Result<Contact, CustomerError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = Contact { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update_contact(tx, before, &after).await?;
    let mut changes = events::changes(before, &after);
    own.tell(&mut changes);
    tx.execute_all(own.statements).await?;
    let event = NewEvent::new(kind, "contact", after.id)
        .label(after.name.as_str())
        .data(changes)
        .parent("customer", after.customer_id);
    events::append(tx, event).await?;
    Ok(after)
}

/// Whoever was the one to call first among `known` steps back for another.
pub(crate) async fn step_back(tx: &mut Tx<'_>, known: &[Contact], for_whom: Uuid) -> Result<(), CustomerError> {
    for contact in known.iter().filter(|contact| contact.is_primary && contact.id != for_whom) {
        write(tx, contact, Contact { is_primary: false, ..contact.clone() }, "contact.updated").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_contact_is_changed_moved_to_the_front_and_removed {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}/contacts", made.id());
            api.post(&t.cx, &path, json!({"name": "王芳"})).await.ok(201);
            let second = api.post(&t.cx, &path, json!({"name": "李强", "title": "物业经理"})).await.ok(201);
            let one = format!("{path}/{}", second.id());
            let changed = api.patch(&t.cx, &one, 1, json!({"is_primary": true, "title": null})).await.ok(200);
            assert_eq!((&changed.json["title"], &changed.json["version"]), (&json!(null), &json!(2)));
            assert_eq!(api.get(&t.cx, &path).await.column("name"), ["李强", "王芳"]);
            api.patch(&t.cx, &one, 1, json!({"name": "x"})).await.refused(412, "stale");
            api.patch(&t.other, &one, 2, json!({"name": "x"})).await.refused(404, "not_found");
            let elsewhere = api.post(&t.cx, "/api/v1/customers", json!({"name": "乙"})).await.ok(201);
            let wrong = format!("/api/v1/customers/{}/contacts/{}", elsewhere.id(), second.id());
            api.patch(&t.cx, &wrong, 2, json!({"name": "x"})).await.refused(404, "not_found");
            api.delete(&t.cx, &one, 1).await.refused(412, "stale");
            api.delete(&t.cx, &one, 2).await.ok(204);
            api.delete(&t.cx, &one, 3).await.refused(404, "not_found");
            assert_eq!(api.get(&t.cx, &path).await.column("name"), ["王芳"]);
            let id = second.json["id"].as_str().unwrap().parse().unwrap();
            let kept = t.db.read(&t.cx, async move |r: &mut db::Read<'_>| crate::contact(r, id).await).await.unwrap();
            assert!(kept.unwrap().archived_at.is_some());
        }
    }
}
