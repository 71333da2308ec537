//! Saying why a visit has no signature.

use authz::permissions::TICKETS_CLOSE;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;

use crate::{
    VisitError,
    api::{CancelVisit, VisitPath, checked_reason},
    model::Visit,
    own_fields, sign, store,
};

/// The office excuses the signature; the reason stands on the visit.
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
        let mut visit = excuse(tx, id, version, reason).await?;
        own_fields(tx, std::slice::from_mut(&mut visit)).await?;
        Ok(visit)
    };
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn excuse(tx: &mut Tx<'_>, id: Uuid, version: i64, reason: String) -> Result<Visit, VisitError> {
    let scope = scope_condition(tx.cx(), TICKETS_CLOSE, &store::SCOPE);
    let before = store::within(tx, id, scope).await?;
    if before.version != version {
        return Err(VisitError::Stale);
    }
    sign::confirm(tx, &before, Err(reason)).await
}

#[cfg(test)]
mod tests {
    use db::Json;
    use serde_json::json;

    use super::*;
    use crate::{
        Signature, SignatureVia,
        testing::{self, Stage},
    };

    testkit::both! {
        testing::migrations(), |t| only_a_visit_that_took_place_can_be_excused_or_signed {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let (id, ticket_id) = (visit.id, stage.ticket.id);
            let early = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| excuse(tx, id, 1, "x".into()).await).await;
            assert!(matches!(early, Err(VisitError::NotPossible { .. })));
            let signature = Signature {
                file_id: Uuid::from_u128(3), signer_name: "王经理".into(), signed_at: testkit::MONDAY, via: SignatureVia::Link,
            };
            let given = signature.clone();
            let early = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| sign(tx, ticket_id, given).await).await;
            assert!(matches!(early, Err(VisitError::NothingToSign)));
            stage.send(t, &visit, "check_in", json!({})).await;
            stage.send(t, &visit, "check_out", json!({})).await;
            let excused = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| excuse(tx, id, 3, "客户不在".into()).await).await.unwrap();
            assert!(excused.is_confirmed());
            let given = signature.clone();
            let signed = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| sign(tx, ticket_id, given).await).await.unwrap();
            assert_eq!((signed[0].signature.clone(), signed[0].excused_reason.clone()), (Json(Some(signature)), None));
        }
    }
}
