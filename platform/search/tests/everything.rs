//! The box over everything, on both engines: what is found and in which order, by whom, how soon, and after a crash.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::{path::PathBuf, sync::Arc, time::Duration};

use db::{DbError, Migration, Query, Read, Tx, stmt};
use events::{Consumers, NewEvent};
use futures_util::future::BoxFuture;
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, Scope};
use search::{Asked, Document, Findings, Index, Indexed, Indexer, MOST, Reach, SearchError, Shown};
use testkit::TestDb;
use uuid::Uuid;

fn migrations() -> Vec<Migration> {
    let mut all = events::migrations();
    all.extend(jobs::migrations());
    all.extend(search::migrations());
    let notes = "create table notes (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))";
    all.push(Migration { domain: "notes", number: 1, name: "notes", sqlite: notes, postgres: notes });
    all
}

fn folder(t: &TestDb) -> PathBuf {
    t.folder.path().join("search")
}

async fn put(t: &TestDb, cx: &Context, object: &'static str, documents: Vec<Document>) {
    for page in documents.chunks(100) {
        let page = page.to_vec();
        t.db.write(cx, async move |tx: &mut Tx<'_>| search::put(tx, object, page).await).await.unwrap();
    }
}

fn all(kinds: &[&str]) -> Vec<Reach> {
    kinds.iter().map(|kind| Reach { kind: (*kind).to_owned(), scope: Scope::All }).collect()
}

fn asked(text: &str) -> Asked {
    let reaches = all(&["ticket", "customer", "device", "record:vehicle"]);
    Asked { text: text.to_owned(), reaches, limit: 20, ..Asked::default() }
}

async fn show(t: &TestDb, cx: &Context, index: &Index, asked: Asked) -> (Findings, Vec<Shown>) {
    let reaches = asked.reaches.clone();
    let findings = index.find(cx, asked).await.unwrap();
    let copy = findings.clone();
    let shown = t.db.read(cx, async move |r: &mut Read<'_>| search::shown(r, &copy, &reaches).await).await.unwrap();
    (findings, shown)
}

async fn titles(t: &TestDb, index: &Index, text: &str) -> Vec<String> {
    let (_, shown) = show(t, &t.cx, index, asked(text)).await;
    shown.into_iter().map(|hit| hit.title).collect()
}

async fn settled(t: &TestDb) -> Index {
    let index = Index::open(&folder(t)).unwrap();
    index.settle(&t.db, &t.world).await.unwrap();
    index
}

fn someone(t: &TestDb, id: u128, teams: &[Uuid], regions: &[Uuid]) -> Context {
    let actor = Actor { kind: ActorKind::User, id: Uuid::from_u128(id), name: "李工".to_owned() };
    let grants = Grants { teams: teams.to_vec(), regions: regions.to_vec(), ..Grants::default() };
    Context::new(t.world.clone(), t.cx.tenant(), "UTC".to_owned(), actor, grants, RequestInfo::default())
}

testkit::both! { migrations(), |t| chinese_english_pinyin_and_numbers_are_found {
    let new = |title: &str| Document::new(t.cx.new_id(), title);
    put(t, &t.cx, "ticket", vec![
        new("三楼卫生间漏水").codes([Some("T-2026-000001".into())]).phones([Some("138-0013-8000".into())]),
        new("电梯异响").text([Some("客户说Ｅ５故障，型号 ABC-123 升降梯")]).names([Some("张伟".into())]),
    ]).await;
    put(t, &t.cx, "customer", vec![new("重庆世纪广场物业"), new("Otis Élévateurs GmbH")]).await;
    put(t, &t.cx, "device", vec![new("SN-2024/778").codes([Some("SN-2024/778".into())])]).await;
    let index = settled(t).await;
    let (leak, lift, plaza, otis, device) =
        ("三楼卫生间漏水", "电梯异响", "重庆世纪广场物业", "Otis Élévateurs GmbH", "SN-2024/778");
    for (query, wanted) in [
        ("漏", vec![leak]), ("漏水", vec![leak]), ("卫生间漏", vec![leak]), ("三楼卫生间漏水", vec![leak]),
        ("电梯 张伟", vec![lift]), ("e5故障", vec![lift]), ("ｅ５", vec![lift]), ("abc123", vec![lift]), ("bc-12", vec![lift]),
        ("zw", vec![lift]), ("zhangwei", vec![lift]), ("zhangw", vec![lift]), ("zhang", vec![lift]),
        ("sjgc", vec![plaza]), ("gcwy", vec![plaza]), ("cqsj", vec![plaza]), ("zqsj", vec![plaza]),
        ("chongqing", vec![plaza]), ("zhongqing", vec![plaza]), ("guangchang", vec![plaza]), ("shijiguangc", vec![plaza]),
        ("otis", vec![otis]), ("ELEVATEURS", vec![otis]), ("élév", vec![otis]), ("gmbh otis", vec![otis]),
        ("T-2026-000001", vec![leak]), ("t2026000001", vec![leak]), ("000001", vec![leak]), ("26-0000", vec![leak]),
        ("138 0013 8000", vec![leak]), ("+86 13800138000", vec![leak]), ("00138000", vec![leak]), ("0013-8", vec![leak]),
        ("sn2024778", vec![device]), ("4/77", vec![device]), ("778", vec![device]), ("77", vec![device]), ("N-20", vec![device]),
        ("漏油", vec![]), ("楼漏", vec![]), ("xyzw", vec![]), ("！，", vec![]), ("", vec![]), ("9999", vec![]),
    ] {
        assert_eq!(titles(t, &index, query).await, wanted, "{query}");
    }
    for odd in ["\"", "a* AND *", "title:漏水", "\0", "(((", "-", &"漏水 ".repeat(200), &"漏".repeat(200), &"1".repeat(200)] {
        index.find(&t.cx, asked(odd)).await.unwrap();
    }
}}

testkit::both! { migrations(), |t| typing_errors_are_forgiven_but_stand_after_what_fits {
    let new = |title: &str| Document::new(t.cx.new_id(), title);
    put(t, &t.cx, "device", vec![
        new("Hitachi"), new("Hitaxhi"), new("电梯里困人"), new("SN-88231").codes([Some("SN-88231".into())]), new("门机异响"),
    ]).await;
    let index = settled(t).await;
    for (query, wanted) in [
        ("hitachi", vec!["Hitachi", "Hitaxhi"]),
        ("hitahci", vec!["Hitachi"]),
        ("hitach", vec!["Hitachi"]),
        ("电梯困人", vec!["电梯里困人"]),
        ("电梯里外困人", vec!["电梯里困人"]),
        ("梯电困人", vec!["电梯里困人"]),
        ("门机一响", vec!["门机异响"]),
        ("机门", vec!["门机异响"]),
        ("sn-88213", vec!["SN-88231"]),
        ("hita", vec!["Hitaxhi", "Hitachi"]),
        ("htci", vec![]),
    ] {
        assert_eq!(titles(t, &index, query).await, wanted, "{query}");
    }
}}

testkit::both! { migrations(), |t| what_is_exact_comes_first_then_titles_then_texts_and_the_newer_of_equals {
    let mut ids = Vec::new();
    for (title, codes, text, archived) in [
        ("旧的漏水", "", "", false), ("报修", "", "地下室漏水", false), ("新的漏水", "", "", false),
        ("归档的漏水", "", "", true), ("漏水", "", "", false), ("编号", "A-100", "", false), ("提到", "", "见 A-100", false),
        ("更长", "A-1001", "", false),
    ] {
        let id = t.cx.new_id();
        ids.push(id);
        t.clock.advance(Duration::from_secs(1));
        let document = Document::new(id, title).text([Some(text)]).codes([Some(codes.to_owned())]).archived(archived);
        put(t, &t.cx, "ticket", vec![document]).await;
    }
    let index = settled(t).await;
    assert_eq!(titles(t, &index, "漏水").await, ["漏水", "新的漏水", "旧的漏水", "报修", "归档的漏水"]);
    let (_, shown) = show(t, &t.cx, &index, asked("a100")).await;
    let found: Vec<(&str, bool)> = shown.iter().map(|hit| (&*hit.title, hit.row.exact)).collect();
    assert_eq!(found, [("编号", true), ("更长", false), ("提到", false)]);
    assert_eq!(shown[0].row.id, ids[5]);
    let (_, shown) = show(t, &t.cx, &index, asked("漏水")).await;
    assert!(shown[4].row.archived && !shown[0].row.archived);
    let pieces: Vec<(&str, bool)> = shown[3].highlights[0].parts.iter().map(|piece| (&*piece.text, piece.hit)).collect();
    assert_eq!((shown[3].highlights[0].field, pieces), ("text", vec![("地下室", false), ("漏水", true)]));
}}

testkit::both! { migrations(), |t| companies_never_find_each_others_rows {
    let mine = Document::new(t.cx.new_id(), "漏水 SN-1234 zhang").codes([Some("SN-1234".into())]).names([Some("张伟".into())]);
    let theirs = Document { object_id: t.other.new_id(), ..mine.clone() };
    put(t, &t.cx, "ticket", vec![mine.clone()]).await;
    put(t, &t.other, "ticket", vec![theirs.clone()]).await;
    let index = settled(t).await;
    for query in ["漏水", "漏", "水漏", "sn1234", "1234", "sn-1243", "zw", "zhangwei", "zha", "zhamg", "漏油水"] {
        for (cx, wanted) in [(&t.cx, mine.object_id), (&t.other, theirs.object_id)] {
            let findings = index.find(cx, asked(query)).await.unwrap();
            let found: Vec<Uuid> = findings.hits.iter().map(|hit| hit.id).collect();
            assert_eq!(found, [wanted], "{query}");
            assert_eq!(findings.groups.into_iter().collect::<Vec<_>>(), [("ticket".to_owned(), 1)], "{query}");
        }
    }
}}

testkit::both! { migrations(), |t| everybody_finds_only_what_they_reach {
    let (team, region) = (Uuid::from_u128(70), Uuid::from_u128(80));
    let rows = |object: &str| vec![
        Document::new(t.cx.new_id(), format!("{object}漏水一")).reached_by([Some(Uuid::from_u128(7))], None, None),
        Document::new(t.cx.new_id(), format!("{object}漏水二")).reached_by([None], Some(team), None),
        Document::new(t.cx.new_id(), format!("{object}漏水三")).reached_by([None], None, Some(region)),
        Document::new(t.cx.new_id(), format!("{object}漏水四")),
    ];
    put(t, &t.cx, "ticket", rows("工单")).await;
    put(t, &t.cx, "customer", rows("客户")).await;
    let vehicle = Document { kind: Some("record:vehicle".into()), ..Document::new(t.cx.new_id(), "漏水车") };
    put(t, &t.cx, "record", vec![vehicle]).await;
    let index = settled(t).await;
    let person = someone(t, 7, &[team], &[region]);
    for (scope, count) in [(Scope::Own, 1), (Scope::Team, 2), (Scope::Region, 3), (Scope::All, 4)] {
        let reaches = vec![Reach { kind: "ticket".into(), scope }, Reach { kind: "customer".into(), scope: Scope::All }];
        let (findings, shown) = show(t, &person, &index, Asked { reaches, ..asked("漏水") }).await;
        let counted: Vec<(String, u64)> = findings.groups.clone().into_iter().collect();
        assert_eq!(counted, [("customer".to_owned(), 4), ("ticket".to_owned(), count)], "{scope:?}");
        assert_eq!(shown.len() as u64, 4 + count, "{scope:?}");
        let stranger = someone(t, 8, &[], &[]);
        let reaches = vec![Reach { kind: "ticket".into(), scope }];
        let findings = index.find(&stranger, Asked { reaches, ..asked("漏水") }).await.unwrap();
        assert_eq!(findings.hits.len(), if scope == Scope::All { 4 } else { 0 }, "{scope:?}");
    }
    assert!(index.find(&person, Asked { reaches: Vec::new(), ..asked("漏水") }).await.unwrap().hits.is_empty());
    let reaches = all(&["record:vehicle"]);
    assert_eq!(index.find(&person, Asked { reaches, ..asked("漏水") }).await.unwrap().hits.len(), 1);
    let reaches = all(&["record:project"]);
    assert!(index.find(&person, Asked { reaches, ..asked("漏水") }).await.unwrap().hits.is_empty());
}}

testkit::both! { migrations(), |t| who_lost_their_reach_sees_nothing_even_before_the_index_hears_of_it {
    let id = t.cx.new_id();
    let mine = |owner: u128| Document::new(id, "漏水").reached_by([Some(Uuid::from_u128(owner))], None, None);
    put(t, &t.cx, "ticket", vec![mine(7)]).await;
    let index = settled(t).await;
    put(t, &t.cx, "ticket", vec![mine(9)]).await;
    let person = someone(t, 7, &[], &[]);
    let own = Asked { reaches: vec![Reach { kind: "ticket".into(), scope: Scope::Own }], ..asked("漏水") };
    let (findings, shown) = show(t, &person, &index, own.clone()).await;
    assert_eq!((findings.hits.len(), shown.len()), (1, 0));
    index.settle(&t.db, &t.world).await.unwrap();
    assert!(index.find(&person, own).await.unwrap().hits.is_empty());
}}

testkit::both! { migrations(), |t| pages_follow_each_other_and_groups_count_everything {
    let new = |title: String| Document::new(t.cx.new_id(), title);
    put(t, &t.cx, "ticket", (0..130).map(|n| new(format!("漏水{n}"))).collect()).await;
    put(t, &t.cx, "device", (0..7).map(|n| new(format!("漏水机{n}"))).collect()).await;
    let index = settled(t).await;
    let mut seen = std::collections::BTreeSet::new();
    let (mut cursor, mut pages) = (None, 0);
    loop {
        let findings = index.find(&t.cx, Asked { cursor, limit: 1_000, ..asked("漏水") }).await.unwrap();
        assert!(findings.hits.len() <= MOST);
        assert_eq!((findings.groups["ticket"], findings.groups["device"]), (130, 7));
        seen.extend(findings.hits.iter().map(|hit| hit.id));
        pages += 1;
        cursor = findings.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (137, 3));
    let devices = Asked { kinds: vec!["device".into()], ..asked("漏水") };
    let findings = index.find(&t.cx, devices).await.unwrap();
    assert_eq!((findings.hits.len(), findings.groups["ticket"], findings.next_cursor), (7, 130, None));
    for cursor in ["", "x", "1-2-3-4-9", "漏水"] {
        let wrong = Asked { cursor: Some(cursor.to_owned()), ..asked("漏水") };
        assert!(matches!(index.find(&t.cx, wrong).await, Err(SearchError::Cursor)), "{cursor}");
    }
}}

testkit::both! { migrations(), |t| changes_and_removals_are_followed_and_a_crash_loses_and_doubles_nothing {
    let (kept, gone) = (t.cx.new_id(), t.cx.new_id());
    put(t, &t.cx, "ticket", vec![Document::new(kept, "漏水"), Document::new(gone, "漏水")]).await;
    let index = settled(t).await;
    assert_eq!(titles(t, &index, "漏水").await.len(), 2);
    // As after kill -9: the process ends without a word, and something changed meanwhile.
    drop(index);
    put(t, &t.cx, "ticket", vec![Document::new(kept, "漏油")]).await;
    let drop_it = "update search_entries set gone = true, content = '{}', change = change + 100 where object_id = $1";
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(stmt!(drop_it, gone)).await).await.unwrap();
    let index = settled(t).await;
    assert!(titles(t, &index, "漏水").await.is_empty());
    assert_eq!(titles(t, &index, "漏油").await, ["漏油"]);
    assert_eq!(index.progress().borrow().rows, 1);
    // Nothing new is nothing to write.
    let before = *index.progress().borrow();
    index.settle(&t.db, &t.world).await.unwrap();
    assert_eq!(*index.progress().borrow(), before);
}}

testkit::both! { migrations(), |t| a_missing_broken_or_foreign_index_is_made_again {
    put(t, &t.cx, "ticket", vec![Document::new(t.cx.new_id(), "漏水")]).await;
    let index = settled(t).await;
    assert_eq!(titles(t, &index, "漏水").await, ["漏水"]);
    drop(index);
    let format = std::fs::read_dir(folder(t)).unwrap().next().unwrap().unwrap().path();
    std::fs::write(format.join("meta.json"), "{ half").unwrap();
    let older = folder(t).join("format-0");
    std::fs::create_dir_all(&older).unwrap();
    let index = settled(t).await;
    assert_eq!(titles(t, &index, "漏水").await, ["漏水"]);
    assert!(!older.exists());
    drop(index);
    std::fs::remove_dir_all(folder(t)).unwrap();
    let index = settled(t).await;
    assert_eq!(titles(t, &index, "漏水").await, ["漏水"]);
    index.empty().await.unwrap();
    assert!(titles(t, &index, "漏水").await.is_empty());
    index.settle(&t.db, &t.world).await.unwrap();
    assert_eq!(titles(t, &index, "漏水").await, ["漏水"]);
    drop(index);
    // The same folder over another database, and over the same one put back to an older state.
    let other = if t.db.engine() == db::Engine::Sqlite { Some(TestDb::sqlite(&migrations()).await) } else { TestDb::postgres(&migrations()).await };
    let other = other.unwrap();
    let index = Index::open(&folder(t)).unwrap();
    index.settle(&other.db, &other.world).await.unwrap();
    assert_eq!(index.progress().borrow().rows, 0);
    other.close().await;
}}

struct Notes;

impl Indexed for Notes {
    fn object(&self) -> &'static str {
        "ticket"
    }

    fn table(&self) -> &'static str {
        "notes"
    }

    fn documents<'a>(&'a self, _: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move { Ok(ids.iter().map(|id| Document::new(*id, "漏水")).collect()) })
    }
}

testkit::both! { migrations(), |t| what_is_committed_is_found_within_two_seconds {
    let index = Index::open(&folder(t)).unwrap();
    let consumers = Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(Indexer::new().add(Arc::new(Notes))));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let mut progress = index.progress();
    let trying = async {
        for round in 1..=3 {
            let id = t.cx.new_id();
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
                events::append(tx, NewEvent::new("ticket.created", "ticket", id)).await
            })
            .await
            .unwrap();
            let found = progress.wait_for(|progress| progress.rows == round);
            tokio::time::timeout(Duration::from_secs(2), found).await.expect("within two seconds").unwrap();
            assert_eq!(titles(t, &index, "漏水").await.len() as u64, round);
        }
        stop.send_replace(true);
    };
    tokio::join!(consumers.run(until(stopped.clone())), index.run(&t.db, &t.world, until(stopped)), trying);
}}

testkit::both! { migrations(), |t| documents_from_before_are_refilled_by_a_job_once {
    let id = t.cx.new_id();
    put(t, &t.cx, "ticket", vec![Document::new(id, "漏水")]).await;
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        let tenant = tx.cx().tenant();
        tx.execute(stmt!("insert into notes (tenant_id, id) values ($1, $2)", tenant, id)).await?;
        tx.execute(stmt!("delete from search_entries")).await?;
        Ok(())
    })
    .await
    .unwrap();
    let index = settled(t).await;
    assert!(titles(t, &index, "漏水").await.is_empty());
    let indexer = Indexer::new().add(Arc::new(Notes));
    let workers = jobs::Workers::new(t.db.clone(), t.world.clone()).add(Arc::new(search::Rebuild(indexer)));
    assert_eq!(workers.drain().await.unwrap(), 1);
    index.settle(&t.db, &t.world).await.unwrap();
    assert_eq!(titles(t, &index, "漏水").await, ["漏水"]);
    drop(index);
    let _index = settled(t).await;
    assert_eq!(workers.drain().await.unwrap(), 0);
    let left: (i64,) = t.db.read(&t.cx, async move |r: &mut Read<'_>| r.one(stmt!("select count(*) from jobs")).await).await.unwrap();
    assert_eq!(left.0, 0);
}}
