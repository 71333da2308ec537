//! Processes over tickets through the whole house: they begin by themselves, see the ticket, change it, wait for it.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Person, Reply, Site};
use serde_json::{Value, json};

fn wiring() -> Vec<db::Migration> {
    aftersail_app::wiring::migrations()
}

fn ok(reply: Reply, status: u16) -> Reply {
    assert_eq!(reply.status, status, "{}", reply.json);
    reply
}

/// A file with one process of this id and content.
fn file(process: &str, content: &str) -> String {
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:aftersail="urn:aftersail:bpmn:1"
             targetNamespace="test"><process id="{process}" isExecutable="true">{content}</process></definitions>"#
    )
}

/// A condition tree over the ticket.
fn when(flow: &str, from: &str, to: &str, field: &str, kind: &str, value: &str) -> String {
    let tree = json!({"fields": {field: kind}, "condition": {"field": field, "op": "eq", "value": value}}).to_string();
    format!(
        r#"<sequenceFlow id="{flow}" sourceRef="{from}" targetRef="{to}"><conditionExpression
             language="urn:aftersail:condition:1"><![CDATA[{tree}]]></conditionExpression></sequenceFlow>"#
    )
}

struct Shop {
    cx: kernel::Context,
    site: Site,
    admin: Person,
}

impl Shop {
    async fn new(t: &testkit::TestDb) -> Self {
        let site = Site::new(t, t.world.clone());
        let cx = site.tenant("ours").await;
        let admin = site.person(&cx, "admin", &["admin"]).await;
        Self { cx, site, admin }
    }

    async fn post(&self, path: &str, body: Value, etag: Option<&str>) -> Reply {
        self.site.post(&self.admin, path, body, etag).await
    }

    async fn get(&self, path: &str) -> Value {
        ok(self.site.get(&self.admin, path).await, 200).json
    }

    /// Draws a process for tickets of this type; answers how publishing it went.
    async fn publish(&self, process: &str, object_type: Option<&str>, content: &str) -> Reply {
        let body = json!({
            "key": process, "label_zh": "流程", "label_en": "Process", "object": "ticket", "object_type": object_type,
            "draft": file(process, content),
        });
        let made = ok(self.post("/api/v1/processes", body, None).await, 201);
        let id = made.json["id"].as_str().unwrap().to_owned();
        self.post(&format!("/api/v1/processes/{id}/publish"), json!({}), Some(&made.etag())).await
    }

    async fn ticket(&self, kind: &str, priority: &str) -> String {
        let body = json!({"type": kind, "priority": priority, "title": "电梯停在三层"});
        let made = ok(self.post("/api/v1/tickets", body, None).await, 201);
        made.json["id"].as_str().unwrap().to_owned()
    }

    /// Everything behind the requests: what follows events, then jobs, until there is nothing left.
    async fn settle(&self) {
        for _ in 0..4 {
            self.site.house.consumers.settle().await.unwrap();
            self.site.house.workers.drain().await.unwrap();
        }
    }

    async fn instances(&self, ticket: &str) -> Vec<Value> {
        let all = self.get("/api/v1/process-instances?limit=100").await;
        let all = all["items"].as_array().unwrap().clone();
        all.into_iter().filter(|instance| instance["object_id"] == json!(ticket)).collect()
    }
}

type Taken = std::sync::Arc<std::sync::Mutex<Vec<(String, Value)>>>;

/// Another system on loopback: it answers with an order.
#[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
async fn receiver() -> (String, Taken) {
    use axum::{Json, Router, http::HeaderMap, routing::post};
    let taken = Taken::default();
    let keep = taken.clone();
    let take = move |headers: HeaderMap, Json(body): Json<Value>| async move {
        let id = headers["webhook-id"].to_str().unwrap().to_owned();
        keep.lock().unwrap().push((id, body));
        Json(json!({"order": "SO-7"}))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
    (origin, taken)
}

/// Start, a choice by priority, a service task with inputs, a person's task, the end.
fn repair() -> String {
    [
        r#"<startEvent id="begin" aftersail:on="created"/>
           <sequenceFlow id="f1" sourceRef="begin" targetRef="choice"/>
           <exclusiveGateway id="choice" default="usual"/>"#,
        &when("urgent", "choice", "mark", "ticket.priority", "text", "critical"),
        r#"<sequenceFlow id="usual" sourceRef="choice" targetRef="check"/>
           <serviceTask id="mark" aftersail:action="ticket.add_tags" aftersail:stage="加急"><extensionElements>
             <aftersail:input name="tags" value="= 'urgent,' + ticket.type"/></extensionElements></serviceTask>
           <sequenceFlow id="f2" sourceRef="mark" targetRef="check"/>
           <userTask id="check" name="核实" aftersail:candidateRoles="agent" aftersail:stage="待核实"/>
           <sequenceFlow id="f3" sourceRef="check" targetRef="work"/>
           <intermediateCatchEvent id="work" aftersail:stage="服务中" aftersail:status="in_service">
             <conditionalEventDefinition id="c"><condition>ticket.status == 'resolved'</condition>
             </conditionalEventDefinition></intermediateCatchEvent>
           <sequenceFlow id="f4" sourceRef="work" targetRef="done"/>
           <endEvent id="done" aftersail:stage="已完成"/>"#,
    ]
    .concat()
}

testkit::both! {
    wiring(), |t| a_process_begins_with_its_ticket_sees_it_changes_it_and_waits_for_it {
        let shop = Shop::new(t).await;
        ok(shop.publish("repair", Some("repair"), &repair()).await, 200);
        let (urgent, usual, other) = (
            shop.ticket("repair", "critical").await,
            shop.ticket("repair", "normal").await,
            shop.ticket("consult", "critical").await,
        );
        shop.settle().await;
        assert_eq!(shop.instances(&other).await, Vec::<Value>::new());
        let urgent_ticket = shop.get(&format!("/api/v1/tickets/{urgent}")).await;
        assert_eq!((&urgent_ticket["tags"], &urgent_ticket["stage"]), (&json!(["urgent", "repair"]), &json!("待核实")));
        let usual_ticket = shop.get(&format!("/api/v1/tickets/{usual}")).await;
        assert_eq!((&usual_ticket["tags"], &usual_ticket["stage"]), (&json!([]), &json!("待核实")));

        let tasks = shop.get("/api/v1/tasks?limit=10").await;
        for task in tasks["items"].as_array().unwrap() {
            let path = format!("/api/v1/tasks/{}/complete", task["id"].as_str().unwrap());
            let etag = format!("\"{}\"", task["version"]);
            let claim = format!("/api/v1/tasks/{}/claim", task["id"].as_str().unwrap());
            let claimed = shop.post(&claim, json!({}), Some(&etag)).await;
            let etag = if claimed.status == 200 { claimed.etag() } else { etag };
            ok(shop.post(&path, json!({}), Some(&etag)).await, 200);
        }
        shop.settle().await;
        let ticket = ok(shop.site.get(&shop.admin, &format!("/api/v1/tickets/{urgent}")).await, 200);
        assert_eq!((&ticket.json["stage"], &ticket.json["status"]), (&json!("服务中"), &json!("in_service")));
        assert_eq!(shop.instances(&urgent).await[0]["status"], json!("running"));

        let solved = json!({"resolution": "更换门锁"});
        ok(shop.post(&format!("/api/v1/tickets/{urgent}/resolve"), solved, Some(&ticket.etag())).await, 200);
        shop.settle().await;
        assert_eq!(shop.instances(&urgent).await[0]["status"], json!("completed"));
        assert_eq!(shop.instances(&usual).await[0]["status"], json!("running"));
        assert_eq!(shop.get(&format!("/api/v1/tickets/{urgent}")).await["stage"], json!("已完成"));
        let timeline = shop.get(&format!("/api/v1/tickets/{urgent}/timeline?limit=100")).await;
        let tagged = timeline["items"].as_array().unwrap().iter().find(|event| event["data"].get("tags").is_some());
        assert_eq!(tagged.unwrap()["actor"]["name"], json!("repair"), "{timeline}");
    }

    wiring(), |t| a_process_begins_only_for_records_that_its_condition_holds_for {
        let shop = Shop::new(t).await;
        let only = |condition: &str| format!(
            r#"<startEvent id="begin" aftersail:on="created" aftersail:if="{}"/>
               <sequenceFlow id="f1" sourceRef="begin" targetRef="done"/><endEvent id="done"/>"#,
            condition.replace('"', "&quot;")
        );
        let urgent = r#"{"fields":{"ticket.priority":"text"},"condition":{"field":"ticket.priority","op":"eq","value":"critical"}}"#;
        let wrong = shop.publish("wrong", None, &only("ticket.priority == 'critical'")).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["code"]), (422, &json!("expression")), "{}", wrong.json);
        ok(shop.publish("escalate", None, &only(urgent)).await, 200);
        let (critical, normal) = (shop.ticket("repair", "critical").await, shop.ticket("repair", "normal").await);
        shop.settle().await;
        assert_eq!(shop.instances(&critical).await.len(), 1);
        assert_eq!(shop.instances(&normal).await, Vec::<Value>::new());
    }

    wiring(), |t| a_process_begins_when_what_is_done_to_a_ticket_changes_its_field {
        let shop = Shop::new(t).await;
        let begins = |fields: &str| format!(
            r#"<startEvent id="begin" aftersail:on="changed" aftersail:fields="{fields}"/>
               <sequenceFlow id="f1" sourceRef="begin" targetRef="done"/><endEvent id="done"/>"#
        );
        ok(shop.publish("status", None, &begins("status")).await, 200);
        ok(shop.publish("priority", None, &begins("priority")).await, 200);
        ok(shop.publish("anything", None, &begins("")).await, 200);
        let ticket = shop.ticket("repair", "normal").await;
        let seen = ok(shop.site.get(&shop.admin, &format!("/api/v1/tickets/{ticket}")).await, 200);
        ok(shop.post(&format!("/api/v1/tickets/{ticket}/start"), json!({}), Some(&seen.etag())).await, 200);
        shop.settle().await;
        let begun: Vec<Value> = shop.instances(&ticket).await.iter().map(|one| one["process_id"].clone()).collect();
        assert_eq!(begun, [json!("status")]);
    }

    wiring(), |t| whoever_gets_a_task_is_told {
        let shop = Shop::new(t).await;
        let li = shop.site.person(&shop.cx, "li", &["agent"]).await;
        let wang = shop.site.person(&shop.cx, "wang", &["agent"]).await;
        let asks = format!(
            r#"<startEvent id="begin" aftersail:on="created"/><sequenceFlow id="f1" sourceRef="begin" targetRef="ask"/>
               <userTask id="ask" name="核对地址" aftersail:assignee="{}"/>
               <sequenceFlow id="f2" sourceRef="ask" targetRef="done"/><endEvent id="done"/>"#,
            li.id
        );
        ok(shop.publish("repair", Some("repair"), &asks).await, 200);
        shop.ticket("repair", "normal").await;
        shop.settle().await;
        let told = shop.site.get(&li, "/api/v1/notifications").await.json;
        assert_eq!((&told["items"][0]["title"], &told["items"][0]["object"]), (&json!("您有新的任务：核对地址"), &json!("task")));
        let task = shop.site.get(&li, "/api/v1/tasks?limit=10").await.json["items"][0].clone();
        let hand = format!("/api/v1/tasks/{}/delegate", task["id"].as_str().unwrap());
        let to = json!({"user_id": wang.id});
        ok(shop.site.post(&li, &hand, to, Some(&format!("\"{}\"", task["version"]))).await, 200);
        shop.settle().await;
        let told = shop.site.get(&wang, "/api/v1/notifications").await.json;
        assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "{told}");
        let count = shop.site.get(&li, "/api/v1/notifications/unread-count").await.json;
        assert_eq!(count, json!({"unread": 1}));
    }

    wiring(), |t| the_processes_of_a_cancelled_ticket_are_cancelled_with_it {
        let shop = Shop::new(t).await;
        ok(shop.publish("repair", Some("repair"), &repair()).await, 200);
        let (dropped, kept) = (shop.ticket("repair", "normal").await, shop.ticket("repair", "normal").await);
        shop.settle().await;
        let seen = ok(shop.site.get(&shop.admin, &format!("/api/v1/tickets/{dropped}")).await, 200);
        let why = json!({"reason": "客户取消"});
        ok(shop.post(&format!("/api/v1/tickets/{dropped}/cancel"), why, Some(&seen.etag())).await, 200);
        shop.settle().await;
        assert_eq!(shop.instances(&dropped).await[0]["status"], json!("cancelled"));
        assert_eq!(shop.instances(&kept).await[0]["status"], json!("running"));
        let tasks = shop.get("/api/v1/tasks?limit=10").await;
        let left = tasks["items"].as_array().unwrap().iter().map(|task| (&task["object_id"], &task["status"]));
        let left: Vec<_> = left.collect();
        assert_eq!(left, [(&json!(kept), &json!("open")), (&json!(dropped), &json!("withdrawn"))]);
    }

    wiring(), |t| a_step_calls_another_system_and_keeps_its_answer {
        let shop = Shop::new(t).await;
        let (origin, taken) = receiver().await;
        let erp = json!({"name": "ERP", "url": format!("{origin}/hook")});
        let erp = ok(shop.post("/api/v1/webhooks", erp, None).await, 201);
        let calls = format!(
            r#"<startEvent id="begin" aftersail:on="created"/><sequenceFlow id="f1" sourceRef="begin" targetRef="call"/>
               <serviceTask id="call" aftersail:action="webhook.call"><extensionElements>
                 <aftersail:input name="webhook" value="{}"/><aftersail:input name="event" value="ticket.opened"/>
                 <aftersail:input name="data" value="= ticket.priority"/><aftersail:input name="answer" value="erp"/>
               </extensionElements></serviceTask>
               <sequenceFlow id="f2" sourceRef="call" targetRef="tag"/>
               <serviceTask id="tag" aftersail:action="ticket.add_tags"><extensionElements>
                 <aftersail:input name="tags" value="= erp.order"/></extensionElements></serviceTask>
               <sequenceFlow id="f3" sourceRef="tag" targetRef="done"/><endEvent id="done"/>"#,
            erp.json["id"].as_str().unwrap()
        );
        ok(shop.publish("repair", Some("repair"), &calls).await, 200);
        let ticket = shop.ticket("repair", "high").await;
        shop.settle().await;
        assert_eq!(shop.get(&format!("/api/v1/tickets/{ticket}")).await["tags"], json!(["SO-7"]));
        let taken = taken.lock().unwrap().clone();
        let (id, body) = &taken[0];
        assert_eq!((taken.len(), id.is_empty()), (1, false));
        assert_eq!((&body["type"], &body["data"]["data"]), (&json!("ticket.opened"), &json!("high")));
        assert_eq!((&body["data"]["id"], &body["data"]["record"]["type"]), (&json!(ticket), &json!("repair")));
    }

    wiring(), |t| a_step_creates_a_further_ticket_for_the_same_customer {
        let shop = Shop::new(t).await;
        let creates = r#"<startEvent id="begin" aftersail:on="created"/><sequenceFlow id="f1" sourceRef="begin" targetRef="more"/>
            <serviceTask id="more" aftersail:action="ticket.create"><extensionElements>
              <aftersail:input name="title" value="= '回访：' + ticket.number"/><aftersail:input name="type" value="consult"/>
              <aftersail:input name="priority" value="low"/><aftersail:input name="answer" value="visit"/>
            </extensionElements></serviceTask>
            <sequenceFlow id="f2" sourceRef="more" targetRef="tag"/>
            <serviceTask id="tag" aftersail:action="ticket.add_tags"><extensionElements>
              <aftersail:input name="tags" value="= visit"/></extensionElements></serviceTask>
            <sequenceFlow id="f3" sourceRef="tag" targetRef="done"/><endEvent id="done"/>"#;
        ok(shop.publish("repair", Some("repair"), creates).await, 200);
        let ticket = shop.ticket("repair", "high").await;
        shop.settle().await;
        let first = shop.get(&format!("/api/v1/tickets/{ticket}")).await;
        let all = shop.get("/api/v1/tickets?limit=10").await;
        let all = all["items"].as_array().unwrap();
        let made = all.iter().find(|other| other["id"] != json!(ticket)).unwrap();
        assert_eq!((all.len(), &made["source"], &made["priority"]), (2, &json!("process"), &json!("low")));
        assert_eq!(made["title"], json!(format!("回访：{}", first["number"].as_str().unwrap())));
        assert_eq!((&made["customer_id"], &first["tags"]), (&first["customer_id"], &json!([made["number"]])));
        let links = shop.get(&format!("/api/v1/tickets/{ticket}/links")).await;
        assert_eq!(links.as_array().map(Vec::len), Some(1), "{links}");
    }

    wiring(), |t| a_process_that_changes_what_it_begins_with_does_not_begin_again_and_circles_are_held_back {
        let shop = Shop::new(t).await;
        let raises = |to: &str| format!(
            r#"<startEvent id="begin" aftersail:on="changed" aftersail:fields="priority"/>
               <sequenceFlow id="f1" sourceRef="begin" targetRef="set"/>
               <serviceTask id="set" aftersail:action="ticket.set_field"><extensionElements>
                 <aftersail:input name="field" value="priority"/><aftersail:input name="value" value="{to}"/>
               </extensionElements></serviceTask>
               <sequenceFlow id="f2" sourceRef="set" targetRef="done"/><endEvent id="done"/>"#
        );
        ok(shop.publish("raise", None, &raises("critical")).await, 200);
        let id = shop.ticket("repair", "normal").await;
        shop.settle().await;
        assert_eq!(shop.instances(&id).await.len(), 0, "nothing has changed yet");
        let path = format!("/api/v1/tickets/{id}");
        let seen = ok(shop.site.get(&shop.admin, &path).await, 200);
        let patch = |body: Value, etag: String| {
            let (site, admin, path) = (&shop.site, &shop.admin, path.clone());
            async move {
                site.send(Some(admin), http_api::http::Method::PATCH, &path, Some(&body), Some(&etag)).await
            }
        };
        let titled = ok(patch(json!({"title": "门打不开"}), seen.etag()).await, 200);
        shop.settle().await;
        assert_eq!(shop.instances(&id).await.len(), 0, "another field");
        ok(patch(json!({"priority": "high"}), titled.etag()).await, 200);
        shop.settle().await;
        assert_eq!(shop.get(&path).await["priority"], json!("critical"));
        assert_eq!(shop.instances(&id).await.len(), 1, "its own change does not begin it again");

        // A second process that puts back what the first one sets: they start each other until they are held back.
        ok(shop.publish("lower", None, &raises("low")).await, 200);
        let seen = ok(shop.site.get(&shop.admin, &path).await, 200);
        ok(patch(json!({"priority": "normal"}), seen.etag()).await, 200);
        for _ in 0..16 {
            shop.settle().await;
        }
        let runs = shop.instances(&id).await.len();
        assert!((4..=41).contains(&runs), "{runs}");
        let timeline = shop.get(&format!("{path}/timeline?limit=100")).await;
        let held = timeline["items"].as_array().unwrap().iter().any(|event| event["kind"] == json!("process.held_back"));
        assert!(held, "{runs} runs: {timeline}");
    }

    wiring(), |t| steps_say_what_is_wrong_with_their_inputs_before_they_are_published_and_stop_visibly_when_they_run {
        let shop = Shop::new(t).await;
        let step = |inputs: &str| format!(
            r#"<startEvent id="begin"/><sequenceFlow id="f1" sourceRef="begin" targetRef="set"/>
               <serviceTask id="set" aftersail:action="ticket.set_field"><extensionElements>{inputs}
               </extensionElements></serviceTask>
               <sequenceFlow id="f2" sourceRef="set" targetRef="done"/><endEvent id="done"/>"#
        );
        for (inputs, said) in [
            (r#"<aftersail:input name="value" value="high"/>"#, "Say what `field` is"),
            (r#"<aftersail:input name="field" value="priority"/><aftersail:input name="colour" value="red"/>"#, "no `colour`"),
            (r#"<aftersail:input name="field" value="= 1 +"/>"#, "`field`"),
        ] {
            let process = format!("p{}", said.len());
            let refused = shop.publish(&process, None, &step(inputs)).await;
            assert_eq!((refused.status, &refused.json["code"]), (422, &json!("unsound_process")), "{inputs}");
            let text = refused.json.to_string();
            assert!(text.contains(said) && text.contains("set"), "{text}");
        }
        let unknown = r#"<aftersail:input name="field" value="priority"/><aftersail:input name="value" value="= level"/>"#;
        let published = ok(shop.publish("setter", None, &step(unknown)).await, 200);
        let ticket = shop.ticket("repair", "normal").await;
        let body = json!({
            "definition_id": published.json["id"], "object": "ticket", "object_id": ticket,
            "variables": {"level": "highest"},
        });
        let started = ok(shop.post("/api/v1/process-instances", body, None).await, 201);
        shop.settle().await;
        let incidents = shop.get("/api/v1/process-incidents?limit=10").await;
        let incident = &incidents["items"][0];
        assert!(incident["message"].as_str().unwrap().contains("highest"), "{incident}");
        let instance = format!("/api/v1/process-instances/{}", started.json["id"].as_str().unwrap());
        let seen = ok(shop.site.get(&shop.admin, &instance).await, 200);
        let mended = json!({"variables": {"level": "high"}});
        let patched = shop.site.send(
            Some(&shop.admin), http_api::http::Method::PATCH, &format!("{instance}/variables"), Some(&mended), Some(&seen.etag()),
        ).await;
        ok(patched, 200);
        let retry = format!("/api/v1/process-incidents/{}/retry", incident["id"].as_str().unwrap());
        let retried = shop.post(&retry, json!({}), None).await;
        assert!((200..300).contains(&retried.status), "{}", retried.json);
        shop.settle().await;
        assert_eq!(shop.get(&format!("/api/v1/tickets/{ticket}")).await["priority"], json!("high"));
        assert_eq!(shop.get(&instance).await["status"], json!("completed"));
        let catalogue = shop.get("/api/v1/process-actions").await;
        let names: Vec<&str> = catalogue["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"ticket.set_field") && names.contains(&"process.start"), "{names:?}");
    }

    wiring(), |t| every_template_can_be_published_and_runs_from_the_ticket_to_its_end {
        let shop = Shop::new(t).await;
        let templates = shop.get("/api/v1/process-templates").await;
        let templates = templates["items"].as_array().unwrap().clone();
        assert_eq!(templates.len(), 7);
        for template in &templates {
            let key = template["key"].as_str().unwrap();
            let xml = template["xml"].as_str().unwrap().replace(r#"<bpmn:process id="process""#, &format!(r#"<bpmn:process id="p_{key}""#));
            let body = json!({
                "key": key, "label_zh": template["label_zh"], "label_en": template["label_en"],
                "object": template["object"], "object_type": template["object_type"], "draft": xml,
            });
            let made = ok(shop.post("/api/v1/processes", body, None).await, 201);
            let path = format!("/api/v1/processes/{}/publish", made.json["id"].as_str().unwrap());
            ok(shop.post(&path, json!({}), Some(&made.etag())).await, 200);
            let Some(kind) = template["object_type"].as_str() else { continue };
            let ticket = shop.ticket(kind, "critical").await;
            let path = format!("/api/v1/tickets/{ticket}");
            let mut done = false;
            for round in 0..30 {
                shop.settle().await;
                let instances = shop.instances(&ticket).await;
                assert_eq!(instances.len(), 1, "{key}");
                if instances[0]["status"] == json!("completed") {
                    done = true;
                    break;
                }
                let tasks = shop.get("/api/v1/tasks?limit=100").await;
                let open = tasks["items"].as_array().unwrap().iter()
                    .find(|task| task["status"] == json!("open") && task["object_id"] == json!(ticket)).cloned();
                let Some(task) = open else {
                    // It waits for the ticket: somebody begins, then solves it.
                    let seen = ok(shop.site.get(&shop.admin, &path).await, 200);
                    if seen.json["engineer_id"].is_null() {
                        let (id, engineer_id) = (ticket.parse().unwrap(), shop.admin.id);
                        shop.site.db.write(&shop.cx, async move |tx: &mut db::Tx<'_>| -> Result<(), tickets::TicketError> {
                            let before = tickets::get(tx, id).await?.unwrap();
                            let to = tickets::Assignment { engineer_id, user_id: None, team_id: None };
                            tickets::act(tx, before, tickets::Action::Assign(to)).await.map(drop)
                        }).await.unwrap();
                    } else {
                        let body = json!({"resolution": "处理完毕"});
                        ok(shop.post(&format!("{path}/resolve"), body, Some(&seen.etag())).await, 200);
                    }
                    continue;
                };
                assert!(round < 29, "{key} goes round in circles at {task}");
                let id = task["id"].as_str().unwrap();
                let claimed = ok(shop.post(&format!("/api/v1/tasks/{id}/claim"), json!({}), Some(&format!("\"{}\"", task["version"]))).await, 200);
                let body = json!({"variables": {"approved": true, "comment": "同意"}});
                ok(shop.post(&format!("/api/v1/tasks/{id}/complete"), body, Some(&claimed.etag())).await, 200);
            }
            assert!(done, "{key} does not end");
            let stage = shop.get(&path).await["stage"].clone();
            assert!(stage.is_string(), "{key}: {stage}");
        }
        let incidents = shop.get("/api/v1/process-incidents?limit=10").await;
        assert_eq!(incidents["items"], json!([]));
    }
}
