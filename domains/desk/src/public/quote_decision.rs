//! The customer agrees to a quote, or does not.

use axum::extract::State;
use db::Tx;
use finance::Decision;
use http_api::{App, Body, Caller, Json, Path, Problem};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{TokenPath, face::QuoteFace, reach::linked};

/// Yes or no, with a name as signature.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideQuote {
    /// The quote that was read.
    pub quote_id: Uuid,
    /// Yes or no.
    pub approve: bool,
    /// Who decides.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Why.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub reason: Option<String>,
}

/// Records the decision; the same one again changes nothing.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
    Body(body): Body<DecideQuote>,
) -> Result<Json<QuoteFace>, Problem> {
    let decide = async move |tx: &mut Tx<'_>| -> Result<QuoteFace, Problem> {
        let (_, ticket) = linked(tx).await?;
        let decision = Decision { approve: body.approve, name: body.name, reason: body.reason };
        Ok(finance::decide(tx, ticket.id, body.quote_id, decision).await?.into())
    };
    Ok(Json(app.db().write(&cx, decide).await?))
}
