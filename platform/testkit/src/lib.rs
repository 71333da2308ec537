//! Fresh databases for tests, on both engines.
//!
//! ```ignore
//! testkit::both! { crate::migrations(), |t| async_name {
//!     t.db.write(&t.cx, async move |tx| …).await.unwrap();
//! } }
//! ```
//! makes two tests, `async_name::sqlite` and `async_name::postgres`, each on a database of its own.
//! PostgreSQL is found through `AFTERSAIL_TEST_POSTGRES` (an owner that may create databases); without it
//! those tests pass without doing anything, unless `AFTERSAIL_REQUIRE_POSTGRES` is set, as CI does.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use db::{APP_ROLE, Db, Migration, PostgresOptions};
use kernel::{Context, ManualClock, TenantId, Timestamp, Uuid, World};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// 2026-03-02 08:00 in Shanghai, a Monday.
pub const MONDAY: Timestamp = Timestamp::from_seconds(1_772_409_600);

/// The tenant most tests work in.
pub const TENANT: TenantId = TenantId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));

/// Another company, which must never see the first one's rows.
pub const OTHER_TENANT: TenantId = TenantId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002));

/// One fresh database and a world that stands still until told to move.
pub struct TestDb {
    /// The database, as the application sees it.
    pub db: Db,
    /// Seeded chance on the manual clock.
    pub world: World,
    /// The clock, at [`MONDAY`] until moved.
    pub clock: Arc<ManualClock>,
    /// The system acting in [`TENANT`].
    pub cx: Context,
    /// The system acting in [`OTHER_TENANT`].
    pub other: Context,
    /// A folder for files, deleted after the test.
    pub folder: TempDir,
    postgres: Option<PostgresHome>,
}

struct PostgresHome {
    admin_url: String,
    name: String,
}

impl TestDb {
    fn new(db: Db, folder: TempDir, postgres: Option<PostgresHome>) -> Self {
        let clock = ManualClock::at(MONDAY);
        let world = World::seeded(clock.clone(), 42);
        let cx = Context::system(world.clone(), TENANT);
        let other = Context::system(world.clone(), OTHER_TENANT);
        Self { db, world, clock, cx, other, folder, postgres }
    }

    /// A fresh SQLite file.
    pub async fn sqlite(migrations: &[Migration]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = Db::open_sqlite(folder.path().join("aftersail.db"), migrations).await.expect("a fresh SQLite file");
        Self::new(db, folder, None)
    }

    /// A fresh PostgreSQL database, copied from a template that holds the migrations; `None` without a cluster.
    pub async fn postgres(migrations: &[Migration]) -> Option<Self> {
        #[allow(clippy::disallowed_methods)] // tests are told by their runner where the cluster is
        let (url, demanded) = (std::env::var("AFTERSAIL_TEST_POSTGRES"), std::env::var("AFTERSAIL_REQUIRE_POSTGRES"));
        let Ok(admin_url) = url else {
            assert!(demanded.is_err(), "AFTERSAIL_TEST_POSTGRES is not set, but PostgreSQL is demanded");
            eprintln!("no PostgreSQL here; `make test` starts one");
            return None;
        };
        let template = template(&admin_url, migrations).await;
        let name = format!("t_{}_{}", std::process::id(), World::real().new_id().simple());
        create(&admin_url, &name, &template).await;
        let url = address(&admin_url, &name, Some(APP_ROLE));
        let options = PostgresOptions { url, owner_url: None, connections: 8 };
        let db = Db::open_postgres(&options, migrations).await.expect("a fresh PostgreSQL database");
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self::new(db, folder, Some(PostgresHome { admin_url, name })))
    }

    /// The owner's and the application's addresses of this database, on PostgreSQL.
    pub fn addresses(&self) -> Option<(String, String)> {
        let home = self.postgres.as_ref()?;
        Some((address(&home.admin_url, &home.name, None), address(&home.admin_url, &home.name, Some(APP_ROLE))))
    }

    /// Closes and deletes the database.
    pub async fn close(self) {
        let Self { db, postgres, .. } = self;
        drop(db);
        if let Some(home) = postgres {
            let client = connect(&home.admin_url).await;
            let _ = client.batch_execute(&format!("drop database if exists {} with (force)", home.name)).await;
        }
    }
}

/// Replaces database and user in `postgres://user@host:port/database?options`.
fn address(url: &str, database: &str, user: Option<&str>) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (who, place) = rest.split_once('@').expect("an address with a user");
    let (host, tail) = place.split_once('/').unwrap_or((place, ""));
    let query = tail.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("postgres://{}@{host}/{database}{query}", user.unwrap_or(who))
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the test cluster answers");
    #[allow(clippy::disallowed_methods)] // ends with its client
    tokio::spawn(connection);
    client
}

/// Makes (once per set of migrations and cluster) a database to copy from.
async fn template(admin_url: &str, migrations: &[Migration]) -> String {
    let mut hasher = DefaultHasher::new();
    for step in migrations {
        (step.domain, step.number, step.postgres).hash(&mut hasher);
    }
    include_str!("../../db/src/migrate.rs").hash(&mut hasher);
    let name = format!("template_{:016x}", hasher.finish());
    let client = connect(admin_url).await;
    client.batch_execute("select pg_advisory_lock(815)").await.expect("the lock for templates");
    let exists = client
        .query_opt("select 1 from pg_database where datname = $1", &[&name])
        .await
        .expect("a look at the databases")
        .is_some();
    if !exists {
        let draft = format!("{name}_draft");
        client.batch_execute(&format!("drop database if exists {draft}")).await.expect("no leftover draft");
        client.batch_execute(&format!("create database {draft}")).await.expect("a new template");
        Db::migrate_postgres(&address(admin_url, &draft, None), migrations).await.expect("the migrations run");
        rename(&client, &draft, &name).await;
    }
    client.batch_execute("select pg_advisory_unlock(815)").await.expect("the lock is released");
    name
}

/// The migrating connection may need a moment to end before the database can be renamed.
async fn rename(client: &tokio_postgres::Client, from: &str, to: &str) {
    for _ in 0..100 {
        if client.batch_execute(&format!("alter database {from} rename to {to}")).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{from} could not be renamed to {to}");
}

/// Copies the template; PostgreSQL refuses while another copy of it is being made.
async fn create(admin_url: &str, name: &str, template: &str) {
    let client = connect(admin_url).await;
    for _ in 0..200 {
        match client.batch_execute(&format!("create database {name} template {template}")).await {
            Ok(()) => return,
            Err(error) if error.to_string().contains("syntax") => panic!("{error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(30)).await,
        }
    }
    panic!("{name} could not be copied from {template}");
}

/// One test body, two tests: `sqlite` and `postgres`, each on a fresh database `t`.
#[macro_export]
macro_rules! both {
    ($($migrations:expr, |$t:ident| $name:ident $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($t: &$crate::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let t = $crate::TestDb::sqlite(&$migrations).await;
                run(&t).await;
                t.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(t) = $crate::TestDb::postgres(&$migrations).await else { return };
                run(&t).await;
                t.close().await;
            }
        })+
    };
}
