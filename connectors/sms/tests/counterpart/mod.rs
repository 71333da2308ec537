//! SMS providers on loopback, in the shapes that are common: JSON with a bearer token, a form with an API key, a
//! query with a bare number for an answer, and JSON inside a form field.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

pub const TOKEN: &str = "tok_live_8c1f2d3e";

/// A message as a provider would put it on the air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aired {
    pub to: String,
    pub text: String,
}

type Air = Arc<Mutex<Vec<Aired>>>;

pub struct Counterpart {
    pub origin: String,
    air: Air,
}

impl Counterpart {
    #[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub async fn start() -> Self {
        let air = Air::default();
        let router = Router::new()
            .route("/json", post(json_api))
            .route("/form", post(form_api))
            .route("/query", get(query_api))
            .route("/filled", post(filled_api))
            .route("/moved", post(moved))
            .route("/silent", post(silent))
            .route("/endless", post(endless))
            .with_state(Arc::clone(&air));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, air }
    }

    pub fn aired(&self) -> Vec<Aired> {
        let air = self.air.lock();
        air.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn broadcast(air: &Air, to: &str, text: &str) {
    let mut air = air.lock().unwrap_or_else(PoisonError::into_inner);
    air.push(Aired { to: to.to_owned(), text: text.to_owned() });
}

/// Status 200 with `code` 0, 4xx and 5xx with other codes; wants E.164 numbers.
async fn json_api(State(air): State<Air>, headers: HeaderMap, body: Bytes) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let answer = |status: StatusCode, code: i64, message: &str| {
        (status, Json(json!({"code": code, "message": message}))).into_response()
    };
    if bearer != Some(&format!("Bearer {TOKEN}")) {
        let words = format!("bad credentials {}", bearer.unwrap_or_default());
        return answer(StatusCode::UNAUTHORIZED, 1001, &words);
    }
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "application/json") {
        return answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, 1002, "JSON only");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return answer(StatusCode::BAD_REQUEST, 1003, "malformed JSON");
    };
    let (Some(to), Some(text)) = (body["to"].as_str(), body["text"].as_str()) else {
        return answer(StatusCode::BAD_REQUEST, 1004, "to and text");
    };
    if body.as_object().map(serde_json::Map::len) != Some(2) {
        return answer(StatusCode::BAD_REQUEST, 1005, "unknown field");
    }
    match text {
        "limit" => answer(StatusCode::TOO_MANY_REQUESTS, 1429, "slow down"),
        "down" => answer(StatusCode::SERVICE_UNAVAILABLE, 1503, "maintenance"),
        "spam" => {
            let words = format!("{to} {text}: content not allowed, token {TOKEN}");
            answer(StatusCode::OK, 2001, &words)
        }
        _ if !to.starts_with('+') => answer(StatusCode::OK, 2002, "E.164 only"),
        _ => {
            broadcast(&air, to, text);
            answer(StatusCode::OK, 0, "ok")
        }
    }
}

/// Always JSON; a refusal is status 400, and code 22 means "too often for this number".
async fn form_api(State(air): State<Air>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refuse = |code: i64, words: &str| {
        let answer = json!({"http_status_code": 400, "code": code, "msg": words});
        (StatusCode::BAD_REQUEST, Json(answer)).into_response()
    };
    if form.len() != 3 {
        return refuse(1, "请求参数缺失");
    }
    if field("apikey") != TOKEN {
        return refuse(-1, "非法的apikey");
    }
    if field("text") == "again" {
        return refuse(22, "1小时内同一手机号发送次数超过限制");
    }
    broadcast(&air, field("mobile"), field("text"));
    Json(json!({"code": 0, "msg": "发送成功", "count": 1, "fee": 0.05, "sid": 3_310_228_982_i64})).into_response()
}

/// Answers a bare `0`, or another number for a refusal, as plain text.
async fn query_api(State(air): State<Air>, Query(query): Query<BTreeMap<String, String>>) -> &'static str {
    let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    if field("p") != TOKEN {
        return "30";
    }
    broadcast(&air, field("m"), field("c"));
    "0"
}

/// Fills an approved text with the values of a JSON object inside a form field.
async fn filled_api(State(air): State<Air>, Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refuse = |code: &str| Json(json!({"Code": code, "Message": code, "RequestId": "A1"}));
    if field("SignName") != "售后 服务" || field("TemplateCode") != "SMS_154950909" {
        return refuse("isv.SMS_SIGNATURE_ILLEGAL");
    }
    let Ok(values) = serde_json::from_str::<BTreeMap<String, String>>(field("TemplateParam")) else {
        return refuse("isv.INVALID_JSON_PARAM");
    };
    if values.keys().ne(["code", "name"]) {
        return refuse("isv.TEMPLATE_MISSING_PARAMETERS");
    }
    let text = format!("{}您好,工单 {} 已派工", values["name"], values["code"]);
    broadcast(&air, field("PhoneNumbers"), &text);
    Json(json!({"Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "A1"}))
}

async fn moved() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/json")]).into_response()
}

async fn silent() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_hours(1)).await;
    "late"
}

async fn endless() -> String {
    "x".repeat(10_000_000)
}
