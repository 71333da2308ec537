//! The file of a device, what ends soon, and the warranty that anybody may look up, over the real router.
#![allow(clippy::unwrap_used)]

use authz::{Permission, permissions as p};
use db::{Migration, Tx};
use http_api::http::Method;
use kernel::{Context, Scope};
use objects::testing::{Api, encoded, person};
use serde_json::{Value, json};
use testkit::TestDb;

fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        orders::migrations(),
        channels::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        visits::migrations(),
        finance::migrations(),
    ]
    .concat()
}

const ALL: &[Permission] = &[
    p::CUSTOMERS_READ,
    p::CUSTOMERS_CREATE,
    p::DEVICES_READ,
    p::DEVICES_CREATE,
    p::DEVICES_UPDATE,
    p::CONTRACTS_READ,
    p::CONTRACTS_UPDATE,
    p::PRODUCTS_READ,
    p::PRODUCTS_UPDATE,
    p::PARTS_READ,
    p::TICKETS_READ,
    p::TICKETS_CREATE,
    p::VISITS_READ,
    p::QUOTES_READ,
    p::ORDERS_READ,
    p::ORDERS_CREATE,
];

fn api(t: &TestDb) -> Api {
    let routes = [
        customers::routes(),
        products::routes(),
        devices::routes(),
        contracts::routes(),
        orders::routes(),
        tickets::routes(),
        finance::routes(),
        desk::routes(),
    ];
    Api::with_services(&t.db, &t.world, routes, |app| app.service(tickets::ServiceLevelCache::default()))
}

/// A company of its own and somebody who may do all of it there.
async fn company(t: &TestDb, slug: &str) -> Context {
    let new = identity::NewTenant::new(slug, "申菱服务");
    let tenant = identity::create_tenant(&t.db, &t.world, new).await.unwrap();
    let cx = identity::context_for_system(&t.db, &t.world, kernel::TenantId(tenant.id)).await.unwrap();
    person(&cx, 7, &ALL.iter().map(|permission| (*permission, Scope::All)).collect::<Vec<_>>())
}

async fn made(api: &Api, who: &Context, path: &str, body: Value) -> String {
    api.post(who, path, body).await.ok(201).id()
}

testkit::both! {
    migrations(), |t| a_devices_file_holds_all_of_it_and_counts_what_was_used {
        let (api, who) = (api(t), company(t, "ours").await);
        let customer = made(&api, &who, "/api/v1/customers", json!({"name": "静安物业"})).await;
        let product = json!({"code": "K", "name": "冷水机组", "warranty_months": 12, "warranty": {
            "start": "installation", "components": [{"name": "压缩机", "months": 36}],
        }});
        let product = made(&api, &who, "/api/v1/products", product).await;
        let device = json!({"serial_number": "A", "product_id": product, "customer_id": customer, "installed_on": "2025-06-01"});
        let device = made(&api, &who, "/api/v1/devices", device).await;
        made(&api, &who, "/api/v1/devices", json!({"serial_number": "A-M", "parent_id": device})).await;
        made(&api, &who, &format!("/api/v1/devices/{device}/meters"), json!({"name": "运行小时", "unit": "h", "kind": "counter"})).await;
        let ticket = json!({"title": "不制冷", "type": "repair", "priority": "high", "device_id": device});
        let ticket: kernel::Uuid = made(&api, &who, "/api/v1/tickets", ticket).await.parse().unwrap();
        let use_id = t.db.write(&who, async move |tx: &mut Tx<'_>| {
            let body = inventory::CreatePart { code: "C".into(), name: "压缩机".into(), cost_minor: 250_000, ..Default::default() };
            let part = inventory::insert(tx, body).await?;
            let new = inventory::NewUse { ticket_id: ticket, visit_id: None, part_id: part.id, quantity: 2, serial: Some("C-9".into()), used_at: testkit::MONDAY };
            Ok::<_, inventory::InventoryError>(inventory::record_use(tx, new).await?.id)
        }).await.unwrap();
        let consumers = events::Consumers::new(t.db.clone(), t.world.clone()).add(std::sync::Arc::new(inventory::BuiltInParts));
        consumers.settle().await.unwrap();
        consumers.settle().await.unwrap();
        let path = format!("/api/v1/devices/{device}/full");
        let file = api.get(&who, &path).await.ok(200).json;
        assert_eq!([&file["product"]["name"], &file["customer"]["name"], &file["components"][0]["serial_number"]],
            [&json!("冷水机组"), &json!("静安物业"), &json!("A-M")]);
        let part = &file["parts"][0];
        assert_eq!([&part["name"], &part["serial_number"], &part["quantity"], &part["installed_on"], &part["warranty_ends_on"]],
            [&json!("压缩机"), &json!("C-9"), &json!(2), &json!("2026-03-02"), &json!("2029-03-01")]);
        assert_eq!(file["parts"].as_array().unwrap().len(), 1);
        assert_eq!(file["counts"], json!({"tickets": 1, "repairs": 1, "maintenances": 0, "parts_replaced": 2}));
        assert_eq!((&file["cost_so_far"]["parts_minor"], &file["cost_so_far"]["total_minor"]), (&json!(500_000), &json!(500_000)));
        assert_eq!((&file["warranty"]["reason_code"], file["warranty"]["components"].as_array().unwrap().len()), (&json!("factory_warranty"), 2));
        assert_eq!((&file["tickets"][0]["title"], &file["meters"][0]["unit"]), (&json!("不制冷"), &json!("h")));
        let kinds: Vec<_> = file["timeline"]["items"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
        assert!(kinds.contains(&json!("device.part_installed")), "{kinds:?}");
        t.db.write(&who, async move |tx: &mut Tx<'_>| inventory::return_use(tx, use_id, "装错").await).await.unwrap();
        consumers.settle().await.unwrap();
        let file = api.get(&who, &path).await.ok(200).json;
        assert_eq!((&file["parts"][0]["removed_reason"], &file["cost_so_far"]["total_minor"]), (&json!("装错"), &json!(0)));
        let poor = person(&who, 9, &[(p::DEVICES_READ, Scope::All)]);
        let file = api.get(&poor, &path).await.ok(200).json;
        assert_eq!([&file["customer"], &file["product"], &file["cost_so_far"], &file["counts"]["tickets"]], [&json!(null); 4]);
        assert_eq!([&file["tickets"], &file["contracts"], &file["visits"]], [&json!([]); 3]);
        // Who sees their own jobs only is not told what others' cost.
        let own = [(p::DEVICES_READ, Scope::All), (p::TICKETS_READ, Scope::Own), (p::PARTS_READ, Scope::All), (p::QUOTES_READ, Scope::Own)];
        assert_eq!(api.get(&person(&who, 10, &own), &path).await.ok(200).json["cost_so_far"], json!(null));
        api.get(&company(t, "theirs").await, &path).await.refused(404, "not_found");
    }

    migrations(), |t| what_ends_soon_is_offered_once {
        let (api, who) = (api(t), company(t, "ours").await);
        let customer = made(&api, &who, "/api/v1/customers", json!({"name": "静安物业"})).await;
        let mut devices = Vec::new();
        // Today is 2026-03-02.
        for (serial, ends) in [("A", "2026-03-20"), ("B", "2026-04-20"), ("C", "2026-03-25"), ("D", "2026-02-01")] {
            let body = json!({"serial_number": serial, "customer_id": customer, "installed_on": "2023-02-01", "warranty_ends_on": ends});
            devices.push(made(&api, &who, "/api/v1/devices", body).await);
        }
        let contract = |name: &str, ends: &str, device: &str| json!({"customer_id": customer, "name": name, "kind": "service",
            "starts_on": "2025-04-01", "ends_on": ends, "device_ids": [device]});
        // C is covered by a contract that goes on.
        made(&api, &who, "/api/v1/contracts", contract("长期", "2027-03-31", &devices[2])).await;
        let ending = made(&api, &who, "/api/v1/contracts", contract("年度维保", "2026-03-31", &devices[3])).await;
        let list = async |within: i32| {
            let tree = encoded(&json!({"field": "ends_on", "op": "le", "value": {"now": format!("P{within}D")}}).to_string());
            api.get(&who, &format!("/api/v1/renewals?count=true&filter={tree}")).await.ok(200).json
        };
        let soon = list(30).await;
        let said: Vec<_> = soon["items"].as_array().unwrap().iter()
            .map(|one| (one["kind"].clone(), one["days_left"].clone(), one["device_age_years"].clone(), one["customer_name"].clone()))
            .collect();
        assert_eq!(said, [
            (json!("warranty"), json!(18), json!(3), json!("静安物业")), (json!("contract"), json!(29), json!(3), json!("静安物业")),
        ]);
        assert_eq!(list(60).await["total"], json!(3));
        let offer = json!({"device_id": devices[0], "note": "优先联系"});
        let lead = api.post(&who, "/api/v1/renewals/offer", offer.clone()).await.ok(201);
        assert_eq!([&lead.json["kind"], &lead.json["status"], &lead.json["customer_id"]], [&json!("lead"), &json!("new"), &json!(customer)]);
        assert_eq!(api.post(&who, "/api/v1/renewals/offer", offer).await.ok(201).id(), lead.id());
        api.post(&who, "/api/v1/renewals/offer", json!({"contract_id": ending})).await.ok(201);
        assert_eq!(api.get(&who, "/api/v1/orders").await.column("kind"), ["lead", "lead"]);
        assert_eq!(list(30).await["items"][0]["offered_order_id"], json!(lead.id()));
        let wrong = async |body: Value| api.post(&who, "/api/v1/renewals/offer", body).await.errors();
        assert_eq!(wrong(json!({})).await, ["/device_id choose_one"]);
        assert_eq!(wrong(json!({"device_id": customer})).await, ["/device_id unknown"]);
        // Page by page, in another order, and what was not offered yet.
        let first = api.get(&who, "/api/v1/renewals?limit=2&sort=-ends_on").await.ok(200).json;
        let next = first["next_cursor"].as_str().unwrap();
        let second = api.get(&who, &format!("/api/v1/renewals?limit=2&sort=-ends_on&cursor={next}")).await.ok(200).json;
        let ends: Vec<&Value> = [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).map(|one| &one["ends_on"]).collect();
        assert!(ends.is_sorted_by(|a, b| a.as_str() >= b.as_str()) && ends.len() >= 4, "{ends:?}");
        let waiting = encoded(r#"{"all":[{"field":"offered","op":"eq","value":false},{"field":"ends_on","op":"le","value":{"now":"P60D"}}]}"#);
        assert_eq!(api.get(&who, &format!("/api/v1/renewals?filter={waiting}")).await.ok(200).column("offered"), [false]);
        let found = api.get(&who, &format!("/api/v1/renewals?q={}", encoded("年度 "))).await.ok(200);
        assert_eq!(found.column("contract_id"), [ending.as_str()]);
        let tree = encoded(r#"{"field":"within","op":"eq","value":1}"#);
        api.get(&who, &format!("/api/v1/renewals?filter={tree}")).await.refused(400, "invalid_filter");
        // Who reaches contracts and no devices sees contracts.
        let clerk = person(&who, 11, &[(p::CONTRACTS_READ, Scope::All)]);
        assert_eq!(api.get(&clerk, "/api/v1/renewals").await.ok(200).column("kind"), ["contract", "contract"]);
        let own = person(&who, 12, &[(p::CONTRACTS_READ, Scope::Own), (p::DEVICES_READ, Scope::Own)]);
        assert_eq!(api.get(&own, "/api/v1/renewals").await.ok(200).json["items"], json!([]));
        let stranger = company(t, "theirs").await;
        assert_eq!(api.get(&stranger, "/api/v1/renewals").await.ok(200).json["items"], json!([]));
        assert_eq!(api.post(&stranger, "/api/v1/renewals/offer", json!({"contract_id": ending})).await.errors(), ["/contract_id unknown"]);
    }

    migrations(), |t| anybody_looks_up_a_warranty_by_code_or_by_serial_number_and_company {
        let (api, who) = (api(t), company(t, "ours").await);
        let product = made(&api, &who, "/api/v1/products", json!({"code": "K", "name": "乘客电梯", "warranty_months": 24})).await;
        let body = json!({"serial_number": "SN 1", "product_id": product, "installed_on": "2025-06-01"});
        let device = api.post(&who, "/api/v1/devices", body).await.ok(201);
        let ask = async |query: &str| api.send(&t.cx, Method::GET, &format!("/api/v1/public/warranty?{query}"), &[], None).await;
        let token = device.json["qr_token"].as_str().unwrap();
        let expected = json!({
            "company": "申菱服务", "serial": "SN 1", "product": "乘客电梯", "model": null, "on": "2026-03-02", "covered": true,
            "reason_code": "factory_warranty", "ends_on": "2027-05-31", "components": [],
        });
        assert_eq!(ask(&format!("code={token}")).await.ok(200).json, expected);
        assert_eq!(ask("serial=sn%201&code=ours").await.ok(200).json, expected);
        assert_eq!(ask("serial=sn%201").await.ok(200).json, expected);
        company(t, "theirs").await;
        ask("serial=sn%201").await.refused(404, "not_found");
        ask("serial=sn%201&code=theirs").await.refused(404, "not_found");
        ask("serial=sn%202&code=ours").await.refused(404, "not_found");
        ask("code=nonsense").await.refused(404, "not_found");
        ask("").await.refused(400, "invalid_parameter");
        api.act(&who, &format!("/api/v1/devices/{}/archive", device.id()), 1).await.ok(200);
        ask("serial=sn%201&code=ours").await.refused(404, "not_found");
    }
}
