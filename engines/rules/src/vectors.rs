//! The shared vectors: what every reader of conditions must answer. Read by the tests of Rust, SQL and TypeScript.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::FieldType;

/// The file `engines/rules/vectors/conditions.json`: a list of [`Vector`]s.
pub const JSON: &str = include_str!("../vectors/conditions.json");

/// One condition, one record, and the answer or the mistake.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What it shows; no two share a name.
    pub name: String,
    /// The fields that exist.
    pub fields: BTreeMap<String, FieldType>,
    /// The condition, right or wrong.
    pub condition: Value,
    /// The record's fields; those that stand nowhere are missing.
    pub record: Value,
    /// Now, RFC 3339; its offset gives local dates.
    pub at: String,
    /// The answer of a right condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<bool>,
    /// Where a wrong condition is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_pointer: Option<String>,
    /// The stable code of the mistake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}

/// All vectors.
///
/// # Errors
/// When the file doesn't have the shape above.
pub fn all() -> Result<Vec<Vector>, serde_json::Error> {
    serde_json::from_str(JSON)
}
