//! Ids, clock, money, paging and the context every operation carries.
//!
//! The kernel imports nothing of ours; everything else imports it. Time, ids and
//! randomness come from here through a [`Context`], so that tests and replays are exact.

mod context;
mod money;
mod paging;
mod time;
mod world;

pub use context::{Actor, ActorKind, Context, Grants, RequestInfo, Scope};
pub use money::{Currency, Money, MoneyError};
pub use paging::{Cursor, CursorError, Page};
pub use time::{Timestamp, TimestampError};
pub use uuid::Uuid;
pub use world::{Clock, ManualClock, SystemClock, World};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The company a row belongs to; first in every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TenantId(pub Uuid);

impl TenantId {
    /// The pseudo-tenant of platform work that belongs to no company (job leasing, event cursors).
    pub const SYSTEM: Self = Self(Uuid::nil());
}

impl std::fmt::Display for TenantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
