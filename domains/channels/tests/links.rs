//! Links that customers open: who makes them, what they open, and when they end.
#![allow(clippy::unwrap_used)]

mod house;

use std::time::Duration;

use customers::NewCustomer;
use db::Tx;
use house::{House, TICKET, URL, house, house_for, migrations};
use http_api::http::Method;
use serde_json::{Value, json};

const DAY: Duration = Duration::from_hours(24);

fn links() -> String {
    format!("/api/v1/tickets/{TICKET}/customer-links")
}

/// A new link's record and token.
async fn link(house: &House, body: Value) -> (Value, String) {
    let (status, link) = house.ask("ours", Method::POST, &links(), Some(body)).await;
    assert_eq!(status, 201, "{link}");
    let token = link["url"].as_str().unwrap().strip_prefix(&format!("{URL}/s/")).unwrap().to_owned();
    (link, token)
}

/// The status behind a link.
async fn open(house: &House, token: &str) -> (u16, Value) {
    let (status, body) = house.ask("", Method::GET, &format!("/api/v1/behind/{token}"), None).await;
    (status.as_u16(), body)
}

testkit::both! {
    migrations(), |t| a_link_opens_its_ticket_for_its_customer {
        let new = NewCustomer { name: "虹桥酒店".into(), ..NewCustomer::default() };
        let customer = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| customers::insert(tx, new).await).await.unwrap();
        let house = house_for(t, Some(customer.id)).await;
        let (link, token) = link(&house, json!({})).await;
        assert!(link["qr_svg"].as_str().unwrap().contains("<svg"));
        assert_eq!((&link["purpose"], link.get("token_sha256")), (&"track".into(), None));
        let (status, behind) = open(&house, &token).await;
        assert_eq!(status, 200, "{behind}");
        assert_eq!((&behind[0]["ticket_id"], &behind[1]), (&json!(TICKET), &"虹桥酒店".into()));
        let face = house.get(&format!("/api/v1/public/links/{token}")).await;
        assert_eq!(face, json!({"kind": "ticket", "purpose": "track"}));
        let listed = house.get(&links()).await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert!(listed[0]["last_used_at"].is_string());
        assert!(!listed.to_string().contains(&token) && !house.events().await.contains(&token));
    }

    migrations(), |t| a_link_ends_when_it_is_said_to_and_when_it_is_taken_back {
        let house = house(t).await;
        let (usual, usual_token) = link(&house, json!({})).await;
        let (_, short) = link(&house, json!({"purpose": "quote", "days": 1})).await;
        t.clock.advance(DAY + Duration::from_secs(1));
        assert_eq!((open(&house, &short).await.0, open(&house, &usual_token).await.0), (404, 200));
        assert_eq!(house.get(&links()).await.as_array().unwrap().len(), 1);

        let one = format!("{}/{}", links(), usual["id"].as_str().unwrap());
        assert_eq!(house.ask("theirs", Method::DELETE, &one, None).await.0, 404);
        assert_eq!(open(&house, &usual_token).await.0, 200);
        assert_eq!(house.ask("ours", Method::DELETE, &one, None).await.0, 204);
        assert_eq!(open(&house, &usual_token).await.0, 404);
        assert_eq!(house.ask("ours", Method::DELETE, &one, None).await.0, 404);
        assert_eq!(house.ask("", Method::GET, &format!("/api/v1/public/links/{usual_token}"), None).await.0, 404);

        let (_, last) = link(&house, json!({})).await;
        t.clock.advance(DAY * 60);
        assert_eq!(open(&house, &last).await.0, 404);
        assert!(house.events().await.contains("link.revoked"));
    }

    migrations(), |t| a_token_that_was_never_given_out_opens_nothing {
        let house = house(t).await;
        let (_, token) = link(&house, json!({})).await;
        // The same random part under another company's name.
        let theirs = {
            let bytes = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
            let moved = [testkit::OTHER_TENANT.0.as_bytes(), &bytes[16..]].concat();
            data_encoding::BASE64URL_NOPAD.encode(&moved)
        };
        let changed = format!("{}{}", &token[..63], if token.ends_with('A') { 'B' } else { 'A' });
        for wrong in ["x", &token[1..], &theirs, &changed, &token.to_lowercase(), &"A".repeat(64), &"A".repeat(4_000)] {
            assert_eq!(open(&house, wrong).await.0, 404, "{wrong}");
            let path = format!("/api/v1/public/links/{wrong}");
            assert_eq!(house.ask("", Method::GET, &path, None).await.0, 404, "{wrong}");
        }
    }

    migrations(), |t| the_code_on_a_device_is_told_from_a_link {
        let house = house(t).await;
        let new = devices::NewDevice { serial_number: "SN-7".into(), ..devices::NewDevice::default() };
        let device = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| devices::insert(tx, new).await).await.unwrap();
        let face = house.get(&format!("/api/v1/public/links/{}", device.qr_token)).await;
        assert_eq!(face, json!({"kind": "device"}));
        assert_eq!(open(&house, &device.qr_token).await.0, 404);
    }

    migrations(), |t| a_link_is_made_only_for_a_ticket_one_reaches {
        let house = house(t).await;
        assert_eq!(house.ask("theirs", Method::POST, &links(), Some(json!({}))).await.0, 404);
        assert_eq!(house.ask("theirs", Method::GET, &links(), None).await.0, 404);
        let (_, token) = link(&house, json!({})).await;
        // A customer's link is no sign-in.
        assert_eq!(house.ask(&token, Method::POST, &links(), Some(json!({}))).await.0, 401);
        for wrong in [json!({"days": 0}), json!({"days": 366}), json!({"purpose": "spy"}), json!({"token": "x"})] {
            assert_eq!(house.ask("ours", Method::POST, &links(), Some(wrong)).await.0, 422);
        }
    }
}
