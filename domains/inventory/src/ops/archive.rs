//! Putting a part away.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;

use crate::{InventoryError, api::PartPath, model::Part, ops::update::edit};

/// Archives the part; its uses stay.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
    version: IfMatch,
) -> Result<Versioned<Part>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| archive(tx, id, version).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn archive(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<Part, InventoryError> {
    let now = tx.cx().now();
    edit(tx, id, version, "part.archived", |part| {
        part.archived_at.get_or_insert(now);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CreatePart, ops::restore::restore, testing};

    testkit::both! {
        testing::migrations(), |t| an_archived_part_leaves_the_list_until_restored {
            let body = CreatePart { code: "A".into(), name: "接触器".into(), ..CreatePart::default() };
            let id = testing::part(t, body).await.unwrap().id;
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| archive(tx, id, 1).await).await.unwrap();
            assert!(testing::listed(t).await.is_empty());
            let back = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| restore(tx, id, 2).await).await.unwrap();
            assert_eq!(testing::listed(t).await, [back]);
        }
    }
}
