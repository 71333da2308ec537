//! Which ends of warranties and contracts have been offered to go on: each of them once.

use db::{DbError, Query, Tx};
use kernel::Uuid;

use crate::store;

/// The lead that offers to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalOffer {
    /// The lead.
    pub order_id: Uuid,
    /// Its number.
    pub order_number: String,
}

db::record!(RenewalOffer { order_id, order_number });

/// The offer for this end, if one was made. `reference` names what ends and its last day.
pub async fn offer(q: &mut impl Query, reference: &str) -> Result<Option<RenewalOffer>, DbError> {
    store::plans::renewal_offer(q, reference).await
}

/// Notes an offer; a second one for the same end fails, so that there is one.
pub async fn offered(tx: &mut Tx<'_>, reference: &str, order_id: Uuid, order_number: &str) -> Result<(), DbError> {
    store::plans::note_renewal_offer(tx, reference, order_id, order_number).await
}
