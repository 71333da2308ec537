//! One engineer.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Read};
use http_api::{App, Caller, Path, Problem, Versioned, scope_condition};

use crate::{WorkforceError, api::EngineerPath, model::Engineer, own_fields, store};

/// The engineer, archived or not.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(EngineerPath { id }): Path<EngineerPath>,
) -> Result<Versioned<Engineer>, Problem> {
    let engineer = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Engineer, WorkforceError> {
            let scope = scope_condition(r.cx(), permissions::ENGINEERS_READ, &store::SCOPE);
            let mut engineer = store::within(r, id, scope).await?;
            own_fields(r, std::slice::from_mut(&mut engineer)).await?;
            Ok(engineer)
        })
        .await?;
    Ok(Versioned(engineer))
}
