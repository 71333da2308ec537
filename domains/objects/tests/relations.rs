//! Relations, titles, forms on records, groups of unique fields, and the company's API document, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use std::sync::Arc;

use desk::{api, define, field, migrations, with_roles};
use http_api::http::Method;
use kernel::{Context, Uuid};
use objects::testing::{Api, Reply, encoded};
use serde_json::{Value, json};

const CARS: &str = "/api/v1/records/car";
const TRIPS: &str = "/api/v1/records/trip";

fn text(id: &str, more: Value) -> Value {
    field(id, json!({"type": "text"}), more)
}

async fn cars_and_trips(api: &Api, cx: &Context) {
    define(api, cx, "car", &[text("plate", json!({})), text("secret", json!({"see_roles": ["boss"]}))]).await;
    let trips = [
        text("aim", json!({})),
        field("car", json!({"type": "relation", "object": "car"}), json!({})),
        field("spare", json!({"type": "relation", "object": "car", "many": true}), json!({})),
    ];
    define(api, cx, "trip", &trips).await;
}

async fn make(api: &Api, cx: &Context, path: &str, values: Value) -> Reply {
    api.post(cx, path, json!({ "values": values })).await
}

fn form(channel: &str, roles: Value, fields: &[&str]) -> Value {
    let items: Vec<Value> = fields.iter().map(|field| json!({"type": "field", "field": field, "width": 3})).collect();
    json!({"form": {"id": "f", "name": {"zh": "表", "en": "Form"}, "channel": channel, "roles": roles, "version": 1,
        "body": [{"layout": "columns", "parts": [{"items": items}]}]}})
}

async fn publish(api: &Api, cx: &Context, id: &str, version: i64) {
    api.act(cx, &format!("/api/v1/forms/{id}/publish"), version).await.ok(200);
}

testkit::both! {
    migrations(), |t| a_relation_offers_only_what_passes_its_condition {
        let api = api(t);
        let parts = [
            text("plate", json!({})),
            field("state", json!({"type": "choice", "options": [{"id": "free", "label": {"zh": "空闲", "en": "Free"}}, {"id": "busy", "label": {"zh": "在用", "en": "Busy"}}]}), json!({"filterable": true})),
            text("note", json!({})),
        ];
        define(&api, &t.cx, "car", &parts).await;
        let relation = |tree: Value| field("car", json!({"type": "relation", "object": "car", "offered_if": tree}), json!({}));
        let free = json!({"field": "state", "op": "eq", "value": "free"});
        define(&api, &t.cx, "trip", &[text("aim", json!({})), relation(free.clone())]).await;
        // What it names must be there, and be something that lists can ask for.
        let check = async |tree: Value| {
            let catalogue = json!({"catalogue": {"object": "trip", "fields": [relation(tree)]}});
            let wrong = api.post(&t.cx, "/api/v1/objects/trip/fields/check", catalogue).await.ok(200).json;
            wrong["defects"].as_array().unwrap().iter().map(|one| format!("{} {}", one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap())).collect::<Vec<_>>()
        };
        assert!(check(free).await.is_empty());
        assert_eq!(check(json!({"field": "note", "op": "eq", "value": "x"})).await, ["/fields/0/kind/offered_if/field unknown_field"]);
        assert_eq!(check(json!({"all": [{"field": "state", "op": "lt", "value": "x"}]})).await.len(), 1);
        let car = async |plate: &str, state: &str| make(&api, &t.cx, CARS, json!({"plate": plate, "state": state})).await.ok(201).id();
        let (one, two) = (car("沪A1", "free").await, car("沪A2", "busy").await);
        let trip = make(&api, &t.cx, TRIPS, json!({"aim": "一", "car": one})).await.ok(201);
        let refused = make(&api, &t.cx, TRIPS, json!({"aim": "二", "car": two})).await;
        assert_eq!(refused.errors(), ["/values/car outside_offer"]);
        // What was chosen stays when it passes no more; what is chosen anew must pass.
        let path = format!("{CARS}/{one}");
        api.patch(&t.cx, &path, 1, json!({"values": {"state": "busy"}})).await.ok(200);
        let path = format!("{TRIPS}/{}", trip.id());
        api.patch(&t.cx, &path, 1, json!({"values": {"aim": "三"}})).await.ok(200);
        assert_eq!(api.patch(&t.cx, &path, 2, json!({"values": {"car": two}})).await.errors(), ["/values/car outside_offer"]);
        // A list read with the same tree shows the same.
        let list = format!("{CARS}?filter={}", encoded(r#"{"field":"state","op":"eq","value":"free"}"#));
        assert!(api.get(&t.cx, &list).await.ok(200).column("id").is_empty());
    }

    migrations(), |t| a_record_knows_which_records_lead_to_it {
        let api = api(t);
        cars_and_trips(&api, &t.cx).await;
        let car = make(&api, &t.cx, CARS, json!({"plate": "沪A1"})).await.ok(201);
        for n in 0..5 {
            make(&api, &t.cx, TRIPS, json!({"aim": format!("第{n}次"), "car": car.id(), "spare": [car.id()]})).await.ok(201);
        }
        let groups = api.get(&t.cx, &format!("/api/v1/related/car/{}", car.id())).await.ok(200);
        assert_eq!((groups.column("field"), groups.column("count")), (vec![json!("car"), json!("spare")], vec![json!(5), json!(5)]));
        let (mut titles, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{CARS}/{}/related/trip/car?limit=2&cursor={cursor}", car.id());
            let page = api.get(&t.cx, &path).await.ok(200);
            titles.extend(page.column("title"));
            match page.json["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        // Ids of one instant stand in any order.
        titles.sort_by_key(Value::to_string);
        assert_eq!(titles, ["第0次", "第1次", "第2次", "第3次", "第4次"]);
        let same = api.get(&t.cx, &format!("/api/v1/related/car/{}/trip/spare", car.id())).await.ok(200);
        assert_eq!(same.column("archived"), vec![json!(false); 5]);
        api.get(&t.cx, &format!("/api/v1/related/car/{}/trip/aim", car.id())).await.refused(404, "not_found");
        api.get(&t.cx, &format!("/api/v1/related/car/{}", Uuid::from_u128(1))).await.refused(404, "not_found");
        // Who reaches only their own trips sees none of these.
        let own = with_roles(&t.cx, 7, &["own", "watcher"]);
        api.get(&own, &format!("/api/v1/related/car/{}", car.id())).await.ok(200);
        api.get(&with_roles(&t.cx, 8, &["own"]), &format!("/api/v1/related/car/{}", car.id())).await.refused(404, "not_found");
        cars_and_trips(&api, &t.other).await;
        api.get(&t.other, &format!("/api/v1/related/car/{}", car.id())).await.refused(404, "not_found");
    }

    migrations(), |t| targets_exist_are_in_use_and_within_reach {
        let api = api(t);
        cars_and_trips(&api, &t.cx).await;
        let car = make(&api, &t.cx, CARS, json!({"plate": "沪A1"})).await.ok(201);
        let stranger = with_roles(&t.cx, 7, &["own"]);
        let refused = make(&api, &stranger, TRIPS, json!({"aim": "x", "car": car.id()})).await;
        assert_eq!(refused.errors(), ["/values/car unknown_target"]);
        let trip = make(&api, &t.cx, TRIPS, json!({"aim": "x", "car": car.id()})).await.ok(201);
        api.act(&t.cx, &format!("{CARS}/{}/archive", car.id()), 1).await.ok(200);
        assert_eq!(make(&api, &t.cx, TRIPS, json!({"aim": "y", "car": car.id()})).await.errors(), ["/values/car archived_target"]);
        // A record that has it keeps it.
        let path = format!("{TRIPS}/{}", trip.id());
        api.patch(&t.cx, &path, 1, json!({"values": {"aim": "z", "car": car.id()}})).await.ok(200);
        let titles = api.get(&t.cx, &format!("/api/v1/titles?refs=car:{},trip:{},boat:{}", car.id(), trip.id(), car.id())).await.ok(200);
        assert_eq!((titles.column("title"), titles.column("archived")), (vec![json!("沪A1"), json!("z")], vec![json!(true), json!(false)]));
        for wrong in ["car", "car:x", &"car:1,".repeat(3)] {
            api.get(&t.cx, &format!("/api/v1/titles?refs={wrong}")).await.refused(400, "invalid_parameter");
        }
        assert_eq!(api.get(&t.other, &format!("/api/v1/titles?refs=car:{}", car.id())).await.ok(200).json["items"], json!([]));
    }

    migrations(), |t| forms_are_for_their_people_and_ask_for_what_they_ask {
        let api = api(t);
        let fields = [text("plate", json!({})), text("colour", json!({})), text("boss_only", json!({"edit_roles": ["boss"]}))];
        define(&api, &t.cx, "car", &fields).await;
        let staff = api.post(&t.cx, "/api/v1/objects/car/forms", form("staff", json!(["sales"]), &["plate"])).await.ok(201);
        let sales = with_roles(&t.cx, 7, &["sales"]);
        let send = async |who: &Context, more: Value| {
            let mut body = json!({"values": {"plate": "A1", "colour": "red", "boss_only": "x"}, "form": staff.id()});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.post(who, CARS, body).await
        };
        assert_eq!(send(&sales, json!({})).await.errors(), ["/form form_not_published"]);
        publish(&api, &t.cx, &staff.id(), 1).await;
        // What the form does not show is left alone, and so is what the role may not edit.
        let made = send(&sales, json!({})).await.ok(201);
        assert_eq!(made.json["values"], json!({"plate": "A1"}));
        let free = api.post(&sales, CARS, json!({"values": {"plate": "A2", "colour": "red", "boss_only": "x"}})).await.ok(201);
        assert_eq!(free.json["values"], json!({"plate": "A2", "colour": "red"}));
        let path = format!("/api/v1/forms/{}", staff.id());
        let mut second = form("customer", json!([]), &["plate", "colour"]);
        second["form"]["body"][0]["parts"][0]["items"][1]["required"] = json!(true);
        api.send(&t.cx, Method::PUT, &path, &[("if-match", "\"2\"")], Some(second)).await.ok(200);
        publish(&api, &t.cx, &staff.id(), 3).await;
        send(&sales, json!({})).await.refused(403, "form_not_yours");
        send(&sales, json!({"form_version": 1})).await.ok(201);
        assert_eq!(send(&sales, json!({"form_version": 9})).await.errors(), ["/form_version unknown_version"]);
        assert_eq!(send(&t.cx, json!({"values": {"plate": "A3"}})).await.errors(), ["/values/colour required"]);
        assert_eq!(send(&sales, json!({"form": Uuid::from_u128(3)})).await.errors(), ["/form unknown_form"]);
        assert_eq!(api.get(&sales, "/api/v1/objects/car/forms").await.ok(200).json["items"], json!([]));
        api.get(&sales, &path).await.refused(404, "not_found");
        assert_eq!(api.get(&sales, &format!("{path}?version=1")).await.ok(200).json["form"]["version"], json!(1));
    }

    migrations(), |t| fields_together_are_unique_also_under_two_writers {
        let api = Arc::new(api(t));
        let fields = [text("plate", json!({})), field("day", json!({"type": "date"}), json!({})), text("code", json!({"unique": true}))];
        define(&api, &t.cx, "car", &fields).await;
        let put = async |version: i64| {
            let body = json!({"catalogue": {"object": "car", "fields": fields, "unique_together": [["plate", "day"]]}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/car/fields", &[("if-match", &format!("\"{version}\""))], Some(body)).await
        };
        let twin = make(&api, &t.cx, CARS, json!({"plate": "A1", "day": "2026-03-01"})).await.ok(201);
        make(&api, &t.cx, CARS, json!({"plate": "A1", "day": "2026-03-01"})).await.ok(201);
        assert_eq!(put(1).await.errors(), ["/catalogue/unique_together/0 not_unique"]);
        let path = format!("{CARS}/{}", twin.id());
        api.patch(&t.cx, &path, 1, json!({"values": {"day": "2026-03-02"}})).await.ok(200);
        put(1).await.ok(200);
        let clash = make(&api, &t.cx, CARS, json!({"plate": "A1", "day": "2026-03-02"})).await;
        clash.refused(409, "not_unique");
        assert_eq!(clash.errors(), ["/values/plate not_unique", "/values/day not_unique"]);
        make(&api, &t.cx, CARS, json!({"plate": "A1"})).await.ok(201);
        make(&api, &t.cx, CARS, json!({"plate": "A1"})).await.ok(201);
        api.patch(&t.cx, &path, 2, json!({"values": {"day": "2026-03-01"}})).await.refused(409, "not_unique");
        make(&api, &t.cx, CARS, json!({"code": "x"})).await.ok(201);
        make(&api, &t.cx, CARS, json!({"code": "x"})).await.refused(409, "not_unique");
        let mixed = make(&api, &t.cx, CARS, json!({"code": "x", "wheel": 1})).await;
        mixed.refused(422, "invalid_record");
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (api, cx) = (Arc::clone(&api), t.cx.clone());
            many.spawn(async move { make(&api, &cx, CARS, json!({"plate": "B", "day": "2026-03-01"})).await.status });
        }
        let mut statuses = many.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    }

    migrations(), |t| the_api_document_tells_of_the_companys_objects {
        let api = api(t);
        cars_and_trips(&api, &t.cx).await;
        let document = api.get(&t.cx, "/api/v1/openapi.json").await.ok(200).json;
        assert_eq!(document["paths"]["/api/v1/records/car"]["post"]["operationId"], json!("createCar"));
        assert_eq!(document["components"]["schemas"]["CarValues"]["properties"]["plate"]["type"], json!("string"));
        let watcher = with_roles(&t.cx, 7, &["watcher"]);
        let document = api.get(&watcher, "/api/v1/openapi.json").await.ok(200).json;
        assert_eq!(document["components"]["schemas"]["CarValues"]["properties"].get("secret"), None);
        let other = api.get(&t.other, "/api/v1/openapi.json").await.ok(200).json;
        assert_eq!(other["paths"].get("/api/v1/records/car"), None);
    }
}
