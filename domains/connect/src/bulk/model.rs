//! A bulk change as it stands in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::values::Reasons;

db::choice! {
    /// Where a bulk change stands.
    pub enum BulkState {
        /// It waits for a worker.
        Queued = "queued",
        /// Records are being changed.
        Running = "running",
        /// Every record was changed or left as it is.
        Done = "done",
        /// It could not go on.
        Failed = "failed",
        /// It is being taken back.
        Undoing = "undoing",
        /// It was taken back.
        Undone = "undone",
    }
}

db::choice! {
    /// Where one record of a bulk change stands.
    pub enum RowState {
        /// Not looked at yet.
        Waiting = "waiting",
        /// Changed.
        Changed = "changed",
        /// Says so already.
        Skipped = "skipped",
        /// Refused.
        Failed = "failed",
        /// Taken back.
        Undone = "undone",
        /// Somebody changed it since, so that it stays.
        Kept = "kept",
    }
}

/// What is done with each record: exactly one of the three.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BulkAction {
    /// Fields and their new values, as the list's records have them; null empties a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<Map<String, Value>>,
    /// True to put the records away.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archive: bool,
    /// True to take them back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restore: bool,
}

/// Change many records of a list: those with these ids, or those that pass the filter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulk {
    /// The list, as its address names it.
    pub list: String,
    /// The records, at most 10,000.
    #[serde(default)]
    #[schemars(length(max = 10000))]
    pub ids: Option<Vec<Uuid>>,
    /// A condition tree; together they may pass at most 10,000 records.
    #[serde(default)]
    pub filter: Option<Map<String, Value>>,
    /// Words to search for.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub q: Option<String>,
    /// What is done.
    pub action: BulkAction,
}

/// What would change in a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkDifference {
    /// The record.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// The field; null when the record is put away or taken back.
    pub field: Option<String>,
    /// What it says, in words.
    pub from: String,
    /// What it would say, in words.
    pub to: String,
}

/// Why a record stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BulkRefusal {
    /// The record.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// Why, in the caller's language.
    pub reason: String,
}

/// What a bulk change would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkPreview {
    /// Records chosen.
    pub count: i64,
    /// Of these so many, the first ones, were tried.
    pub tried: i64,
    /// What would change in the first 20.
    pub changes: Vec<BulkDifference>,
    /// Records that would be refused, the first 20.
    pub blocked: Vec<BulkRefusal>,
    /// How many of those tried would be refused.
    pub blocked_count: i64,
}

/// A bulk change as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredBulk {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: Uuid,
    pub created_by_name: String,
    pub list: String,
    pub action: Json<BulkAction>,
    pub state: BulkState,
    pub total: i64,
    pub done: i64,
    pub changed: i64,
    pub skipped: i64,
    pub undone: i64,
    pub failure: Option<String>,
}

db::record!(StoredBulk {
    id,
    version,
    created_at,
    updated_at,
    created_by,
    created_by_name,
    list,
    action,
    state,
    total,
    done,
    changed,
    skipped,
    undone,
    failure,
});

/// One record of it.
#[derive(Debug, Clone)]
pub(crate) struct StoredBulkRow {
    pub position: i64,
    pub record_id: Uuid,
    pub title: String,
    pub state: RowState,
    pub before: Json<Map<String, Value>>,
    pub after: Json<Map<String, Value>>,
    pub reasons: Json<Reasons>,
}

db::record!(StoredBulkRow { position, record_id, title, state, before, after, reasons });

/// A bulk change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkRun {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change of its state.
    pub version: i64,
    /// The list.
    pub list: String,
    /// What is done.
    pub action: BulkAction,
    /// Where it stands.
    pub state: BulkState,
    /// Records chosen.
    pub total: i64,
    /// Records dealt with.
    pub done: i64,
    /// Records changed.
    pub changed: i64,
    /// Records that said so already.
    pub skipped: i64,
    /// Records taken back.
    pub undone: i64,
    /// Records that were refused, the first 100; after an undo those that stayed too.
    pub errors: Vec<BulkRefusal>,
    /// Why it could not go on.
    pub failure: Option<String>,
    /// Whether it can be taken back.
    pub can_undo: bool,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Who asked for it.
    pub created_by: Uuid,
    /// Their name.
    pub created_by_name: String,
}

impl StoredBulk {
    /// Whether it can be taken back.
    pub const fn can_undo(&self) -> bool {
        matches!(self.state, BulkState::Done | BulkState::Failed) && self.changed > 0
    }

    /// As callers see it.
    pub fn view(self, errors: Vec<BulkRefusal>) -> BulkRun {
        BulkRun {
            can_undo: self.can_undo(),
            id: self.id,
            version: self.version,
            list: self.list,
            action: self.action.0,
            state: self.state,
            total: self.total,
            done: self.done,
            changed: self.changed,
            skipped: self.skipped,
            undone: self.undone,
            errors,
            failure: self.failure,
            created_at: self.created_at,
            created_by: self.created_by,
            created_by_name: self.created_by_name,
        }
    }
}

impl HasVersion for BulkRun {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for BulkRun {
    fn location(&self) -> String {
        format!("/api/v1/bulk/{}", self.id)
    }
}
