//! Who should go.

use authz::permissions::TICKETS_READ;
use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem};

use crate::{
    DispatchError,
    api::{Recommendation, TicketPath},
    gather,
};

/// Everybody: the best first, then those who cannot go, with every reason.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
) -> Result<Json<Vec<Recommendation>>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<_, DispatchError> {
        let ticket = tickets::within_reach(r, id, TICKETS_READ).await?;
        Ok(gather::recommendations(r, &ticket, None).await?)
    };
    Ok(Json(app.db().read(&cx, read).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| the_nearer_engineer_comes_first_and_the_unskilled_is_told_why {
            let stage = Stage::new(t).await;
            let api = testing::api(t);
            let path = format!("/api/v1/tickets/{}/recommendations", stage.ticket.id);
            let all = api.get(&testing::dispatcher(t), &path).await.ok(200).json;
            let names: Vec<_> = all.as_array().unwrap().iter().map(|one| one["engineer"]["name"].clone()).collect();
            assert_eq!(names, ["近工", "远工", "生手"]);
            assert_eq!((all[0]["rank"].clone(), all[2]["rank"].clone()), (json!(1), json!(null)));
            assert_eq!(all[2]["excluded"][0]["code"], "missing_skill");
            let sum: i64 = all[1]["reasons"].as_array().unwrap().iter().map(|one| one["score_minutes"].as_i64().unwrap()).sum();
            assert_eq!(all[1]["score"], sum);
            let codes: Vec<_> = all[0]["reasons"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
            assert_eq!(codes, ["skill", "way", "wait", "load"]);
            assert_eq!(all[0]["starts_at"].as_str().unwrap().len(), 20);
        }
    }
}
