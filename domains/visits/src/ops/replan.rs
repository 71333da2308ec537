//! Planning a visit anew: another time, another engineer. Own fields change here too, whatever became of the visit.

use authz::permissions::DISPATCH_USE;
use axum::extract::State;
use db::{Json, Query as _, Tx};
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned, scope_condition};
use kernel::Uuid;
use objects::Numbers;

use crate::{
    VisitError,
    api::{ReplanVisit, VisitPath, checked_span},
    model::Visit,
    own_fields,
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
    let change = async move |tx: &mut Tx<'_>| -> Result<Visit, VisitError> {
        let mut visit = replan(tx, id, version, body).await?;
        own_fields(tx, std::slice::from_mut(&mut visit)).await?;
        Ok(visit)
    };
    Ok(Versioned(app.db().write(&cx, change).await?))
}

pub(crate) async fn replan(tx: &mut Tx<'_>, id: Uuid, version: i64, body: ReplanVisit) -> Result<Visit, VisitError> {
    let cx = tx.cx().clone();
    let before = store::within(tx, id, scope_condition(&cx, DISPATCH_USE, &store::SCOPE)).await?;
    if before.version != version {
        return Err(VisitError::Stale);
    }
    let is_plan = body.is_plan();
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
    if is_plan {
        after.replan(engineer.as_ref(), span)?;
    }
    let moved = after != before;
    let own = objects::settle_ext(tx, "visit", id, Some(&before.ext.0), body.ext, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after == before {
        return Ok(before);
    }
    store::update(tx, &before, &mut after).await?;
    let mut changes = events::changes(&before, &after);
    own.tell(&mut changes);
    let told = event(&after, if moved { "visit.replanned" } else { "visit.updated" }, changes);
    let mut stmts = vec![events::statement(&cx, &told)];
    stmts.extend(own.statements);
    if moved {
        stmts.push(jobs::statement(&cx, &notice(&after, after.engineer_id, after.assignee_id, "replanned")));
    }
    if before.engineer_id != after.engineer_id {
        let gone = notice(&after, before.engineer_id, before.assignee_id, "cancelled");
        stmts.push(jobs::statement(&cx, &gone));
    }
    tx.execute_all(stmts).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{TICKETS_ASSIGN, TICKETS_READ, VISITS_READ};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::{Api, encoded, person};
    use serde_json::{Value, json};

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

        testing::migrations(), |t| own_fields_are_checked_numbered_masked_listed_and_told {
            let stage = Stage::new(t).await;
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let field = |id: &str, kind: Value, more: &Value| {
                let mut field = json!({"id": id, "label": {"zh": id, "en": id}, "kind": kind});
                field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                field
            };
            let fields = json!([
                field("grade", json!({"type": "integer", "min": 1}), &json!({"filterable": true, "sortable": true})),
                field("gate", json!({"type": "text"}), &json!({"personal": true})),
                field("permit", json!({"type": "text"}), &json!({"unique": true})),
                field("fee", json!({"type": "integer"}), &json!({"see_roles": ["boss"]})),
                field("running", json!({"type": "auto_number", "prefix": "K", "digits": 3}), &json!({})),
                field("asked_by", json!({"type": "relation", "object": "ticket"}), &json!({})),
                field("about", json!({"type": "look_up", "relation": "asked_by", "field": "title", "result": "text"}), &json!({})),
            ]);
            let body = json!({"catalogue": {"object": "visit", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/visit/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let reserved = json!({"catalogue": {"object": "visit", "fields": [field("starts_at", json!({"type": "text"}), &json!({}))]}});
            let refused = api.send(&t.cx, Method::PUT, "/api/v1/objects/visit/fields", &[("if-match", "\"1\"")], Some(reserved)).await;
            assert!(refused.status == 422, "{}", refused.json);
            let office = person(&t.cx, 1, &[
                (DISPATCH_USE, Scope::All), (TICKETS_ASSIGN, Scope::All), (TICKETS_READ, Scope::All), (VISITS_READ, Scope::All),
            ]);
            let path = format!("/api/v1/tickets/{}/visits", stage.ticket.id);
            let plan = |hour: u8, ext: Value| json!({
                "engineer_id": stage.engineer.id, "starts_at": format!("2026-03-02T0{hour}:00:00Z"),
                "ends_at": format!("2026-03-02T0{hour}:30:00Z"), "ext": ext,
            });
            let wrong = api.post(&office, &path, plan(1, json!({"grade": 0, "size": 1}))).await;
            assert_eq!(wrong.errors(), ["/ext/grade too_small", "/ext/size unknown_field"]);
            let ext = json!({"grade": 2, "gate": "4711", "permit": "P-1", "asked_by": stage.ticket.id});
            let made = api.post(&office, &path, plan(1, ext)).await.ok(201);
            let shown = |grade: i64, gate: &str| json!({
                "grade": grade, "gate": gate, "permit": "P-1", "running": "K002", "asked_by": stage.ticket.id, "about": "门机异响",
            });
            assert_eq!(made.json["ext"], shown(2, "***"));
            let twin = api.post(&office, &path, plan(2, json!({"permit": "P-1"}))).await;
            twin.refused(409, "not_unique");
            api.post(&t.cx, &path, plan(2, json!({"grade": 4, "fee": 9}))).await.ok(201);
            let mut plain = plan(3, Value::Null);
            plain.as_object_mut().unwrap().remove("ext");
            api.post(&office, &path, plain).await.ok(201);

            let one = format!("/api/v1/visits/{}", made.id());
            let told_before = testing::notices(t).await.len();
            let changed = api.patch(&office, &one, 1, json!({"ext": {"grade": 5, "gate": "***"}})).await.ok(200);
            assert_eq!((&changed.json["ext"], &changed.json["version"]), (&shown(5, "***"), &json!(2)));
            // The engineer is told of another time, and not of an own field.
            assert_eq!(testing::notices(t).await.len(), told_before);
            api.patch(&office, &one, 1, json!({"ext": {"grade": 1}})).await.refused(412, "stale");
            assert_eq!(api.patch(&office, &one, 2, json!({"ext": {"grade": 0}})).await.errors(), ["/ext/grade too_small"]);
            let moved = json!({"starts_at": "2026-03-03T01:00:00Z", "ends_at": "2026-03-03T02:00:00Z"});
            assert_eq!(api.patch(&office, &one, 2, moved).await.ok(200).json["ext"], shown(5, "***"));
            assert_eq!(api.get(&t.cx, &one).await.ok(200).json["ext"], shown(5, "4711"));
            for who in [&t.other, &person(&t.cx, 77, &[(VISITS_READ, Scope::Own), (DISPATCH_USE, Scope::Own)])] {
                api.patch(who, &one, 3, json!({"ext": {"grade": 1}})).await.refused(404, "not_found");
                api.post(who, &format!("{one}/reveal"), json!({"field": "gate"})).await.refused(404, "not_found");
            }
            let told = api.get(&office, &format!("{one}/timeline")).await.ok(200);
            assert_eq!(told.column("kind"), ["visit.replanned", "visit.updated", "visit.planned"]);
            assert_eq!(told.json["items"][1]["data"], json!({"ext.grade": {"from": 2, "to": 5}}));
            assert!(!told.json.to_string().contains("4711"), "{}", told.json);
            let seen = api.post(&office, &format!("{one}/reveal"), json!({"field": "gate"})).await.ok(200);
            assert_eq!(seen.json, json!({"value": "4711"}));
            assert_eq!(api.get(&office, &format!("{one}/timeline")).await.column("kind")[0], objects::REVEALED);

            let tree = encoded(&json!({"field": "grade", "op": "ge", "value": 3}).to_string());
            let listed = api.get(&office, &format!("/api/v1/visits?sort=-grade&filter={tree}")).await.ok(200);
            assert_eq!((listed.column("ext")[0].clone(), &listed.column("ext")[1]["grade"]), (shown(5, "***"), &json!(4)));
            // What only some roles see stands nowhere for others.
            assert_eq!(listed.column("ext")[1]["fee"], json!(null));
            let of_ticket = api.get(&office, &path).await.ok(200);
            assert!(!of_ticket.json.to_string().contains("4711") && !of_ticket.json.to_string().contains("fee"), "{}", of_ticket.json);
            assert_eq!(api.get(&t.cx, "/api/v1/visits?sort=grade").await.ok(200).column("ext")[0]["fee"], json!(9));
            // The visit goes on being worked on, and own fields can be filled in afterwards.
            let visit = stage.visit_now(t, made.json["id"].as_str().unwrap().parse().unwrap()).await;
            let arrived = stage.send(t, &visit, "check_in", json!({})).await;
            assert_eq!(arrived.outcome, crate::Outcome::Applied);
            let late = api.patch(&office, &one, 4, json!({"ext": {"grade": 3}})).await.ok(200);
            assert_eq!((&late.json["ext"], &late.json["status"]), (&shown(3, "***"), &json!("on_site")));
        }
    }
}
