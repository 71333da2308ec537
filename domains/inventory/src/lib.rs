//! The parts list with a simple stock on hand, and the parts used on jobs.
//!
//! A use takes name, price and cost as they are at that moment and lowers the stock. The stock may fall below zero:
//! the engineer has the part in hand whatever the books say; a warning stands at the part until somebody counts.

mod api;
mod error;
mod model;
mod ops;
mod reactions;
mod store;
pub mod table;
#[cfg(test)]
mod testing;
mod uses;

use authz::{Access::Needs, permissions};
use db::{DbError, Migration, Query, Tx};
use http_api::Routes;
use kernel::Uuid;

pub use api::{CreatePart, PartPath, UpdatePart};
pub use error::InventoryError;
pub use model::{NewUse, Part, PartUse};
pub use ops::create::add;
pub use reactions::{BuiltInParts, PartDocuments};
pub use store::of_devices::parts_of_devices;
pub use store::{cost_of_customer, uses_of_ticket};
pub use uses::{record_use, return_use};

/// The operations on parts.
pub fn routes() -> Routes {
    let (read, update) = (Needs(permissions::PARTS_READ), Needs(permissions::PARTS_UPDATE));
    Routes::new("parts")
        .get("/api/v1/parts", read, "listParts", "List parts", ops::list::handle)
        .post("/api/v1/parts", update, "createPart", "Add a part", ops::create::handle)
        .get("/api/v1/parts/{id}", read, "getPart", "Show a part", ops::get::handle)
        .patch("/api/v1/parts/{id}", update, "updatePart", "Change a part, or set its stock", ops::update::handle)
        .post("/api/v1/parts/{id}/archive", update, "archivePart", "Archive a part", ops::archive::handle)
        .post(
            "/api/v1/parts/{id}/restore",
            update,
            "restorePart",
            "Take a part out of the archive",
            ops::restore::handle,
        )
        .post(
            "/api/v1/parts/{id}/reveal",
            read,
            "revealPartField",
            "Show one own field of personal data of a part",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .get("/api/v1/parts/{id}/timeline", read, "partTimeline", "What happened to a part", ops::timeline::handle)
        .get(
            "/api/v1/tickets/{id}/part-uses",
            Needs(permissions::TICKETS_READ),
            "listTicketPartUses",
            "Parts used on a ticket",
            ops::ticket_uses::handle,
        )
        .post(
            "/api/v1/part-uses/{id}/return",
            update,
            "returnPartUse",
            "Take back a use that was booked by mistake",
            ops::return_use::handle,
        )
}

/// Adds a part inside the caller's transaction, as the demo company does.
pub async fn insert(tx: &mut Tx<'_>, body: CreatePart) -> Result<Part, InventoryError> {
    add(tx, body).await
}

/// One part, archived or not.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Part>, DbError> {
    let mut found = store::get(q, id).await?;
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

/// Several parts, archived or not, in no order.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Part>, DbError> {
    let mut found = store::by_ids(q, ids).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// Parts that are not archived, by code; at most `limit`.
pub async fn listed(q: &mut impl Query, limit: i64) -> Result<Vec<Part>, DbError> {
    let mut found = store::listed(q, limit).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// What the caller may see of the parts' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, parts: &mut [Part]) -> Result<(), DbError> {
    objects::shown(q, "part", parts.iter_mut().map(|part| &mut part.ext.0).collect()).await
}

/// The structure of parts and their uses.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("inventory", 1, "parts", "../migrations/0001_parts.sql"),
        db::migration!("inventory", 2, "own_fields", "../migrations/0002_own_fields.sql"),
    ]
}
