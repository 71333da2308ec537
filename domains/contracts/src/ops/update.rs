//! Changing a contract.

use authz::permissions::CONTRACTS_UPDATE;
use db::{DbError, Json, Query, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::Numbers;

use crate::{
    Contract, ContractChange, ContractError, ContractView,
    api::ContractPath,
    ops::{create::check_references, list::view},
    own_fields, store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContractPath>,
    expected: IfMatch,
    Body(body): Body<ContractChange>,
) -> Result<Versioned<ContractView>, Problem> {
    let contract = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<ContractView, ContractError> {
            let after = change(tx, path.id, expected, body).await?;
            Ok(answer(tx, after).await?)
        })
        .await?;
    Ok(Versioned(contract))
}

/// Changes what is mentioned of a contract that still has the expected version, own fields too.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    mut body: ContractChange,
) -> Result<Contract, ContractError> {
    let before = read(tx, id, expected).await?;
    let sent = body.ext.take();
    let new = body.apply(&before)?;
    check_references(tx, &new, &before.device_ids.0).await?;
    let mut altered = before.with(new);
    let own = objects::settle_ext(tx, "contract", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    let after = write(tx, &before, altered, "contract.updated", |changes| own.tell(changes)).await?;
    tx.execute_all(own.statements).await?;
    Ok(after)
}

/// The contract as the caller sees it.
pub(crate) async fn answer(q: &mut impl Query, mut contract: Contract) -> Result<ContractView, DbError> {
    own_fields(q, std::slice::from_mut(&mut contract)).await?;
    view(q, contract).await
}

/// The contract, if the caller may change it and it still has the expected version.
pub(crate) async fn read(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<Contract, ContractError> {
    let contract = store::reached(tx, CONTRACTS_UPDATE, id).await?;
    if contract.version == expected.version() { Ok(contract) } else { Err(ContractError::Stale) }
}

/// Writes the altered contract with an event of this kind, whose changes `tell` may complete; one that says the same
/// leaves no trace.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    before: &Contract,
    altered: Contract,
    kind: &str,
    tell: impl FnOnce(&mut serde_json::Value),
) -> Result<Contract, ContractError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = Contract { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, before, &after).await?;
    let mut changes = events::changes(before, &after);
    tell(&mut changes);
    let event = NewEvent::new(kind, "contract", after.id)
        .label(after.number.as_str())
        .data(changes)
        .parent("customer", after.customer_id);
    events::append(tx, event).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{CONTRACTS_READ, CONTRACTS_UPDATE};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::OwnFields;
    use serde_json::json;

    use crate::ops::tests::{api, customer, device, migrations};

    testkit::both! {
        migrations(), |t| a_contract_is_changed_with_its_devices_and_history {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let two = device(&api, &t.cx, json!({"serial_number": "B"})).await;
            let made = api.post(&t.cx, "/api/v1/contracts", json!({
                "customer_id": customer, "name": "维保", "kind": "service", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "device_ids": [one],
            })).await.ok(201);
            let path = format!("/api/v1/contracts/{}", made.id());
            let changed = api.patch(&t.cx, &path, 1, json!({"device_ids": [two], "ends_on": "2027-12-31"})).await.ok(200);
            assert_eq!((&changed.json["device_ids"], &changed.headers["etag"]), (&json!([two]), &"\"2\"".parse().unwrap()));
            let about = async |device: &str| api.get(&t.cx, &format!("/api/v1/contracts?device_id={device}")).await.column("id");
            assert_eq!((about(&one).await, about(&two).await), (vec![], vec![json!(made.id())]));
            let events = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(events.column("kind"), ["contract.updated", "contract.created"]);
            assert_eq!(events.json["items"][0]["data"], json!({
                "device_ids": {"from": [one], "to": [two]}, "ends_on": {"from": "2026-12-31", "to": "2027-12-31"},
            }));
            api.patch(&t.cx, &path, 1, json!({"name": "x"})).await.refused(412, "stale");
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({}))).await.refused(428, "precondition_required");
            let refused = api.patch(&t.cx, &path, 2, json!({"number": null, "ends_on": "2025-01-01"})).await;
            assert_eq!(refused.errors(), ["/number required", "/ends_on before_start"]);
            assert_eq!(api.get(&t.cx, &path).await.ok(200).json["version"], json!(2));
        }

        migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let new = |name: &str| {
                // One has no device, so that the list of a device has the other two.
                let devices = if name == "C" { json!([]) } else { json!([one]) };
                json!({
                    "customer_id": customer, "device_ids": devices, "name": name, "kind": "service",
                    "starts_on": "2026-01-01", "ends_on": "2026-12-31",
                })
            };
            let fields = OwnFields {
                object: "contract",
                path: "/api/v1/contracts",
                narrow: &format!("device_id={one}&"),
                title: "name",
                new: &new,
                change: json!({"note": "x"}),
                permissions: &[(CONTRACTS_UPDATE, Scope::All), (CONTRACTS_READ, Scope::All)],
            };
            fields.check(&api, &t.cx, &t.other).await;
        }
    }
}
