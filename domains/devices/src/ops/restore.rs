//! Taking a device back into the lists. Its tests stand with archiving.

use db::Tx;
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
            let after = write(tx, &before, Device { archived_at: None, ..before.clone() }, "device.restored").await?;
            Ok(view(tx, after).await?)
        })
        .await?;
    Ok(Versioned(device))
}
