//! Saying whether a device is covered, and why.

use authz::permissions::DEVICES_READ;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use kernel::Uuid;
use objects::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{ContractError, ExplainedVerdict, explained};

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
) -> Result<Json<ExplainedVerdict>, Problem> {
    let on = asked.on.unwrap_or_else(|| Date::today(&cx));
    let said = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ExplainedVerdict, ContractError> {
            let device = devices::reached(r, DEVICES_READ, path.id).await?;
            Ok(explained(r, &device, on).await?)
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
            let mut verdict = on("2026-03-01").await;
            let why = verdict.as_object_mut().and_then(|said| said.remove("why")).unwrap();
            let steps: Vec<_> = why.as_array().unwrap().iter().map(|step| (step["step"].as_str().unwrap(), step["fact"].clone())).collect();
            assert_eq!(steps, [
                ("rule", json!(null)), ("start", json!("2025-03-01")), ("end", json!("2026-02-28")), ("factory", json!("2026-02-28")),
                ("contract", json!("C-2026-000001")), ("result", json!("2026-12-31")),
            ]);
            assert_eq!(verdict.as_object_mut().and_then(|said| said.remove("components")), Some(json!([])));
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

        migrations(), |t| a_verdict_says_which_rule_led_to_it_and_judges_each_component {
            let api = api(t);
            let rule = json!({"category": "暖通", "months": 12, "terms": {
                "start": "installation", "latest_start_months_after_sale": 3, "components": [{"name": "压缩机", "months": 36}],
            }});
            api.post(&t.cx, "/api/v1/warranty-rules", rule).await.ok(201);
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "K", "name": "机组", "category": "暖通"})).await.ok(201).id();
            let made = json!({"serial_number": "A", "product_id": product, "sold_on": "2024-01-10", "installed_on": "2024-09-01"});
            let one = device(&api, &t.cx, made).await;
            let said = async || api.get(&t.cx, &format!("/api/v1/devices/{one}/warranty")).await.ok(200).json;
            let verdict = said().await;
            // The rule lets it start three months after the sale at the latest.
            assert_eq!((&verdict["reason_code"], &verdict["until"]), (&json!("expired"), &json!("2025-04-09")));
            let zh: Vec<_> = verdict["why"].as_array().unwrap().iter().map(|step| step["zh"].as_str().unwrap()).collect();
            assert_eq!(zh, [
                "产品类别规则（机组）：自安装日期起保修 12 个月。",
                "规则规定最迟从销售后 3 个月起算，因此从 2024-04-10 起算。",
                "12 个月后，最后一天是 2025-04-09。",
                "到 2026-03-02，原厂保修已过期 327 天。",
                "结论：不在保，最后的保障到 2025-04-09 为止。",
            ]);
            let component = &verdict["components"][0];
            assert_eq!([&component["name"], &component["ends_on"], &component["in_warranty"]], [&json!("压缩机"), &json!("2027-04-09"), &json!(true)]);
            let part = json!({"name": "主板", "serial_number": "P-1", "installed_on": "2025-01-01", "warranty_ends_on": "2025-12-31"});
            api.post(&t.cx, &format!("/api/v1/devices/{one}/parts"), part).await.ok(201);
            let component = said().await["components"][1].clone();
            assert_eq!([&component["source"], &component["serial_number"], &component["in_warranty"]], [&json!("part"), &json!("P-1"), &json!(false)]);
            let customer = customer(&api, &t.cx, "静安物业").await;
            api.post(&t.cx, "/api/v1/contracts", json!({"customer_id": customer, "name": "延保", "kind": "warranty",
                "starts_on": "2026-01-01", "ends_on": "2026-12-31", "device_ids": [one]})).await.ok(201);
            let component = said().await["components"][1].clone();
            assert_eq!([&component["in_warranty"], &component["contract_number"]], [&json!(true), &json!("C-2026-000001")]);
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
