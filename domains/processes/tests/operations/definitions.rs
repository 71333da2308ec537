//! Drafts, versions, and what is refused.

use http_api::http::Method;
use serde_json::json;

use crate::{Desk, END, START, file, line, structure};

testkit::both! {
    structure(), |t| a_process_is_drawn_checked_published_and_rolled_back {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let made = api.post(cx, "/api/v1/processes", json!({"key": "repair", "label_zh": "报修", "label_en": "Repair"})).await.ok(201);
        assert_eq!(made.headers["location"].to_str().unwrap(), format!("/api/v1/processes/{}", made.id()));
        let path = format!("/api/v1/processes/{}", made.id());
        // The file to begin with can be published as it is.
        assert_eq!(api.post(cx, &format!("{path}/check"), json!({})).await.ok(200).json["sound"], json!(true));
        desk.publish(&made.id(), 1).await.ok(200);
        let wrong = file("repair", r#"<startEvent id="start"/><serviceTask id="send"/><exclusiveGateway id="choose"/>
            <endEvent id="one"/><endEvent id="two"/>
            <sequenceFlow id="a" sourceRef="start" targetRef="send"/><sequenceFlow id="b" sourceRef="send" targetRef="choose"/>
            <sequenceFlow id="c" sourceRef="choose" targetRef="one"><conditionExpression>now > 1</conditionExpression></sequenceFlow>
            <sequenceFlow id="d" sourceRef="choose" targetRef="two"><conditionExpression>amount ></conditionExpression></sequenceFlow>"#);
        api.patch(cx, &path, 2, json!({"draft": wrong})).await.ok(200);
        let verdict = api.post(cx, &format!("{path}/check"), json!({})).await.ok(200);
        let elements: Vec<_> = verdict.json["refusals"].as_array().unwrap().iter().map(|one| one["element"].clone()).collect();
        assert_eq!((verdict.json["sound"].clone(), elements), (json!(false), vec![json!("c"), json!("d")]), "{}", verdict.json);
        let refused = desk.publish(&made.id(), 3).await;
        refused.refused(422, "unsound_process");
        assert!(refused.errors()[0].starts_with("/draft#c "), "{:?}", refused.errors());
        let no_action = file("repair", &line(&[START, r#"<serviceTask id="send" a:action="fly"/>"#, END]));
        api.patch(cx, &path, 3, json!({"draft": no_action})).await.ok(200);
        assert_eq!(desk.publish(&made.id(), 4).await.errors(), ["/draft#send unknown-action"]);
        let good = file("repair", &line(&[START, r#"<userTask id="mend" name="维修"/>"#, END]));
        api.patch(cx, &path, 4, json!({"draft": good})).await.ok(200);
        let second = desk.publish(&made.id(), 5).await.ok(200);
        assert_eq!((&second.json["published"], &second.json["version"]), (&json!(2), &json!(6)));
        let back = desk.act(cx, &format!("{path}/roll-back"), 6, json!({"number": 1})).await.ok(200);
        assert_eq!(back.json["published"], json!(3));
        assert!(back.json["draft"].as_str().unwrap().contains("p_repair") && !back.json["draft"].as_str().unwrap().contains("mend"));
        let versions = api.get(cx, &format!("{path}/versions")).await.ok(200);
        assert_eq!((versions.column("number"), versions.column("restores")), (vec![json!(3), json!(2), json!(1)], vec![json!(1), json!(null), json!(null)]));
        assert!(api.get(cx, &format!("{path}/versions/2")).await.ok(200).json["xml"].as_str().unwrap().contains("维修"));
        assert_eq!(api.get(cx, &format!("{path}/versions?q=x")).await.errors(), ["/query/q invalid_value"]);
        api.get(cx, &format!("{path}/versions/9")).await.refused(404, "not_found");
        desk.act(cx, &format!("{path}/roll-back"), 7, json!({"number": 9})).await.refused(404, "not_found");
        desk.publish(&made.id(), 1).await.refused(412, "stale");
        api.send(cx, Method::POST, &format!("{path}/publish"), &[], Some(json!({}))).await.refused(428, "precondition_required");
        api.get(&t.other, &path).await.refused(404, "not_found");
        assert_eq!(api.get(&t.other, "/api/v1/processes").await.ok(200).json["items"], json!([]));
    }

    structure(), |t| keys_and_process_ids_belong_to_one_process {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let first = desk.published("a", &line(&[START, END])).await;
        let new = |key: &str, draft: &str| json!({"key": key, "label_zh": "甲", "label_en": "A", "draft": draft});
        api.post(cx, "/api/v1/processes", new("a", "")).await.refused(409, "key_taken");
        let other = api.post(cx, "/api/v1/processes", new("b", &file("a", &line(&[START, END])))).await.ok(201);
        desk.publish(&other.id(), 1).await.refused(409, "process_taken");
        assert_eq!(api.get(cx, &format!("/api/v1/processes/{}", other.id())).await.json["published"], json!(0));
        let wrong = api.post(cx, "/api/v1/processes", json!({"key": "A B", "label_zh": " ", "label_en": "x", "draft": "a".repeat((1 << 20) + 1)})).await;
        assert_eq!(wrong.errors(), ["/label_zh required", "/key invalid_key", "/draft too_long"]);
        api.act(cx, &format!("/api/v1/processes/{first}/archive"), 2).await.ok(200);
        let body = json!({"definition_id": first});
        api.post(cx, "/api/v1/process-instances", body.clone()).await.refused(409, "not_published");
        api.act(cx, &format!("/api/v1/processes/{first}/restore"), 3).await.ok(200);
        api.post(cx, "/api/v1/process-instances", body).await.ok(201);
        let things = json!({"key": "c", "label_zh": "丙", "label_en": "C", "object": "thing"});
        let things = api.post(cx, "/api/v1/processes", things).await.ok(201).id();
        desk.publish(&things, 1).await.ok(200);
        let refused = api.post(cx, "/api/v1/process-instances", json!({"definition_id": things})).await;
        assert_eq!(refused.errors(), ["/object wrong_object"]);
        let several = api.post(cx, "/api/v1/process-instances", json!({"definition_id": first, "process_id": "p_zz"})).await;
        assert_eq!(several.errors(), ["/process_id unknown"]);
    }

    structure(), |t| an_instance_is_taken_to_another_version_whole_or_not_at_all {
        let desk = Desk::new(t);
        let (api, cx) = (&desk.api, &t.cx);
        let definition = desk.published("m", &line(&[START, r#"<userTask id="old"/>"#, END])).await;
        let id = desk.start(&definition, json!({})).await;
        let path = format!("/api/v1/processes/{definition}");
        let second = file("m", &line(&[START, r#"<userTask id="renamed"/>"#, r#"<userTask id="more"/>"#, END]));
        api.patch(cx, &path, 2, json!({"draft": second})).await.ok(200);
        desk.publish(&definition, 3).await.ok(200);
        assert_eq!(desk.instance(&id).await.json["number"], json!(1));
        let at = format!("/api/v1/process-instances/{id}");
        let plan = api.post(cx, &format!("{at}/migration-plan"), json!({"number": 2})).await.ok(200);
        assert_eq!((&plan.json["possible"], &plan.json["refusals"][0]["element"]), (&json!(false), &json!("old")));
        desk.act(cx, &format!("{at}/migrate"), 1, json!({"number": 2})).await.refused(409, "not_migrated");
        assert_eq!(desk.instance(&id).await.json["number"], json!(1));
        let body = json!({"number": 2, "mapping": {"old": "renamed"}});
        let plan = api.post(cx, &format!("{at}/migration-plan"), body.clone()).await.ok(200);
        assert_eq!(plan.json["moves"], json!([["old", "renamed"]]));
        desk.act(cx, &format!("{at}/migrate"), 9, body.clone()).await.refused(412, "stale");
        desk.act(cx, &format!("{at}/migrate"), 1, body).await.ok(200);
        assert_eq!(desk.instance(&id).await.json["active"][0]["node"], json!("renamed"));
        desk.complete(&desk.task().await, json!({})).await.ok(200);
        assert_eq!(desk.task().await["node"], json!("more"));
        desk.complete(&desk.task().await, json!({})).await.ok(200);
        assert_eq!(desk.instance(&id).await.json["status"], json!("completed"));
    }
}
