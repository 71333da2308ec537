//! Listing orders: filter, search, order and paging.

use std::collections::HashMap;

use db::{DbError, Query, Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, State};
use kernel::Uuid;

use crate::{Order, OrderView, table};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<OrderView>>, Problem> {
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| table::page(r, &params).await).await?;
    Ok(Json(page))
}

/// Orders with the names of what they refer to, in the same sequence.
pub async fn views(q: &mut impl Query, orders: Vec<Order>) -> Result<Vec<OrderView>, DbError> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.customer_id).collect();
    let customers = customers::by_ids(q, &ids).await?;
    let names: HashMap<Uuid, String> = customers.into_iter().map(|customer| (customer.id, customer.name)).collect();
    let mut ids: Vec<Uuid> = orders.iter().filter_map(|order| order.owner_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let owners = identity::users_by_ids(q, &ids).await?;
    let view = |order: Order| OrderView {
        customer_name: names.get(&order.customer_id).cloned(),
        owner_name: order.owner_id.and_then(|id| owners.get(&id)).map(|user| user.name.clone()),
        order,
    };
    Ok(orders.into_iter().map(view).collect())
}

/// One order with the names of what it refers to.
pub(crate) async fn view(q: &mut impl Query, order: Order) -> Result<OrderView, DbError> {
    let mut seen = views(q, vec![order]).await?;
    seen.pop().ok_or(DbError::NotFound)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use objects::testing::encoded;
    use search::Indexer;
    use serde_json::json;

    use crate::{
        OrderSearch,
        ops::tests::{api, customer, migrations},
    };

    testkit::both! {
        migrations(), |t| orders_are_filtered_sorted_and_found_by_words {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            for (kind, status, title, total) in [("lead", "new", "换新", 3), ("invoice", "issued", "维保费", 2), ("purchase", "draft", "光幕", 1)] {
                let body = json!({"kind": kind, "status": status, "customer_id": customer, "title": title, "lines": [{"text": "备件箱", "unit_price_minor": total}]});
                api.post(&t.cx, "/api/v1/orders", body).await.ok(201);
            }
            let tree = json!({"all": [{"field": "customer_id", "op": "eq", "value": customer}, {"field": "kind", "op": "ne", "value": "lead"}]});
            let some = api.get(&t.cx, &format!("/api/v1/orders?sort=total_minor&count=true&filter={}", encoded(&tree.to_string()))).await.ok(200);
            assert_eq!((some.column("title"), &some.json["total"]), (vec![json!("光幕"), json!("维保费")], &json!(2)));
            Indexer::new().add(Arc::new(OrderSearch)).reindex(&t.db, &t.world, t.cx.tenant(), "order").await.unwrap();
            for (words, expected) in [("静安 换新", 1), ("备件箱", 3), ("IN-2026-000001", 1)] {
                let found = api.get(&t.cx, &format!("/api/v1/orders?q={}", encoded(words))).await.ok(200);
                assert_eq!(found.column("id").len(), expected, "{words}");
            }
            api.get(&t.cx, "/api/v1/orders?sort=shoe_size").await.refused(400, "invalid_parameter");
            assert_eq!(api.get(&t.other, "/api/v1/orders").await.ok(200).json["items"], json!([]));
        }
    }
}
