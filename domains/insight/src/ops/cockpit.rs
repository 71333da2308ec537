//! The service cockpit: today, what is open, what is at risk, and the KPIs by week and engineer.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use axum::extract::State;
use db::DbError;
use http_api::{App, Caller, Json, Problem, Query};
use kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::{Status, Ticket};

use super::bad;
use crate::{
    FactsCache,
    cache::reach,
    compute::{day, figure, figures},
    model::{Dimension, Figure, Kpi},
    store,
};

/// Which stretch of time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Asked {
    /// Whole weeks back from now, 1 to 53; 12 when absent.
    #[serde(default)]
    pub weeks: Option<u32>,
}

/// How many tickets stand in one status.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// Tickets.
    pub count: i64,
}

/// The cockpit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cockpit {
    /// The moment of reading.
    pub at: Timestamp,
    /// Start of the period of the KPIs.
    pub from: Timestamp,
    /// Today in the business zone.
    pub today: String,
    /// The business zone.
    pub zone: String,
    /// New tickets of today.
    pub new_today: Figure,
    /// Tickets by status: all that are not closed or cancelled, whenever they came in.
    pub open_by_status: Vec<StatusCount>,
    /// Open tickets that are late or due within eight hours, the most urgent first, at most 20.
    pub at_risk: Vec<Ticket>,
    /// Every KPI over the period.
    pub kpis: Vec<Figure>,
    /// The KPIs by week.
    pub by_week: Vec<Figure>,
    /// The KPIs by engineer.
    pub by_engineer: Vec<Figure>,
    /// Names of the engineers in `by_engineer`.
    pub engineers: HashMap<String, String>,
}

/// KPIs shown over time and by engineer.
const SHOWN: [Kpi; 8] = [Kpi::Vol, Kpi::Frt, Kpi::Art, Kpi::Fcr, Kpi::Csat, Kpi::Nps, Kpi::Reopen, Kpi::Sla];

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Cockpit>, Problem> {
    let weeks = asked.weeks.unwrap_or(12);
    if !(1..=53).contains(&weeks) {
        return Err(bad("weeks", "Ask for 1 to 53 weeks.".to_owned()));
    }
    let now = cx.now();
    // The period begins with a UTC day, so that all cockpits of a day share one reading.
    let utc_day = 86_400_000_000;
    let from = Timestamp(now.minus(Duration::from_secs(u64::from(weeks) * 7 * 86_400)).0.div_euclid(utc_day) * utc_day);
    let scope = reach(&cx);
    let until = now.plus(Duration::from_hours(8));
    let (open, at_risk, engineers) = app
        .db()
        .read(&cx, async move |r| {
            let open = store::open_by_status(r, &scope).await?;
            let at_risk = store::at_risk(r, until, 20, &scope).await?;
            Ok::<_, DbError>((open, at_risk, store::engineer_names(r).await?))
        })
        .await?;
    let facts = app.get::<FactsCache>().get(app.db(), &cx, Some(from), None).await?;
    let company = facts.company();
    let today = day(now, company);
    let group = BTreeMap::from([(Dimension::Day.to_string(), today.to_string())]);
    let begun = facts.rows().partition_point(|fact| day(fact.created_at, company) < today);
    let of_today = facts.rows().iter().skip(begun).take_while(|fact| day(fact.created_at, company) == today);
    Ok(Json(Cockpit {
        at: now,
        from,
        zone: company.zone.iana_name().unwrap_or("UTC").to_owned(),
        new_today: figure(Kpi::Vol, group, of_today, &facts, None),
        open_by_status: open.into_iter().map(|(status, count)| StatusCount { status, count }).collect(),
        at_risk,
        kpis: figures(Kpi::ALL, &[], &facts, None),
        by_week: figures(&SHOWN, &[Dimension::Week], &facts, None),
        by_engineer: figures(&SHOWN, &[Dimension::Engineer], &facts, None),
        engineers,
        today: today.to_string(),
    }))
}
