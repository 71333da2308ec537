//! Own fields of contacts and sites, which have no owner of their own: whoever reaches their customer reaches them.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use authz::permissions as p;
use customers::{CustomerBelongings, CustomerSearch, FollowMerges};
use db::{DbError, Migration, Query as _, Tx, stmt};
use events::Consumers;
use http_api::http::Method;
use kernel::{Context, Scope, Uuid};
use objects::{
    REVEALED,
    testing::{Api, Reply, person},
};
use search::Indexed as _;
use serde_json::{Value, json};
use testkit::TestDb;

const CUSTOMERS: &str = "/api/v1/customers";
/// Key of the object, and its place below a customer.
const KINDS: [(&str, &str); 2] = [("contact", "contacts"), ("site", "sites")];

fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        files::migrations(),
        objects::migrations(),
        customers::migrations(),
    ]
    .concat()
}

fn api(t: &TestDb) -> Api {
    let routes = [customers::routes(), objects::routes()];
    Api::with_services(&t.db, &t.world, routes, |app| app.service(CustomerBelongings::default()))
}

/// What reactions and jobs do, done.
async fn settle(t: &TestDb) {
    let consumers = Consumers::new(t.db.clone(), t.world.clone())
        .add(Arc::new(FollowMerges::new(CustomerBelongings::default())))
        .add(Arc::new(objects::FollowRecords));
    consumers.settle().await.unwrap();
    let handlers = customers::handlers().into_iter().chain(objects::handlers());
    let workers = handlers.fold(jobs::Workers::new(t.db.clone(), t.world.clone()), jobs::Workers::add);
    workers.drain().await.unwrap();
}

fn field(id: &str, kind: Value, more: &Value) -> Value {
    let mut field = json!({"id": id, "label": {"zh": id, "en": id}, "kind": kind});
    field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    field
}

async fn put(api: &Api, cx: &Context, object: &str, fields: Value) -> Reply {
    let body = json!({"catalogue": {"object": object, "fields": fields}});
    let path = format!("/api/v1/objects/{object}/fields");
    api.send(cx, Method::PUT, &path, &[("if-match", "\"0\"")], Some(body)).await
}

async fn fields(api: &Api, cx: &Context, object: &str) {
    let fields = json!([
        field("grade", json!({"type": "integer", "min": 1, "max": 5}), &json!({"filterable": true, "sortable": true})),
        field("secret", json!({"type": "text"}), &json!({"personal": true, "filterable": true})),
        field("badge", json!({"type": "text"}), &json!({"unique": true})),
        field("nickname", json!({"type": "text"}), &json!({"searchable": true})),
        field("twice", json!({"type": "formula", "expression": "grade * 2", "result": "number"}), &json!({})),
        field("running", json!({"type": "auto_number", "prefix": "K", "digits": 3}), &json!({})),
    ]);
    put(api, cx, object, fields).await.ok(200);
}

async fn customer(api: &Api, cx: &Context, body: Value) -> String {
    api.post(cx, CUSTOMERS, body).await.ok(201).id()
}

/// How many index rows there are of a field.
async fn indexed(t: &TestDb, object: &'static str, field: &'static str) -> i64 {
    let read = async move |r: &mut db::Read<'_>| -> Result<(i64,), DbError> {
        let tenant = r.cx().tenant();
        let text = "select (select count(*) from field_index_text where tenant_id = $1 and object = $2 and field = $3)
            + (select count(*) from field_index_number where tenant_id = $1 and object = $2 and field = $3)";
        r.one(stmt!(text, tenant, object, field)).await
    };
    t.db.read(&t.cx, read).await.unwrap().0
}

testkit::both! {
    migrations(), |t| values_are_checked_numbered_masked_told_and_shown_on_request {
        let api = api(t);
        let id = customer(&api, &t.cx, json!({"name": "静安物业"})).await;
        let clerk = person(&t.cx, 5, &[(p::CUSTOMERS_READ, Scope::All), (p::CUSTOMERS_UPDATE, Scope::All)]);
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let list = format!("{CUSTOMERS}/{id}/{place}");
            let wrong = api.post(&t.cx, &list, json!({"name": "甲", "ext": {"grade": 9, "size": 1}})).await;
            wrong.refused(422, "invalid_record");
            assert_eq!(wrong.errors(), ["/ext/grade too_large", "/ext/size unknown_field"]);
            let made = api.post(&t.cx, &list, json!({"name": "甲", "ext": {"grade": 2, "secret": "110101"}})).await.ok(201);
            // The number of the one that was refused is not given again.
            let ext = |grade: i64, secret: &str| json!({"grade": grade, "secret": secret, "running": "K002", "twice": grade * 2});
            assert_eq!(made.json["ext"], ext(2, "110101"));
            api.post(&clerk, &list, json!({"name": "乙"})).await.ok(201);
            let path = format!("{list}/{}", made.id());
            let changed = api.patch(&clerk, &path, 1, json!({"ext": {"grade": 5, "secret": "***"}})).await.ok(200);
            assert_eq!((&changed.json["ext"], &changed.json["version"]), (&ext(5, "***"), &json!(2)));
            assert_eq!(api.patch(&clerk, &path, 2, json!({"name": "丙"})).await.ok(200).json["ext"], ext(5, "***"));
            assert_eq!(api.patch(&clerk, &path, 3, json!({"ext": {"grade": 5}})).await.ok(200).json["version"], json!(3));
            assert_eq!(api.patch(&clerk, &path, 3, json!({"ext": {"grade": 0}})).await.errors(), ["/ext/grade too_small"]);
            api.patch(&clerk, &path, 1, json!({"ext": {"grade": 1}})).await.refused(412, "stale");
            assert_eq!(api.get(&clerk, &path).await.ok(200).json["ext"], ext(5, "***"));
            assert_eq!(api.get(&t.cx, &path).await.ok(200).json["ext"], ext(5, "110101"));
            let listed = api.get(&clerk, &list).await.ok(200);
            assert!(listed.column("ext").contains(&ext(5, "***")) && listed.column("ext").contains(&json!({})), "{}", listed.json);
            assert_eq!((indexed(t, object, "grade").await, indexed(t, object, "secret").await), (1, 1));

            let told = api.get(&t.cx, &format!("{CUSTOMERS}/{id}/timeline")).await.ok(200);
            assert_eq!(told.json["items"][1]["data"], json!({"ext.grade": {"from": 2, "to": 5}, "ext.twice": {"from": 4, "to": 10}}));
            assert!(!told.json.to_string().contains("110101"), "{}", told.json);
            let flat = format!("/api/v1/{place}/{}", made.id());
            let seen = api.get(&clerk, &flat).await.ok(200);
            assert_eq!((&seen.json["ext"], &seen.json["customer_name"]), (&ext(5, "***"), &json!("静安物业")));
            let shown = api.post(&clerk, &format!("{flat}/reveal"), json!({"field": "secret"})).await.ok(200);
            assert_eq!(shown.json, json!({"value": "110101"}));
            api.post(&clerk, &format!("{flat}/reveal"), json!({"field": "grade"})).await.refused(404, "not_found");
            let told = api.get(&t.cx, &format!("{CUSTOMERS}/{id}/timeline")).await.ok(200);
            assert_eq!((&told.json["items"][0]["kind"], &told.json["items"][0]["object"]), (&json!(REVEALED), &json!(object)));
        }
    }

    migrations(), |t| who_does_not_reach_the_customer_reaches_neither_values_nor_names {
        let api = api(t);
        let own = &[(p::CUSTOMERS_READ, Scope::Own), (p::CUSTOMERS_UPDATE, Scope::Own), (p::CUSTOMERS_CREATE, Scope::Own)];
        let (keeper, stranger) = (person(&t.cx, 7, own), person(&t.cx, 8, own));
        let id = customer(&api, &keeper, json!({"name": "静安物业"})).await;
        let theirs = customer(&api, &stranger, json!({"name": "浦东物业"})).await;
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let list = format!("{CUSTOMERS}/{id}/{place}");
            let made = api.post(&keeper, &list, json!({"name": "甲", "ext": {"secret": "110101"}})).await.ok(201).id();
            let path = format!("{list}/{made}");
            for who in [&stranger, &t.other] {
                api.get(who, &path).await.refused(404, "not_found");
                api.patch(who, &path, 1, json!({"ext": {"grade": 1}})).await.refused(404, "not_found");
                let flat = format!("/api/v1/{place}/{made}");
                api.get(who, &flat).await.refused(404, "not_found");
                api.post(who, &format!("{flat}/reveal"), json!({"field": "secret"})).await.refused(404, "not_found");
                // Nor by way of a customer whom they reach.
                api.get(who, &format!("{CUSTOMERS}/{theirs}/{place}/{made}")).await.refused(404, "not_found");
                assert_eq!(api.get(who, &format!("/api/v1/{place}")).await.ok(200).json["items"], json!([]));
                let titles = api.get(who, &format!("/api/v1/titles?refs={object}:{made}")).await.ok(200);
                assert_eq!(titles.json["items"], json!([]));
                api.get(who, &format!("/api/v1/related/{object}/{made}")).await.refused(404, "not_found");
            }
            for who in [&keeper, &t.cx] {
                let titles = api.get(who, &format!("/api/v1/titles?refs={object}:{made}")).await.ok(200);
                assert_eq!(titles.column("title"), ["甲"]);
                api.get(who, &format!("/api/v1/related/{object}/{made}")).await.ok(200);
                assert_eq!(api.get(who, &format!("/api/v1/{place}")).await.ok(200).column("id"), [json!(made)]);
            }
        }
        // A relation names what its writer reaches.
        let leads = KINDS.map(|(object, _)| field(&format!("a_{object}"), json!({"type": "relation", "object": object}), &json!({})));
        put(&api, &t.cx, "customer", json!(leads)).await.ok(200);
        let contact = api.get(&keeper, &format!("{CUSTOMERS}/{id}/contacts")).await.json["items"][0]["id"].clone();
        let refused = api.patch(&stranger, &format!("{CUSTOMERS}/{theirs}"), 1, json!({"ext": {"a_contact": contact}})).await;
        assert_eq!(refused.errors(), ["/ext/a_contact unknown_target"]);
        api.patch(&keeper, &format!("{CUSTOMERS}/{id}"), 1, json!({"ext": {"a_contact": contact}})).await.ok(200);
    }

    migrations(), |t| lists_over_all_customers_filter_sort_and_find {
        let api = api(t);
        let clerk = person(&t.cx, 5, &[(p::CUSTOMERS_READ, Scope::All), (p::CUSTOMERS_UPDATE, Scope::All)]);
        let (one, two) = (customer(&api, &t.cx, json!({"name": "静安物业"})).await, customer(&api, &t.cx, json!({"name": "浦东物业"})).await);
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            for (customer, name, ext) in [
                (&one, "王芳", json!({"grade": 2})), (&two, "王强", json!({"grade": 4})), (&two, "李明", json!({})), (&one, "李娜", json!({"grade": 5})),
            ] {
                api.post(&t.cx, &format!("{CUSTOMERS}/{customer}/{place}"), json!({"name": name, "ext": ext})).await.ok(201);
            }
            let list = |more: &str, tree: Value| format!("/api/v1/{place}?{more}filter={}", objects::testing::encoded(&tree.to_string()));
            let high = json!({"field": "grade", "op": "ge", "value": 3});
            let found = api.get(&clerk, &list("sort=-grade&", high.clone())).await.ok(200);
            assert_eq!((found.column("name"), found.column("customer_name")), (vec![json!("李娜"), json!("王强")], vec![json!("静安物业"), json!("浦东物业")]));
            let of_two = json!({"all": [high, {"field": "customer_id", "op": "eq", "value": two}]});
            assert_eq!(api.get(&clerk, &list("", of_two)).await.ok(200).column("name"), ["王强"]);
            assert_eq!(api.get(&clerk, &format!("/api/v1/{place}?sort=grade&limit=2&count=true")).await.ok(200).json["total"], json!(4));
            let mut found = api.get(&clerk, &format!("/api/v1/{place}?q={}", objects::testing::encoded("王"))).await.ok(200).column("name");
            found.sort_by_key(Value::to_string);
            assert_eq!(found, ["王强", "王芳"]);
            // Who does not see personal data does not look for it either.
            let secret = json!({"field": "secret", "op": "eq", "value": "x"});
            assert_eq!(api.get(&clerk, &list("", secret.clone())).await.errors(), ["/query/filter/field unknown_field"]);
            api.get(&t.cx, &list("", secret)).await.ok(200);
            // One that was removed leaves the list and keeps its name.
            let gone = api.get(&clerk, &list("", json!({"field": "name", "op": "eq", "value": "李明"}))).await.column("id");
            let gone = gone[0].as_str().unwrap();
            let version = api.get(&clerk, &format!("/api/v1/{place}/{gone}")).await.json["version"].as_i64().unwrap();
            api.delete(&clerk, &format!("{CUSTOMERS}/{two}/{place}/{gone}"), version).await.ok(204);
            assert_eq!(api.get(&clerk, &format!("/api/v1/{place}?count=true")).await.ok(200).json["total"], json!(3));
            assert!(api.get(&clerk, &format!("/api/v1/{place}/{gone}")).await.ok(200).json["archived_at"].is_string());
            assert_eq!(api.get(&t.other, &format!("/api/v1/{place}")).await.ok(200).json["items"], json!([]));
        }
    }

    migrations(), |t| a_unique_value_is_free_again_once_its_record_was_removed {
        let api = api(t);
        let id = customer(&api, &t.cx, json!({"name": "静安物业"})).await;
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let list = format!("{CUSTOMERS}/{id}/{place}");
            let body = json!({"name": "甲", "ext": {"badge": "B-1"}});
            let first = api.post(&t.cx, &list, body.clone()).await.ok(201).id();
            let twin = api.post(&t.cx, &list, body.clone()).await;
            twin.refused(409, "not_unique");
            assert_eq!(twin.errors(), ["/ext/badge not_unique"]);
            api.delete(&t.cx, &format!("{list}/{first}"), 1).await.ok(204);
            api.post(&t.cx, &list, body.clone()).await.ok(201);
            api.post(&t.cx, &list, body).await.refused(409, "not_unique");
        }
    }

    migrations(), |t| customers_are_found_by_the_words_of_their_contacts_and_sites {
        let api = api(t);
        let id = customer(&api, &t.cx, json!({"name": "静安物业"})).await;
        let mut words = Vec::new();
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let ext = json!({"nickname": format!("老{object}"), "secret": "110101"});
            api.post(&t.cx, &format!("{CUSTOMERS}/{id}/{place}"), json!({"name": "甲", "ext": ext})).await.ok(201);
            words.push(format!("老{object}"));
        }
        let customer: Uuid = id.parse().unwrap();
        let write = async move |tx: &mut Tx<'_>| CustomerSearch.documents(tx, &[customer]).await;
        let document = t.db.write(&t.cx, write).await.unwrap().pop().unwrap();
        for word in words {
            assert!(document.text.contains(&word), "{document:?}");
        }
        assert!(!format!("{document:?}").contains("110101"), "{document:?}");
    }

    migrations(), |t| what_goes_along_with_a_merge_keeps_its_values_and_comes_back {
        let api = api(t);
        let (into, from) = (customer(&api, &t.cx, json!({"name": "甲"})).await, customer(&api, &t.cx, json!({"name": "乙"})).await);
        let mut made = Vec::new();
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let body = json!({"name": "丙", "ext": {"grade": 3, "badge": "B-1"}});
            made.push((object, place, api.post(&t.cx, &format!("{CUSTOMERS}/{from}/{place}"), body).await.ok(201).id()));
        }
        let merge = format!("{CUSTOMERS}/{into}/merge");
        let merged = api.send(&t.cx, Method::POST, &merge, &[("if-match", "\"1\"")], Some(json!({"from": from}))).await.ok(202).id();
        settle(t).await;
        for (object, place, id) in &made {
            let path = format!("{CUSTOMERS}/{into}/{place}/{id}");
            let seen = api.get(&t.cx, &path).await.ok(200);
            assert_eq!(seen.json["ext"], json!({"grade": 3, "badge": "B-1", "twice": 6, "running": "K001"}));
            let version = seen.json["version"].as_i64().unwrap();
            api.patch(&t.cx, &path, version, json!({"ext": {"grade": 4}})).await.ok(200);
            assert_eq!((indexed(t, object, "grade").await, indexed(t, object, "badge").await), (1, 1));
        }
        api.post(&t.cx, &format!("/api/v1/customer-merges/{merged}/undo"), json!({})).await.ok(202);
        settle(t).await;
        for (_, place, id) in &made {
            let seen = api.get(&t.cx, &format!("{CUSTOMERS}/{from}/{place}/{id}")).await.ok(200);
            assert_eq!(seen.json["ext"]["grade"], json!(4));
        }
    }

    migrations(), |t| personal_values_are_given_out_and_erased_also_where_they_were_copied {
        let api = api(t);
        let id = customer(&api, &t.cx, json!({"name": "王芳", "kind": "person"})).await;
        let mut notes = Vec::new();
        for (object, place) in KINDS {
            fields(&api, &t.cx, object).await;
            let ext = json!({"grade": 2, "secret": format!("110101-{object}")});
            let body = json!({"name": format!("秘密{object}"), "ext": ext});
            let child = api.post(&t.cx, &format!("{CUSTOMERS}/{id}/{place}"), body).await.ok(201).id();
            let note = format!("note_{object}");
            let name = json!({"zh": "记录", "en": "Note"});
            api.post(&t.cx, "/api/v1/objects", json!({"key": note, "name": name, "number_prefix": "N"})).await.ok(201);
            let look_up = |field: &str| json!({"type": "look_up", "relation": "who", "field": field, "result": "text"});
            put(&api, &t.cx, &note, json!([
                field("who", json!({"type": "relation", "object": object}), &json!({})),
                field("secret", look_up("secret"), &json!({"personal": true, "filterable": true})),
                field("called", look_up("name"), &json!({"filterable": true})),
            ])).await.ok(200);
            let records = format!("/api/v1/records/{note}");
            let record = api.post(&t.cx, &records, json!({"values": {"who": child}})).await.ok(201);
            assert_eq!(record.json["values"]["secret"], json!(format!("110101-{object}")));
            notes.push(format!("{records}/{}", record.id()));
        }
        let file = api.get(&t.cx, &format!("{CUSTOMERS}/{id}/personal-data")).await.ok(200);
        for (object, place) in KINDS {
            assert_eq!(file.json[place][0]["ext"]["secret"], json!(format!("110101-{object}")));
        }
        let meant = json!({"reason": "客户要求", "confirm_name": "王芳"});
        api.send(&t.cx, Method::POST, &format!("{CUSTOMERS}/{id}/erase"), &[("if-match", "\"1\"")], Some(meant)).await.ok(200);
        settle(t).await;
        for (object, place) in KINDS {
            let left = api.get(&t.cx, &format!("{CUSTOMERS}/{id}/{place}")).await.ok(200);
            assert_eq!(left.column("ext"), [json!({"grade": 2, "twice": 4, "running": "K001"})]);
            assert_eq!((indexed(t, object, "secret").await, indexed(t, object, "grade").await), (0, 1));
        }
        for note in notes {
            let left = api.get(&t.cx, &note).await.ok(200).json.to_string();
            assert!(!left.contains("110101") && !left.contains("秘密"), "{left}");
        }
        let told = api.get(&t.cx, &format!("{CUSTOMERS}/{id}/timeline")).await.ok(200);
        assert_eq!(told.json["items"][0]["kind"], json!("customer.erased"));
        assert!(!told.json.to_string().contains("110101"), "{}", told.json);
    }

    migrations(), |t| roll_ups_count_contacts_that_were_not_removed {
        let api = api(t);
        let id = customer(&api, &t.cx, json!({"name": "静安物业"})).await;
        put(&api, &t.cx, "contact", json!([
            field("grade", json!({"type": "integer"}), &json!({})),
            field("at", json!({"type": "relation", "object": "customer"}), &json!({})),
        ])).await.ok(200);
        put(&api, &t.cx, "customer", json!([
            field("points", json!({"type": "roll_up", "object": "contact", "relation": "at", "function": "sum", "field": "grade"}), &json!({})),
        ])).await.ok(200);
        let list = format!("{CUSTOMERS}/{id}/contacts");
        let mut last = String::new();
        for grade in [2, 3] {
            last = api.post(&t.cx, &list, json!({"name": "甲", "ext": {"grade": grade, "at": id}})).await.ok(201).id();
        }
        settle(t).await;
        let points = async || api.get(&t.cx, &format!("{CUSTOMERS}/{id}")).await.ok(200).json["ext"]["points"].clone();
        assert_eq!(points().await, json!(5));
        api.delete(&t.cx, &format!("{list}/{last}"), 1).await.ok(204);
        settle(t).await;
        assert_eq!(points().await, json!(2));
    }
}
