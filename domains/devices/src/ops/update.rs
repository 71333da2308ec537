//! Changing a device.

use authz::permissions::DEVICES_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::{Numbers, Settled};
use products::EffectiveRule;
use serde_json::{Map, Value};

use crate::{
    Device, DeviceChange, DeviceError, DeviceView,
    api::DevicePath,
    ops::create::{in_order, scrapped},
    references::{References, own_fields},
    store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    expected: IfMatch,
    Body(body): Body<DeviceChange>,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
            update(tx, path.id, expected, body).await
        })
        .await?;
    Ok(Versioned(device))
}

pub(crate) async fn update(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    mut change: DeviceChange,
) -> Result<DeviceView, DeviceError> {
    let before = read(tx, id, expected).await?;
    let sent = change.ext.take();
    let product_so_far = match before.product_id {
        Some(id) => products::get(tx, id).await?,
        None => None,
    };
    let rule_so_far = match &product_so_far {
        Some(product) => products::warranty_of(tx, product).await?,
        None => EffectiveRule::default(),
    };
    let new = change.apply(&before, &rule_so_far)?;
    let references = References::of(tx, &new, Some(id)).await?;
    let mut altered = scrapped(tx.cx(), before.with(new, &references.rule));
    in_order(&altered)?;
    let own = objects::settle_ext(tx, "device", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    let mut after = write_with(tx, &before, altered, "device.updated", Some(own)).await?;
    own_fields(tx, std::slice::from_mut(&mut after)).await?;
    Ok(references.view(after))
}

/// Sets own fields of a device as whoever fills a form in about it may: fields that are not named stay.
pub async fn fill_in(tx: &mut Tx<'_>, id: Uuid, ext: Map<String, Value>) -> Result<(), DeviceError> {
    let before = store::find(tx, id).await?.ok_or(DeviceError::NotFound)?;
    let own = objects::settle_ext(tx, "device", id, Some(&before.ext.0), Some(ext), &Numbers::new()).await?;
    if own.changed {
        let altered = Device { ext: Json(own.values.clone()), ..before.clone() };
        write_with(tx, &before, altered, "device.updated", Some(own)).await?;
    }
    Ok(())
}

/// The device, if the caller may change it and it still has the expected version.
pub(crate) async fn read(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<Device, DeviceError> {
    let device = store::reached(tx, DEVICES_UPDATE, id).await?;
    if device.version == expected.version() { Ok(device) } else { Err(DeviceError::Stale) }
}

/// Writes the altered device with an event of this kind, which never tells the token; one that says the same leaves no
/// trace.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    before: &Device,
    altered: Device,
    kind: &str,
) -> Result<Device, DeviceError> {
    write_with(tx, before, altered, kind, None).await
}

async fn write_with(
    tx: &mut Tx<'_>,
    before: &Device,
    altered: Device,
    kind: &str,
    own: Option<Settled>,
) -> Result<Device, DeviceError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = Device { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, before, &after).await?;
    let mut changes = events::changes(before, &after);
    if let Some(fields) = changes.as_object_mut() {
        fields.remove("qr_token");
    }
    if let Some(own) = own {
        own.tell(&mut changes);
        tx.execute_all(own.statements).await?;
    }
    let event = NewEvent::new(kind, "device", after.id).label(after.serial_number.as_str()).data(changes);
    events::append(tx, event).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_worked_out_warranty_follows_and_a_given_one_stays {
            let api = api(t);
            let one = api.post(&t.cx, "/api/v1/products", json!({"code": "K1", "name": "一", "warranty_months": 12})).await.ok(201).id();
            let two = api.post(&t.cx, "/api/v1/products", json!({"code": "K2", "name": "二", "warranty_months": 24})).await.ok(201).id();
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "product_id": one, "sold_on": "2025-01-01"})).await.ok(201);
            let path = format!("/api/v1/devices/{}", made.id());
            let days = |json: &serde_json::Value| (json["warranty_starts_on"].clone(), json["warranty_ends_on"].clone());
            assert_eq!(days(&made.json), (json!("2025-01-01"), json!("2025-12-31")));
            let changed = api.patch(&t.cx, &path, 1, json!({"installed_on": "2025-02-01"})).await.ok(200);
            assert_eq!(days(&changed.json), (json!("2025-02-01"), json!("2026-01-31")));
            let changed = api.patch(&t.cx, &path, 2, json!({"product_id": two})).await.ok(200);
            assert_eq!(days(&changed.json), (json!("2025-02-01"), json!("2027-01-31")));
            let changed = api.patch(&t.cx, &path, 3, json!({"warranty_ends_on": "2030-06-30"})).await.ok(200);
            let changed_again = api.patch(&t.cx, &path, 4, json!({"installed_on": "2025-03-01"})).await.ok(200);
            assert_eq!(days(&changed.json), (json!("2025-02-01"), json!("2030-06-30")));
            assert_eq!(days(&changed_again.json), (json!("2025-03-01"), json!("2030-06-30")));
            let changed = api.patch(&t.cx, &path, 5, json!({"warranty_ends_on": null})).await.ok(200);
            assert_eq!(days(&changed.json), (json!("2025-03-01"), json!("2027-02-28")));
        }

        migrations(), |t| a_device_that_changes_hands_leaves_its_site {
            let api = api(t);
            let seller = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201).id();
            let buyer = api.post(&t.cx, "/api/v1/customers", json!({"name": "乙"})).await.ok(201).id();
            let site = api.post(&t.cx, &format!("/api/v1/customers/{seller}/sites"), json!({"name": "A座"})).await.ok(201).id();
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "customer_id": seller, "site_id": site})).await.ok(201);
            let path = format!("/api/v1/devices/{}", made.id());
            let refused = api.patch(&t.cx, &path, 1, json!({"customer_id": buyer, "site_id": site})).await;
            assert_eq!(refused.errors(), ["/site_id unknown"]);
            let moved = api.patch(&t.cx, &path, 1, json!({"customer_id": buyer})).await.ok(200);
            assert_eq!((&moved.json["customer_name"], &moved.json["site_id"]), (&json!("乙"), &json!(null)));
            let events = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(events.json["items"][0]["data"]["customer_id"], json!({"from": seller, "to": buyer}));
        }

        migrations(), |t| a_change_needs_the_version_that_was_read {
            let api = api(t);
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "B"})).await.ok(201);
            let path = format!("/api/v1/devices/{}", made.id());
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({}))).await.refused(428, "precondition_required");
            api.patch(&t.cx, &path, 1, json!({"status": "stopped"})).await.ok(200);
            api.patch(&t.cx, &path, 1, json!({"status": "scrapped"})).await.refused(412, "stale");
            api.patch(&t.cx, &path, 2, json!({"serial_number": "b"})).await.refused(409, "serial_number_taken");
            api.patch(&t.other, &path, 2, json!({"status": "scrapped"})).await.refused(404, "not_found");
            assert_eq!(api.patch(&t.cx, &path, 2, json!({"status": "lost"})).await.errors(), ["/status invalid_value"]);
        }
    }
}
