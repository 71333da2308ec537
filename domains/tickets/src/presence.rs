//! Who has a ticket open at the moment, so that two people do not work on it unknowingly.

use std::collections::HashMap;

use kernel::{TenantId, Timestamp, Uuid};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long somebody counts as present after the last word.
const PRESENT_MICROS: i64 = 45_000_000;

/// Somebody who has the ticket open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Viewer {
    /// Their user id.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Last word.
    pub seen_at: Timestamp,
    /// Whether they are writing.
    pub editing: bool,
}

/// Viewers by ticket, in this process's memory: a hint, not a lock; a service.
#[derive(Debug, Default)]
pub struct Presence(Mutex<HashMap<(TenantId, Uuid), Vec<Viewer>>>);

impl Presence {
    /// Notes the viewer and answers who else is there.
    pub fn announce(&self, tenant: TenantId, ticket: Uuid, viewer: Viewer) -> Vec<Viewer> {
        let now = viewer.seen_at;
        let mut all = self.0.lock();
        if all.len() > 10_000 {
            all.retain(|_, viewers| viewers.iter().any(|other| now - other.seen_at < PRESENT_MICROS));
        }
        let viewers = all.entry((tenant, ticket)).or_default();
        viewers.retain(|other| other.user_id != viewer.user_id && now - other.seen_at < PRESENT_MICROS);
        let others = viewers.clone();
        viewers.push(viewer);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(n: u128, seconds: i64) -> Viewer {
        Viewer {
            user_id: Uuid::from_u128(n),
            name: "王芳".into(),
            seen_at: Timestamp::from_seconds(seconds),
            editing: false,
        }
    }

    #[test]
    fn others_are_seen_until_they_fall_silent() {
        let (presence, ticket) = (Presence::default(), Uuid::from_u128(9));
        assert!(presence.announce(TenantId::SYSTEM, ticket, viewer(1, 0)).is_empty());
        assert_eq!(presence.announce(TenantId::SYSTEM, ticket, viewer(2, 10)).len(), 1);
        assert_eq!(presence.announce(TenantId::SYSTEM, ticket, viewer(1, 20)), [viewer(2, 10)]);
        assert!(presence.announce(TenantId::SYSTEM, ticket, viewer(1, 60)).is_empty());
    }
}
