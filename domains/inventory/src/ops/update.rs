//! Changing a part, or setting its stock to what was counted.

use axum::extract::State;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::{Checks, Numbers};

use crate::{
    InventoryError,
    api::{self, PartPath, UpdatePart},
    model::Part,
    own_fields, store,
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

/// Changes what is mentioned, own fields too; answers the part as the caller sees it.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    mut body: UpdatePart,
) -> Result<Part, InventoryError> {
    let sent = body.ext.take();
    edit_with(tx, id, version, "part.updated", sent, |part| {
        let mut checks = Checks::new();
        body.apply(part, &mut checks);
        Ok(api::checked(part, checks)?)
    })
    .await
}

/// [`edit_with`] without own fields.
pub(crate) async fn edit(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    change: impl FnOnce(&mut Part) -> Result<(), InventoryError> + Send,
) -> Result<Part, InventoryError> {
    edit_with(tx, id, version, event, None, change).await
}

/// Loads the part at the version the caller saw, changes and saves it and its own fields with its event; answers the
/// part as the caller sees it.
async fn edit_with(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i64,
    event: &str,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    change: impl FnOnce(&mut Part) -> Result<(), InventoryError> + Send,
) -> Result<Part, InventoryError> {
    let before = store::get(tx, id).await?.ok_or(InventoryError::NotFound)?;
    if before.version != version {
        return Err(InventoryError::Stale);
    }
    let mut after = before.clone();
    change(&mut after)?;
    let own = objects::settle_ext(tx, "part", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after != before {
        after.version = version + 1;
        after.updated_at = tx.cx().now();
        store::update(tx, &after, version).await?;
        let mut changes = events::changes(&before, &after);
        own.tell(&mut changes);
        tx.execute_all(own.statements).await?;
        events::append(tx, NewEvent::new(event, "part", id).label(&after.name).data(changes)).await?;
    }
    own_fields(tx, std::slice::from_mut(&mut after)).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{PARTS_READ, PARTS_UPDATE};
    use kernel::Scope;
    use objects::{
        Change,
        testing::{Api, OwnFields},
    };
    use serde_json::json;

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

        testing::migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let fields = OwnFields {
                object: "part",
                path: "/api/v1/parts",
                narrow: "",
                title: "code",
                new: &|code| json!({"code": code, "name": code}),
                change: json!({"stock": 7}),
                permissions: &[(PARTS_UPDATE, Scope::All), (PARTS_READ, Scope::All)],
            };
            fields.check(&api, &t.cx, &t.other).await;
        }
    }
}
