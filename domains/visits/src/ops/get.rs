//! One visit.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{Query as _, Read};
use http_api::{App, Caller, Path, Problem, Versioned, scope_condition};

use crate::{api::VisitPath, model::Visit, store};

/// The visit.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
) -> Result<Versioned<Visit>, Problem> {
    let find = async move |r: &mut Read<'_>| {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::SCOPE);
        store::within(r, id, scope).await
    };
    Ok(Versioned(app.db().read(&cx, find).await?))
}
