//! The lists that import, export and bulk changes know, each with its columns.
//!
//! A list's rows are what its domain's API shows, as JSON; what is written goes through the domain's own rules
//! ([`rows`]). So scope, masks, checks, events and search are the same whichever way a record is read or changed.

mod columns;
mod find;
mod known;
mod read_only;
mod rows;

use db::Query;
use forms::{FieldKind, Label, RelationSettings};
use http_api::Problem;
use kernel::Context;
use objects::table::{OwnField, OwnObject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use columns::{Column, ColumnKind};
pub(crate) use find::{Hit, Key, find, with_ids};
pub(crate) use rows::{Numbers, Row, Written, create, numbers, page, put_away, remove, series, update};

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ListKey {
    Tickets,
    Customers,
    Devices,
    Products,
    Parts,
    Engineers,
    Contracts,
    MaintenancePlans,
    Orders,
    Visits,
    Quotes,
    Renewals,
    Surveys,
    RecoveryTasks,
    /// Records of an object that people defined.
    Records(String),
}

/// What the caller may do with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Abilities {
    pub read: bool,
    pub create: bool,
    pub update: bool,
}

/// A list as one caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub key: ListKey,
    pub name: Label,
    pub abilities: Abilities,
    pub columns: Vec<Column>,
    /// Whether new records get numbers for own fields.
    pub is_numbered: bool,
}

impl ListKey {
    /// The list of this key, as its address names it.
    pub fn parse(key: &str) -> Option<Self> {
        Some(match key {
            "tickets" => Self::Tickets,
            "customers" => Self::Customers,
            "devices" => Self::Devices,
            "products" => Self::Products,
            "parts" => Self::Parts,
            "engineers" => Self::Engineers,
            "contracts" => Self::Contracts,
            "maintenance-plans" => Self::MaintenancePlans,
            "orders" => Self::Orders,
            "visits" => Self::Visits,
            "quotes" => Self::Quotes,
            "renewals" => Self::Renewals,
            "surveys" => Self::Surveys,
            "recovery-tasks" => Self::RecoveryTasks,
            other => {
                let object = other.strip_prefix("records/").filter(|_| views::is_list(other))?;
                Self::Records(object.to_owned())
            }
        })
    }

    /// The key, as the list's address names it.
    pub fn as_text(&self) -> String {
        match self {
            Self::Tickets => "tickets".to_owned(),
            Self::Customers => "customers".to_owned(),
            Self::Devices => "devices".to_owned(),
            Self::Products => "products".to_owned(),
            Self::Parts => "parts".to_owned(),
            Self::Engineers => "engineers".to_owned(),
            Self::Contracts => "contracts".to_owned(),
            Self::MaintenancePlans => "maintenance-plans".to_owned(),
            Self::Orders => "orders".to_owned(),
            Self::Visits => "visits".to_owned(),
            Self::Quotes => "quotes".to_owned(),
            Self::Renewals => "renewals".to_owned(),
            Self::Surveys => "surveys".to_owned(),
            Self::RecoveryTasks => "recovery-tasks".to_owned(),
            Self::Records(object) => format!("records/{object}"),
        }
    }

    /// The list whose records a relation to this object names.
    pub fn of_object(object: &str) -> Self {
        match object {
            "ticket" => Self::Tickets,
            "customer" => Self::Customers,
            "device" => Self::Devices,
            "product" => Self::Products,
            "part" => Self::Parts,
            "engineer" => Self::Engineers,
            "contract" => Self::Contracts,
            "order" => Self::Orders,
            "visit" => Self::Visits,
            "quote" => Self::Quotes,
            other => Self::Records(other.to_owned()),
        }
    }

    /// The object whose own fields the list's records have.
    pub fn object(&self) -> Option<&str> {
        match self {
            Self::Tickets => Some("ticket"),
            Self::Customers => Some("customer"),
            Self::Devices => Some("device"),
            Self::Products => Some("product"),
            Self::Parts => Some("part"),
            Self::Engineers => Some("engineer"),
            Self::Contracts => Some("contract"),
            Self::Orders => Some("order"),
            Self::Visits => Some("visit"),
            Self::Quotes => Some("quote"),
            Self::Records(object) => Some(object),
            _ => None,
        }
    }

    /// Whether its records can be put away through lists; plans are put away on their own page.
    pub const fn is_archivable(&self) -> bool {
        !matches!(
            self,
            Self::Tickets
                | Self::MaintenancePlans
                | Self::Visits
                | Self::Quotes
                | Self::Renewals
                | Self::Surveys
                | Self::RecoveryTasks
        )
    }

    /// Whether its records come about by people filling them in, so that they can be imported and changed in bulk.
    pub const fn is_written(&self) -> bool {
        !matches!(
            self,
            Self::MaintenancePlans | Self::Visits | Self::Quotes | Self::Renewals | Self::Surveys | Self::RecoveryTasks
        )
    }

    fn abilities(&self, cx: &Context, own: Option<&OwnObject>) -> Abilities {
        let may = |permission: authz::Permission| cx.scope(permission.name()).is_some();
        match self {
            Self::Records(_) => own.map_or(Abilities { read: false, create: false, update: false }, |own| {
                let open = own.definition.archived_at.is_none();
                Abilities { read: own.may.read, create: own.may.create && open, update: own.may.update }
            }),
            _ => known::permissions(self).map_or(Abilities { read: false, create: false, update: false }, |needs| {
                Abilities {
                    read: may(needs.read),
                    create: needs.create.is_some_and(may),
                    update: needs.update.is_some_and(may),
                }
            }),
        }
    }
}

/// The built-in lists, in the order of the menu.
pub(crate) const BUILT_IN: [ListKey; 14] = [
    ListKey::Tickets,
    ListKey::Customers,
    ListKey::Devices,
    ListKey::Products,
    ListKey::Parts,
    ListKey::Engineers,
    ListKey::Contracts,
    ListKey::MaintenancePlans,
    ListKey::Orders,
    ListKey::Visits,
    ListKey::Quotes,
    ListKey::Renewals,
    ListKey::Surveys,
    ListKey::RecoveryTasks,
];

impl List {
    /// The list as the caller of `q` sees it; 404 when it is not theirs to read.
    pub async fn of(q: &mut impl Query, key: &ListKey) -> Result<Self, Problem> {
        let missing = || Problem::not_found("list");
        let own = match key {
            ListKey::Records(object) => Some(objects::table::object(q, object).await.map_err(|_| missing())?),
            _ => None,
        };
        let abilities = key.abilities(q.cx(), own.as_ref());
        if !abilities.read {
            return Err(missing());
        }
        let own_fields = match key.object() {
            Some(object) => objects::table::own_fields(q, object).await?,
            None => Vec::new(),
        };
        Ok(Self::with(key.clone(), abilities, own.as_ref(), own_fields))
    }

    fn with(key: ListKey, abilities: Abilities, own: Option<&OwnObject>, own_fields: Vec<OwnField>) -> Self {
        let name = own.map_or_else(|| known::name(&key), |own| own.definition.name.0.clone());
        let is_numbered = objects::table::is_numbered(own_fields.iter().map(|own| &own.field));
        let mut columns = known::columns(&key);
        let inside = if matches!(key, ListKey::Records(_)) { "values" } else { "ext" };
        for own in own_fields {
            let column = Column::own(own, inside, &columns);
            columns.push(column);
        }
        if matches!(key, ListKey::Records(_)) {
            columns.extend(known::record_ends());
        }
        Self { key, name, abilities, columns, is_numbered }
    }

    /// The column of this id.
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }
}

/// One field of a list, as those choose it who map columns of a file, export or change many records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetField {
    /// The field's id.
    pub id: String,
    /// What people see.
    pub label: Label,
    /// What it holds: `text`, `date`, `choice`, `relation`, `tags`, … as the kinds of own fields are called.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a new record must have it.
    pub required: bool,
    /// Whether an import can set it.
    pub importable: bool,
    /// Whether a bulk change can set it.
    pub changeable: bool,
    /// Whether it is a field of the company's own, whose value stands inside `values` or `ext` of a record.
    pub own: bool,
    /// The options of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub options: Vec<TargetOption>,
    /// Where a relation leads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relation: Option<TargetRelation>,
}

/// One option of a choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetOption {
    /// Its id.
    pub id: String,
    /// What people see.
    pub label: Label,
}

/// Where a relation leads, and by what its records can be named.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetRelation {
    /// The other list.
    pub list: String,
    /// Whether several records may be named.
    pub many: bool,
    /// By what a record of it can be named in a file, the usual one first.
    #[serde(rename = "match")]
    pub matches: Vec<TargetMatch>,
    /// Whether records that are missing can be made by naming them.
    pub can_create: bool,
}

/// A field that can name a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetMatch {
    /// The field's id.
    pub field: String,
    /// What people see.
    pub label: Label,
}

/// A list as those see it who import into it, export it or change many of its records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Target {
    /// The list, as its address names it.
    pub list: String,
    /// What people see.
    pub name: Label,
    /// Its fields, in order.
    pub fields: Vec<TargetField>,
    /// Fields by which a record can be recognised.
    #[serde(rename = "match")]
    pub matches: Vec<String>,
    /// Whether its records can be put away.
    pub archivable: bool,
    /// Whether the caller may add records.
    pub may_create: bool,
    /// Whether the caller may change records.
    pub may_update: bool,
}

/// Every list that the caller may read.
pub(crate) async fn all(q: &mut impl Query) -> Result<Vec<List>, Problem> {
    let mut lists = Vec::new();
    for key in &BUILT_IN {
        if key.abilities(q.cx(), None).read {
            lists.push(List::of(q, key).await?);
        }
    }
    for own in objects::table::objects(q).await? {
        let key = ListKey::Records(own.definition.key.clone());
        lists.push(List::of(q, &key).await?);
    }
    Ok(lists)
}

/// A list as a target; `lists` are all that the caller may read.
pub(crate) fn target(list: &List, lists: &[List]) -> Target {
    let relation = |column: &Column| -> Option<TargetRelation> {
        let ColumnKind::Value(FieldKind::Relation(RelationSettings { object, many, .. })) = &column.kind else {
            return None;
        };
        let key = ListKey::of_object(object);
        let other = lists.iter().find(|list| list.key == key)?;
        let matches = other.columns.iter().filter(|column| column.keyed);
        let matches = matches.map(|column| TargetMatch { field: column.id.clone(), label: column.label.clone() });
        let can_create = matches!(key, ListKey::Customers | ListKey::Products) && other.abilities.create;
        Some(TargetRelation { list: key.as_text(), many: *many, matches: matches.collect(), can_create })
    };
    let field = |column: &Column| TargetField {
        id: column.id.clone(),
        label: column.label.clone(),
        kind: column.kind.word(),
        required: column.required,
        importable: column.creates || column.updates,
        changeable: column.updates && !column.unique,
        own: column.own,
        options: column.options(),
        relation: relation(column),
    };
    Target {
        list: list.key.as_text(),
        name: list.name.clone(),
        fields: list.columns.iter().map(field).collect(),
        matches: list.columns.iter().filter(|column| column.keyed).map(|column| column.id.clone()).collect(),
        archivable: list.key.is_archivable(),
        may_create: list.abilities.create && list.key.is_written(),
        may_update: list.abilities.update && list.key.is_written(),
    }
}
