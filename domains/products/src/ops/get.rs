//! Showing one product.

use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{Product, ProductError, api::ProductPath};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
) -> Result<Versioned<Product>, Problem> {
    let product = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Product, ProductError> {
            crate::get(r, path.id).await?.ok_or(ProductError::NotFound)
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
        migrations(), |t| another_company_sees_nothing {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/products", json!({"code": "A", "name": "甲"})).await.ok(201);
            let path = format!("/api/v1/products/{}", made.id());
            assert_eq!(api.get(&t.cx, &path).await.ok(200).headers["etag"], "\"1\"");
            api.get(&t.other, &path).await.refused(404, "not_found");
            assert_eq!(api.get(&t.other, "/api/v1/products").await.ok(200).json["items"], json!([]));
            api.get(&t.other, &format!("{path}/timeline")).await.refused(404, "not_found");
        }
    }
}
