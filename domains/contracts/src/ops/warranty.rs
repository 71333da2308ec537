//! Saying whether a device is covered, and why.

use authz::permissions::DEVICES_READ;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use kernel::Uuid;
use objects::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{ContractError, Verdict, verdict};

/// Names one device.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DevicePath {
    /// The device's id.
    id: Uuid,
}

/// For which day.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Asked {
    /// The day in question; today when absent.
    on: Option<Date>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<DevicePath>,
    Query(asked): Query<Asked>,
) -> Result<Json<Verdict>, Problem> {
    let on = asked.on.unwrap_or_else(|| Date::today(&cx));
    let said = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Verdict, ContractError> {
            let device = devices::reached(r, DEVICES_READ, path.id).await?;
            Ok(verdict(r, &device, on).await?)
        })
        .await?;
    Ok(Json(said))
}

#[cfg(test)]
mod tests {
    use kernel::{Scope, Timestamp};
    use objects::testing::person;
    use serde_json::json;

    use super::*;
    use crate::{
        ReasonCode,
        ops::tests::{api, customer, device, migrations},
        verdict_for_device,
    };

    testkit::both! {
        migrations(), |t| the_factory_warranty_comes_first_and_a_contract_after_it {
            let api = api(t);
            let customer = customer(&api, &t.cx, "静安物业").await;
            let one = device(&api, &t.cx, json!({"serial_number": "A", "warranty_starts_on": "2025-03-01", "warranty_ends_on": "2026-02-28"})).await;
            let contract = api.post(&t.cx, "/api/v1/contracts", json!({
                "customer_id": customer, "name": "延保", "kind": "warranty", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "device_ids": [one],
            })).await.ok(201);
            let on = async |day: &str| api.get(&t.cx, &format!("/api/v1/devices/{one}/warranty?on={day}")).await.ok(200).json;
            assert_eq!(on("2026-02-28").await["reason_code"], json!("factory_warranty"));
            let verdict = on("2026-03-01").await;
            assert_eq!(verdict, json!({
                "on": "2026-03-01", "in_warranty": true, "reason_code": "warranty_contract", "until": "2026-12-31",
                "contract_id": contract.id(), "contract_number": "C-2026-000001",
                "covers": {"labour": true, "parts": true, "travel": true},
            }));
            let verdict = on("2027-01-01").await;
            assert_eq!((&verdict["in_warranty"], &verdict["reason_code"], &verdict["until"]), (&json!(false), &json!("expired"), &json!("2026-12-31")));
            api.get(&t.cx, &format!("/api/v1/devices/{one}/warranty?on=soon")).await.refused(400, "invalid_parameter");
            api.get(&t.other, &format!("/api/v1/devices/{one}/warranty")).await.refused(404, "not_found");
            let own = person(&t.cx, 9, &[(DEVICES_READ, Scope::Own)]);
            api.get(&own, &format!("/api/v1/devices/{one}/warranty")).await.refused(404, "not_found");
        }

        migrations(), |t| a_day_begins_where_the_company_is {
            let api = api(t);
            let id: Uuid = device(&api, &t.cx, json!({"serial_number": "A", "warranty_ends_on": "2026-03-01"})).await.parse().unwrap();
            // 2026-03-01 16:00 UTC is already the next day in Shanghai.
            let late = Timestamp::from_seconds(1_772_380_800);
            let reason = async |cx: &kernel::Context, id: Uuid| {
                t.db.read(cx, async move |r: &mut Read<'_>| verdict_for_device(r, id, late).await).await.unwrap().reason_code
            };
            assert_eq!(reason(&t.cx, id).await, ReasonCode::FactoryWarranty);
            assert_eq!(reason(&person(&t.cx, 1, &[]), id).await, ReasonCode::Expired);
            assert_eq!(reason(&t.cx, Uuid::from_u128(404)).await, ReasonCode::DeviceUnknown);
        }

        migrations(), |t| months_named_later_and_scrapping_are_respected {
            let api = api(t);
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "K", "name": "电梯"})).await.ok(201);
            let one = device(&api, &t.cx, json!({"serial_number": "A", "product_id": product.id(), "installed_on": "2025-06-01"})).await;
            let reason = async || api.get(&t.cx, &format!("/api/v1/devices/{one}/warranty")).await.ok(200).json["reason_code"].clone();
            assert_eq!(reason().await, json!("no_dates"));
            api.patch(&t.cx, &format!("/api/v1/products/{}", product.id()), 1, json!({"warranty_months": 12})).await.ok(200);
            assert_eq!(reason().await, json!("factory_warranty"));
            api.patch(&t.cx, &format!("/api/v1/devices/{one}"), 1, json!({"status": "scrapped"})).await.ok(200);
            assert_eq!(reason().await, json!("scrapped"));
        }
    }
}
