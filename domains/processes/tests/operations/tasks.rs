//! Tasks: who may take them, completing once, incidents on the way.

use std::time::Duration;

use kernel::{Scope, Uuid};
use serde_json::json;

use crate::{Desk, END, START, line, structure, worker};

testkit::both! {
    structure(), |t| a_task_is_claimed_by_those_it_is_for_and_completed_once {
        let desk = Desk::new(t);
        let api = &desk.api;
        let definition = desk.published("repair", &line(&[
            START,
            r#"<scriptTask id="price"><script>total = hours * 120</script></scriptTask>"#,
            r#"<userTask id="approve" name="审批报价" a:candidateRoles="manager" a:due="PT4H"/>"#,
            END,
        ])).await;
        let thing = Uuid::from_u128(16);
        let body = json!({"definition_id": definition, "object": "thing", "object_id": thing, "variables": {"hours": 3}});
        let started = api.post(&t.cx, "/api/v1/process-instances", body).await.ok(201);
        let manager = worker(&t.cx, 7, Scope::Team, &["manager"], Vec::new());
        let clerk = worker(&t.cx, 8, Scope::Team, &["clerk"], Vec::new());
        assert_eq!(api.get(&clerk, "/api/v1/task-queue").await.ok(200).json["items"], json!([]));
        let queue = api.get(&manager, "/api/v1/task-queue").await.ok(200);
        assert_eq!((queue.column("name"), queue.column("object_id")), (vec![json!("审批报价")], vec![json!(thing)]));
        assert_eq!(queue.column("due_at"), ["2026-03-02T04:00:00Z"]);
        let task = format!("/api/v1/tasks/{}", queue.json["items"][0]["id"].as_str().unwrap());
        api.act(&clerk, &format!("{task}/claim"), 1).await.refused(404, "not_found");
        api.act(&manager, &format!("{task}/claim"), 4).await.refused(412, "stale");
        api.act(&manager, &format!("{task}/claim"), 1).await.ok(200);
        assert_eq!(api.get(&manager, "/api/v1/my-tasks").await.ok(200).column("node"), ["approve"]);
        let other = worker(&t.cx, 9, Scope::Team, &["manager"], Vec::new());
        api.act(&other, &format!("{task}/claim"), 2).await.refused(409, "task_claimed");
        desk.act(&other, &format!("{task}/complete"), 2, json!({})).await.refused(409, "task_claimed");
        desk.act(&manager, &format!("{task}/delegate"), 2, json!({"user_id": Uuid::from_u128(99)})).await.refused(422, "invalid");
        api.act(&manager, &format!("{task}/release"), 2).await.ok(200);
        api.act(&other, &format!("{task}/claim"), 3).await.ok(200);
        let done = desk.act(&other, &format!("{task}/complete"), 4, json!({"variables": {"approved": true}})).await.ok(200);
        assert_eq!((&done.json["status"], &done.json["closed_by"]), (&json!("completed"), &json!(Uuid::from_u128(9))));
        desk.act(&other, &format!("{task}/complete"), 5, json!({"variables": {"approved": false}})).await.refused(409, "task_closed");
        let instance = desk.instance(&started.id()).await;
        assert_eq!((&instance.json["status"], &instance.json["variables"]), (&json!("completed"), &json!({"hours": 3, "total": 360, "approved": true})));
        let visited: Vec<_> = instance.json["visited"].as_array().unwrap().iter().map(|one| one["node"].clone()).collect();
        assert_eq!(visited, ["start", "price", "approve", "end"], "{}", instance.json);
        let steps = api.get(&t.cx, &format!("/api/v1/process-instances/{}/journal", started.id())).await.ok(200);
        assert_eq!(steps.column("actor_id"), [json!(null), json!(Uuid::from_u128(9))]);
        for (body, error) in [
            (json!({"definition_id": definition, "object": "thing", "object_id": Uuid::from_u128(17)}), "/object_id unknown"),
            (json!({"definition_id": definition, "object": "ship", "object_id": thing}), "/object unknown"),
            (json!({"definition_id": definition, "object": "thing"}), "/object_id unknown"),
        ] {
            assert_eq!(api.post(&t.cx, "/api/v1/process-instances", body).await.errors(), [error]);
        }
    }

    structure(), |t| only_one_of_many_who_complete_at_once_does {
        let desk = Desk::new(t);
        let definition = desk.published("race", &line(&[START, r#"<userTask id="one"/>"#, r#"<userTask id="two"/>"#, END])).await;
        let id = desk.start(&definition, json!({"n": 0})).await;
        let task = desk.task().await;
        let tries = (0..12).map(|n| {
            let (desk, task) = (&desk, &task);
            async move { desk.complete(task, json!({"n": n})).await.status }
        });
        let mut statuses = futures_util::future::join_all(tries).await;
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 11][..]));
        let instance = desk.instance(&id).await;
        assert_eq!((&instance.json["version"], &instance.json["active"][0]["node"]), (&json!(2), &json!("two")));
    }

    structure(), |t| a_task_that_its_deadline_withdrew_is_not_completed {
        let desk = Desk::new(t);
        let definition = desk.published("late", &format!(
            r#"{}<boundaryEvent id="tired" attachedToRef="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
            <userTask id="boss"/><endEvent id="late"/><sequenceFlow id="x" sourceRef="tired" targetRef="boss"/><sequenceFlow id="y" sourceRef="boss" targetRef="late"/>"#,
            line(&[START, r#"<userTask id="wait"/>"#, END]),
        )).await;
        let id = desk.start(&definition, json!({})).await;
        let task = desk.task().await;
        desk.pass(Duration::from_secs(3_599)).await;
        assert_eq!(desk.task().await["node"], json!("wait"));
        desk.pass(Duration::from_secs(1)).await;
        assert_eq!(desk.task().await["node"], json!("boss"));
        desk.complete(&task, json!({"late": true})).await.refused(409, "task_closed");
        assert_eq!(desk.instance(&id).await.json["variables"], json!({}));
        assert_eq!(desk.count("select count(*) from process_timers where tenant_id = $1").await, 0);
    }

    structure(), |t| what_stops_is_an_incident_that_an_operator_mends {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let definition = desk.published("stuck", r#"<startEvent id="start"/><scriptTask id="sum"><script>total = price * 2</script></scriptTask>
            <exclusiveGateway id="choose"/><endEvent id="dear"/><endEvent id="cheap"/>
            <sequenceFlow id="a" sourceRef="start" targetRef="sum"/><sequenceFlow id="b" sourceRef="sum" targetRef="choose"/>
            <sequenceFlow id="c" sourceRef="choose" targetRef="dear"><conditionExpression>total > 100</conditionExpression></sequenceFlow>
            <sequenceFlow id="d" sourceRef="choose" targetRef="cheap"><conditionExpression>total > 1000</conditionExpression></sequenceFlow>"#).await;
        let id = desk.start(&definition, json!({"price": "many"})).await;
        let open = objects::testing::encoded(r#"{"field":"closed_at","op":"is_empty"}"#);
        let list = format!("/api/v1/process-incidents?filter={open}");
        let first = api.get(cx, &list).await.ok(200);
        assert_eq!((first.column("node"), first.column("instance_id")), (vec![json!("sum")], vec![json!(id)]));
        assert_eq!(desk.instance(&id).await.json["incidents"], json!(1));
        let variables = format!("/api/v1/process-instances/{id}/variables");
        api.patch(cx, &variables, 9, json!({"variables": {"price": 5}})).await.refused(412, "stale");
        api.patch(cx, &variables, 1, json!({"variables": {"price": 5}})).await.ok(200);
        let incident = |list: &objects::testing::Reply| format!("/api/v1/process-incidents/{}", list.json["items"][0]["id"].as_str().unwrap());
        api.post(cx, &format!("{}/retry", incident(&first)), json!({})).await.ok(200);
        api.post(cx, &format!("{}/retry", incident(&first)), json!({})).await.refused(409, "not_open");
        let second = api.get(cx, &list).await.ok(200);
        assert_eq!((second.column("node"), second.column("code")), (vec![json!("choose")], vec![json!("no-true-flow")]));
        let skip = format!("{}/skip", incident(&second));
        api.post(cx, &skip, json!({})).await.refused(409, "flow_needed");
        assert_eq!(api.post(cx, &skip, json!({"flow": "zz"})).await.errors(), ["/flow unknown"]);
        api.get(&t.other, &list).await.ok(200);
        api.post(&t.other, &skip, json!({"flow": "d"})).await.refused(404, "not_found");
        let ended = api.post(cx, &skip, json!({"flow": "d"})).await.ok(200);
        assert_eq!(ended.json["status"], json!("completed"));
        assert_eq!(api.get(cx, &list).await.json["items"], json!([]));
        assert_eq!(api.get(cx, "/api/v1/process-incidents").await.column("node").len(), 2);
    }

    structure(), |t| service_tasks_do_their_action_once_and_fail_as_they_should {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let definition = desk.published("act", &format!(
            r#"{}<boundaryEvent id="out" attachedToRef="do"><errorEventDefinition errorRef="e_stock"/></boundaryEvent>
            <endEvent id="none"/><sequenceFlow id="x" sourceRef="out" targetRef="none"/>"#,
            line(&[START, r#"<serviceTask id="do" a:action="count"/>"#, END]),
        )).await;
        let good = desk.start(&definition, json!({})).await;
        let broken = desk.start(&definition, json!({"mood": "broken"})).await;
        let business = desk.start(&definition, json!({"mood": "business"})).await;
        let cancelled = desk.start(&definition, json!({})).await;
        api.act(cx, &format!("/api/v1/process-instances/{cancelled}/cancel"), 1).await.ok(200);
        desk.settle().await;
        assert_eq!(desk.counting.0.load(std::sync::atomic::Ordering::SeqCst), 1);
        assert_eq!(desk.instance(&good).await.json["variables"]["count"], json!(1));
        assert_eq!(desk.instance(&cancelled).await.json["status"], json!("cancelled"));
        let ends: Vec<_> = desk.instance(&business).await.json["visited"].as_array().unwrap().iter().map(|one| one["node"].clone()).collect();
        assert_eq!(ends, ["start", "do", "out", "none"]);
        let incident = api.get(cx, "/api/v1/process-incidents").await.ok(200);
        assert_eq!(incident.column("message"), ["the printer is out of paper"]);
        api.patch(cx, &format!("/api/v1/process-instances/{broken}/variables"), 2, json!({"variables": {"mood": "fine"}})).await.ok(200);
        api.post(cx, &format!("/api/v1/process-incidents/{}/retry", incident.json["items"][0]["id"].as_str().unwrap()), json!({})).await.ok(200);
        desk.settle().await;
        assert_eq!(desk.instance(&broken).await.json["status"], json!("completed"));
    }
}
