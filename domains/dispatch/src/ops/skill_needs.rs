//! Which work needs which skill.

use axum::extract::State;
use db::{Read, Tx};
use http_api::{App, Body, Caller, Json, Problem};

use crate::{
    needs::{NewSkillNeed, SkillNeed, set_needs},
    store,
};

/// All rules, in order.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<SkillNeed>>, Problem> {
    let rules = app.db().read(&cx, async |r: &mut Read<'_>| store::needs(r).await).await?;
    Ok(Json(rules))
}

/// Replaces all rules.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(rules): Body<Vec<NewSkillNeed>>,
) -> Result<Json<Vec<SkillNeed>>, Problem> {
    let set = async move |tx: &mut Tx<'_>| set_needs(tx, rules).await;
    Ok(Json(app.db().write(&cx, set).await?))
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| rules_are_replaced_together_and_mistakes_pointed_at {
            let (api, manager) = (testing::api(t), testing::manager(t));
            let put = async |rules| api.send(&manager, Method::PUT, "/api/v1/skill-needs", &[], Some(rules)).await;
            put(json!([{ "skill": "a" }, { "skill": "b", "ticket_type": "repair", "min_level": 3 }])).await.ok(200);
            let set = put(json!([{ "skill": " 电梯 ", "product_category": "电梯" }])).await.ok(200).json;
            assert_eq!((set[0]["skill"].clone(), set[0]["min_level"].clone()), (json!("电梯"), json!(1)));
            let shown = api.get(&testing::dispatcher(t), "/api/v1/skill-needs").await.ok(200).json;
            assert_eq!(shown, set);
            let refused = put(json!([{ "skill": "a", "min_level": 9 }])).await;
            assert_eq!(refused.errors(), ["/0/min_level out_of_range"]);
        }
    }
}
