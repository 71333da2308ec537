//! Exactly the tickets behind a figure, a page at a time, newest first.

use std::collections::BTreeMap;

use axum::extract::State;
use db::{DbError, list::ListPage};
use http_api::{App, Caller, Json, Path, Problem, Query};
use kernel::{Page, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::Deserialize;
use tickets::Ticket;

use super::bad;
use crate::{
    FactsCache,
    compute::{Part, behind},
    model::{Dimension, Kpi},
};

/// Which KPI.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct KpiPath {
    /// Its id, such as `FRT`.
    pub kpi: Kpi,
}

/// Which figure, and which of its tickets.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Asked {
    /// The figure's period.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// The figure's period.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// The figure's group as JSON, such as `{"month":"2016-03","priority":"3"}`.
    #[serde(default)]
    pub group: String,
    /// `counted` (the default), `hits`, `misses`, or `excluded:<reason>`.
    #[serde(default)]
    pub part: String,
    /// Rows wanted, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// From the page before.
    #[serde(default)]
    pub cursor: Option<Uuid>,
}

/// The operation. `total` is the figure's n (or its part's).
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<KpiPath>,
    Query(asked): Query<Asked>,
) -> Result<Json<ListPage<Ticket>>, Problem> {
    let group = group(&asked.group).map_err(|error| bad("group", error))?;
    let part = match asked.part.as_str() {
        "" | "counted" => Part::Counted,
        "hits" => Part::Hits,
        "misses" => Part::Misses,
        other => match other.strip_prefix("excluded:") {
            Some(reason) => Part::Excluded(reason.to_owned()),
            None => return Err(bad("part", "Use counted, hits, misses or excluded:<reason>.".to_owned())),
        },
    };
    let limit = asked.limit.unwrap_or(50) as usize;
    if !(1..=200).contains(&limit) {
        return Err(bad("limit", "Ask for 1 to 200 rows.".to_owned()));
    }
    let facts = app.get::<FactsCache>().get(app.db(), &cx, asked.from, asked.to).await?;
    let ids = behind(path.kpi, &group, &part, &facts).map_err(|error| bad("group", error))?;
    let start = match asked.cursor {
        None => 0,
        // The ticket the page before ended with may have left the figure since; then the list starts over.
        Some(last) => ids.iter().position(|id| *id == last).map_or(0, |place| place + 1),
    };
    let wanted: Vec<Uuid> = ids.iter().skip(start).take(limit).copied().collect();
    let more = ids.len() > start + wanted.len();
    let order = wanted.clone();
    let mut found: Vec<Ticket> = app
        .db()
        .read(&cx, async move |r| tickets::by_ids(r, &wanted).await)
        .await
        .map_err(|error: DbError| Problem::from(error))?;
    found.sort_by_key(|ticket| order.iter().position(|id| *id == ticket.id));
    let next_cursor = order.last().filter(|_| more).map(ToString::to_string);
    Ok(Json(ListPage {
        page: Page { items: found, next_cursor },
        total: Some(ids.len() as i64),
        total_is_lower_bound: false,
    }))
}

fn group(text: &str) -> Result<BTreeMap<String, String>, String> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let group: BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|_| "Give the group as a JSON object of texts.".to_owned())?;
    for name in group.keys() {
        name.parse::<Dimension>()?;
    }
    Ok(group)
}
