//! Customers that may be one and the same, and why.

use std::collections::{BTreeMap, BTreeSet};

use db::{DbError, Query, list::Fragment};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Address, Customer, CustomerBelongings, store};

db::choice! {
    /// Why two customers may be one.
    pub enum Likeness {
        /// They share a telephone number, their own or a contact's.
        Phone = "phone",
        /// Their names differ in spaces, signs or legal form at most.
        Name = "name",
        /// They have the same street and number.
        Address = "address",
    }
}

const REASONS: [Likeness; 3] = [Likeness::Phone, Likeness::Name, Likeness::Address];

/// As much of a customer as tells it from its doubles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Double {
    /// The customer.
    pub id: Uuid,
    /// For the merge.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Its first number.
    pub phone: Option<String>,
    /// Where it is.
    pub address: Address,
    /// How many tickets it has.
    pub tickets: i64,
    /// How many devices it has.
    pub devices: i64,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Customers that may be one and the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Doubles {
    /// Why.
    pub reason: Vec<Likeness>,
    /// Who: the one with most devices and tickets first.
    pub customers: Vec<Double>,
}

/// Groups of customers within `scope` that share something, those with most reasons first; at most `limit`.
pub(crate) async fn groups(
    q: &mut impl Query,
    belongings: &CustomerBelongings,
    scope: &Fragment,
    limit: usize,
) -> Result<Vec<Doubles>, DbError> {
    let mut sets: BTreeMap<BTreeSet<Uuid>, BTreeSet<usize>> = BTreeMap::new();
    for (place, reason) in REASONS.into_iter().enumerate() {
        let mut by_value: BTreeMap<String, BTreeSet<Uuid>> = BTreeMap::new();
        // More than are wanted, because some may lie outside the caller's reach.
        for (value, customer) in store::duplicates::shared(q, reason, limit * 2).await? {
            by_value.entry(value).or_default().insert(customer);
        }
        for set in by_value.into_values() {
            sets.entry(set).or_default().insert(place);
        }
    }
    let reasons = |places: &BTreeSet<usize>| places.iter().map(|place| REASONS[*place]).collect::<Vec<_>>();
    let mut groups: Vec<(BTreeSet<Uuid>, Vec<Likeness>)> =
        sets.iter().map(|(set, places)| (set.clone(), reasons(places))).collect();
    // The strongest first: several reasons, then number, name, address.
    groups.sort_by_key(|(set, reason)| {
        let weakest = REASONS.iter().position(|known| Some(known) == reason.first());
        (std::cmp::Reverse(reason.len()), weakest, set.first().copied())
    });
    let ids: BTreeSet<Uuid> = groups.iter().flat_map(|(set, _)| set.iter().copied()).collect();
    let known = doubles(q, belongings, scope, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut answer = Vec::new();
    for (set, reason) in groups {
        let mut customers: Vec<Double> = set.iter().filter_map(|id| known.get(id).cloned()).collect();
        if customers.len() < 2 {
            continue;
        }
        customers.sort_by_key(|one| (std::cmp::Reverse(one.devices + one.tickets), one.created_at, one.id));
        answer.push(Doubles { reason, customers });
        if answer.len() == limit {
            break;
        }
    }
    Ok(answer)
}

/// The customers within `scope` that share something with this one, each with the reasons.
pub(crate) async fn of_customer(
    q: &mut impl Query,
    belongings: &CustomerBelongings,
    scope: &Fragment,
    customer: &Customer,
) -> Result<Vec<Doubles>, DbError> {
    let mut found: BTreeMap<Uuid, Vec<Likeness>> = BTreeMap::new();
    for reason in REASONS {
        for other in store::duplicates::sharing(q, reason, customer).await? {
            found.entry(other).or_default().push(reason);
        }
    }
    let ids: Vec<Uuid> = found.keys().copied().collect();
    let known = doubles(q, belongings, scope, &ids).await?;
    let mut answer: Vec<Doubles> = found
        .into_iter()
        .filter_map(|(id, reason)| Some(Doubles { reason, customers: vec![known.get(&id)?.clone()] }))
        .collect();
    answer.sort_by_key(|double| std::cmp::Reverse(double.reason.len()));
    Ok(answer)
}

async fn doubles(
    q: &mut impl Query,
    belongings: &CustomerBelongings,
    scope: &Fragment,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Double>, DbError> {
    let customers = store::duplicates::within(q, ids, scope).await?;
    let seen: Vec<Uuid> = customers.iter().map(|customer| customer.id).collect();
    let counts = belongings.counts(q, &seen, Some(&["tickets", "devices"])).await?;
    let count = |name: &str, id: Uuid| counts.get(name).and_then(|counts| counts.get(&id)).copied().unwrap_or(0);
    let double = |customer: Customer| Double {
        id: customer.id,
        version: customer.version,
        tickets: count("tickets", customer.id),
        devices: count("devices", customer.id),
        name: customer.name,
        phone: customer.phone,
        address: customer.address.0,
        created_at: customer.created_at,
        updated_at: customer.updated_at,
    };
    Ok(customers.into_iter().map(|customer| (customer.id, double(customer))).collect())
}
