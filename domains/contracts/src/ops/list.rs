//! Listing contracts: filter, search, order, paging, and those about one device.

use std::collections::HashMap;

use authz::permissions::CONTRACTS_READ;
use db::{DbError, Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, Query, State};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Contract, ContractView, store, table};

/// What else one may ask of the list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Asked {
    /// Only contracts about this device.
    device_id: Option<Uuid>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
    params: ListParams,
) -> Result<Json<ListPage<ContractView>>, Problem> {
    let mut conditions = vec![store::scope(&cx, CONTRACTS_READ)];
    conditions.extend(asked.device_id.map(|device| store::about_device(&cx, device)));
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| table::page_of(r, &params, conditions).await).await?;
    Ok(Json(page))
}

/// Contracts with their customers' names, in the same order.
pub(crate) async fn views(q: &mut impl db::Query, contracts: Vec<Contract>) -> Result<Vec<ContractView>, DbError> {
    let ids: Vec<Uuid> = contracts.iter().map(|contract| contract.customer_id).collect();
    let customers = customers::by_ids(q, &ids).await?;
    let names: HashMap<Uuid, String> = customers.into_iter().map(|customer| (customer.id, customer.name)).collect();
    let view = |contract: Contract| ContractView { customer_name: names.get(&contract.customer_id).cloned(), contract };
    Ok(contracts.into_iter().map(view).collect())
}

/// One contract with its customer's name.
pub(crate) async fn view(q: &mut impl db::Query, contract: Contract) -> Result<ContractView, DbError> {
    let customer_name = customers::get(q, contract.customer_id).await?.map(|customer| customer.name);
    Ok(ContractView { contract, customer_name })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use objects::testing::encoded;
    use search::Indexer;
    use serde_json::json;

    use crate::{
        ContractSearch,
        ops::tests::{api, customer, device, migrations},
    };

    testkit::both! {
        migrations(), |t| contracts_are_found_by_device_term_and_words {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            for (number, ends, devices) in [("1", "2026-03-20", vec![one.clone()]), ("2", "2027-12-31", vec![one.clone()]), ("3", "2026-03-31", vec![])] {
                let body = json!({"number": number, "customer_id": customer, "name": format!("维保{number}"), "kind": "service",
                    "starts_on": "2026-01-01", "ends_on": ends, "device_ids": devices});
                api.post(&t.cx, "/api/v1/contracts", body).await.ok(201);
            }
            let about = api.get(&t.cx, &format!("/api/v1/contracts?device_id={one}&sort=ends_on")).await.ok(200);
            assert_eq!(about.column("number"), ["1", "2"]);
            assert_eq!(about.column("customer_name"), ["静安物业", "静安物业"]);
            // What ends within thirty days of 2026-03-02.
            let tree = encoded(r#"{"field":"ends_on","op":"le","value":{"now":"P30D"}}"#);
            let soon = api.get(&t.cx, &format!("/api/v1/contracts?sort=-ends_on&filter={tree}")).await.ok(200);
            assert_eq!(soon.column("number"), ["3", "1"]);
            Indexer::new().add(Arc::new(ContractSearch)).reindex(&t.db, &t.world, t.cx.tenant(), "contract").await.unwrap();
            let found = api.get(&t.cx, &format!("/api/v1/contracts?q={}", encoded("静安 维保2"))).await.ok(200);
            assert_eq!(found.column("number"), ["2"]);
            api.get(&t.cx, "/api/v1/contracts?device_id=x").await.refused(400, "invalid_parameter");
        }
    }
}
