//! Steps from phones that wait for a decision.

use authz::{
    allows,
    permissions::{DISPATCH_USE, VISITS_READ},
};
use axum::extract::State;
use db::{Query as _, Read, Tx, list::ListPage};
use http_api::{App, Body, Caller, Json, ListParams, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;
use objects::listing;
use serde_json::json;

use crate::{
    VisitError,
    api::{ConflictPath, ResolveConflict},
    conflict::{ConflictStatus, Decision, FieldConflict},
    deliver::apply,
    field::{Refusal, Stamp, Step},
    plan::event,
    store,
};

/// Conflicts the caller sent, has to do with, or oversees; filter by `status`.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<FieldConflict>>, Problem> {
    let list = async move |r: &mut Read<'_>| {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::CONFLICT_SCOPE);
        listing::page::<FieldConflict>(r, &store::CONFLICTS, &params, vec![scope]).await
    };
    Ok(Json(app.db().read(&cx, list).await?))
}

/// Lets the step count, or not. Deciding once is final.
pub async fn resolve(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ConflictPath { id }): Path<ConflictPath>,
    Body(body): Body<ResolveConflict>,
) -> Result<Versioned<FieldConflict>, Problem> {
    let decide = async move |tx: &mut Tx<'_>| decide(tx, id, body.decision).await;
    Ok(Versioned(app.db().write(&cx, decide).await?))
}

async fn decide(tx: &mut Tx<'_>, id: Uuid, decision: Decision) -> Result<FieldConflict, VisitError> {
    let cx = tx.cx().clone();
    let scope = || scope_condition(&cx, VISITS_READ, &store::CONFLICT_SCOPE);
    let conflict = store::conflict(tx, id, scope()).await?;
    let own = conflict.sent_by == cx.actor().id;
    if !(allows(&cx, DISPATCH_USE) || own && decision == Decision::Discard) {
        return Err(VisitError::Forbidden);
    }
    let status = match decision {
        Decision::Apply => ConflictStatus::Applied,
        Decision::Discard => ConflictStatus::Discarded,
    };
    if !store::decide(tx, id, status).await? {
        return Err(VisitError::DecidedAlready);
    }
    let visit = store::get(tx, conflict.visit_id).await?.ok_or(VisitError::NotFound)?;
    if decision == Decision::Apply {
        let stamp = Stamp {
            command_id: conflict.client_id,
            at: conflict.applied_at,
            skew_seconds: None,
            by: conflict.sent_by,
            by_name: conflict.sent_by_name.clone(),
            for_anybody: true,
            decided: true,
        };
        let refused = |refusal: Refusal| match refusal {
            Refusal::Rejected(reason) | Refusal::Conflict(reason) => {
                VisitError::Rejected(reason.code, reason.detail.into_owned())
            }
        };
        let step = Step::read(conflict.kind, &conflict.payload).map_err(refused)?;
        apply(tx, &visit, conflict.kind, step, &conflict.payload, &stamp).await?.map_err(refused)?;
    }
    let data = json!({ "conflict_id": id, "step": conflict.kind, "code": conflict.code, "decision": decision });
    events::append(tx, event(&visit, "visit.conflict_resolved", data)).await?;
    store::conflict(tx, id, scope()).await
}

#[cfg(test)]
mod tests {
    use authz::permissions::VISITS_WORK;
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use crate::{
        Outcome, VisitStatus,
        testing::{self, Stage},
    };

    use super::*;

    testkit::both! {
        testing::migrations(), |t| a_conflict_is_shown_to_both_sides_and_decided_once {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            stage.cancel(t, &visit, "客户改期").await;
            let sent = stage.send(t, &visit, "check_in", json!({ "lat": 31.2, "lng": 121.5 })).await;
            assert_eq!(sent.outcome, Outcome::Conflict);
            let api = testing::api(t);
            let engineer = person(&t.cx, testing::ENGINEER_USER, &[(VISITS_READ, Scope::Own), (VISITS_WORK, Scope::Own)]);
            let stranger = person(&t.cx, 77, &[(VISITS_READ, Scope::Own), (VISITS_WORK, Scope::Own)]);
            let auditor = person(&t.cx, 78, &[(VISITS_READ, Scope::All)]);
            let dispatcher = person(&t.cx, 1, &[(VISITS_READ, Scope::All), (DISPATCH_USE, Scope::All)]);
            for who in [&engineer, &dispatcher] {
                let shown = api.get(who, "/api/v1/field/conflicts").await.ok(200);
                assert_eq!(shown.json["items"][0]["code"], "visit_cancelled");
                assert_eq!(shown.json["items"][0]["payload"]["lat"], 31.2);
            }
            assert!(api.get(&stranger, "/api/v1/field/conflicts").await.ok(200).column("id").is_empty());
            let path = format!("/api/v1/field/conflicts/{}/resolve", sent.conflict_id.unwrap());
            let yes = json!({ "decision": "apply" });
            api.post(&stranger, &path, yes.clone()).await.refused(404, "not_found");
            api.post(&auditor, &path, yes.clone()).await.refused(403, "forbidden");
            api.post(&engineer, &path, yes.clone()).await.refused(403, "forbidden");
            let decided = api.post(&dispatcher, &path, yes.clone()).await.ok(200);
            assert_eq!(decided.json["status"], "applied");
            let visit = stage.visit_now(t, visit.id).await;
            assert_eq!((visit.status, visit.checked_in_lat), (VisitStatus::OnSite, Some(31.2)));
            assert_eq!(visit.checked_in_by, Some(Uuid::from_u128(testing::ENGINEER_USER)));
            api.post(&dispatcher, &path, yes).await.refused(409, "decided_already");
        }

        testing::migrations(), |t| whoever_sent_a_step_may_discard_it {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            stage.cancel(t, &visit, "客户改期").await;
            let sent = stage.send(t, &visit, "check_in", json!({})).await;
            let engineer = person(&t.cx, testing::ENGINEER_USER, &[(VISITS_READ, Scope::Own), (VISITS_WORK, Scope::Own)]);
            let path = format!("/api/v1/field/conflicts/{}/resolve", sent.conflict_id.unwrap());
            let decided = testing::api(t).post(&engineer, &path, json!({ "decision": "discard" })).await.ok(200);
            assert_eq!(decided.json["status"], "discarded");
            assert_eq!(stage.visit_now(t, visit.id).await.status, VisitStatus::Cancelled);
        }
    }
}
