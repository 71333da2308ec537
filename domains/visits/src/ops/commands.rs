//! Reports from phones: late, twice, out of order.

use axum::extract::State;
use http_api::{App, Body, Caller, Json, Problem};

use crate::deliver::{BatchOutcome, CommandBatch, deliver_batch};

/// Takes up to 100 commands in; each gets an outcome of its own.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(batch): Body<CommandBatch>,
) -> Result<Json<BatchOutcome>, Problem> {
    deliver_batch(app.db(), &cx, batch).await.map(Json)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use http_api::http::Method;
    use kernel::{Timestamp, Uuid};
    use serde_json::{Value, json};
    use tickets::{Action, ClosingCheck as _, Status};

    use super::*;
    use crate::{
        Outcome, VisitResult, VisitStatus, VisitsDone,
        testing::{self, Stage, command, deliver},
    };

    const MINUTE: i64 = 60_000_000;

    fn outcomes(results: &[crate::CommandOutcome]) -> Vec<Outcome> {
        results.iter().map(|result| result.outcome).collect()
    }

    testkit::both! {
        testing::migrations(), |t| a_whole_visit_is_reported_and_the_ticket_follows {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            assert_eq!(stage.send(t, &visit, "accept", json!({})).await.outcome, Outcome::Applied);
            assert_eq!(stage.ticket_now(t).await.status, Status::Accepted);
            stage.send(t, &visit, "depart", json!({})).await;
            t.clock.advance(std::time::Duration::from_mins(20));
            stage.send(t, &visit, "check_in", json!({ "lat": 31.2304, "lng": 121.4737, "accuracy_metres": 12.5 })).await;
            assert_eq!(stage.ticket_now(t).await.status, Status::InService);
            t.clock.advance(std::time::Duration::from_mins(50));
            let more = vec![
                command(t, &visit, "checklist", json!({ "items": [{ "id": "safety", "done": true, "note": "已挂牌" }] })),
                command(t, &visit, "part_use", json!({ "part_id": stage.part_id, "quantity": 2, "serial": "B-7" })),
                command(t, &visit, "photo", json!({ "file_id": stage.file_id, "kind": "after", "lat": 31.2, "lng": 121.4,
                    "sha256": stage.file_sha256.to_uppercase() })),
                command(t, &visit, "note", json!({ "text": "皮带老化" })),
                command(t, &visit, "signature", json!({ "file_id": stage.file_id, "signer_name": "王经理" })),
                command(t, &visit, "result", json!({ "result": "fixed", "text": "更换门机皮带", "cause_code": "wear",
                    "resolve_ticket": true })),
                command(t, &visit, "check_out", json!({ "lat": 31.2304, "lng": 121.4737 })),
            ];
            let results = deliver(t, &testing::engineer_cx(t), more).await;
            assert!(results.iter().all(|result| result.outcome == Outcome::Applied), "{results:?}");
            let done = stage.visit_now(t, visit.id).await;
            assert_eq!((done.status, done.labour_minutes, done.travel_minutes), (VisitStatus::Done, 50, 20));
            assert_eq!((done.result, done.version), (Some(VisitResult::Fixed), 11));
            assert_eq!((done.parts_used.0[0].quantity, done.photos.0[0].sha256.as_str()), (2, stage.file_sha256.as_str()));
            assert!(done.checklist.0[0].done && done.is_confirmed());
            let ticket = stage.ticket_now(t).await;
            assert_eq!((ticket.status, ticket.resolution.as_deref()), (Status::Resolved, Some("更换门机皮带")));
            assert_eq!(ticket.cause_code.as_deref(), Some("wear"));
            let missing = t.db.write(&t.cx, async move |tx: &mut db::Tx<'_>| VisitsDone.unmet(tx, &ticket).await).await.unwrap();
            assert!(missing.is_empty(), "{missing:?}");
        }

        testing::migrations(), |t| a_second_delivery_is_accepted_once {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let part = command(t, &visit, "part_use", json!({ "part_id": stage.part_id, "quantity": 1 }));
            let first = deliver(t, &testing::engineer_cx(t), vec![part.clone(), part.clone()]).await;
            assert_eq!(outcomes(&first), [Outcome::Applied, Outcome::Duplicate]);
            assert_eq!((first[1].first_outcome, first[1].version), (Some(Outcome::Applied), Some(2)));
            let engineer = testing::engineer_cx(t);
            let at_once = join_all((0..6).map(|_| deliver(t, &engineer, vec![part.clone()]))).await;
            assert!(at_once.iter().all(|results| results[0].outcome == Outcome::Duplicate));
            assert_eq!(stage.visit_now(t, visit.id).await.parts_used.0.len(), 1);
        }

        testing::migrations(), |t| the_same_command_and_many_others_at_once_all_count_exactly_once {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let engineer = testing::engineer_cx(t);
            let same = command(t, &visit, "note", json!({ "text": "同一条" }));
            let mut commands: Vec<_> = (0..4).map(|n| command(t, &visit, "note", json!({ "text": format!("第{n}条") }))).collect();
            commands.extend([same.clone(), same.clone(), same]);
            let results = join_all(commands.into_iter().map(|one| deliver(t, &engineer, vec![one]))).await;
            let applied = results.iter().filter(|result| result[0].outcome == Outcome::Applied).count();
            assert_eq!(applied, 5);
            let after = stage.visit_now(t, visit.id).await;
            assert_eq!((after.notes.0.len(), after.version), (5, 6));
        }

        testing::migrations(), |t| steps_that_arrive_late_and_in_the_wrong_order_give_the_same_visit {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let at = |minutes: i64, kind: &str, payload| {
                let mut step = command(t, &visit, kind, payload);
                step.device_time = Timestamp(testkit::MONDAY.0 + minutes * MINUTE);
                step
            };
            let steps = [
                at(60, "check_out", json!({})),
                at(15, "check_in", json!({ "lat": 31.0, "lng": 121.0 })),
                at(40, "result", json!({ "result": "needs_revisit" })),
                at(50, "result", json!({ "result": "fixed", "text": "好了" })),
                at(5, "depart", json!({})),
                at(1, "accept", json!({})),
            ];
            t.clock.advance(std::time::Duration::from_hours(30));
            for step in steps {
                let results = deliver(t, &testing::engineer_cx(t), vec![step]).await;
                assert_eq!(outcomes(&results), [Outcome::Applied], "{results:?}");
            }
            let after = stage.visit_now(t, visit.id).await;
            assert_eq!((after.status, after.result), (VisitStatus::Done, Some(VisitResult::Fixed)));
            assert_eq!((after.travel_minutes, after.labour_minutes), (10, 45));
            assert_eq!(after.accepted_at, Some(Timestamp(testkit::MONDAY.0 + MINUTE)));
        }

        testing::migrations(), |t| a_claim_that_contradicts_waits_and_additions_still_count {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let (engineer, id, other) = (testing::engineer_cx(t), visit.id, stage.other.id);
            t.db.write(&t.cx, async move |tx: &mut db::Tx<'_>| {
                let body = crate::ReplanVisit { engineer_id: Some(other), ..Default::default() };
                crate::ops::replan::replan(tx, id, 1, body).await
            }).await.unwrap();
            let steps = vec![
                command(t, &visit, "check_in", json!({ "lat": 31.0, "lng": 121.0 })),
                command(t, &visit, "note", json!({ "text": "现场已无人" })),
                command(t, &visit, "result", json!({ "result": "fixed" })),
            ];
            let results = deliver(t, &engineer, steps.clone()).await;
            assert_eq!(outcomes(&results), [Outcome::Conflict, Outcome::Applied, Outcome::Conflict]);
            assert_eq!(results[0].problem.as_ref().unwrap().code, "visit_reassigned");
            assert_eq!(results[0].visit.as_ref().unwrap().engineer_id, stage.other.id);
            let after = stage.visit_now(t, visit.id).await;
            assert_eq!((after.status, after.notes.0.len(), after.result), (VisitStatus::Planned, 1, None));
            assert_eq!(after.notes.0[0].by_name, format!("员工{}", testing::ENGINEER_USER));
            let again = deliver(t, &engineer, vec![steps[0].clone()]).await;
            assert_eq!((again[0].outcome, again[0].first_outcome), (Outcome::Duplicate, Some(Outcome::Conflict)));
            assert_eq!(again[0].conflict_id, results[0].conflict_id);
            let kept = t.db.read(&t.cx, { let id = stage.ticket.id; async move |r: &mut db::Read<'_>| crate::open_conflicts(r, id).await }).await.unwrap();
            assert_eq!(kept.len(), 2);
            assert_eq!(kept[0].payload["lat"], 31.0);
        }

        testing::migrations(), |t| a_wrong_clock_is_corrected_and_shown {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            // The phone is two hours behind: it says 06:10 when it is 08:10.
            t.clock.advance(std::time::Duration::from_mins(10));
            let phone_now = Timestamp(t.world.now().0 - 120 * MINUTE);
            let mut step = command(t, &visit, "check_in", json!({}));
            step.device_time = Timestamp(phone_now.0 - 5 * MINUTE);
            let batch = CommandBatch { sent_at: Some(phone_now), commands: vec![step] };
            let answer = deliver_batch(&t.db, &testing::engineer_cx(t), batch).await.unwrap();
            assert_eq!(answer.clock_skew_seconds, Some(7_200));
            let after = stage.visit_now(t, visit.id).await;
            assert_eq!(after.checked_in_at, Some(Timestamp(testkit::MONDAY.0 + 5 * MINUTE)));
            assert_eq!(after.clock_skew_seconds, Some(7_200));
            // Within a minute nothing is changed, and nothing happens in the future.
            let mut step = command(t, &visit, "check_out", json!({}));
            step.device_time = Timestamp(t.world.now().0 + 30 * MINUTE);
            let sent_at = Some(Timestamp(t.world.now().0 - 30_000_000));
            let answer = deliver_batch(&t.db, &testing::engineer_cx(t), CommandBatch { sent_at, commands: vec![step] }).await.unwrap();
            assert_eq!((answer.clock_skew_seconds, answer.results[0].applied_at), (None, Some(t.world.now())));
        }

        testing::migrations(), |t| what_cannot_be_applied_is_rejected_with_the_reason_and_changes_nothing {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let mut unknown_visit = command(t, &visit, "note", json!({ "text": "x" }));
            unknown_visit.visit_id = Uuid::from_u128(1);
            let steps = vec![
                unknown_visit,
                command(t, &visit, "fly", json!({})),
                command(t, &visit, "note", json!({ "text": " " })),
                command(t, &visit, "note", json!(null)),
                command(t, &visit, "check_in", json!({ "lat": 91.0, "lng": 0.0 })),
                command(t, &visit, "labour", json!({ "minutes": 0 })),
                command(t, &visit, "part_use", json!({ "part_id": Uuid::from_u128(1), "quantity": 1 })),
                command(t, &visit, "part_use", json!({ "part_id": stage.part_id, "quantity": -1 })),
                command(t, &visit, "photo", json!({ "file_id": Uuid::from_u128(1) })),
                command(t, &visit, "photo", json!({ "file_id": stage.file_id, "sha256": "00" })),
                command(t, &visit, "checklist", json!({ "items": [{ "id": "nonsense", "done": true }] })),
                command(t, &visit, "signature", json!({ "signer_name": "王经理" })),
            ];
            let results = deliver(t, &testing::engineer_cx(t), steps).await;
            let codes: Vec<_> = results.iter().map(|result| result.problem.as_ref().unwrap().code.as_str()).collect();
            assert_eq!(codes, [
                "unknown_visit", "unknown_kind", "invalid_text", "invalid_payload", "invalid_place", "invalid_minutes",
                "unknown_part", "invalid_part_use", "unknown_file", "checksum_mismatch", "unknown_checklist_item",
                "invalid_signature",
            ]);
            assert!(results.iter().all(|result| result.outcome == Outcome::Rejected));
            assert_eq!(stage.visit_now(t, visit.id).await, visit);
            // A stranger's phone learns nothing of the visit.
            let stranger = objects::testing::person(&t.cx, 77, &[(authz::permissions::VISITS_WORK, kernel::Scope::Own)]);
            let results = deliver(t, &stranger, vec![command(t, &visit, "note", json!({ "text": "x" }))]).await;
            assert_eq!(results[0].problem.as_ref().unwrap().code, "unknown_visit");
            // A file that arrives later makes the same command good.
            let mut photo = command(t, &visit, "photo", json!({ "file_id": Uuid::from_u128(1) }));
            assert_eq!(deliver(t, &testing::engineer_cx(t), vec![photo.clone()]).await[0].outcome, Outcome::Rejected);
            photo.payload = json!({ "file_id": stage.file_id });
            assert_eq!(deliver(t, &testing::engineer_cx(t), vec![photo]).await[0].outcome, Outcome::Applied);
        }

        testing::migrations(), |t| a_form_filled_in_on_site_goes_where_it_belongs {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let api = objects::testing::Api::new(&t.db, &t.world, [objects::routes()]);
            let field = |id: &str, kind: &str| json!({"id": id, "label": {"zh": id, "en": id}, "kind": {"type": kind}});
            let body = json!({"catalogue": {"object": "ticket", "fields": [field("load", "integer"), field("office", "text")]}});
            let version = [("if-match", "\"0\"")];
            api.send(&t.cx, Method::PUT, "/api/v1/objects/ticket/fields", &version, Some(body)).await.ok(200);
            let form = |channel: &str| json!({"form": {"id": "f", "name": {"zh": "现场", "en": "On site"}, "channel": channel,
                "version": 1, "body": [{"layout": "columns", "parts": [{"items": [{"type": "field", "field": "load", "width": 3}]}]}]}});
            let mut ids = Vec::new();
            for channel in ["staff", "engineer"] {
                let id = api.post(&t.cx, "/api/v1/objects/ticket/forms", form(channel)).await.ok(201).id();
                api.act(&t.cx, &format!("/api/v1/forms/{id}/publish"), 1).await.ok(200);
                ids.push(id);
            }
            let filled = |form: &str, values: Value| json!({"of": "ticket", "form": form, "form_version": 1, "values": values});
            let refused = stage.send(t, &visit, "fields", filled(&ids[0], json!({"load": 5}))).await;
            assert_eq!(refused.problem.unwrap().code, "form_not_yours");
            let refused = stage.send(t, &visit, "fields", filled(&ids[1], json!({"load": "heavy"}))).await;
            let problem = refused.problem.unwrap();
            assert!(problem.code == "invalid_values" && problem.detail.starts_with("load: "), "{}", problem.detail);
            assert_eq!((problem.errors[0].pointer.as_str(), problem.errors[0].code.as_str()), ("/load", "wrong_type"));
            let mut of_device = filled(&ids[1], json!({}));
            of_device["of"] = json!("device");
            let refused = stage.send(t, &visit, "fields", of_device).await;
            assert_eq!(refused.problem.unwrap().code, "unknown_device");
            assert_eq!(stage.visit_now(t, visit.id).await, visit);
            // What stands on no form for engineers stays the office's.
            let outcome = stage.send(t, &visit, "fields", filled(&ids[1], json!({"load": 630, "office": "x"}))).await;
            assert_eq!((outcome.outcome, outcome.version), (Outcome::Applied, Some(visit.version + 1)));
            assert_eq!(Value::Object(stage.ticket_now(t).await.ext.0), json!({"load": 630}));
            let engineer = objects::testing::person(&t.cx, testing::ENGINEER_USER, &[(authz::permissions::VISITS_READ, kernel::Scope::Own)]);
            let day = testing::api(t).get(&engineer, "/api/v1/field/today").await.ok(200).json;
            assert_eq!((&day["forms"][0]["object"], &day["forms"][0]["form"]["id"]), (&json!("ticket"), &json!(ids[1])));
        }

        testing::migrations(), |t| a_form_about_the_visit_is_filled_in_with_it {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let api = objects::testing::Api::new(&t.db, &t.world, [objects::routes()]);
            let field = |id: &str, kind: &str| json!({"id": id, "label": {"zh": id, "en": id}, "kind": {"type": kind}});
            let mut load = field("load", "integer");
            load["filterable"] = json!(true);
            let mut name = field("seen", "text");
            name["personal"] = json!(true);
            let body = json!({"catalogue": {"object": "visit", "fields": [load, name]}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/visit/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let items: Vec<Value> = ["load", "seen"].iter().map(|id| json!({"type": "field", "field": id, "width": 3})).collect();
            let form = json!({"form": {"id": "f", "name": {"zh": "现场", "en": "On site"}, "channel": "engineer",
                "version": 1, "body": [{"layout": "columns", "parts": [{"items": items}]}]}});
            let form = api.post(&t.cx, "/api/v1/objects/visit/forms", form).await.ok(201).id();
            api.act(&t.cx, &format!("/api/v1/forms/{form}/publish"), 1).await.ok(200);
            let filled = |values: Value| json!({"of": "visit", "form": form, "form_version": 1, "values": values});
            let refused = stage.send(t, &visit, "fields", filled(json!({"load": "heavy"}))).await;
            assert_eq!(refused.problem.unwrap().errors[0].pointer, "/load");
            assert_eq!(stage.visit_now(t, visit.id).await, visit);
            let outcome = stage.send(t, &visit, "fields", filled(json!({"load": 630, "seen": "王芳"}))).await;
            assert_eq!((outcome.outcome, outcome.version), (Outcome::Applied, Some(visit.version + 1)));
            let after = stage.visit_now(t, visit.id).await;
            assert_eq!((after.version, Value::Object(after.ext.0)), (2, json!({"load": 630, "seen": "王芳"})));
            let reader = [(authz::permissions::VISITS_READ, kernel::Scope::Own)];
            let engineer = objects::testing::person(&t.cx, testing::ENGINEER_USER, &reader);
            let ours = testing::api(t);
            let day = ours.get(&engineer, "/api/v1/field/today").await.ok(200).json;
            assert_eq!((&day["forms"][0]["object"], &day["visits"][0]["visit"]["ext"]), (&json!("visit"), &json!({"load": 630, "seen": "***"})));
            let told = ours.get(&engineer, &format!("/api/v1/visits/{}/timeline", visit.id)).await.ok(200).json;
            assert_eq!(told["items"][0]["kind"], json!("visit.form_filled_in"));
            assert_eq!(told["items"][0]["data"]["ext.load"], json!({"from": null, "to": 630}));
            assert!(!told.to_string().contains("王芳"), "{told}");
            let tree = objects::testing::encoded(&json!({"field": "load", "op": "eq", "value": 630}).to_string());
            let listed = ours.get(&engineer, &format!("/api/v1/visits?filter={tree}")).await.ok(200);
            assert_eq!(listed.column("id"), [json!(visit.id)]);
        }

        testing::migrations(), |t| giving_a_visit_back_gives_the_ticket_back {
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            stage.send(t, &visit, "decline", json!({ "reason": "在外地" })).await;
            let ticket = stage.ticket_now(t).await;
            assert_eq!((ticket.status, ticket.engineer_id), (Status::New, None));
            let late = stage.send(t, &visit, "check_in", json!({})).await;
            assert_eq!(late.problem.unwrap().code, "visit_declined");
        }

        testing::migrations(), |t| a_ticket_that_was_given_up_takes_its_visits_with_it {
            use events::Consumer as _;
            let stage = Stage::new(t).await;
            let visit = stage.visit(t, 0).await;
            let ticket = stage.ticket_now(t).await;
            t.db.write(&t.cx, async move |tx: &mut db::Tx<'_>| {
                tickets::act(tx, ticket, Action::Cancel { reason: "客户撤单".into() }).await
            }).await.unwrap();
            let id = stage.ticket.id;
            t.db.write(&t.cx, async move |tx: &mut db::Tx<'_>| -> Result<(), events::ConsumerError> {
                let query = db::list::ListQuery::default();
                let page = events::list_object(tx, "ticket", id, query).await.map_err(events::ConsumerError::failed)?;
                for event in page.page.items.iter().filter(|event| crate::FollowTickets.wants(event)) {
                    crate::FollowTickets.handle(tx, event).await?;
                }
                Ok(())
            }).await.unwrap();
            assert_eq!(stage.visit_now(t, visit.id).await.status, VisitStatus::Cancelled);
        }
    }

    #[tokio::test]
    async fn more_than_a_hundred_at_once_are_refused_whole() {
        let t = testkit::TestDb::sqlite(&testing::migrations()).await;
        let visit = testing::blank_visit();
        let commands = (0..101).map(|_| command(&t, &visit, "accept", json!({}))).collect();
        let refused = deliver_batch(&t.db, &t.cx, CommandBatch { sent_at: None, commands }).await.unwrap_err();
        assert_eq!(refused.errors()[0].code, "too_many");
        t.close().await;
    }
}
