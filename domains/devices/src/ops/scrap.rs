//! Scrapping a device, and taking that back.

use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use objects::{Checks, Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Device, DeviceError, DeviceStatus, DeviceView,
    api::DevicePath,
    ops::update::{read, write},
    references::view,
};

/// When and why a device is gone for good.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scrap {
    /// On which day.
    on: Date,
    /// Why.
    reason: String,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    expected: IfMatch,
    Body(body): Body<Scrap>,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
            let before = read(tx, path.id, expected).await?;
            let mut checks = Checks::new();
            let reason = checks.name("/reason", &body.reason);
            checks.finish()?;
            let altered = Device {
                status: DeviceStatus::Scrapped,
                scrapped_on: Some(body.on),
                scrap_reason: Some(reason),
                ..before.clone()
            };
            let after = write(tx, &before, altered, "device.scrapped").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}

pub(crate) async fn undo(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    expected: IfMatch,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
            let before = read(tx, path.id, expected).await?;
            let status = match before.status {
                DeviceStatus::Scrapped => DeviceStatus::InService,
                other => other,
            };
            let altered = Device { status, scrapped_on: None, scrap_reason: None, ..before.clone() };
            let after = write(tx, &before, altered, "device.unscrapped").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_scrapped_device_says_when_and_why_until_it_is_taken_back {
            let api = api(t);
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let path = format!("/api/v1/devices/{}", device.id());
            let scrap = format!("{path}/scrap");
            let send = async |body| api.send(&t.cx, Method::POST, &scrap, &[("if-match", "\"1\"")], Some(body)).await;
            assert_eq!(send(json!({"on": "2026-03-01", "reason": " "})).await.errors(), ["/reason required"]);
            let gone = send(json!({"on": "2026-03-01", "reason": "烧毁"})).await.ok(200);
            assert_eq!([&gone.json["status"], &gone.json["scrapped_on"], &gone.json["scrap_reason"]],
                [&json!("scrapped"), &json!("2026-03-01"), &json!("烧毁")]);
            send(json!({"on": "2026-03-01", "reason": "x"})).await.refused(412, "stale");
            api.act(&t.other, &format!("{path}/unscrap"), 2).await.refused(404, "not_found");
            let back = api.act(&t.cx, &format!("{path}/unscrap"), 2).await.ok(200);
            assert_eq!([&back.json["status"], &back.json["scrapped_on"]], [&json!("in_service"), &json!(null)]);
            let again = api.patch(&t.cx, &path, 3, json!({"status": "scrapped"})).await.ok(200);
            assert_eq!(again.json["scrapped_on"], json!("2026-03-02"));
            let back = api.patch(&t.cx, &path, 4, json!({"status": "stopped"})).await.ok(200);
            assert_eq!(back.json["scrapped_on"], json!(null));
        }
    }
}
