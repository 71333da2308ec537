//! Messages, signals, calls and escalations between instances.

use serde_json::json;

use crate::{Desk, END, START, line, structure};

const CATCH: &str =
    r#"<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m_paid"/></intermediateCatchEvent>"#;

testkit::both! {
    structure(), |t| a_message_reaches_the_one_that_waits_for_its_key {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let definition = desk.published("pay", &line(&[START, CATCH, END])).await;
        let first = desk.start(&definition, json!({"order": "A"})).await;
        let second = desk.start(&definition, json!({"order": "B"})).await;
        let send = async |body: serde_json::Value| {
            let reply = api.post(cx, "/api/v1/process-messages", body).await.ok(200);
            desk.settle().await;
            reply.json["delivery"].as_str().unwrap().to_owned()
        };
        assert_eq!(send(json!({"name": "paid", "key": "C"})).await, "unmatched");
        assert_eq!(send(json!({"name": "paid", "key": "B", "variables": {"sum": 5}, "message_id": "x"})).await, "correlated");
        assert_eq!(send(json!({"name": "paid", "key": "A", "message_id": "x"})).await, "duplicate");
        assert_eq!(desk.instance(&first).await.json["status"], json!("running"));
        assert_eq!(desk.instance(&second).await.json["variables"]["sum"], json!(5));
        assert_eq!(send(json!({"name": "paid", "key": "C", "keep_seconds": 60, "variables": {"kept": 1}})).await, "buffered");
        let third = desk.start(&definition, json!({"order": "C"})).await;
        desk.settle().await;
        assert_eq!(desk.instance(&third).await.json["variables"]["kept"], json!(1));
        assert_eq!(send(json!({"name": "paid", "key": "D", "keep_seconds": 60})).await, "buffered");
        t.clock.advance(std::time::Duration::from_mins(1));
        let fourth = desk.start(&definition, json!({"order": "D"})).await;
        desk.settle().await;
        assert_eq!(desk.instance(&fourth).await.json["waits"][0]["name"], json!("paid"));
        for (body, error) in [
            (json!({"name": " "}), "/name required"),
            (json!({"name": "paid", "key": [1]}), "/key wrong_type"),
            (json!({"name": "paid", "keep_seconds": 2_592_001}), "/keep_seconds out_of_range"),
        ] {
            assert_eq!(api.post(cx, "/api/v1/process-messages", body).await.errors(), [error]);
        }
        assert_eq!(api.post(&t.other, "/api/v1/process-messages", json!({"name": "paid", "key": "A"})).await.ok(200).json["delivery"], "unmatched");
    }

    structure(), |t| no_message_is_missed_when_it_comes_while_the_wait_opens {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let definition = desk.published("meet", &line(&[START, CATCH, END])).await;
        let meetings = (0..40).map(|n| {
            let (desk, definition) = (&desk, &definition);
            async move {
                let message = json!({"name": "paid", "key": n, "keep_seconds": 600, "variables": {"n": n}});
                let (id, sent) = futures_util::future::join(
                    desk.start(definition, json!({"order": n})),
                    api.post(cx, "/api/v1/process-messages", message),
                ).await;
                sent.ok(200);
                id
            }
        });
        let ids = futures_util::future::join_all(meetings).await;
        desk.settle().await;
        for (n, id) in ids.iter().enumerate() {
            let instance = desk.instance(id).await;
            assert_eq!((&instance.json["status"], &instance.json["variables"]["n"]), (&json!("completed"), &json!(n)), "{n}");
        }
        assert_eq!(desk.count("select count(*) from process_messages where tenant_id = $1").await, 0);
        assert_eq!(desk.count("select count(*) from process_waits where tenant_id = $1").await, 0);
    }

    structure(), |t| waits_that_open_in_opposite_orders_do_not_lock_each_other_out {
        let desk = Desk::new(t);
        let catch = |id: &str, message: &str| format!(
            r#"<intermediateCatchEvent id="{id}"><messageEventDefinition messageRef="{message}"/></intermediateCatchEvent><endEvent id="e_{id}"/>
            <sequenceFlow id="g_{id}" sourceRef="either" targetRef="{id}"/><sequenceFlow id="h_{id}" sourceRef="{id}" targetRef="e_{id}"/>"#,
        );
        let either = |first: &str, second: &str| format!(
            r#"{START}<eventBasedGateway id="either"/><sequenceFlow id="s" sourceRef="start" targetRef="either"/>{}{}"#,
            catch("one", first), catch("two", second),
        );
        let there = desk.published("there", &either("m_paid", "m_left")).await;
        let back = desk.published("back", &either("m_left", "m_paid")).await;
        let starts = (0..40).map(|n| desk.start(if n % 2 == 0 { &there } else { &back }, json!({"order": n})));
        assert_eq!(futures_util::future::join_all(starts).await.len(), 40);
        assert_eq!(desk.count("select count(*) from process_waits where tenant_id = $1").await, 80);
    }

    structure(), |t| a_called_process_answers_and_ends_with_its_caller {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        desk.published("child", &line(&[START, r#"<userTask id="inner"/>"#, END])).await;
        let definition = desk.published("parent", &line(&[START, r#"<callActivity id="call" calledElement="p_child"/>"#, END])).await;
        let id = desk.start(&definition, json!({"a": 1})).await;
        desk.settle().await;
        desk.complete(&desk.task().await, json!({"done": true})).await.ok(200);
        desk.settle().await;
        assert_eq!(desk.instance(&id).await.json["status"], json!("completed"));
        let id = desk.start(&definition, json!({})).await;
        desk.settle().await;
        let task = desk.task().await;
        // The caller's cancellation takes the called instance and its task along in one transaction.
        api.act(cx, &format!("/api/v1/process-instances/{id}/cancel"), 1).await.ok(200);
        let child = desk.instance(task["instance_id"].as_str().unwrap()).await;
        assert_eq!((&child.json["status"], &child.json["parent_id"]), (&json!("cancelled"), &json!(id)));
        desk.complete(&task, json!({})).await.refused(409, "task_closed");
        desk.settle().await;
        assert_eq!(desk.count("select count(*) from process_outbox where tenant_id = $1").await, 0);
        // A process that calls one that is not there stops and says so.
        let lonely = desk.published("lonely", &line(&[START, r#"<callActivity id="call" calledElement="p_nobody"/>"#, END])).await;
        let id = desk.start(&lonely, json!({})).await;
        desk.settle().await;
        let incident = api.get(cx, "/api/v1/process-incidents").await.ok(200);
        assert_eq!((incident.column("instance_id"), incident.column("code")), (vec![json!(id)], vec![json!("job-failed")]));
    }

    structure(), |t| a_signal_reaches_everybody_who_waits_and_starts_what_it_starts {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let catch = r#"<intermediateCatchEvent id="wait"><signalEventDefinition signalRef="s_alarm"/></intermediateCatchEvent>"#;
        let definition = desk.published("hear", &line(&[START, catch, END])).await;
        desk.published("begin", &line(&[r#"<startEvent id="start"><signalEventDefinition signalRef="s_alarm"/></startEvent>"#, r#"<userTask id="fire"/>"#, END])).await;
        let ids = [desk.start(&definition, json!({})).await, desk.start(&definition, json!({})).await];
        let heard = api.post(cx, "/api/v1/process-signals", json!({"name": "alarm", "variables": {"where": "3F"}})).await.ok(200);
        assert_eq!(heard.json["heard"], json!(3));
        desk.settle().await;
        for id in &ids {
            assert_eq!(desk.instance(id).await.json["variables"], json!({"where": "3F"}));
        }
        assert_eq!(desk.task().await["node"], json!("fire"));
        assert_eq!(api.post(cx, "/api/v1/process-signals", json!({"name": "calm"})).await.ok(200).json["heard"], json!(0));
    }
}
