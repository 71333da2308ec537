//! An import as it stands in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// Where an import stands.
    pub enum ImportState {
        /// Columns are being mapped.
        Mapping = "mapping",
        /// Its lines are tried; nothing is written.
        Checking = "checking",
        /// All lines were tried.
        Checked = "checked",
        /// Its lines are written.
        Running = "running",
        /// All lines are written, skipped or rejected.
        Done = "done",
        /// It could not go on.
        Failed = "failed",
        /// Somebody stopped it; what was written stays until it is taken back.
        Cancelled = "cancelled",
        /// What it wrote is being taken back.
        Undoing = "undoing",
        /// What it wrote was taken back.
        Undone = "undone",
    }
}

db::choice! {
    /// What happens to a line whose record is there already.
    pub enum OnMatch {
        /// The record is changed.
        Update = "update",
        /// The line is left out.
        Skip = "skip",
    }
}

db::choice! {
    /// What happens to a line whose record is not there.
    pub enum OnMissing {
        /// The record is made.
        Create = "create",
        /// The line is left out.
        Skip = "skip",
    }
}

/// What a column of the file becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// The column, from 0.
    pub index: usize,
    /// The field it goes to; null leaves it out.
    #[serde(default)]
    pub field: Option<String>,
    /// By which field of the other list its records are named; the usual one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation_by: Option<String>,
    /// The form of its days and times, such as `DD/MM/YYYY`, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Whether customers (named by their name) and products (by their code) that are missing are made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create_missing: bool,
}

/// What becomes of the lines of a file. Empty cells leave a record's value as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The field by which records that are there are recognised; null makes a new record of every line.
    #[serde(rename = "match", default)]
    pub key: Option<String>,
    /// What happens to a line whose record is there.
    pub on_match: OnMatch,
    /// What happens to a line whose record is not there.
    pub on_missing: OnMissing,
    /// What the columns become.
    pub columns: Vec<ColumnMapping>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceColumn {
    /// Its place, from 0.
    pub index: usize,
    /// What stands in the first row.
    pub header: String,
    /// What its first cells say, five at most.
    pub samples: Vec<String>,
}

/// What was found in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub encoding: Option<String>,
    pub delimiter: Option<String>,
    pub sheet: Option<String>,
    pub sheets: Vec<String>,
    pub columns: Vec<SourceColumn>,
}

/// An import as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredImport {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: Uuid,
    pub created_by_name: String,
    pub list: String,
    pub file_id: Uuid,
    pub file_name: String,
    pub format: String,
    pub source: Json<Source>,
    pub mapping: Json<Mapping>,
    pub state: ImportState,
    pub total: i64,
    pub done: i64,
    pub created: i64,
    pub updated: i64,
    pub skipped: i64,
    pub rejected: i64,
    pub undone: i64,
    pub kept: i64,
    pub failure: Option<String>,
}

db::record!(StoredImport {
    id,
    version,
    created_at,
    updated_at,
    created_by,
    created_by_name,
    list,
    file_id,
    file_name,
    format,
    source,
    mapping,
    state,
    total,
    done,
    created,
    updated,
    skipped,
    rejected,
    undone,
    kept,
    failure,
});

/// What is wrong with a cell or a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportProblem {
    /// The line in the file, the header being the first.
    pub line: i64,
    /// The column's header, or the label of a field without a column; null for the line as a whole.
    pub column: Option<String>,
    /// What stands in the cell.
    pub value: String,
    /// What is wrong and what to do, in the caller's language.
    pub reason: String,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change of mapping and state.
    pub version: i64,
    /// The list.
    pub list: String,
    /// Where it stands.
    pub state: ImportState,
    /// The file's name.
    pub file_name: String,
    /// `csv` or `xlsx`.
    pub format: String,
    /// The encoding that was found; null for workbooks.
    pub encoding: Option<String>,
    /// What stands between columns; null for workbooks.
    pub delimiter: Option<String>,
    /// The workbook's sheets.
    pub sheets: Vec<String>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// The file's columns.
    pub columns: Vec<SourceColumn>,
    /// Lines in the file, the header not counted.
    pub rows: i64,
    /// What becomes of them.
    pub mapping: Mapping,
    /// Lines dealt with: created + updated + skipped + rejected.
    pub read: i64,
    /// Records made.
    pub created: i64,
    /// Records changed.
    pub updated: i64,
    /// Lines left out, or that say what is so already.
    pub skipped: i64,
    /// Lines that could not be taken.
    pub rejected: i64,
    /// Lines dealt with.
    pub done: i64,
    /// Lines in all.
    pub total: i64,
    /// Records taken back.
    pub undone: i64,
    /// Records that somebody changed since, and that therefore stay.
    pub kept: i64,
    /// Whether it can be taken back.
    pub can_undo: bool,
    /// What is wrong, the first 100; after an undo what stayed as it is.
    pub problems: Vec<ImportProblem>,
    /// Why it could not go on.
    pub failure: Option<String>,
    /// Who began it.
    pub created_by: Uuid,
    /// Their name.
    pub created_by_name: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl StoredImport {
    /// Whether what it wrote can be taken back.
    pub fn can_undo(&self) -> bool {
        let over = matches!(self.state, ImportState::Done | ImportState::Failed | ImportState::Cancelled);
        over && self.undone + self.kept == 0
    }

    /// As callers see it.
    pub fn view(self, problems: Vec<ImportProblem>) -> Import {
        let source = self.source.0.clone();
        Import {
            id: self.id,
            version: self.version,
            can_undo: self.can_undo(),
            list: self.list,
            state: self.state,
            file_name: self.file_name,
            format: self.format,
            encoding: source.encoding,
            delimiter: source.delimiter,
            sheets: source.sheets,
            sheet: source.sheet,
            columns: source.columns,
            rows: self.total,
            mapping: self.mapping.0,
            read: self.done,
            created: self.created,
            updated: self.updated,
            skipped: self.skipped,
            rejected: self.rejected,
            done: self.done,
            total: self.total,
            undone: self.undone,
            kept: self.kept,
            problems,
            failure: self.failure,
            created_by: self.created_by,
            created_by_name: self.created_by_name,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl HasVersion for Import {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Import {
    fn location(&self) -> String {
        format!("/api/v1/imports/{}", self.id)
    }
}
