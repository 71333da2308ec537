//! Manuals, drawings and certificates of a product.

use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, NoContent, Path, Problem, State};
use objects::Checks;
use serde_json::json;

use crate::{
    ProductDocument, ProductError,
    api::{AddDocument, ProductDocumentPath, ProductPath},
    store,
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
) -> Result<Json<Vec<ProductDocument>>, Problem> {
    let documents = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<ProductDocument>, ProductError> {
            store::find(r, path.id).await?.ok_or(ProductError::NotFound)?;
            Ok(store::documents(r, path.id).await?)
        })
        .await?;
    Ok(Json(documents))
}

pub(crate) async fn add(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductPath>,
    key: IdempotencyKey,
    Body(body): Body<AddDocument>,
) -> Result<Created<ProductDocument>, Problem> {
    let file_id = body.file_id;
    app.create(&cx, key, &body, "addProductDocument", async move |tx: &mut Tx<'_>| -> Result<_, ProductError> {
        let cx = tx.cx().clone();
        let product = store::find(tx, path.id).await?.ok_or(ProductError::NotFound)?;
        let Some(file) = files::get(tx, file_id).await? else {
            let mut checks = Checks::new();
            checks.refuse("/file_id", "unknown", "There is no such file; upload it again.");
            checks.finish()?;
            return Err(ProductError::DocumentNotFound);
        };
        let document = ProductDocument {
            id: cx.new_id(),
            product_id: product.id,
            file_id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            created_by_name: cx.actor().name.clone(),
            created_at: cx.now(),
        };
        let told = NewEvent::new("product.document_added", "product", product.id)
            .label(product.name.as_str())
            .data(json!({ "name": document.name }));
        tx.execute_all(vec![store::insert_document(&cx, &document), events::statement(&cx, &told)]).await?;
        Ok(document)
    })
    .await
}

pub(crate) async fn remove(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ProductDocumentPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ProductError> {
            let product = store::find(tx, path.id).await?.ok_or(ProductError::NotFound)?;
            let known = store::documents(tx, product.id).await?;
            let Some(document) = known.into_iter().find(|document| document.id == path.document_id) else {
                return Err(ProductError::DocumentNotFound);
            };
            if !store::delete_document(tx, product.id, document.id).await? {
                return Err(ProductError::DocumentNotFound);
            }
            let told = NewEvent::new("product.document_removed", "product", product.id)
                .label(product.name.as_str())
                .data(json!({ "name": document.name }));
            events::append(tx, told).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

#[cfg(test)]
mod tests {
    use db::Tx;
    use http_api::http::Method;
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    /// A file's id.
    async fn file(t: &testkit::TestDb) -> String {
        let store = files::FileStore::folder(t.folder.path().join("files")).unwrap();
        let received = files::store_bytes(&store, &t.cx, "说明书.txt", "第一章".as_bytes()).await.unwrap();
        let kept = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| files::record(tx, received).await).await.unwrap();
        kept.id.to_string()
    }

    testkit::both! {
        migrations(), |t| a_manual_is_added_once_and_taken_away {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/products", json!({"code": "A", "name": "甲"})).await.ok(201);
            let path = format!("/api/v1/products/{}/documents", made.id());
            let file = file(t).await;
            let added = api.post(&t.cx, &path, json!({"file_id": file})).await.ok(201);
            assert_eq!(added.json["name"], json!("说明书.txt"));
            api.post(&t.cx, &path, json!({"file_id": file})).await.refused(409, "document_taken");
            let unknown = api.post(&t.cx, &path, json!({"file_id": made.id()})).await;
            assert_eq!(unknown.errors(), ["/file_id unknown"]);
            let names = api.get(&t.cx, &path).await.ok(200).json;
            assert_eq!((names.as_array().unwrap().len(), &names[0]["file_id"]), (1, &json!(file)));
            api.get(&t.other, &path).await.refused(404, "not_found");
            let one = format!("{path}/{}", added.id());
            api.send(&t.other, Method::DELETE, &one, &[], None).await.refused(404, "not_found");
            api.send(&t.cx, Method::DELETE, &one, &[], None).await.ok(204);
            api.send(&t.cx, Method::DELETE, &one, &[], None).await.refused(404, "not_found");
            let events = api.get(&t.cx, &format!("/api/v1/products/{}/timeline", made.id())).await;
            assert_eq!(events.column("kind"), ["product.document_removed", "product.document_added", "product.created"]);
        }
    }
}
