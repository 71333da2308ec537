//! Listing products: filter, search, order, paging.

use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, State};

use crate::{Product, table};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Product>>, Problem> {
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| table::page(r, &params).await).await?;
    Ok(Json(page))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use objects::testing::{Api, encoded};
    use search::Indexer;
    use serde_json::json;

    use crate::{ProductSearch, ops::tests::migrations};

    testkit::both! {
        migrations(), |t| products_are_filtered_searched_and_put_away {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            for (code, name, months) in [("B", "乘客电梯", Some(24)), ("A", "中央空调", Some(12)), ("C", "载货电梯", None)] {
                api.post(&t.cx, "/api/v1/products", json!({"code": code, "name": name, "warranty_months": months})).await.ok(201);
            }
            assert_eq!(api.get(&t.cx, "/api/v1/products").await.column("code"), ["A", "B", "C"]);
            let tree = encoded(r#"{"field":"warranty_months","op":"ge","value":24}"#);
            assert_eq!(api.get(&t.cx, &format!("/api/v1/products?filter={tree}")).await.column("code"), ["B"]);
            Indexer::new().add(Arc::new(ProductSearch)).reindex(&t.db, &t.world, t.cx.tenant(), "product").await.unwrap();
            let found = api.get(&t.cx, &format!("/api/v1/products?q={}&sort=-code", encoded("电梯"))).await.ok(200);
            assert_eq!(found.column("code"), ["C", "B"]);
        }
    }
}
