//! Adding a part.

use axum::extract::State;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem};
use kernel::Context;
use objects::{Checks, Numbers};

use crate::{
    InventoryError,
    api::{self, CreatePart},
    model::Part,
    own_fields, store,
};

/// Adds a part.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreatePart>,
) -> Result<Created<Part>, Problem> {
    let (part, sent) = (prepare(&cx, body.clone())?, body.ext.clone());
    let numbers = if sent.is_some() { objects::numbers(app.db(), &cx, "part").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createPart", async move |tx: &mut Tx<'_>| -> Result<_, InventoryError> {
        let mut part = save_with(tx, part, sent, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut part)).await?;
        Ok(part)
    })
    .await
}

/// Adds a part inside the caller's transaction.
pub async fn add(tx: &mut Tx<'_>, body: CreatePart) -> Result<Part, InventoryError> {
    add_with(tx, body, &Numbers::new()).await
}

/// The same with the numbers of own fields, taken before.
pub(crate) async fn add_with(tx: &mut Tx<'_>, mut body: CreatePart, numbers: &Numbers) -> Result<Part, InventoryError> {
    let sent = body.ext.take();
    let part = prepare(tx.cx(), body)?;
    save_with(tx, part, sent, numbers).await
}

/// The record, checked.
pub(crate) fn prepare(cx: &Context, body: CreatePart) -> Result<Part, InventoryError> {
    let mut part = Part::new(cx, body.code.clone(), body.name.clone());
    body.fill(&mut part);
    api::checked(&mut part, Checks::new())?;
    Ok(part)
}

/// Writes the record and what was sent for its own fields, with its event.
async fn save_with(
    tx: &mut Tx<'_>,
    mut part: Part,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    numbers: &Numbers,
) -> Result<Part, InventoryError> {
    let cx = tx.cx().clone();
    let own = objects::settle_ext(tx, "part", part.id, None, sent, numbers).await?;
    part.ext = Json(own.values.clone());
    let mut told = objects::first_values(&part);
    own.tell(&mut told);
    let event = NewEvent::new("part.created", "part", part.id).label(&part.name).data(told);
    let mut statements = vec![store::insert(&cx, &part), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
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
            t.db.write(&t.other, async move |tx: &mut Tx<'_>| add(tx, body).await).await.unwrap();
        }
    }
}
