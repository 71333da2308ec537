//! What this crate's tests share.

use db::{Migration, Read, Tx};
use kernel::Uuid;
use testkit::TestDb;

use crate::{CreatePart, InventoryError, Part, PartUse, ops::create, store};

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        search::migrations(),
        objects::migrations(),
        tickets::migrations(),
        crate::migrations(),
    ]
    .concat()
}

pub async fn part(t: &TestDb, body: CreatePart) -> Result<Part, InventoryError> {
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| create::add(tx, body).await).await
}

pub async fn listed(t: &TestDb) -> Vec<Part> {
    t.db.read(&t.cx, async |r: &mut Read<'_>| store::listed(r, 100).await).await.unwrap()
}

pub async fn part_and_uses(t: &TestDb, part_id: Uuid, ticket_id: Uuid) -> (Part, Vec<PartUse>) {
    t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<_, db::DbError> {
        let part = store::get(r, part_id).await?.ok_or(db::DbError::NotFound)?;
        Ok((part, store::uses_of_ticket(r, ticket_id).await?))
    })
    .await
    .unwrap()
}
