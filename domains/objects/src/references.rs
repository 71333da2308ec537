//! Records of any object by their ids, as far as the caller may see them: what they are called, and whether in use.

use std::collections::BTreeMap;

use authz::reach_clause;
use db::{DbError, Query, list::Fragment};
use forms::Catalogue;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    ObjectError,
    access::{Action, Viewer, reach, scope},
    built_in::{Reach, Table, table_of},
    model::{ObjectDefinition, StoredRecord},
    ops::definitions::definition,
    store::{fields, names, records},
    values::title,
};

/// A record of any object, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reference {
    /// The object's key, or `person` or `team`.
    pub kind: String,
    /// The record's id.
    pub id: Uuid,
    /// What names it.
    pub title: String,
    /// The number by which people call it, if it has one.
    pub number: Option<String>,
    /// Whether it was put away.
    pub archived: bool,
}

/// The records of `kind` with these ids that the caller may see, in no order.
pub(crate) async fn find(q: &mut impl Query, kind: &str, ids: &[Uuid]) -> Result<Vec<Reference>, ObjectError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    match kind {
        "person" => {
            let users = identity::users_by_ids(q, ids).await?;
            let reference = |(id, user): (Uuid, identity::User)| Reference {
                kind: kind.to_owned(),
                id,
                title: user.name,
                number: None,
                archived: user.status == identity::UserStatus::Disabled,
            };
            return Ok(users.into_iter().map(reference).collect());
        }
        "team" => {
            let mut found = Vec::new();
            for id in ids {
                if let Some(team) = identity::team(q, *id).await? {
                    let (kind, title) = (kind.to_owned(), team.name);
                    found.push(Reference { kind, id: *id, title, number: None, archived: false });
                }
            }
            return Ok(found);
        }
        _ => {}
    }
    if let Some(table) = table_of(kind) {
        return Ok(of_table(q, table, ids).await?);
    }
    let object = match definition(q, kind).await {
        Ok(object) => object,
        Err(ObjectError::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if reach(q.cx(), &object, Action::Read).is_none() {
        return Ok(Vec::new());
    }
    let scope = scope(q.cx(), &object, Action::Read)?;
    let conditions = vec![crate::among("id", ids), records::of_object(kind), scope];
    let found: Vec<StoredRecord> = names::records(q, conditions, ids.len()).await?;
    let (_, catalogue) = fields::catalogue(q, kind).await?;
    Ok(named(q.cx(), &object, &catalogue, found))
}

/// Records by their names, as the caller sees them.
pub(crate) fn named(
    cx: &kernel::Context,
    object: &ObjectDefinition,
    catalogue: &Catalogue,
    found: Vec<StoredRecord>,
) -> Vec<Reference> {
    let viewer = Viewer::of(cx, catalogue);
    let name = |record: StoredRecord| Reference {
        title: title(catalogue, object.title_field.as_deref(), &viewer, &record.ext.0, &record.number),
        kind: record.object,
        id: record.id,
        archived: record.archived_at.is_some(),
        number: Some(record.number),
    };
    found.into_iter().map(name).collect()
}

async fn of_table(q: &mut impl Query, table: &Table, ids: &[Uuid]) -> Result<Vec<Reference>, DbError> {
    let Some(scope) = scope_of(q.cx(), table) else { return Ok(Vec::new()) };
    let found = names::of_table(q, table, vec![crate::among("id", ids), scope], ids.len()).await?;
    Ok(found.into_iter().map(|row| of_named(table.key, row)).collect())
}

/// A row of a built-in object's table.
pub(crate) fn of_named(kind: &str, row: names::Named) -> Reference {
    let archived = row.archived.is_some();
    Reference { kind: kind.to_owned(), id: row.id, title: row.title, number: row.number, archived }
}

/// The condition under which the caller reaches records of a built-in object; `None` when they may see none.
pub(crate) fn scope_of(cx: &kernel::Context, table: &Table) -> Option<Fragment> {
    let reach = cx.scope(table.read.name())?;
    let (columns, parent) = match table.reach {
        Reach::All => return Some(everything()),
        Reach::Columns(columns) => (columns, None),
        Reach::Parent => {
            let parent = table.parent?;
            let above = table_of(parent.object)?;
            let Reach::Columns(columns) = above.reach else { return Some(everything()) };
            (columns, Some((parent.column, above.table)))
        }
    };
    let clause = reach_clause(cx, Some(reach), &columns, 1);
    if clause.is_everything() {
        return Some(everything());
    }
    let own = Fragment::new(clause.text, clause.binds.into_iter().map(Into::into).collect());
    Some(match parent {
        Some((column, above)) => names::whose_parent(cx, table, column, above, own),
        None => own,
    })
}

fn everything() -> Fragment {
    Fragment::new("1 = 1", Vec::new())
}

/// The same for records of several kinds, each kind asked once.
pub(crate) async fn find_all(
    q: &mut impl Query,
    wanted: &BTreeMap<String, Vec<Uuid>>,
) -> Result<Vec<Reference>, ObjectError> {
    let mut found = Vec::new();
    for (kind, ids) in wanted {
        found.extend(find(q, kind, ids).await?);
    }
    Ok(found)
}
