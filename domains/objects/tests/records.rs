//! Records of own objects, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use std::sync::Arc;

use desk::{api, define, field, listed, migrations, put_fields, with_roles};
use http_api::http::Method;
use kernel::{Grants, Scope, Uuid};
use objects::testing::{encoded, member, person};
use serde_json::{Value, json};

const RECORDS: &str = "/api/v1/records/vehicle";

fn text(id: &str, more: Value) -> Value {
    field(id, json!({"type": "text"}), more)
}

fn fields() -> Vec<Value> {
    vec![
        text(
            "plate",
            json!({"required": true, "unique": true, "filterable": true, "sortable": true, "searchable": true}),
        ),
        field("seats", json!({"type": "integer", "min": 1}), listed()),
        field("inner", json!({"type": "auto_number", "prefix": "N-", "digits": 4}), json!({"filterable": true})),
        field("touched", json!({"type": "system", "of": "updated_at"}), json!({"filterable": true, "sortable": true})),
        field("twin", json!({"type": "relation", "object": "vehicle"}), json!({"filterable": true})),
        field("driver", json!({"type": "person"}), json!({})),
        text("phone", json!({"personal": true, "filterable": true})),
        text("secret", json!({"see_roles": ["boss"]})),
    ]
}

testkit::both! {
    migrations(), |t| a_record_is_made_changed_put_away_and_taken_back {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let sales = with_roles(&t.cx, 7, &["sales"]);
        let body = json!({"values": {"plate": "沪A1", "seats": 5}});
        let made = api.post(&sales, RECORDS, body).await.ok(201);
        assert_eq!((&made.json["number"], &made.json["title"]), (&json!("VH-000001"), &json!("沪A1")));
        assert_eq!(made.json["values"]["inner"], json!("N-0001"));
        assert_eq!((&made.json["owner_id"], &made.json["created_by"]), (&json!(sales.actor().id), &json!(sales.actor().id)));
        let path = format!("{RECORDS}/{}", made.id());
        assert_eq!(made.headers["location"].to_str().unwrap(), path);
        let touched = made.json["values"]["touched"].clone();
        t.clock.advance(std::time::Duration::from_mins(1));
        let changed = api.patch(&sales, &path, 1, json!({"values": {"seats": null, "plate": "沪A2"}})).await.ok(200);
        assert_eq!(changed.json["values"].get("seats"), None);
        assert_eq!(changed.json["values"]["inner"], json!("N-0001"));
        assert_ne!(changed.json["values"]["touched"], touched);
        api.patch(&sales, &path, 1, json!({"values": {"seats": 2}})).await.refused(412, "stale");
        let same = api.patch(&sales, &path, 2, json!({"values": {"plate": "沪A2"}})).await.ok(200);
        assert_eq!(same.json["version"], json!(2));
        api.act(&sales, &format!("{path}/archive"), 2).await.ok(200);
        assert_eq!(api.get(&sales, RECORDS).await.ok(200).json["items"], json!([]));
        assert_eq!(api.get(&sales, &format!("{RECORDS}?archived=true")).await.column("number"), ["VH-000001"]);
        api.act(&sales, &format!("{path}/restore"), 3).await.ok(200);
        let timeline = api.get(&sales, &format!("{path}/timeline")).await.ok(200);
        assert_eq!(timeline.column("kind"), ["record.restored", "record.archived", "record.updated", "record.created"]);
        assert_eq!(timeline.json["items"][2]["data"]["plate"], json!({"from": "沪A1", "to": "沪A2"}));
    }

    migrations(), |t| every_wrong_value_is_pointed_at {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let nobody = Uuid::from_u128(5);
        let body = json!({"values": {"seats": 0, "colour": "red", "twin": nobody, "driver": nobody}});
        let wrong = api.post(&t.cx, RECORDS, body).await;
        wrong.refused(422, "invalid_record");
        let mut errors = wrong.errors();
        errors.sort();
        assert_eq!(errors, [
            "/values/colour unknown_field", "/values/driver unknown_target", "/values/plate required",
            "/values/seats too_small", "/values/twin unknown_target",
        ]);
        let small = wrong.json["errors"].as_array().unwrap().iter().find(|error| error["pointer"] == "/values/seats").unwrap();
        assert_eq!(small["params"]["min"], json!(1));
        let body = json!({"values": {"plate": "A"}, "team_id": nobody, "owner_id": nobody});
        assert_eq!(api.post(&t.cx, RECORDS, body).await.errors(), ["/owner_id unknown_target", "/team_id unknown_target"]);
    }

    migrations(), |t| a_unique_value_stands_once_also_after_changes {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let make = async |plate: &str| api.post(&t.cx, RECORDS, json!({"values": {"plate": plate}})).await;
        let first = make("A1").await.ok(201);
        assert_eq!(make("A1").await.errors(), ["/values/plate not_unique"]);
        let second = make("A2").await.ok(201);
        let path = format!("{RECORDS}/{}", second.id());
        assert_eq!(api.patch(&t.cx, &path, 1, json!({"values": {"plate": "A1"}})).await.errors(), ["/values/plate not_unique"]);
        api.patch(&t.cx, &format!("{RECORDS}/{}", first.id()), 1, json!({"values": {"plate": "A3"}})).await.ok(200);
        api.patch(&t.cx, &path, 1, json!({"values": {"plate": "A1", "twin": first.id()}})).await.ok(200);
        // Another company has its own plates.
        define(&api, &t.other, "vehicle", &fields()).await;
        api.post(&t.other, RECORDS, json!({"values": {"plate": "A1"}})).await.ok(201);
        let foreign = json!({"values": {"plate": "A9", "twin": first.id()}});
        assert_eq!(api.post(&t.other, RECORDS, foreign).await.errors(), ["/values/twin unknown_target"]);
    }

    migrations(), |t| two_at_once_cannot_both_have_a_unique_value {
        let api = Arc::new(api(t));
        define(&api, &t.cx, "vehicle", &fields()).await;
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (api, cx) = (Arc::clone(&api), t.cx.clone());
            many.spawn(async move { api.post(&cx, RECORDS, json!({"values": {"plate": "A1"}})).await.status });
        }
        let mut statuses = many.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }

    migrations(), |t| roles_reach_as_far_as_the_definition_says {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let (own, other) = (with_roles(&t.cx, 1, &["own"]), with_roles(&t.cx, 2, &["own"]));
        let made = api.post(&own, RECORDS, json!({"values": {"plate": "A1"}})).await.ok(201);
        let path = format!("{RECORDS}/{}", made.id());
        api.get(&own, &path).await.ok(200);
        api.get(&other, &path).await.refused(404, "not_found");
        api.patch(&other, &path, 1, json!({"values": {"plate": "A2"}})).await.refused(404, "not_found");
        assert_eq!(api.get(&other, RECORDS).await.ok(200).json["items"], json!([]));
        let watcher = with_roles(&t.cx, 3, &["watcher"]);
        api.get(&watcher, &path).await.ok(200);
        api.patch(&watcher, &path, 1, json!({"values": {"plate": "A2"}})).await.refused(403, "forbidden");
        api.post(&watcher, RECORDS, json!({"values": {"plate": "A2"}})).await.refused(403, "forbidden");
        let stranger = with_roles(&t.cx, 4, &["nobody"]);
        for path in [RECORDS, &path, &format!("{path}/timeline")] {
            api.get(&stranger, path).await.refused(403, "forbidden");
        }
        let mate = member(&t.cx, 5, Grants { roles: vec!["team".into()], teams: vec![Uuid::from_u128(1)], ..Grants::default() });
        api.get(&mate, &path).await.refused(404, "not_found");
        define(&api, &t.other, "vehicle", &fields()).await;
        api.get(&t.other, &path).await.refused(404, "not_found");
        api.act(&t.other, &format!("{path}/archive"), 1).await.refused(404, "not_found");
        // Another object's address does not lead to it either.
        define(&api, &t.cx, "boat", &fields()).await;
        api.get(&t.cx, &format!("/api/v1/records/boat/{}", made.id())).await.refused(404, "not_found");
    }

    migrations(), |t| personal_data_is_masked_and_every_look_is_written_down {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let sales = with_roles(&t.cx, 7, &["sales"]);
        let made = api.post(&sales, RECORDS, json!({"values": {"plate": "A1", "phone": "13800138000"}})).await.ok(201);
        let path = format!("{RECORDS}/{}", made.id());
        assert_eq!(made.json["values"]["phone"], json!("***"));
        // What was shown masked and comes back is no change.
        let back = api.patch(&sales, &path, 1, json!({"values": {"phone": "***", "seats": 4}})).await.ok(200);
        assert_eq!(back.json["values"]["seats"], json!(4));
        assert_eq!(api.get(&t.cx, &path).await.json["values"]["phone"], json!("13800138000"));
        let tree = json!({"field": "phone", "op": "eq", "value": "13800138000"}).to_string();
        let list = format!("{RECORDS}?filter={}", encoded(&tree));
        assert_eq!(api.get(&sales, &list).await.errors(), ["/query/filter/field unknown_field"]);
        assert_eq!(api.get(&t.cx, &list).await.ok(200).column("number"), ["VH-000001"]);
        let shown = api.post(&sales, &format!("{path}/reveal"), json!({"field": "phone"})).await.ok(200);
        assert_eq!(shown.json, json!({"value": "13800138000"}));
        api.post(&sales, &format!("{path}/reveal"), json!({"field": "plate"})).await.refused(404, "not_found");
        let timeline = api.get(&sales, &format!("{path}/timeline")).await.ok(200);
        assert_eq!(timeline.json["items"][0]["kind"], json!("personal_data.revealed"));
        assert_eq!(timeline.json["items"][0]["data"], json!({"field": "phone"}));
        assert!(!timeline.json.to_string().contains("13800138000"), "{}", timeline.json);
    }

    migrations(), |t| fields_of_other_roles_do_not_exist {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let made = api.post(&t.cx, RECORDS, json!({"values": {"plate": "A1", "secret": "gold"}})).await.ok(201);
        let path = format!("{RECORDS}/{}", made.id());
        let (sales, boss) = (with_roles(&t.cx, 7, &["sales"]), with_roles(&t.cx, 8, &["sales", "boss"]));
        assert_eq!(api.get(&sales, &path).await.json["values"].get("secret"), None);
        assert_eq!(api.get(&boss, &path).await.json["values"]["secret"], json!("gold"));
        assert!(!api.get(&sales, &format!("{path}/timeline")).await.json.to_string().contains("gold"));
        api.patch(&sales, &path, 1, json!({"values": {"secret": "lead"}})).await.ok(200);
        assert_eq!(api.get(&boss, &path).await.json["values"]["secret"], json!("gold"));
        let schema = api.get(&sales, "/api/v1/objects/vehicle/schema").await.ok(200);
        assert_eq!(schema.json["properties"].get("secret"), None);
    }

    migrations(), |t| the_same_key_creates_once {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &fields()).await;
        let who = with_roles(&t.cx, 7, &["sales"]);
        let body = || Some(json!({"values": {"plate": "A1"}}));
        let send = || api.send(&who, Method::POST, RECORDS, &[("idempotency-key", "k1")], body());
        let (first, second) = (send().await.ok(201), send().await.ok(201));
        assert_eq!(first.id(), second.id());
    }

    migrations(), |t| words_find_records_by_number_and_searchable_fields_alone {
        let api = api(t);
        let mut fields = fields();
        fields.push(text("note", json!({"searchable": true})));
        fields.push(text("id_card", json!({"searchable": true, "personal": true})));
        define(&api, &t.cx, "vehicle", &fields).await;
        let values = json!({"plate": "沪A12345", "note": "电梯检修车", "id_card": "机密号码"});
        api.post(&t.cx, RECORDS, json!({"values": values})).await.ok(201);
        api.post(&t.cx, RECORDS, json!({"values": {"plate": "沪B99999"}})).await.ok(201);
        let indexer = search::Indexer::new().add(Arc::new(objects::RecordSearch));
        indexer.reindex(&t.db, &t.world, t.cx.tenant(), "record").await.unwrap();
        let found = async |words: &str| {
            api.get(&t.cx, &format!("{RECORDS}?q={}", encoded(words))).await.ok(200).column("title")
        };
        assert_eq!(found("电梯").await, ["沪A12345"]);
        assert_eq!(found("B999").await, ["沪B99999"]);
        assert_eq!(found("VH-000001").await, ["沪A12345"]);
        assert_eq!(found("机密").await, Vec::<Value>::new());
    }

    migrations(), |t| caps_say_what_they_are {
        let api = api(t);
        let long: Vec<Value> = (0..4).map(|n| field(&format!("t{n}"), json!({"type": "long_text"}), json!({}))).collect();
        define(&api, &t.cx, "vehicle", &long).await;
        let values: serde_json::Map<String, Value> = (0..4).map(|n| (format!("t{n}"), json!("漢".repeat(8_000)))).collect();
        let wrong = api.post(&t.cx, RECORDS, json!({"values": values})).await;
        assert_eq!(wrong.errors(), ["/values record_too_large"]);
        let too_many: Vec<Value> = (0..301).map(|n| text(&format!("f{n}"), json!({}))).collect();
        let version = 1;
        assert_eq!(put_fields(&api, &t.cx, "vehicle", version, &too_many).await.errors(), ["/catalogue/fields too_many_fields"]);
        let reader = person(&t.cx, 9, &[(authz::permissions::CUSTOMERS_READ, Scope::All)]);
        assert_eq!(api.get(&reader, "/api/v1/objects").await.column("key"), ["customer", "contact", "site"]);
    }
}
