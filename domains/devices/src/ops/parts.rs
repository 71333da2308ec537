//! Parts built into a device: listing, noting, changing and taking them out; those booked on jobs come by themselves.

use authz::permissions::{DEVICES_READ, DEVICES_UPDATE};
use db::{
    Query as _, Read, Tx,
    list::{Fragment, ListPage},
};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, State, Versioned,
};
use kernel::Uuid;
use objects::{Checks, Date, listing};
use serde_json::json;

use crate::{
    Device, DeviceError, DevicePart, NewDevicePart,
    api::DevicePath,
    file::{DevicePartChange, DevicePartPath},
    store::{self, parts},
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    params: ListParams,
) -> Result<Json<ListPage<DevicePart>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<DevicePart>, Problem> {
            store::reached(r, DEVICES_READ, path.id).await?;
            let of_device = Fragment::new("device_id = $1", vec![path.id.into()]);
            listing::page(r, &parts::LISTING, &params, vec![of_device]).await
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn add(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    key: IdempotencyKey,
    Body(body): Body<NewDevicePart>,
) -> Result<Created<DevicePart>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "addDevicePart", async move |tx: &mut Tx<'_>| -> Result<DevicePart, DeviceError> {
        let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
        insert(tx, &device, new, Origin::default()).await
    })
    .await
}

/// The job on which a part was built in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin {
    /// The ticket.
    pub ticket_id: Option<Uuid>,
    /// The visit.
    pub visit_id: Option<Uuid>,
    /// The booking in the parts list.
    pub use_id: Option<Uuid>,
}

/// Notes a part in a device, with its event. Its own warranty is worked out from the product's rule where nobody says
/// otherwise. A booking that is noted already is not noted again.
pub async fn insert(
    tx: &mut Tx<'_>,
    device: &Device,
    new: NewDevicePart,
    origin: Origin,
) -> Result<DevicePart, DeviceError> {
    if let Some(use_id) = origin.use_id
        && let Some(known) = parts::of_use(tx, use_id).await?
    {
        return Ok(known);
    }
    let mut new = new.checked(Checks::new())?;
    if let (None, Some(installed_on), Some(product_id)) = (new.warranty_ends_on, new.installed_on, device.product_id)
        && let Some(product) = products::get(tx, product_id).await?
    {
        let rule = products::warranty_of(tx, &product).await?;
        new.warranty_ends_on =
            rule.term_of(new.part_id, &new.name).and_then(|term| installed_on.last_of_months(term.months));
    }
    if let Some(replaced) = new.replaces {
        take_out(tx, device, replaced, new.installed_on).await?;
    }
    let cx = tx.cx().clone();
    let part = DevicePart {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        device_id: device.id,
        part_id: new.part_id,
        name: new.name,
        serial_number: new.serial_number,
        quantity: i64::from(new.quantity.unwrap_or(1)),
        installed_on: new.installed_on,
        warranty_ends_on: new.warranty_ends_on,
        removed_on: None,
        removed_reason: None,
        ticket_id: origin.ticket_id,
        visit_id: origin.visit_id,
        use_id: origin.use_id,
        created_by_name: cx.actor().name.clone(),
    };
    let told = NewEvent::new("device.part_installed", "device", device.id)
        .label(device.serial_number.as_str())
        .data(json!({ "name": part.name, "serial_number": part.serial_number, "quantity": part.quantity }));
    tx.execute_all(vec![parts::insert(&cx, &part), events::statement(&cx, &told)]).await?;
    Ok(part)
}

/// Marks the part that another one takes the place of.
async fn take_out(tx: &mut Tx<'_>, device: &Device, id: Uuid, on: Option<Date>) -> Result<(), DeviceError> {
    let Some(old) = parts::find(tx, device.id, id).await? else {
        let mut checks = Checks::new();
        checks.refuse("/replaces", "unknown", "The device has no such part; choose one of its list.");
        return Ok(checks.finish()?);
    };
    let on = on.unwrap_or_else(|| Date::today(tx.cx()));
    let removed_reason = old.removed_reason.clone().or_else(|| Some("已更换 (replaced)".to_owned()));
    let altered = DevicePart { removed_on: old.removed_on.or(Some(on)), removed_reason, ..old.clone() };
    write(tx, device, &old, altered).await.map(drop)
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePartPath>,
    expected: IfMatch,
    Body(body): Body<DevicePartChange>,
) -> Result<Versioned<DevicePart>, Problem> {
    let part = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DevicePart, DeviceError> {
            let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
            let before = parts::find(tx, device.id, path.part_id).await?.ok_or(DeviceError::PartNotFound)?;
            if before.version != expected.version() {
                return Err(DeviceError::Stale);
            }
            let altered = body.apply(&before)?;
            write(tx, &device, &before, altered).await
        })
        .await?;
    Ok(Versioned(part))
}

async fn write(
    tx: &mut Tx<'_>,
    device: &Device,
    before: &DevicePart,
    altered: DevicePart,
) -> Result<DevicePart, DeviceError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = DevicePart { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    parts::update(tx, before, &after).await?;
    let taken_out = before.removed_on.is_none() && after.removed_on.is_some();
    let kind = if taken_out { "device.part_removed" } else { "device.part_changed" };
    let mut data = events::changes(before, &after);
    data["name"] = json!(after.name);
    let told = NewEvent::new(kind, "device", device.id).label(device.serial_number.as_str()).data(data);
    events::append(tx, told).await?;
    Ok(after)
}

/// Takes the part of a booking that was taken back out of the device it was noted in; nothing happens when there is none.
pub async fn withdraw(tx: &mut Tx<'_>, use_id: Uuid, reason: &str) -> Result<(), DeviceError> {
    let Some(before) = parts::of_use(tx, use_id).await? else { return Ok(()) };
    let Some(device) = store::find(tx, before.device_id).await? else { return Ok(()) };
    let removed_on = before.removed_on.or(Some(Date::today(tx.cx())));
    let altered = DevicePart { removed_on, removed_reason: Some(reason.to_owned()), ..before.clone() };
    write(tx, &device, &before, altered).await.map(drop)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_part_gets_its_own_warranty_from_the_rule_and_gives_way_to_its_successor {
            let api = api(t);
            let product = json!({"code": "K", "name": "机组", "warranty_months": 24, "warranty": {
                "start": "installation", "components": [{"name": "压缩机", "months": 36}],
            }});
            let product = api.post(&t.cx, "/api/v1/products", product).await.ok(201).id();
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "product_id": product})).await.ok(201).id();
            let path = format!("/api/v1/devices/{device}/parts");
            let first = api.post(&t.cx, &path, json!({"name": "压缩机", "serial_number": "C-1", "installed_on": "2025-01-10"})).await.ok(201);
            assert_eq!((&first.json["warranty_ends_on"], &first.json["quantity"]), (&json!("2028-01-09"), &json!(1)));
            let second = json!({"name": "压缩机", "serial_number": "C-2", "installed_on": "2026-02-01", "replaces": first.id()});
            let second = api.post(&t.cx, &path, second).await.ok(201);
            let parts = api.get(&t.cx, &format!("{path}?sort=created_at")).await.ok(200);
            let row = |id: String| parts.json["items"].as_array().unwrap().iter().find(|item| item["id"] == json!(id)).unwrap().clone();
            assert_eq!(row(first.id())["removed_on"], json!("2026-02-01"));
            assert_eq!(row(second.id())["removed_on"], json!(null));
            let unknown = api.post(&t.cx, &path, json!({"name": "x", "replaces": device})).await;
            assert_eq!(unknown.errors(), ["/replaces unknown"]);
            let kinds = api.get(&t.cx, &format!("/api/v1/devices/{device}/timeline")).await.column("kind");
            assert_eq!(kinds.len(), 4);
            assert!(kinds.contains(&json!("device.part_removed")));
        }

        migrations(), |t| a_part_is_changed_with_the_version_that_was_read {
            let api = api(t);
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201).id();
            let path = format!("/api/v1/devices/{device}/parts");
            let wrong = api.post(&t.cx, &path, json!({"name": " ", "quantity": 0})).await;
            assert_eq!(wrong.errors(), ["/quantity out_of_range", "/name required"]);
            let part = api.post(&t.cx, &path, json!({"name": "门机皮带", "installed_on": "2026-01-01"})).await.ok(201);
            let one = format!("{path}/{}", part.id());
            let early = api.patch(&t.cx, &one, 1, json!({"removed_on": "2025-12-31"})).await;
            assert_eq!(early.errors(), ["/removed_on before_start"]);
            let out = api.patch(&t.cx, &one, 1, json!({"removed_on": "2026-03-01", "removed_reason": "磨损"})).await.ok(200);
            assert_eq!(out.json["removed_reason"], json!("磨损"));
            api.patch(&t.cx, &one, 1, json!({"name": "x"})).await.refused(412, "stale");
            let back = api.patch(&t.cx, &one, 2, json!({"removed_on": null})).await.ok(200);
            assert_eq!(back.json["removed_reason"], json!(null));
            api.patch(&t.other, &one, 3, json!({"name": "x"})).await.refused(404, "not_found");
            api.get(&t.other, &path).await.refused(404, "not_found");
        }
    }
}
