//! Open tickets that may be about the same matter: the same device, or the same customer.

use authz::permissions;
use axum::extract::State;
use db::DbError;
use http_api::{App, Caller, Json, Problem, Query};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{model::Ticket, store};

/// What the new ticket is about.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct About {
    /// The device.
    #[serde(default)]
    pub device_id: Option<Uuid>,
    /// The customer.
    #[serde(default)]
    pub customer_id: Option<Uuid>,
}

/// The operation: at most ten, those of the same device first.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(about): Query<About>,
) -> Result<Json<Vec<Ticket>>, Problem> {
    let reach = cx.clone();
    let mut found: Vec<Ticket> = app
        .db()
        .read(&cx, async move |r| store::open_of(r, about.device_id, about.customer_id, 50).await)
        .await
        .map_err(|error: DbError| Problem::from(error))?;
    found.retain(|ticket| visible(&reach, ticket));
    found.sort_by_key(|ticket| about.device_id.is_none() || ticket.device_id != about.device_id);
    found.truncate(10);
    Ok(Json(found))
}

/// The list's scope, in memory.
fn visible(cx: &kernel::Context, ticket: &Ticket) -> bool {
    use kernel::Scope;
    let own = [ticket.assignee_id, ticket.created_by].contains(&Some(cx.actor().id));
    let team = ticket.team_id.is_some_and(|team| cx.grants().teams.contains(&team));
    let region = ticket.region_id.is_some_and(|region| cx.grants().regions.contains(&region));
    match cx.scope(permissions::TICKETS_READ.name()) {
        None => false,
        Some(Scope::Own) => own,
        Some(Scope::Team) => own || team,
        Some(Scope::Region) => own || team || region,
        Some(Scope::All) => true,
    }
}
