//! The demo company: an elevator and HVAC service firm with six months of history, the same for the same day.
//!
//! It is a tenant of its own and never mixed into a real one. Everything in it comes about through the same
//! operations as in real life, on a clock that runs through the six months.

mod company;
mod data;
mod dice;
mod history;
mod sales;
mod settlement;
mod upkeep;

use std::sync::Arc;

use db::Db;
use identity::NewTenant;
use kernel::{Context, ManualClock, TenantId, Timestamp, World};

pub use company::{ACCOUNTS, Account, PASSWORD};

/// Days of history.
const DAYS: i64 = 180;

/// What can go wrong while the demo company is made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The name belongs to a real company.
    #[error("there is a company named `{0}` already; choose another name with --tenant")]
    Exists(String),
    /// A step failed.
    #[error("the demo company could not be made: {0}")]
    Failed(String),
}

impl DemoError {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<db::DbError> for DemoError {
    fn from(error: db::DbError) -> Self {
        Self::failed(error)
    }
}

/// A demo company whose people exist already, and whose history is still to come.
pub struct Begun {
    db: Db,
    cx: Context,
    clock: Arc<ManualClock>,
    now: Timestamp,
    company: company::People,
}

/// Makes the company and its people, so that one can sign in. Quick; [`finish`] tells the rest.
pub async fn begin(db: &Db, world: &World, slug: &str, today: Option<Timestamp>) -> Result<Begun, DemoError> {
    if identity::tenant_by_slug(db, world, slug).await?.is_some() {
        return Err(DemoError::Exists(slug.to_owned()));
    }
    let now = today.unwrap_or_else(|| world.now());
    let clock = ManualClock::at(Timestamp(now.0 - DAYS * 86_400_000_000));
    // The day decides the seed, so that the same day gives the same company.
    let seed = u64::try_from(now.0.div_euclid(86_400_000_000)).unwrap_or(0);
    let own = World::seeded(clock.clone(), seed);
    let mut new = NewTenant::new(slug, "申菱电梯暖通服务有限公司");
    new.is_demo = true;
    let tenant = identity::create_tenant(db, &own, new).await.map_err(DemoError::failed)?;
    let cx = identity::context_for_system(db, &own, TenantId(tenant.id)).await.map_err(DemoError::failed)?;
    let company = company::people(db, &cx).await?;
    Ok(Begun { db: db.clone(), cx, clock, now, company })
}

/// Tells the six months: customers, devices, tickets, visits, answers, and what is kept about devices.
pub async fn finish(begun: Begun) -> Result<(), DemoError> {
    let Begun { db, cx, clock, now, company } = begun;
    let stock = company::stock(&db, &cx, &company).await?;
    settlement::contracts(&db, &cx, &stock).await?;
    sales::orders(&db, &cx, &stock).await?;
    history::tell(&db, &cx, &clock, now, &company, &stock).await?;
    upkeep::tell(&db, &cx, &clock, now, &stock).await?;
    clock.set(now);
    Ok(())
}

/// [`begin`] and [`finish`] in one go.
pub async fn load(db: &Db, world: &World, slug: &str, today: Option<Timestamp>) -> Result<(), DemoError> {
    finish(begin(db, world, slug, today).await?).await
}
