//! What ends soon, and which of it has been offered to go on: each end once.

use db::{DbError, Query, Tx, list::ListPage};
use http_api::{ListParams, Problem};
use kernel::Uuid;
use objects::Date;

use crate::store;

db::choice! {
    /// What ends.
    pub enum RenewalKind {
        /// The factory warranty of a device that nothing else covers afterwards.
        Warranty = "warranty",
        /// A contract.
        Contract = "contract",
    }
}

/// Something that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The device's or the contract's id.
    pub id: Uuid,
    /// What ends.
    pub kind: RenewalKind,
    /// The device whose warranty ends.
    pub device_id: Option<Uuid>,
    /// The contract that ends.
    pub contract_id: Option<Uuid>,
    /// The device's serial number, or the contract's number and name.
    pub name: String,
    /// Whose it is.
    pub customer_id: Option<Uuid>,
    /// What the device is.
    pub product_id: Option<Uuid>,
    /// When the device was installed, or else sold; when the contract began.
    pub began_on: Option<Date>,
    /// The last day.
    pub ends_on: Date,
    /// The lead that offers to go on.
    pub offered_order_id: Option<Uuid>,
    /// Its number.
    pub offered_order_number: Option<String>,
}

db::record!(Ending {
    id,
    kind,
    device_id,
    contract_id,
    name,
    customer_id,
    product_id,
    began_on,
    ends_on,
    offered_order_id,
    offered_order_number,
});

/// The lead that offers to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalOffer {
    /// The lead.
    pub order_id: Uuid,
    /// Its number.
    pub order_number: String,
}

db::record!(RenewalOffer { order_id, order_number });

/// A page of what ends on this day or later, the soonest first unless another order is asked for. Warranties are those
/// of devices, contracts those that the caller reaches.
pub async fn page(q: &mut impl Query, params: &ListParams, from: Date) -> Result<ListPage<Ending>, Problem> {
    store::renewals::page(q, params, from).await
}

/// The offer for the end of this device's warranty or this contract, if one was made.
pub async fn offer(q: &mut impl Query, subject: Uuid, ends_on: Date) -> Result<Option<RenewalOffer>, DbError> {
    store::renewals::offer(q, subject, ends_on).await
}

/// Notes an offer; a second one for the same end fails, so that there is one.
pub async fn offered(
    tx: &mut Tx<'_>,
    kind: RenewalKind,
    (subject, ends_on): (Uuid, Date),
    order: (Uuid, &str),
) -> Result<(), DbError> {
    let of = match kind {
        RenewalKind::Warranty => "device",
        RenewalKind::Contract => "contract",
    };
    let reference = format!("{of}:{subject}:{ends_on}");
    store::renewals::note_offer(tx, &reference, (subject, ends_on), order).await
}
