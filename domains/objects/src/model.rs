//! Objects with fields, their forms, and records of the objects that people define themselves.

use std::collections::BTreeMap;

use db::Json;
use forms::{Catalogue, Channel, Form, Label, Map};
use http_api::{HasLocation, HasVersion};
use kernel::{Scope, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{numbering::NumberFormat, store::computed::State};

/// Objects of one's own that a company may have.
pub const MAX_OBJECTS: usize = 200;
/// Forms that an object may have.
pub const MAX_FORMS: usize = 100;

/// Where an object stands in the menu.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Menu {
    /// Beside the built-in objects.
    #[default]
    Main,
    /// Among the less frequent ones.
    More,
    /// Nowhere; relations and addresses lead to it.
    Hidden,
}

impl Menu {
    /// The word in column and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::More => "more",
            Self::Hidden => "hidden",
        }
    }
}

impl db::FromColumn for Menu {
    fn from_lite(value: db::LiteValue<'_>) -> Result<Self, db::DbError> {
        String::from_lite(value).map(|word| Self::of(&word))
    }

    fn from_pg(ty: &db::PgType, raw: Option<&[u8]>) -> Result<Self, db::DbError> {
        String::from_pg(ty, raw).map(|word| Self::of(&word))
    }
}

impl Menu {
    fn of(word: &str) -> Self {
        match word {
            "more" => Self::More,
            "hidden" => Self::Hidden,
            _ => Self::Main,
        }
    }
}

/// How far a role reaches with each action on an object's records; null for not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleGrant {
    /// Seeing records.
    pub read: Option<Scope>,
    /// Making records.
    pub create: Option<Scope>,
    /// Changing, archiving and restoring records.
    pub update: Option<Scope>,
}

/// What each role may do with an object's records, by the role's key.
pub type RoleGrants = BTreeMap<String, RoleGrant>;

/// One object as its definition says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectDefinition {
    /// Stable key, such as `vehicle`.
    pub key: String,
    /// For events; nil for built-in objects.
    #[serde(skip)]
    pub id: Uuid,
    /// Rises with every change of the definition; 0 for built-in objects, which do not change.
    pub version: i64,
    /// Whether it came with the product.
    pub built_in: bool,
    /// What people call it.
    pub name: Json<Label>,
    /// The name of an icon.
    pub icon: Option<String>,
    /// Where it stands in the menu.
    pub menu: Menu,
    /// What stands before the number of a record.
    pub number_prefix: String,
    /// What stands between and behind it.
    pub number_format: Json<NumberFormat>,
    /// The field that names a record; without one the first text field does.
    pub title_field: Option<String>,
    /// What each role may do.
    pub roles: Json<RoleGrants>,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl db::FromRow for ObjectDefinition {
    fn from_row(row: &db::RowRef<'_>) -> Result<Self, db::DbError> {
        Ok(Self {
            key: row.get(0)?,
            id: row.get(1)?,
            version: row.get(2)?,
            built_in: false,
            name: row.get(3)?,
            icon: row.get(4)?,
            menu: row.get(5)?,
            number_prefix: row.get(6)?,
            number_format: row.get(7)?,
            title_field: row.get(8)?,
            roles: row.get(9)?,
            archived_at: row.get(10)?,
            created_at: row.get(11)?,
            updated_at: row.get(12)?,
        })
    }
}

impl HasVersion for ObjectDefinition {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for ObjectDefinition {
    fn location(&self) -> String {
        format!("/api/v1/objects/{}", self.key)
    }
}

/// What the caller may do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(clippy::struct_excessive_bools)] // four independent answers
pub struct May {
    /// Changing its definition, fields and forms.
    pub manage: bool,
    /// Seeing records.
    pub read: bool,
    /// Making records.
    pub create: bool,
    /// Changing records.
    pub update: bool,
}

/// One object in the list of objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectInfo {
    /// Stable key.
    pub key: String,
    /// Whether it came with the product.
    pub built_in: bool,
    /// What people call it.
    pub name: Label,
    /// The name of an icon.
    pub icon: Option<String>,
    /// Where it stands in the menu.
    pub menu: Menu,
    /// Whether it was put away.
    pub archived: bool,
    /// How many fields of its own are in use.
    pub fields: usize,
    /// The definition's version.
    pub version: i64,
    /// What the caller may do.
    pub may: May,
}

/// Every object the caller sees.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObjectList {
    /// Built-in objects first, then the others by key.
    pub items: Vec<ObjectInfo>,
}

/// Whether lists can use a field yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndexState {
    /// Lists filter and sort by it.
    Ready,
    /// Its values are still being gathered.
    Filling,
}

/// How far the index of one field is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldIndex {
    /// The field's id.
    pub field: String,
    /// Whether lists can use it.
    pub state: IndexState,
    /// Records gone through.
    pub done: i64,
    /// Records in all when it began.
    pub total: i64,
}

/// The fields of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldsView {
    /// The object's key.
    pub object: String,
    /// Rises with every change of the fields; 0 before the first.
    pub version: i64,
    /// The fields.
    pub catalogue: Catalogue,
    /// Fields that lists filter by, or will.
    pub index: Vec<FieldIndex>,
}

impl HasVersion for FieldsView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A form in the list of forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FormInfo {
    /// The form's id.
    pub id: Uuid,
    /// What people call it.
    pub name: Label,
    /// Who fills it in.
    pub channel: Channel,
    /// The roles that may use it; empty for everybody of the channel.
    pub roles: Vec<String>,
    /// Rises with every save.
    pub version: i64,
    /// The version in use; absent until it is published.
    pub published_version: Option<i64>,
    /// When it was put away; nobody is offered it since.
    pub archived_at: Option<Timestamp>,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// The forms of an object.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FormList {
    /// In their order: of those that fit somebody, the first is offered first.
    pub items: Vec<FormInfo>,
}

/// One form: its draft, or a published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FormView {
    /// The form's id.
    pub id: Uuid,
    /// The object's key.
    pub object: String,
    /// The form.
    pub form: Form,
    /// Rises with every save.
    pub version: i64,
    /// The version in use; absent until it is published.
    pub published_version: Option<i64>,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
}

impl HasVersion for FormView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for FormView {
    fn location(&self) -> String {
        format!("/api/v1/forms/{}", self.id)
    }
}

/// A form as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredForm {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub object: String,
    pub published_version: Option<i64>,
    pub archived_at: Option<Timestamp>,
    pub place: i64,
    pub draft: Json<Form>,
}

db::record!(StoredForm { id, version, created_at, updated_at, object, published_version, archived_at, place, draft });

impl StoredForm {
    /// As callers see it, with the draft or another version of it.
    pub fn view(self, form: Option<Form>) -> FormView {
        FormView {
            id: self.id,
            object: self.object,
            form: form.unwrap_or(self.draft.0),
            version: self.version,
            published_version: self.published_version,
            archived_at: self.archived_at,
        }
    }
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StoredRecord {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub archived_at: Option<Timestamp>,
    pub object: String,
    pub number: String,
    pub serial: i64,
    pub owner_id: Option<Uuid>,
    pub team_id: Option<Uuid>,
    pub region_id: Option<Uuid>,
    pub created_by: Option<Uuid>,
    pub ext: Json<Map>,
}

db::record!(StoredRecord {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    object,
    number,
    serial,
    owner_id,
    team_id,
    region_id,
    created_by,
    ext,
});

/// A record of an object that people defined themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// The record's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// The object's key.
    pub object: String,
    /// The number by which people call it.
    pub number: String,
    /// What names it in lists.
    pub title: String,
    /// Values by field id; what the caller may not see is left out, personal data masked.
    pub values: Map,
    /// The user who looks after it.
    pub owner_id: Option<Uuid>,
    /// The team it belongs to.
    pub team_id: Option<Uuid>,
    /// The region it belongs to.
    pub region_id: Option<Uuid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it.
    pub created_by: Option<Uuid>,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
    /// Fields that are being worked out in the background.
    pub computing: Vec<String>,
    /// Fields that could not be worked out; they have no value.
    pub faults: Vec<FieldFaultView>,
}

/// A field that could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldFaultView {
    /// The field's id.
    pub field: String,
    /// Stable code, for translation.
    pub code: String,
    /// A plain English sentence.
    pub message: String,
}

impl FieldFaultView {
    /// The fault in a field's state, if there is one.
    pub(crate) fn of(state: State) -> Option<Self> {
        Some(Self { field: state.field, code: state.code?, message: state.message.unwrap_or_default() })
    }
}

impl HasVersion for Record {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Record {
    fn location(&self) -> String {
        format!("/api/v1/records/{}/{}", self.object, self.id)
    }
}
