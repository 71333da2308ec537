//! The customer says how it was.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, Json, Path, Problem};
use surveys::Answer;

use super::{TokenPath, face::SurveyFace, reach::linked};

/// Takes the answer; once more within 24 hours changes it.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
    Body(body): Body<Answer>,
) -> Result<Json<SurveyFace>, Problem> {
    let answer = async move |tx: &mut Tx<'_>| -> Result<SurveyFace, Problem> {
        let (_, ticket) = linked(tx).await?;
        let survey = surveys::answer(tx, ticket.id, body).await?;
        Ok(SurveyFace::new(survey, tx.cx().now()))
    };
    Ok(Json(app.db().write(&cx, answer).await?))
}
