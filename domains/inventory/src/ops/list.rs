//! The parts list.

use axum::extract::State;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem};

use crate::{model::Part, table};

/// Parts, by code unless another order is asked for.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Part>>, Problem> {
    let list = async move |r: &mut Read<'_>| table::page(r, &params).await;
    Ok(Json(app.db().read(&cx, list).await?))
}

#[cfg(test)]
mod tests {
    use authz::permissions::{PARTS_READ, PARTS_UPDATE, TICKETS_READ};
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| parts_are_added_listed_changed_and_told_of_over_http {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let keeper = person(&t.cx, 1, &[(PARTS_READ, Scope::All), (PARTS_UPDATE, Scope::All), (TICKETS_READ, Scope::All)]);
            let reader = person(&t.cx, 2, &[(PARTS_READ, Scope::All)]);
            let body = json!({ "code": "b-1", "name": "接触器", "price_minor": 9900, "stock": 4 });
            let made = api.post(&keeper, "/api/v1/parts", body.clone()).await.ok(201);
            api.post(&keeper, "/api/v1/parts", json!({ "code": "a-1", "name": "皮带" })).await.ok(201);
            let twice = api.post(&keeper, "/api/v1/parts", body).await;
            twice.refused(409, "code_taken");
            assert_eq!(twice.errors(), ["/code code_taken"]);
            assert_eq!(api.get(&reader, "/api/v1/parts").await.ok(200).column("code"), ["A-1", "B-1"]);
            assert_eq!(api.get(&reader, "/api/v1/parts?sort=-stock").await.ok(200).column("stock"), [4, 0]);
            let path = format!("/api/v1/parts/{}", made.id());
            api.patch(&reader, &path, 1, json!({ "stock": 9 })).await.refused(403, "forbidden");
            assert_eq!(api.patch(&keeper, &path, 1, json!({ "stock": 9 })).await.ok(200).json["stock"], 9);
            assert_eq!(api.patch(&keeper, &path, 2, json!({ "price_minor": -1 })).await.errors(), ["/price_minor out_of_range"]);
            assert_eq!(api.get(&reader, &path).await.ok(200).json["version"], 2);
            let told = api.get(&reader, &format!("{path}/timeline")).await.ok(200).column("kind");
            assert_eq!(told, ["part.updated", "part.created"]);
            let nowhere = format!("/api/v1/tickets/{}/part-uses", made.id());
            api.get(&keeper, &nowhere).await.refused(404, "not_found");
        }
    }
}
