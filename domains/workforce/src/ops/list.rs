//! The list of engineers.

use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};

use crate::{model::Engineer, table};

/// Engineers within the caller's scope.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Engineer>>, Problem> {
    let list = async move |r: &mut Read<'_>| table::page(r, &params).await;
    Ok(Json(app.db().read(&cx, list).await?))
}

#[cfg(test)]
mod tests {
    use authz::permissions::{ENGINEERS_READ, ENGINEERS_UPDATE};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| engineers_are_added_filtered_changed_and_told_of_over_http {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let grants = [(ENGINEERS_READ, Scope::All), (ENGINEERS_UPDATE, Scope::All)];
            let manager = person(&t.cx, 1, &grants);
            let body = json!({ "name": "李工", "skills": [{ "skill": "电梯", "level": 3 }], "status": "off" });
            let key = [("idempotency-key", "k1")];
            let made = api.send(&manager, Method::POST, "/api/v1/engineers", &key, Some(body.clone())).await.ok(201);
            let again = api.send(&manager, Method::POST, "/api/v1/engineers", &key, Some(body)).await.ok(201);
            assert_eq!(made.id(), again.id());
            api.post(&manager, "/api/v1/engineers", json!({ "name": "王工" })).await.ok(201);
            let all = api.get(&manager, "/api/v1/engineers?count=true").await.ok(200);
            assert_eq!((all.column("name"), all.json["total"].clone()), (vec![json!("李工"), json!("王工")], json!(2)));
            let filter = "%7B%22field%22:%22status%22,%22op%22:%22eq%22,%22value%22:%22off%22%7D";
            let off = api.get(&manager, &format!("/api/v1/engineers?filter={filter}")).await.ok(200);
            assert_eq!(off.column("name"), ["李工"]);
            let path = format!("/api/v1/engineers/{}", made.id());
            assert_eq!(api.get(&manager, &path).await.ok(200).json["working_hours"]["week"][0][0]["from_minute"], 540);
            let unknown = api.patch(&manager, &path, 1, json!({ "team_id": t.world.new_id(), "user_id": t.world.new_id() })).await;
            assert_eq!(unknown.errors(), ["/user_id unknown", "/team_id unknown"]);
            api.patch(&manager, &path, 1, json!({ "status": "active" })).await.ok(200);
            api.patch(&manager, &path, 1, json!({ "status": "left" })).await.refused(412, "stale");
            api.act(&manager, &format!("{path}/archive"), 2).await.ok(200);
            assert_eq!(api.get(&manager, "/api/v1/engineers").await.ok(200).column("name"), ["王工"]);
            let told = api.get(&manager, &format!("{path}/timeline")).await.ok(200).column("kind");
            assert_eq!(told, ["engineer.archived", "engineer.updated", "engineer.created"]);
            let own = person(&t.cx, 2, &[(ENGINEERS_READ, Scope::Own)]);
            assert!(api.get(&own, "/api/v1/engineers").await.ok(200).column("id").is_empty());
            api.post(&own, "/api/v1/engineers", json!({ "name": "x" })).await.refused(403, "forbidden");
        }
    }
}
