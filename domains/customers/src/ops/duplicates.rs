//! Customers that may be one and the same: all groups of them, and those of one customer.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CustomerBelongings, CustomerError,
    api::CustomerPath,
    duplicates::{Doubles, groups, of_customer},
    store,
};

/// Groups answered at most.
const MOST: usize = 200;

/// How many are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Asked {
    /// Groups wanted, 1 to 200; 50 when absent.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
}

/// Customers that may be one and the same.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Found {
    /// Groups, those with most reasons first.
    items: Vec<Doubles>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Found>, Problem> {
    let limit = asked.limit.map_or(50, |limit| limit as usize);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_parameter("/query/limit", format!("Ask for 1 to {MOST} groups.")));
    }
    let belongings = belongings(&app);
    let scope = store::scope(&cx, CUSTOMERS_READ);
    let items = app.db().read(&cx, async move |r: &mut Read<'_>| groups(r, &belongings, &scope, limit).await).await?;
    Ok(Json(Found { items }))
}

pub(crate) async fn of_one(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Json<Found>, Problem> {
    let belongings = belongings(&app);
    let scope = store::scope(&cx, CUSTOMERS_READ);
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, CustomerError> {
            let customer = store::reached(r, CUSTOMERS_READ, path.id).await?;
            Ok(of_customer(r, &belongings, &scope, &customer).await?)
        })
        .await?;
    Ok(Json(Found { items }))
}

/// The rows of later domains that name customers.
pub(crate) fn belongings(app: &App) -> CustomerBelongings {
    app.find::<CustomerBelongings>().map(|known| (*known).clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use super::*;
    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| customers_that_may_be_one_are_grouped_with_their_reasons {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let new = async |body| api.post(&t.cx, "/api/v1/customers", body).await.ok(201).id();
            let address = json!({"city": "上海市", "street": "世纪大道100号"});
            let first = new(json!({"name": "静安物业有限公司", "phone": "021-68881234", "address": address})).await;
            let second = new(json!({"name": "静安 物业", "phones": [{"number": "13900000001"}, {"number": "02168881234"}], "address": {"city": "上海市", "street": "世纪大道 100 号"}})).await;
            let third = new(json!({"name": "浦东酒店", "address": address})).await;
            let fourth = new(json!({"name": "王芳"})).await;
            api.post(&t.cx, &format!("/api/v1/customers/{fourth}/contacts"), json!({"name": "王芳", "phone": "139-0000-0001"})).await.ok(201);
            let groups = api.get(&t.cx, "/api/v1/customers/duplicates").await.ok(200);
            let told: Vec<_> = groups.json["items"].as_array().unwrap().iter().map(|group| {
                let names: Vec<_> = group["customers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
                (group["reason"].clone(), names)
            }).collect();
            assert_eq!(told[0].0, json!(["phone", "name"]), "{told:?}");
            assert_eq!(told[0].1, ["静安物业有限公司", "静安 物业"]);
            assert_eq!((&told[1].0, told[1].1.len()), (&json!(["phone"]), 2));
            assert_eq!((&told[2].0, told[2].1.len()), (&json!(["address"]), 3));
            assert_eq!(told.len(), 3);
            let one = api.get(&t.cx, &format!("/api/v1/customers/{second}/duplicates")).await.ok(200);
            let mut reasons: Vec<_> = one.json["items"].as_array().unwrap().iter()
                .map(|double| (double["customers"][0]["id"].as_str().unwrap().to_owned(), double["reason"].clone())).collect();
            assert_eq!(reasons[0], (first.clone(), json!(["phone", "name", "address"])));
            reasons.sort_by(|a, b| a.0.cmp(&b.0));
            let mut expected = vec![(first.clone(), json!(["phone", "name", "address"])), (third, json!(["address"])), (fourth, json!(["phone"]))];
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(reasons, expected);
            // Who sees one of them sees no group, and another company none of it.
            let own = person(&t.cx, 3, &[(CUSTOMERS_READ, Scope::Own)]);
            assert_eq!(api.get(&own, "/api/v1/customers/duplicates").await.ok(200).json["items"], json!([]));
            assert_eq!(api.get(&t.other, "/api/v1/customers/duplicates?limit=200").await.ok(200).json["items"], json!([]));
            api.get(&t.other, &format!("/api/v1/customers/{first}/duplicates")).await.refused(404, "not_found");
            api.get(&t.cx, "/api/v1/customers/duplicates?limit=201").await.refused(400, "invalid_parameter");
            // Archived ones are nobody's double.
            api.act(&t.cx, &format!("/api/v1/customers/{first}/archive"), 1).await.ok(200);
            let groups = api.get(&t.cx, "/api/v1/customers/duplicates?limit=1").await.ok(200);
            assert_eq!(groups.json["items"][0]["reason"], json!(["phone"]));
        }
    }
}
