//! Devices as rows of a table: what import, export and bulk changes call, by the same rules as the operations.

use authz::permissions::DEVICES_READ;
use db::{Query, Tx, list::ListPage};
use http_api::{IfMatch, ListParams, Problem};
use kernel::{Page, Uuid};
use objects::{Numbers, listing};

use crate::{
    Device, DeviceChange, DeviceError, DeviceView, NewDevice,
    ops::{
        create::register,
        update::{read, write},
    },
    references::views,
    store,
};

/// A page of the devices that the caller sees.
pub async fn page(q: &mut impl Query, params: &ListParams) -> Result<ListPage<DeviceView>, Problem> {
    let scope = store::scope(q.cx(), DEVICES_READ);
    let found: ListPage<Device> = listing::page_with_own(q, &store::LISTING, "device", params, vec![scope]).await?;
    let items = views(q, found.page.items).await?;
    let page = Page { items, next_cursor: found.page.next_cursor };
    Ok(ListPage { page, total: found.total, total_is_lower_bound: found.total_is_lower_bound })
}

/// Registers a device; `numbers` were taken before, when own fields are sent.
pub async fn create(tx: &mut Tx<'_>, new: NewDevice, numbers: &Numbers) -> Result<Device, DeviceError> {
    Ok(register(tx, new, numbers).await?.0)
}

/// Changes a device that has this version and that the caller may change.
pub async fn update(tx: &mut Tx<'_>, id: Uuid, version: i64, body: DeviceChange) -> Result<Device, DeviceError> {
    Ok(crate::ops::update::update(tx, id, IfMatch(version), body).await?.device)
}

/// Puts a device of this version away, or takes it back.
pub async fn put_away(tx: &mut Tx<'_>, id: Uuid, version: i64, away: bool) -> Result<Device, DeviceError> {
    let before = read(tx, id, IfMatch(version)).await?;
    let (kind, now) = if away { ("device.archived", Some(tx.cx().now())) } else { ("device.restored", None) };
    let archived_at = now.map(|now| before.archived_at.unwrap_or(now));
    write(tx, &before, Device { archived_at, ..before.clone() }, kind).await
}
