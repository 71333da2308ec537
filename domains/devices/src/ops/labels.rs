//! Labels of devices as a PDF to print: whose they are, what they are, serial number, place and QR code.

use authz::permissions::DEVICES_READ;
use db::{DbError, Read, list::ListPage};
use http_api::{
    Answer, App, Body, Caller, Download, ListParams, OperationDoc, Problem, State,
    axum::response::{IntoResponse, Response},
};
use kernel::Uuid;
use objects::{Checks, listing};
use print::{Label, PrintError, SheetSize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Device, DeviceError, DeviceView, model::qr_url, references::views, store};

/// Labels on one sheet at most.
const MOST: usize = 1_000;
/// Devices read at once.
const BATCH: usize = 200;

/// Which labels on which sheet.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsWanted {
    /// The devices, in this order; at most 1,000. Those that the caller does not see are left out.
    #[serde(default)]
    ids: Vec<Uuid>,
    /// Instead of ids: a condition tree as in lists; at most 1,000 devices.
    filter: Option<serde_json::Value>,
    /// What the labels are printed on.
    size: SheetSize,
}

/// A PDF to save.
#[derive(Debug)]
pub(crate) struct Pdf(Vec<u8>);

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        Download::attachment("设备标签.pdf", "application/pdf", self.0).into_response()
    }
}

impl Answer for Pdf {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        let bytes = serde_json::json!({ "type": "string", "format": "binary" });
        operation.answer(200, "The labels.", "application/pdf", bytes);
    }
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(wanted): Body<LabelsWanted>,
) -> Result<Pdf, Problem> {
    let size = wanted.size;
    let public_url = app.settings().public_url.clone();
    let labels = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<Label>, Problem> {
            let company = match identity::tenant_settings(r).await {
                Ok(tenant) => tenant.name,
                Err(DbError::NotFound) => String::new(),
                Err(error) => return Err(error.into()),
            };
            let devices = devices(r, wanted).await?;
            Ok(views(r, devices).await?.into_iter().map(|view| label(view, &company, &public_url)).collect())
        })
        .await?;
    // Laying out a thousand labels takes a while; requests must not wait for it.
    let made = tokio::task::spawn_blocking(move || print::sheet(&labels, size, "设备标签")).await;
    match made.map_err(|error| Problem::internal_text(error.to_string()))? {
        Ok(pdf) => Ok(Pdf(pdf)),
        Err(PrintError::CodeTooLong) => Err(DeviceError::AddressTooLong.into()),
        Err(error) => Err(Problem::internal_text(error.to_string())),
    }
}

fn refused(pointer: &str, code: &'static str, message: &str) -> Result<Vec<Device>, Problem> {
    let mut checks = Checks::new();
    checks.refuse(pointer, code, message);
    checks.finish()?;
    Ok(Vec::new())
}

/// The devices that are meant, as far as the caller reaches.
async fn devices(r: &mut Read<'_>, wanted: LabelsWanted) -> Result<Vec<Device>, Problem> {
    let too_many = "Print at most 1,000 labels at once; choose fewer devices.";
    if wanted.ids.len() > MOST {
        return refused("/ids", "too_many", too_many);
    }
    if wanted.filter.is_some() != wanted.ids.is_empty() {
        return refused("/ids", "required", "Name the devices by `ids`, or by a `filter`.");
    }
    let scope = store::scope(db::Query::cx(r), DEVICES_READ);
    let mut found: Vec<Device> = Vec::new();
    if let Some(filter) = wanted.filter {
        let mut params = ListParams {
            limit: BATCH,
            cursor: None,
            sort: Some("serial_number".to_owned()),
            q: None,
            filter: Some(filter),
            archived: false,
            count: false,
        };
        loop {
            let page: ListPage<Device> =
                listing::page_with_own(r, &store::LISTING, "device", &params, vec![scope.clone()]).await?;
            found.extend(page.page.items);
            if found.len() > MOST {
                return refused("/filter", "too_many", too_many);
            }
            match page.page.next_cursor {
                Some(cursor) => params.cursor = Some(cursor),
                None => break,
            }
        }
    } else {
        for ids in wanted.ids.chunks(BATCH) {
            found.extend(store::reached_among(r, scope.clone(), ids).await?);
        }
        let place = |device: &Device| wanted.ids.iter().position(|id| *id == device.id);
        found.sort_by_key(place);
    }
    if found.is_empty() {
        return refused("/ids", "unknown", "There are no such devices; choose some of the list.");
    }
    Ok(found)
}

fn label(view: DeviceView, company: &str, public_url: &str) -> Label {
    let device = view.device;
    let title = view.product_name.or(device.model).unwrap_or_else(|| device.serial_number.clone());
    let place = [view.site_name, device.building, device.floor, device.place];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Label {
        heading: company.to_owned(),
        title,
        code: qr_url(public_url, &device.qr_token),
        serial: device.serial_number,
        lines: vec![place],
    }
}

#[cfg(test)]
mod tests {
    use authz::permissions::DEVICES_READ;
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| labels_are_made_for_what_the_caller_sees {
            let api = api(t);
            let mut ids = Vec::new();
            for serial in ["B", "A", "C"] {
                ids.push(api.post(&t.cx, "/api/v1/devices", json!({"serial_number": serial, "model": "EL-3000"})).await.ok(201).id());
            }
            let path = "/api/v1/devices/labels";
            for size in ["40x30", "60x40", "80x50", "a4-3x8"] {
                let sheet = api.post(&t.cx, path, json!({"ids": ids, "size": size})).await.ok(200);
                assert_eq!(sheet.headers["content-type"], "application/pdf");
                assert!(sheet.bytes.starts_with(b"%PDF-"));
            }
            let by_filter = json!({"filter": {"field": "model", "op": "eq", "value": "EL-3000"}, "size": "a4-3x8"});
            api.post(&t.cx, path, by_filter).await.ok(200);
            let nobody = person(&t.cx, 9, &[(DEVICES_READ, Scope::Own)]);
            assert_eq!(api.post(&nobody, path, json!({"ids": ids, "size": "a4-3x8"})).await.errors(), ["/ids unknown"]);
            assert_eq!(api.post(&t.other, path, json!({"ids": ids, "size": "a4-3x8"})).await.errors(), ["/ids unknown"]);
            assert_eq!(api.post(&t.cx, path, json!({"size": "a4-3x8"})).await.errors(), ["/ids required"]);
            assert_eq!(api.post(&t.cx, path, json!({"ids": ids, "size": "a3"})).await.errors(), ["/size invalid_value"]);
            let wrong = json!({"filter": {"field": "colour", "op": "eq", "value": "x"}, "size": "a4-3x8"});
            api.post(&t.cx, path, wrong).await.refused(400, "invalid_filter");
        }
    }
}
