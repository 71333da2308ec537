//! What the load and the kill -9 programs share: a server of our own, a lean client, the machine's limits.
//!
//! Nothing of the product is linked in: it is measured as its users meet it.

pub mod database;
pub mod floor;
pub mod http;
pub mod load;
pub mod report;
pub mod seed;
pub mod server;

/// What went wrong, in words; these programs end with it.
pub type Failure = String;

/// The result of a step.
pub type Outcome<T> = Result<T, Failure>;

/// Says what was being done when it failed.
pub fn during<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Failure + '_ {
    move |error| format!("{what}: {error}")
}

/// Which database the server under test uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineChoice {
    /// One file, `synchronous=FULL`.
    Sqlite,
    /// The cluster named by `AFTERSAIL_TEST_POSTGRES`.
    Postgres,
    /// One after the other.
    Both,
}

impl EngineChoice {
    /// The engines meant, by name. Without a cluster `both` means SQLite alone.
    pub fn names(self, postgres: Option<&str>) -> Outcome<Vec<&'static str>> {
        match (self, postgres) {
            (Self::Sqlite, _) => Ok(vec!["sqlite"]),
            (Self::Postgres, None) => {
                Err("no PostgreSQL: set AFTERSAIL_TEST_POSTGRES, or run inside scripts/with-postgres".into())
            }
            (Self::Postgres, Some(_)) => Ok(vec!["postgres"]),
            (Self::Both, None) => {
                eprintln!("no PostgreSQL here: SQLite alone");
                Ok(vec!["sqlite"])
            }
            (Self::Both, Some(_)) => Ok(vec!["sqlite", "postgres"]),
        }
    }
}
