//! What devices cost us: work, ways and parts of all their jobs, at the costs of the price list and of the parts used.

use std::collections::HashMap;

use db::{DbError, Query};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Exact, model::PriceKind, prices::Prices};

/// What a device cost us, in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DeviceCost {
    /// ISO 4217 code.
    pub currency: String,
    /// Work at the customer's; added up before it is rounded.
    pub labour_minor: i64,
    /// Ways.
    pub travel_minor: i64,
    /// Parts; those in another currency are not in it.
    pub parts_minor: i64,
    /// All of it.
    pub total_minor: i64,
    /// Pieces used.
    pub pieces: i64,
}

/// What these devices cost us since an instant, by device; those that cost nothing are there too.
pub async fn costs_of_devices(
    q: &mut impl Query,
    device_ids: &[Uuid],
    since: Timestamp,
) -> Result<HashMap<Uuid, DeviceCost>, DbError> {
    let prices = Prices::load(q).await?;
    let nothing = DeviceCost { currency: prices.currency().to_owned(), ..DeviceCost::default() };
    let mut costs: HashMap<Uuid, DeviceCost> = device_ids.iter().map(|id| (*id, nothing.clone())).collect();
    for ids in device_ids.chunks(500) {
        for (id, visits, minutes) in visits::work_of_devices(q, ids, since).await? {
            let Some(cost) = costs.get_mut(&id) else { continue };
            let hour = prices.of(PriceKind::LabourHour).unit_cost_minor;
            cost.labour_minor = Exact::hours(minutes).times(hour).unwrap_or(i64::MAX);
            cost.travel_minor = visits.saturating_mul(prices.of(PriceKind::TravelVisit).unit_cost_minor);
        }
        for (id, parts_minor, pieces) in inventory::parts_of_devices(q, ids, since, prices.currency()).await? {
            let Some(cost) = costs.get_mut(&id) else { continue };
            (cost.parts_minor, cost.pieces) = (parts_minor, pieces);
        }
    }
    for cost in costs.values_mut() {
        cost.total_minor = cost.labour_minor.saturating_add(cost.travel_minor).saturating_add(cost.parts_minor);
    }
    Ok(costs)
}
