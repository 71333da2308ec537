//! One engineer.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Read};
use http_api::{App, Caller, Path, Problem, Versioned, scope_condition};

use crate::{api::EngineerPath, model::Engineer, store};

/// The engineer, archived or not.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
) -> Result<Versioned<Engineer>, Problem> {
    let engineer = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let scope = scope_condition(r.cx(), permissions::ENGINEERS_READ, &store::SCOPE);
            store::within(r, id, scope).await
        })
        .await?;
    Ok(Versioned(engineer))
}
