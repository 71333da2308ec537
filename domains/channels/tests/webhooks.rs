//! Webhooks as their administrators see them.
#![allow(clippy::unwrap_used)]

mod house;

use house::{House, house, migrations};
use http_api::http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/webhooks";

/// A receiver that takes everything.
#[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
async fn receiver() -> String {
    let router = axum::Router::new().route("/hook", axum::routing::post(async || "ok"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

async fn create(house: &House, name: &str, url: &str) -> (u16, Value) {
    let (status, answer) = house.ask("ours", Method::POST, PATH, Some(json!({"name": name, "url": url}))).await;
    (status.as_u16(), answer)
}

testkit::both! {
    migrations(), |t| a_secret_is_shown_once_and_a_test_says_how_it_went {
        let (house, origin) = (house(t).await, receiver().await);
        let (status, made) = create(&house, " ERP ", &format!("{origin}/hook")).await;
        assert_eq!((status, &made["name"], &made["enabled"]), (201, &json!("ERP"), &json!(true)));
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
        let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
        let (_, shown) = house.ask("ours", Method::GET, &one, None).await;
        assert_eq!((shown.get("secret"), &shown["called_at"]), (None, &Value::Null));

        let (_, tested) = house.ask("ours", Method::POST, &format!("{one}/test"), Some(json!({}))).await;
        assert_eq!(tested, json!({"ok": true, "message": "HTTP 200"}));
        let away = Some(json!({"url": format!("{origin}/gone")}));
        let (status, _) = house.ask_seen("ours", Method::PATCH, &one, away, Some("\"1\"")).await;
        assert_eq!(status, 200);
        let (_, tested) = house.ask("ours", Method::POST, &format!("{one}/test"), Some(json!({}))).await;
        assert_eq!(tested["ok"], json!(false), "{tested}");
        let (_, shown) = house.ask("ours", Method::GET, &one, None).await;
        assert!(shown["last_error"].as_str().unwrap().contains("404"), "{shown}");

        let (_, rotated) = house.ask_seen("ours", Method::POST, &format!("{one}/rotate-secret"), Some(json!({})), Some("\"2\"")).await;
        assert_ne!(rotated["secret"], made["secret"]);
        let (_, names) = house.ask("ours", Method::GET, "/api/v1/webhook-names", None).await;
        assert_eq!(names, json!([{"id": made["id"], "name": "ERP"}]));
    }

    migrations(), |t| what_cannot_be_called_and_what_was_seen_by_nobody_is_refused {
        let house = house(t).await;
        for (name, url, pointer) in [
            ("", "https://erp.example.com/hook", "/name"),
            ("ERP", "erp.example.com", "/url"),
            ("ERP", "ftp://erp.example.com", "/url"),
            ("ERP", "https://user:word@erp.example.com", "/url"),
        ] {
            let (status, answer) = create(&house, name, url).await;
            assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!(pointer)), "{answer}");
        }
        let (_, made) = create(&house, "ERP", "https://erp.example.com/hook").await;
        let (status, taken) = create(&house, "ERP", "https://other.example.com/hook").await;
        assert_eq!((status, &taken["errors"][0]["code"]), (422, &json!("taken")));
        let one = format!("{PATH}/{}", made["id"].as_str().unwrap());
        let off = Some(json!({"enabled": false}));
        let (status, _) = house.ask_seen("ours", Method::PATCH, &one, off.clone(), Some("\"7\"")).await;
        assert_eq!(status, 412);
        let (status, _) = house.ask_seen("theirs", Method::PATCH, &one, off.clone(), Some("\"1\"")).await;
        assert_eq!(status, 404);
        let (status, _) = house.ask_seen("ours", Method::PATCH, &one, off, Some("\"1\"")).await;
        assert_eq!(status, 200);
        let (_, names) = house.ask("ours", Method::GET, "/api/v1/webhook-names", None).await;
        assert_eq!(names, json!([]), "what is switched off is not offered");
        let (status, _) = house.ask_seen("ours", Method::DELETE, &one, None, Some("\"2\"")).await;
        assert_eq!(status, 204);
        let (status, _) = house.ask("ours", Method::GET, &one, None).await;
        assert_eq!(status, 404);
    }
}
