//! Taking back a use that was booked by mistake.

use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem};

use crate::{
    api::{PartUsePath, ReturnUse},
    model::PartUse,
    uses,
};

/// Puts the pieces back into the stock.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(PartUsePath { id }): Path<PartUsePath>,
    Body(body): Body<ReturnUse>,
) -> Result<Json<PartUse>, Problem> {
    let back = async move |tx: &mut Tx<'_>| uses::return_use(tx, id, &body.reason).await;
    Ok(Json(app.db().write(&cx, back).await?))
}
