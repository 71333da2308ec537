//! Processes to begin with; later domains register theirs and `app` puts them together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A process to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessTemplate")]
pub struct Template {
    /// Its short name, also the BPMN id of its process.
    pub key: String,
    /// In Chinese.
    pub label_zh: String,
    /// In English.
    pub label_en: String,
    /// The kind of object whose records it runs for.
    pub object: Option<String>,
    /// The type of these records.
    pub object_type: Option<String>,
    /// The BPMN 2.0 file.
    pub xml: String,
}

impl Template {
    /// A process for records of this kind and type.
    pub fn new(key: &str, labels: (&str, &str), object: &str, object_type: Option<&str>, xml: &str) -> Self {
        Self {
            key: key.to_owned(),
            label_zh: labels.0.to_owned(),
            label_en: labels.1.to_owned(),
            object: Some(object.to_owned()),
            object_type: object_type.map(str::to_owned),
            xml: xml.to_owned(),
        }
    }
}

/// All processes one can begin with.
#[derive(Debug, Clone, Default)]
pub struct Templates(pub Vec<Template>);
