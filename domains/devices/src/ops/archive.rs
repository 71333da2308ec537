//! Putting a device away: it leaves the lists, keeps its history, and its QR code stops working.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Device, DeviceError, DeviceView,
    api::DevicePath,
    ops::update::{read, write},
    references::view,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    expected: IfMatch,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
            let before = read(tx, path.id, expected).await?;
            let archived_at = before.archived_at.or(Some(tx.cx().now()));
            let after = write(tx, &before, Device { archived_at, ..before.clone() }, "device.archived").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_device_goes_and_comes_back {
            let api = api(t);
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let path = format!("/api/v1/devices/{}", made.id());
            api.act(&t.cx, &format!("{path}/archive"), 2).await.refused(412, "stale");
            api.act(&t.cx, &format!("{path}/archive"), 1).await.ok(200);
            assert_eq!(api.get(&t.cx, "/api/v1/devices").await.json["items"], json!([]));
            assert_eq!(api.get(&t.cx, "/api/v1/devices?archived=true").await.column("serial_number"), ["A"]);
            api.act(&t.other, &format!("{path}/restore"), 2).await.refused(404, "not_found");
            let restored = api.act(&t.cx, &format!("{path}/restore"), 2).await.ok(200);
            assert_eq!(restored.json["archived_at"], json!(null));
            let kinds = api.get(&t.cx, &format!("{path}/timeline")).await.column("kind");
            assert_eq!(kinds, ["device.restored", "device.archived", "device.created"]);
        }
    }
}
