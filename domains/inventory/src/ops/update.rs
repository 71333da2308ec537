//! Changing a part, or setting its stock to what was counted.

use axum::extract::State;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::Checks;

use crate::{
    InventoryError,
    api::{self, PartPath, UpdatePart},
    model::Part,
    store,
};

/// Changes what is mentioned.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
    version: IfMatch,
    Body(body): Body<UpdatePart>,
) -> Result<Versioned<Part>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| change(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn change(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdatePart) -> Result<Part, InventoryError> {
    edit(tx, id, version, "part.updated", |part| {
        let mut checks = Checks::new();
        body.apply(part, &mut checks);
        Ok(api::checked(part, checks)?)
    })
    .await
}

/// Loads the part at the version the caller saw, changes and saves it with its event.
pub(crate) async fn edit(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    change: impl FnOnce(&mut Part) -> Result<(), InventoryError> + Send,
) -> Result<Part, InventoryError> {
    let before = store::get(tx, id).await?.ok_or(InventoryError::NotFound)?;
    if before.version != version {
        return Err(InventoryError::Stale);
    }
    let mut after = before.clone();
    change(&mut after)?;
    if after == before {
        return Ok(before);
    }
    after.version = version + 1;
    after.updated_at = tx.cx().now();
    store::update(tx, &after, version).await?;
    let event = NewEvent::new(event, "part", id).label(&after.name).data(events::changes(&before, &after));
    events::append(tx, event).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use objects::Change;

    use super::*;
    use crate::{CreatePart, testing};

    testkit::both! {
        testing::migrations(), |t| a_count_sets_the_stock_and_an_old_version_is_refused {
            let body = CreatePart { code: "A".into(), name: "接触器".into(), stock: -3, ..CreatePart::default() };
            let part = testing::part(t, body).await.unwrap();
            assert!(part.stock_warning);
            let (id, body) = (part.id, UpdatePart { stock: Change::Set(8), ..UpdatePart::default() });
            let counted = t.db.write(&t.cx, { let body = body.clone(); async move |tx: &mut Tx<'_>| change(tx, id, 1, body).await });
            let counted = counted.await.unwrap();
            assert_eq!((counted.stock, counted.stock_warning, counted.version), (8, false, 2));
            let late = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| change(tx, id, 1, body).await).await;
            assert!(matches!(late, Err(InventoryError::Stale)));
        }
    }
}
