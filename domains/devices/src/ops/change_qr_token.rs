//! Giving a device a new QR code; labels with the old one lead nowhere from then on.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Device, DeviceError, DeviceView,
    api::DevicePath,
    model::new_qr_token,
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
            let qr_token = new_qr_token(tx.cx().world());
            let after = write(tx, &before, Device { qr_token, ..before.clone() }, "device.qr_token_changed").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}

#[cfg(test)]
mod tests {
    use kernel::{Context, TenantId};
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_code_leads_to_its_company_until_it_is_changed_or_the_device_put_away {
            let api = api(t);
            let platform = Context::system(t.world.clone(), TenantId::SYSTEM);
            let found = async |token: String| {
                t.db.read(&platform, async move |r: &mut db::Read<'_>| crate::by_qr_token(r, &token).await).await.unwrap()
            };
            let token = |json: &serde_json::Value| json["qr_token"].as_str().unwrap().to_owned();
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let elsewhere = api.post(&t.other, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let path = format!("/api/v1/devices/{}", made.id());
            let (tenant, device) = found(token(&made.json)).await.unwrap();
            assert_eq!((tenant, device.id.to_string()), (t.cx.tenant(), made.id()));
            assert_eq!(found(token(&elsewhere.json)).await.unwrap().0, t.other.tenant());
            // A company's own context sees no other company's code.
            let foreign = token(&elsewhere.json);
            if t.db.engine() == db::Engine::Postgres {
                let hidden = t.db.read(&t.cx, async move |r: &mut db::Read<'_>| crate::by_qr_token(r, &foreign).await).await.unwrap();
                assert!(hidden.is_none());
            }
            api.act(&t.cx, &format!("{path}/qr-token"), 9).await.refused(412, "stale");
            let changed = api.act(&t.cx, &format!("{path}/qr-token"), 1).await.ok(200);
            assert!(found(token(&made.json)).await.is_none());
            assert!(found(token(&changed.json)).await.is_some());
            let events = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!((&events.json["items"][0]["kind"], &events.json["items"][0]["data"]), (&json!("device.qr_token_changed"), &json!({})));
            api.act(&t.cx, &format!("{path}/archive"), 2).await.ok(200);
            assert!(found(token(&changed.json)).await.is_none());
            assert!(found("nonsense".to_owned()).await.is_none());
        }
    }
}
