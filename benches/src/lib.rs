//! What the load and the kill -9 programs share: a server of our own, a lean client, the machine's limits.
//!
//! Nothing of the product is linked in: it is measured as its users meet it.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use server::{Plan, is_program};
use tempfile::TempDir;

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

/// What is run, and on what: the options that all these programs share.
#[derive(Debug, Clone, clap::Args)]
pub struct Target {
    /// The program under test; for figures, built with --release.
    #[arg(long)]
    pub binary: PathBuf,
    /// On which database.
    #[arg(long, value_enum, default_value = "both")]
    pub engine: EngineChoice,
    /// The owner's address of a cluster on this machine, as scripts/with-postgres sets it.
    #[arg(long, env = "AFTERSAIL_TEST_POSTGRES")]
    pub postgres: Option<String>,
    /// The application's role there.
    #[arg(long, env = "AFTERSAIL_TEST_POSTGRES_APP_ROLE", default_value = "aftersail_app")]
    pub app_role: String,
}

/// An engine with a folder, and a database where it needs one, of our own.
#[derive(Debug)]
pub struct Ground {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// Removed when dropped.
    pub folder: TempDir,
    /// How the server is started here.
    pub plan: Plan,
}

impl Target {
    /// One ground after the other, each made when it is its turn; `name` tells the programs' databases apart.
    pub fn grounds(&self, name: &str) -> Outcome<impl Iterator<Item = Outcome<Ground>>> {
        if !is_program(&self.binary) {
            return Err(format!("{} is not there: cargo build -p aftersail", self.binary.display()));
        }
        let engines = self.engine.names(self.postgres.as_deref())?;
        Ok(engines.into_iter().map(move |engine| self.ground(engine, name)))
    }

    fn ground(&self, engine: &'static str, name: &str) -> Outcome<Ground> {
        let folder = tempfile::Builder::new().prefix("aftersail-bench-").tempdir().map_err(during("a folder"))?;
        let postgres = match (engine, &self.postgres) {
            ("postgres", Some(admin)) => {
                Some(database::create(admin, &self.app_role, &format!("{name}_{}", std::process::id()))?)
            }
            _ => None,
        };
        let plan = Plan { binary: self.binary.clone(), data: folder.path().join("data"), postgres };
        Ok(Ground { engine, folder, plan })
    }
}

/// Ends a program: well when everything is as it should be, in words when something went wrong.
pub fn ended(outcome: Outcome<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Does something so many times, one after the other; prints the median and the 95th percentile as a row of a table, and
/// answers whether the latter stays within the goal.
pub fn row(name: &str, times: u32, goal: Duration, mut ask: impl FnMut(u32) -> Outcome<()>) -> Outcome<bool> {
    let mut taken = Vec::new();
    for n in 0..times {
        let begun = Instant::now();
        ask(n)?;
        taken.push(begun.elapsed());
    }
    taken.sort_unstable();
    let at = |share: usize| taken.get((taken.len() * share / 100).min(taken.len().saturating_sub(1)));
    let (Some(middle), Some(most)) = (at(50), at(95)) else { return Err(format!("{name}: nothing was asked")) };
    let mark = if *most <= goal { "" } else { "  over the goal" };
    let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
    println!("| {name} | {:.1} ms | {:.1} ms |{mark}", ms(middle), ms(most));
    Ok(*most <= goal)
}
