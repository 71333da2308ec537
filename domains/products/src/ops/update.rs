//! Changing a product.

use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::Numbers;

use crate::{Product, ProductChange, ProductError, api::ProductPath, own_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    expected: IfMatch,
    Body(mut body): Body<ProductChange>,
) -> Result<Versioned<Product>, Problem> {
    let product = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Product, ProductError> {
            let sent = body.ext.take();
            let alter = |product: &Product| Ok(body.apply(product)?);
            let mut product = change_with(tx, path.id, expected, "product.updated", sent, alter).await?;
            own_fields(tx, std::slice::from_mut(&mut product)).await?;
            Ok(product)
        })
        .await?;
    Ok(Versioned(product))
}

/// [`change_with`] without own fields, answered as the caller sees it.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    kind: &str,
    alter: impl FnOnce(&Product) -> Result<Product, ProductError>,
) -> Result<Product, ProductError> {
    let mut product = change_with(tx, id, expected, kind, None, alter).await?;
    own_fields(tx, std::slice::from_mut(&mut product)).await?;
    Ok(product)
}

/// Changes the product and its own fields if it still has the expected version, and appends an event of this kind; a
/// change that changes nothing leaves no trace.
pub(crate) async fn change_with(
    tx: &mut Tx<'_>,
    id: Uuid,
    expected: IfMatch,
    kind: &str,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    alter: impl FnOnce(&Product) -> Result<Product, ProductError>,
) -> Result<Product, ProductError> {
    let before = store::find(tx, id).await?.ok_or(ProductError::NotFound)?;
    if before.version != expected.version() {
        return Err(ProductError::Stale);
    }
    let mut altered = alter(&before)?;
    let own = objects::settle_ext(tx, "product", id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        altered.ext = Json(own.values.clone());
    }
    if altered == before {
        return Ok(before);
    }
    let after = Product { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, &before, &after).await?;
    let mut changes = events::changes(&before, &after);
    own.tell(&mut changes);
    tx.execute_all(own.statements).await?;
    events::append(tx, NewEvent::new(kind, "product", id).label(after.name.as_str()).data(changes)).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{PRODUCTS_READ, PRODUCTS_UPDATE};
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::{Api, OwnFields};
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_product_is_changed_with_its_history {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/products", json!({"code": "A", "name": "甲", "warranty_months": 12})).await.ok(201);
            api.post(&t.cx, "/api/v1/products", json!({"code": "B", "name": "乙"})).await.ok(201);
            let path = format!("/api/v1/products/{}", made.id());
            api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({}))).await.refused(428, "precondition_required");
            let changed = api.patch(&t.cx, &path, 1, json!({"warranty_months": 36, "category": "电梯"})).await.ok(200);
            assert_eq!((&changed.json["warranty_months"], &changed.json["version"]), (&json!(36), &json!(2)));
            api.patch(&t.cx, &path, 1, json!({"name": "x"})).await.refused(412, "stale");
            api.patch(&t.cx, &path, 2, json!({"code": "b"})).await.refused(409, "code_taken");
            assert_eq!(api.patch(&t.cx, &path, 2, json!({"code": null})).await.errors(), ["/code required"]);
            api.patch(&t.other, &path, 2, json!({"name": "x"})).await.refused(404, "not_found");
            let events = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
            assert_eq!(events.column("kind"), ["product.updated", "product.created"]);
            assert_eq!(events.json["items"][0]["data"]["warranty_months"], json!({"from": 12, "to": 36}));
        }

        migrations(), |t| own_fields_are_checked_listed_masked_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            // A field may not have the name of what products have anyway.
            let twice = json!([{"id": "warranty_months", "label": {"zh": "甲", "en": "A"}, "kind": {"type": "integer"}}]);
            let body = json!({"catalogue": {"object": "product", "fields": twice}});
            let path = "/api/v1/objects/product/fields";
            let put = api.send(&t.cx, Method::PUT, path, &[("if-match", "\"0\"")], Some(body)).await;
            put.refused(422, "invalid_catalogue");
            let fields = OwnFields {
                object: "product",
                path: "/api/v1/products",
                narrow: "",
                title: "code",
                new: &|code| json!({"code": code, "name": code}),
                change: json!({"note": "x"}),
                permissions: &[(PRODUCTS_UPDATE, Scope::All), (PRODUCTS_READ, Scope::All)],
            };
            fields.check(&api, &t.cx, &t.other).await;
        }
    }
}
