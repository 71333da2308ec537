//! Creating a product.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use objects::{Checks, Numbers, first_values};

use crate::{NewProduct, Product, ProductError, own_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewProduct>,
) -> Result<Created<Product>, Problem> {
    let new = body.clone();
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "product").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createProduct", async move |tx: &mut Tx<'_>| -> Result<_, ProductError> {
        let mut product = insert_with(tx, new, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut product)).await?;
        Ok(product)
    })
    .await
}

/// Creates a product, with its event; [`ProductError::CodeTaken`] when another has its code.
pub async fn insert(tx: &mut Tx<'_>, new: NewProduct) -> Result<Product, ProductError> {
    insert_with(tx, new, &Numbers::new()).await
}

/// The same with the numbers of own fields, taken before.
pub(crate) async fn insert_with(tx: &mut Tx<'_>, new: NewProduct, numbers: &Numbers) -> Result<Product, ProductError> {
    let mut new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "product", id, None, new.ext.take(), numbers).await?;
    let product = Product {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        code: new.code,
        name: new.name,
        category: new.category,
        warranty_months: new.warranty_months,
        default_response_minutes: new.default_response_minutes,
        note: new.note,
        warranty: db::Json(new.warranty),
        ext: db::Json(own.values.clone()),
    };
    let mut told = first_values(&product);
    own.tell(&mut told);
    let event = NewEvent::new("product.created", "product", product.id).label(product.name.as_str()).data(told);
    let mut statements = vec![store::insert(&cx, &product), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(product)
}

#[cfg(test)]
mod tests {
    use authz::permissions::PRODUCTS_READ;
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_code_is_folded_and_given_once_in_each_company {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/products", json!({"code": " ｋｔ-1 ", "name": "分体空调", "warranty_months": 24})).await.ok(201);
            assert_eq!(made.json["code"], json!("KT-1"));
            let taken = api.post(&t.cx, "/api/v1/products", json!({"code": "kt-1", "name": "x"})).await;
            taken.refused(409, "code_taken");
            assert_eq!(taken.errors(), ["/code taken"]);
            api.post(&t.other, "/api/v1/products", json!({"code": "KT-1", "name": "x"})).await.ok(201);
            let found = t.db.read(&t.cx, async |r: &mut db::Read<'_>| crate::by_code(r, "Kt-1").await).await.unwrap();
            assert_eq!(found.unwrap().id.to_string(), made.id());
        }

        migrations(), |t| every_wrong_field_is_pointed_at {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let refused = api.post(&t.cx, "/api/v1/products", json!({"code": " ", "name": "", "warranty_months": 601, "default_response_minutes": 0})).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/warranty_months out_of_range", "/default_response_minutes out_of_range", "/code required", "/name required"]);
            assert_eq!(api.post(&t.cx, "/api/v1/products", json!({"name": "x"})).await.errors(), ["/code required"]);
            let reader = person(&t.cx, 2, &[(PRODUCTS_READ, Scope::All)]);
            api.post(&reader, "/api/v1/products", json!({"code": "A", "name": "a"})).await.refused(403, "forbidden");
        }
    }
}
