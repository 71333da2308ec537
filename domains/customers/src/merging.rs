//! Merging duplicates: what a merge is, and the rows of other domains that go along.
//!
//! A merge archives one customer and says into whom it went. Contacts, sites and the customers below follow at once;
//! rows of other domains follow the event `customer.merged`, and go back on `customer.unmerged`. Each merge remembers
//! which rows went along, so that undoing it puts back exactly these, as far as nobody moved them since.

use std::{collections::BTreeMap, sync::Arc};

use db::{DbError, Json, OwnedRows, Query, Touched, Tx};
use events::NewEvent;
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a row's events stand under.
#[derive(Debug, Clone, Copy)]
pub enum RowsParent {
    /// Nothing: they have a timeline of their own.
    Itself,
    /// The customer.
    Customer,
    /// An object that a column of the row names, such as `("ticket", "ticket_id")`.
    Named(&'static str, &'static str),
}

/// Rows of a later domain that name a customer: they go along when customers are merged. Their table has `tenant_id`,
/// `id`, `version` and `updated_at`.
#[derive(Debug, Clone, Copy)]
pub struct CustomerRows {
    /// What they are called in answers, such as `devices`.
    pub name: &'static str,
    /// The kind of object, as events name it.
    pub object: &'static str,
    /// The table.
    pub table: &'static str,
    /// The column that names the customer.
    pub column: &'static str,
    /// The text column by which people call a row.
    pub label: &'static str,
    /// What their events stand under.
    pub parent: RowsParent,
    /// Columns with words about a person, four at most: they are given out with the person's data, and emptied when it
    /// is erased.
    pub personal: &'static [&'static str],
}

impl CustomerRows {
    pub(crate) const fn rows(&self) -> OwnedRows {
        let parent = match self.parent {
            RowsParent::Named(_, column) => Some(column),
            RowsParent::Itself | RowsParent::Customer => None,
        };
        OwnedRows { table: self.table, owner: self.column, label: self.label, parent }
    }

    /// The key under which a merge remembers these rows: one table may name customers in several columns.
    pub(crate) fn key(&self) -> String {
        format!("{}.{}", self.object, self.column)
    }

    /// Tells of rows that changed: the fields and their values before and after.
    pub(crate) async fn tell(
        &self,
        tx: &mut Tx<'_>,
        touched: &[Touched],
        customer: Uuid,
        changes: &Value,
    ) -> Result<(), DbError> {
        let kind = format!("{}.updated", self.object);
        let statements = touched
            .iter()
            .map(|row| {
                let mut event = NewEvent::new(&kind, self.object, row.id).data(changes.clone());
                event.label.clone_from(&row.label);
                event.parent = match (self.parent, row.parent) {
                    (RowsParent::Customer, _) => Some(("customer", customer)),
                    (RowsParent::Named(object, _), Some(id)) => Some((object, id)),
                    _ => None,
                };
                events::statement(tx.cx(), &event)
            })
            .collect();
        tx.execute_all(statements).await
    }

    /// Gives rows of one customer to another, with their events; of `only`, those that are still the first one's.
    pub(crate) async fn hand_over(
        &self,
        tx: &mut Tx<'_>,
        from: Uuid,
        to: Uuid,
        only: Option<&[Uuid]>,
    ) -> Result<Vec<Uuid>, DbError> {
        let touched = self.rows().hand_over(tx, from, to, only).await?;
        let mut changes = Map::new();
        changes.insert(self.column.to_owned(), json!({ "from": from, "to": to }));
        self.tell(tx, &touched, to, &Value::Object(changes)).await?;
        Ok(touched.into_iter().map(|row| row.id).collect())
    }
}

/// The rows of all later domains that name customers; `app` registers it as a service.
#[derive(Debug, Clone, Default)]
pub struct CustomerBelongings(Arc<[CustomerRows]>);

impl CustomerBelongings {
    /// These rows.
    pub fn new(rows: impl IntoIterator<Item = CustomerRows>) -> Self {
        Self(rows.into_iter().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CustomerRows> {
        self.0.iter()
    }

    /// How many rows of each kind these customers have: by name, then customer.
    pub(crate) async fn counts(
        &self,
        q: &mut impl Query,
        customers: &[Uuid],
        names: Option<&[&str]>,
    ) -> Result<BTreeMap<&'static str, BTreeMap<Uuid, i64>>, DbError> {
        let mut all: BTreeMap<&'static str, BTreeMap<Uuid, i64>> = BTreeMap::new();
        for rows in self.iter().filter(|rows| names.is_none_or(|names| names.contains(&rows.name))) {
            let counts = all.entry(rows.name).or_default();
            for (customer, count) in rows.rows().counts(q, customers).await? {
                *counts.entry(customer).or_default() += count;
            }
        }
        Ok(all)
    }
}

/// What records that name a customer in a field of the company's own are called in answers.
pub(crate) const RELATIONS: &str = "relations";

/// The key under which a merge remembers records that name a customer in an own field.
pub(crate) fn relation_key(relation: &objects::Relation) -> String {
    format!("{}.ext.{}", relation.object, relation.field)
}

db::choice! {
    /// How far a merge has come.
    pub enum MergeState {
        /// The customers are one; devices, tickets and the rest are following.
        Merging = "merging",
        /// Everything has followed.
        Merged = "merged",
        /// The customers are two again; devices, tickets and the rest are going back.
        Undoing = "undoing",
        /// Everything has gone back.
        Undone = "undone",
    }
}

/// A customer that went into another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerMerge {
    /// The merge's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When they were merged.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The customer that remained.
    pub into_id: Uuid,
    /// The customer that went into it; archived.
    pub from_id: Uuid,
    /// What the merge changed of the remaining customer: `{"field": {"from": …, "to": …}}`.
    #[serde(skip)]
    pub fields: Json<Map<String, Value>>,
    /// How many rows of each kind went along: contacts, sites, children, devices, tickets, …
    pub moved: Json<BTreeMap<String, i64>>,
    /// How far it has come.
    pub state: MergeState,
    /// Who merged them.
    pub created_by: Option<Uuid>,
    /// Their name then.
    pub created_by_name: String,
}

db::record!(CustomerMerge {
    id,
    version,
    created_at,
    updated_at,
    into_id,
    from_id,
    fields,
    moved,
    state,
    created_by,
    created_by_name,
});
