//! What this crate's tests share.

use db::{Migration, Read, Tx};
use testkit::TestDb;

use crate::{CreateEngineer, Engineer, WorkforceError, ops::create, store};

pub fn migrations() -> Vec<Migration> {
    [events::migrations(), http_api::migrations(), search::migrations(), identity::migrations(), crate::migrations()]
        .concat()
}

pub async fn engineer(t: &TestDb, body: CreateEngineer) -> Result<Engineer, WorkforceError> {
    let engineer = create::prepare(&t.cx, body)?;
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| create::save(tx, engineer).await).await
}

pub async fn active(t: &TestDb) -> Vec<Engineer> {
    t.db.read(&t.cx, async |r: &mut Read<'_>| store::active(r).await).await.unwrap()
}
