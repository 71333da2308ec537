//! Own fields and own objects through the whole house: roles from sign-in, tickets and devices with own fields.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Person, Reply, Site};
use http_api::http::Method;
use serde_json::{Value, json};

fn wiring() -> Vec<db::Migration> {
    aftersail_app::wiring::migrations()
}

async fn put_fields(site: &Site, who: &Person, object: &str, fields: Value) -> Reply {
    let body = json!({"catalogue": {"object": object, "fields": fields}});
    site.send(Some(who), Method::PUT, &format!("/api/v1/objects/{object}/fields"), Some(&body), Some("\"0\"")).await
}

fn ok(reply: Reply, status: u16) -> Reply {
    assert_eq!(reply.status, status, "{}", reply.json);
    reply
}

fn own() -> Value {
    let label = json!({"zh": "甲", "en": "A"});
    json!([
        {"id": "storey", "label": label, "kind": {"type": "integer", "min": 0}, "filterable": true, "sortable": true},
        {"id": "card", "label": label, "kind": {"type": "text"}, "personal": true},
    ])
}

fn filtered(path: &str, tree: &Value) -> String {
    let filter = tree.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    format!("{path}?sort=-storey&filter={filter}")
}

fn column(reply: &Reply, name: &str) -> Vec<Value> {
    reply.json["items"].as_array().unwrap().iter().map(|item| item[name].clone()).collect()
}

testkit::both! {
    wiring(), |t| tickets_and_devices_take_own_fields_in_every_answer_and_list {
        let site = Site::new(t, t.world.clone());
        let cx = site.tenant("ours").await;
        let admin = site.person(&cx, "admin", &["admin"]).await;
        let agent = site.person(&cx, "agent", &["agent"]).await;
        let at_least = json!({"field": "storey", "op": "ge", "value": 2});
        for (object, path, base, name) in [
            ("ticket", "/api/v1/tickets", json!({"type": "repair", "priority": "high"}), "title"),
            ("device", "/api/v1/devices", json!({}), "serial_number"),
        ] {
            ok(put_fields(&site, &admin, object, own()).await, 200);
            let refused = put_fields(&site, &agent, object, own()).await;
            assert_eq!(refused.status, 403, "{}", refused.json);
            let body = |title: &str, ext: Value| {
                let mut body = base.clone();
                body[name] = json!(title);
                body["ext"] = ext;
                body
            };
            let wrong = site.post(&admin, path, body("X", json!({"storey": -1})), None).await;
            assert_eq!((wrong.status, &wrong.json["errors"][0]["pointer"]), (422, &json!("/ext/storey")), "{}", wrong.json);
            for (title, floor) in [("A", 1), ("B", 2), ("C", 3)] {
                ok(site.post(&admin, path, body(title, json!({"storey": floor, "card": "4711"})), None).await, 201);
            }
            let list = ok(site.get(&agent, &filtered(path, &at_least)).await, 200);
            assert_eq!(column(&list, name), ["C", "B"]);
            assert_eq!(list.json["items"][0]["ext"], json!({"storey": 3, "card": "***"}));
            let id = list.json["items"][0]["id"].as_str().unwrap();
            let change = json!({"ext": {"storey": 9, "card": "***"}});
            let changed = site.send(Some(&agent), Method::PATCH, &format!("{path}/{id}"), Some(&change), Some("\"1\"")).await;
            assert_eq!(ok(changed, 200).json["ext"], json!({"storey": 9, "card": "***"}));
            let seen = ok(site.get(&admin, &format!("{path}/{id}")).await, 200);
            assert_eq!(seen.json["ext"], json!({"storey": 9, "card": "4711"}));
            let timeline = ok(site.get(&agent, &format!("{path}/{id}/timeline")).await, 200);
            assert_eq!(timeline.json["items"][0]["data"], json!({"ext.storey": {"from": 3, "to": 9}}));
            assert!(!timeline.json.to_string().contains("4711"), "{}", timeline.json);
        }
        // What somebody does with a ticket who sees the mask keeps what is behind it.
        let list = ok(site.get(&admin, "/api/v1/tickets").await, 200);
        let ticket = &list.json["items"][0];
        let (id, version) = (ticket["id"].as_str().unwrap(), format!("\"{}\"", ticket["version"]));
        let reason = json!({"reason": "不再需要"});
        ok(site.post(&agent, &format!("/api/v1/tickets/{id}/cancel"), reason, Some(&version)).await, 200);
        assert_eq!(site.get(&admin, &format!("/api/v1/tickets/{id}")).await.json["ext"]["card"], json!("4711"));
    }

    wiring(), |t| personal_own_fields_show_on_request_and_every_look_is_written_down {
        let site = Site::new(t, t.world.clone());
        let cx = site.tenant("ours").await;
        let admin = site.person(&cx, "admin", &["admin"]).await;
        let agent = site.person(&cx, "agent", &["agent"]).await;
        let nobody = site.person(&cx, "nobody", &[]).await;
        let stranger = site.person(&site.tenant("theirs").await, "stranger", &["admin"]).await;
        let customer = ok(site.post(&admin, "/api/v1/customers", json!({"name": "甲"}), None).await, 201).json["id"].clone();
        let label = json!({"zh": "甲", "en": "A"});
        let fields = json!([
            {"id": "card", "label": label, "kind": {"type": "text"}, "personal": true, "searchable": true},
            {"id": "margin", "label": label, "kind": {"type": "integer"}, "personal": true, "see_roles": ["manager"]},
            {"id": "grade", "label": label, "kind": {"type": "text"}, "edit_roles": ["manager"]},
            {"id": "nick", "label": label, "kind": {"type": "text"}, "searchable": true},
        ]);
        for (object, path, base) in [
            ("customer", "/api/v1/customers", json!({"name": "乙"})),
            ("device", "/api/v1/devices", json!({"serial_number": "SN-1"})),
            ("ticket", "/api/v1/tickets", json!({"title": "漏水", "type": "repair", "priority": "high"})),
            ("order", "/api/v1/orders", json!({"kind": "lead", "customer_id": customer, "title": "电梯"})),
        ] {
            ok(put_fields(&site, &admin, object, fields.clone()).await, 200);
            let mut body = base;
            body["ext"] = json!({"card": "4711-0815", "margin": 4812, "grade": "A", "nick": format!("绰号{object}")});
            let made = ok(site.post(&admin, path, body, None).await, 201);
            let at = format!("{path}/{}", made.json["id"].as_str().unwrap());
            assert_eq!(made.json["ext"]["card"], json!("4711-0815"), "{object}");
            let seen = ok(site.get(&agent, &at).await, 200).json;
            let seen = [&seen, &seen[object]].into_iter().find(|record| record["ext"].is_object()).unwrap();
            assert_eq!(seen["ext"], json!({"card": "***", "grade": "A", "nick": format!("绰号{object}")}), "{object}");
            // The mask says nothing, whoever sends it back; what one may not change stays.
            for (who, version) in [(&agent, "\"1\""), (&admin, "\"1\"")] {
                let back = json!({"ext": {"card": "***", "nick": format!("绰号{object}")}});
                let kept = ok(site.send(Some(who), Method::PATCH, &at, Some(&back), Some(version)).await, 200);
                assert_eq!(kept.json["version"], json!(1), "{object}");
            }
            let not_mine = json!({"ext": {"grade": "B", "margin": 1}});
            site.send(Some(&agent), Method::PATCH, &at, Some(&not_mine), Some("\"1\"")).await;
            let kept = ok(site.get(&admin, &at).await, 200).json;
            let kept = [&kept, &kept[object]].into_iter().find(|record| record["ext"].is_object()).unwrap();
            assert_eq!(kept["ext"], made.json["ext"], "{object}");
            // A look tells what it is asked for, and stands in the history.
            let reveal = async |who: &Person, field: &str| {
                site.post(who, &format!("{at}/reveal"), json!({"field": field}), None).await
            };
            assert_eq!(ok(reveal(&agent, "card").await, 200).json, json!({"value": "4711-0815"}));
            for (who, field, status) in [(&agent, "nick", 404), (&agent, "margin", 404), (&agent, "shoe", 404),
                (&stranger, "card", 404), (&nobody, "card", 403)] {
                assert_eq!(reveal(who, field).await.status, status, "{object} {field}");
            }
            assert_eq!(ok(reveal(&admin, "margin").await, 200).json, json!({"value": 4812}));
            let told = ok(site.get(&agent, &format!("{at}/timeline")).await, 200);
            assert_eq!(column(&told, "kind"), [
                "personal_data.revealed", "personal_data.revealed", &format!("{object}.created"),
            ]);
            // That there is a field of others, and that somebody looked at it, is theirs to know.
            assert_eq!(column(&told, "data")[..2], [json!({}), json!({"field": "card"})]);
            assert_eq!(column(&told, "actor")[1]["id"], json!(agent.id));
            assert_eq!(told.json["items"][2]["data"].get("ext.margin"), None, "{object}");
            assert!(!told.json.to_string().contains("4711-0815"), "{object}");
            let audit = ok(site.get(&admin, "/api/v1/audit").await, 200);
            assert!(column(&audit, "kind").contains(&json!("personal_data.revealed")), "{object}");
            assert!(!audit.json.to_string().contains("4711-0815"), "{object}");
        }
        // Words of own fields find the record, personal data does not.
        site.house.consumers.settle().await.unwrap();
        for object in ["customer", "device", "ticket", "order"] {
            let find = async |words: &str| {
                let words = words.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
                ok(site.get(&admin, &format!("/api/v1/{object}s?q={words}")).await, 200).json["items"].as_array().unwrap().len()
            };
            assert_eq!((find(&format!("绰号{object}")).await, find("4711-0815").await), (1, 0), "{object}");
        }
        // Who looked at a ticket after acting on it can still take the act back.
        let ticket = ok(site.get(&admin, "/api/v1/tickets").await, 200).json["items"][0].clone();
        let at = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
        let gone = ok(site.post(&agent, &format!("{at}/cancel"), json!({"reason": "不再需要"}), Some("\"1\"")).await, 200);
        ok(site.post(&agent, &format!("{at}/reveal"), json!({"field": "card"}), None).await, 200);
        let undone = ok(site.post(&agent, &format!("{at}/undo"), json!({}), Some(&format!("\"{}\"", gone.json["version"]))).await, 200);
        assert_eq!(undone.json["status"], json!("new"));
        let named = json!({"ext": {"nick": "别的绰号"}});
        let named = ok(site.send(Some(&agent), Method::PATCH, &at, Some(&named), Some(&format!("\"{}\"", undone.json["version"]))).await, 200);
        let refused = site.post(&agent, &format!("{at}/undo"), json!({}), Some(&format!("\"{}\"", named.json["version"]))).await;
        assert_eq!(refused.status, 409, "{}", refused.json);
    }

    wiring(), |t| an_own_object_knows_the_roles_of_who_signs_in {
        let site = Site::new(t, t.world.clone());
        let cx = site.tenant("ours").await;
        let admin = site.person(&cx, "admin", &["admin"]).await;
        let (agent, engineer) = (site.person(&cx, "agent", &["agent"]).await, site.person(&cx, "li", &["engineer"]).await);
        let roles = json!({"agent": {"read": "all", "create": "all", "update": "own"}, "engineer": {"read": "own"}});
        let body = json!({"key": "vehicle", "name": {"zh": "车辆", "en": "Vehicle"}, "template": "vehicle", "roles": roles});
        ok(site.post(&admin, "/api/v1/objects", body, None).await, 201);
        let values = json!({"plate": "沪A12345", "driver": null, "mileage": 12000});
        let made = ok(site.post(&agent, "/api/v1/records/vehicle", json!({"values": values}), None).await, 201);
        let path = format!("/api/v1/records/vehicle/{}", made.json["id"].as_str().unwrap());
        ok(site.get(&agent, &path).await, 200);
        assert_eq!(site.get(&engineer, &path).await.status, 404);
        let given = json!({"owner_id": engineer.id});
        ok(site.send(Some(&agent), Method::PATCH, &path, Some(&given), Some("\"1\"")).await, 200);
        ok(site.get(&engineer, &path).await, 200);
        let mine = site.post(&engineer, "/api/v1/records/vehicle", json!({"values": {"plate": "B"}}), None).await;
        assert_eq!(mine.status, 403, "{}", mine.json);
    }

    wiring(), |t| own_objects_follow_built_in_records_and_both_are_searched {
        let site = Site::new(t, t.world.clone());
        let cx = site.tenant("ours").await;
        let admin = site.person(&cx, "admin", &["admin"]).await;
        let engineer = site.person(&cx, "li", &["engineer"]).await;
        let label = json!({"zh": "甲", "en": "A"});
        let body = json!({"key": "vehicle", "name": {"zh": "车辆", "en": "Vehicle"}, "roles": {"engineer": {"read": "all", "create": "all"}}});
        ok(site.post(&admin, "/api/v1/objects", body, None).await, 201);
        let fields = json!([
            {"id": "plate", "label": label, "kind": {"type": "text"}, "searchable": true},
            {"id": "customer", "label": label, "kind": {"type": "relation", "object": "customer"}},
            {"id": "holder", "label": label, "kind": {"type": "look_up", "relation": "customer", "field": "name", "result": "text"},
                "filterable": true},
            {"id": "ticket", "label": label, "kind": {"type": "relation", "object": "ticket"}},
            {"id": "fault", "label": label, "kind": {"type": "look_up", "relation": "ticket", "field": "title", "result": "text"}},
        ]);
        ok(put_fields(&site, &admin, "vehicle", fields).await, 200);
        let wrong = json!([{"id": "c", "label": label, "kind": {"type": "relation", "object": "customer"}},
            {"id": "p", "label": label, "kind": {"type": "look_up", "relation": "c", "field": "phone", "result": "text"}}]);
        let check = site.post(&admin, "/api/v1/objects/vehicle/fields/check",
            json!({"catalogue": {"object": "vehicle", "fields": wrong}}), None).await;
        assert_eq!(ok(check, 200).json["defects"][0]["code"], json!("personal_source"));
        let customer = ok(site.post(&admin, "/api/v1/customers", json!({"name": "蓝天物业"}), None).await, 201).json;
        let ticket = ok(site.post(&admin, "/api/v1/tickets", json!({"title": "漏水", "type": "repair", "priority": "high"}), None).await, 201).json;
        let values = json!({"plate": "沪A12345", "customer": customer["id"], "ticket": ticket["id"]});
        let made = ok(site.post(&admin, "/api/v1/records/vehicle", json!({"values": values}), None).await, 201);
        assert_eq!((&made.json["values"]["holder"], &made.json["values"]["fault"]), (&json!("蓝天物业"), &json!("漏水")));
        // An engineer who does not see the customer cannot name it.
        let refused = site.post(&engineer, "/api/v1/records/vehicle", json!({"values": {"ticket": ticket["id"]}}), None).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("unknown_target")), "{}", refused.json);
        let at = format!("/api/v1/customers/{}", customer["id"].as_str().unwrap());
        let renamed = site.send(Some(&admin), Method::PATCH, &at, Some(&json!({"name": "白云物业"})), Some("\"1\"")).await;
        ok(renamed, 200);
        site.house.consumers.settle().await.unwrap();
        site.house.workers.drain().await.unwrap();
        let path = format!("/api/v1/records/vehicle/{}", made.json["id"].as_str().unwrap());
        let shown = ok(site.get(&admin, &path).await, 200);
        assert_eq!((&shown.json["values"]["holder"], &shown.json["computing"]), (&json!("白云物业"), &json!([])));
        let related = format!("/api/v1/related/customer/{}", customer["id"].as_str().unwrap());
        let groups = ok(site.get(&admin, &related).await, 200);
        assert_eq!((&groups.json["items"][0]["object"], &groups.json["items"][0]["count"]), (&json!("vehicle"), &json!(1)));
        let named = ok(site.get(&admin, &format!("{related}/vehicle/customer")).await, 200);
        assert_eq!(named.json["items"][0]["title"], json!("沪A12345"));
        let refs = format!("/api/v1/titles?refs=ticket:{},person:{}", ticket["id"].as_str().unwrap(), admin.id);
        let titles = ok(site.get(&admin, &refs).await, 200);
        assert_eq!(titles.json["items"].as_array().unwrap().len(), 2);
        assert_eq!(ok(site.get(&engineer, &refs).await, 200).json["items"][0]["kind"], json!("person"));
        let document = ok(site.get(&admin, "/api/v1/openapi.json").await, 200).json;
        for path in ["/api/v1/tickets", "/api/v1/records/vehicle"] {
            assert!(document["paths"][path]["get"].is_object(), "{path}");
        }
        // Own fields of built-in objects are found once they are marked, also in records that were there before.
        let mark = |searchable: bool| json!([{"id": "nick", "label": label, "kind": {"type": "text"}, "searchable": searchable}]);
        ok(put_fields(&site, &admin, "customer", mark(false)).await, 200);
        ok(site.send(Some(&admin), Method::PATCH, &at, Some(&json!({"ext": {"nick": "特别的绰号"}})), Some("\"2\"")).await, 200);
        site.house.consumers.settle().await.unwrap();
        let find = async || {
            let words = "绰号".bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            column(&ok(site.get(&admin, &format!("/api/v1/customers?q={words}")).await, 200), "name")
        };
        assert_eq!(find().await, Vec::<Value>::new());
        let body = json!({"catalogue": {"object": "customer", "fields": mark(true)}});
        ok(site.send(Some(&admin), Method::PUT, "/api/v1/objects/customer/fields", Some(&body), Some("\"1\"")).await, 200);
        site.house.workers.drain().await.unwrap();
        assert_eq!(find().await, ["白云物业"]);
    }
}
