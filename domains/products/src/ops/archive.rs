//! Putting a product away: it leaves the lists and keeps its history.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{Product, ProductError, api::ProductPath, ops::update::change};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    expected: IfMatch,
) -> Result<Versioned<Product>, Problem> {
    let product = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Product, ProductError> {
            let now = tx.cx().now();
            let put_away =
                |product: &Product| Ok(Product { archived_at: product.archived_at.or(Some(now)), ..product.clone() });
            change(tx, path.id, expected, "product.archived", put_away).await
        })
        .await?;
    Ok(Versioned(product))
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_product_goes_and_comes_back {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/products", json!({"code": "A", "name": "甲"})).await.ok(201);
            let path = format!("/api/v1/products/{}", made.id());
            api.act(&t.cx, &format!("{path}/archive"), 7).await.refused(412, "stale");
            api.act(&t.other, &format!("{path}/archive"), 1).await.refused(404, "not_found");
            let archived = api.act(&t.cx, &format!("{path}/archive"), 1).await.ok(200);
            assert!(archived.json["archived_at"].is_string());
            assert_eq!(api.get(&t.cx, "/api/v1/products").await.json["items"], json!([]));
            assert_eq!(api.get(&t.cx, "/api/v1/products?archived=true").await.column("name"), ["甲"]);
            let restored = api.act(&t.cx, &format!("{path}/restore"), 2).await.ok(200);
            assert_eq!((&restored.json["archived_at"], &restored.json["version"]), (&json!(null), &json!(3)));
            assert_eq!(api.get(&t.cx, "/api/v1/products").await.column("name"), ["甲"]);
            let kinds = api.get(&t.cx, &format!("{path}/timeline")).await.column("kind");
            assert_eq!(kinds, ["product.restored", "product.archived", "product.created"]);
        }
    }
}
