//! What a transaction promises, on both engines.
#![allow(clippy::unwrap_used)]

use db::{DbError, Migration, Query, Stmt, Value, stmt};
use futures_util::future::join_all;
use kernel::{Context, Timestamp, Uuid};

const TABLE: &str = "create table notes (
    tenant_id uuid not null, id uuid not null, name text not null, amount bigint, flag boolean,
    ratio double precision, data jsonb, raw bytea, at bigint, primary key (tenant_id, id));
    create unique index notes_name on notes (tenant_id, name);";

fn migrations() -> Vec<Migration> {
    vec![Migration { domain: "notes", number: 1, name: "notes", sqlite: TABLE, postgres: TABLE }]
}

#[derive(Debug, Clone, PartialEq)]
struct Note {
    id: Uuid,
    name: String,
    amount: Option<i64>,
    flag: Option<bool>,
    ratio: Option<f64>,
    data: Option<db::Json<Vec<i64>>>,
    raw: Option<Vec<u8>>,
    at: Option<Timestamp>,
}

db::record!(Note { id, name, amount, flag, ratio, data, raw, at });

const INSERT: &str = "insert into notes (tenant_id, id, name, amount) values ($1, $2, $3, $4)";

fn insert(cx: &Context, name: &str, amount: i64) -> Stmt<'static> {
    stmt!(INSERT, cx.tenant(), cx.new_id(), name, amount).into_owned()
}

async fn names(t: &testkit::TestDb, cx: &Context) -> Vec<String> {
    t.db.read(cx, async move |r| {
        let tenant = r.cx().tenant();
        r.all::<(String,)>(stmt!("select name from notes where tenant_id = $1 order by name", tenant)).await
    })
    .await
    .unwrap()
    .into_iter()
    .map(|(name,)| name)
    .collect()
}

testkit::both! {
    migrations(), |t| every_type_comes_back_as_it_went_in {
        let note = Note {
            id: t.cx.new_id(),
            name: "电梯漏水 'quoted' $1 %".into(),
            amount: Some(i64::MIN),
            flag: Some(true),
            ratio: Some(0.1),
            data: Some(db::Json(vec![1, 2])),
            raw: Some(vec![0, 255]),
            at: Some(testkit::MONDAY),
        };
        let stored = note.clone();
        t.db.write(&t.cx, async move |tx| {
            let sql = format!("insert into notes (tenant_id, {}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)", Note::COLUMNS);
            let tenant = tx.cx().tenant();
            tx.execute(stmt!(sql, tenant, stored.id, &stored.name, &stored.amount, &stored.flag, &stored.ratio,
                stored.data.as_ref(), stored.raw.clone(), &stored.at)).await
        }).await.unwrap();
        let id = note.id;
        let found: Note = t.db.read(&t.cx, async move |r| {
            let tenant = r.cx().tenant();
            r.one(stmt!(format!("select {} from notes where id = $2 and tenant_id = $1", Note::COLUMNS), tenant, id)).await
        }).await.unwrap();
        assert_eq!(found, note);
    }

    migrations(), |t| arguments_are_bound_by_their_number_not_their_place {
        let (a, b): (i64, i64) = t.db.read(&t.cx, async |r| {
            r.one(Stmt::new("select $2 + 0, $1 + 0", vec![Value::Int(1), Value::Int(2)])).await
        }).await.unwrap();
        assert_eq!((a, b), (2, 1));
    }

    migrations(), |t| a_failed_transaction_leaves_nothing_and_disturbs_nobody {
        let good = insert(&t.cx, "good", 1);
        let (first, second) = (insert(&t.cx, "half", 1), insert(&t.cx, "half", 2));
        let (kept, failed) = futures_util::join!(
            t.db.write(&t.cx, async move |tx| tx.execute(good).await),
            t.db.write(&t.cx, async move |tx| {
                tx.execute(first).await?;
                tx.execute(second).await
            })
        );
        kept.unwrap();
        let error = failed.unwrap_err();
        assert!(error.is_unique("notes", &["name"]), "{error:?}");
        assert_eq!(names(t, &t.cx).await, ["good"]);
    }

    migrations(), |t| a_failed_attempt_undoes_only_itself {
        let done = t
            .db
            .write(&t.cx, async |tx| {
                let cx = tx.cx().clone();
                tx.execute(insert(&cx, "一", 1)).await?;
                let twice = tx
                    .attempt(async |tx: &mut db::Tx<'_>| {
                        tx.execute(insert(&cx, "二", 2)).await?;
                        tx.execute(insert(&cx, "一", 3)).await
                    })
                    .await?;
                let third = tx.attempt(async |tx: &mut db::Tx<'_>| tx.execute(insert(&cx, "三", 3)).await).await?;
                Ok::<_, DbError>((twice.is_err(), third.is_ok()))
            })
            .await
            .unwrap();
        assert_eq!(done, (true, true));
        assert_eq!(names(t, &t.cx).await, ["一", "三"]);
    }

    migrations(), |t| of_good_bad_and_panicking_callers_exactly_the_good_ones_commit {
        let calls = (0..200).map(|n| {
            let (stmt, db, cx) = (insert(&t.cx, &format!("n{n:03}"), n), t.db.clone(), t.cx.clone());
            async move {
                db.write(&cx, async move |tx| {
                    tx.execute(stmt).await?;
                    match n % 4 {
                        0 => Ok(n),
                        1 => Err(DbError::NotFound),
                        2 => tx.execute(stmt!("insert into notes (tenant_id) values ($1)", Value::Null)).await.map(|_| n),
                        // On SQLite a foreign await would hold everybody up, so it is refused.
                        _ if tx.engine() == db::Engine::Sqlite => {
                            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                            Ok(n)
                        }
                        _ => Err(DbError::Timeout),
                    }
                }).await
            }
        });
        let answers = join_all(calls).await;
        let good: Vec<String> = (0..200).filter(|n| n % 4 == 0).map(|n| format!("n{n:03}")).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 50);
        assert_eq!(names(t, &t.cx).await, good);
    }

    migrations(), |t| a_caller_that_goes_away_holds_nothing_up {
        for n in 0..40 {
            let (stmt, db, cx) = (insert(&t.cx, &format!("gone{n}"), n), t.db.clone(), t.cx.clone());
            let call = async move { db.write(&cx, async move |tx| tx.execute(stmt).await).await };
            let _ = tokio::time::timeout(std::time::Duration::from_micros(n as u64 * 20), call).await;
        }
        let stmt = insert(&t.cx, "stays", 1);
        t.db.write(&t.cx, async move |tx| tx.execute(stmt).await).await.unwrap();
        assert!(names(t, &t.cx).await.contains(&"stays".to_owned()));
    }

    migrations(), |t| numbers_rise_and_are_never_given_twice {
        let taken = join_all((0..300).map(|_| t.db.next_number(&t.cx, "T-2026"))).await;
        let mut taken: Vec<i64> = taken.into_iter().map(Result::unwrap).collect();
        assert_eq!(taken[0], 1);
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 300);
        assert_eq!(t.db.next_number(&t.other, "T-2026").await.unwrap(), 1);
    }

    migrations(), |t| numbers_may_start_later_and_never_go_back {
        let from = async |start: i64| t.db.next_number_from(&t.cx, "VH", start).await.unwrap();
        assert_eq!(from(10).await, 10);
        // Whoever asks often gets blocks; a later start may stand within one or beyond it.
        for expected in 11..20 {
            assert_eq!(from(1).await, expected);
        }
        assert_eq!((from(21).await, from(5_000).await, from(5_000).await), (21, 5_000, 5_001));
        assert_eq!(from(1).await, 5_002);
        let taken = join_all((0..100).map(|at| t.db.next_number_from(&t.cx, "VH", 5_050 - at))).await;
        let mut taken: Vec<i64> = taken.into_iter().map(Result::unwrap).collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 100);
        assert!(taken[0] > 5_002);
    }

    migrations(), |t| reading_cannot_write {
        let stmt = insert(&t.cx, "x", 1);
        if t.db.engine() == db::Engine::Sqlite {
            let tried = t.db.read(&t.cx, async move |r| r.all::<(Uuid,)>(
                Stmt::new("insert into notes (tenant_id, id, name) values ($1, $1, 'x') returning id",
                vec![Value::Id(Uuid::from_u128(1))])).await).await;
            assert!(tried.is_err());
        }
        drop(stmt);
        assert!(names(t, &t.cx).await.is_empty());
    }

    migrations(), |t| a_list_pages_through_ties_without_losing_or_repeating {
        let list = db::list::List {
            table: "notes",
            columns: Note::COLUMNS,
            sorts: &[("amount", "amount"), ("name", "name")],
            default_sort: "-amount",
        };
        for n in 0..25 {
            let stmt = insert(&t.cx, &format!("n{n:02}"), n / 10);
            t.db.write(&t.cx, async move |tx| tx.execute(stmt).await).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let query = db::list::ListQuery { limit: 7, cursor: cursor.take(), count: true, ..Default::default() };
            let page = t.db.read(&t.cx, async move |r| db::list::run::<Note>(r, &list, &query).await).await.unwrap();
            assert_eq!(page.total, Some(25));
            seen.extend(page.page.items.into_iter().map(|note| (note.amount, note.name)));
            match page.page.next_cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        let unique: std::collections::BTreeSet<_> = seen.iter().map(|(_, name)| name.clone()).collect();
        assert_eq!(unique.len(), 25);
    }
}

mod wall {
    //! The second wall: PostgreSQL itself keeps tenants apart, even from a statement without a tenant.
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn row_level_security_hides_another_tenant_and_refuses_its_rows() {
        let Some(t) = testkit::TestDb::postgres(&migrations()).await else { return };
        for cx in [&t.cx, &t.other] {
            let stmt = insert(cx, "secret", 1);
            t.db.write(cx, async move |tx| tx.execute(stmt).await).await.unwrap();
        }
        let (count,): (i64,) =
            t.db.read(&t.cx, async |r| r.one(Stmt::new("select count(*) from notes", vec![])).await).await.unwrap();
        assert_eq!(count, 1, "a statement that forgot its tenant still sees only its own");
        let foreign = insert(&t.other, "planted", 1);
        t.db.write(&t.cx, async move |tx| tx.execute(foreign).await).await.unwrap_err();
        let system = Context::system(t.world.clone(), kernel::TenantId::SYSTEM);
        let (count,): (i64,) =
            t.db.read(&system, async |r| r.one(Stmt::new("select count(*) from notes", vec![])).await).await.unwrap();
        assert_eq!(count, 2);
        t.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_application_is_neither_owner_nor_superuser() {
        let Some(t) = testkit::TestDb::postgres(&migrations()).await else { return };
        let (role, above): (String, bool) =
            t.db.read(&t.cx, async |r| {
                r.one(Stmt::new(
                    "select current_user::text, rolsuper from pg_roles where rolname = current_user",
                    vec![],
                ))
                .await
            })
            .await
            .unwrap();
        assert_eq!((role.as_str(), above), (db::APP_ROLE, false));
        let (owner, _) = t.addresses().unwrap();
        // Given only the owner's address, the application still acts as the app role.
        let single =
            db::Db::open_postgres(&db::PostgresOptions { url: owner, owner_url: None, connections: 2 }, &migrations())
                .await
                .unwrap();
        let (role,): (String,) =
            single.read(&t.cx, async |r| r.one(Stmt::new("select current_user::text", vec![])).await).await.unwrap();
        assert_eq!(role, db::APP_ROLE);
        drop(single);
        t.close().await;
    }
}

/// A statement that is asked for in many ways is planned for each of them; others come to share one plan.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_once_is_not_kept() {
    let Some(t) = testkit::TestDb::postgres(&migrations()).await else { return };
    let plans = async |once: bool| {
        t.db.read(&t.cx, async move |r| {
            let text = if once { "select 1 + $1::int as once" } else { "select 1 + $1::int as shared" };
            for number in 0..10_i64 {
                let stmt = db::stmt!(text, number);
                let _: (i64,) = r.one(if once { stmt.planned_once() } else { stmt }).await?;
            }
            let kept = "select count(*), coalesce(sum(generic_plans), 0)::bigint from pg_prepared_statements where statement = $1";
            r.one::<(i64, i64)>(db::stmt!(kept, text)).await
        })
        .await
        .unwrap()
    };
    let (kept, generic) = plans(false).await;
    assert_eq!(kept, 1);
    assert!(generic > 0);
    assert_eq!(plans(true).await, (0, 0));
    t.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let lock = db::FolderLock::take(folder.path()).unwrap();
    let error = db::FolderLock::take(folder.path()).unwrap_err().to_string();
    assert!(error.contains("--data"), "{error}");
    drop(lock);
    db::FolderLock::take(folder.path()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_plainly_and_earlier_rows_stay() {
    let t = testkit::TestDb::sqlite(&migrations()).await;
    let kept = insert(&t.cx, "kept", 1);
    t.db.write(&t.cx, async move |tx| tx.execute(kept).await).await.unwrap();
    t.db.write(&t.cx, async |tx| tx.all::<(i64,)>(Stmt::new("pragma max_page_count = 1", vec![])).await.map(|_| ()))
        .await
        .unwrap();
    let big = "满".repeat(200_000);
    let full = insert(&t.cx, &big, 1);
    let error = t.db.write(&t.cx, async move |tx| tx.execute(full).await).await.unwrap_err();
    assert!(matches!(error, DbError::Storage(_)), "{error:?}");
    assert_eq!(names(&t, &t.cx).await, ["kept"]);
}
