//! Finding on both engines: Chinese of any length, numbers, tenants kept apart, what changes and goes.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::sync::Arc;

use db::{
    Db, DbError, Migration, Query, Read, Tx, Value,
    list::{self, List, ListQuery},
    stmt,
};
use events::{Consumers, NewEvent};
use futures_util::future::BoxFuture;
use kernel::Context;
use search::{Document, Indexed, Indexer};
use testkit::{TENANT, TestDb};
use uuid::Uuid;

const TICKETS: &str = "create table tickets (tenant_id uuid not null, id uuid not null, title text not null,
    description text not null, archived boolean not null, created_at bigint not null, primary key (tenant_id, id))";

fn migrations() -> Vec<Migration> {
    let mut all = events::migrations();
    all.extend(search::migrations());
    all.push(Migration { domain: "tickets", number: 1, name: "tickets", sqlite: TICKETS, postgres: TICKETS });
    all
}

struct Tickets;

impl Indexed for Tickets {
    fn object(&self) -> &'static str {
        "ticket"
    }

    fn table(&self) -> &'static str {
        "tickets"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let mut documents = Vec::new();
            for id in ids {
                let sql = "select title, description from tickets where tenant_id = $1 and id = $2 and not archived";
                let tenant = tx.cx().tenant();
                if let Some((title, text)) = tx.optional::<(String, String)>(stmt!(sql, tenant, id)).await? {
                    documents.push(Document { text, ..Document::new(*id, title) });
                }
            }
            Ok(documents)
        })
    }
}

fn indexer() -> Indexer {
    Indexer::new().add(Arc::new(Tickets))
}

async fn settle(t: &TestDb) {
    Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(indexer())).settle().await.unwrap();
}

async fn open(db: &Db, cx: &Context, title: &'static str, description: &'static str) -> Uuid {
    let id = cx.new_id();
    db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        let sql = "insert into tickets (tenant_id, id, title, description, archived, created_at) \
            values ($1, $2, $3, $4, $5, $6)";
        let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
        tx.execute(stmt!(sql, tenant, id, title, description, false, now)).await?;
        events::append(tx, NewEvent::new("ticket.created", "ticket", id)).await
    })
    .await
    .unwrap();
    id
}

/// Runs `sql` with the tenant and `id`, and says that the ticket changed.
async fn change(db: &Db, cx: &Context, sql: &'static str, id: Uuid) {
    db.write(cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        let tenant = tx.cx().tenant();
        assert_eq!(tx.execute(stmt!(sql, tenant, id)).await?, 1);
        events::append(tx, NewEvent::new("ticket.updated", "ticket", id)).await
    })
    .await
    .unwrap();
}

async fn find(db: &Db, cx: &Context, text: &str) -> Vec<Uuid> {
    let text = text.to_owned();
    db.read(cx, async move |r: &mut Read<'_>| search::ids(r, "ticket", &text, 500).await).await.unwrap()
}

testkit::both! { migrations(), |t| chinese_of_one_two_and_more_characters_is_found {
    let leak = open(&t.db, &t.cx, "三楼卫生间漏水", "客户很急，电梯口也有水").await;
    let lift = open(&t.db, &t.cx, "电梯异响", "客户说E5故障，型号ABC-123 升降梯").await;
    settle(t).await;
    for (query, wanted) in [
        ("漏水", vec![leak]),
        ("电梯", vec![lift, leak]),
        ("梯", vec![lift, leak]),
        ("卫生间", vec![leak]),
        ("三楼卫生间漏水", vec![leak]),
        ("E5故", vec![lift]),
        ("e5", vec![lift]),
        ("c", vec![lift]),
        ("abc123升", vec![lift]),
        ("电梯 漏水", vec![leak]),
        ("漏电", vec![]),
        ("水客", vec![]),
        ("xyz", vec![]),
        ("！，", vec![]),
    ] {
        assert_eq!(find(&t.db, &t.cx, query).await, wanted, "{query}");
    }
}}

testkit::both! { migrations(), |t| numbers_are_found_in_any_width_and_punctuation {
    let ticket = open(&t.db, &t.cx, "T-2026-0001", "序列号 SN_９９８８/77% 电话 138-0013-8000").await;
    open(&t.db, &t.cx, "T-2026-0002", "其它").await;
    settle(t).await;
    for query in ["T-2026-0001", "t20260001", "２０２６－０００１", "0001", "998877", "SN9988", "13800138000", "SN_99", "0013-8"] {
        assert_eq!(find(&t.db, &t.cx, query).await, [ticket], "{query}");
    }
    assert_eq!(find(&t.db, &t.cx, "2026").await.len(), 2);
    for query in ["\"", "'", "OR", "NEAR(a b)", "a* AND *", "%", "$1", "\0"] {
        assert!(find(&t.db, &t.cx, query).await.len() <= 2, "{query} is text, not syntax");
    }
}}

testkit::both! { migrations(), |t| companies_do_not_find_each_others_text {
    let mine = open(&t.db, &t.cx, "漏水", "").await;
    let theirs = open(&t.db, &t.other, "漏水", "").await;
    settle(t).await;
    for query in ["漏水", "水", "漏"] {
        assert_eq!(find(&t.db, &t.cx, query).await, [mine]);
        assert_eq!(find(&t.db, &t.other, query).await, [theirs]);
    }
    let other_kind = t.db.read(&t.cx, async move |r: &mut Read<'_>| search::ids(r, "device", "漏水", 10).await).await;
    assert!(other_kind.unwrap().is_empty());
}}

testkit::both! { migrations(), |t| the_index_follows_changes_and_archiving {
    let ticket = open(&t.db, &t.cx, "漏水", "").await;
    settle(t).await;
    change(&t.db, &t.cx, "update tickets set title = '电梯异响' where tenant_id = $1 and id = $2", ticket).await;
    settle(t).await;
    assert_eq!(find(&t.db, &t.cx, "电梯").await, [ticket]);
    assert!(find(&t.db, &t.cx, "漏水").await.is_empty());
    change(&t.db, &t.cx, "update tickets set archived = true where tenant_id = $1 and id = $2", ticket).await;
    settle(t).await;
    assert!(find(&t.db, &t.cx, "电梯").await.is_empty());
    change(&t.db, &t.cx, "update tickets set archived = false where tenant_id = $1 and id = $2", ticket).await;
    settle(t).await;
    assert_eq!(find(&t.db, &t.cx, "电梯").await, [ticket]);
    change(&t.db, &t.cx, "delete from tickets where tenant_id = $1 and id = $2", ticket).await;
    settle(t).await;
    assert!(find(&t.db, &t.cx, "电梯").await.is_empty());
}}

testkit::both! { migrations(), |t| the_newest_come_first_and_no_more_than_asked_for {
    let mut opened = Vec::new();
    for _ in 0..120 {
        opened.push(open(&t.db, &t.cx, "空调漏水", "").await);
    }
    settle(t).await;
    let newest: Vec<Uuid> = opened.iter().rev().take(7).copied().collect();
    let hits = t.db.read(&t.cx, async move |r: &mut Read<'_>| search::hits(r, "ticket", "漏水", 7).await).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.object_id).collect::<Vec<_>>(), newest);
    assert_eq!(hits[0].title, "空调漏水");
    assert_eq!(find(&t.db, &t.cx, "漏水").await.len(), 120);
}}

testkit::both! { migrations(), |t| a_rebuild_finds_what_no_event_told_and_forgets_what_is_gone {
    let (kept, gone) = (open(&t.db, &t.cx, "漏水", "").await, open(&t.db, &t.cx, "漏水", "").await);
    settle(t).await;
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        tx.execute(stmt!("update tickets set title = '漏油' where tenant_id = $1 and id = $2", TENANT, kept)).await?;
        tx.execute(stmt!("delete from tickets where tenant_id = $1 and id = $2", TENANT, gone)).await?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(find(&t.db, &t.cx, "漏水").await, [gone, kept]);
    assert_eq!(indexer().reindex(&t.db, &t.world, TENANT, "ticket").await.unwrap(), 1);
    assert!(find(&t.db, &t.cx, "漏水").await.is_empty());
    assert_eq!(find(&t.db, &t.cx, "漏油").await, [kept]);
    assert!(indexer().reindex(&t.db, &t.world, TENANT, "device").await.is_err());
}}

testkit::both! { migrations(), |t| a_list_is_narrowed_by_search_together_with_its_own_conditions {
    const LIST: List = List { table: "tickets", columns: "id", sorts: &[("created_at", "created_at")], default_sort: "-created_at" };
    let wanted = open(&t.db, &t.cx, "漏水", "急").await;
    open(&t.db, &t.cx, "漏水", "").await;
    open(&t.db, &t.cx, "异响", "急").await;
    settle(t).await;
    for (text, count) in [("漏水", 1), ("急", 1), ("——", 1), ("漏油", 0)] {
        let found = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<Vec<Uuid>, DbError> {
            let own = list::Fragment::new("id = $1", vec![Value::Id(wanted)]);
            let search = search::condition(r.cx(), r.engine(), "ticket", text);
            let query = ListQuery { conditions: vec![own, search], count: true, ..ListQuery::default() };
            let page = list::run::<(Uuid,)>(r, &LIST, &query).await.unwrap();
            Ok(page.page.items.into_iter().map(|(id,)| id).collect())
        })
        .await
        .unwrap();
        assert_eq!(found.len(), count, "{text}");
    }
}}

testkit::both! { migrations(), |t| a_list_follows_what_was_found_page_by_page {
    const LIST: List = List { table: "tickets", columns: "id", sorts: &[("created_at", "created_at")], default_sort: "-created_at" };
    let mut all = Vec::new();
    for turn in 0..7 {
        let id = open(&t.db, &t.cx, if turn == 3 { "异响" } else { "漏水" }, "三楼").await;
        all.push(id);
    }
    settle(t).await;
    open(&t.db, &t.other, "漏水", "三楼").await;
    for (text, wanted) in [("漏水", vec![6, 5, 4, 2, 1, 0]), ("三楼", vec![6, 5, 4, 3, 2, 1, 0]), ("楼", vec![6, 5, 4, 3, 2, 1, 0]), ("漏油", vec![])] {
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let hidden = all[6];
            let page = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<_, DbError> {
                let own = list::Fragment::new("id <> $1", vec![Value::Id(hidden)]);
                let found = search::found(r.cx(), r.engine(), "ticket", text);
                let query = ListQuery { limit: 2, cursor, conditions: vec![own], found, count: true, ..ListQuery::default() };
                Ok(list::run::<(Uuid,)>(r, &LIST, &query).await.unwrap())
            })
            .await
            .unwrap();
            assert_eq!(page.total, Some(i64::try_from(wanted.len().saturating_sub(1)).unwrap()), "{text}");
            seen.extend(page.page.items.into_iter().map(|(id,)| id));
            cursor = page.page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let wanted: Vec<Uuid> = wanted.into_iter().map(|turn| all[turn]).filter(|id| *id != all[6]).collect();
        assert_eq!(seen, wanted, "{text}");
    }
}}

/// Row-level security must not keep PostgreSQL from the gram index.
#[tokio::test]
async fn postgres_searches_by_its_gram_index() {
    let Some(t) = TestDb::postgres(&migrations()).await else { return };
    let plan =
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<String, DbError> {
            tx.execute(stmt!("set local enable_seqscan = off")).await?;
            let condition = search::condition(tx.cx(), tx.engine(), "ticket", "漏水");
            let query = condition.text.strip_prefix("id in (").and_then(|text| text.strip_suffix(')')).unwrap();
            let lines: Vec<(String,)> = tx.all(db::Stmt::new(format!("explain {query}"), condition.binds)).await?;
            Ok(lines.into_iter().map(|(line,)| line + "\n").collect())
        })
        .await
        .unwrap();
    assert!(plan.contains("Bitmap Index Scan on search_grams_grams"), "{plan}");
    let plan = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<String, DbError> {
        let found = search::found(r.cx(), r.engine(), "ticket", "漏水").unwrap().all;
        let lines: Vec<(String,)> = r.all(db::Stmt::new(format!("explain {}", found.text), found.binds)).await?;
        Ok(lines.into_iter().map(|(line,)| line + "\n").collect())
    });
    let plan = plan.await.unwrap();
    assert!(!plan.contains("search_grams_pkey"), "{plan}");
    t.close().await;
}

/// SQLite must not sort all hits of a common word before it takes the newest.
#[tokio::test]
async fn sqlite_walks_its_gram_index_from_the_newest_hit_down() {
    let t = TestDb::sqlite(&migrations()).await;
    let plan =
        t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<String, DbError> {
            let condition = search::condition(r.cx(), r.engine(), "ticket", "漏水");
            let query = condition.text.strip_prefix("id in (").and_then(|text| text.strip_suffix(')')).unwrap();
            let text = format!("explain query plan {query}");
            let lines: Vec<(i64, i64, i64, String)> = r.all(db::Stmt::new(text, condition.binds)).await?;
            Ok(lines.into_iter().map(|(.., line)| line + "\n").collect())
        })
        .await
        .unwrap();
    assert!(plan.contains("SCAN search_grams VIRTUAL TABLE"), "{plan}");
    assert!(plan.contains("SEARCH d USING INTEGER PRIMARY KEY"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    let plan = t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<String, DbError> {
        let found = search::found(r.cx(), r.engine(), "ticket", "漏水").unwrap().all;
        let text = format!(
            "explain query plan select id from ({}) as hits cross join tickets where tenant_id = $2 and id = hit_id \
             order by hit_number desc limit 50",
            found.text
        );
        let lines: Vec<(i64, i64, i64, String)> = r.all(db::Stmt::new(text, found.binds)).await?;
        Ok(lines.into_iter().map(|(.., line)| line + "\n").collect())
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("SCAN search_grams VIRTUAL TABLE"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE") && !plan.contains("CO-ROUTINE"), "{plan}");
    t.close().await;
}
