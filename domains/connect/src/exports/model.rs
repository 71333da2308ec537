//! An export as it stands in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use identity::Locale;
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// Where an export stands.
    pub enum ExportState {
        /// It waits for a worker.
        Queued = "queued",
        /// Rows are being written.
        Running = "running",
        /// The file can be fetched.
        Done = "done",
        /// It could not be made.
        Failed = "failed",
    }
}

db::choice! {
    /// How the file is made.
    pub enum ExportFormat {
        /// Text in UTF-8 with commas.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
    }
}

/// Export a list as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// The list, as its address names it: `tickets`, `records/vehicle`.
    pub list: String,
    /// CSV or a workbook.
    pub format: ExportFormat,
    /// The fields that become columns, in order; 1 to 300.
    #[schemars(length(min = 1, max = 300))]
    pub columns: Vec<String>,
    /// Only records that pass this condition tree.
    #[serde(default)]
    pub filter: Option<serde_json::Map<String, serde_json::Value>>,
    /// A field to sort by, such as `-created_at`.
    #[serde(default)]
    pub sort: Option<String>,
    /// Words to search for.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub q: Option<String>,
    /// Archived records instead of the others.
    #[serde(default)]
    pub archived: bool,
    /// The language of headers and labels.
    pub locale: Locale,
}

/// The export as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredExport {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: Uuid,
    pub list: String,
    pub format: String,
    pub request: Json<serde_json::Value>,
    pub state: ExportState,
    pub rows_done: i64,
    pub total: Option<i64>,
    pub file_id: Option<Uuid>,
    pub file_name: Option<String>,
    pub file_size: Option<i64>,
    pub failure: Option<String>,
    pub expires_at: Timestamp,
}

db::record!(StoredExport {
    id,
    version,
    created_at,
    updated_at,
    created_by,
    list,
    format,
    request,
    state,
    rows_done,
    total,
    file_id,
    file_name,
    file_size,
    failure,
    expires_at,
});

/// A file that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportFile {
    /// The name to save it under.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Export {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises when it ends.
    pub version: i64,
    /// The list.
    pub list: String,
    /// CSV or a workbook.
    pub format: String,
    /// Where it stands.
    pub state: ExportState,
    /// Rows written so far.
    pub rows: i64,
    /// Rows in all, once that is known; a long list is counted only up to 10,000 beforehand.
    pub total: Option<i64>,
    /// The file, once it is done.
    pub file: Option<ExportFile>,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when the file can be fetched.
    pub expires_at: Timestamp,
}

impl From<StoredExport> for Export {
    fn from(stored: StoredExport) -> Self {
        Self {
            id: stored.id,
            version: stored.version,
            list: stored.list,
            format: stored.format,
            state: stored.state,
            rows: stored.rows_done,
            total: stored.total,
            file: stored.file_name.zip(stored.file_size).map(|(name, size)| ExportFile { name, size }),
            failure: stored.failure,
            created_at: stored.created_at,
            expires_at: stored.expires_at,
        }
    }
}

impl HasVersion for Export {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Export {
    fn location(&self) -> String {
        format!("/api/v1/exports/{}", self.id)
    }
}
