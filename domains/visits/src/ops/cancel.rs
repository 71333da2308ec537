//! Calling a visit off.

use authz::permissions::DISPATCH_USE;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;

use crate::{
    VisitError,
    api::{CancelVisit, VisitPath, checked_reason},
    model::Visit,
    own_fields, plan, store,
};

/// Calls the visit off; its engineer is told.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
    version: IfMatch,
    Body(body): Body<CancelVisit>,
) -> Result<Versioned<Visit>, Problem> {
    let reason = checked_reason(&body.reason).map_err(VisitError::from)?;
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| -> Result<Visit, VisitError> {
        let mut visit = cancel(tx, id, version, reason).await?;
        own_fields(tx, std::slice::from_mut(&mut visit)).await?;
        Ok(visit)
    };
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn cancel(tx: &mut Tx<'_>, id: Uuid, version: i64, reason: String) -> Result<Visit, VisitError> {
    let scope = scope_condition(tx.cx(), DISPATCH_USE, &store::SCOPE);
    let before = store::within(tx, id, scope).await?;
    if before.version != version {
        return Err(VisitError::Stale);
    }
    plan::cancel(tx, before, reason).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| a_visit_is_called_off_until_the_engineer_has_arrived {
            let stage = Stage::new(t).await;
            let (first, second) = (stage.visit(t, 0).await, stage.visit(t, 4).await);
            let id = first.id;
            let off = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| cancel(tx, id, 1, "客户改期".into()).await).await.unwrap();
            assert_eq!(off.cancel_reason.as_deref(), Some("客户改期"));
            assert!(stage.send(t, &second, "check_in", json!({})).await.problem.is_none());
            let id = second.id;
            let late = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| cancel(tx, id, 2, "x".into()).await).await;
            assert!(matches!(late, Err(VisitError::NotPossible { .. })));
        }
    }
}
