//! KPI figures of a period, grouped as asked.

use axum::extract::State;
use http_api::{App, Caller, Json, Problem, Query};
use kernel::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bad;
use crate::{
    FactsCache, compute,
    model::{Figure, Unit, dimensions, kpis},
};

/// What is asked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Asked {
    /// Tickets created from this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Tickets created before this instant.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// KPI ids, such as `FRT,ART`; all when absent.
    #[serde(default)]
    pub ids: String,
    /// Up to three of month, week, day, priority, type, engineer, team, source; comma between.
    #[serde(default)]
    pub by: String,
    /// `min`, `h` or `day` for times; each KPI's own when absent.
    #[serde(default)]
    pub unit: Option<Unit>,
}

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<Figure>>, Problem> {
    let ids = kpis(&asked.ids).map_err(|error| bad("ids", error))?;
    let by = dimensions(&asked.by).map_err(|error| bad("by", error))?;
    let facts = app.get::<FactsCache>().get(app.db(), &cx, asked.from, asked.to).await?;
    Ok(Json(compute::figures(&ids, &by, &facts, asked.unit)))
}
