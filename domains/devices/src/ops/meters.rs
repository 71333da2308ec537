//! Meters of a device and their readings. A counter never falls, unless a reading says that it began anew.

use authz::permissions::{DEVICES_READ, DEVICES_UPDATE};
use db::{Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State, Versioned,
};
use kernel::ActorKind;
use objects::{Checks, listing};
use serde_json::json;

use crate::{
    Device, DeviceError, Meter, MeterKind, MeterReading, NewMeter, NewReading, ReadingSource,
    api::DevicePath,
    file::{MeterChange, MeterPath, NotedReading, ReadingPath, contradiction},
    store::{self, meters},
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
) -> Result<Json<Vec<Meter>>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<Meter>, DeviceError> {
            store::reached(r, DEVICES_READ, path.id).await?;
            Ok(meters::of_device(r, path.id).await?)
        })
        .await?;
    Ok(Json(found))
}

pub(crate) async fn add(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    key: IdempotencyKey,
    Body(body): Body<NewMeter>,
) -> Result<Created<Meter>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "addDeviceMeter", async move |tx: &mut Tx<'_>| -> Result<Meter, DeviceError> {
        let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
        insert(tx, &device, new).await
    })
    .await
}

/// Adds a meter to a device, with its event; [`DeviceError::MeterTaken`] when it has one of that name.
pub async fn insert(tx: &mut Tx<'_>, device: &Device, new: NewMeter) -> Result<Meter, DeviceError> {
    let new = new.checked(Checks::new())?;
    if meters::of_device(tx, device.id).await?.len() >= meters::MOST_METERS {
        let mut checks = Checks::new();
        checks.refuse("/name", "too_many", format!("A device has at most {} meters.", meters::MOST_METERS));
        checks.finish()?;
    }
    let cx = tx.cx().clone();
    let meter = Meter {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        device_id: device.id,
        name: new.name,
        unit: new.unit,
        kind: new.kind,
        last_value: None,
        last_at: None,
    };
    let told = NewEvent::new("device.meter_added", "device", device.id)
        .label(device.serial_number.as_str())
        .data(json!({ "name": meter.name, "unit": meter.unit }));
    tx.execute_all(vec![meters::insert(&cx, &meter), events::statement(&cx, &told)]).await?;
    Ok(meter)
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MeterPath>,
    expected: IfMatch,
    Body(body): Body<MeterChange>,
) -> Result<Versioned<Meter>, Problem> {
    let meter = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Meter, DeviceError> {
            let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
            let before = meters::find(tx, device.id, path.meter_id).await?;
            if before.version != expected.version() {
                return Err(DeviceError::Stale);
            }
            let mut new = NewMeter { name: before.name.clone(), unit: before.unit.clone(), kind: before.kind };
            let mut checks = Checks::new();
            body.name.require(&mut new.name, "/name", &mut checks);
            body.unit.require(&mut new.unit, "/unit", &mut checks);
            let new = new.checked(checks)?;
            if (&new.name, &new.unit) == (&before.name, &before.unit) {
                return Ok(before);
            }
            let after = Meter {
                version: before.version + 1,
                updated_at: tx.cx().now(),
                name: new.name,
                unit: new.unit,
                ..before.clone()
            };
            meters::update(tx, &before, &after).await?;
            let told = NewEvent::new("device.meter_changed", "device", device.id)
                .label(device.serial_number.as_str())
                .data(events::changes(&before, &after));
            events::append(tx, told).await?;
            Ok(after)
        })
        .await?;
    Ok(Versioned(meter))
}

pub(crate) async fn readings(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MeterPath>,
    params: ListParams,
) -> Result<Json<ListPage<MeterReading>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<MeterReading>, Problem> {
            store::reached(r, DEVICES_READ, path.id).await?;
            let meter = meters::find(r, path.id, path.meter_id).await?;
            listing::page(r, &meters::READINGS, &params, vec![meters::of_meter(meter.id)]).await
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn read_off(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MeterPath>,
    key: IdempotencyKey,
    Body(body): Body<NewReading>,
) -> Result<Created<NotedReading>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "addMeterReading", async move |tx: &mut Tx<'_>| -> Result<_, DeviceError> {
        let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
        let meter = meters::held(tx, device.id, path.meter_id).await?;
        let reading = note(tx, &device, &meter, new).await?;
        Ok(NotedReading { device_id: device.id, reading })
    })
    .await
}

/// Notes a reading of a meter that was held or is new in this transaction, with its event.
pub async fn note(
    tx: &mut Tx<'_>,
    device: &Device,
    meter: &Meter,
    new: NewReading,
) -> Result<MeterReading, DeviceError> {
    let cx = tx.cx().clone();
    let new = new.checked(cx.now())?;
    let reading = MeterReading {
        id: cx.new_id(),
        meter_id: meter.id,
        at: new.at.unwrap_or_else(|| cx.now()),
        value: new.value,
        reset: new.reset,
        source: match cx.actor().kind {
            ActorKind::ApiKey => ReadingSource::Api,
            ActorKind::System => ReadingSource::System,
            ActorKind::User | ActorKind::Customer => ReadingSource::Typed,
        },
        by_name: cx.actor().name.clone(),
        created_at: cx.now(),
    };
    if meter.kind == MeterKind::Counter {
        let before = meters::before(tx, meter.id, reading.at).await?;
        let after = meters::after(tx, meter.id, reading.at).await?;
        if let Some(other) = contradiction(&reading, before.as_ref(), after.as_ref()) {
            let mut checks = Checks::new();
            let message = format!(
                "A counter only rises, and another reading shows {other}. Check both, or say that it began anew."
            );
            checks.refuse("/value", "counter_fell", message);
            checks.finish()?;
        }
    }
    tx.execute(meters::insert_reading(&cx, &reading)).await?;
    follow(tx, meter).await?;
    let told = NewEvent::new("device.meter_read", "device", device.id).label(device.serial_number.as_str()).data(
        json!({ "name": meter.name, "value": reading.value, "unit": meter.unit, "at": reading.at, "reset": reading.reset }),
    );
    events::append(tx, told).await?;
    Ok(reading)
}

/// The meter shows its latest reading.
async fn follow(tx: &mut Tx<'_>, meter: &Meter) -> Result<(), DeviceError> {
    let latest = meters::latest(tx, meter.id, 1).await?.pop();
    let after = Meter {
        version: meter.version + 1,
        updated_at: tx.cx().now(),
        last_value: latest.as_ref().map(|reading| reading.value),
        last_at: latest.as_ref().map(|reading| reading.at),
        ..meter.clone()
    };
    meters::update(tx, meter, &after).await
}

pub(crate) async fn remove_reading(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ReadingPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DeviceError> {
            let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
            let meter = meters::held(tx, device.id, path.meter_id).await?;
            if !meters::delete_reading(tx, meter.id, path.reading_id).await? {
                return Err(DeviceError::ReadingNotFound);
            }
            follow(tx, &meter).await?;
            let told = NewEvent::new("device.meter_reading_removed", "device", device.id)
                .label(device.serial_number.as_str())
                .data(json!({ "name": meter.name }));
            events::append(tx, told).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_counter_rises_begins_anew_and_shows_its_latest_reading {
            let api = api(t);
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201).id();
            let path = format!("/api/v1/devices/{device}/meters");
            let meter = api.post(&t.cx, &path, json!({"name": "运行小时", "unit": "h", "kind": "counter"})).await.ok(201);
            api.post(&t.cx, &path, json!({"name": "运行小时", "unit": "h", "kind": "gauge"})).await.refused(409, "meter_taken");
            let readings = format!("{path}/{}/readings", meter.id());
            let read = async |at: &str, value: f64, reset: bool| {
                api.post(&t.cx, &readings, json!({"at": format!("2026-02-{at}T08:00:00Z"), "value": value, "reset": reset})).await
            };
            read("01", 100.0, false).await.ok(201);
            read("10", 250.5, false).await.ok(201);
            assert_eq!(read("15", 200.0, false).await.errors(), ["/value counter_fell"]);
            assert_eq!(read("05", 300.0, false).await.errors(), ["/value counter_fell"]);
            read("05", 180.0, false).await.ok(201);
            let anew = read("20", 3.0, true).await.ok(201);
            let shown = async || api.get(&t.cx, &path).await.ok(200).json[0].clone();
            assert_eq!(shown().await["last_value"], json!(3.0));
            assert_eq!(api.get(&t.cx, &format!("{readings}?sort=at")).await.column("value"), [100.0, 180.0, 250.5, 3.0].map(|value| json!(value)));
            let one = format!("{readings}/{}", anew.id());
            api.send(&t.cx, Method::DELETE, &one, &[], None).await.ok(204);
            assert_eq!(shown().await["last_value"], json!(250.5));
            api.send(&t.cx, Method::DELETE, &one, &[], None).await.refused(404, "not_found");
            let late = api.post(&t.cx, &readings, json!({"at": "2099-01-01T00:00:00Z", "value": 1e13})).await;
            assert_eq!(late.errors(), ["/value out_of_range", "/at out_of_range"]);
        }

        migrations(), |t| a_gauge_goes_up_and_down_and_another_company_sees_neither {
            let api = api(t);
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201).id();
            let path = format!("/api/v1/devices/{device}/meters");
            let meter = api.post(&t.cx, &path, json!({"name": "压力", "unit": "bar", "kind": "gauge"})).await.ok(201);
            let one = format!("{path}/{}", meter.id());
            for value in [8.5, 7.0, 9.1] {
                api.post(&t.cx, &format!("{one}/readings"), json!({"value": value})).await.ok(201);
            }
            let version = api.get(&t.cx, &path).await.ok(200).json[0]["version"].as_i64().unwrap();
            api.patch(&t.cx, &one, version, json!({"unit": "MPa"})).await.ok(200);
            api.patch(&t.cx, &one, version, json!({"unit": "kPa"})).await.refused(412, "stale");
            api.get(&t.other, &path).await.refused(404, "not_found");
            api.get(&t.other, &format!("{one}/readings")).await.refused(404, "not_found");
            api.post(&t.other, &format!("{one}/readings"), json!({"value": 1})).await.refused(404, "not_found");
        }
    }
}
