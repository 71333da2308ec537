//! One part.

use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Path, Problem, Versioned};

use crate::{InventoryError, api::PartPath, model::Part};

/// The part, archived or not.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartPath { id }): Path<PartPath>,
) -> Result<Versioned<Part>, Problem> {
    let part = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| crate::get(r, id).await?.ok_or(InventoryError::NotFound))
        .await?;
    Ok(Versioned(part))
}
