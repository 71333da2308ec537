//! One visit.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{Query as _, Read};
use http_api::{App, Caller, Path, Problem, Versioned, scope_condition};

use crate::{VisitError, api::VisitPath, model::Visit, own_fields, store};

/// The visit.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
) -> Result<Versioned<Visit>, Problem> {
    let find = async move |r: &mut Read<'_>| -> Result<Visit, VisitError> {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::SCOPE);
        let mut visit = store::within(r, id, scope).await?;
        own_fields(r, std::slice::from_mut(&mut visit)).await?;
        Ok(visit)
    };
    Ok(Versioned(app.db().read(&cx, find).await?))
}
