//! Every shared case through the durable runtime: the same answer as in memory, on both engines, with compiled models
//! kept and with nothing kept but the database.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may fail where it stands, and finds the data by the environment

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bpmn::{
    Command, Delivery, Naming,
    language::{Language, Surroundings, Visible},
    state::{Instance, Status, Variables, Work},
};
use bpmn_conformance::{Action as Do, Answer, Case, Cases, Dialect, InstanceAnswer, Replay, mismatch};
use db::{Db, DbError, Query, Read, Stmt, Tx};
use kernel::{Timestamp, Uuid};
use processes::{
    Around, Deed, Deployed, Errand, Face, NewMessage, ProcessError, Publication, Runtime, Setting, Start, Timers,
    migrations,
};
use serde_json::Value;
use testkit::TestDb;

/// The folder of the shared models; none where it is not there and nobody demands it.
fn shared() -> Option<PathBuf> {
    let root = std::env::var("AFTERSAIL_SHARED").map_or_else(|_| PathBuf::from("../shared"), PathBuf::from);
    let root =
        if root.is_absolute() { root } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(root) };
    let folder = root.join("conformance/bpmn");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("AFTERSAIL_REQUIRE_SHARED").is_err(), "{} is demanded but missing", folder.display());
    eprintln!("no shared models at {}", folder.display());
    None
}

/// What a case brings: its dialect, and which variable each message is for.
#[derive(Clone)]
struct CaseSetting {
    dialect: Dialect,
    keys: BTreeMap<String, String>,
}

struct Keys<'s>(&'s BTreeMap<String, String>);

impl Surroundings for Keys<'_> {
    fn message_key(&self, message: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        Ok(self.0.get(message).map(|variable| variables.get(variable).cloned().unwrap_or_default()))
    }
}

/// Cases have nothing for their service tasks to do; the runner completes them.
struct Nothing;

impl Errand for Nothing {
    fn face(&self) -> Face {
        Face::default()
    }

    fn run<'a>(
        &'a self,
        _: &'a Db,
        _: &'a processes::ActionRun,
    ) -> futures_util::future::BoxFuture<'a, Result<Variables, processes::ActError>> {
        Box::pin(async { Ok(Variables::new()) })
    }
}

impl Setting for CaseSetting {
    fn language(&self) -> &dyn Language {
        self.dialect.language()
    }

    fn naming(&self) -> Naming {
        match self.dialect {
            Dialect::Betsy => Naming::ByReference,
            Dialect::Plain => Naming::ByName,
        }
    }

    fn surroundings<'a>(&'a self, _: &'a Deployed, _: Around) -> Box<dyn Surroundings + 'a> {
        Box::new(Keys(&self.keys))
    }

    fn action(&self, _: &str) -> Option<Deed> {
        Some(Deed::Outside(Arc::new(Nothing)))
    }
}

/// An instance as the database has it.
struct Stored {
    id: Uuid,
    parent: Option<(Uuid, u64)>,
    state: Instance,
}

struct Runner<'t> {
    t: &'t TestDb,
    case: &'t Case,
    setting: CaseSetting,
    /// Kept between commands, or made anew for each.
    kept: Option<Runtime>,
    definition: Uuid,
    versions: i64,
    labels: BTreeMap<Uuid, String>,
}

impl Runner<'_> {
    fn runtime(&self) -> Runtime {
        self.kept.clone().unwrap_or_else(|| Runtime::new(self.setting.clone()))
    }

    async fn write<T: Send + 'static>(
        &self,
        run: impl AsyncFnOnce(&mut Tx<'_>, Runtime) -> Result<T, ProcessError> + Send + 'static,
    ) -> Result<T, ProcessError> {
        let runtime = self.runtime();
        self.t.db.write(&self.t.cx, async move |tx: &mut Tx<'_>| run(tx, runtime).await).await
    }

    async fn deploy(&mut self, bytes: &[u8]) -> Result<(), Vec<bpmn::Problem>> {
        self.versions += 1;
        let publication = Publication {
            definition: self.definition,
            number: self.versions,
            xml: String::from_utf8(bytes.to_vec()).unwrap(),
            note: None,
            restores: None,
        };
        let done = self.write(async move |tx, runtime| runtime.publish(tx, publication).await).await;
        match done {
            Err(ProcessError::Unsound(findings)) => Err(findings),
            other => {
                other.unwrap();
                Ok(())
            }
        }
    }

    async fn start(&mut self, process: &str, label: Option<&str>, variables: Variables) {
        let start = Start { process_id: process.to_owned(), variables, ..Start::default() };
        let id = self.write(async move |tx, runtime| runtime.start(tx, start).await).await.unwrap();
        if let Some(label) = label {
            self.labels.insert(id, label.to_owned());
        }
    }

    async fn command(&self, id: Uuid, command: Command) -> Result<(), ProcessError> {
        self.write(async move |tx, runtime| runtime.command(tx, id, command).await).await
    }

    /// The outbox, then timers that are due, then jobs, until nothing is left.
    async fn settle(&self) {
        for _ in 0..100_000 {
            while self.write(async |tx, runtime| runtime.work_off(tx, None).await).await.unwrap() {}
            if self.write(async |tx, runtime| runtime.fire_next(tx).await).await.unwrap() {
                continue;
            }
            let mut jobs = Vec::new();
            for stored in self.instances().await {
                let open = stored
                    .state
                    .elements
                    .iter()
                    .filter(|(_, element)| element.work == Work::Job && element.incident.is_none());
                jobs.extend(open.map(|(job, _)| (stored.id, *job)));
            }
            if jobs.is_empty() {
                return;
            }
            for (id, job) in jobs {
                let _gone = self.command(id, Command::CompleteJob { job, variables: Variables::new() }).await;
            }
        }
        panic!("{} never comes to rest", self.case.id);
    }

    async fn instances(&self) -> Vec<Stored> {
        type Row = (Uuid, Option<Uuid>, Option<i64>, String, String);
        let tenant = self.t.cx.tenant();
        let rows: Vec<Row> = self
            .read("select id, parent_id, parent_element, state, status from process_instances where tenant_id = $1 order by seq", tenant)
            .await;
        rows.into_iter()
            .map(|(id, parent, call, state, _)| Stored {
                id,
                parent: parent.zip(call.map(|call| call as u64)),
                state: serde_json::from_str(&state).unwrap(),
            })
            .collect()
    }

    async fn read<T: db::FromRow>(&self, sql: &'static str, tenant: kernel::TenantId) -> Vec<T> {
        let read: Result<Vec<T>, DbError> = self
            .t
            .db
            .read(&self.t.cx, async move |r: &mut Read<'_>| r.all(Stmt::new(sql, vec![tenant.into()])).await)
            .await;
        read.unwrap()
    }

    /// Open tasks as the list of tasks has them, in the order of their instances and of their opening.
    async fn open_tasks(&self) -> Vec<(Uuid, u64, String)> {
        let rows: Vec<(Uuid, i64, String)> = self
            .read(
                "select t.instance_id, t.element, t.node from process_tasks t
                 join process_instances i on i.tenant_id = t.tenant_id and i.id = t.instance_id
                 where t.tenant_id = $1 and t.status = 'open' order by i.seq, t.element",
                self.t.cx.tenant(),
            )
            .await;
        rows.into_iter().map(|(instance, element, node)| (instance, element as u64, node)).collect()
    }

    fn now(&self) -> i64 {
        self.t.cx.now().micros()
    }

    async fn advance(&self, seconds: i64) {
        let target = self.now() + seconds * 1_000_000;
        let timers = Timers::new(self.runtime(), self.t.db.clone(), self.t.world.clone());
        while let Some(due) = timers.next_due().await.unwrap().filter(|due| due.micros() <= target) {
            self.t.clock.set(due.max(self.t.cx.now()));
            self.settle().await;
        }
        self.t.clock.set(Timestamp(target));
    }

    async fn act(&mut self, action: &Do, folder: &Path) -> String {
        match action {
            Do::Start { process_id, label, variables } => {
                self.start(process_id, label.as_deref(), variables.clone()).await;
            }
            Do::Advance { seconds } => self.advance(*seconds).await,
            Do::Jump { seconds } => {
                self.t.clock.advance(Duration::from_secs(u64::try_from(*seconds).unwrap()));
                self.settle().await;
            }
            Do::Complete { task, index, instance, variables } => {
                let Some((id, task)) = self.task(task, *index, instance.as_deref()).await else {
                    return "refused".into();
                };
                let variables = variables.clone();
                if self.command(id, Command::CompleteTask { task, variables }).await.is_err() {
                    return "refused".into();
                }
            }
            Do::Message { name, key, variables, ttl_seconds, message_id } => {
                let keep = Timestamp(self.now() + ttl_seconds * 1_000_000);
                let message = NewMessage {
                    name: name.clone(),
                    key: key.clone(),
                    variables: variables.clone(),
                    keep_until: (*ttl_seconds > 0).then_some(keep),
                    id: message_id.clone(),
                };
                let delivery = self.write(async move |tx, runtime| runtime.message(tx, message).await).await.unwrap();
                return match delivery {
                    Delivery::Correlated => "correlated",
                    Delivery::Buffered => "buffered",
                    Delivery::Unmatched => "unmatched",
                    Delivery::Duplicate => "duplicate",
                }
                .into();
            }
            Do::Signal { name, variables } => {
                let (name, variables) = (name.clone(), variables.clone());
                self.write(async move |tx, runtime| runtime.signal(tx, &name, &variables).await).await.unwrap();
            }
            Do::Set { instance, variables } => {
                let label = instance.as_deref().unwrap_or("main");
                if let Some(id) = self.labelled(label) {
                    let _ended = self.command(id, Command::SetVariables { variables: variables.clone() }).await;
                }
            }
            Do::Deploy { model } => self.deploy(&std::fs::read(folder.join(model)).unwrap()).await.unwrap(),
        }
        "ok".into()
    }

    fn labelled(&self, label: &str) -> Option<Uuid> {
        self.labels.iter().find(|(_, given)| *given == label).map(|(id, _)| *id)
    }

    /// The open task that a step means, found as the runner in memory finds it.
    async fn task(&self, node: &str, index: Option<u32>, label: Option<&str>) -> Option<(Uuid, u64)> {
        let all = self.instances().await;
        let find = |id: Uuid| all.iter().find(|stored| stored.id == id);
        let within = |id: Uuid| {
            let mut outermost = id;
            while let Some((parent, _)) = find(outermost).and_then(|stored| stored.parent) {
                outermost = parent;
            }
            label.is_none_or(|label| self.labelled(label) == Some(outermost))
        };
        let item = |mut id: Uuid, mut element: u64| loop {
            let stored = find(id)?;
            if let Some(index) = stored.state.item_index(element) {
                return Some(index);
            }
            (id, element) = stored.parent?;
        };
        let open: Vec<(Uuid, u64)> = self
            .open_tasks()
            .await
            .into_iter()
            .filter(|(id, _, found)| found == node && within(*id))
            .map(|(id, element, _)| (id, element))
            .collect();
        let Some(index) = index else { return open.first().copied() };
        if open.iter().any(|(id, element)| item(*id, *element).is_some()) {
            open.into_iter().find(|(id, element)| item(*id, *element) == Some(index))
        } else {
            open.get(index as usize).copied()
        }
    }

    async fn answer(&self, step_results: Vec<String>) -> Answer {
        let all = self.instances().await;
        let main = self.labelled("main").and_then(|id| all.iter().find(|stored| stored.id == id));
        let states: Vec<&str> = all.iter().map(|stored| state(&stored.state)).collect();
        let overall = ["incident", "error", "waiting"].into_iter().find(|wanted| states.contains(wanted));
        let trails: Vec<(String,)> =
            self.read("select trail from process_journal where tenant_id = $1 order by seq", self.t.cx.tenant()).await;
        let said = |entry: &Value| (entry["what"] == "said").then(|| entry["text"].as_str().unwrap().to_owned());
        let trace = trails.iter().flat_map(|(trail,)| {
            let entries: Vec<Value> = serde_json::from_str(trail).unwrap();
            entries.iter().filter_map(said).collect::<Vec<_>>()
        });
        Answer {
            id: self.case.id.clone(),
            state: match main {
                Some(main) => called_state(&all, main),
                None => overall.unwrap_or("completed"),
            }
            .to_owned(),
            trace: trace.collect(),
            open_tasks: self.open_tasks().await.into_iter().map(|(_, _, node)| node).collect(),
            step_results,
            variables: main.map(|main| main.state.variables.clone()).unwrap_or_default(),
            error_code: main.and_then(|main| match &main.state.status {
                Status::Failed { code } => Some(code.clone()),
                _ => None,
            }),
            instances: all
                .iter()
                .filter(|stored| stored.parent.is_none())
                .map(|stored| InstanceAnswer {
                    label: self.labels.get(&stored.id).cloned(),
                    process_id: stored.state.process.clone(),
                    state: state(&stored.state).to_owned(),
                })
                .collect(),
            refusals: Vec::new(),
        }
    }
}

fn called_state<'s>(all: &'s [Stored], main: &'s Stored) -> &'s str {
    let own = state(&main.state);
    let mut called = all.iter().filter(|stored| stored.parent.is_some_and(|(parent, _)| parent == main.id));
    if own == "waiting" && called.any(|stored| called_state(all, stored) == "incident") { "incident" } else { own }
}

fn state(instance: &Instance) -> &'static str {
    match &instance.status {
        Status::Completed | Status::Cancelled => "completed",
        Status::Failed { .. } => "error",
        Status::New | Status::Running if !instance.incidents.is_empty() => "incident",
        Status::New | Status::Running => "waiting",
    }
}

/// Everything of the case before is gone.
async fn cleared(t: &TestDb) {
    let tables = [
        "process_instances",
        "process_journal",
        "process_waits",
        "process_timers",
        "process_outbox",
        "process_messages",
        "process_message_ids",
        "process_tasks",
        "process_task_candidates",
        "process_incidents",
        "process_deployments",
        "process_starts",
        "process_versions",
        "jobs",
    ];
    let tenant = t.cx.tenant();
    let done: Result<(), DbError> =
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| {
            let delete = |table| Stmt::new(format!("delete from {table} where tenant_id = $1"), vec![tenant.into()]);
            tx.execute_all(tables.into_iter().map(delete).collect()).await
        })
        .await;
    done.unwrap();
}

async fn run(t: &TestDb, case: &Case, folder: &Path, keep: bool) -> Answer {
    cleared(t).await;
    let clock = case.clock.as_deref().unwrap_or("2026-01-05T08:00:00Z");
    t.clock.set(clock.parse().unwrap());
    let setting = CaseSetting { dialect: case.dialect, keys: case.correlation.clone() };
    let kept = keep.then(|| Runtime::new(setting.clone()));
    let mut runner = Runner { t, case, setting, kept, definition: t.cx.new_id(), versions: 0, labels: BTreeMap::new() };
    if let Err(refusals) = runner.deploy(&std::fs::read(folder.join(&case.model)).unwrap()).await {
        return Answer { id: case.id.clone(), state: "refused".into(), refusals, ..Answer::default() };
    }
    if let Some(process) = &case.process_id {
        runner.start(process, Some("main"), case.start_variables.clone()).await;
        runner.settle().await;
    }
    let mut step_results = Vec::new();
    for step in &case.steps {
        step_results.push(runner.act(&step.action, folder).await);
        runner.settle().await;
    }
    runner.answer(step_results).await
}

async fn every_case(t: &TestDb, keep: bool) {
    let Some(folder) = shared() else { return };
    let (mut core, mut wrong) = (0, Vec::new());
    for set in ["betsy", "patterns"] {
        let folder = folder.join(set);
        let cases: Cases = serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
        for case in cases.iter() {
            let mut model = |path: &str| std::fs::read(folder.join(path)).map_err(|error| error.to_string());
            let memory = bpmn_conformance::run(case, &mut model, Replay::InMemory).unwrap();
            let durable = run(t, case, &folder, keep).await;
            if durable != memory {
                wrong.push(format!("{}:\n  in memory {memory:?}\n  durable   {durable:?}", case.id));
            }
            if case.level == "core" {
                core += 1;
                wrong.extend(mismatch(case, &durable).map(|problem| format!("{}: {problem}", case.id)));
            }
        }
    }
    assert!(core > 100, "only {core} core cases");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn structure() -> Vec<db::Migration> {
    [events::migrations(), jobs::migrations(), search::migrations(), identity::migrations(), migrations()].concat()
}

testkit::both! {
    structure(), |t| every_case_leaves_the_trace_it_leaves_in_memory { every_case(t, true).await; }

    structure(), |t| nothing_is_lost_when_all_memory_is_thrown_away_after_each_commit { every_case(t, false).await; }
}
