//! Showing one device. Its tests stand with registering one.

use authz::permissions::DEVICES_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{DeviceError, DeviceView, api::DevicePath, references::view, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
) -> Result<Versioned<DeviceView>, Problem> {
    let device = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<DeviceView, DeviceError> {
            let device = store::reached(r, DEVICES_READ, path.id).await?;
            Ok(view(r, device).await?)
        })
        .await?;
    Ok(Versioned(device))
}
