//! The stream on both engines: timelines, exactly-once consumers, dead letters, order, live pages.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Migration, Query, Read, Tx, list::ListQuery, stmt};
use events::{
    AuditFilter, Consumer, ConsumerError, Consumers, Event, LiveEvent, NewEvent, Position, Start, append, audit,
    list_dead, list_object, list_parent, retry_dead,
};
use futures_util::{StreamExt, future::BoxFuture};
use kernel::{Actor, ActorKind, Context, TenantId};
use serde_json::json;
use testkit::{TENANT, TestDb};
use tokio::{sync::oneshot, task::JoinSet};
use uuid::Uuid;

const EFFECTS: &str = "create table effects (tenant_id uuid not null, consumer text not null, event_id uuid not null,
    position bigint not null, primary key (tenant_id, consumer, event_id, position))";

fn migrations() -> Vec<Migration> {
    let mut all = events::migrations();
    all.push(Migration { domain: "effects", number: 1, name: "effects", sqlite: EFFECTS, postgres: EFFECTS });
    all
}

/// Writes one row per event handled; the position makes a second handling a second row.
struct Recorder {
    name: &'static str,
    start: Start,
    round: AtomicUsize,
    /// Events of this kind fail as often as the number says.
    failing: Mutex<(&'static str, usize)>,
}

impl Recorder {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, start: Start::Beginning, round: AtomicUsize::new(0), failing: Mutex::new(("", 0)) })
    }

    fn failing(name: &'static str, kind: &'static str, times: usize) -> Arc<Self> {
        let recorder = Self::new(name);
        *recorder.failing.lock().unwrap() = (kind, times);
        recorder
    }
}

impl Consumer for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket."]
    }

    fn start(&self) -> Start {
        self.start
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let round = self.round.fetch_add(1, Ordering::SeqCst);
            let tenant = tx.cx().tenant();
            assert_eq!(tenant, event.tenant);
            tx.execute(stmt!(
                "insert into effects (tenant_id, consumer, event_id, position) values ($1, $2, $3, $4)",
                tenant,
                self.name,
                event.id,
                round
            ))
            .await?;
            let mut failing = self.failing.lock().unwrap();
            if event.kind == failing.0 && failing.1 > 0 {
                failing.1 -= 1;
                return Err(ConsumerError::failed("not today"));
            }
            Ok(())
        })
    }
}

async fn happen(db: &Db, cx: &Context, kind: &'static str, count: usize) -> Vec<Uuid> {
    let ids: Vec<Uuid> = (0..count).map(|_| cx.new_id()).collect();
    let objects = ids.clone();
    db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        for id in objects {
            append(tx, NewEvent::new(kind, "ticket", id)).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    ids
}

/// Event ids in the order in which `consumer` handled them.
async fn effects(db: &Db, cx: &Context, consumer: &'static str) -> Vec<Uuid> {
    db.read(cx, async move |r: &mut Read<'_>| -> Result<Vec<Uuid>, DbError> {
        let tenant = r.cx().tenant();
        let sql = "select event_id from effects where tenant_id = $1 and consumer = $2 order by position";
        Ok(r.all::<(Uuid,)>(stmt!(sql, tenant, consumer)).await?.into_iter().map(|(id,)| id).collect())
    })
    .await
    .unwrap()
}

async fn all_events(db: &Db, cx: &Context) -> Vec<Event> {
    let mut events = Vec::new();
    let mut cursor = None;
    loop {
        let query = ListQuery { limit: 200, cursor, sort: Some("at".into()), ..ListQuery::default() };
        let filter = AuditFilter::default();
        let page = db
            .read(cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
                Ok(audit(r, &filter, query).await.unwrap())
            })
            .await
            .unwrap();
        events.extend(page.page.items);
        cursor = page.page.next_cursor;
        if cursor.is_none() {
            events.sort_by_key(|event: &Event| event.position);
            return events;
        }
    }
}

fn consumers(t: &TestDb, consumer: Arc<dyn Consumer>) -> Consumers {
    Consumers::new(t.db.clone(), t.world.clone()).add(consumer).first_pause(Duration::from_millis(1))
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

testkit::both! { migrations(), |t| an_event_says_who_did_what_and_stands_on_both_timelines {
    let actor = Actor { kind: ActorKind::User, id: t.cx.new_id(), name: "张伟".into() };
    let cx = t.cx.with_actor(actor.clone());
    let (ticket, visit) = (cx.new_id(), cx.new_id());
    t.db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        let data = json!({"priority": {"from": "low", "to": "high"}});
        append(tx, NewEvent::new("ticket.updated", "ticket", ticket).label("T-2026-0001").data(data)).await?;
        append(tx, NewEvent::new("visit.planned", "visit", visit).parent("ticket", ticket)).await
    })
    .await
    .unwrap();
    happen(&t.db, &t.other, "ticket.created", 1).await;
    let (own, timeline, of_visit, page, by_nobody) = t.db.read(&cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
        let all = ListQuery::default;
        let own = list_object(r, "ticket", ticket, all()).await.unwrap().page.items;
        let timeline = list_parent(r, "ticket", ticket, all()).await.unwrap().page.items;
        let of_visit = list_object(r, "visit", visit, all()).await.unwrap().page.items;
        let filter = AuditFilter { kind: Some("visit.".into()), object_id: Some(visit), ..AuditFilter::default() };
        let page = audit(r, &filter, ListQuery { count: true, ..all() }).await.unwrap();
        let nobody = AuditFilter { actor_id: Some(Uuid::nil()), ..AuditFilter::default() };
        let by_nobody = audit(r, &nobody, all()).await.unwrap().page.items;
        Ok((own, timeline, of_visit, page, by_nobody))
    })
    .await
    .unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].label.as_deref(), &own[0].actor), (Some("T-2026-0001"), &actor));
    assert_eq!(own[0].data["priority"]["to"], "high");
    assert_eq!(timeline.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["visit.planned", "ticket.updated"]);
    assert_eq!(of_visit[0].parent(), Some(("ticket", ticket)));
    assert_eq!((page.page.items.len(), page.total), (1, Some(1)));
    assert!(by_nobody.is_empty());
}}

testkit::both! { migrations(), |t| the_audit_page_goes_on_where_it_stopped {
    for _ in 0..3 {
        happen(&t.db, &t.cx, "ticket.created", 70).await;
        t.clock.advance(Duration::from_secs(1));
    }
    let seen = all_events(&t.db, &t.cx).await;
    assert_eq!(seen.iter().map(|event| event.id).collect::<BTreeSet<_>>().len(), 210);
    assert_eq!(seen.len(), 210);
    assert!(all_events(&t.db, &t.other).await.is_empty());
}}

testkit::both! { migrations(), |t| events_are_neither_changed_nor_deleted {
    happen(&t.db, &t.cx, "ticket.created", 1).await;
    for sql in ["update events set kind = 'x' where tenant_id = $1", "delete from events where tenant_id = $1"] {
        let refused = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<u64, DbError> {
            tx.execute(stmt!(sql, TENANT)).await
        })
        .await;
        assert!(matches!(&refused, Err(DbError::Check(reason)) if reason.contains("append-only")), "{refused:?}");
    }
    assert_eq!(all_events(&t.db, &t.cx).await[0].kind, "ticket.created");
}}

testkit::both! { migrations(), |t| a_failing_event_takes_back_its_group_and_every_event_counts_once_in_order {
    happen(&t.db, &t.cx, "ticket.created", 20).await;
    happen(&t.db, &t.cx, "ticket.closed", 1).await;
    happen(&t.db, &t.cx, "customer.created", 5).await;
    happen(&t.db, &t.cx, "ticket.created", 20).await;
    happen(&t.db, &t.other, "ticket.created", 3).await;
    let consumers = consumers(t, Recorder::failing("recorder", "ticket.closed", 4));
    consumers.settle().await.unwrap();
    let wanted: Vec<Uuid> = all_events(&t.db, &t.cx).await.into_iter()
        .filter(|event| event.object == "ticket" && event.kind.starts_with("ticket."))
        .map(|event| event.id)
        .collect();
    assert_eq!(wanted.len(), 41);
    assert_eq!(effects(&t.db, &t.cx, "recorder").await, wanted);
    assert_eq!(effects(&t.db, &t.other, "recorder").await.len(), 3);
    let health = consumers.health();
    assert_eq!((health[0].handled, health[0].failures, health[0].dead, health[0].waiting), (44, 4, 0, 0));
}}

testkit::both! { migrations(), |t| a_poisonous_event_is_set_aside_after_ten_failures_and_can_be_tried_again {
    happen(&t.db, &t.cx, "ticket.created", 2).await;
    happen(&t.db, &t.cx, "ticket.closed", 1).await;
    happen(&t.db, &t.cx, "ticket.created", 2).await;
    let consumers = consumers(t, Recorder::failing("recorder", "ticket.closed", 11));
    consumers.settle().await.unwrap();
    // The first failure was the group's; ten more were its own.
    assert_eq!(consumers.health()[0].failures, 11);
    assert_eq!(effects(&t.db, &t.cx, "recorder").await.len(), 4);
    let letters = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
        Ok(list_dead(r, Some("recorder"), ListQuery::default()).await.unwrap().page.items)
    })
    .await
    .unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].kind.as_str(), letters[0].error.as_str(), letters[0].attempts), ("ticket.closed", "not today", 10));
    let id = letters[0].id;
    let elsewhere = t.db.write(&t.other, async move |tx: &mut Tx<'_>| retry_dead(tx, id).await).await.unwrap();
    assert!(!elsewhere, "another company cannot reach the letter");
    assert!(t.db.write(&t.cx, async move |tx: &mut Tx<'_>| retry_dead(tx, id).await).await.unwrap());
    consumers.settle().await.unwrap();
    assert_eq!(effects(&t.db, &t.cx, "recorder").await.len(), 5);
    let left = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
        Ok(list_dead(r, None, ListQuery::default()).await.unwrap().page.items.len())
    })
    .await
    .unwrap();
    assert_eq!(left, 0);
}}

testkit::both! { migrations(), |t| events_read_again_after_a_crash_are_skipped {
    happen(&t.db, &t.cx, "ticket.created", 7).await;
    consumers(t, Recorder::new("recorder")).settle().await.unwrap();
    // As if the process had ended before it saved how far it had read.
    let system = Context::system(t.world.clone(), TenantId::SYSTEM);
    t.db.write(&system, async move |tx: &mut Tx<'_>| -> Result<u64, DbError> {
        tx.execute(stmt!("update consumer_cursors set xid = 0, seq = 0 where tenant_id = $1", TenantId::SYSTEM)).await
    })
    .await
    .unwrap();
    happen(&t.db, &t.cx, "ticket.created", 1).await;
    consumers(t, Recorder::new("recorder")).settle().await.unwrap();
    assert_eq!(effects(&t.db, &t.cx, "recorder").await.len(), 8);
}}

testkit::both! { migrations(), |t| a_consumer_that_begins_now_leaves_the_past_alone {
    happen(&t.db, &t.cx, "ticket.created", 3).await;
    let late = || Arc::new(Recorder {
        name: "late",
        start: Start::Now,
        round: AtomicUsize::new(0),
        failing: Mutex::new(("", 0)),
    });
    // On a shared cluster the last events may take a moment to become readable.
    consumers(t, Recorder::new("first")).settle().await.unwrap();
    consumers(t, late()).settle().await.unwrap();
    happen(&t.db, &t.cx, "ticket.created", 2).await;
    consumers(t, late()).settle().await.unwrap();
    assert_eq!(effects(&t.db, &t.cx, "late").await.len(), 2);
}}

testkit::both! { migrations(), |t| two_nodes_and_a_killed_one_handle_every_event_once {
    let mut nodes = JoinSet::new();
    let node = || {
        let consumers = consumers(t, Recorder::new("recorder"));
        async move { consumers.run(std::future::pending()).await }
    };
    nodes.spawn(node());
    let killed = nodes.spawn(node());
    for round in 0..30 {
        happen(&t.db, &t.cx, "ticket.created", 5).await;
        happen(&t.db, &t.other, "ticket.created", 1).await;
        if round == 15 {
            killed.abort();
        }
    }
    until(async || effects(&t.db, &t.other, "recorder").await.len() >= 30).await;
    until(async || effects(&t.db, &t.cx, "recorder").await.len() >= 150).await;
    let done = effects(&t.db, &t.cx, "recorder").await;
    assert_eq!(done.len(), 150);
    assert_eq!(done.iter().collect::<BTreeSet<_>>().len(), 150);
    nodes.shutdown().await;
}}

testkit::both! { migrations(), |t| a_page_hears_its_company_live_and_again_after_it_was_away {
    let consumers = Consumers::new(t.db.clone(), t.world.clone());
    let live = consumers.live();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { consumers.run(async { let _ = stopped.await; }).await });
    happen(&t.db, &t.cx, "ticket.created", 1).await;
    // Heard or replayed, depending on how soon the reader began; from the start of the stream it is certain.
    let mut page = live.stream(TENANT, Some(Position::START));
    let first = page.next().await.unwrap();
    assert!(matches!(&first, LiveEvent::Event(event) if event.kind == "ticket.created"));
    happen(&t.db, &t.other, "ticket.created", 1).await;
    happen(&t.db, &t.cx, "ticket.assigned", 1).await;
    let second = page.next().await.unwrap();
    assert_eq!((second.name(), &second.data()["kind"]), ("event", &json!("ticket.assigned")));
    drop(page);
    happen(&t.db, &t.cx, "ticket.closed", 3).await;
    let mut page = live.stream(TENANT, Some(second.position()));
    let mut last = second.position();
    for _ in 0..3 {
        let missed = page.next().await.unwrap();
        assert_eq!(missed.data()["kind"], "ticket.closed");
        assert!(missed.position() > last);
        last = missed.position();
    }
    for _ in 0..6 {
        happen(&t.db, &t.cx, "ticket.updated", 200).await;
    }
    until(async || {
        let newest = all_events(&t.db, &t.cx).await.last().map(|event| event.position);
        let mut page = live.stream(TENANT, Some(last));
        matches!(page.next().await, Some(LiveEvent::Reset(at)) if Some(at) == newest)
    })
    .await;
    // Whoever has heard nothing yet still knows where to go on after a break. The reader comes to the end first.
    let newest = all_events(&t.db, &t.cx).await.last().unwrap().position;
    until(async || live.stream(TENANT, None).next().await.is_some_and(|ready| ready.position() == newest)).await;
    let mut page = live.stream(TENANT, None);
    let ready = page.next().await.unwrap();
    assert_eq!(ready.name(), "ready");
    drop(page);
    happen(&t.db, &t.cx, "ticket.reopened", 1).await;
    let missed = live.stream(TENANT, Some(ready.position())).next().await.unwrap();
    assert_eq!(missed.data()["kind"], "ticket.reopened");
    stop.send(()).unwrap();
    while tasks.join_next().await.is_some() {}
    let mut page = live.stream(TENANT, None);
    assert!(page.next().await.is_none(), "after the end a page is let go");
}}

/// On PostgreSQL a transaction may commit after a later one: its events must not be passed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_a_slow_transaction_is_not_skipped() {
    let Some(t) = TestDb::postgres(&migrations()).await else { return };
    let node = consumers(&t, Recorder::new("recorder"));
    let live = node.live();
    let mut page = live.stream(TENANT, Some(Position::START));
    let mut nodes = JoinSet::new();
    nodes.spawn(async move { node.run(std::future::pending()).await });
    let (go, gone) = oneshot::channel::<()>();
    let (begun, beginning) = oneshot::channel::<()>();
    let (db, cx) = (t.db.clone(), t.cx.clone());
    let mut writers = JoinSet::new();
    writers.spawn(async move {
        db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
            append(tx, NewEvent::new("ticket.slow", "ticket", Uuid::nil())).await?;
            begun.send(()).unwrap();
            gone.await.unwrap();
            append(tx, NewEvent::new("ticket.slow", "ticket", Uuid::nil())).await
        })
        .await
        .unwrap();
    });
    beginning.await.unwrap();
    for _ in 0..4 {
        let (db, cx) = (t.db.clone(), t.cx.clone());
        writers.spawn(async move {
            for _ in 0..10 {
                happen(&db, &cx, "ticket.fast", 2).await;
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(effects(&t.db, &t.cx, "recorder").await.is_empty(), "nothing is read past an open transaction");
    go.send(()).unwrap();
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    until(async || effects(&t.db, &t.cx, "recorder").await.len() >= 82).await;
    let wanted: Vec<Uuid> = all_events(&t.db, &t.cx).await.into_iter().map(|event| event.id).collect();
    assert_eq!(effects(&t.db, &t.cx, "recorder").await, wanted);
    let mut last = Position::START;
    for _ in 0..82 {
        let heard = page.next().await.unwrap();
        assert!(heard.position() > last);
        last = heard.position();
    }
    nodes.shutdown().await;
    t.close().await;
}

/// A page that asks while the process starts: what it cannot see in the table yet must reach it later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_comes_before_the_reader_misses_nothing() {
    let Some(t) = TestDb::postgres(&migrations()).await else { return };
    let (go, gone) = oneshot::channel::<()>();
    let (begun, beginning) = oneshot::channel::<()>();
    let (db, cx) = (t.db.clone(), t.cx.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        db.write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
            append(tx, NewEvent::new("ticket.slow", "ticket", Uuid::nil())).await?;
            begun.send(()).unwrap();
            gone.await.unwrap();
            Ok(())
        })
        .await
        .unwrap();
    });
    beginning.await.unwrap();
    happen(&t.db, &t.cx, "ticket.created", 1).await;
    let consumers = Consumers::new(t.db.clone(), t.world.clone());
    let mut page = consumers.live().stream(TENANT, Some(Position::START));
    assert!(tokio::time::timeout(Duration::from_millis(200), page.next()).await.is_err(), "nothing is readable yet");
    go.send(()).unwrap();
    tasks.join_next().await.unwrap().unwrap();
    tasks.spawn(async move { consumers.run(std::future::pending()).await });
    for kind in ["ticket.slow", "ticket.created"] {
        let heard = tokio::time::timeout(Duration::from_secs(10), page.next()).await.unwrap().unwrap();
        assert_eq!(heard.data()["kind"], kind);
    }
    tasks.shutdown().await;
    t.close().await;
}

/// A dump restored into a younger cluster: events lie above every transaction id to come for a long time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_stream_goes_on_behind_its_last_event() {
    let Some(t) = TestDb::postgres(&migrations()).await else { return };
    let recorder = Recorder::new("restored");
    let consumers = Consumers::new(t.db.clone(), t.world.clone()).add(recorder.clone());
    let say = async |id: u128| {
        let told = NewEvent::new("ticket.created", "ticket", Uuid::from_u128(id));
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| append(tx, told).await).await.unwrap();
    };
    say(1).await;
    let copy = "insert into events (xid, tenant_id, id, at, actor_kind, actor_id, actor_name, kind, object, object_id,
        parent_object, parent_id, data, request_id, trace_id)
        select xid + 1000000, tenant_id, $1, at, actor_kind, actor_id, actor_name, kind, object, object_id,
        parent_object, parent_id, data, request_id, trace_id from events";
    let id = t.world.new_id();
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(stmt!(copy, id)).await).await.unwrap();
    assert!(events::keep_rising(&t.db, &t.world).await.unwrap());
    say(2).await;
    consumers.settle().await.unwrap();
    assert_eq!(recorder.round.load(Ordering::SeqCst), 3);
    assert!(!events::keep_rising(&t.db, &t.world).await.unwrap());
    t.close().await;
}
