//! Planning a visit anew: another time, another engineer.

use authz::permissions::DISPATCH_USE;
use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;

use crate::{
    VisitError,
    api::{ReplanVisit, VisitPath, checked_span},
    model::Visit,
    plan::{event, notice},
    store,
};

/// Changes time or engineer; the engineer must answer again.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
    version: IfMatch,
    Body(body): Body<ReplanVisit>,
) -> Result<Versioned<Visit>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| replan(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn replan(tx: &mut Tx<'_>, id: Uuid, version: i64, body: ReplanVisit) -> Result<Visit, VisitError> {
    let cx = tx.cx().clone();
    let before = store::within(tx, id, scope_condition(&cx, DISPATCH_USE, &store::SCOPE)).await?;
    if before.version != version {
        return Err(VisitError::Stale);
    }
    let (from, to) = (body.starts_at.unwrap_or(before.starts_at), body.ends_at.unwrap_or(before.ends_at));
    let span = checked_span(from, to)?;
    let engineer = match body.engineer_id {
        Some(id) => {
            let engineer = workforce::get(tx, id).await?.ok_or(VisitError::EngineerUnavailable)?;
            if !engineer.is_available() {
                return Err(VisitError::EngineerUnavailable);
            }
            Some(engineer)
        }
        None => None,
    };
    let mut after = before.clone();
    after.replan(engineer.as_ref(), span)?;
    if after == before {
        return Ok(before);
    }
    store::update(tx, &before, &mut after).await?;
    let told = event(&after, "visit.replanned", events::changes(&before, &after));
    let mut stmts = vec![
        events::statement(&cx, &told),
        jobs::statement(&cx, &notice(&after, after.engineer_id, after.assignee_id, "replanned")),
    ];
    if before.engineer_id != after.engineer_id {
        let gone = notice(&after, before.engineer_id, before.assignee_id, "cancelled");
        stmts.push(jobs::statement(&cx, &gone));
    }
    tx.execute_all(stmts).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| a_visit_moves_in_time_and_to_another_engineer_until_it_has_begun {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let dispatcher = person(&t.cx, 1, &[(DISPATCH_USE, Scope::All)]);
            let api = testing::api(t);
            let path = format!("/api/v1/visits/{}", visit.id);
            let body = json!({ "starts_at": "2026-03-03T01:00:00Z", "ends_at": "2026-03-03T02:00:00Z" });
            let moved = api.patch(&dispatcher, &path, 1, body.clone()).await.ok(200);
            assert_eq!((moved.json["version"].as_i64(), moved.json["starts_at"].as_str()), (Some(2), Some("2026-03-03T01:00:00Z")));
            api.patch(&dispatcher, &path, 1, body).await.refused(412, "stale");
            let other = json!({ "engineer_id": stage.other.id });
            let given = api.patch(&dispatcher, &path, 2, other).await.ok(200);
            assert_eq!(given.json["engineer_name"], stage.other.name.as_str());
            assert_eq!(testing::notices(t).await, ["cancelled", "planned", "replanned", "replanned"]);
            let arrived = stage.send_as_other(t, &visit, "check_in", json!({})).await;
            assert_eq!(arrived.outcome, crate::Outcome::Applied);
            let late = json!({ "starts_at": "2026-03-03T02:00:00Z", "ends_at": "2026-03-03T03:00:00Z" });
            api.patch(&dispatcher, &path, 4, late).await.refused(409, "action_not_possible");
        }
    }
}
