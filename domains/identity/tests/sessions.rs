//! Signing in and out, wrong passwords, locks, ends of sessions, CSRF, passwords.
#![allow(clippy::unwrap_used)]

mod desk;

use std::time::Duration;

use desk::{As, Desk, PASSWORD, migrations};
use serde_json::json;

const MINUTE: Duration = Duration::from_mins(1);

fn caller(answer: &desk::Answer) -> As {
    As::Person {
        id: answer.json["user"]["id"].as_str().unwrap().parse().unwrap(),
        cookie: answer.cookie.clone().unwrap(),
        csrf: answer.text("csrf_token"),
    }
}

testkit::both! {
    migrations(), |t| a_person_signs_in_looks_around_and_signs_out {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["dispatcher"]).await;
        let session = desk.sign_in(" Chen ", PASSWORD).await.expect(201);
        assert_eq!(session.json["user"]["roles"], json!(["dispatcher"]));
        assert_eq!(session.json["user"]["permissions"]["tickets.assign"], "all");
        assert_eq!(session.json["tenant"]["slug"], "acme");
        let me = caller(&session);
        let seen = desk.get(&me, "/api/v1/session").await.expect(200);
        assert_eq!(seen.json["csrf_token"], session.json["csrf_token"]);
        assert_eq!(seen.etag, "\"1\"");
        desk.send(&me, "DELETE", "/api/v1/session", None, None).await.expect(204);
        assert_eq!(desk.get(&me, "/api/v1/session").await.status, 401);
        assert_eq!(desk.get(&As::Nobody, "/api/v1/session").await.code(), "not_signed_in");
    }

    migrations(), |t| every_wrong_combination_gets_the_same_answer {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        let gone = desk.hire("gone", &["agent"]).await;
        let admin = desk.person("boss", &["admin"]).await;
        desk.send(&admin, "POST", &format!("/api/v1/users/{gone}/disable"), None, Some(1)).await.expect(200);
        desk.post(&admin, "/api/v1/users", json!({ "login": "invited", "name": "i" })).await.expect(201);
        let tries = [
            json!({ "tenant": "acme", "login": "chen", "password": "wrong password" }),
            json!({ "tenant": "acme", "login": "nobody", "password": PASSWORD }),
            json!({ "tenant": "nowhere", "login": "chen", "password": PASSWORD }),
            json!({ "tenant": "other", "login": "chen", "password": PASSWORD }),
            json!({ "tenant": "acme", "login": "gone", "password": PASSWORD }),
            json!({ "tenant": "acme", "login": "invited", "password": PASSWORD }),
            json!({ "login": "nobody", "password": PASSWORD }),
            json!({ "tenant": "acme", "login": "", "password": "" }),
        ];
        for body in tries {
            let answer = desk.post(&As::Nobody, "/api/v1/session", body.clone()).await;
            assert_eq!((answer.status, answer.code()), (401, "sign_in_failed"), "{body}");
            assert!(answer.cookie.is_none());
        }
    }

    migrations(), |t| the_company_may_be_left_out_when_the_login_is_in_one_only {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        desk.hire("li", &["agent"]).await;
        desk.hire_in(&desk.other, "li", &["agent"]).await;
        let sign_in = async |login: &str| {
            desk.post(&As::Nobody, "/api/v1/session", json!({ "login": login, "password": PASSWORD })).await.status
        };
        assert_eq!(sign_in("chen").await, 201);
        assert_eq!(sign_in("li").await, 401);
    }

    migrations(), |t| ten_wrong_passwords_lock_a_login_known_or_not_for_a_quarter_of_an_hour {
        let desk = Desk::open(t).await;
        let id = desk.hire("chen", &["agent"]).await;
        let admin = desk.person("boss", &["admin"]).await;
        for login in ["chen", "nobody"] {
            for _ in 0..10 {
                assert_eq!(desk.sign_in(login, "wrong password").await.status, 401);
            }
            let locked = desk.sign_in(login, PASSWORD).await;
            assert_eq!((locked.status, locked.code()), (429, "sign_in_locked"), "{login}");
        }
        let path = format!("/api/v1/users/{id}");
        assert_eq!(desk.get(&admin, &path).await.json["status"], "locked");
        let audit = desk.get(&admin, "/api/v1/audit?kind=user.locked").await.expect(200);
        assert_eq!(audit.json["items"].as_array().unwrap().len(), 1);
        t.clock.advance(14 * MINUTE);
        assert_eq!(desk.sign_in("chen", PASSWORD).await.status, 429);
        t.clock.advance(MINUTE);
        assert_eq!(desk.get(&admin, &path).await.json["status"], "active");
        desk.sign_in("chen", PASSWORD).await.expect(201);
    }

    migrations(), |t| tries_spread_over_time_or_ended_by_success_do_not_lock {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        for _ in 0..9 {
            desk.sign_in("chen", "wrong password").await.expect(401);
        }
        desk.sign_in("chen", PASSWORD).await.expect(201);
        for _ in 0..9 {
            desk.sign_in("chen", "wrong password").await.expect(401);
        }
        t.clock.advance(15 * MINUTE);
        desk.sign_in("chen", "wrong password").await.expect(401);
        desk.sign_in("chen", PASSWORD).await.expect(201);
    }

    migrations(), |t| many_tries_at_once_do_not_slip_through {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        let tries = (0..25).map(|_| desk.sign_in("chen", "wrong password"));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 10);
        assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 15);
    }

    migrations(), |t| a_session_ends_when_unused_for_a_week_and_after_a_month_in_any_case {
        let desk = Desk::open(t).await;
        let (day, idle) = (1_440 * MINUTE, desk.person("idle", &["agent"]).await);
        let busy = desk.person("busy", &["agent"]).await;
        for _ in 0..4 {
            t.clock.advance(6 * day);
            desk.get(&busy, "/api/v1/session").await.expect(200);
        }
        assert_eq!(desk.get(&idle, "/api/v1/session").await.status, 401);
        t.clock.advance(5 * day);
        desk.get(&busy, "/api/v1/session").await.expect(200);
        t.clock.advance(day + MINUTE);
        assert_eq!(desk.get(&busy, "/api/v1/session").await.status, 401);
    }

    migrations(), |t| a_change_with_a_cookie_needs_the_csrf_token {
        let desk = Desk::open(t).await;
        let As::Person { id, cookie, csrf } = desk.person("chen", &["agent"]).await else { unreachable!() };
        let forged = As::Person { id, cookie: cookie.clone(), csrf: "guess".to_owned() };
        let body = json!({ "name": "陈伟" });
        let refused = desk.patch(&forged, "/api/v1/session/profile", 1, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (403, "csrf_token"));
        desk.get(&forged, "/api/v1/session").await.expect(200);
        let real = As::Person { id, cookie, csrf };
        let changed = desk.patch(&real, "/api/v1/session/profile", 1, body.clone()).await.expect(200);
        assert_eq!(changed.json["name"], "陈伟");
        assert_eq!(desk.patch(&real, "/api/v1/session/profile", 1, body).await.code(), "stale");
    }

    migrations(), |t| signing_out_everywhere_ends_every_session_of_that_person_only {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        let li = desk.person("li", &["agent"]).await;
        let phone = caller(&desk.sign_in("chen", PASSWORD).await.expect(201));
        let laptop = caller(&desk.sign_in("chen", PASSWORD).await.expect(201));
        desk.get(&phone, "/api/v1/session").await.expect(200);
        desk.send(&laptop, "DELETE", "/api/v1/session/all", None, None).await.expect(204);
        assert_eq!(desk.get(&phone, "/api/v1/session").await.status, 401);
        assert_eq!(desk.get(&laptop, "/api/v1/session").await.status, 401);
        desk.get(&li, "/api/v1/session").await.expect(200);
    }

    migrations(), |t| a_new_password_needs_the_present_one_and_ends_other_sessions {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        let here = caller(&desk.sign_in("chen", PASSWORD).await.expect(201));
        let there = caller(&desk.sign_in("chen", PASSWORD).await.expect(201));
        let path = "/api/v1/session/password";
        let wrong = desk.post(&here, path, json!({ "current": "guess", "new": "a much better one" })).await;
        assert_eq!((wrong.status, wrong.pointer()), (422, "/current"));
        let weak = desk.post(&here, path, json!({ "current": PASSWORD, "new": "password123" })).await;
        assert_eq!((weak.status, weak.pointer()), (422, "/new"));
        desk.post(&here, path, json!({ "current": PASSWORD, "new": "a much better one" })).await.expect(204);
        desk.get(&here, "/api/v1/session").await.expect(200);
        assert_eq!(desk.get(&there, "/api/v1/session").await.status, 401);
        desk.sign_in("chen", PASSWORD).await.expect(401);
        desk.sign_in("chen", "a much better one").await.expect(201);
    }

    migrations(), |t| a_suspended_company_lets_nobody_in {
        let desk = Desk::open(t).await;
        let chen = desk.person("chen", &["agent"]).await;
        t.db.write(&t.cx, async |tx: &mut db::Tx<'_>| {
            tx.execute(db::Stmt::new("update tenants set status = 'suspended'", vec![])).await
        }).await.unwrap();
        desk.app.get::<identity::Directory>().forget();
        assert_eq!(desk.get(&chen, "/api/v1/session").await.status, 401);
        desk.sign_in("chen", PASSWORD).await.expect(401);
    }
}
