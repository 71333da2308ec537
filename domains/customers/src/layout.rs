//! How a customer's page is laid out: its sections and their order, by role.

use std::collections::BTreeMap;

use db::{DbError, Json, Query};
use http_api::HasVersion;
use kernel::{Timestamp, Uuid};
use objects::{Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Every section of a customer's page, in the order in which a company starts.
pub(crate) const SECTIONS: [&str; 16] = [
    "profile",
    "tickets",
    "devices",
    "contacts",
    "sites",
    "contracts",
    "money",
    "orders",
    "visits",
    "complaints",
    "surveys",
    "messages",
    "files",
    "hierarchy",
    "notes",
    "timeline",
];
/// Roles with a layout of their own at most.
const MOST_ROLES: usize = 100;

/// Which sections people see, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sections {
    /// By key of a role; somebody with several roles sees what the first of them that is named here says.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
    /// For everybody else.
    pub default: Vec<String>,
}

impl Sections {
    /// The same without repetitions; a mistake at each section that there is none of.
    pub fn checked(mut self) -> Result<Self, Invalid> {
        let mut checks = Checks::new();
        if self.roles.len() > MOST_ROLES {
            checks.refuse("/roles", "too_many", format!("Use at most {MOST_ROLES} roles."));
        }
        for (role, sections) in &mut self.roles {
            if role.is_empty() || role.chars().count() > 60 || role.chars().any(char::is_control) {
                checks.refuse("/roles", "unknown_role", "Name roles by their keys.");
            }
            // A pointer writes `~` and `/` of a key in other signs.
            let key = role.replace('~', "~0").replace('/', "~1");
            once(sections, &format!("/roles/{key}"), &mut checks);
        }
        once(&mut self.default, "/default", &mut checks);
        checks.finish().map(|()| self)
    }
}

fn once(sections: &mut Vec<String>, pointer: &str, checks: &mut Checks) {
    for (place, section) in sections.iter().enumerate() {
        if !SECTIONS.contains(&section.as_str()) {
            let message = format!("There is no such section; use some of: {}.", SECTIONS.join(", "));
            checks.refuse(&format!("{pointer}/{place}"), "unknown_section", message);
        }
    }
    let mut known = std::collections::HashSet::new();
    sections.retain(|section| known.insert(section.clone()));
}

/// The layout of a customer's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Layout {
    /// Rises with every change; 0 as long as nobody changed it.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// Every section there is.
    pub sections: Vec<&'static str>,
    /// Which of them people see.
    #[serde(flatten)]
    pub shown: Sections,
}

impl HasVersion for Layout {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The layout as it stands in its row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub id: Uuid,
    pub version: i64,
    pub updated_at: Timestamp,
    pub layout: Json<Sections>,
}

db::record!(Row { id, version, updated_at, layout });

/// The company's layout, or the one every company starts with.
pub(crate) async fn current(q: &mut impl Query) -> Result<Layout, DbError> {
    let row = store::layout(q).await?;
    let start =
        || Sections { roles: BTreeMap::new(), default: SECTIONS.iter().map(|section| (*section).to_owned()).collect() };
    Ok(Layout {
        version: row.as_ref().map_or(0, |row| row.version),
        updated_at: row.as_ref().map(|row| row.updated_at),
        sections: SECTIONS.to_vec(),
        shown: row.map_or_else(start, |row| row.layout.0),
    })
}
