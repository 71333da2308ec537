//! Invitations and forgotten passwords: links by mail that work once.
#![allow(clippy::unwrap_used)]

mod desk;

use std::time::Duration;

use desk::{As, Desk, PASSWORD, migrations};
use serde_json::json;

const NEW: &str = "a much better one";

testkit::both! {
    migrations(), |t| a_forgotten_password_is_replaced_by_a_link_that_works_once {
        let desk = Desk::open(t).await;
        let before = desk.person("chen", &["agent"]).await;
        let body = json!({ "tenant": "acme", "login": "chen" });
        desk.post(&As::Nobody, "/api/v1/password-reset", body).await.expect(202);
        let token = desk.token_in_mail("reset").await;
        let path = format!("/api/v1/password-reset/{token}");
        let weak = desk.post(&As::Nobody, &path, json!({ "password": "1234567890" })).await;
        assert_eq!((weak.status, weak.pointer()), (422, "/password"));
        desk.post(&As::Nobody, &path, json!({ "password": NEW })).await.expect(204);
        let again = desk.post(&As::Nobody, &path, json!({ "password": "yet another one" })).await;
        assert_eq!((again.status, again.code()), (404, "link_gone"));
        desk.sign_in("chen", PASSWORD).await.expect(401);
        desk.sign_in("chen", NEW).await.expect(201);
        assert_eq!(desk.get(&before, "/api/v1/session").await.status, 401);
    }

    migrations(), |t| of_two_attempts_at_once_with_one_link_only_one_succeeds {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        desk.post(&As::Nobody, "/api/v1/password-reset", json!({ "login": "chen" })).await.expect(202);
        let path = format!("/api/v1/password-reset/{}", desk.token_in_mail("reset").await);
        let tries = (0..4).map(|n| desk.post(&As::Nobody, &path, json!({ "password": format!("{NEW} {n}") })));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.code() == "link_gone").count(), 3);
    }

    migrations(), |t| a_reset_link_is_too_old_after_an_hour_and_a_new_one_takes_the_old_one_back {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        let ask = async || desk.post(&As::Nobody, "/api/v1/password-reset", json!({ "login": "chen@example.com", "tenant": "acme" })).await.expect(202);
        ask().await;
        let first = desk.token_in_mail("reset").await;
        t.clock.advance(Duration::from_mins(1));
        ask().await;
        let second = desk.token_in_mail("reset").await;
        let choose = async |token: &str| desk.post(&As::Nobody, &format!("/api/v1/password-reset/{token}"), json!({ "password": NEW })).await.status;
        assert_eq!(choose(&first).await, 404);
        t.clock.advance(Duration::from_hours(1));
        assert_eq!(choose(&second).await, 404);
    }

    migrations(), |t| asking_for_a_reset_never_says_who_exists_and_fills_no_mailbox {
        let desk = Desk::open(t).await;
        desk.hire("chen", &["agent"]).await;
        for login in ["nobody", "", "chen", "chen", "chen", "chen", "chen", "chen", "chen"] {
            let answer = desk.post(&As::Nobody, "/api/v1/password-reset", json!({ "tenant": "acme", "login": login })).await.expect(202);
            assert_eq!(answer.json, json!({ "accepted": true }));
            t.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(desk.letters().await.len(), 5);
        for wrong in ["x", &"A".repeat(64)] {
            let answer = desk.post(&As::Nobody, &format!("/api/v1/password-reset/{wrong}"), json!({ "password": NEW })).await;
            assert_eq!(answer.code(), "link_gone");
        }
    }

    migrations(), |t| an_invited_person_chooses_a_password_and_is_signed_in {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let engineer = desk.role_id(&admin, "engineer").await;
        let body = json!({ "email": "Li.Na@Example.com", "name": "李娜", "role_ids": [engineer] });
        let user = desk.post(&admin, "/api/v1/invitations", body.clone()).await.expect(201);
        assert_eq!((user.text("status"), user.text("login")), ("invited".to_owned(), "li.na@example.com".to_owned()));
        let first = desk.token_in_mail("invite").await;
        t.clock.advance(Duration::from_secs(1));
        // Inviting again sends a new link to the same person.
        assert_eq!(desk.post(&admin, "/api/v1/invitations", body).await.expect(201).id(), user.id());
        let path = format!("/api/v1/invitations/{}", desk.token_in_mail("invite").await);
        assert_eq!(desk.get(&As::Nobody, &format!("/api/v1/invitations/{first}")).await.status, 404);
        let shown = desk.get(&As::Nobody, &path).await.expect(200);
        assert_eq!((shown.text("name"), shown.text("tenant_name")), ("李娜".to_owned(), "acme 公司".to_owned()));
        let session = desk.post(&As::Nobody, &path, json!({ "password": NEW, "name": "李 娜" })).await.expect(201);
        assert_eq!(session.json["user"]["name"], "李 娜");
        assert_eq!(session.json["user"]["permissions"]["tickets.read"], "own");
        assert!(session.cookie.is_some());
        assert_eq!(desk.post(&As::Nobody, &path, json!({ "password": NEW })).await.status, 404);
        desk.sign_in("li.na@example.com", NEW).await.expect(201);
    }

    migrations(), |t| an_address_that_cannot_be_invited_is_pointed_at {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        desk.hire("li@example.com", &["agent"]).await;
        for email in ["li@example.com", "nonsense"] {
            let refused = desk.post(&admin, "/api/v1/invitations", json!({ "email": email, "name": "李娜" })).await;
            assert_eq!((refused.status, refused.pointer()), (422, "/email"), "{email}");
        }
        assert!(desk.letters().await.is_empty());
    }

    migrations(), |t| without_mail_an_administrator_hands_the_link_over {
        let desk = Desk::open(t).await;
        let admin = desk.person("boss", &["admin"]).await;
        let user = desk.post(&admin, "/api/v1/users", json!({ "login": "wang", "name": "王强" })).await.expect(201);
        assert!(desk.letters().await.is_empty());
        let made = desk.send(&admin, "POST", &format!("/api/v1/users/{}/password-link", user.id()), None, None).await.expect(200);
        let url = made.text("url");
        let path = url.split_once("/invite/").unwrap().1;
        desk.post(&As::Nobody, &format!("/api/v1/invitations/{path}"), json!({ "password": NEW })).await.expect(201);
        desk.sign_in("wang", NEW).await.expect(201);
    }
}
