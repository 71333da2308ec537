//! Defining objects, their fields and forms, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use desk::{api, define, field, listed, migrations, put_fields, with_roles, work};
use http_api::http::Method;
use objects::testing::{Api, Reply};
use serde_json::{Value, json};

fn text(id: &str, more: Value) -> Value {
    field(id, json!({"type": "text"}), more)
}

async fn put_form(api: &Api, cx: &kernel::Context, id: &str, version: i64, form: Value) -> Reply {
    let path = format!("/api/v1/forms/{id}");
    api.send(cx, Method::PUT, &path, &[("if-match", &format!("\"{version}\""))], Some(json!({"form": form}))).await
}

testkit::both! {
    migrations(), |t| an_object_is_defined_changed_put_away_and_taken_back {
        let api = api(t);
        let body = json!({"key": "vehicle", "name": {"zh": " 车辆 ", "en": "Vehicle"}, "template": "vehicle"});
        let made = api.post(&t.cx, "/api/v1/objects", body.clone()).await.ok(201);
        assert_eq!((&made.json["name"]["zh"], &made.json["number_prefix"]), (&json!("车辆"), &json!("VE")));
        api.post(&t.cx, "/api/v1/objects", body).await.refused(409, "already_exists");
        let path = "/api/v1/objects/vehicle";
        let fields = api.get(&t.cx, &format!("{path}/fields")).await.ok(200);
        assert_eq!((&fields.json["version"], &fields.json["catalogue"]["fields"][0]["id"]), (&json!(1), &json!("plate")));
        let changed = api.patch(&t.cx, path, 1, json!({"menu": "more", "title_field": "plate"})).await.ok(200);
        assert_eq!((&changed.json["menu"], &changed.headers["etag"]), (&json!("more"), &"\"2\"".parse().unwrap()));
        api.patch(&t.cx, path, 1, json!({"menu": "main"})).await.refused(412, "stale");
        let wrong = api.patch(&t.cx, path, 2, json!({"title_field": "colour", "name": {"zh": "", "en": "V"}})).await;
        assert_eq!(wrong.errors(), ["/title_field unknown_field", "/name/zh required"]);
        api.act(&t.cx, &format!("{path}/archive"), 2).await.ok(200);
        api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A"}})).await.refused(409, "object_archived");
        let restored = api.act(&t.cx, &format!("{path}/restore"), 3).await.ok(200);
        assert_eq!(restored.json["archived_at"], json!(null));
        api.get(&t.other, path).await.refused(404, "not_found");
        assert_eq!(api.get(&t.other, "/api/v1/objects").await.column("key"), ["ticket", "customer", "device", "product", "part", "engineer", "contract", "order", "contact", "site", "visit", "quote"]);
    }

    migrations(), |t| wrong_keys_names_and_people_define_nothing {
        let api = api(t);
        let define = async |key: &str| {
            api.post(&t.cx, "/api/v1/objects", json!({"key": key, "name": {"zh": "甲", "en": "A"}})).await
        };
        for key in ["a", "1a", "Vehicle", "ve-hicle", "电梯", &"a".repeat(41)] {
            assert_eq!(define(key).await.errors(), ["/key invalid_key"], "{key}");
        }
        for key in ["customer", "ticket", "engineer", "site", "team"] {
            assert_eq!(define(key).await.errors(), ["/key taken"], "{key}");
        }
        let sales = with_roles(&t.cx, 1, &["sales"]);
        let body = json!({"key": "vehicle", "name": {"zh": "甲", "en": "A"}});
        api.post(&sales, "/api/v1/objects", body).await.refused(403, "forbidden");
        api.patch(&t.cx, "/api/v1/objects/customer", 0, json!({"menu": "more"})).await.refused(409, "built_in");
    }

    migrations(), |t| everybody_sees_the_objects_they_may_use {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("plate", json!({}))]).await;
        let sales = with_roles(&t.cx, 1, &["sales"]);
        let seen = api.get(&sales, "/api/v1/objects").await.ok(200);
        assert_eq!(seen.column("key"), ["vehicle"]);
        assert_eq!(seen.json["items"][0]["may"], json!({"manage": false, "read": true, "create": true, "update": true}));
        assert_eq!(seen.json["items"][0]["fields"], json!(1));
        let stranger = with_roles(&t.cx, 2, &["nobody"]);
        assert_eq!(api.get(&stranger, "/api/v1/objects").await.ok(200).json["items"], json!([]));
        api.get(&stranger, "/api/v1/objects/vehicle").await.refused(404, "not_found");
        api.get(&stranger, "/api/v1/objects/vehicle/fields").await.refused(404, "not_found");
        assert_eq!(api.get(&sales, "/api/v1/objects/vehicle").await.ok(200).json["roles"], json!({}));
    }

    migrations(), |t| a_catalogue_with_defects_is_refused_where_it_is_wrong {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[]).await;
        let fields = [
            text("plate", json!({})), text("plate", json!({})), text("owner_id", json!({})),
            field("note", json!({"type": "long_text"}), listed()),
            field("garage", json!({"type": "relation", "object": "garage"}), json!({})),
        ];
        let wrong = put_fields(&api, &t.cx, "vehicle", 0, &fields).await;
        wrong.refused(412, "stale");
        let version = api.get(&t.cx, "/api/v1/objects/vehicle/fields").await.json["version"].as_i64().unwrap();
        let wrong = put_fields(&api, &t.cx, "vehicle", version, &fields).await;
        assert_eq!((wrong.status, &wrong.json["code"]), (422, &json!("invalid_catalogue")));
        let expected = [
            "/catalogue/fields/1/id duplicate_id", "/catalogue/fields/2/id reserved_id",
            "/catalogue/fields/3/filterable flag_not_allowed", "/catalogue/fields/3/sortable flag_not_allowed",
            "/catalogue/fields/4/kind/object unknown_object",
        ];
        assert_eq!(wrong.errors(), expected);
        let body = json!({"catalogue": {"object": "vehicle", "fields": fields}});
        let check = api.post(&t.cx, "/api/v1/objects/vehicle/fields/check", body).await.ok(200);
        assert_eq!(check.json["defects"].as_array().unwrap().len(), 5);
        let many: Vec<Value> = (0..21).map(|n| text(&format!("f{n}"), json!({"filterable": true}))).collect();
        assert_eq!(put_fields(&api, &t.cx, "vehicle", version, &many).await.errors(), ["/catalogue/fields too_many_filterable"]);
        let other = put_fields(&api, &t.other, "vehicle", version, &[]).await;
        other.refused(404, "not_found");
    }

    migrations(), |t| fields_that_hold_data_are_retired_not_removed_and_converted_not_changed {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("plate", json!({})), text("seats", json!({}))]).await;
        let made = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A1", "seats": "5"}})).await.ok(201);
        let number = field("seats", json!({"type": "integer"}), json!({}));
        let removed = put_fields(&api, &t.cx, "vehicle", 1, std::slice::from_ref(&number)).await;
        removed.refused(422, "field_in_use");
        let mut errors = removed.errors();
        errors.sort();
        assert_eq!(errors, ["/catalogue/fields field_in_use", "/catalogue/fields/0/kind field_in_use"]);
        let retired = [text("plate", json!({"retired": true})), text("seats", json!({}))];
        put_fields(&api, &t.cx, "vehicle", 1, &retired).await.ok(200);
        let record = format!("/api/v1/records/vehicle/{}", made.id());
        assert_eq!(api.get(&t.cx, &record).await.json["values"], json!({"seats": "5"}));
        let back = [text("plate", json!({})), text("seats", json!({}))];
        put_fields(&api, &t.cx, "vehicle", 2, &back).await.ok(200);
        assert_eq!(api.get(&t.cx, &record).await.json["values"], json!({"plate": "A1", "seats": "5"}));

        api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"seats": "five"}})).await.ok(201);
        let path = "/api/v1/objects/vehicle/fields/seats/convert";
        let preview = api.post(&t.cx, path, json!({"kind": {"type": "integer"}, "dry_run": true})).await.ok(200);
        assert_eq!((&preview.json["total"], &preview.json["whole"]), (&json!(2), &json!(1)));
        assert_eq!(preview.json["failed"][0]["value"], json!("five"));
        assert_eq!(api.get(&t.cx, &record).await.json["values"]["seats"], json!("5"));
        let convert = async |version: &str, more: Value| {
            let mut body = json!({"kind": {"type": "integer"}});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.send(&t.cx, Method::POST, path, &[("if-match", version)], Some(body)).await
        };
        api.post(&t.cx, path, json!({"kind": {"type": "integer"}})).await.refused(428, "precondition_required");
        convert("\"2\"", json!({})).await.refused(412, "stale");
        convert("\"3\"", json!({})).await.refused(422, "cannot_convert");
        assert_eq!(api.get(&t.cx, &record).await.json["values"]["seats"], json!("5"));
        convert("\"3\"", json!({"drop_failed": true})).await.ok(200);
        let now = api.get(&t.cx, &record).await.ok(200);
        assert_eq!((&now.json["values"]["seats"], &now.json["version"]), (&json!(5), &json!(2)));
        let fields = api.get(&t.cx, "/api/v1/objects/vehicle/fields").await.ok(200);
        assert_eq!((&fields.json["version"], &fields.json["catalogue"]["fields"][1]["kind"]["type"]), (&json!(4), &json!("integer")));
    }

    migrations(), |t| a_default_is_converted_with_the_type_or_said_to_be_lost {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("seats", json!({"default": "5"}))]).await;
        let path = "/api/v1/objects/vehicle/fields/seats/convert";
        let turned = async |kind: &str, version: &str| {
            let body = json!({"kind": {"type": kind}});
            let preview = api.post(&t.cx, path, json!({"kind": {"type": kind}, "dry_run": true})).await.ok(200).json;
            let real = api.send(&t.cx, Method::POST, path, &[("if-match", version)], Some(body)).await.ok(200).json;
            assert_eq!(preview["default_lost"], real["default_lost"]);
            let fields = api.get(&t.cx, "/api/v1/objects/vehicle/fields").await.ok(200).json;
            (real["default_lost"].clone(), fields["catalogue"]["fields"][0]["default"].clone())
        };
        assert_eq!(turned("integer", "\"1\"").await, (json!(false), json!(5)));
        assert_eq!(turned("boolean", "\"2\"").await, (json!(true), Value::Null));
    }

    migrations(), |t| a_field_that_becomes_required_does_not_keep_old_records_from_being_changed {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("plate", json!({})), text("colour", json!({}))]).await;
        let made = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A1"}})).await.ok(201);
        let when_red = json!({"required_if": {"field": "colour", "op": "eq", "value": "red"}});
        let fields = [text("plate", json!({})), text("colour", json!({})), text("owner", json!({"required": true})), text("shade", when_red)];
        put_fields(&api, &t.cx, "vehicle", 1, &fields).await.ok(200);
        let path = format!("/api/v1/records/vehicle/{}", made.id());
        let change = async |version: i64, values: Value| api.patch(&t.cx, &path, version, json!({"values": values})).await;
        change(1, json!({"plate": "A2"})).await.ok(200);
        // What is sent must do, and what a change itself makes necessary must come with it.
        assert_eq!(change(2, json!({"owner": null})).await.errors(), ["/values/owner required"]);
        assert_eq!(change(2, json!({"colour": "red"})).await.errors(), ["/values/shade required"]);
        change(2, json!({"owner": "王芳"})).await.ok(200);
        assert_eq!(change(3, json!({"owner": ""})).await.errors(), ["/values/owner required"]);
        let anew = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A3"}})).await;
        assert_eq!(anew.errors(), ["/values/owner required"]);
    }

    migrations(), |t| a_field_that_becomes_filterable_is_filled_in_and_refused_until_then {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("plate", json!({}))]).await;
        for n in 0..7 {
            api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": format!("A{n}")}})).await.ok(201);
        }
        let view = put_fields(&api, &t.cx, "vehicle", 1, &[text("plate", listed())]).await.ok(200);
        assert_eq!(view.json["index"], json!([{"field": "plate", "state": "filling", "done": 0, "total": 7}]));
        api.get(&t.cx, "/api/v1/records/vehicle?sort=plate").await.refused(409, "field_filling");
        // What is written meanwhile is neither lost nor doubled.
        api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A7"}})).await.ok(201);
        work(t).await;
        let view = api.get(&t.cx, "/api/v1/objects/vehicle/fields").await.ok(200);
        assert_eq!(view.json["index"][0]["state"], json!("ready"));
        let sorted = desk::found(&api, &t.cx, "vehicle", &json!({"all": []}), "-plate", "plate").await;
        assert_eq!(sorted, ["A7", "A6", "A5", "A4", "A3", "A2", "A1", "A0"]);
        // Taken away and brought back, it holds what is so now.
        put_fields(&api, &t.cx, "vehicle", 2, &[text("plate", json!({}))]).await.ok(200);
        let first = api.get(&t.cx, "/api/v1/records/vehicle?sort=number").await.json["items"][0]["id"].as_str().unwrap().to_owned();
        api.patch(&t.cx, &format!("/api/v1/records/vehicle/{first}"), 1, json!({"values": {"plate": "B0"}})).await.ok(200);
        put_fields(&api, &t.cx, "vehicle", 3, &[text("plate", listed())]).await.ok(200);
        work(t).await;
        let sorted = desk::found(&api, &t.cx, "vehicle", &json!({"field": "plate", "op": "in", "value": ["A0", "B0"]}), "plate", "plate").await;
        assert_eq!(sorted, ["B0"]);
    }

    migrations(), |t| forms_are_drafted_published_and_kept {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[text("plate", json!({}))]).await;
        let form = |field: &str| json!({
            "id": "x", "name": {"zh": "登记", "en": "Entry"}, "channel": "staff", "version": 9,
            "body": [{"layout": "columns", "parts": [{"items": [{"type": "field", "field": field, "width": 3}]}]}],
        });
        let wrong = api.post(&t.cx, "/api/v1/objects/vehicle/forms", json!({"form": form("colour")})).await;
        assert_eq!((wrong.status, &wrong.json["code"]), (422, &json!("invalid_form")));
        assert!(wrong.errors()[0].starts_with("/form/body/0/parts/0/items/0"), "{:?}", wrong.errors());
        let made = api.post(&t.cx, "/api/v1/objects/vehicle/forms", json!({"form": form("plate")})).await.ok(201);
        assert_eq!((&made.json["form"]["id"], &made.json["form"]["version"]), (&made.json["id"], &json!(1)));
        let id = made.id();
        let path = format!("/api/v1/forms/{id}");
        api.get(&t.cx, &format!("{path}?version=1")).await.refused(404, "not_found");
        let published = api.act(&t.cx, &format!("{path}/publish"), 1).await.ok(200);
        assert_eq!((&published.json["published_version"], &published.json["version"]), (&json!(1), &json!(2)));
        let mut next = form("plate");
        next["name"]["en"] = json!("Second");
        put_form(&api, &t.cx, &id, 1, next.clone()).await.refused(412, "stale");
        let saved = put_form(&api, &t.cx, &id, 2, next).await.ok(200);
        assert_eq!(saved.json["form"]["version"], json!(2));
        assert_eq!(api.get(&t.cx, &format!("{path}?version=1")).await.json["form"]["name"]["en"], json!("Entry"));
        let list = api.get(&t.cx, "/api/v1/objects/vehicle/forms").await.ok(200);
        assert_eq!((&list.json["items"][0]["name"]["en"], &list.json["items"][0]["published_version"]), (&json!("Second"), &json!(1)));
        api.get(&t.other, &path).await.refused(404, "not_found");
        let stranger = with_roles(&t.cx, 2, &["nobody"]);
        api.get(&stranger, &path).await.refused(404, "not_found");
        let schema = api.get(&t.cx, &format!("/api/v1/objects/vehicle/schema?form={id}")).await.ok(200);
        assert_eq!(schema.headers["content-type"], "application/schema+json");
        assert_eq!(schema.json["$schema"], json!("https://json-schema.org/draft/2020-12/schema"));
        assert!(schema.json["properties"]["plate"].is_object(), "{}", schema.json);
    }
}
