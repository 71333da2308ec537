//! Which own objects somebody may look for, for the box over everything.

use db::{DbError, Query};
use forms::Label;
use kernel::Scope;

use crate::{
    access::{Action, reach},
    store::definitions,
};

/// An own object somebody may look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedObject {
    /// Its kind in the text search: `record:vehicle`.
    pub kind: String,
    /// What people call it.
    pub name: Label,
    /// How far they reach among its records.
    pub scope: Scope,
}

/// The own objects whose records the actor may read, without archived ones.
pub async fn searched(q: &mut impl Query) -> Result<Vec<SearchedObject>, DbError> {
    let cx = q.cx().clone();
    let mut found = Vec::new();
    for object in definitions::all(q).await? {
        if object.archived_at.is_none()
            && let Some(scope) = reach(&cx, &object, Action::Read)
        {
            found.push(SearchedObject { kind: format!("record:{}", object.key), name: object.name.0, scope });
        }
    }
    Ok(found)
}
