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
use db::{Migration, Query as _, Tx};
use http_api::Routes;

pub use api::{CreateEngineer, EngineerPath, UpdateEngineer};
pub use error::WorkforceError;
pub use model::{Engineer, EngineerStatus, Skill};
pub use ops::create::add;
pub use reactions::EngineerDocuments;
pub use store::{active, by_ids, by_user, get, listed};

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
    let engineer = ops::create::prepare(tx.cx(), body)?;
    ops::create::save(tx, engineer).await
}

/// The structure of engineers.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("workforce", 1, "engineers", "../migrations/0001_engineers.sql")]
}
