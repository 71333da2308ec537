//! Putting an order away: it leaves the lists and keeps its history.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{
    Order, OrderError, OrderView,
    api::OrderPath,
    ops::update::{answer, read, write},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<OrderPath>,
    expected: IfMatch,
) -> Result<Versioned<OrderView>, Problem> {
    let order = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<OrderView, OrderError> {
            let before = read(tx, path.id, expected).await?;
            let archived_at = before.archived_at.or(Some(tx.cx().now()));
            let after = Order { archived_at, ..before.clone() };
            let after = write(tx, &before, after, "order.archived", |_| {}).await?;
            answer(tx, after).await
        })
        .await?;
    Ok(Versioned(order))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::tests::{api, customer, migrations};

    testkit::both! {
        migrations(), |t| an_order_goes_and_comes_back {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let made = api.post(&t.cx, "/api/v1/orders", json!({"kind": "lead", "customer_id": customer, "title": "换新"})).await.ok(201);
            let path = format!("/api/v1/orders/{}", made.id());
            api.act(&t.cx, &format!("{path}/archive"), 3).await.refused(412, "stale");
            api.act(&t.cx, &format!("{path}/archive"), 1).await.ok(200);
            assert_eq!(api.get(&t.cx, "/api/v1/orders").await.json["items"], json!([]));
            assert_eq!(api.get(&t.cx, "/api/v1/orders?archived=true").await.column("title"), ["换新"]);
            let back = api.act(&t.cx, &format!("{path}/restore"), 2).await.ok(200);
            assert_eq!((&back.json["archived_at"], &back.json["version"]), (&json!(null), &json!(3)));
            assert_eq!(api.get(&t.cx, "/api/v1/orders").await.column("title"), ["换新"]);
        }
    }
}
