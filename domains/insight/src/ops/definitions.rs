//! How each KPI is worked out.

use axum::extract::State;
use http_api::{App, Caller, Json, Problem};

use crate::model::{DEFINITIONS, Definition};

/// The operation.
pub async fn handle(State(_): State<App>, Caller(_): Caller) -> Result<Json<Vec<Definition>>, Problem> {
    Ok(Json(DEFINITIONS.to_vec()))
}
