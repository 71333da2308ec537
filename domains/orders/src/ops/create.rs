//! Creating a purchase, lead or invoice.

use std::collections::HashSet;

use authz::permissions::ORDERS_CREATE;
use db::{Db, DbError, Json, Query, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use kernel::{Context, Uuid};
use objects::{Checks, Date, Numbers, first_values};

use crate::{
    NewOrder, Order, OrderError, OrderKind, OrderSource, OrderView, api::Checked, ops::list::view, own_fields, store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewOrder>,
) -> Result<Created<OrderView>, Problem> {
    let mut new = body.clone();
    // Whoever does not see every order looks after the ones they create, or could not find them again.
    if new.owner_id.is_none() && cx.scope(ORDERS_CREATE.name()) != Some(kernel::Scope::All) {
        new.owner_id = cx.user_id();
    }
    if new.number.as_ref().is_none_or(|number| number.trim().is_empty()) {
        new.number = Some(next_number(app.db(), &cx, new.kind).await?);
    }
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "order").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createOrder", async move |tx: &mut Tx<'_>| -> Result<_, OrderError> {
        let mut order = insert_with(tx, new, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut order)).await?;
        Ok(view(tx, order).await?)
    })
    .await
}

/// The next number of the kind and the tenant's year, such as `PO-2026-000123`; take it before the write.
pub async fn next_number(db: &Db, cx: &Context, kind: OrderKind) -> Result<String, DbError> {
    let today = Date::today(cx).to_string();
    let series = format!("{}-{}", kind.prefix(), &today[..4]);
    let number = db.next_number(cx, &series).await?;
    Ok(format!("{series}-{number:06}"))
}

/// Creates an order, which must have its number (see [`next_number`]), with its event; [`OrderError::NumberTaken`] when
/// another has it.
pub async fn insert(tx: &mut Tx<'_>, new: NewOrder) -> Result<Order, OrderError> {
    insert_with(tx, new, &Numbers::new()).await
}

/// The same with own fields, for which `numbers` were taken before.
pub(crate) async fn insert_with(tx: &mut Tx<'_>, mut new: NewOrder, numbers: &Numbers) -> Result<Order, OrderError> {
    let cx = tx.cx().clone();
    let sent = new.ext.take();
    // A day that follows from "today" must be checked against the other days, too.
    new.ordered_on = Some(new.ordered_on.unwrap_or_else(|| Date::today(&cx)));
    let new = new.checked(Checks::new())?;
    check_references(tx, &new, None).await?;
    let currency = match identity::tenant_settings(tx).await {
        Ok(company) => company.currency,
        Err(DbError::NotFound) => kernel::Currency::CNY.code().to_owned(),
        Err(error) => return Err(error.into()),
    };
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "order", id, None, sent, numbers).await?;
    let said = new.said();
    let empty = Order {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        number: String::new(),
        kind: said.kind,
        status: said.kind.statuses()[0],
        customer_id: said.customer_id,
        title: String::new(),
        ordered_on: Date::today(&cx),
        due_on: None,
        currency,
        total_minor: 0,
        paid_minor: 0,
        lines: Json(Vec::new()),
        owner_id: None,
        source: said.source.unwrap_or(OrderSource::Entered),
        note: None,
        created_by: cx.user_id(),
        ext: Json(own.values.clone()),
    };
    let order = empty.with(new);
    let mut told = first_values(&order);
    own.tell(&mut told);
    let event = NewEvent::new("order.created", "order", order.id)
        .label(order.number.as_str())
        .data(told)
        .parent("customer", order.customer_id);
    let mut statements = vec![store::insert(&cx, &order), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(order)
}

/// Points at a customer, an owner, models or devices that do not exist; those that the order names already are not
/// looked up again.
pub(crate) async fn check_references(
    q: &mut impl Query,
    new: &Checked,
    before: Option<&Order>,
) -> Result<(), OrderError> {
    let (said, mut checks) = (new.said(), Checks::new());
    if before.map(|order| order.customer_id) != Some(said.customer_id)
        && customers::get(q, said.customer_id).await?.is_none()
    {
        checks.refuse("/customer_id", "unknown", "There is no such customer; choose one of the list.");
    }
    if let Some(owner) = said.owner_id.filter(|owner| before.and_then(|order| order.owner_id) != Some(*owner))
        && Some(owner) != q.cx().user_id()
        && identity::users_by_ids(q, &[owner]).await?.is_empty()
    {
        checks.refuse("/owner_id", "unknown", "There is no such user; choose one of the list.");
    }
    let known_lines = before.map(|order| order.lines.0.as_slice()).unwrap_or_default();
    let known: HashSet<Uuid> =
        known_lines.iter().flat_map(|line| line.product_id.iter().chain(&line.device_ids)).copied().collect();
    let fresh = |ids: Vec<Uuid>| ids.into_iter().filter(|id| !known.contains(id)).collect::<Vec<_>>();
    let asked = fresh(new.lines().iter().filter_map(|line| line.product_id).collect());
    let products: HashSet<Uuid> = products::by_ids(q, &asked).await?.into_iter().map(|product| product.id).collect();
    let asked = fresh(new.lines().iter().flat_map(|line| line.device_ids.iter().copied()).collect());
    let mut devices: HashSet<Uuid> = HashSet::new();
    for some in asked.chunks(500) {
        devices.extend(devices::by_ids(q, some).await?.into_iter().map(|device| device.id));
    }
    for (index, line) in new.lines().iter().enumerate() {
        if line.product_id.is_some_and(|id| !known.contains(&id) && !products.contains(&id)) {
            let message = "There is no such product; choose one of the list.";
            checks.refuse(&format!("/lines/{index}/product_id"), "unknown", message);
        }
        for (place, id) in line.device_ids.iter().enumerate() {
            if !known.contains(id) && !devices.contains(id) {
                let message = "There is no such device; choose one of the list.";
                checks.refuse(&format!("/lines/{index}/device_ids/{place}"), "unknown", message);
            }
        }
    }
    Ok(checks.finish()?)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{ORDERS_READ, ORDERS_UPDATE};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use super::*;
    use crate::ops::tests::{api, customer, migrations};

    testkit::both! {
        migrations(), |t| each_kind_has_its_numbers_and_the_lines_make_the_total {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "EL", "name": "电梯"})).await.ok(201).id();
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201).id();
            let body = json!({"kind": "purchase", "customer_id": customer, "title": "电梯两台", "lines": [
                {"product_id": product, "text": "电梯", "quantity": "1.5", "unit_price_minor": 333, "device_ids": [device, device]},
                {"text": "优惠", "unit_price_minor": -100},
            ]});
            let made = api.post(&t.cx, "/api/v1/orders", body).await.ok(201);
            let shown = |name: &str| made.json[name].clone();
            assert_eq!([shown("number"), shown("status"), shown("total_minor"), shown("currency"), shown("source"), shown("customer_name")],
                [json!("PO-2026-000001"), json!("draft"), json!(400), json!("CNY"), json!("entered"), json!("静安物业")]);
            assert_eq!(made.json["lines"][0]["device_ids"], json!([device]));
            assert_eq!(made.json["ordered_on"], json!("2026-03-02"));
            for (kind, number, status) in [("lead", "LD-2026-000001", "new"), ("invoice", "IN-2026-000001", "draft"), ("purchase", "PO-2026-000002", "draft")] {
                let made = api.post(&t.cx, "/api/v1/orders", json!({"kind": kind, "customer_id": customer, "title": "x"})).await.ok(201);
                assert_eq!((&made.json["number"], &made.json["status"]), (&json!(number), &json!(status)));
            }
            let taken = api.post(&t.cx, "/api/v1/orders", json!({"kind": "lead", "number": "po-2026-000001", "customer_id": customer, "title": "x"})).await;
            taken.refused(409, "number_taken");
            let timeline = api.get(&t.cx, &format!("/api/v1/customers/{customer}/timeline")).await.ok(200);
            assert_eq!(timeline.column("kind")[..4], ["order.created"; 4]);
        }

        migrations(), |t| every_wrong_field_is_pointed_at {
            let api = api(t);
            let foreign = customer(&api, &t.other, "甲").await;
            let nobody = Uuid::from_u128(404);
            let body = json!({"kind": "purchase", "customer_id": foreign, "title": "x", "owner_id": nobody,
                "lines": [{"text": "a", "product_id": nobody, "device_ids": [nobody]}]});
            let refused = api.post(&t.cx, "/api/v1/orders", body).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/customer_id unknown", "/owner_id unknown", "/lines/0/product_id unknown", "/lines/0/device_ids/0 unknown"]);
            let body = json!({"kind": "lead", "customer_id": foreign, "title": " ", "status": "paid", "due_on": "2026-01-01", "currency": "YUAN",
                "paid_minor": 5, "lines": [{"text": "", "quantity": 0}]});
            let refused = api.post(&t.cx, "/api/v1/orders", body).await;
            assert_eq!(refused.errors(), ["/title required", "/due_on before_start", "/lines/0/quantity out_of_range", "/lines/0/text required",
                "/status wrong_kind", "/paid_minor out_of_range", "/paid_minor only_invoices", "/currency unknown_currency"]);
            assert_eq!(api.post(&t.cx, "/api/v1/orders", json!({"kind": "gift"})).await.errors().first().unwrap(), "/kind invalid_value");
        }

        migrations(), |t| an_order_outside_tenant_or_scope_does_not_exist {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let body = json!({"kind": "lead", "customer_id": customer, "title": "换新"});
            let own = person(&t.cx, 7, &[(ORDERS_READ, Scope::Own), (ORDERS_CREATE, Scope::Own), (ORDERS_UPDATE, Scope::Own)]);
            let send = || api.send(&own, Method::POST, "/api/v1/orders", &[("idempotency-key", "k")], Some(body.clone()));
            let (mine, again) = (send().await.ok(201), send().await.ok(201));
            assert_eq!((mine.id(), &mine.json["owner_id"]), (again.id(), &json!(own.actor().id)));
            let theirs = api.post(&t.cx, "/api/v1/orders", body.clone()).await.ok(201);
            assert_eq!(api.get(&own, "/api/v1/orders").await.column("id"), [mine.id()]);
            let path = format!("/api/v1/orders/{}", theirs.id());
            for who in [&own, &t.other] {
                api.get(who, &path).await.refused(404, "not_found");
                api.get(who, &format!("{path}/timeline")).await.refused(404, "not_found");
                api.patch(who, &path, 1, json!({"title": "x"})).await.refused(404, "not_found");
                api.act(who, &format!("{path}/archive"), 1).await.refused(404, "not_found");
            }
            let reader = person(&t.cx, 8, &[(ORDERS_READ, Scope::All)]);
            api.post(&reader, "/api/v1/orders", body).await.refused(403, "forbidden");
        }

        migrations(), |t| own_fields_of_orders_are_checked_and_listed {
            let api = api(t);
            let customer = customer(&api, &t.cx, "甲").await;
            let label = json!({"zh": "甲", "en": "A"});
            let fields = json!([
                {"id": "rank", "label": label, "kind": {"type": "integer", "min": 1}, "filterable": true, "sortable": true},
                {"id": "code", "label": label, "kind": {"type": "auto_number", "prefix": "K", "digits": 3}},
            ]);
            let body = json!({"catalogue": {"object": "order", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/order/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let new = |rank: i64| json!({"kind": "lead", "customer_id": customer, "title": rank.to_string(), "ext": {"rank": rank}});
            assert_eq!(api.post(&t.cx, "/api/v1/orders", new(0)).await.errors(), ["/ext/rank too_small"]);
            let first = api.post(&t.cx, "/api/v1/orders", new(1)).await.ok(201);
            assert!(first.json["ext"]["code"].as_str().unwrap().starts_with('K'));
            api.post(&t.cx, "/api/v1/orders", new(2)).await.ok(201);
            api.patch(&t.cx, &format!("/api/v1/orders/{}", first.id()), 1, json!({"ext": {"rank": 3}})).await.ok(200);
            assert_eq!(api.get(&t.cx, "/api/v1/orders?sort=-rank").await.ok(200).column("title"), ["1", "2"]);
        }
    }
}
