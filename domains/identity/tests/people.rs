//! People, the company, the audit page and jobs over the API.
#![allow(clippy::unwrap_used)]

mod desk;

use std::time::Duration;

use db::Tx;
use desk::{As, Desk, migrations};
use identity::NewTenant;
use kernel::Uuid;
use serde_json::{Value, json};

testkit::both! {
    migrations(), |t| a_company_begins_with_the_shipped_roles_and_its_administrator {
        let mut new = NewTenant::new("fresh", "新公司");
        new.admin = Some(identity::NewPerson {
            login: "Admin".to_owned(),
            name: "管理员".to_owned(),
            password: Some(desk::PASSWORD.to_owned()),
            ..Default::default()
        });
        let tenant = identity::create_tenant(&t.db, &t.world, new.clone()).await.unwrap();
        let cx = tenant.system_context(&t.world);
        assert_eq!(cx.zone(), "Asia/Shanghai");
        let roles = identity::roles(&t.db, &cx).await.unwrap();
        assert_eq!(roles.len(), authz::ROLES.len());
        let people = identity::people(&t.db, &cx).await.unwrap();
        assert_eq!((people.len(), people[0].login.as_str()), (1, "admin"));
        let id = people[0].id;
        let granted = t.db.read(&cx, async move |r: &mut db::Read<'_>| identity::user_permissions(r, id).await).await.unwrap();
        assert_eq!(granted.len(), authz::CATALOGUE.len());
        assert!(matches!(identity::create_tenant(&t.db, &t.world, new.clone()).await, Err(identity::IdentityError::Invalid(errors)) if errors[0].code == "slug_taken"));
        let mut wrong = new;
        (wrong.slug, wrong.zone, wrong.currency) = ("Bad Slug".into(), "Mars".into(), "money".into());
        assert!(matches!(identity::create_tenant(&t.db, &t.world, wrong).await, Err(identity::IdentityError::Invalid(errors)) if errors.len() == 3));
        assert_eq!(identity::tenant_by_slug(&t.db, &t.world, "fresh").await.unwrap().unwrap(), tenant);
        assert_eq!(identity::tenants(&t.db, &t.world).await.unwrap().len(), 1);
    }

    migrations(), |t| people_are_added_found_and_changed {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let role = desk.role_id(&admin, "engineer").await;
        let body = json!({ "login": "Wang.Qiang", "name": "王强", "phone": "138 0013 8000", "role_ids": [role] });
        let made = desk.post(&admin, "/api/v1/users", body.clone()).await.expect(201);
        assert_eq!((made.text("login"), made.text("locale"), made.etag.as_str()), ("wang.qiang".into(), "zh-CN".into(), "\"1\""));
        let taken = desk.post(&admin, "/api/v1/users", body).await;
        assert_eq!((taken.status, taken.pointer()), (422, "/login"));
        let wrong = desk.post(&admin, "/api/v1/users", json!({ "login": "a b", "name": " ", "email": "x", "phone": "y", "password": "short" })).await;
        assert_eq!(wrong.json["errors"].as_array().unwrap().len(), 5);
        let path = format!("/api/v1/users/{}", made.id());
        assert_eq!(desk.send(&admin, "PATCH", &path, Some(json!({})), None).await.status, 428);
        let changed = desk.patch(&admin, &path, 1, json!({ "email": "wang@example.com", "phone": null, "locale": "en" })).await.expect(200);
        assert_eq!((changed.text("email"), changed.json["phone"].clone()), ("wang@example.com".into(), Value::Null));
        assert_eq!(changed.json["role_ids"], json!([role]));
        assert_eq!(desk.patch(&admin, &path, 1, json!({ "name": "x" })).await.code(), "stale");
        assert_eq!(desk.patch(&admin, &path, 2, json!({ "role": "x" })).await.status, 422);
        for (query, found) in [("q=王", 1), ("q=QIANG", 1), ("q=%25", 0), ("sort=-created_at&limit=1", 1)] {
            let page = desk.get(&admin, &format!("/api/v1/users?{query}")).await.expect(200);
            assert_eq!(page.json["items"].as_array().unwrap().len(), found, "{query}");
        }
        let filter = "%7B%22field%22%3A%22status%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22invited%22%7D";
        let page = desk.get(&admin, &format!("/api/v1/users?filter={filter}&count=true")).await.expect(200);
        assert_eq!(page.json["total"], 1);
        assert_eq!(desk.get(&admin, "/api/v1/users?filter=%7B%22x%22%3A1%7D").await.status, 400);
        let audit = desk.get(&admin, &format!("/api/v1/audit?object=user&object_id={}", made.id())).await.expect(200);
        let kinds: Vec<_> = audit.json["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.len(), 2);
        assert!(kinds.contains(&"user.invited") && kinds.contains(&"user.updated"));
    }

    migrations(), |t| somebody_switched_off_is_out_at_once_and_can_come_back {
        let desk = Desk::open(t).await;
        let (admin, chen) = (desk.person("boss", &["admin"]).await, desk.person("chen", &["agent"]).await);
        desk.get(&chen, "/api/v1/session").await.expect(200);
        let path = format!("/api/v1/users/{}", chen.id());
        desk.send(&admin, "POST", &format!("{path}/disable"), None, Some(1)).await.expect(200);
        assert_eq!(desk.get(&chen, "/api/v1/session").await.status, 401);
        desk.sign_in("chen", desk::PASSWORD).await.expect(401);
        desk.send(&admin, "POST", &format!("{path}/enable"), None, Some(2)).await.expect(200);
        desk.sign_in("chen", desk::PASSWORD).await.expect(201);
    }

    migrations(), |t| a_used_role_stays_and_an_unused_one_goes {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let body = json!({ "key": "guest", "name": "访客", "permissions": { "tickets.read": "own" } });
        let role = desk.post(&admin, "/api/v1/roles", body.clone()).await.expect(201);
        assert_eq!(desk.post(&admin, "/api/v1/roles", body).await.pointer(), "/key");
        let path = format!("/api/v1/roles/{}", role.id());
        let guest = desk.person("guest", &["guest"]).await;
        assert_eq!(desk.send(&admin, "DELETE", &path, None, Some(1)).await.code(), "in_use");
        desk.patch(&admin, &format!("/api/v1/users/{}", guest.id()), 1, json!({ "role_ids": [] })).await.expect(200);
        desk.send(&admin, "DELETE", &path, None, Some(1)).await.expect(204);
        assert_eq!(desk.get(&admin, &path).await.status, 404);
        let all = desk.get(&guest, "/api/v1/permissions").await.expect(200);
        assert_eq!(all.json.as_array().unwrap().len(), authz::CATALOGUE.len());
    }

    migrations(), |t| the_company_is_changed_by_those_who_may {
        let desk = Desk::open(t).await;
        let (admin, chen) = (desk.person("boss", &["admin"]).await, desk.person("chen", &["agent"]).await);
        let body = json!({ "name": "新名字", "zone": "Asia/Urumqi", "reopen_days": 14 });
        assert_eq!(desk.patch(&chen, "/api/v1/tenant", 1, body.clone()).await.status, 403);
        let tenant = desk.patch(&admin, "/api/v1/tenant", 1, body).await.expect(200);
        assert_eq!((tenant.text("zone"), tenant.json["reopen_days"].clone(), tenant.json["version"].clone()), ("Asia/Urumqi".into(), json!(14), json!(2)));
        let wrong = desk.patch(&admin, "/api/v1/tenant", 2, json!({ "zone": "Mars", "reopen_days": 999 })).await;
        assert_eq!(wrong.json["errors"].as_array().unwrap().len(), 2);
        let settings = t.db.read(&t.cx, async |r: &mut db::Read<'_>| identity::tenant_settings(r).await).await.unwrap();
        assert_eq!(settings.reopen_days, 14);
    }

    migrations(), |t| the_audit_page_is_filtered_and_paged {
        let desk = Desk::open(t).await;
        let (admin, auditor) = (desk.person("boss", &["admin"]).await, desk.person("look", &["auditor"]).await);
        for n in 0..5 {
            t.clock.advance(Duration::from_mins(1));
            desk.post(&admin, "/api/v1/regions", json!({ "name": format!("区{n}") })).await.expect(201);
        }
        let base = format!("/api/v1/audit?actor={}&kind=region.&limit=2", admin.id());
        let first = desk.get(&auditor, &base).await.expect(200);
        assert_eq!(first.json["items"][0]["label"], "区4");
        let next = first.text("next_cursor");
        let second = desk.get(&auditor, &format!("{base}&cursor={next}")).await.expect(200);
        assert_eq!(second.json["items"][1]["label"], "区1");
        let from = testkit::MONDAY.plus(Duration::from_mins(4));
        let late = desk.get(&auditor, &format!("/api/v1/audit?kind=region.created&from={from}")).await.expect(200);
        assert_eq!(late.json["items"].as_array().unwrap().len(), 2);
        for wrong in ["kind=%00", "object=a%00", "filter=%22%5Cu0000%22", "from=yesterday", "sort=name", "cursor=x"] {
            let path = if wrong.starts_with("filter") { "users" } else { "audit" };
            assert_eq!(desk.get(&admin, &format!("/api/v1/{path}?{wrong}")).await.status, 400, "{wrong}");
        }
        let agent = desk.person("chen", &["agent"]).await;
        assert_eq!(desk.get(&agent, "/api/v1/audit").await.status, 403);
    }

    migrations(), |t| dead_jobs_are_shown_and_tried_again {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        t.db.write(&t.cx, async |tx: &mut Tx<'_>| {
            jobs::add(tx, jobs::NewJob::new("mail.send", json!({ "to": "a@example.com", "text": "secret" }))).await?;
            tx.execute(db::Stmt::new("update jobs set state = 'dead'", vec![])).await
        }).await.unwrap();
        let page = desk.get(&admin, "/api/v1/jobs?state=dead").await.expect(200);
        let job = &page.json["items"][0];
        assert_eq!(job["payload"], json!({ "to": "a@example.com" }));
        let path = format!("/api/v1/jobs/{}/retry", job["id"].as_str().unwrap());
        desk.send(&admin, "POST", &path, None, None).await.expect(204);
        assert_eq!(desk.get(&admin, "/api/v1/jobs?state=dead").await.json["items"], json!([]));
        assert_eq!(desk.send(&admin, "POST", &path, None, None).await.status, 404);
    }

    migrations(), |t| others_look_people_up_by_id {
        let desk = Desk::open(t).await;
        let (a, b) = (desk.hire("a", &["agent"]).await, desk.hire("b", &[]).await);
        let stranger = desk.hire_in(&desk.other, "c", &[]).await;
        let found = t.db.read(&t.cx, async move |r: &mut db::Read<'_>| identity::users_by_ids(r, &[a, b, stranger, Uuid::from_u128(1)]).await).await.unwrap();
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), { let mut ids = vec![a, b]; ids.sort(); ids });
        let none = t.db.read(&t.cx, async move |r: &mut db::Read<'_>| identity::user(r, stranger).await).await.unwrap();
        assert!(none.is_none());
    }

    migrations(), |t| anonymous_callers_reach_only_what_is_public {
        let desk = Desk::open(t).await;
        let document = http_api::document(&[identity::routes()]);
        let mut walked = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if operation["x-access"] == "public" {
                    continue;
                }
                let path = path.replace("{id}", &Uuid::nil().to_string());
                let answer = desk.send(&As::Nobody, &method.to_uppercase(), &path, Some(json!({})), Some(1)).await;
                assert_eq!(answer.status, 401, "{method} {path}");
                walked += 1;
            }
        }
        assert!(walked > 30, "{walked}");
    }
}
