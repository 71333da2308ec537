//! What this crate's tests share.

use db::{Migration, Read, Tx};
use testkit::TestDb;

use crate::{CreateEngineer, Engineer, WorkforceError, ops::create, store};

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        search::migrations(),
        identity::migrations(),
        objects::migrations(),
        crate::migrations(),
    ]
    .concat()
}

pub async fn engineer(t: &TestDb, body: CreateEngineer) -> Result<Engineer, WorkforceError> {
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| create::add(tx, body).await).await
}

pub async fn active(t: &TestDb) -> Vec<Engineer> {
    t.db.read(&t.cx, async |r: &mut Read<'_>| store::active(r).await).await.unwrap()
}
