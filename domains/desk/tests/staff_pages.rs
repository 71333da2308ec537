//! Search, intake and overviews over the real router.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use authz::{Permission, permissions as p};
use db::{DbError, Migration, Query as _, Tx, stmt};
use events::Consumers;
use http_api::http::Method;
use kernel::{Context, Scope};
use objects::testing::{Api, encoded, person};
use serde_json::{Value, json};
use testkit::TestDb;
use tickets::{Priority, Source, Ticket, TicketType};

fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        tickets::migrations(),
        inventory::migrations(),
        visits::migrations(),
        finance::migrations(),
        surveys::migrations(),
    ]
    .concat()
}

const ALL: &[Permission] = &[
    p::CUSTOMERS_READ,
    p::DEVICES_READ,
    p::CONTRACTS_READ,
    p::PRODUCTS_READ,
    p::PARTS_READ,
    p::TICKETS_READ,
    p::QUOTES_READ,
    p::SURVEYS_READ,
];

fn colleague(t: &TestDb, number: u128, scope: Scope) -> Context {
    person(&t.cx, number, &ALL.iter().map(|permission| (*permission, scope)).collect::<Vec<_>>())
}

fn index(t: &TestDb) -> search::Index {
    search::Index::open(&t.folder.path().join("search")).unwrap()
}

fn desk(t: &TestDb, index: &search::Index) -> Api {
    Api::with_services(&t.db, &t.world, [desk::routes()], |app| app.service(index.clone()))
}

struct Company {
    customer: customers::Customer,
    device: devices::Device,
    ticket: Ticket,
}

async fn company(t: &TestDb) -> Company {
    let new = customers::NewCustomer {
        phone: Some("021-68881234".into()),
        ..customers::NewCustomer::named("世纪广场物业")
    };
    let customer = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| customers::insert(tx, new).await).await.unwrap();
    let new = devices::NewDevice {
        serial_number: "SN-2024-7".into(),
        customer_id: Some(customer.id),
        ..devices::NewDevice::default()
    };
    let device = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| devices::insert(tx, new).await).await.unwrap();
    let mut ticket = Ticket::new(&t.cx, "T-2026-000007".into(), TicketType::Repair, Priority::High, Source::Staff);
    ticket.title = "电梯困人".into();
    ticket.customer_id = Some(customer.id);
    ticket.device_id = Some(device.id);
    let (cx, new) = (t.cx.clone(), ticket.clone());
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(tickets::insert(&cx, &new)).await).await.unwrap();
    let indexer = search::Indexer::new().add(Arc::new(customers::CustomerSearch)).add(Arc::new(devices::DeviceSearch));
    Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(indexer)).settle().await.unwrap();
    Company { customer, device, ticket }
}

testkit::both! {
    migrations(), |t| one_box_finds_numbers_phones_serials_and_words_within_reach {
        let company = company(t).await;
        let index = index(t);
        index.settle(&t.db, &t.world).await.unwrap();
        let api = desk(t, &index);
        let (agent, engineer) = (colleague(t, 1, Scope::All), colleague(t, 2, Scope::Own));
        let find = async |who: &Context, text: &str| {
            let found = api.get(who, &format!("/api/v1/search?q={}", encoded(text))).await.ok(200);
            found.json["items"].as_array().unwrap().iter()
                .map(|hit| (hit["object"].clone(), hit["id"].clone(), hit["exact"].clone()))
                .collect::<Vec<_>>()
        };
        let hit = |object: &str, id: kernel::Uuid, exact: bool| (json!(object), json!(id), Value::Bool(exact));
        assert_eq!(find(&agent, "t-2026-000007").await, [hit("ticket", company.ticket.id, true)]);
        assert_eq!(find(&agent, "（021）6888 1234").await, [hit("customer", company.customer.id, true)]);
        assert_eq!(find(&agent, "ｓｎ-2024-7").await, [hit("device", company.device.id, true)]);
        assert_eq!(find(&agent, "世纪广场").await[0], hit("customer", company.customer.id, false));
        assert!(find(&agent, " ").await.is_empty());
        for text in ["T-2026-000007", "021-68881234", "SN-2024-7", "世纪广场"] {
            assert!(find(&engineer, text).await.is_empty(), "{text}");
        }
    }

    migrations(), |t| hits_say_why_and_how_many_of_each_kind_there_are_page_by_page {
        let company = company(t).await;
        let index = index(t);
        index.settle(&t.db, &t.world).await.unwrap();
        let api = desk(t, &index);
        let agent = colleague(t, 1, Scope::All);
        let search = async |who: &Context, rest: &str| api.get(who, &format!("/api/v1/search?{rest}")).await;
        let found = search(&agent, "q=sjgc").await.ok(200).json;
        assert_eq!(found["items"][0]["highlights"], json!([{"field": "title", "parts": [
            {"text": "世纪广场", "hit": true}, {"text": "物业", "hit": false}]}]));
        assert_eq!(found["items"][0]["subtitle"], "021-68881234");
        assert_eq!((&found["items"][0]["archived"], &found["building"]), (&json!(false), &json!(false)));
        let groups = json!([{"object": "customer", "name": null, "count": 1}, {"object": "device", "name": null, "count": 1}]);
        // The device is found by the name of its customer.
        let first = search(&agent, &format!("q={}&limit=1", encoded("世纪"))).await.ok(200).json;
        assert_eq!((&first["groups"], &first["items"][0]["object"]), (&groups, &json!("customer")));
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = search(&agent, &format!("q={}&limit=1&cursor={cursor}", encoded("世纪"))).await.ok(200).json;
        assert_eq!((&second["items"][0]["id"], &second["next_cursor"]), (&json!(company.device.id), &Value::Null));
        let devices = search(&agent, &format!("q={}&kinds=device", encoded("世纪"))).await.ok(200).json;
        assert_eq!((devices["items"].as_array().unwrap().len(), &devices["groups"]), (1, &groups));
        for wrong in ["q=a&limit=0", "q=a&limit=51", "q=a&cursor=x", "q=a&limit=x", "kinds=ticket"] {
            assert_eq!(search(&agent, wrong).await.status, 400, "{wrong}");
        }
        let narrow = person(&t.cx, 3, &[(p::DEVICES_READ, Scope::All)]);
        let found = search(&narrow, &format!("q={}", encoded("世纪"))).await.ok(200).json;
        assert_eq!(found["groups"], json!([{"object": "device", "name": null, "count": 1}]));
    }

    migrations(), |t| a_rebuild_is_a_job_for_those_who_look_after_jobs {
        let company = company(t).await;
        let index = index(t);
        let api = desk(t, &index);
        let admin = person(&t.cx, 1, &[(p::JOBS_MANAGE, Scope::All), (p::CUSTOMERS_READ, Scope::All)]);
        api.send(&colleague(t, 2, Scope::All), Method::POST, "/api/v1/search/rebuild", &[], None).await.refused(403, "forbidden");
        let begun = api.send(&admin, Method::POST, "/api/v1/search/rebuild", &[], None).await.ok(202);
        assert_eq!(begun.json, json!({"kind": "search.rebuild"}));
        // Somebody wrote past the events.
        let id = company.customer.id;
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
            let tenant = tx.cx().tenant();
            tx.execute(stmt!("update customers set name = '人民广场商场' where tenant_id = $1 and id = $2", tenant, id)).await?;
            Ok(())
        })
        .await
        .unwrap();
        let indexer = search::Indexer::new().add(Arc::new(customers::CustomerSearch));
        let workers = jobs::Workers::new(t.db.clone(), t.world.clone()).add(Arc::new(search::Rebuild(indexer)));
        assert_eq!(workers.drain().await.unwrap(), 1);
        index.settle(&t.db, &t.world).await.unwrap();
        let found = api.get(&admin, &format!("/api/v1/search?q={}", encoded("人民"))).await.ok(200).json;
        assert_eq!(found["items"][0]["id"], json!(id));
    }

    migrations(), |t| a_caller_is_known_by_telephone_serial_number_or_name {
        let company = company(t).await;
        let api = Api::new(&t.db, &t.world, [desk::routes()]);
        let agent = colleague(t, 1, Scope::All);
        for text in ["02168881234", "sn-2024-7", "世纪广场物业", "广场"] {
            let found = api.get(&agent, &format!("/api/v1/intake/lookup?q={}", encoded(text))).await.ok(200).json;
            let items = found["items"].as_array().unwrap();
            assert_eq!((items.len(), &items[0]["customer"]["id"]), (1, &json!(company.customer.id)), "{text}");
            assert_eq!(items[0]["devices"][0]["serial_number"], "SN-2024-7");
            assert_eq!(items[0]["devices"][0]["warranty"]["reason_code"], "no_dates");
            assert_eq!(items[0]["open_tickets"][0]["number"], "T-2026-000007");
        }
        let outsider = colleague(t, 2, Scope::Own);
        let nobody = api.get(&outsider, "/api/v1/intake/lookup?q=02168881234").await.ok(200).json;
        assert_eq!(nobody["items"], json!([]));
    }

    migrations(), |t| overviews_gather_what_the_caller_may_see {
        let company = company(t).await;
        let api = Api::new(&t.db, &t.world, [desk::routes()]);
        let agent = colleague(t, 1, Scope::All);
        let customer = format!("/api/v1/customers/{}/overview", company.customer.id);
        let device = format!("/api/v1/devices/{}/overview", company.device.id);
        let page = api.get(&agent, &customer).await.ok(200).json;
        assert_eq!((&page["open_tickets"], &page["devices"][0]["serial_number"]), (&json!(1), &json!("SN-2024-7")));
        assert_eq!((&page["csat_mean"], &page["due_minor"]), (&Value::Null, &json!(0)));
        let page = api.get(&agent, &device).await.ok(200).json;
        assert_eq!((&page["customer"]["name"], &page["tickets"][0]["number"]), (&json!("世纪广场物业"), &json!("T-2026-000007")));
        let narrow = person(&t.cx, 3, &[(p::CUSTOMERS_READ, Scope::All)]);
        let page = api.get(&narrow, &customer).await.ok(200).json;
        assert_eq!((&page["tickets"], &page["devices"]), (&json!([]), &json!([])));
        api.get(&narrow, &device).await.refused(403, "forbidden");
        let outsider = colleague(t, 2, Scope::Own);
        api.get(&outsider, &customer).await.refused(404, "not_found");
        api.get(&outsider, &device).await.refused(404, "not_found");
    }
}
