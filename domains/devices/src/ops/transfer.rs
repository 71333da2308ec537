//! Handing a device over to another customer, with its components and its history.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::{Checks, Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Device, DeviceError, DeviceView, api::DevicePath, ops::update::read, references::view, store};

/// Devices within devices at most.
const DEEPEST: usize = 5;

/// To whom a device goes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transfer {
    /// The customer who has it from then on.
    customer_id: Uuid,
    /// At which of their sites it stands.
    site_id: Option<Uuid>,
    /// On which day.
    on: Date,
    /// Why.
    reason: Option<String>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    expected: IfMatch,
    Body(body): Body<Transfer>,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
            let before = read(tx, path.id, expected).await?;
            let after = transfer(tx, before, body).await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}

async fn transfer(tx: &mut Tx<'_>, before: Device, body: Transfer) -> Result<Device, DeviceError> {
    let mut checks = Checks::new();
    let reason = checks.line("/reason", body.reason.clone());
    if body.on > Date::today(tx.cx()) {
        checks.refuse("/on", "in_future", "A device is handed over today or was before; choose an earlier day.");
    }
    let customer = customers::get(tx, body.customer_id).await?;
    match &customer {
        None => checks.refuse("/customer_id", "unknown", "There is no such customer; choose one of the list."),
        Some(customer) if Some(customer.id) == before.customer_id => {
            checks.refuse("/customer_id", "unchanged", "This customer has the device already; choose another.");
        }
        Some(_) => {}
    }
    let site = match body.site_id {
        Some(id) => customers::site(tx, id).await?.filter(|site| site.customer_id == body.customer_id),
        None => None,
    };
    if body.site_id.is_some() && site.is_none() {
        checks.refuse("/site_id", "unknown", "The customer has no such site; choose one of theirs.");
    }
    checks.finish()?;
    let of_site = site.and_then(|site| site.region_id);
    let region_id = of_site.or_else(|| customer.as_ref().and_then(|customer| customer.region_id));
    let moved = |device: &Device| Device {
        customer_id: Some(body.customer_id),
        site_id: body.site_id,
        region_id: region_id.or(device.region_id),
        ..device.clone()
    };
    // Taken out of the device it was a component of, when that one stays where it is.
    let alone = Device { parent_id: None, ..moved(&before) };
    let after = write(tx, &before, alone, &body, reason.as_deref()).await?;
    let mut level = vec![before.clone()];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for parent in &level {
            for component in store::components(tx, parent.id).await? {
                if component.customer_id == before.customer_id {
                    write(tx, &component, moved(&component), &body, reason.as_deref()).await?;
                    next.push(component);
                }
            }
        }
        level = next;
    }
    Ok(after)
}

async fn write(
    tx: &mut Tx<'_>,
    before: &Device,
    altered: Device,
    body: &Transfer,
    reason: Option<&str>,
) -> Result<Device, DeviceError> {
    let after = Device { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, before, &after).await?;
    let mut data = events::changes(before, &after);
    data["on"] = serde_json::json!(body.on);
    data["reason"] = serde_json::json!(reason);
    let told = NewEvent::new("device.transferred", "device", after.id).label(after.serial_number.as_str()).data(data);
    events::append(tx, told).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_device_goes_to_another_customer_with_its_components {
            let api = api(t);
            let seller = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201).id();
            let buyer = api.post(&t.cx, "/api/v1/customers", json!({"name": "乙"})).await.ok(201).id();
            let site = api.post(&t.cx, &format!("/api/v1/customers/{buyer}/sites"), json!({"name": "B座"})).await.ok(201).id();
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "customer_id": seller})).await.ok(201).id();
            let motor = json!({"serial_number": "A-M", "customer_id": seller, "parent_id": device});
            let motor = api.post(&t.cx, "/api/v1/devices", motor).await.ok(201);
            assert_eq!(motor.json["parent_serial_number"], json!("A"));
            let rented = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A-R", "parent_id": device})).await.ok(201).id();
            let path = format!("/api/v1/devices/{device}/transfer");
            let send = async |body| api.send(&t.cx, Method::POST, &path, &[("if-match", "\"1\"")], Some(body)).await;
            assert_eq!(send(json!({"customer_id": seller, "on": "2026-03-01"})).await.errors(), ["/customer_id unchanged"]);
            assert_eq!(send(json!({"customer_id": device, "site_id": device, "on": "2099-01-01"})).await.errors(),
                ["/on in_future", "/customer_id unknown", "/site_id unknown"]);
            let moved = send(json!({"customer_id": buyer, "site_id": site, "on": "2026-03-01", "reason": "二手转让"})).await.ok(200);
            assert_eq!((&moved.json["customer_name"], &moved.json["site_name"]), (&json!("乙"), &json!("B座")));
            send(json!({"customer_id": seller, "on": "2026-03-01"})).await.refused(412, "stale");
            let of = async |id: &str| api.get(&t.cx, &format!("/api/v1/devices/{id}")).await.ok(200).json["customer_id"].clone();
            assert_eq!((of(&motor.id()).await, of(&rented).await), (json!(buyer), json!(null)));
            let told = api.get(&t.cx, &format!("/api/v1/devices/{device}/timeline")).await.json["items"][0].clone();
            assert_eq!((&told["kind"], &told["data"]["reason"]), (&json!("device.transferred"), &json!("二手转让")));
        }

        migrations(), |t| a_device_is_never_its_own_component {
            let api = api(t);
            let mut above = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "0"})).await.ok(201).id();
            let first = above.clone();
            for number in 1..5 {
                let body = json!({"serial_number": number.to_string(), "parent_id": above});
                above = api.post(&t.cx, "/api/v1/devices", body).await.ok(201).id();
            }
            let deeper = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "5", "parent_id": above})).await;
            assert_eq!(deeper.errors(), ["/parent_id too_deep"]);
            let path = format!("/api/v1/devices/{first}");
            for parent in [&first, &above] {
                assert_eq!(api.patch(&t.cx, &path, 1, json!({"parent_id": parent})).await.errors(), ["/parent_id cycle"]);
            }
        }
    }
}
