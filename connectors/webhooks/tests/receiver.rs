//! Calls a receiver on loopback that checks what a real one checks.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde_json::{Value, json};
use webhooks::{Call, Endpoint, Reach, WebhookError, client, signature};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: i64 = 1_772_323_200;
const LOOPBACK: Reach = Reach { private: true };

type Taken = Arc<Mutex<Vec<(String, Value)>>>;

async fn take(State(taken): State<Taken>, headers: HeaderMap, body: Bytes) -> Response {
    let said = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let (id, seconds) = (said("webhook-id"), said("webhook-timestamp").parse().unwrap());
    if signature(SECRET, &id, seconds, &body).unwrap() != said("webhook-signature") || seconds != NOW {
        return (StatusCode::UNAUTHORIZED, "bad\n signature").into_response();
    }
    taken.lock().unwrap().push((id, serde_json::from_slice(&body).unwrap()));
    ([(header::CONTENT_TYPE, "application/json")], r#"{"order": 7}"#).into_response()
}

#[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
async fn receiver() -> (String, Taken) {
    let taken = Taken::default();
    let router = Router::new()
        .route("/hook", post(take))
        .route("/away", post(async || Redirect::temporary("http://127.0.0.1:1/")))
        .route("/busy", post(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/many", post(async || StatusCode::TOO_MANY_REQUESTS))
        .route("/silent", post(async || StatusCode::NO_CONTENT))
        .route("/huge", post(async || "x".repeat(100_000)))
        .with_state(Arc::clone(&taken));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, taken)
}

async fn call(url: String, reach: Reach, seconds: i64) -> Result<webhooks::Answer, WebhookError> {
    let endpoint = Endpoint { url, secret: SECRET.to_owned() };
    let body = json!({"type": "ticket", "name": "空调"});
    endpoint.call(&client(reach).unwrap(), reach, Call { id: "msg_1", seconds, body: &body }).await
}

#[tokio::test]
async fn a_signed_call_is_taken_and_answered() {
    let (origin, taken) = receiver().await;
    let answer = call(format!("{origin}/hook"), LOOPBACK, NOW).await.unwrap();
    assert_eq!((answer.status, answer.body), (200, Some(json!({"order": 7}))));
    assert_eq!(*taken.lock().unwrap(), [("msg_1".to_owned(), json!({"type": "ticket", "name": "空调"}))]);
    assert_eq!(call(format!("{origin}/silent"), LOOPBACK, NOW).await.unwrap().body, None);
}

#[tokio::test]
async fn what_is_refused_is_told_apart_from_what_can_be_tried_again() {
    let (origin, _) = receiver().await;
    let refused = call(format!("{origin}/hook"), LOOPBACK, NOW - 1).await.unwrap_err();
    assert_eq!(refused, WebhookError::Refused { status: 401, answer: "bad signature".to_owned() });
    for (path, is_transient) in [("busy", true), ("many", true), ("away", false), ("none", false), ("huge", false)] {
        let error = call(format!("{origin}/{path}"), LOOPBACK, NOW).await.unwrap_err();
        assert_eq!(error.is_transient(), is_transient, "{path}: {error}");
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    }
    assert!(call("http://127.0.0.1:1/hook".to_owned(), LOOPBACK, NOW).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn names_that_lead_into_the_own_network_are_not_called() {
    let error = call("https://localhost:1/hook".to_owned(), Reach::default(), NOW).await.unwrap_err();
    assert_eq!(error, WebhookError::Unreachable("`localhost` has no public address".to_owned()));
}
