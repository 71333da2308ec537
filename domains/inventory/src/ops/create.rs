//! Adding a part.

use axum::extract::State;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem};
use kernel::Context;
use objects::Checks;

use crate::{
    InventoryError,
    api::{self, CreatePart},
    model::Part,
    store,
};

/// Adds a part.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreatePart>,
) -> Result<Created<Part>, Problem> {
    let part = prepare(&cx, body.clone())?;
    app.create(&cx, key, &body, "createPart", async move |tx: &mut Tx<'_>| save(tx, part).await).await
}

/// Adds a part inside the caller's transaction.
pub async fn add(tx: &mut Tx<'_>, body: CreatePart) -> Result<Part, InventoryError> {
    let part = prepare(tx.cx(), body)?;
    save(tx, part).await
}

/// The record, checked.
pub(crate) fn prepare(cx: &Context, body: CreatePart) -> Result<Part, InventoryError> {
    let mut part = Part::new(cx, body.code.clone(), body.name.clone());
    body.fill(&mut part);
    api::checked(&mut part, Checks::new())?;
    Ok(part)
}

/// Writes the record with its event.
pub(crate) async fn save(tx: &mut Tx<'_>, part: Part) -> Result<Part, InventoryError> {
    let cx = tx.cx().clone();
    let event = NewEvent::new("part.created", "part", part.id).label(&part.name).data(objects::first_values(&part));
    tx.execute_all(vec![store::insert(&cx, &part), events::statement(&cx, &event)]).await?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| a_code_names_one_part_of_a_company {
            let body = CreatePart { code: "a-1".into(), name: "接触器".into(), ..CreatePart::default() };
            let part = testing::part(t, body.clone()).await.unwrap();
            assert_eq!((part.code.as_str(), part.unit.as_str()), ("A-1", "个"));
            let again = CreatePart { code: "Ａ-1".into(), ..body.clone() };
            assert!(matches!(testing::part(t, again).await, Err(InventoryError::CodeTaken)));
            let elsewhere = prepare(&t.other, body).unwrap();
            t.db.write(&t.other, async move |tx: &mut Tx<'_>| save(tx, elsewhere).await).await.unwrap();
        }
    }
}
