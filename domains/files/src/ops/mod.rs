//! One operation a file.

pub mod get;
pub mod read;
pub mod upload;

use kernel::Uuid;
use schemars::JsonSchema;
use serde::Deserialize;

/// Names one file.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct FilePath {
    /// The file's id.
    pub id: Uuid,
}
