//! The catalogue: the fields of one object.

use rules::{FieldType, Types};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::{FieldKind, is_false};

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The fields of one object, in the order in which people see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The object's key, such as `ticket` or `vehicle`.
    pub object: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Groups of fields that no two records may have alike; records where one is empty are not compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique_together: Vec<Vec<String>>,
}

/// One field, or one column of a sub-table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Stable id, `^[a-z][a-z0-9_]{0,39}$`; it never changes.
    pub id: String,
    /// What it holds.
    pub kind: FieldKind,
    /// What people see.
    pub label: Label,
    /// A sentence of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Label>,
    /// Whether a record must have it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// What a new record has when nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The same as a ZEN expression over `now`, `today`, `me` and the fields above this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_expression: Option<String>,
    /// Whether no two records may have the same value; the store sees to it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Whether only programs of the server set it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub read_only: bool,
    /// The condition under which it is shown; always, without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<Value>,
    /// The condition under which a record must have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_if: Option<Value>,
    /// Personal data: masked, and logged when revealed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub personal: bool,
    /// Whether lists can filter by it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub filterable: bool,
    /// Whether lists can sort by it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sortable: bool,
    /// Whether the search box finds it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub searchable: bool,
    /// Whether it is a column of reports.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reportable: bool,
    /// The roles that see it; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub see_roles: Vec<String>,
    /// The roles that edit it, if they see it; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edit_roles: Vec<String>,
    /// No longer in use; its data is kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
}

impl Field {
    /// The type by which conditions, lists and filters know it; `None` when it can't stand in a condition.
    pub const fn rule_type(&self) -> Option<FieldType> {
        self.kind.rule_type()
    }

    /// Whether somebody with these roles may see it.
    pub fn is_seen_by(&self, roles: &[String]) -> bool {
        allows(&self.see_roles, roles)
    }

    /// Whether somebody with these roles may set it: it takes input, is in use, and they see it.
    pub fn is_edited_by(&self, roles: &[String]) -> bool {
        self.takes_input() && self.is_seen_by(roles) && allows(&self.edit_roles, roles)
    }

    /// Whether anybody may set it at all.
    pub(crate) const fn takes_input(&self) -> bool {
        !self.retired && !self.read_only && !self.kind.is_computed()
    }
}

fn allows(wanted: &[String], roles: &[String]) -> bool {
    wanted.is_empty() || wanted.iter().any(|role| roles.contains(role))
}

impl Catalogue {
    /// The field of this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

/// The fields that conditions of the same level may name: a catalogue's, or a row's.
pub(crate) struct Level<'a>(pub &'a [Field]);

impl Types for Level<'_> {
    fn field_type(&self, id: &str) -> Option<FieldType> {
        self.0.iter().find(|field| field.id == id)?.rule_type()
    }
}

impl Types for Catalogue {
    fn field_type(&self, id: &str) -> Option<FieldType> {
        Level(&self.fields).field_type(id)
    }
}
