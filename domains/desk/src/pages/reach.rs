//! What these pages share: tickets within reach, devices with their cover.

use authz::{allows, permissions as p};
use contracts::Verdict;
use db::{
    Query,
    list::{Fragment, ListQuery},
};
use devices::{Device, DeviceView};
use http_api::{Problem, scope_condition};
use kernel::Uuid;
use objects::Date;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::Ticket;

/// Devices shown of one customer at most.
pub const MOST_DEVICES: usize = 50;

/// A device and whether it is covered today.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CoveredDevice {
    /// The device with the names of what it refers to.
    #[serde(flatten)]
    pub device: DeviceView,
    /// Whether it is covered today, and why.
    pub warranty: Verdict,
}

/// The newest tickets for which `condition` holds, as far as the caller reaches; none without the permission.
pub async fn tickets_where(q: &mut impl Query, condition: Fragment, limit: usize) -> Result<Vec<Ticket>, Problem> {
    if !allows(q.cx(), p::TICKETS_READ) {
        return Ok(Vec::new());
    }
    let scope = scope_condition(q.cx(), p::TICKETS_READ, &tickets::SCOPE);
    let query = ListQuery { limit, conditions: vec![scope, condition], ..ListQuery::default() };
    let mut page = db::list::run::<Ticket>(q, &tickets::LISTING.list, &query).await?;
    tickets::own_fields(q, &mut page.page.items).await?;
    Ok(page.page.items)
}

/// Tickets that wait for work.
pub fn open_of(column: &str, id: Uuid) -> Fragment {
    Fragment::new(format!("{column} = $1 and status_category in ('new', 'open', 'waiting')"), vec![id.into()])
}

/// The device with its cover on this day.
pub async fn covered(q: &mut impl Query, device: Device) -> Result<CoveredDevice, Problem> {
    let today = Date::of(q.cx().now(), q.cx().zone());
    let warranty = contracts::verdict(q, &device, today).await?;
    Ok(CoveredDevice { device: devices::view(q, device).await?, warranty })
}

/// A customer's devices with their cover; none without the permission.
pub async fn devices_of(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<CoveredDevice>, Problem> {
    if !allows(q.cx(), p::DEVICES_READ) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for device in devices::of_customer(q, customer_id).await?.into_iter().take(limit) {
        // What lies outside the caller's reach is not there for them.
        if devices::reached(q, p::DEVICES_READ, device.id).await.is_ok() {
            all.push(covered(q, device).await?);
        }
    }
    Ok(all)
}
