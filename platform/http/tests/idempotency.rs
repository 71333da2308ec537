//! Creates that are repeated, on both engines.

#![allow(clippy::unwrap_used)] // the macro puts the bodies of tests outside test functions

use db::{DbError, Migration, Query as _, Tx, stmt};
use http_api::{App, Created, HasLocation, HasVersion, IdempotencyKey, Problem, Settings};
use kernel::Uuid;
use serde::{Deserialize, Serialize};
use testkit::TestDb;

const TABLE: &str = "create table pumps (tenant_id uuid not null, id uuid not null, name text not null,
    primary key (tenant_id, id)); create unique index pumps_name on pumps (tenant_id, name);";
const INSERT: &str = "insert into pumps (tenant_id, id, name) values ($1, $2, $3)";
const COUNT: &str = "select count(*) from pumps where tenant_id = $1";

fn migrations() -> Vec<Migration> {
    let mut all = http_api::migrations();
    all.push(Migration { domain: "pumps", number: 1, name: "pumps", sqlite: TABLE, postgres: TABLE });
    all
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pump {
    id: Uuid,
    name: String,
}

impl HasVersion for Pump {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for Pump {
    fn location(&self) -> String {
        format!("/api/v1/pumps/{}", self.id)
    }
}

async fn create(t: &TestDb, key: Option<&str>, name: &str) -> Result<Pump, Problem> {
    let app = App::builder(t.db.clone(), t.world.clone(), Settings::default()).build();
    let (key, pump) = (IdempotencyKey(key.map(str::to_owned)), Pump { id: t.cx.new_id(), name: name.to_owned() });
    let created = app
        .create(&t.cx, key, name, "createPump", async move |tx: &mut Tx<'_>| {
            let tenant = tx.cx().tenant();
            tx.execute(stmt!(INSERT, tenant, pump.id, &pump.name)).await?;
            Ok::<_, DbError>(pump)
        })
        .await;
    created.map(|Created(pump)| pump)
}

async fn count(t: &TestDb) -> i64 {
    let counted: Result<(i64,), DbError> =
        t.db.read(&t.cx, async move |r: &mut db::Read<'_>| {
            let tenant = r.cx().tenant();
            r.one(stmt!(COUNT, tenant)).await
        })
        .await;
    counted.map_or(-1, |(found,)| found)
}

testkit::both! { migrations(), |t| a_repetition_gets_the_first_answer_and_creates_nothing {
    let first = create(t, Some("k"), "泵").await.unwrap();
    assert_eq!(create(t, Some("k"), "泵").await.unwrap(), first);
    assert_eq!(create(t, Some("k"), "other").await.unwrap_err().code(), "idempotency_key_reused");
    assert_eq!(create(t, None, "泵").await.unwrap_err().code(), "already_exists");
    assert_eq!(count(t).await, 1);
} }

testkit::both! { migrations(), |t| a_failure_is_not_stored {
    create(t, None, "泵").await.unwrap();
    assert_eq!(create(t, Some("k"), "泵").await.unwrap_err().code(), "already_exists");
    assert_eq!(create(t, Some("k"), "another").await.unwrap().name, "another");
} }

testkit::both! { migrations(), |t| eight_at_once_with_one_key_create_one {
    let sent = (0..8).map(|_| create(t, Some("k"), "泵"));
    let answers = futures_util::future::join_all(sent).await;
    let first = answers[0].as_ref().unwrap();
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap(), first);
    }
    assert_eq!(count(t).await, 1);
} }

testkit::both! { migrations(), |t| an_answer_is_kept_two_days {
    create(t, Some("k"), "泵").await.unwrap();
    t.clock.advance(http_api::KEPT);
    assert_eq!(http_api::purge(&t.db, &t.cx).await.unwrap(), 0);
    t.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(http_api::purge(&t.db, &t.other).await.unwrap(), 0);
    assert_eq!(http_api::purge(&t.db, &t.cx).await.unwrap(), 1);
} }
