//! The queue on both engines: leases, fencing, backoff, keys, dead letters, recurring jobs, stopping.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Migration, Query, Read, Tx, list::ListQuery, stmt};
use futures_util::future::BoxFuture;
use jobs::{Every, Job, JobError, JobHandler, JobRun, JobState, NewJob, Recurring, Workers};
use kernel::{Context, TenantId, Timestamp, World};
use serde_json::json;
use testkit::{MONDAY, TENANT, TestDb};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinSet,
};
use uuid::Uuid;

const EFFECTS: &str = "create table effects (tenant_id uuid not null, id uuid not null, worker text not null,
    primary key (tenant_id, id))";

fn migrations() -> Vec<Migration> {
    let mut all = jobs::migrations();
    all.push(Migration { domain: "effects", number: 1, name: "effects", sqlite: EFFECTS, postgres: EFFECTS });
    all
}

/// What a handler of the tests does.
enum Plan {
    /// Saves its effect and is done.
    Finish,
    /// Fails this often, then is done.
    Fail(AtomicUsize),
    /// Fails for good.
    Dead,
    /// Asks for a pause of this length.
    Later(Duration),
    /// Panics.
    Panic,
    /// Waits until told, then saves its effect.
    Wait(Arc<Notify>),
    /// Takes this long, then saves its effect.
    Slow(Duration),
}

struct Handler {
    worker: &'static str,
    plan: Plan,
    begun: AtomicUsize,
    /// What `finish` answered.
    answers: Mutex<Vec<Result<(), String>>>,
    running: Mutex<BTreeSet<Uuid>>,
}

impl Handler {
    fn new(worker: &'static str, plan: Plan) -> Arc<Self> {
        Arc::new(Self {
            worker,
            plan,
            begun: AtomicUsize::new(0),
            answers: Mutex::default(),
            running: Mutex::default(),
        })
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn answers(&self) -> Vec<Result<(), String>> {
        self.answers.lock().unwrap().clone()
    }
}

impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        "mail.send"
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::SeqCst);
            match &self.plan {
                Plan::Finish => {}
                Plan::Fail(times) => {
                    if times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                        return Err(JobError::retry("the mail server is away"));
                    }
                }
                Plan::Dead => return Err(JobError::dead("no such address")),
                Plan::Later(pause) => return Err(JobError::RetryAfter("too many requests".into(), *pause)),
                Plan::Panic => panic!("the handler has a defect"),
                Plan::Wait(go) => go.notified().await,
                Plan::Slow(length) => {
                    assert!(self.running.lock().unwrap().insert(run.id), "one job runs twice at a time");
                    tokio::time::sleep(*length).await;
                }
            }
            let (id, worker) = (run.id, self.worker);
            let answer = run
                .finish(async move |tx: &mut Tx<'_>| {
                    let tenant = tx.cx().tenant();
                    let sql = "insert into effects (tenant_id, id, worker) values ($1, $2, $3)";
                    tx.execute(stmt!(sql, tenant, id, worker)).await?;
                    Ok(())
                })
                .await;
            self.running.lock().unwrap().remove(&id);
            self.answers.lock().unwrap().push(answer.as_ref().copied().map_err(ToString::to_string));
            answer
        })
    }
}

fn mail() -> NewJob {
    NewJob::new("mail.send", json!({"to": "a@example.com"}))
}

async fn add(db: &Db, cx: &Context, job: NewJob) {
    db.write(cx, async move |tx: &mut Tx<'_>| jobs::add(tx, job).await).await.unwrap();
}

fn workers(t: &TestDb, handler: &Arc<Handler>) -> Workers {
    Workers::new(t.db.clone(), t.world.clone()).add(handler.clone())
}

async fn listed(db: &Db, cx: &Context, state: Option<JobState>) -> Vec<Job> {
    db.read(cx, async move |r: &mut Read<'_>| -> Result<Vec<Job>, DbError> {
        Ok(jobs::list(r, state, ListQuery::default()).await.unwrap().page.items)
    })
    .await
    .unwrap()
}

/// Which worker's effects were saved.
async fn effects(db: &Db, cx: &Context) -> BTreeMap<Uuid, String> {
    db.read(cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
        let tenant = r.cx().tenant();
        let sql = "select id, worker from effects where tenant_id = $1";
        Ok(r.all::<(Uuid, String)>(stmt!(sql, tenant)).await?.into_iter().collect())
    })
    .await
    .unwrap()
}

async fn until(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to pass in 10 s");
}

testkit::both! { migrations(), |t| a_job_runs_after_its_commit_and_is_gone_when_done {
    let handler = Handler::new("a", Plan::Finish);
    let workers = workers(t, &handler);
    let rolled_back = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        jobs::add(tx, mail()).await?;
        Err(DbError::NotFound)
    })
    .await;
    assert!(rolled_back.is_err());
    assert_eq!(workers.drain().await.unwrap(), 0);
    add(&t.db, &t.cx, mail().at(MONDAY.plus(Duration::from_secs(10)))).await;
    add(&t.db, &t.other, mail()).await;
    assert_eq!(workers.drain().await.unwrap(), 1);
    assert_eq!((effects(&t.db, &t.cx).await.len(), effects(&t.db, &t.other).await.len()), (0, 1));
    t.clock.advance(Duration::from_secs(10));
    assert_eq!(workers.drain().await.unwrap(), 1);
    assert_eq!(effects(&t.db, &t.cx).await.len(), 1);
    assert!(listed(&t.db, &t.cx, None).await.is_empty());
    assert_eq!(workers.health().done, 2);
}}

testkit::both! { migrations(), |t| whoever_lost_the_lease_cannot_save {
    let go = Arc::new(Notify::new());
    let (slow, quick) = (Handler::new("slow", Plan::Wait(go.clone())), Handler::new("quick", Plan::Finish));
    add(&t.db, &t.cx, mail()).await;
    let first = workers(t, &slow);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { first.run(std::future::pending()).await });
    until(async || slow.begun() == 1).await;
    assert_eq!(workers(t, &quick).drain().await.unwrap(), 0, "the lease holds");
    t.clock.advance(Duration::from_secs(61));
    assert_eq!(workers(t, &quick).drain().await.unwrap(), 1);
    go.notify_one();
    until(async || !slow.answers().is_empty()).await;
    assert_eq!(slow.answers(), [Err(JobError::Lost.to_string())]);
    assert_eq!(effects(&t.db, &t.cx).await.into_values().collect::<Vec<_>>(), ["quick"]);
    assert!(listed(&t.db, &t.cx, None).await.is_empty());
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| a_killed_workers_job_is_taken_over_when_its_lease_ends {
    let (killed, next) = (Handler::new("killed", Plan::Wait(Arc::default())), Handler::new("next", Plan::Finish));
    add(&t.db, &t.cx, mail()).await;
    let first = workers(t, &killed);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { first.run(std::future::pending()).await });
    until(async || killed.begun() == 1).await;
    tasks.shutdown().await;
    assert_eq!(workers(t, &next).drain().await.unwrap(), 0);
    t.clock.advance(Duration::from_mins(1));
    assert_eq!(workers(t, &next).drain().await.unwrap(), 1);
    assert_eq!(effects(&t.db, &t.cx).await.into_values().collect::<Vec<_>>(), ["next"]);
}}

testkit::both! { migrations(), |t| a_job_that_kills_every_worker_is_dead_in_the_end {
    add(&t.db, &t.cx, mail().max_attempts(2)).await;
    for round in 1..=2 {
        let handler = Handler::new("killed", Plan::Wait(Arc::default()));
        let worker = workers(t, &handler);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { worker.run(std::future::pending()).await });
        until(async || handler.begun() == 1).await;
        tasks.shutdown().await;
        assert_eq!(listed(&t.db, &t.cx, None).await[0].attempts, round);
        t.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(workers(t, &Handler::new("next", Plan::Finish)).drain().await.unwrap(), 0);
    let dead = listed(&t.db, &t.cx, Some(JobState::Dead)).await;
    assert_eq!(dead[0].last_error.as_deref(), Some("the worker vanished every time"));
}}

testkit::both! { migrations(), |t| a_failed_job_waits_longer_each_time_and_then_succeeds {
    let handler = Handler::new("a", Plan::Fail(AtomicUsize::new(3)));
    let workers = workers(t, &handler);
    add(&t.db, &t.cx, mail()).await;
    for (attempt, seconds) in [(1, 5), (2, 10), (3, 20)] {
        assert_eq!(workers.drain().await.unwrap(), 1);
        let job = listed(&t.db, &t.cx, Some(JobState::Ready)).await.remove(0);
        assert_eq!((job.attempts, job.last_error.as_deref()), (attempt, Some("the mail server is away")));
        let pause = job.run_at - t.world.now();
        assert!((seconds * 500_000..=seconds * 1_000_000).contains(&pause), "{attempt}: {pause}");
        t.clock.set(Timestamp(job.run_at.0 - 1));
        assert_eq!(workers.drain().await.unwrap(), 0, "not before its time");
        t.clock.set(job.run_at);
    }
    assert_eq!(workers.drain().await.unwrap(), 1);
    assert_eq!(effects(&t.db, &t.cx).await.len(), 1);
}}

testkit::both! { migrations(), |t| a_pause_the_other_side_asked_for_is_kept {
    let handler = Handler::new("a", Plan::Later(Duration::from_secs(77)));
    add(&t.db, &t.cx, mail()).await;
    workers(t, &handler).drain().await.unwrap();
    assert_eq!(listed(&t.db, &t.cx, None).await[0].run_at, MONDAY.plus(Duration::from_secs(77)));
}}

testkit::both! { migrations(), |t| a_panic_is_a_failure_like_any_other {
    let handler = Handler::new("a", Plan::Panic);
    add(&t.db, &t.cx, mail().max_attempts(1)).await;
    assert_eq!(workers(t, &handler).drain().await.unwrap(), 1);
    let dead = listed(&t.db, &t.cx, Some(JobState::Dead)).await;
    assert_eq!(dead[0].last_error.as_deref(), Some("the handler has a defect"));
}}

testkit::both! { migrations(), |t| dead_jobs_wait_for_a_person_who_lets_them_run_again {
    add(&t.db, &t.cx, mail()).await;
    add(&t.db, &t.cx, mail().max_attempts(1)).await;
    add(&t.db, &t.other, mail()).await;
    workers(t, &Handler::new("a", Plan::Dead)).drain().await.unwrap();
    let dead = listed(&t.db, &t.cx, Some(JobState::Dead)).await;
    assert_eq!(dead.len(), 2);
    assert!(dead.iter().all(|job| job.attempts == 1 && job.last_error.as_deref() == Some("no such address")));
    let id = dead[0].id;
    let elsewhere = t.db.write(&t.other, async move |tx: &mut Tx<'_>| jobs::retry(tx, id).await).await.unwrap();
    assert!(!elsewhere, "another company cannot reach the job");
    assert!(t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::retry(tx, id).await).await.unwrap());
    let all = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::retry_all(tx, Some("mail.send")).await).await.unwrap();
    assert_eq!(all, 1);
    assert_eq!(workers(t, &Handler::new("b", Plan::Finish)).drain().await.unwrap(), 2);
    assert_eq!(listed(&t.db, &t.other, Some(JobState::Dead)).await.len(), 1);
    let left = listed(&t.db, &t.other, None).await[0].id;
    assert!(t.db.write(&t.other, async move |tx: &mut Tx<'_>| jobs::remove(tx, left).await).await.unwrap());
    assert!(listed(&t.db, &t.other, None).await.is_empty());
}}

testkit::both! { migrations(), |t| dead_jobs_of_one_key_come_back_as_one {
    for _ in 0..2 {
        add(&t.db, &t.cx, mail().key("invoice")).await;
        workers(t, &Handler::new("a", Plan::Dead)).drain().await.unwrap();
    }
    let all = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::retry_all(tx, None).await).await.unwrap();
    assert_eq!(all, 1);
    let left = listed(&t.db, &t.cx, None).await;
    assert_eq!(left.iter().map(|job| job.state.as_str()).collect::<Vec<_>>(), ["ready"]);
}}

testkit::both! { migrations(), |t| one_job_waits_per_key_and_the_earlier_time_counts {
    let at = |seconds| MONDAY.plus(Duration::from_secs(seconds));
    for seconds in [50, 20, 90] {
        add(&t.db, &t.cx, mail().key("ticket-1").at(at(seconds))).await;
    }
    add(&t.db, &t.cx, mail().key("ticket-2").at(at(60))).await;
    add(&t.db, &t.other, mail().key("ticket-1").at(at(60))).await;
    let mine = listed(&t.db, &t.cx, None).await;
    assert_eq!(mine.iter().map(|job| job.run_at).collect::<BTreeSet<_>>(), BTreeSet::from([at(20), at(60)]));
    assert_eq!(mine.len(), 2);
    let moved = mail().key("ticket-1").at(at(70));
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::reschedule(tx, moved).await).await.unwrap();
    let mine = listed(&t.db, &t.cx, None).await;
    assert_eq!(mine.iter().map(|job| job.run_at).collect::<BTreeSet<_>>(), BTreeSet::from([at(70), at(60)]));
}}

testkit::both! { migrations(), |t| what_is_added_while_a_job_of_its_key_runs_is_not_lost {
    let go = Arc::new(Notify::new());
    let handler = Handler::new("a", Plan::Wait(go.clone()));
    let worker = workers(t, &handler);
    let mut tasks = JoinSet::new();
    add(&t.db, &t.cx, mail().key("ticket-1")).await;
    tasks.spawn(async move { worker.run(std::future::pending()).await });
    until(async || handler.begun() == 1).await;
    add(&t.db, &t.cx, mail().key("ticket-1").at(MONDAY.plus(Duration::from_secs(5)))).await;
    assert_eq!(listed(&t.db, &t.cx, None).await.len(), 2);
    go.notify_one();
    until(async || handler.answers().len() == 1).await;
    t.clock.advance(Duration::from_secs(5));
    go.notify_one();
    until(async || handler.answers().len() == 2).await;
    assert_eq!(effects(&t.db, &t.cx).await.len(), 2);
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| a_failed_job_gives_way_to_a_newer_one_of_its_key {
    let go = Arc::new(Notify::new());
    struct Failing(Arc<Notify>, AtomicUsize);
    impl JobHandler for Failing {
        fn kind(&self) -> &'static str {
            "mail.send"
        }
        fn run(&self, _: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
            Box::pin(async move {
                self.1.fetch_add(1, Ordering::SeqCst);
                self.0.notified().await;
                Err(JobError::retry("away"))
            })
        }
    }
    let handler = Arc::new(Failing(go.clone(), AtomicUsize::new(0)));
    let worker = Workers::new(t.db.clone(), t.world.clone()).add(handler.clone());
    add(&t.db, &t.cx, mail().key("ticket-1")).await;
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { worker.run(std::future::pending()).await });
    until(async || handler.1.load(Ordering::SeqCst) == 1).await;
    let later = MONDAY.plus(Duration::from_hours(2));
    add(&t.db, &t.cx, mail().key("ticket-1").at(later)).await;
    go.notify_one();
    until(async || listed(&t.db, &t.cx, None).await.len() == 1).await;
    let left = listed(&t.db, &t.cx, None).await.remove(0);
    assert_eq!((left.state.as_str(), left.run_at, left.attempts), ("ready", later, 0));
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| a_cancelled_job_does_not_run_and_a_running_one_cannot_save {
    let cancel = async || {
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::cancel(tx, "mail.send", "sla-1").await).await.unwrap()
    };
    add(&t.db, &t.cx, mail().key("sla-1")).await;
    assert!(cancel().await);
    assert!(!cancel().await);
    let go = Arc::new(Notify::new());
    let handler = Handler::new("a", Plan::Wait(go.clone()));
    let worker = workers(t, &handler);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { worker.run(std::future::pending()).await });
    add(&t.db, &t.cx, mail().key("sla-1")).await;
    until(async || handler.begun() == 1).await;
    assert!(cancel().await);
    go.notify_one();
    until(async || !handler.answers().is_empty()).await;
    assert_eq!(handler.answers(), [Err(JobError::Lost.to_string())]);
    assert!(effects(&t.db, &t.cx).await.is_empty());
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| two_nodes_share_the_work_and_never_run_one_job_at_a_time {
    let handler = Handler::new("both", Plan::Slow(Duration::from_millis(2)));
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let node = workers(t, &handler);
        tasks.spawn(async move { node.run(std::future::pending()).await });
    }
    for _ in 0..10 {
        let cx = t.cx.clone();
        let statements: Vec<_> = (0..10).map(|_| jobs::statement(&cx, &mail())).collect();
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute_all(statements).await).await.unwrap();
    }
    until(async || handler.answers().len() == 100).await;
    assert!(handler.answers().iter().all(Result::is_ok));
    assert_eq!(handler.begun(), 100);
    assert_eq!(effects(&t.db, &t.cx).await.len(), 100);
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| a_long_job_keeps_its_lease {
    let world = World::real();
    let handler = Handler::new("long", Plan::Slow(Duration::from_millis(1_500)));
    let node = || Workers::new(t.db.clone(), world.clone()).add(handler.clone()).lease(Duration::from_millis(600));
    let cx = Context::system(world.clone(), TENANT);
    add(&t.db, &cx, mail()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let node = node();
        tasks.spawn(async move { node.run(std::future::pending()).await });
    }
    until(async || !handler.answers().is_empty()).await;
    assert_eq!((handler.begun(), handler.answers()), (1, vec![Ok(())]));
    tasks.shutdown().await;
}}

testkit::both! { migrations(), |t| a_stopping_node_finishes_what_runs_and_hands_back_what_takes_too_long {
    for (plan, grace, left) in [
        (Plan::Slow(Duration::from_millis(200)), Duration::from_secs(10), 0),
        (Plan::Wait(Arc::default()), Duration::from_millis(50), 1),
    ] {
        let handler = Handler::new("a", plan);
        let worker = workers(t, &handler).grace(grace);
        add(&t.db, &t.cx, mail()).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { worker.run(async { stopped.await.unwrap() }).await });
        until(async || handler.begun() == 1).await;
        stop.send(()).unwrap();
        tasks.join_next().await.unwrap().unwrap();
        let jobs = listed(&t.db, &t.cx, None).await;
        assert_eq!(jobs.len(), left);
        assert!(jobs.iter().all(|job| job.state == "ready" && job.attempts == 0 && job.run_at <= t.world.now()));
    }
}}

testkit::both! { migrations(), |t| a_recurring_job_comes_back_once_however_many_nodes_ensure_it {
    let handler = Handler::new("daily", Plan::Finish);
    let node = || workers(t, &handler).recurring(Recurring {
        kind: "mail.send",
        every: Every::Daily { hour: 2, minute: 0, zone: "Asia/Shanghai".into() },
    });
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let node = node();
        tasks.spawn(async move { node.run(std::future::pending()).await });
    }
    let system = Context::system(t.world.clone(), TenantId::SYSTEM);
    for day in 1..=3 {
        let next = MONDAY.plus(Duration::from_hours(18 + 24 * (day - 1)));
        until(async || listed(&t.db, &system, None).await.iter().any(|job| job.run_at == next)).await;
        assert_eq!(listed(&t.db, &system, None).await.len(), 1);
        t.clock.set(next);
        until(async || handler.answers().len() as u64 == day).await;
    }
    tasks.shutdown().await;
}}
