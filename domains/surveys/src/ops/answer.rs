//! A colleague writes down what the customer said on the telephone.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, Path, Problem, Versioned};

use crate::{
    SurveyError, answers,
    api::{Answer, IdPath},
    model::Survey,
};

/// Takes the answer; once more within 24 hours changes it.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    Body(body): Body<Answer>,
) -> Result<Versioned<Survey>, Problem> {
    let write = async move |tx: &mut Tx<'_>| {
        tickets::within_reach(tx, id, permissions::TICKETS_UPDATE).await?;
        answers::answer(tx, id, body).await
    };
    let survey: Result<_, SurveyError> = app.db().write(&cx, write).await;
    Ok(Versioned(survey?))
}
