//! The shared vectors: what must become of what was sent. Read by the tests of Rust and TypeScript.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Catalogue, Form, Map};

/// The file `engines/forms/vectors/forms.json`.
pub const JSON: &str = include_str!("../vectors/forms.json");

/// The catalogues and forms by name, and the cases over them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// Catalogues by name; all are free of defects.
    pub catalogues: BTreeMap<String, Catalogue>,
    /// Forms by name; all are free of defects.
    pub forms: BTreeMap<String, Form>,
    /// The cases.
    pub cases: Vec<Vector>,
}

/// What was sent, and what must become of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What it shows; no two share a name.
    pub name: String,
    /// The catalogue's name.
    pub catalogue: String,
    /// The form's name, if it was filled in with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The roles of who sent it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Now, RFC 3339; its offset gives local dates.
    pub at: String,
    /// The record as it was; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Map>,
    /// What was sent.
    pub input: Map,
    /// The record that must come out.
    pub record: Map,
    /// Pointers and codes of the problems, in their order.
    pub problems: Vec<(String, String)>,
}

/// All vectors.
///
/// # Errors
/// When the file doesn't have the shape above.
pub fn all() -> Result<Vectors, serde_json::Error> {
    serde_json::from_str(JSON)
}
