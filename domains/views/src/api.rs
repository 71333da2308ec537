//! The bodies of requests: what a new view says, and what a change says.

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    list_key::is_list,
    model::{StoredView, ViewSettings},
};

/// Columns of a view at most.
const MOST_COLUMNS: usize = 100;
/// Fields to sort by at most.
const MOST_SORTS: usize = 3;
/// Bytes of a filter at most, as lists take it.
const LONGEST_FILTER: usize = 16_384;
/// Roles that a view names at most.
const MOST_ROLES: usize = 50;

/// Names one view.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ViewPath {
    /// The view's id.
    pub id: Uuid,
}

/// Which list's views.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct OfList {
    /// The list, as its address names it: `tickets`, `records/vehicle`.
    pub list: String,
}

/// A new view.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// The list, as its address names it: `tickets`, `records/vehicle`.
    pub list: String,
    /// What it is called, at most 200 characters.
    pub name: String,
    /// Whether others see it; only oneself when absent.
    #[serde(default)]
    pub shared: bool,
    /// The roles it is shared with; everybody when empty.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The roles for which it opens first; it must be shared.
    #[serde(default)]
    pub default_for: Vec<String>,
    /// How the list is looked at.
    #[serde(default)]
    pub settings: ViewSettings,
}

/// A change to a view: what is not mentioned stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ViewChange {
    /// What it is called.
    pub name: Change<String>,
    /// Whether others see it.
    pub shared: Change<bool>,
    /// The roles it is shared with.
    pub roles: Change<Vec<String>>,
    /// The roles for which it opens first.
    pub default_for: Change<Vec<String>>,
    /// How the list is looked at; replaces all of it.
    pub settings: Change<ViewSettings>,
}

/// Whether a list opens with this view.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MineDefault {
    /// True to open the list with it, false to do so no longer.
    pub default: bool,
}

impl NewView {
    /// The same, trimmed and checked.
    pub(crate) fn checked(mut self, mut checks: Checks) -> Result<Self, Invalid> {
        if !is_list(&self.list) {
            checks.refuse("/list", "unknown", "There is no such list; name it as its address does, such as tickets.");
        }
        self.name = checks.name("/name", &self.name);
        for (pointer, roles) in [("/roles", &mut self.roles), ("/default_for", &mut self.default_for)] {
            *roles = checks.tags(pointer, std::mem::take(roles));
            if roles.len() > MOST_ROLES {
                checks.refuse(pointer, "too_many", format!("Name at most {MOST_ROLES} roles."));
            }
        }
        if !self.shared && !self.roles.is_empty() {
            checks.refuse("/roles", "not_shared", "Share the view first, or name no roles.");
        }
        if !self.shared && !self.default_for.is_empty() {
            checks.refuse("/default_for", "not_shared", "Share the view first, or name no roles.");
        }
        check_settings(&self.settings, &mut checks);
        checks.finish().map(|()| self)
    }
}

fn check_settings(settings: &ViewSettings, checks: &mut Checks) {
    let at = |rest: &str| format!("/settings/{rest}");
    if settings.columns.len() > MOST_COLUMNS {
        checks.refuse(&at("columns"), "too_many", format!("Use at most {MOST_COLUMNS} columns."));
    }
    if settings.sort.len() > MOST_SORTS {
        checks.refuse(&at("sort"), "too_many", format!("Sort by at most {MOST_SORTS} fields."));
    }
    for (index, column) in settings.columns.iter().enumerate() {
        check_field(&column.field, &at(&format!("columns/{index}/field")), checks);
        if column.width.is_some_and(|width| !(40..=2_000).contains(&width)) {
            checks.refuse(&at(&format!("columns/{index}/width")), "out_of_range", "Use 40 to 2000 pixels.");
        }
    }
    for (index, sort) in settings.sort.iter().enumerate() {
        check_field(sort.strip_prefix('-').unwrap_or(sort), &at(&format!("sort/{index}")), checks);
    }
    let named = [
        ("group_by", settings.group_by.as_ref()),
        ("board/by", settings.board.as_ref().map(|board| &board.by)),
        ("calendar/start", settings.calendar.as_ref().map(|calendar| &calendar.start)),
        ("calendar/end", settings.calendar.as_ref().and_then(|calendar| calendar.end.as_ref())),
        ("gallery/image", settings.gallery.as_ref().and_then(|gallery| gallery.image.as_ref())),
        ("map/place", settings.map.as_ref().map(|map| &map.place)),
    ];
    for (pointer, field) in named {
        if let Some(field) = field {
            check_field(field, &at(pointer), checks);
        }
    }
    if let Some(filter) = &settings.filter
        && serde_json::to_string(filter).is_ok_and(|text| text.len() > LONGEST_FILTER || text.contains("\\u0000"))
    {
        checks.refuse(&at("filter"), "too_long", "The filter is too long; use fewer conditions.");
    }
}

/// Fields are named as the list's records name them.
fn check_field(field: &str, pointer: &str, checks: &mut Checks) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/');
    if field.is_empty() || field.len() > 80 || !field.bytes().all(plain) {
        checks.refuse(pointer, "unknown_field", "There is no such field; choose one of the list.");
    }
}

impl From<&StoredView> for NewView {
    fn from(view: &StoredView) -> Self {
        Self {
            list: view.list.clone(),
            name: view.name.clone(),
            shared: view.shared,
            roles: view.roles.0.clone(),
            default_for: view.default_for.0.clone(),
            settings: view.settings.0.clone(),
        }
    }
}

impl StoredView {
    /// The view saying what `new` says; list, owner, id, version and times stay.
    pub(crate) fn with(&self, new: NewView) -> Self {
        Self {
            name: new.name,
            shared: new.shared,
            roles: Json(new.roles),
            default_for: Json(new.default_for),
            settings: Json(new.settings),
            ..self.clone()
        }
    }
}

impl ViewChange {
    /// Whether it touches what only those may do who share views.
    pub(crate) const fn shares(&self) -> bool {
        self.shared.is_mentioned() || self.roles.is_mentioned() || self.default_for.is_mentioned()
    }

    /// The view after the change; one that is shared no longer opens first for nobody.
    pub(crate) fn apply(self, view: &StoredView) -> Result<StoredView, Invalid> {
        let (mut new, mut checks) = (NewView::from(view), Checks::new());
        self.name.require(&mut new.name, "/name", &mut checks);
        self.shared.require(&mut new.shared, "/shared", &mut checks);
        if !new.shared {
            (new.roles, new.default_for) = (Vec::new(), Vec::new());
        }
        self.roles.or_default(&mut new.roles);
        self.default_for.or_default(&mut new.default_for);
        self.settings.or_default(&mut new.settings);
        new.checked(checks).map(|new| view.with(new))
    }
}
