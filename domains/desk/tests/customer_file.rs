//! The whole customer in one answer, merging duplicates with everything that belongs to them, and personal data.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use authz::permissions as p;
use customers::{CustomerBelongings, FollowMerges};
use db::{DbError, Migration, Query as _, Tx, stmt};
use events::Consumers;
use http_api::http::Method;
use kernel::{Scope, Uuid};
use objects::testing::{Api, Reply, person};
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
        orders::migrations(),
        tickets::migrations(),
        inventory::migrations(),
        visits::migrations(),
        finance::migrations(),
        surveys::migrations(),
    ]
    .concat()
}

fn belongings() -> CustomerBelongings {
    CustomerBelongings::new([
        devices::CUSTOMER_ROWS,
        devices::DEALER_ROWS,
        devices::LESSEE_ROWS,
        contracts::CUSTOMER_ROWS,
        orders::CUSTOMER_ROWS,
        tickets::CUSTOMER_ROWS,
        visits::CUSTOMER_ROWS,
        finance::CUSTOMER_ROWS,
        surveys::CUSTOMER_ROWS,
    ])
}

fn api(t: &TestDb) -> Api {
    let routes = [
        desk::routes(),
        customers::routes(),
        devices::routes(),
        contracts::routes(),
        orders::routes(),
        objects::routes(),
    ];
    Api::with_services(&t.db, &t.world, routes, |app| app.service(belongings()))
}

/// What reactions do, done.
async fn settle(t: &TestDb) {
    let consumers = Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(FollowMerges::new(belongings())));
    consumers.settle().await.unwrap();
}

/// Runs all jobs that wait.
async fn work(t: &TestDb) {
    let handlers = customers::handlers().into_iter().chain(objects::handlers());
    let workers = handlers.fold(jobs::Workers::new(t.db.clone(), t.world.clone()), jobs::Workers::add);
    workers.drain().await.unwrap();
}

/// An object whose records name customers, with so many that name this one.
async fn orders_of(api: &Api, t: &TestDb, customer: &str, count: usize) {
    let label = json!({"zh": "甲", "en": "A"});
    let body = json!({"key": "visit_note", "name": label, "number_prefix": "VN"});
    api.post(&t.cx, "/api/v1/objects", body).await.ok(201);
    let buyer =
        json!({"id": "buyer", "label": label, "kind": {"type": "relation", "object": "customer"}, "filterable": true});
    let look_up = json!({"id": "whose", "label": label, "kind": {"type": "look_up", "relation": "buyer", "field": "name", "result": "text"}});
    let body = json!({"catalogue": {"object": "visit_note", "fields": [buyer, look_up]}});
    let path = "/api/v1/objects/visit_note/fields";
    api.send(&t.cx, Method::PUT, path, &[("if-match", "\"0\"")], Some(body)).await.ok(200);
    let record = "insert into records (tenant_id, id, version, created_at, updated_at, object, number, serial, ext)
        values ($1, $2, 1, $3, $3, 'visit_note', $4, $5, $6)";
    let index = "insert into field_index_text (tenant_id, object, field, value, record_id)
        values ($1, 'visit_note', 'buyer', $2, $3)";
    for from in (0..count).step_by(500) {
        let customer = customer.to_owned();
        let some = async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
            let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
            let mut statements = Vec::new();
            for at in from..count.min(from + 500) {
                let (id, number) = (tx.cx().new_id(), format!("VN-{at:06}"));
                let ext = json!({"buyer": customer});
                statements.push(stmt!(record, tenant, id, now, &number, at as i64, db::Value::json(&ext)).into_owned());
                statements.push(stmt!(index, tenant, &customer, id).into_owned());
            }
            tx.execute_all(statements).await
        };
        t.db.write(&t.cx, some).await.unwrap();
    }
}

/// How many of these records name each of the customers.
async fn naming(t: &TestDb, customers: &[&str]) -> Vec<i64> {
    let mut counts = Vec::new();
    for customer in customers {
        let customer = (*customer).to_owned();
        let text = "select count(*) from field_index_text where tenant_id = $1 and field = 'buyer' and value = $2";
        let read = async move |r: &mut db::Read<'_>| -> Result<(i64,), DbError> {
            let tenant = r.cx().tenant();
            r.one(stmt!(text, tenant, &customer)).await
        };
        counts.push(t.db.read(&t.cx, read).await.unwrap().0);
    }
    counts
}

async fn customer(api: &Api, t: &TestDb, body: Value) -> String {
    api.post(&t.cx, "/api/v1/customers", body).await.ok(201).id()
}

async fn device(api: &Api, t: &TestDb, serial: &str, customer: &str) -> String {
    api.post(&t.cx, "/api/v1/devices", json!({"serial_number": serial, "customer_id": customer})).await.ok(201).id()
}

async fn ticket(t: &TestDb, number: &str, customer: &str, kind: TicketType) -> Uuid {
    let mut ticket = Ticket::new(&t.cx, number.into(), kind, Priority::High, Source::Phone);
    ticket.customer_id = customer.parse().ok();
    ticket.title = "电梯困人".into();
    ticket.contact_name = Some("王芳".into());
    ticket.contact_phone = Some("13800138000".into());
    let (cx, new) = (t.cx.clone(), ticket.clone());
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
        tx.execute(tickets::insert(&cx, &new)).await?;
        let told = json!({"contact_name": {"from": null, "to": "王芳"}, "title": {"from": null, "to": "电梯困人"}});
        events::append(tx, events::NewEvent::new("ticket.created", "ticket", new.id).data(told)).await
    })
    .await
    .unwrap();
    ticket.id
}

/// Whose this ticket is.
async fn owner(t: &TestDb, ticket: Uuid) -> String {
    let read = async move |r: &mut db::Read<'_>| tickets::get(r, ticket).await;
    t.db.read(&t.cx, read).await.unwrap().unwrap().customer_id.unwrap().to_string()
}

async fn owner_of_device(api: &Api, t: &TestDb, id: &str) -> Value {
    api.get(&t.cx, &format!("/api/v1/devices/{id}")).await.ok(200).json["customer_id"].clone()
}

async fn merge(api: &Api, t: &TestDb, into: &str, version: i64, body: Value) -> Reply {
    let tag = format!("\"{version}\"");
    let path = format!("/api/v1/customers/{into}/merge");
    api.send(&t.cx, Method::POST, &path, &[("if-match", &tag)], Some(body)).await
}

testkit::both! {
    migrations(), |t| a_merge_takes_everything_along_and_undoing_it_puts_back_exactly_that {
        let api = api(t);
        let group = customer(&api, t, json!({"name": "集团"})).await;
        let into = customer(&api, t, json!({"name": "静安物业", "phone": "021-68881234", "tags": ["老客户"], "level": "gold"})).await;
        let from = customer(&api, t, json!({
            "name": "静安物业有限公司", "phone": "13900139000", "email": "a@b.cn", "tags": ["电梯"], "parent_id": group, "level": "vip",
        })).await;
        let child = customer(&api, t, json!({"name": "静安一分部", "parent_id": from})).await;
        for (id, name) in [(&into, "王芳"), (&from, "李强")] {
            api.post(&t.cx, &format!("/api/v1/customers/{id}/contacts"), json!({"name": name})).await.ok(201);
        }
        api.post(&t.cx, &format!("/api/v1/customers/{from}/sites"), json!({"name": "A座"})).await.ok(201);
        let (kept, moved) = (device(&api, t, "A", &into).await, device(&api, t, "B", &from).await);
        let (own_ticket, their_ticket) = (ticket(t, "T-1", &into, TicketType::Repair).await, ticket(t, "T-2", &from, TicketType::Repair).await);
        let order = api.post(&t.cx, "/api/v1/orders", json!({"kind": "lead", "customer_id": from, "title": "换新"})).await.ok(201).id();

        let path = format!("/api/v1/customers/{into}");
        let preview = api.post(&t.cx, &format!("{path}/merge/preview"), json!({"from": from})).await.ok(200);
        let moves = &preview.json["moves"];
        assert_eq!(["contacts", "sites", "children", "devices", "tickets", "orders", "contracts"].map(|name| moves[name].clone()), [1, 1, 1, 1, 1, 1, 0].map(Value::from));
        let differing: Vec<_> = preview.json["fields"].as_array().unwrap().iter().map(|field| field["field"].clone()).collect();
        assert_eq!(differing, ["name", "level", "phone", "email", "parent_id"]);

        let wrong = merge(&api, t, &into, 1, json!({"from": from, "take": ["level", "colour", "ext.nothing"]})).await;
        assert_eq!(wrong.errors(), ["/take/1 unknown_field", "/take/2 unknown_field"]);
        assert_eq!(merge(&api, t, &into, 1, json!({"from": into})).await.errors(), ["/from same"]);
        assert_eq!(merge(&api, t, &into, 1, json!({"from": Uuid::from_u128(4)})).await.errors(), ["/from unknown"]);
        merge(&api, t, &into, 7, json!({"from": from})).await.refused(412, "stale");
        let clerk = person(&t.cx, 9, &[(p::CUSTOMERS_READ, Scope::All), (p::CUSTOMERS_UPDATE, Scope::All)]);
        api.post(&clerk, &format!("{path}/merge/preview"), json!({"from": from})).await.refused(403, "forbidden");

        let merged = merge(&api, t, &into, 1, json!({"from": from, "take": ["level", "email", "parent_id"]})).await.ok(202);
        assert_eq!(merged.json["state"], json!("merging"));
        let merge_path = format!("/api/v1/customer-merges/{}", merged.id());
        let one = api.get(&t.cx, &path).await.ok(200);
        let said = |name: &str| one.json[name].clone();
        assert_eq!([said("name"), said("level"), said("email"), said("tags"), said("parent_id"), said("phone")],
            [json!("静安物业"), json!("vip"), json!("a@b.cn"), json!(["老客户", "电梯"]), json!(group), json!("021-68881234")]);
        assert_eq!(api.get(&t.cx, "/api/v1/customers?phone=13900139000").await.column("id"), [json!(into)]);
        let gone = api.get(&t.cx, &format!("/api/v1/customers/{from}")).await.ok(200);
        assert!(gone.json["archived_at"].is_string() && gone.json["merged_into_id"] == json!(into));
        let contacts = api.get(&t.cx, &format!("{path}/contacts")).await;
        assert_eq!((contacts.column("name"), contacts.column("is_primary")), (vec![json!("王芳"), json!("李强")], vec![json!(true), json!(false)]));
        assert_eq!(api.get(&t.cx, &format!("{path}/children")).await.column("id"), [json!(child)]);

        settle(t).await;
        let done = api.get(&t.cx, &merge_path).await.ok(200);
        assert_eq!((&done.json["state"], &done.json["moved"]["devices"], &done.json["moved"]["tickets"]), (&json!("merged"), &json!(1), &json!(1)));
        assert_eq!((owner_of_device(&api, t, &moved).await, owner(t, their_ticket).await), (json!(into), into.clone()));
        assert_eq!(api.get(&t.cx, &format!("/api/v1/orders/{order}")).await.json["customer_id"], json!(into));
        let told = api.get(&t.cx, &format!("/api/v1/devices/{moved}/timeline")).await;
        assert_eq!(told.json["items"][0]["data"], json!({"customer_id": {"from": from, "to": into}}));
        merge(&api, t, &into, 2, json!({"from": from})).await.refused(409, "archived");

        // What came since stays where it is; what was changed since, too.
        let since = device(&api, t, "C", &into).await;
        api.patch(&t.cx, &path, 2, json!({"level": "silver"})).await.ok(200);
        let undone = api.post(&t.cx, &format!("{merge_path}/undo"), json!({})).await.ok(202);
        assert_eq!(undone.json["kept"], json!(["level"]));
        settle(t).await;
        assert_eq!(api.get(&t.cx, &merge_path).await.json["state"], json!("undone"));
        let one = api.get(&t.cx, &path).await.ok(200);
        let said = |name: &str| one.json[name].clone();
        assert_eq!([said("level"), said("email"), said("tags"), said("parent_id"), said("phones")],
            [json!("silver"), json!(null), json!(["老客户"]), json!(null), json!([{"number": "021-68881234"}])]);
        let back = api.get(&t.cx, &format!("/api/v1/customers/{from}")).await.ok(200);
        assert_eq!((&back.json["archived_at"], &back.json["merged_into_id"]), (&json!(null), &json!(null)));
        assert_eq!(api.get(&t.cx, &format!("/api/v1/customers/{from}/contacts")).await.column("is_primary"), [json!(true)]);
        assert_eq!(api.get(&t.cx, &format!("/api/v1/customers/{from}/children")).await.column("id"), [json!(child)]);
        assert_eq!((owner(t, own_ticket).await, owner(t, their_ticket).await), (into.clone(), from.clone()));
        for (id, whose) in [(&kept, &into), (&since, &into), (&moved, &from)] {
            assert_eq!(owner_of_device(&api, t, id).await, json!(whose));
        }
        api.post(&t.cx, &format!("{merge_path}/undo"), json!({})).await.refused(409, "already_undone");
        api.post(&t.other, &format!("{merge_path}/undo"), json!({})).await.refused(404, "not_found");
        assert_eq!(api.get(&t.cx, &format!("/api/v1/customer-merges?customer_id={from}")).await.ok(200).column("state"), ["undone"]);
        assert_eq!(api.get(&t.other, "/api/v1/customer-merges").await.ok(200).json["items"], json!([]));
    }

    migrations(), |t| own_relations_go_along_with_a_merge_and_come_back {
        let api = api(t);
        let label = json!({"zh": "甲", "en": "A"});
        let to_customer = |id: &str, many: bool| json!({"id": id, "label": label, "kind": {"type": "relation", "object": "customer", "many": many}, "filterable": !many});
        let look_up = json!({"id": "whose", "label": label, "kind": {"type": "look_up", "relation": "buyer", "field": "name", "result": "text"}});
        let [into, from, third] = [customer(&api, t, json!({"name": "甲"})).await, customer(&api, t, json!({"name": "乙"})).await, customer(&api, t, json!({"name": "丙"})).await];
        let fields = json!([to_customer("buyer", false), to_customer("partners", true), look_up]);
        let body = json!({"catalogue": {"object": "device", "fields": fields}});
        api.send(&t.cx, Method::PUT, "/api/v1/objects/device/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
        let device = async |serial: &str, ext: Value| {
            api.post(&t.cx, "/api/v1/devices", json!({"serial_number": serial, "ext": ext})).await.ok(201).id()
        };
        let one = device("A", json!({"buyer": from, "partners": [third, from]})).await;
        let both = device("B", json!({"buyer": into, "partners": [into, from]})).await;
        let ext = async |id: &str| api.get(&t.cx, &format!("/api/v1/devices/{id}")).await.ok(200).json["ext"].clone();

        let preview = api.post(&t.cx, &format!("/api/v1/customers/{into}/merge/preview"), json!({"from": from})).await.ok(200);
        assert_eq!(preview.json["moves"]["relations"], json!(3));
        let merged = merge(&api, t, &into, 1, json!({"from": from})).await.ok(202).id();
        settle(t).await;
        assert_eq!(ext(&one).await, json!({"buyer": into, "partners": [third, into], "whose": "甲"}));
        assert_eq!(ext(&both).await, json!({"buyer": into, "partners": [into, from], "whose": "甲"}));
        let tree = json!({"field": "buyer", "op": "eq", "value": into}).to_string();
        let listed = api.get(&t.cx, &format!("/api/v1/devices?sort=serial_number&filter={}", objects::testing::encoded(&tree))).await.ok(200);
        assert_eq!(listed.column("serial_number"), ["A", "B"]);
        let told = api.get(&t.cx, &format!("/api/v1/devices/{one}/timeline")).await;
        assert_eq!(told.json["items"][1]["data"]["ext.buyer"], json!({"from": from, "to": into}));

        api.post(&t.cx, &format!("/api/v1/customer-merges/{merged}/undo"), json!({})).await.ok(202);
        settle(t).await;
        assert_eq!(ext(&one).await, json!({"buyer": from, "partners": [third, from], "whose": "乙"}));
        assert_eq!(ext(&both).await, json!({"buyer": into, "partners": [into, from], "whose": "甲"}));
    }

    migrations(), |t| thousands_of_own_links_follow_page_by_page_and_later_merges_wait_for_them {
        let api = api(t);
        let [a, b, c] = [customer(&api, t, json!({"name": "甲"})).await, customer(&api, t, json!({"name": "乙"})).await, customer(&api, t, json!({"name": "丙"})).await];
        let of_a = device(&api, t, "A", &a).await;
        orders_of(&api, t, &a, 1_050).await;
        let all = [a.as_str(), b.as_str(), c.as_str()];
        let state = async |id: &str| {
            let merges = api.get(&t.cx, "/api/v1/customer-merges").await.ok(200).json;
            let found = merges["items"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
            (found["state"].clone(), found["moved"]["relations"].clone())
        };
        let first = merge(&api, t, &b, 1, json!({"from": a})).await.ok(202).id();
        let second = merge(&api, t, &c, 1, json!({"from": b})).await.ok(202).id();
        settle(t).await;
        // One page is done with the merge itself; the second merge touches none before the first is through.
        assert_eq!(naming(t, &all).await, [850, 200, 0]);
        assert_eq!(owner_of_device(&api, t, &of_a).await, json!(c));
        assert_eq!(state(&first).await, (json!("merging"), Value::Null));
        work(t).await;
        assert_eq!(naming(t, &all).await, [0, 0, 1_050]);
        assert_eq!((state(&first).await, state(&second).await), ((json!("merged"), json!(1_050)), (json!("merged"), json!(1_050))));
        for id in [&second, &first] {
            api.post(&t.cx, &format!("/api/v1/customer-merges/{id}/undo"), json!({})).await.ok(202);
        }
        settle(t).await;
        assert_eq!(naming(t, &all).await, [0, 200, 850]);
        work(t).await;
        assert_eq!(naming(t, &all).await, [1_050, 0, 0]);
        assert_eq!((state(&first).await.0, state(&second).await.0), (json!("undone"), json!("undone")));
        assert_eq!(owner_of_device(&api, t, &of_a).await, json!(a));
    }

    migrations(), |t| a_merge_that_is_taken_back_on_the_way_gives_back_what_came_so_far {
        let api = api(t);
        let [a, b] = [customer(&api, t, json!({"name": "甲"})).await, customer(&api, t, json!({"name": "乙"})).await];
        orders_of(&api, t, &a, 450).await;
        let made = merge(&api, t, &b, 1, json!({"from": a})).await.ok(202).id();
        settle(t).await;
        assert_eq!(naming(t, &[&a, &b]).await, [250, 200]);
        api.post(&t.cx, &format!("/api/v1/customer-merges/{made}/undo"), json!({})).await.ok(202);
        // The job of the merge finds it taken back.
        work(t).await;
        assert_eq!(naming(t, &[&a, &b]).await, [250, 200]);
        settle(t).await;
        work(t).await;
        assert_eq!(naming(t, &[&a, &b]).await, [450, 0]);
    }

    migrations(), |t| merges_follow_each_other_and_are_taken_back_in_turn {
        let api = api(t);
        let [a, b, c] = [customer(&api, t, json!({"name": "甲"})).await, customer(&api, t, json!({"name": "乙"})).await, customer(&api, t, json!({"name": "丙"})).await];
        let of_a = device(&api, t, "A", &a).await;
        let first = merge(&api, t, &b, 1, json!({"from": a})).await.ok(202).id();
        let second = merge(&api, t, &c, 1, json!({"from": b})).await.ok(202).id();
        settle(t).await;
        assert_eq!(owner_of_device(&api, t, &of_a).await, json!(c));
        api.post(&t.cx, &format!("/api/v1/customer-merges/{first}/undo"), json!({})).await.refused(409, "merged_further");
        for (merge, whose) in [(second, &b), (first, &a)] {
            api.post(&t.cx, &format!("/api/v1/customer-merges/{merge}/undo"), json!({})).await.ok(202);
            settle(t).await;
            assert_eq!(owner_of_device(&api, t, &of_a).await, json!(whose));
        }
        // Who belonged to the one that goes away belongs to whom that one belonged; two levels down it is refused.
        let below = customer(&api, t, json!({"name": "丁", "parent_id": a})).await;
        let lowest = customer(&api, t, json!({"name": "戊", "parent_id": below})).await;
        merge(&api, t, &lowest, 1, json!({"from": a})).await.refused(409, "stands_below");
        merge(&api, t, &below, 1, json!({"from": a, "take": ["parent_id"]})).await.ok(202);
        assert_eq!(api.get(&t.cx, &format!("/api/v1/customers/{below}")).await.json["parent_id"], json!(null));
    }

    migrations(), |t| the_whole_customer_is_told_in_one_answer {
        let api = api(t);
        let group = customer(&api, t, json!({"name": "集团"})).await;
        let id = customer(&api, t, json!({"name": "静安物业", "parent_id": group})).await;
        customer(&api, t, json!({"name": "分部", "parent_id": id})).await;
        api.post(&t.cx, &format!("/api/v1/customers/{id}/contacts"), json!({"name": "王芳"})).await.ok(201);
        for number in 0..22 {
            device(&api, t, &format!("D-{number:02}"), &id).await;
        }
        for number in 0..25 {
            ticket(t, &format!("T-{number:02}"), &id, if number % 5 == 0 { TicketType::Complain } else { TicketType::Repair }).await;
        }
        for (kind, status, total, paid) in [("invoice", "issued", 1_000, 300), ("invoice", "void", 500, 0), ("purchase", "confirmed", 9_000, 0)] {
            let body = json!({"kind": kind, "status": status, "customer_id": id, "title": kind, "total_minor": total, "paid_minor": paid});
            api.post(&t.cx, "/api/v1/orders", body).await.ok(201);
        }
        let path = format!("/api/v1/customers/{id}/full");
        let full = api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((&full["customer"]["name"], &full["parent"]["name"], &full["children"][0]["name"]), (&json!("静安物业"), &json!("集团"), &json!("分部")));
        let count = |name: &str| full["counts"][name].clone();
        assert_eq!(["contacts", "sites", "children", "devices", "contracts", "orders", "tickets", "open_tickets", "complaints"].map(count), [1, 0, 1, 22, 0, 3, 25, 25, 5].map(Value::from));
        let lengths = ["devices", "tickets", "orders"].map(|name| full[name].as_array().unwrap().len());
        assert_eq!((lengths, full["complaints"]["last"].as_array().unwrap().len()), ([20, 20, 3], 5));
        assert_eq!(full["open_money_minor"], json!({"currency": "CNY", "receivable": 700, "quoted": 0}));
        assert_eq!(full["cost_so_far_minor"], json!(0));
        // Who sees customers alone sees nothing else of them.
        let reader = person(&t.cx, 5, &[(p::CUSTOMERS_READ, Scope::All)]);
        let seen = api.get(&reader, &path).await.ok(200).json;
        assert_eq!((&seen["tickets"], &seen["devices"], &seen["open_money_minor"], &seen["counts"]["tickets"]), (&json!([]), &json!([]), &json!(null), &json!(null)));
        let own = person(&t.cx, 6, &[(p::CUSTOMERS_READ, Scope::All), (p::TICKETS_READ, Scope::Own), (p::QUOTES_READ, Scope::Own)]);
        let seen = api.get(&own, &path).await.ok(200).json;
        assert_eq!((&seen["counts"]["tickets"], &seen["cost_so_far_minor"]), (&json!(0), &json!(null)));
        api.get(&t.other, &path).await.refused(404, "not_found");
    }

    migrations(), |t| personal_data_is_given_out_and_erased_for_good {
        let api = api(t);
        let label = json!({"zh": "甲", "en": "A"});
        let fields = json!([{"id": "card", "label": label, "kind": {"type": "text"}, "personal": true}, {"id": "grade", "label": label, "kind": {"type": "integer"}}]);
        let body = json!({"catalogue": {"object": "customer", "fields": fields}});
        api.send(&t.cx, Method::PUT, "/api/v1/objects/customer/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
        let id = customer(&api, t, json!({
            "name": "王芳", "kind": "person", "phones": [{"number": "13800138000"}, {"number": "13900139000"}], "note": "门铃坏了",
            "address": {"city": "上海市", "street": "世纪大道100号"}, "ext": {"card": "310101", "grade": 3},
        })).await;
        let double = customer(&api, t, json!({"name": "王小芳", "phone": "13700137000"})).await;
        api.post(&t.cx, &format!("/api/v1/customers/{id}/contacts"), json!({"name": "王芳之母", "phone": "13600136000"})).await.ok(201);
        let job = ticket(t, "T-1", &id, TicketType::Repair).await;
        let merged = merge(&api, t, &id, 1, json!({"from": double})).await.ok(202).id();
        settle(t).await;

        let path = format!("/api/v1/customers/{id}");
        let file = api.get(&t.cx, &format!("{path}/personal-data")).await.ok(200);
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("attachment"));
        for word in ["王芳", "13900139000", "门铃坏了", "世纪大道100号", "310101", "王小芳", "王芳之母"] {
            assert!(file.json.to_string().contains(word), "{word}");
        }
        assert_eq!(file.json["tickets"][0], json!({"record": "T-1", "contact_name": "王芳", "contact_phone": "13800138000", "address": null}));
        assert_eq!(api.get(&t.cx, &format!("{path}/timeline")).await.json["items"][0]["kind"], json!("customer.personal_data_exported"));

        let erase = async |version: i64, body: Value| {
            let tag = format!("\"{version}\"");
            api.send(&t.cx, Method::POST, &format!("{path}/erase"), &[("if-match", &tag)], Some(body)).await
        };
        let meant = json!({"reason": "客户要求", "confirm_name": "王芳"});
        assert_eq!(erase(2, json!({"reason": " ", "confirm_name": "王"})).await.errors(), ["/reason required", "/confirm_name different"]);
        erase(1, meant.clone()).await.refused(412, "stale");
        let clerk = person(&t.cx, 9, &[(p::CUSTOMERS_READ, Scope::All), (p::CUSTOMERS_UPDATE, Scope::All)]);
        api.send(&clerk, Method::POST, &format!("{path}/erase"), &[("if-match", "\"2\"")], Some(meant.clone())).await.refused(403, "forbidden");
        api.get(&clerk, &format!("{path}/personal-data")).await.refused(403, "forbidden");
        let erased = erase(2, meant).await.ok(200);
        assert!(erased.json["erased_at"].is_string() && erased.json["ext"] == json!({"grade": 3}), "{}", erased.json);
        // Nothing of it stands anywhere any more, neither in tables nor in what events tell.
        let read = async |r: &mut db::Read<'_>| -> Result<Vec<String>, DbError> {
            let mut texts = Vec::new();
            for (table, columns) in [
                ("customers", "name || coalesce(phone, '') || coalesce(note, '') || cast(phones as text) || cast(address as text) || cast(ext as text) || name_key || address_key"),
                ("customer_phones", "digits"), ("contacts", "name || coalesce(phone, '') || coalesce(phone_digits, '')"),
                ("tickets", "coalesce(contact_name, '') || coalesce(contact_phone, '')"), ("customer_merges", "cast(fields as text)"),
                ("events", "coalesce(label, '') || cast(data as text)"), ("field_index_text", "value"),
            ] {
                let tenant = r.cx().tenant();
                let rows: Vec<(String,)> = r.all(stmt!(format!("select {columns} from {table} where tenant_id = $1"), tenant)).await?;
                texts.extend(rows.into_iter().map(|(text,)| format!("{table}: {text}")));
            }
            Ok(texts)
        };
        let texts = t.db.read(&t.cx, read).await.unwrap();
        for word in ["王芳", "王小芳", "13800138000", "13900139000", "13700137000", "13600136000", "门铃坏了", "世纪大道", "310101"] {
            let found: Vec<_> = texts.iter().filter(|text| text.contains(word)).collect();
            assert!(found.is_empty(), "{word} still stands in {found:?}");
        }
        // The job keeps its facts, and who erased is known.
        let read = async move |r: &mut db::Read<'_>| tickets::get(r, job).await;
        let kept = t.db.read(&t.cx, read).await.unwrap().unwrap();
        assert_eq!((kept.title.as_str(), kept.number.as_str(), kept.contact_name), ("电梯困人", "T-1", None));
        let timeline = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
        assert_eq!((&timeline.json["items"][0]["kind"], &timeline.json["items"][0]["data"]), (&json!("customer.erased"), &json!({"reason": "客户要求"})));
        api.post(&t.cx, &format!("/api/v1/customer-merges/{merged}/undo"), json!({})).await.refused(409, "erased");
    }
}
