//! Changing a site.

use authz::permissions::CUSTOMERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use objects::Numbers;
use serde_json::{Map, Value};

use crate::{CustomerError, Site, SiteChange, api::SitePath, site_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<SitePath>,
    expected: IfMatch,
    Body(mut body): Body<SiteChange>,
) -> Result<Versioned<Site>, Problem> {
    let site = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Site, CustomerError> {
            let sent = body.ext.take();
            let alter = |site: &Site| Ok(body.apply(site)?);
            let mut site = change(tx, path, expected, "site.updated", sent, alter).await?;
            site_fields(tx, std::slice::from_mut(&mut site)).await?;
            Ok(site)
        })
        .await?;
    Ok(Versioned(site))
}

/// Changes the site and its own fields if the caller may and it still has the expected version, and appends an event of
/// this kind.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    path: SitePath,
    expected: IfMatch,
    kind: &str,
    sent: Option<Map<String, Value>>,
    alter: impl FnOnce(&Site) -> Result<Site, CustomerError>,
) -> Result<Site, CustomerError> {
    store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
    let before = store::site_of(tx, path.id, path.site_id).await?;
    if before.version != expected.version() {
        return Err(CustomerError::Stale);
    }
    let mut altered = alter(&before)?;
    let own = objects::settle_ext(tx, "site", before.id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    if altered == before {
        return Ok(before);
    }
    let after = Site { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update_site(tx, &before, &after).await?;
    let mut changes = events::changes(&before, &after);
    own.tell(&mut changes);
    tx.execute_all(own.statements).await?;
    let event = NewEvent::new(kind, "site", after.id)
        .label(after.name.as_str())
        .data(changes)
        .parent("customer", after.customer_id);
    events::append(tx, event).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_site_is_changed_and_removed {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}/sites", made.id());
            let site = api.post(&t.cx, &path, json!({"name": "A座", "access_note": "走北门"})).await.ok(201);
            let one = format!("{path}/{}", site.id());
            let changed = api.patch(&t.cx, &one, 1, json!({"access_note": null, "address": {"city": "苏州市"}})).await.ok(200);
            assert_eq!(changed.json["address"], json!({"city": "苏州市"}));
            assert_eq!(changed.json["access_note"], json!(null));
            api.patch(&t.cx, &one, 1, json!({"name": "x"})).await.refused(412, "stale");
            api.get(&t.other, &one).await.refused(404, "not_found");
            api.delete(&t.cx, &one, 2).await.ok(204);
            api.get(&t.cx, &one).await.refused(404, "not_found");
            assert_eq!(api.get(&t.cx, &path).await.json["items"], json!([]));
        }
    }
}
