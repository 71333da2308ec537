//! Changing an order.

use authz::permissions::ORDERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::Numbers;

use crate::{
    Order, OrderChange, OrderError, OrderView,
    api::OrderPath,
    ops::{create::check_references, list::view},
    own_fields, store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
    expected: IfMatch,
    Body(body): Body<OrderChange>,
) -> Result<Versioned<OrderView>, Problem> {
    let order = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<OrderView, OrderError> {
            let after = change(tx, path.id, expected, body).await?;
            answer(tx, after).await
        })
        .await?;
    Ok(Versioned(order))
}

/// Changes an order that still has the expected version and that the caller may change.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    mut body: OrderChange,
) -> Result<Order, OrderError> {
    let before = read(tx, id, expected).await?;
    let sent = body.ext.take();
    let new = body.apply(&before)?;
    check_references(tx, &new, Some(&before)).await?;
    let mut altered = before.with(new);
    let own = objects::settle_ext(tx, "order", before.id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    let after = write(tx, &before, altered, "order.updated", |changes| own.tell(changes)).await?;
    tx.execute_all(own.statements).await?;
    Ok(after)
}

/// The order, if the caller may change it and it still has the expected version.
pub(crate) async fn read(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<Order, OrderError> {
    let order = store::reached(tx, ORDERS_UPDATE, id).await?;
    if order.version == expected.version() { Ok(order) } else { Err(OrderError::Stale) }
}

/// Writes the altered order with an event of this kind, whose changes `tell` may complete; one that says the same leaves
/// no trace.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    before: &Order,
    altered: Order,
    kind: &str,
    tell: impl FnOnce(&mut serde_json::Value),
) -> Result<Order, OrderError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = Order { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, before, &after).await?;
    let mut changes = events::changes(before, &after);
    tell(&mut changes);
    let event = NewEvent::new(kind, "order", after.id)
        .label(after.number.as_str())
        .data(changes)
        .parent("customer", after.customer_id);
    events::append(tx, event).await?;
    Ok(after)
}

/// The order as the caller sees it.
pub(crate) async fn answer(tx: &mut Tx<'_>, mut order: Order) -> Result<OrderView, OrderError> {
    own_fields(tx, std::slice::from_mut(&mut order)).await?;
    Ok(view(tx, order).await?)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use serde_json::json;

    use crate::ops::tests::{api, customer, migrations};

    testkit::both! {
        migrations(), |t| an_invoice_is_paid_step_by_step_and_opened_again {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let made = api.post(&t.cx, "/api/v1/orders", json!({
                "kind": "invoice", "status": "issued", "customer_id": customer, "title": "维保费", "total_minor": 1_000,
            })).await.ok(201);
            let path = format!("/api/v1/orders/{}", made.id());
            let standing = |reply: &objects::testing::Reply| (reply.json["status"].clone(), reply.json["paid_minor"].clone());
            let part = api.patch(&t.cx, &path, 1, json!({"paid_minor": 400, "note": "首付"})).await.ok(200);
            assert_eq!(standing(&part), (json!("issued"), json!(400)));
            let full = api.patch(&t.cx, &path, 2, json!({"paid_minor": 1_000})).await.ok(200);
            assert_eq!(standing(&full), (json!("paid"), json!(1_000)));
            let open = api.patch(&t.cx, &path, 3, json!({"status": "issued"})).await.ok(200);
            assert_eq!(standing(&open), (json!("issued"), json!(0)));
            let events = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(events.column("kind"), ["order.updated", "order.updated", "order.updated", "order.created"]);
            assert_eq!(events.json["items"][1]["data"], json!({
                "status": {"from": "issued", "to": "paid"}, "paid_minor": {"from": 400, "to": 1_000},
            }));
            let refused = api.patch(&t.cx, &path, 4, json!({"paid_minor": 1_001, "title": null, "currency": null})).await;
            assert_eq!(refused.errors(), ["/title required", "/currency required", "/paid_minor out_of_range"]);
            api.patch(&t.cx, &path, 1, json!({"title": "x"})).await.refused(412, "stale");
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({}))).await.refused(428, "precondition_required");
            let same = api.patch(&t.cx, &path, 4, json!({"note": "首付"})).await.ok(200);
            assert_eq!(same.json["version"], json!(4));
        }
    }
}
