//! Engineers: who goes out, what they can do, where they start from and when they work.
//!
//! An engineer may have a sign-in (`user_id`), but need not. Later domains look engineers up through the functions
//! here and never read the table themselves.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod references;
mod store;
pub mod table;
#[cfg(test)]
mod testing;

use authz::{Access::Needs, permissions};
use db::{DbError, Migration, Query, Tx};
use http_api::Routes;
use kernel::Uuid;

pub use api::{CreateEngineer, EngineerPath, UpdateEngineer};
pub use error::WorkforceError;
pub use model::{Engineer, EngineerStatus, Skill};
pub use ops::create::add;
pub use reactions::EngineerDocuments;

/// The operations on engineers.
pub fn routes() -> Routes {
    let (read, update) = (Needs(permissions::ENGINEERS_READ), Needs(permissions::ENGINEERS_UPDATE));
    Routes::new("engineers")
        .get("/api/v1/engineers", read, "listEngineers", "List engineers", ops::list::handle)
        .post("/api/v1/engineers", update, "createEngineer", "Add an engineer", ops::create::handle)
        .get("/api/v1/engineers/{id}", read, "getEngineer", "Show an engineer", ops::get::handle)
        .patch("/api/v1/engineers/{id}", update, "updateEngineer", "Change an engineer", ops::update::handle)
        .post("/api/v1/engineers/{id}/archive", update, "archiveEngineer", "Archive an engineer", ops::archive::handle)
        .post(
            "/api/v1/engineers/{id}/restore",
            update,
            "restoreEngineer",
            "Take an engineer out of the archive",
            ops::restore::handle,
        )
        .post(
            "/api/v1/engineers/{id}/reveal",
            read,
            "revealEngineerField",
            "Show one own field of personal data of an engineer",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get(
            "/api/v1/engineers/{id}/timeline",
            read,
            "engineerTimeline",
            "What happened to an engineer's record",
            ops::timeline::handle,
        )
}

/// Adds an engineer inside the caller's transaction, as the demo company does.
pub async fn insert(tx: &mut Tx<'_>, body: CreateEngineer) -> Result<Engineer, WorkforceError> {
    add(tx, body).await
}

/// One engineer, archived or not, whoever asks.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Engineer>, DbError> {
    let mut found = store::get(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// The engineer who signs in as this user, unless archived.
pub async fn by_user(q: &mut impl Query, user_id: Uuid) -> Result<Option<Engineer>, DbError> {
    let mut found = store::by_user(q, user_id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// Those with these ids, archived or not, in no order.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Engineer>, DbError> {
    let mut found = store::by_ids(q, ids).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Everybody who can be sent, by id.
pub async fn active(q: &mut impl Query) -> Result<Vec<Engineer>, DbError> {
    let mut found = store::active(q).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Everybody who is not archived, whether they can be sent or not, by id.
pub async fn listed(q: &mut impl Query) -> Result<Vec<Engineer>, DbError> {
    let mut found = store::listed(q).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// What the caller may see of the engineers' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, engineers: &mut [Engineer]) -> Result<(), DbError> {
    objects::shown(q, "engineer", engineers.iter_mut().map(|engineer| &mut engineer.ext.0).collect()).await
}

/// The structure of engineers.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("workforce", 1, "engineers", "../migrations/0001_engineers.sql"),
        db::migration!("workforce", 2, "own_fields", "../migrations/0002_own_fields.sql"),
    ]
}
