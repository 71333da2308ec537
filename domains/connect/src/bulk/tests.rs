//! Bulk changes against a real database, on both engines.

use authz::permissions::{CUSTOMERS_READ, CUSTOMERS_UPDATE};
use kernel::{Grants, Scope, Uuid};
use objects::testing::{member, person};
use serde_json::{Value, json};

use super::run::go;
use crate::testing::{House, migrations};

testkit::both! {
    migrations(), |t| many_records_change_and_come_back_unless_somebody_wrote_over_them {
        let house = House::new(t);
        for name in ["甲", "乙", "丙"] {
            house.api.post(&t.cx, "/api/v1/customers", json!({"name": name, "level": if name == "丙" { "gold" } else { "standard" }})).await.ok(201);
        }
        let filter = json!({"field": "name", "op": "in", "value": ["甲", "乙", "丙"]});
        let body = json!({"list": "customers", "filter": filter, "action": {"set": {"level": "gold", "note": "回访"}}});
        let preview = house.api.post(&t.cx, "/api/v1/bulk/preview", body.clone()).await.ok(200).json;
        assert_eq!((&preview["count"], &preview["tried"], &preview["blocked_count"]), (&json!(3), &json!(3), &json!(0)));
        let level: Vec<&Value> = preview["changes"].as_array().unwrap().iter().filter(|one| one["field"] == "level").collect();
        assert_eq!((level.len(), &level[0]["from"], &level[0]["to"]), (2, &json!("普通"), &json!("金牌")));
        assert_eq!(house.api.get(&t.cx, "/api/v1/customers").await.column("note"), [json!(null), json!(null), json!(null)]);
        let made = house.api.post(&t.cx, "/api/v1/bulk", body).await.ok(202);
        go(&t.db, &t.cx, made.id().parse().unwrap(), false).await.unwrap();
        let path = format!("/api/v1/bulk/{}", made.id());
        let done = house.api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((&done["state"], &done["changed"], &done["can_undo"]), (&json!("done"), &json!(3), &json!(true)));
        let rows = house.api.get(&t.cx, "/api/v1/customers?sort=name").await.ok(200);
        assert_eq!(rows.column("level"), ["gold", "gold", "gold"]);
        let other = rows.json["items"].as_array().unwrap().iter().find(|one| one["name"] == "甲").unwrap().clone();
        house.api.patch(&t.cx, &format!("/api/v1/customers/{}", other["id"].as_str().unwrap()), 2, json!({"note": "新"})).await.ok(200);
        house.api.post(&t.cx, &format!("{path}/undo"), json!({})).await.ok(202);
        go(&t.db, &t.cx, made.id().parse().unwrap(), true).await.unwrap();
        let undone = house.api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((&undone["state"], &undone["undone"], &undone["errors"][0]["title"]), (&json!("undone"), &json!(2), &json!("甲")), "{undone}");
        let rows = house.api.get(&t.cx, "/api/v1/customers?sort=created_at").await.ok(200);
        let mut levels: Vec<(String, Value, Value)> = rows.json["items"].as_array().unwrap().iter()
            .map(|one| (one["name"].as_str().unwrap().to_owned(), one["level"].clone(), one["note"].clone())).collect();
        levels.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(levels, [
            ("丙".to_owned(), json!("gold"), json!(null)), ("乙".to_owned(), json!("standard"), json!(null)), ("甲".to_owned(), json!("standard"), json!("新")),
        ]);
        house.api.get(&t.other, &path).await.refused(404, "not_found");
        house.api.post(&t.cx, &format!("{path}/undo"), json!({})).await.refused(409, "not_now");
    }

    migrations(), |t| what_cannot_be_changed_is_told_beforehand {
        let house = House::new(t);
        let made = house.api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201).id();
        let preview = |action: Value| json!({"list": "customers", "ids": [made], "action": action});
        let blocked = house.api.post(&t.cx, "/api/v1/bulk/preview", preview(json!({"set": {"phone": "call me"}}))).await.ok(200).json;
        assert_eq!((&blocked["blocked_count"], &blocked["blocked"][0]["reason"]), (&json!(1), &json!("不是有效的电话号码。")));
        for (action, errors) in [
            (json!({}), vec!["/action required"]),
            (json!({"archive": true, "restore": true}), vec!["/action required"]),
            (json!({"set": {}}), vec!["/action/set out_of_range"]),
            (json!({"set": {"shoe": 1, "name": null}}), vec!["/action/set/name required", "/action/set/shoe unknown_field"]),
        ] {
            assert_eq!(house.api.post(&t.cx, "/api/v1/bulk", preview(action)).await.errors(), errors);
        }
        let reader = person(&t.cx, 4, &[(CUSTOMERS_READ, Scope::All)]);
        house.api.post(&reader, "/api/v1/bulk", preview(json!({"archive": true}))).await.refused(403, "forbidden");
        // Whoever changes only their own is refused by the record.
        let own = person(&t.cx, 5, &[(CUSTOMERS_READ, Scope::All), (CUSTOMERS_UPDATE, Scope::Own)]);
        let refused = house.api.post(&own, "/api/v1/bulk/preview", preview(json!({"archive": true}))).await.ok(200).json;
        assert_eq!(refused["blocked_count"], json!(1));
        let away = house.api.post(&t.cx, "/api/v1/bulk", preview(json!({"archive": true}))).await.ok(202);
        go(&t.db, &t.cx, away.id().parse().unwrap(), false).await.unwrap();
        assert_eq!(house.api.get(&t.cx, "/api/v1/customers").await.json["items"], json!([]));
        house.api.post(&t.cx, &format!("/api/v1/bulk/{}/undo", away.id()), json!({})).await.ok(202);
        go(&t.db, &t.cx, away.id().parse().unwrap(), true).await.unwrap();
        assert_eq!(house.api.get(&t.cx, "/api/v1/customers").await.column("name"), ["甲"]);
    }
    migrations(), |t| records_get_another_owner_and_their_old_one_back {
        let house = House::new(t);
        house.own_object(t).await;
        let (old, _, _) = identity::seed::person(&t.db, &t.cx, "wang", &[]).await.unwrap();
        let (new, _, _) = identity::seed::person(&t.db, &t.cx, "li", &[]).await.unwrap();
        let team = identity::seed::team(&t.db, &t.cx, "一队", None, None, [new].into()).await.unwrap().id;
        for plate in ["A", "B"] {
            let body = json!({"values": {"plate": plate}, "owner_id": old});
            house.api.post(&t.cx, "/api/v1/records/vehicle", body).await.ok(201);
        }
        let filter = json!({"field": "owner_id", "op": "in", "value": [old]});
        let set = json!({"owner_id": new, "team_id": team});
        let body = json!({"list": "records/vehicle", "filter": filter, "action": {"set": set}});
        let preview = house.api.post(&t.cx, "/api/v1/bulk/preview", body.clone()).await.ok(200).json;
        let owner: Vec<&Value> = preview["changes"].as_array().unwrap().iter().filter(|one| one["field"] == "owner_id").collect();
        assert_eq!((owner.len(), &owner[0]["from"], &owner[0]["to"]), (2, &json!("wang"), &json!("li")), "{preview}");
        let owners = async || house.api.get(&t.cx, "/api/v1/records/vehicle").await.ok(200).column("owner_id");
        assert_eq!(owners().await, [json!(old), json!(old)]);
        let made = house.api.post(&t.cx, "/api/v1/bulk", body).await.ok(202);
        go(&t.db, &t.cx, made.id().parse().unwrap(), false).await.unwrap();
        assert_eq!(owners().await, [json!(new), json!(new)]);
        house.api.post(&t.cx, &format!("/api/v1/bulk/{}/undo", made.id()), json!({})).await.ok(202);
        go(&t.db, &t.cx, made.id().parse().unwrap(), true).await.unwrap();
        assert_eq!(owners().await, [json!(old), json!(old)]);
        let teams = house.api.get(&t.cx, "/api/v1/records/vehicle").await.ok(200).column("team_id");
        assert_eq!(teams, [json!(null), json!(null)]);
        // Nobody who is not there, and by nobody who may not change the record.
        let set = json!({"owner_id": Uuid::from_u128(9)});
        let wrong = json!({"list": "records/vehicle", "filter": filter, "action": {"set": set}});
        let told = house.api.post(&t.cx, "/api/v1/bulk/preview", wrong).await.ok(200).json;
        assert_eq!(told["blocked_count"], json!(2), "{told}");
    }

    migrations(), |t| owners_of_records_are_changed_by_whoever_may_change_records {
        let house = House::new(t);
        house.own_object(t).await;
        let roles = json!({"reader": {"read": "all"}, "own": {"read": "all", "create": "all", "update": "own"}});
        house.api.patch(&t.cx, "/api/v1/objects/vehicle", 1, json!({"roles": roles})).await.ok(200);
        let with = |number: u128, role: &str| {
            member(&t.cx, number, Grants { roles: [role.to_owned()].into(), ..Grants::default() })
        };
        let (owner, _, _) = identity::seed::person(&t.db, &t.cx, "wang", &[]).await.unwrap();
        let made = house.api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"plate": "A"}, "owner_id": owner})).await.ok(201).id();
        let body = json!({"list": "records/vehicle", "ids": [made], "action": {"set": {"owner_id": null}}});
        house.api.post(&with(4, "reader"), "/api/v1/bulk", body.clone()).await.refused(403, "forbidden");
        let told = house.api.post(&with(5, "own"), "/api/v1/bulk/preview", body).await.ok(200).json;
        assert_eq!(told["blocked_count"], json!(1), "{told}");
    }
}
