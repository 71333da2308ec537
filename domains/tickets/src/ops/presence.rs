//! Says that one has a ticket open, and learns who else has.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Body, Caller, Json, Path, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Presence, TicketError, act::within_reach, api::TicketPath, presence::Viewer};

/// Whether one is writing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    /// True while a form or reply is being filled in.
    #[serde(default)]
    pub editing: bool,
}

/// The operation: the others who have the ticket open. Say it again every 20 seconds.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    Body(body): Body<Announce>,
) -> Result<Json<Vec<Viewer>>, Problem> {
    app.db()
        .read(&cx, async move |r| within_reach(r, path.id, permissions::TICKETS_READ).await)
        .await
        .map_err(|error: TicketError| Problem::from(error))?;
    let viewer =
        Viewer { user_id: cx.actor().id, name: cx.actor().name.clone(), seen_at: cx.now(), editing: body.editing };
    Ok(Json(app.get::<Presence>().announce(cx.tenant(), path.id, viewer)))
}
