//! KPIs: versioned definitions, figures, and exactly the tickets behind them.
//!
//! A figure is worked out in memory from [`facts`](crate::Facts), a few columns of the tickets of a period within the
//! caller's reach; the list behind it comes from the very same facts and rules, so the two cannot differ.

mod cache;
mod compute;
mod facts;
mod model;
mod ops;
mod store;

use authz::{Access, permissions as p};
use db::{Db, DbError, list::Fragment};
use http_api::Routes;
use kernel::{Context, Timestamp};

use crate::facts::View;

pub use cache::FactsCache;
pub use model::{DEFINITIONS, Definition, Dimension, Figure, Kpi, Unit, dimensions, kpis};

/// The operations.
pub fn routes() -> Routes {
    use Access::Needs;
    Routes::new("insight")
        .get("/api/v1/kpis", Needs(p::INSIGHT_READ), "listFigures", "KPI figures by group", ops::figures::handle)
        .get(
            "/api/v1/kpis/definitions",
            Needs(p::INSIGHT_READ),
            "listDefinitions",
            "How each KPI is worked out",
            ops::definitions::handle,
        )
        .get(
            "/api/v1/kpis/{kpi}/tickets",
            Needs(p::INSIGHT_READ),
            "listTicketsBehindFigure",
            "Exactly the tickets behind a figure",
            ops::behind::handle,
        )
        .get("/api/v1/cockpit", Needs(p::INSIGHT_READ), "getCockpit", "The service cockpit", ops::cockpit::handle)
}

/// Figures for the command line: every ticket of the tenant in the period, grouped.
pub async fn report(
    db: &Db,
    cx: &Context,
    kpis: &[Kpi],
    by: &[Dimension],
    period: (Option<Timestamp>, Option<Timestamp>),
    unit: Option<Unit>,
) -> Result<Vec<Figure>, DbError> {
    let (from, to) = period;
    let everything = Fragment::new("1=1", Vec::new());
    let facts = db.read(cx, async move |r| store::facts(r, from, &everything).await).await?;
    Ok(compute::figures(kpis, by, &View::new(facts.into(), from, to, cx.now()), unit))
}
