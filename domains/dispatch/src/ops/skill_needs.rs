//! Which work needs which skill.

use axum::extract::State;
use db::{Read, Tx};
use http_api::{App, Body, Caller, HasVersion as _, IfMatch, Problem, Versioned};

use crate::{
    DispatchError,
    needs::{NewSkillNeed, SkillNeeds, set_needs},
    store,
};

/// All rules, in order.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<SkillNeeds>, Problem> {
    let rules = app.db().read(&cx, async |r: &mut Read<'_>| store::needs(r).await).await?;
    Ok(Versioned(SkillNeeds::new(rules)))
}

/// Replaces all rules.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    seen: IfMatch,
    Body(rules): Body<Vec<NewSkillNeed>>,
) -> Result<Versioned<SkillNeeds>, Problem> {
    let set = async move |tx: &mut Tx<'_>| {
        let before = store::needs(tx).await?;
        if SkillNeeds::new(before.clone()).version() != seen.version() {
            return Err(DispatchError::Stale);
        }
        set_needs(tx, before, rules).await
    };
    Ok(Versioned(SkillNeeds::new(app.db().write(&cx, set).await?)))
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| rules_are_replaced_together_and_mistakes_pointed_at {
            let (api, manager) = (testing::api(t), testing::manager(t));
            let version = async || testing::needs_version(t).await;
            let put = async |rules| {
                let seen = version().await;
                api.send(&manager, Method::PUT, "/api/v1/skill-needs", &[("if-match", &seen)], Some(rules)).await
            };
            let first = version().await;
            put(json!([{ "skill": "a" }, { "skill": "b", "ticket_type": "repair", "min_level": 3 }])).await.ok(200);
            let set = put(json!([{ "skill": " 电梯 ", "product_category": "电梯" }])).await.ok(200).json;
            assert_eq!((&set["items"][0]["skill"], &set["items"][0]["min_level"]), (&json!("电梯"), &json!(1)));
            let shown = api.get(&testing::dispatcher(t), "/api/v1/skill-needs").await.ok(200).json;
            assert_eq!(shown, set);
            let refused = put(json!([{ "skill": "a", "min_level": 9 }])).await;
            assert_eq!(refused.errors(), ["/0/min_level out_of_range"]);
            let late = [("if-match", first.as_str())];
            let rules = json!([{ "skill": "b" }]);
            let path = "/api/v1/skill-needs";
            api.send(&manager, Method::PUT, path, &late, Some(rules.clone())).await.refused(412, "stale");
            api.send(&manager, Method::PUT, path, &[], Some(rules)).await.refused(428, "precondition_required");
        }
    }
}
