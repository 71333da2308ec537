//! A step from a phone that contradicts what happened meanwhile, kept until a person decides.

use http_api::HasVersion;
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::CommandKind;

db::choice! {
    /// Where a conflict stands.
    pub enum ConflictStatus {
        /// Waits for a decision.
        Open = "open",
        /// The step counts.
        Applied = "applied",
        /// The step does not count.
        Discarded = "discarded",
    }
}

db::choice! {
    /// What a person decides.
    pub enum Decision {
        /// The step counts, whatever happened meanwhile.
        Apply = "apply",
        /// The step does not count.
        Discard = "discard",
    }
}

/// A step that waits for a decision, or was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldConflict {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The command.
    pub client_id: Uuid,
    /// The visit.
    pub visit_id: Uuid,
    /// Its number.
    pub visit_number: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// What the phone reported.
    pub kind: CommandKind,
    /// With what details, as it came.
    pub payload: serde_json::Value,
    /// When, by the phone's clock.
    pub device_time: Timestamp,
    /// When, corrected.
    pub applied_at: Timestamp,
    /// What it contradicts, as a stable code such as `visit_reassigned`.
    pub code: String,
    /// The same in words.
    pub detail: String,
    /// Who sent it.
    pub sent_by: Uuid,
    /// Their name.
    pub sent_by_name: String,
    /// Who had the visit then.
    pub assignee_id: Option<Uuid>,
    /// Open or how it was decided.
    pub status: ConflictStatus,
    /// Who decided.
    pub resolved_by: Option<Uuid>,
    /// Their name.
    pub resolved_by_name: Option<String>,
    /// When.
    pub resolved_at: Option<Timestamp>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(FieldConflict {
    id,
    version,
    client_id,
    visit_id,
    visit_number,
    ticket_id,
    kind,
    payload,
    device_time,
    applied_at,
    code,
    detail,
    sent_by,
    sent_by_name,
    assignee_id,
    status,
    resolved_by,
    resolved_by_name,
    resolved_at,
    created_at,
    updated_at,
});

impl HasVersion for FieldConflict {
    fn version(&self) -> i64 {
        self.version
    }
}
