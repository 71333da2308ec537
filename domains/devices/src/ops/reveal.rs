//! Showing one of a device's own fields that hold personal data.

use authz::permissions::DEVICES_READ;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{DeviceError, api::DevicePath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, DeviceError> {
            let device = store::reached(tx, DEVICES_READ, path.id).await?;
            Ok(objects::reveal(tx, "device", device.id, &device.serial_number, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
