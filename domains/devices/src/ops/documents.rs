//! Documents of a device, with those of its product.

use authz::permissions::{DEVICES_READ, DEVICES_UPDATE};
use db::{DbError, Query, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Json, NoContent, Path, Problem, State};
use objects::Checks;
use serde_json::json;

use crate::{
    Device, DeviceDocument, DeviceError, DocumentOf, ShownDocument,
    api::DevicePath,
    file::{AddDeviceDocument, DeviceDocumentPath},
    store::{self, documents},
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
) -> Result<Json<Vec<ShownDocument>>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<ShownDocument>, DeviceError> {
            let device = store::reached(r, DEVICES_READ, path.id).await?;
            Ok(shown(r, &device).await?)
        })
        .await?;
    Ok(Json(found))
}

/// The device's own documents and those of its product, each the newest first.
pub async fn shown(q: &mut impl Query, device: &Device) -> Result<Vec<ShownDocument>, DbError> {
    let own = documents::of_device(q, device.id).await?;
    let mut all: Vec<ShownDocument> =
        own.into_iter().map(|document| ShownDocument { of: DocumentOf::Device, document }).collect();
    if let Some(product_id) = device.product_id {
        let of_product = products::documents(q, product_id).await?;
        all.extend(of_product.into_iter().map(|document| ShownDocument {
            of: DocumentOf::Product,
            document: DeviceDocument {
                id: document.id,
                device_id: device.id,
                file_id: document.file_id,
                name: document.name,
                media_type: document.media_type,
                size: document.size,
                created_by_name: document.created_by_name,
                created_at: document.created_at,
            },
        }));
    }
    Ok(all)
}

pub(crate) async fn add(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    key: IdempotencyKey,
    Body(body): Body<AddDeviceDocument>,
) -> Result<Created<ShownDocument>, Problem> {
    let file_id = body.file_id;
    app.create(&cx, key, &body, "addDeviceDocument", async move |tx: &mut Tx<'_>| -> Result<_, DeviceError> {
        let cx = tx.cx().clone();
        let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
        let Some(file) = files::get(tx, file_id).await? else {
            let mut checks = Checks::new();
            checks.refuse("/file_id", "unknown", "There is no such file; upload it again.");
            checks.finish()?;
            return Err(DeviceError::DocumentNotFound);
        };
        let document = DeviceDocument {
            id: cx.new_id(),
            device_id: device.id,
            file_id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            created_by_name: cx.actor().name.clone(),
            created_at: cx.now(),
        };
        let told = NewEvent::new("device.document_added", "device", device.id)
            .label(device.serial_number.as_str())
            .data(json!({ "name": document.name }));
        tx.execute_all(vec![documents::insert(&cx, &document), events::statement(&cx, &told)]).await?;
        Ok(ShownDocument { of: DocumentOf::Device, document })
    })
    .await
}

pub(crate) async fn remove(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DeviceDocumentPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DeviceError> {
            let device = store::reached(tx, DEVICES_UPDATE, path.id).await?;
            let own = documents::of_device(tx, device.id).await?;
            let Some(document) = own.into_iter().find(|document| document.id == path.document_id) else {
                return Err(DeviceError::DocumentNotFound);
            };
            if !documents::delete(tx, device.id, document.id).await? {
                return Err(DeviceError::DocumentNotFound);
            }
            let told = NewEvent::new("device.document_removed", "device", device.id)
                .label(device.serial_number.as_str())
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
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    /// A file's id.
    async fn file(t: &testkit::TestDb, name: &str) -> String {
        let store = files::FileStore::folder(t.folder.path().join("files")).unwrap();
        let received = files::store_bytes(&store, &t.cx, name, name.as_bytes()).await.unwrap();
        let kept = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| files::record(tx, received).await).await.unwrap();
        kept.id.to_string()
    }

    testkit::both! {
        migrations(), |t| a_device_shows_its_own_documents_and_its_products {
            let api = api(t);
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "K", "name": "机组"})).await.ok(201).id();
            let device = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "product_id": product})).await.ok(201).id();
            let (manual, report) = (file(t, "说明书.txt").await, file(t, "验收报告.txt").await);
            api.post(&t.cx, &format!("/api/v1/products/{product}/documents"), json!({"file_id": manual})).await.ok(201);
            let path = format!("/api/v1/devices/{device}/documents");
            let own = api.post(&t.cx, &path, json!({"file_id": report})).await.ok(201);
            api.post(&t.cx, &path, json!({"file_id": report})).await.refused(409, "document_taken");
            let shown = api.get(&t.cx, &path).await.ok(200).json;
            let said: Vec<_> = shown.as_array().unwrap().iter().map(|one| (one["of"].clone(), one["name"].clone())).collect();
            assert_eq!(said, [(json!("device"), json!("验收报告.txt")), (json!("product"), json!("说明书.txt"))]);
            let of_product = format!("{path}/{}", shown[1]["id"].as_str().unwrap());
            api.send(&t.cx, Method::DELETE, &of_product, &[], None).await.refused(404, "not_found");
            api.get(&t.other, &path).await.refused(404, "not_found");
            api.send(&t.cx, Method::DELETE, &format!("{path}/{}", own.id()), &[], None).await.ok(204);
            assert_eq!(api.get(&t.cx, &path).await.ok(200).json.as_array().unwrap().len(), 1);
        }
    }
}
