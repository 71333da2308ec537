//! A saved view as it stands in the database and in the API.

use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// How the records are laid out.
    pub enum Layout {
        /// Rows and columns.
        Table = "table",
        /// Cards by stage.
        Board = "board",
        /// Cards by day.
        Calendar = "calendar",
        /// Cards with pictures.
        Gallery = "gallery",
        /// Marks on a map.
        Map = "map",
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    /// Which field it shows.
    pub field: String,
    /// How wide it is, 40 to 2,000 pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 40, max = 2000))]
    pub width: Option<u32>,
}

/// What a board goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardSettings {
    /// The field whose values are the lanes.
    pub by: String,
}

/// What a calendar goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    /// The field that says when a record begins.
    pub start: String,
    /// The field that says when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

/// What a gallery shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GallerySettings {
    /// The field with the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// What a map goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapSettings {
    /// The field that says where a record is.
    pub place: String,
}

/// How a list is looked at; everything has a default, so that `{}` is the plain table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ViewSettings {
    /// How the records are laid out.
    pub layout: Layout,
    /// The columns, in order, at most 100; empty for the list's own.
    #[schemars(length(max = 100))]
    pub columns: Vec<ViewColumn>,
    /// Fields to sort by, such as `-created_at`, at most 3.
    #[schemars(length(max = 3))]
    pub sort: Vec<String>,
    /// A condition tree; null for all records.
    pub filter: Option<serde_json::Map<String, serde_json::Value>>,
    /// The field that rows are grouped by.
    pub group_by: Option<String>,
    /// What a board goes by.
    pub board: Option<BoardSettings>,
    /// What a calendar goes by.
    pub calendar: Option<CalendarSettings>,
    /// What a gallery shows.
    pub gallery: Option<GallerySettings>,
    /// What a map goes by.
    pub map: Option<MapSettings>,
    /// Archived records instead of the others.
    pub archived: bool,
}

impl Default for ViewSettings {
    fn default() -> Self {
        Self {
            layout: Layout::Table,
            columns: Vec::new(),
            sort: Vec::new(),
            filter: None,
            group_by: None,
            board: None,
            calendar: None,
            gallery: None,
            map: None,
            archived: false,
        }
    }
}

/// A view as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StoredView {
    pub id: Uuid,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub list: String,
    pub name: String,
    pub owner_id: Uuid,
    pub owner_name: String,
    pub shared: bool,
    pub roles: Json<Vec<String>>,
    pub default_for: Json<Vec<String>>,
    pub settings: Json<ViewSettings>,
}

db::record!(StoredView {
    id,
    version,
    created_at,
    updated_at,
    list,
    name,
    owner_id,
    owner_name,
    shared,
    roles,
    default_for,
    settings,
});

impl StoredView {
    /// As `actor` sees it.
    pub fn view(self, actor: Uuid, default: bool) -> View {
        View {
            id: self.id,
            version: self.version,
            list: self.list,
            name: self.name,
            mine: self.owner_id == actor,
            owner_id: self.owner_id,
            owner_name: self.owner_name,
            shared: self.shared,
            roles: self.roles.0,
            default_for: self.default_for.0,
            default,
            settings: self.settings.0,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    /// Whether it is shared with somebody of these roles: named roles only, or everybody when none is named.
    pub fn is_shared_with(&self, roles: &[String]) -> bool {
        self.shared && (self.roles.0.is_empty() || self.roles.0.iter().any(|role| roles.contains(role)))
    }
}

/// A saved view of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// The view's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// The list, as its address names it: `tickets`, `records/vehicle`.
    pub list: String,
    /// What it is called.
    pub name: String,
    /// Who saved it.
    pub owner_id: Uuid,
    /// Their name at that moment.
    pub owner_name: String,
    /// Whether the caller saved it.
    pub mine: bool,
    /// Whether others see it.
    pub shared: bool,
    /// The roles it is shared with; empty for everybody.
    pub roles: Vec<String>,
    /// The roles for which it opens first.
    pub default_for: Vec<String>,
    /// Whether it opens first for the caller.
    pub default: bool,
    /// How the list is looked at.
    pub settings: ViewSettings,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl HasVersion for View {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for View {
    fn location(&self) -> String {
        format!("/api/v1/views/{}", self.id)
    }
}

/// The views of one list that the caller sees.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ViewList {
    /// By name.
    pub items: Vec<View>,
}
