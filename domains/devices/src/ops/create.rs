//! Registering a device. Its warranty is worked out from the product where nobody says otherwise.

use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use kernel::Context;
use objects::{Checks, Date, Numbers, first_values};

use crate::{
    Device, DeviceError, DeviceStatus, DeviceView, NewDevice,
    model::new_qr_token,
    references::{References, own_fields},
    store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewDevice>,
) -> Result<Created<DeviceView>, Problem> {
    let new = body.clone();
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "device").await? } else { Numbers::new() };
    app.create(&cx, key, &body, "createDevice", async move |tx: &mut Tx<'_>| -> Result<DeviceView, DeviceError> {
        let (mut device, references) = register(tx, new, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut device)).await?;
        Ok(references.view(device))
    })
    .await
}

/// Registers a device, with its event; [`DeviceError::SerialTaken`] when another has its serial number.
pub async fn insert(tx: &mut Tx<'_>, new: NewDevice) -> Result<Device, DeviceError> {
    Ok(register(tx, new, &Numbers::new()).await?.0)
}

/// The same with own fields, whose numbers were taken before, and with what the device refers to.
pub(crate) async fn register(
    tx: &mut Tx<'_>,
    new: NewDevice,
    numbers: &Numbers,
) -> Result<(Device, References), DeviceError> {
    let mut new = new.checked(Checks::new())?;
    let references = References::of(tx, &new, None).await?;
    new.region_id = new.region_id.or(references.region_id());
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "device", id, None, new.ext.take(), numbers).await?;
    let empty = Device {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        serial_number: String::new(),
        product_id: None,
        customer_id: None,
        site_id: None,
        model: None,
        sold_on: None,
        installed_on: None,
        warranty_starts_on: None,
        warranty_ends_on: None,
        status: DeviceStatus::InService,
        place: None,
        lat: None,
        lng: None,
        qr_token: new_qr_token(cx.world()),
        note: None,
        region_id: None,
        team_id: None,
        created_by: cx.user_id(),
        parent_id: None,
        building: None,
        floor: None,
        first_used_on: None,
        dealer_id: None,
        lessee_id: None,
        scrapped_on: None,
        scrap_reason: None,
        ext: Json(own.values.clone()),
    };
    let device = scrapped(&cx, empty.with(new, &references.rule));
    in_order(&device)?;
    let mut data = first_values(&device);
    own.tell(&mut data);
    if let Some(fields) = data.as_object_mut() {
        fields.remove("qr_token");
    }
    let event = NewEvent::new("device.created", "device", device.id).label(device.serial_number.as_str()).data(data);
    let mut statements = vec![store::insert(&cx, &device), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok((device, references))
}

/// A device that is gone for good has the day when it went; any other has none.
pub(crate) fn scrapped(cx: &Context, device: Device) -> Device {
    if device.status == DeviceStatus::Scrapped {
        return Device { scrapped_on: device.scrapped_on.or_else(|| Some(Date::today(cx))), ..device };
    }
    Device { scrapped_on: None, scrap_reason: None, ..device }
}

/// Refuses a warranty that ends before it starts, also when its start was worked out.
pub(crate) fn in_order(device: &Device) -> Result<(), DeviceError> {
    let mut checks = Checks::new();
    checks.in_order(device.warranty_starts_on, device.warranty_ends_on, "/warranty_ends_on");
    Ok(checks.finish()?)
}

#[cfg(test)]
mod tests {
    use authz::permissions::{DEVICES_CREATE, DEVICES_READ};
    use kernel::{Scope, Uuid};
    use objects::testing::person;
    use serde_json::json;

    use crate::ops::tests::{api, migrations};

    testkit::both! {
        migrations(), |t| a_device_gets_region_and_warranty_from_what_it_refers_to {
            let api = api(t);
            let region = Uuid::from_u128(77);
            let customer = api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业", "region_id": region})).await.ok(201).id();
            let site = api.post(&t.cx, &format!("/api/v1/customers/{customer}/sites"), json!({"name": "A座"})).await.ok(201).id();
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "K1", "name": "乘客电梯", "warranty_months": 24})).await.ok(201).id();
            let made = api.post(&t.cx, "/api/v1/devices", json!({
                "serial_number": " ｓｎ-001 ", "customer_id": customer, "site_id": site, "product_id": product, "installed_on": "2025-03-01",
            })).await.ok(201);
            let field = |name: &str| made.json[name].clone();
            assert_eq!([field("serial_number"), field("product_name"), field("customer_name"), field("site_name")],
                [json!("SN-001"), json!("乘客电梯"), json!("静安物业"), json!("A座")]);
            assert_eq!([field("warranty_starts_on"), field("warranty_ends_on"), field("region_id"), field("status")],
                [json!("2025-03-01"), json!("2027-02-28"), json!(region), json!("in_service")]);
            assert_eq!(made.json["qr_token"].as_str().unwrap().len(), 22);
            assert_eq!(made.headers["location"].to_str().unwrap(), format!("/api/v1/devices/{}", made.id()));
            let events = api.get(&t.cx, &format!("/api/v1/devices/{}/timeline", made.id())).await.ok(200);
            assert_eq!(events.column("kind"), ["device.created"]);
            assert!(!events.json.to_string().contains(made.json["qr_token"].as_str().unwrap()));
        }

        migrations(), |t| a_serial_number_is_given_once_in_each_company {
            let api = api(t);
            let made = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "sn 1"})).await.ok(201);
            let taken = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "ＳＮ　1"})).await;
            taken.refused(409, "serial_number_taken");
            assert_eq!(taken.errors(), ["/serial_number taken"]);
            api.post(&t.other, "/api/v1/devices", json!({"serial_number": "SN 1"})).await.ok(201);
            let found = t.db.read(&t.cx, async |r: &mut db::Read<'_>| crate::by_serial(r, " sn  1").await).await.unwrap();
            assert_eq!(found.unwrap().id.to_string(), made.id());
        }

        migrations(), |t| every_wrong_field_is_pointed_at {
            let api = api(t);
            let nobody = Uuid::from_u128(404);
            let refused = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "", "warranty_starts_on": "2026-01-02", "warranty_ends_on": "2026-01-01"})).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.errors(), ["/warranty_ends_on before_start", "/serial_number required"]);
            let refused = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "product_id": nobody, "customer_id": nobody, "site_id": nobody})).await;
            assert_eq!(refused.errors(), ["/product_id unknown", "/customer_id unknown", "/site_id unknown"]);
            let refused = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "sold_on": "2026-02-30"})).await;
            assert_eq!(refused.errors(), ["/sold_on invalid_value"]);
            let refused = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "installed_on": "2026-02-02", "warranty_ends_on": "2026-01-01"})).await;
            assert_eq!(refused.errors(), ["/warranty_ends_on before_start"]);
            // Another company's customer does not exist here.
            let foreign = api.post(&t.other, "/api/v1/customers", json!({"name": "甲"})).await.ok(201).id();
            let refused = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "A", "customer_id": foreign})).await;
            assert_eq!(refused.errors(), ["/customer_id unknown"]);
        }

        migrations(), |t| a_device_outside_the_scope_does_not_exist {
            let api = api(t);
            let who = person(&t.cx, 7, &[(DEVICES_CREATE, Scope::Own), (DEVICES_READ, Scope::Own)]);
            let own = api.post(&who, "/api/v1/devices", json!({"serial_number": "A"})).await.ok(201);
            let other = api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "B"})).await.ok(201);
            assert_eq!(api.get(&who, "/api/v1/devices").await.ok(200).column("serial_number"), ["A"]);
            api.get(&who, &format!("/api/v1/devices/{}", own.id())).await.ok(200);
            for path in ["", "/timeline", "/qr.svg"] {
                api.get(&who, &format!("/api/v1/devices/{}{path}", other.id())).await.refused(404, "not_found");
                api.get(&t.other, &format!("/api/v1/devices/{}{path}", own.id())).await.refused(404, "not_found");
            }
        }
    }
}
