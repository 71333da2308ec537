//! The operations over HTTP, on both engines.
#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod definitions;
mod durable;
mod events;
mod tasks;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use authz::{
    Permission,
    permissions::{TASKS_READ, TASKS_WORK},
};
use bpmn::state::Variables;
use db::{DbError, Query as _, Read, Stmt};
use futures_util::future::BoxFuture;
use http_api::http::Method;
use jobs::Workers;
use kernel::{Context, Grants, Scope, Uuid};
use objects::testing::{Api, Reply, member};
use processes::{ActError, ActionRun, Actions, Errand, Face, House, Runtime, Subject, Subjects, Timers, handlers};
use serde_json::{Value, json};
use testkit::TestDb;

fn structure() -> Vec<db::Migration> {
    [
        events_structure(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        processes::migrations(),
    ]
    .concat()
}

fn events_structure() -> Vec<db::Migration> {
    ::events::migrations()
}

/// Records with an even last byte exist.
struct EvenOnes;

impl Subject for EvenOnes {
    fn reach<'a>(&'a self, _: &'a db::Db, _: &'a Context, id: Uuid) -> BoxFuture<'a, Result<bool, DbError>> {
        Box::pin(async move { Ok(id.as_bytes()[15].is_multiple_of(2)) })
    }

    fn record<'a>(&'a self, _: &'a mut db::Tx<'_>, _: Uuid) -> BoxFuture<'a, Result<Option<Variables>, DbError>> {
        Box::pin(async { Ok(None) })
    }
}

/// Fails as often as the variable says, then counts.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Errand for Counting {
    fn face(&self) -> Face {
        Face::new(None, "计数", "Count", Vec::new())
    }

    fn run<'a>(&'a self, _: &'a db::Db, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            match run.variables.get("mood").and_then(Value::as_str) {
                Some("broken") => return Err(ActError::Failed("the printer is out of paper".into())),
                Some("business") => return Err(ActError::Thrown("no-stock".into())),
                _ => {}
            }
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(Variables::from_iter([("count".to_owned(), count.into()), ("key".to_owned(), run.key.clone().into())]))
        })
    }
}

/// The house of a test.
struct Desk<'t> {
    t: &'t TestDb,
    api: Api,
    runtime: Runtime,
    counting: Counting,
}

impl<'t> Desk<'t> {
    fn new(t: &'t TestDb) -> Self {
        let counting = Counting::default();
        let runtime = Runtime::new(House {
            actions: Actions::default().with_errand("count", counting.clone()),
            subjects: Subjects::default().with("thing", EvenOnes),
        });
        let service = runtime.clone();
        let routes = [identity::routes(), processes::routes()];
        let api = Api::with_services(&t.db, &t.world, routes, |app| {
            app.service(service).service(Subjects::default().with("thing", EvenOnes))
        });
        Self { t, api, runtime, counting }
    }

    fn workers(&self) -> Workers {
        let all = handlers(&self.runtime);
        all.into_iter().fold(Workers::new(self.t.db.clone(), self.t.world.clone()), Workers::add)
    }

    /// Does what is to be done behind the requests.
    async fn settle(&self) {
        self.workers().drain().await.unwrap();
    }

    fn timers(&self) -> Timers {
        Timers::new(self.runtime.clone(), self.t.db.clone(), self.t.world.clone())
    }

    async fn pass(&self, time: Duration) {
        self.t.clock.advance(time);
        while self.timers().fire_due().await.unwrap() > 0 {}
        self.settle().await;
    }

    /// A published process; answers its id.
    async fn published(&self, key: &str, inside: &str) -> String {
        let body = json!({"key": key, "label_zh": "流程", "label_en": "Process", "draft": file(key, inside)});
        let made = self.api.post(&self.t.cx, "/api/v1/processes", body).await.ok(201);
        self.publish(&made.id(), 1).await.ok(200);
        made.id()
    }

    async fn publish(&self, id: &str, version: i64) -> Reply {
        let path = format!("/api/v1/processes/{id}/publish");
        let tag = format!("\"{version}\"");
        self.api.send(&self.t.cx, Method::POST, &path, &[("if-match", &tag)], Some(json!({"note": "第一版"}))).await
    }

    async fn start(&self, definition: &str, variables: Value) -> String {
        let body = json!({"definition_id": definition, "variables": variables});
        self.api.post(&self.t.cx, "/api/v1/process-instances", body).await.ok(201).id()
    }

    async fn instance(&self, id: &str) -> Reply {
        self.api.get(&self.t.cx, &format!("/api/v1/process-instances/{id}")).await.ok(200)
    }

    async fn act(&self, who: &Context, path: &str, version: i64, body: Value) -> Reply {
        let tag = format!("\"{version}\"");
        self.api.send(who, Method::POST, path, &[("if-match", &tag)], Some(body)).await
    }

    /// The only open task.
    async fn task(&self) -> Value {
        let filter = objects::testing::encoded(r#"{"field":"status","op":"eq","value":"open"}"#);
        let list = self.api.get(&self.t.cx, &format!("/api/v1/tasks?filter={filter}")).await.ok(200);
        assert_eq!(list.column("id").len(), 1, "{}", list.json);
        list.json["items"][0].clone()
    }

    async fn complete(&self, task: &Value, variables: Value) -> Reply {
        let path = format!("/api/v1/tasks/{}/complete", task["id"].as_str().unwrap());
        self.act(&self.t.cx, &path, task["version"].as_i64().unwrap(), json!({"variables": variables})).await
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let tenant = self.t.cx.tenant();
        let read: Result<(i64,), DbError> = self
            .t
            .db
            .read(&self.t.cx, async move |r: &mut Read<'_>| r.one(Stmt::new(sql, vec![tenant.into()])).await)
            .await;
        read.unwrap().0
    }
}

/// A file with one executable process `p_<key>`.
fn file(key: &str, inside: &str) -> String {
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:a="urn:aftersail:bpmn:1" id="defs" targetNamespace="urn:x">
        <message id="m_paid" name="paid" a:key="order"/><message id="m_left" name="left"/><signal id="s_alarm" name="alarm"/><error id="e_stock" errorCode="no-stock"/>
        <process id="p_{key}" isExecutable="true">{inside}</process></definitions>"#
    )
}

/// A flow of these nodes one after the other, each with its own id and what stands in it.
fn line(nodes: &[&str]) -> String {
    let id = |node: &str| {
        let from = node.find("id=\"").unwrap() + 4;
        node[from..].split('"').next().unwrap().to_owned()
    };
    let flow = |(n, two): (usize, &[&str])| {
        format!(r#"<sequenceFlow id="f{n}" sourceRef="{}" targetRef="{}"/>"#, id(two[0]), id(two[1]))
    };
    let flows = nodes.windows(2).enumerate().map(flow).collect::<Vec<_>>().concat();
    format!("{}{flows}", nodes.concat())
}

const START: &str = r#"<startEvent id="start"/>"#;
const END: &str = r#"<endEvent id="end"/>"#;

/// Somebody who works on tasks of their role and team.
fn worker(cx: &Context, number: u128, scope: Scope, roles: &[&str], teams: Vec<Uuid>) -> Context {
    let permissions: [(Permission, Scope); 2] = [(TASKS_READ, scope), (TASKS_WORK, scope)];
    let grants = Grants {
        permissions: permissions.iter().map(|(one, scope)| (one.name().to_owned(), *scope)).collect(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        teams,
        ..Grants::default()
    };
    member(cx, number, grants)
}
