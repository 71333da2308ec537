//! Creating a contract.

use std::collections::HashSet;

use db::{Db, DbError, Json, Query, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use kernel::{Context, Uuid};
use objects::{Checks, Date, Numbers, first_values};

use crate::{Contract, ContractError, ContractView, Covers, NewContract, ops::update::answer, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewContract>,
) -> Result<Created<ContractView>, Problem> {
    let mut new = body.clone();
    if new.number.as_ref().is_none_or(|number| number.trim().is_empty()) {
        new.number = Some(next_number(app.db(), &cx).await?);
    }
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "contract").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createContract", async move |tx: &mut Tx<'_>| -> Result<_, ContractError> {
        let contract = insert_with(tx, new, &numbers).await?;
        Ok(answer(tx, contract).await?)
    })
    .await
}

/// The next number of the tenant's year, such as `C-2026-000017`; take it before the write.
pub async fn next_number(db: &Db, cx: &Context) -> Result<String, DbError> {
    let today = Date::today(cx).to_string();
    let series = format!("C-{}", &today[..4]);
    let number = db.next_number(cx, &series).await?;
    Ok(format!("{series}-{number:06}"))
}

/// Creates a contract, which must have its number (see [`next_number`]), with its event;
/// [`ContractError::NumberTaken`] when another has it.
pub async fn insert(tx: &mut Tx<'_>, new: NewContract) -> Result<Contract, ContractError> {
    insert_with(tx, new, &Numbers::new()).await
}

/// The same with the numbers of own fields, taken before.
pub(crate) async fn insert_with(
    tx: &mut Tx<'_>,
    new: NewContract,
    numbers: &Numbers,
) -> Result<Contract, ContractError> {
    let mut new = new.checked(Checks::new())?;
    check_references(tx, &new, &[]).await?;
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "contract", id, None, new.ext.take(), numbers).await?;
    let empty = Contract {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        number: String::new(),
        customer_id: new.customer_id,
        name: String::new(),
        kind: new.kind,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        covers: Json(Covers::EVERYTHING),
        response_minutes: None,
        device_ids: Json(Vec::new()),
        note: None,
        created_by: cx.user_id(),
        ext: Json(own.values.clone()),
    };
    let contract = empty.with(new);
    let mut told = first_values(&contract);
    own.tell(&mut told);
    let event = NewEvent::new("contract.created", "contract", contract.id)
        .label(contract.number.as_str())
        .data(told)
        .parent("customer", contract.customer_id);
    let mut statements = store::insert(&cx, &contract);
    statements.push(events::statement(&cx, &event));
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(contract)
}

/// Points at a customer or devices that do not exist; those `known` already are not looked up again.
pub(crate) async fn check_references(
    q: &mut impl Query,
    new: &NewContract,
    known: &[Uuid],
) -> Result<(), ContractError> {
    let mut checks = Checks::new();
    if customers::get(q, new.customer_id).await?.is_none() {
        checks.refuse("/customer_id", "unknown", "There is no such customer; choose one of the list.");
    }
    let known: HashSet<&Uuid> = known.iter().collect();
    let asked: Vec<Uuid> = new.device_ids.iter().filter(|id| !known.contains(id)).copied().collect();
    let found: HashSet<Uuid> = devices::by_ids(q, &asked).await?.into_iter().map(|device| device.id).collect();
    for (index, id) in new.device_ids.iter().enumerate() {
        if !known.contains(id) && !found.contains(id) {
            let message = "There is no such device; choose one of the list.";
            checks.refuse(&format!("/device_ids/{index}"), "unknown", message);
        }
    }
    Ok(checks.finish()?)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{CONTRACTS_READ, CONTRACTS_UPDATE};
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use super::*;
    use crate::ops::tests::{api, customer, device, migrations};

    testkit::both! {
        migrations(), |t| numbers_rise_and_own_numbers_are_kept {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let body = json!({
                "customer_id": customer, "name": "年度维保", "kind": "service", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
                "device_ids": [one, one], "covers": {"labour": true, "parts": false, "travel": true},
            });
            let first = api.post(&t.cx, "/api/v1/contracts", body.clone()).await.ok(201);
            let second = api.post(&t.cx, "/api/v1/contracts", body.clone()).await.ok(201);
            assert_eq!((&first.json["number"], &second.json["number"]), (&json!("C-2026-000001"), &json!("C-2026-000002")));
            assert_eq!((&first.json["customer_name"], &first.json["device_ids"]), (&json!("静安物业"), &json!([one])));
            let mut own = body;
            own["number"] = json!("wb-7");
            let third = api.post(&t.cx, "/api/v1/contracts", own.clone()).await.ok(201);
            assert_eq!(third.json["number"], json!("WB-7"));
            let taken = api.post(&t.cx, "/api/v1/contracts", own).await;
            taken.refused(409, "number_taken");
            assert_eq!(taken.errors(), ["/number taken"]);
            let on_customer = api.get(&t.cx, &format!("/api/v1/customers/{customer}/timeline")).await.ok(200);
            assert_eq!(on_customer.column("kind"), ["contract.created", "contract.created", "contract.created", "customer.created"]);
        }

        migrations(), |t| every_wrong_field_is_pointed_at {
            let api = api(t);
            let foreign = customer(&api, &t.other, "甲").await;
            let known = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let nobody = Uuid::from_u128(404);
            let mut body = json!({
                "customer_id": foreign, "name": "维保", "kind": "service", "starts_on": "2026-02-01", "ends_on": "2026-02-01",
                "device_ids": [known, nobody],
            });
            let refused = api.post(&t.cx, "/api/v1/contracts", body.clone()).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/customer_id unknown", "/device_ids/1 unknown"]);
            body["ends_on"] = json!("2026-01-31");
            body["response_minutes"] = json!(0);
            body["name"] = json!("");
            let refused = api.post(&t.cx, "/api/v1/contracts", body.clone()).await;
            assert_eq!(refused.errors(), ["/ends_on before_start", "/response_minutes out_of_range", "/name required"]);
            body["kind"] = json!("gift");
            assert_eq!(api.post(&t.cx, "/api/v1/contracts", body).await.errors(), ["/kind invalid_value"]);
        }

        migrations(), |t| a_contract_outside_tenant_or_scope_does_not_exist {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let body = json!({"customer_id": customer, "name": "维保", "kind": "service", "starts_on": "2026-01-01", "ends_on": "2026-12-31"});
            let own = person(&t.cx, 7, &[(CONTRACTS_READ, Scope::Own), (CONTRACTS_UPDATE, Scope::Own)]);
            let mine = api.post(&own, "/api/v1/contracts", body.clone()).await.ok(201);
            let theirs = api.post(&t.cx, "/api/v1/contracts", body.clone()).await.ok(201);
            assert_eq!(api.get(&own, "/api/v1/contracts").await.column("id"), [mine.id()]);
            let path = format!("/api/v1/contracts/{}", theirs.id());
            api.get(&own, &path).await.refused(404, "not_found");
            api.get(&own, &format!("{path}/timeline")).await.refused(404, "not_found");
            api.patch(&own, &path, 1, json!({"name": "x"})).await.refused(404, "not_found");
            api.get(&t.other, &path).await.refused(404, "not_found");
            api.act(&t.other, &format!("{path}/archive"), 1).await.refused(404, "not_found");
            let reader = person(&t.cx, 8, &[(CONTRACTS_READ, Scope::All)]);
            api.post(&reader, "/api/v1/contracts", body).await.refused(403, "forbidden");
        }
    }
}
