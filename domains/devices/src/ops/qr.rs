//! A device's QR code as a picture.

use authz::permissions::DEVICES_READ;
use db::Read;
use http_api::{
    Answer, App, Caller, Download, OperationDoc, Path, Problem, State,
    axum::response::{IntoResponse, Response},
};
use qrcode::{QrCode, render::svg};

use crate::{Device, DeviceError, api::DevicePath, model::qr_url, store};

/// A picture in SVG.
#[derive(Debug)]
pub(crate) struct Svg {
    file_name: String,
    text: String,
}

impl IntoResponse for Svg {
    fn into_response(self) -> Response {
        Download::inline("image/svg+xml", self.text).named(self.file_name).into_response()
    }
}

impl Answer for Svg {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.answer(200, "The picture.", "image/svg+xml", serde_json::json!({ "type": "string" }));
    }
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
) -> Result<Svg, Problem> {
    let device = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Device, DeviceError> {
            store::reached(r, DEVICES_READ, path.id).await
        })
        .await?;
    let text = qr_svg(&qr_url(&app.settings().public_url, &device.qr_token)).ok_or(DeviceError::AddressTooLong)?;
    Ok(Svg { file_name: format!("{}.svg", device.serial_number), text })
}

/// An address as a QR code in SVG, with a quiet zone; `None` when it is too long for one.
pub fn qr_svg(url: &str) -> Option<String> {
    let code = QrCode::new(url).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| the_picture_holds_the_public_address {
            let api = api(t);
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let picture = api.get(&t.cx, &format!("/api/v1/devices/{}/qr.svg", made.id())).await.ok(200);
            assert_eq!(picture.headers["content-type"], "image/svg+xml");
            let url = qr_url("http://localhost:8080", made.json["qr_token"].as_str().unwrap());
            assert_eq!(Some(String::from_utf8(picture.bytes.to_vec()).unwrap()), qr_svg(&url));
        }
    }

    #[test]
    fn an_address_too_long_for_a_code_is_refused() {
        assert!(qr_svg(&"x".repeat(5_000)).is_none());
    }
}
