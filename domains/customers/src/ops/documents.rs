//! Documents of a customer: files that belong to the customer itself and to none of their tickets.

use authz::permissions::{CUSTOMERS_READ, CUSTOMERS_UPDATE};
use db::{DbError, Query, Read, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, HasLocation, HasVersion, IdempotencyKey, Json, NoContent, Path, Problem, State,
};
use kernel::{Timestamp, Uuid};
use objects::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    CustomerError,
    api::CustomerPath,
    store::{self, documents},
};

/// Documents of one customer at most.
const MOST: usize = 500;

/// A document of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerDocument {
    /// The document's id.
    pub id: Uuid,
    /// Rises when it goes to another customer.
    pub version: i64,
    /// Last change.
    pub updated_at: Timestamp,
    /// The customer.
    pub customer_id: Uuid,
    /// The file to read.
    pub file_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who added it.
    pub created_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(CustomerDocument {
    id,
    version,
    updated_at,
    customer_id,
    file_id,
    name,
    media_type,
    size,
    created_by_name,
    created_at
});

impl HasVersion for CustomerDocument {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for CustomerDocument {
    fn location(&self) -> String {
        format!("/api/v1/files/{}", self.file_id)
    }
}

/// Names one document of a customer.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct DocumentPath {
    /// The customer's id.
    id: Uuid,
    /// The document's id.
    document_id: Uuid,
}

/// Add a file that was uploaded before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddDocument {
    /// The file.
    file_id: Uuid,
}

/// The newest documents of a customer.
pub async fn documents(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<CustomerDocument>, DbError> {
    documents::of_customer(q, customer_id, limit).await
}

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Json<Vec<CustomerDocument>>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, CustomerError> {
            let customer = store::reached(r, CUSTOMERS_READ, path.id).await?;
            Ok(documents(r, customer.id, MOST).await?)
        })
        .await?;
    Ok(Json(found))
}

pub(crate) async fn add(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    key: IdempotencyKey,
    Body(body): Body<AddDocument>,
) -> Result<Created<CustomerDocument>, Problem> {
    let file_id = body.file_id;
    let sent = (path.id, body);
    app.create(&cx, key, &sent, "addCustomerDocument", async move |tx: &mut Tx<'_>| -> Result<_, CustomerError> {
        let cx = tx.cx().clone();
        let customer = store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
        let mut checks = Checks::new();
        let file = files::get(tx, file_id).await?;
        if file.is_none() {
            checks.refuse("/file_id", "unknown", "There is no such file; upload it again.");
        }
        checks.finish()?;
        let file = file.ok_or(CustomerError::NotFound("file"))?;
        let known = documents(tx, customer.id, MOST).await?;
        if known.iter().any(|document| document.file_id == file.id) {
            return Err(CustomerError::Conflict("document_taken", "The customer has this document already."));
        }
        if known.len() >= MOST {
            let detail = "A customer may have 500 documents, and has them. Remove one first.";
            return Err(CustomerError::Conflict("too_many_documents", detail));
        }
        let document = CustomerDocument {
            id: cx.new_id(),
            version: 1,
            updated_at: cx.now(),
            customer_id: customer.id,
            file_id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            created_by_name: cx.actor().name.clone(),
            created_at: cx.now(),
        };
        let told = NewEvent::new("customer.document_added", "customer", customer.id)
            .label(customer.name.as_str())
            .data(json!({ "name": document.name }));
        tx.execute_all(vec![documents::insert(&cx, &document), events::statement(&cx, &told)]).await?;
        Ok(document)
    })
    .await
}

pub(crate) async fn remove(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DocumentPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), CustomerError> {
            let customer = store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
            let known = documents(tx, customer.id, MOST).await?;
            let document = known.into_iter().find(|document| document.id == path.document_id);
            let document = document.ok_or(CustomerError::NotFound("document"))?;
            if !documents::delete(tx, customer.id, document.id).await? {
                return Err(CustomerError::NotFound("document"));
            }
            let told = NewEvent::new("customer.document_removed", "customer", customer.id)
                .label(customer.name.as_str())
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
    use kernel::Scope;
    use objects::testing::{Api, person};
    use serde_json::{Value, json};

    use crate::ops::tests::migrations;

    async fn file(t: &testkit::TestDb, name: &str) -> String {
        let store = files::FileStore::folder(t.folder.path().join("files")).unwrap();
        let received = files::store_bytes(&store, &t.cx, name, name.as_bytes()).await.unwrap();
        let kept = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| files::record(tx, received).await).await.unwrap();
        kept.id.to_string()
    }

    testkit::both! {
        migrations(), |t| documents_belong_to_a_customer_go_along_and_are_erased {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let make = async |name: &str| api.post(&t.cx, "/api/v1/customers", json!({ "name": name })).await.ok(201).id();
            let (one, two) = (make("华东电梯").await, make("华东电梯厂").await);
            let path = |id: &str| format!("/api/v1/customers/{id}/documents");
            let licence = file(t, "营业执照.txt").await;
            let added = api.post(&t.cx, &path(&one), json!({ "file_id": licence })).await.ok(201);
            api.post(&t.cx, &path(&one), json!({ "file_id": licence })).await.refused(409, "document_taken");
            let unknown = api.post(&t.cx, &path(&one), json!({ "file_id": kernel::Uuid::from_u128(4) })).await;
            assert_eq!(unknown.errors(), ["/file_id unknown"]);
            api.get(&t.other, &path(&one)).await.refused(404, "not_found");
            let reader = person(&t.cx, 7, &[(authz::permissions::CUSTOMERS_READ, Scope::All)]);
            api.post(&reader, &path(&one), json!({ "file_id": licence })).await.refused(403, "forbidden");
            let names = async |id: &str| -> Vec<Value> {
                let shown = api.get(&reader, &path(id)).await.ok(200).json;
                shown.as_array().unwrap().iter().map(|document| document["name"].clone()).collect()
            };
            assert_eq!(names(&one).await, [json!("营业执照.txt")]);
            let merge = format!("/api/v1/customers/{two}/merge");
            let merged = api.send(&t.cx, Method::POST, &merge, &[("if-match", "\"1\"")], Some(json!({ "from": one }))).await;
            assert_eq!((merged.status, &merged.json["moved"]["documents"]), (202, &json!(1)), "{}", merged.json);
            assert_eq!((names(&one).await, names(&two).await), (vec![], vec![json!("营业执照.txt")]));
            let gone = format!("{}/{}", path(&one), added.id());
            api.send(&t.cx, Method::DELETE, &gone, &[], None).await.refused(404, "not_found");
            let other = file(t, "图纸.txt").await;
            let other = api.post(&t.cx, &path(&two), json!({ "file_id": other })).await.ok(201).id();
            api.send(&t.cx, Method::DELETE, &format!("{}/{other}", path(&two)), &[], None).await.ok(204);
            let erase = json!({ "reason": "本人要求", "confirm_name": "华东电梯厂" });
            api.send(&t.cx, Method::POST, &format!("/api/v1/customers/{two}/erase"), &[("if-match", "\"2\"")], Some(erase)).await.ok(200);
            assert!(names(&two).await.is_empty());
        }
    }
}
