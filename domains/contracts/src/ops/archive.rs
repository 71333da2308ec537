//! Putting a contract away: it leaves the lists, keeps its history, and covers nothing from then on.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Contract, ContractError, ContractView,
    api::ContractPath,
    ops::update::{answer, read, write},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
    expected: IfMatch,
) -> Result<Versioned<ContractView>, Problem> {
    let contract = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<ContractView, ContractError> {
            let before = read(tx, path.id, expected).await?;
            let archived_at = before.archived_at.or(Some(tx.cx().now()));
            let after = Contract { archived_at, ..before.clone() };
            let after = write(tx, &before, after, "contract.archived", |_| {}).await?;
            Ok(answer(tx, after).await?)
        })
        .await?;
    Ok(Versioned(contract))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::tests::{api, customer, device, migrations};

    testkit::both! {
        migrations(), |t| an_archived_contract_covers_nothing_until_it_comes_back {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let made = api.post(&t.cx, "/api/v1/contracts", json!({
                "customer_id": customer, "name": "维保", "kind": "service", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "device_ids": [one],
            })).await.ok(201);
            let path = format!("/api/v1/contracts/{}", made.id());
            let reason = async || api.get(&t.cx, &format!("/api/v1/devices/{one}/warranty")).await.ok(200).json["reason_code"].clone();
            assert_eq!(reason().await, json!("service_contract"));
            api.act(&t.cx, &format!("{path}/archive"), 3).await.refused(412, "stale");
            api.act(&t.cx, &format!("{path}/archive"), 1).await.ok(200);
            assert_eq!(reason().await, json!("no_dates"));
            assert_eq!(api.get(&t.cx, "/api/v1/contracts").await.json["items"], json!([]));
            api.act(&t.cx, &format!("{path}/restore"), 2).await.ok(200);
            assert_eq!(reason().await, json!("service_contract"));
        }
    }
}
