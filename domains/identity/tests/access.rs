//! Who may do what: keys, roles, regions, the last administrator, other companies.
#![allow(clippy::unwrap_used)]

mod desk;

use std::time::Duration;

use authz::permissions::TICKETS_READ;
use db::Read;
use desk::{As, Desk, migrations};
use http_api::{
    axum::body::Body,
    http::{Request, header},
};
use identity::seed;
use kernel::{Context, Uuid};
use serde_json::{Value, json};

async fn regions_of(desk: &Desk, who: Uuid) -> Vec<Uuid> {
    let cx: Context = seed::context_of(desk.app.db(), &desk.cx, who).await.unwrap();
    cx.grants().regions.clone()
}

testkit::both! {
    migrations(), |t| a_key_does_what_its_role_may_until_it_is_revoked {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let auditor = desk.role_id(&admin, "auditor").await;
        let made = desk.post(&admin, "/api/v1/apikeys", json!({ "name": "report", "role_id": auditor })).await.expect(201);
        let secret = made.text("secret");
        assert!(secret.starts_with(&format!("as_{}_", made.text("prefix"))), "{secret}");
        let key = As::Key(secret.clone());
        desk.get(&key, "/api/v1/users").await.expect(200);
        let me = desk.get(&key, "/api/v1/session").await.expect(200);
        assert_eq!((me.json["user"]["roles"].clone(), me.json["csrf_token"].clone()), (json!(["auditor"]), Value::Null));
        let refused = desk.post(&key, "/api/v1/users", json!({ "login": "x", "name": "x" })).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
        let path = format!("/api/v1/apikeys/{}", made.id());
        let shown = desk.get(&admin, &path).await.expect(200);
        assert!(shown.json["last_used_at"].is_string());
        assert!(!shown.json.to_string().contains(&secret));
        desk.send(&admin, "DELETE", &path, None, Some(1)).await.expect(204);
        assert_eq!(desk.get(&key, "/api/v1/users").await.status, 401);
        for wrong in ["", "as_", "as_aaaaaaaa_x", &secret[..secret.len() - 1], &format!("{secret}x")] {
            assert_eq!(desk.get(&As::Key(wrong.to_owned()), "/api/v1/users").await.status, 401, "{wrong}");
        }
        let audit = desk.get(&admin, "/api/v1/audit?object=api_key").await.expect(200);
        assert_eq!(audit.json["items"].as_array().unwrap().len(), 2);
        assert!(!audit.json.to_string().contains(&secret[12..]));
    }

    migrations(), |t| a_key_ends_when_it_was_said_to {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let agent = desk.role_id(&admin, "agent").await;
        let past = json!({ "name": "k", "role_id": agent, "expires_at": t.world.now() });
        assert_eq!(desk.post(&admin, "/api/v1/apikeys", past).await.pointer(), "/expires_at");
        let at = t.world.now().plus(Duration::from_hours(1));
        let body = json!({ "name": "k", "role_id": agent, "expires_at": at });
        let key = As::Key(desk.post(&admin, "/api/v1/apikeys", body).await.expect(201).text("secret"));
        desk.get(&key, "/api/v1/tenant").await.expect(200);
        t.clock.advance(Duration::from_hours(1));
        assert_eq!(desk.get(&key, "/api/v1/tenant").await.status, 401);
    }

    migrations(), |t| a_repeated_request_for_a_key_makes_one_key_and_shows_its_secret_once {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let role = desk.role_id(&admin, "agent").await;
        let As::Person { cookie, csrf, .. } = &admin else { unreachable!() };
        let send = async || {
            let request = Request::post("/api/v1/apikeys")
                .header(header::COOKIE, format!("aftersail_session={cookie}"))
                .header("x-csrf-token", csrf)
                .header("idempotency-key", "once")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(json!({ "name": "k", "role_id": role }).to_string()));
            desk.raw(request.unwrap()).await.expect(201)
        };
        let (first, second) = (send().await, send().await);
        assert_eq!(first.id(), second.id());
        assert!(first.json["secret"].is_string() && second.json["secret"].is_null());
        let (kept,): (i64,) = t.db.read(&t.cx, async |r: &mut Read<'_>| {
            db::Query::one(r, db::Stmt::new("select count(*) from idempotency_keys where cast(answer as text) like '%secret%'", vec![])).await
        }).await.unwrap();
        assert_eq!(kept, 0);
    }

    migrations(), |t| the_command_for_keys_finds_company_and_role_by_name {
        let desk = Desk::open(t).await;
        let secret = identity::create_api_key(&t.db, &desk.cx, "acme", "manager", "ci").await.unwrap();
        desk.get(&As::Key(secret), "/api/v1/users").await.expect(200);
        identity::create_api_key(&t.db, &desk.cx, &t.other.tenant().to_string(), "agent", "ci").await.unwrap();
        for (tenant, role) in [("nowhere", "agent"), ("acme", "king")] {
            identity::create_api_key(&t.db, &desk.cx, tenant, role, "ci").await.unwrap_err();
        }
    }

    migrations(), |t| an_edited_role_takes_effect_at_once {
        let desk = Desk::open(t).await;
        let (admin, agent) = (desk.person("boss", &["admin"]).await, desk.person("chen", &["agent"]).await);
        assert_eq!(desk.get(&agent, "/api/v1/users").await.status, 403);
        let role = desk.role_id(&admin, "agent").await;
        let path = format!("/api/v1/roles/{role}");
        let mut permissions = desk.get(&admin, &path).await.expect(200).json["permissions"].clone();
        permissions["users.read"] = json!("all");
        permissions["tickets.read"] = json!("team");
        let changed = desk.patch(&admin, &path, 1, json!({ "permissions": permissions })).await.expect(200);
        assert_eq!((changed.json["version"].clone(), changed.etag.as_str()), (json!(2), "\"2\""));
        desk.get(&agent, "/api/v1/users").await.expect(200);
        let me = desk.get(&agent, "/api/v1/session").await.expect(200);
        assert_eq!(me.json["user"]["permissions"]["tickets.read"], "team");
        assert_eq!(desk.patch(&admin, &path, 1, json!({ "name": "x" })).await.code(), "stale");
        let unknown = desk.patch(&admin, &path, 2, json!({ "permissions": { "tickets.fly": "all" } })).await;
        assert_eq!((unknown.status, unknown.pointer()), (422, "/permissions/tickets.fly"));
        let audit = desk.get(&admin, "/api/v1/audit?kind=role.updated").await.expect(200);
        let change = &audit.json["items"][0]["data"]["permissions"];
        assert_eq!((change["from"]["tickets.read"].as_str(), change["to"]["tickets.read"].as_str()), (Some("all"), Some("team")));
        assert_eq!(audit.json["items"][0]["actor"]["name"], "boss");
    }

    migrations(), |t| nobody_gives_or_takes_over_more_than_they_have {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let body = json!({ "key": "office", "name": "前台", "permissions": {
            "users.read": "all", "users.manage": "all", "roles.manage": "all", "tickets.read": "team", "apikeys.manage": "all" } });
        desk.post(&admin, "/api/v1/roles", body).await.expect(201);
        let office = desk.person("office", &["office"]).await;
        let (admins, office_role) = (desk.role_id(&admin, "admin").await, desk.role_id(&admin, "office").await);
        let denied = |answer: desk::Answer| assert_eq!(answer.status, 403, "{}", answer.json);
        denied(desk.post(&office, "/api/v1/users", json!({ "login": "n", "name": "n", "role_ids": [admins] })).await);
        denied(desk.post(&office, "/api/v1/roles", json!({ "name": "n", "permissions": { "tickets.read": "all" } })).await);
        denied(desk.patch(&office, &format!("/api/v1/roles/{office_role}"), 1, json!({ "permissions": { "prices.update": "own" } })).await);
        denied(desk.patch(&office, &format!("/api/v1/users/{}", office.id()), 1, json!({ "role_ids": [office_role, admins] })).await);
        denied(desk.patch(&office, &format!("/api/v1/users/{}", admin.id()), 1, json!({ "email": "me@example.com" })).await);
        denied(desk.send(&office, "POST", &format!("/api/v1/users/{}/password-link", admin.id()), None, None).await);
        denied(desk.send(&office, "POST", &format!("/api/v1/users/{}/disable", admin.id()), None, Some(1)).await);
        denied(desk.post(&office, "/api/v1/apikeys", json!({ "name": "k", "role_id": admins })).await);
        desk.post(&office, "/api/v1/roles", json!({ "name": "n", "permissions": { "tickets.read": "own" } })).await.expect(201);
        desk.post(&office, "/api/v1/users", json!({ "login": "n", "name": "n", "role_ids": [office_role] })).await.expect(201);
    }

    migrations(), |t| the_last_administrator_cannot_be_lost {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let path = format!("/api/v1/users/{}", admin.id());
        let role = desk.role_id(&admin, "admin").await;
        let lost = desk.patch(&admin, &path, 1, json!({ "role_ids": [] })).await;
        assert_eq!((lost.status, lost.code()), (409, "last_admin"));
        let off = desk.send(&admin, "POST", &format!("{path}/disable"), None, Some(1)).await;
        assert_eq!(off.code(), "last_admin");
        let emptied = desk.patch(&admin, &format!("/api/v1/roles/{role}"), 1, json!({ "permissions": {} })).await;
        assert_eq!((emptied.status, emptied.code()), (409, "built_in"));
        let deleted = desk.send(&admin, "DELETE", &format!("/api/v1/roles/{role}"), None, Some(1)).await;
        assert_eq!(deleted.code(), "built_in");
        // Somebody who never chose a password cannot take over.
        desk.post(&admin, "/api/v1/users", json!({ "login": "new", "name": "n", "role_ids": [role] })).await.expect(201);
        assert_eq!(desk.patch(&admin, &path, 1, json!({ "role_ids": [] })).await.code(), "last_admin");
        desk.hire("second", &["admin"]).await;
        desk.patch(&admin, &path, 1, json!({ "role_ids": [] })).await.expect(200);
        assert_eq!(desk.get(&admin, "/api/v1/users").await.status, 403);
    }

    migrations(), |t| two_administrators_cannot_switch_each_other_off_at_once {
        let desk = Desk::open(t).await;
        let (a, b) = (desk.person("a", &["admin"]).await, desk.person("b", &["admin"]).await);
        let off = async |who: &As, whom: Uuid| {
            desk.send(who, "POST", &format!("/api/v1/users/{whom}/disable"), None, Some(1)).await
        };
        let (first, second) = futures_util::join!(off(&a, b.id()), off(&b, a.id()));
        let codes = [(first.status, first.code().to_owned()), (second.status, second.code().to_owned())];
        assert_eq!(codes.iter().filter(|(status, _)| *status == 200).count(), 1, "{codes:?}");
    }

    migrations(), |t| a_region_takes_in_everything_below_it_and_never_itself {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let make = async |name: &str, parent: Option<Uuid>| {
            desk.post(&admin, "/api/v1/regions", json!({ "name": name, "parent_id": parent })).await.expect(201).id()
        };
        let east = make("华东", None).await;
        let shanghai = make("上海", Some(east)).await;
        let pudong = make("浦东", Some(shanghai)).await;
        let north = make("华北", None).await;
        let chen = desk.person("chen", &["agent"]).await;
        desk.patch(&admin, &format!("/api/v1/users/{}", chen.id()), 1, json!({ "region_ids": [shanghai] })).await.expect(200);
        let mut found = regions_of(&desk, chen.id()).await;
        found.sort();
        let mut expected = vec![shanghai, pudong];
        expected.sort();
        assert_eq!(found, expected);
        let me = desk.get(&chen, "/api/v1/session").await.expect(200);
        assert_eq!(me.json["user"]["region_ids"].as_array().unwrap().len(), 2);
        let circle = desk.patch(&admin, &format!("/api/v1/regions/{east}"), 1, json!({ "parent_id": pudong })).await;
        assert_eq!((circle.status, circle.pointer()), (422, "/parent_id"));
        let itself = desk.patch(&admin, &format!("/api/v1/regions/{east}"), 1, json!({ "parent_id": east })).await;
        assert_eq!(itself.status, 422);
        desk.patch(&admin, &format!("/api/v1/regions/{pudong}"), 1, json!({ "parent_id": north })).await.expect(200);
        assert_eq!(regions_of(&desk, chen.id()).await, [shanghai]);
        let used = desk.send(&admin, "DELETE", &format!("/api/v1/regions/{shanghai}"), None, Some(1)).await;
        assert_eq!((used.status, used.code()), (409, "in_use"));
        desk.send(&admin, "DELETE", &format!("/api/v1/regions/{pudong}"), None, Some(2)).await.expect(204);
        let left = desk.get(&admin, "/api/v1/regions?count=true").await.expect(200);
        assert_eq!(left.json["total"], 3);
    }

    migrations(), |t| a_team_scope_reaches_the_teams_of_the_person {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        desk.post(&admin, "/api/v1/roles", json!({ "key": "lead", "name": "组长", "permissions": { "tickets.read": "team" } })).await.expect(201);
        let lead = desk.person("lead", &["lead"]).await;
        let team = desk.post(&admin, "/api/v1/teams", json!({ "name": "一组", "member_ids": [lead.id()] })).await.expect(201);
        let cx = seed::context_of(desk.app.db(), &desk.cx, lead.id()).await.unwrap();
        assert_eq!(cx.grants().teams, [team.id()]);
        assert!(authz::allows(&cx, TICKETS_READ));
        let columns = authz::ScopeColumns { owner: &["assignee_id"], team: Some("team_id"), region: None };
        let clause = authz::scope_clause(&cx, TICKETS_READ, &columns, 2);
        assert_eq!(clause.text, "(assignee_id = $2 or team_id in ($3))");
        let path = format!("/api/v1/teams/{}", team.id());
        let unknown = desk.patch(&admin, &path, 1, json!({ "member_ids": [Uuid::from_u128(5)] })).await;
        assert_eq!((unknown.status, unknown.pointer()), (422, "/member_ids"));
        desk.patch(&admin, &path, 1, json!({ "leader_id": lead.id(), "name": "二组" })).await.expect(200);
        desk.send(&admin, "DELETE", &path, None, Some(2)).await.expect(204);
        assert!(seed::context_of(desk.app.db(), &desk.cx, lead.id()).await.unwrap().grants().teams.is_empty());
        assert_eq!(desk.get(&admin, "/api/v1/teams?archived=true").await.json["items"][0]["name"], "二组");
    }

    migrations(), |t| another_companys_administrator_finds_nothing {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let stranger = desk.person_in(&desk.other, "boss", &["admin"]).await;
        let role = desk.role_id(&admin, "agent").await;
        let region = desk.post(&admin, "/api/v1/regions", json!({ "name": "华东" })).await.expect(201).id();
        let team = desk.post(&admin, "/api/v1/teams", json!({ "name": "一组" })).await.expect(201).id();
        let key = desk.post(&admin, "/api/v1/apikeys", json!({ "name": "k", "role_id": role })).await.expect(201).id();
        let records = [
            format!("/api/v1/users/{}", admin.id()), format!("/api/v1/roles/{role}"), format!("/api/v1/regions/{region}"),
            format!("/api/v1/teams/{team}"), format!("/api/v1/apikeys/{key}"),
        ];
        for path in &records {
            desk.get(&admin, path).await.expect(200);
            assert_eq!(desk.get(&stranger, path).await.status, 404, "{path}");
            if !path.contains("apikeys") {
                assert_eq!(desk.patch(&stranger, path, 1, json!({ "name": "taken" })).await.status, 404, "{path}");
            }
            if !path.contains("users") {
                assert_eq!(desk.send(&stranger, "DELETE", path, None, Some(1)).await.status, 404, "{path}");
            }
        }
        for action in ["disable", "enable", "sign-out", "password-link"] {
            let path = format!("/api/v1/users/{}/{action}", admin.id());
            assert_eq!(desk.send(&stranger, "POST", &path, None, Some(1)).await.status, 404, "{path}");
        }
        let assigned = desk.post(&stranger, "/api/v1/users", json!({ "login": "n", "name": "n", "role_ids": [role] })).await;
        assert_eq!((assigned.status, assigned.pointer()), (422, "/role_ids"));
        assert_eq!(desk.post(&stranger, "/api/v1/apikeys", json!({ "name": "k", "role_id": role })).await.status, 422);
        let users = desk.get(&stranger, "/api/v1/users").await.expect(200);
        assert_eq!(users.json["items"].as_array().unwrap().len(), 1);
        let audit = desk.get(&stranger, "/api/v1/audit").await.expect(200);
        assert!(!audit.json.to_string().contains("华东"));
        assert_eq!(desk.get(&stranger, "/api/v1/tenant").await.json["slug"], "other");
    }
}
