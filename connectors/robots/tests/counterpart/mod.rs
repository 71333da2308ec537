//! The three providers' robot endpoints on loopback: they check what the real ones check and answer as they do.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

pub const KEY: &str = "693a91f6-7xxx-4bc4";
pub const SECRET: &str = "SEC000000000000000000000";
/// 2026-03-01 00:00:00 UTC.
pub const NOW_MILLIS: i64 = 1_772_323_200_000;
const HOUR: i64 = 3_600_000;

/// What the providers do besides checking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Usual,
    /// Answer as after too many notes.
    Hasty,
    /// Send the caller elsewhere.
    Redirecting,
    /// Answer without end.
    Endless,
    /// Do not answer.
    Silent,
    /// Answer as a gateway whose service is down.
    Down,
}

struct Providers {
    mood: Mood,
    shown: Mutex<Vec<Value>>,
}

type Shared = Arc<Providers>;

pub struct Counterpart {
    pub origin: String,
    providers: Shared,
}

impl Counterpart {
    #[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub async fn start(mood: Mood) -> Self {
        let providers = Arc::new(Providers { mood, shown: Mutex::default() });
        let router = Router::new()
            .route("/cgi-bin/webhook/send", post(wecom))
            .route("/robot/send", post(dingtalk))
            .route("/open-apis/bot/v2/hook/{token}", post(feishu))
            .route("/elsewhere", post(elsewhere).get(elsewhere))
            .with_state(Arc::clone(&providers));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, providers }
    }

    /// The bodies of the notes that were shown to the group, in order.
    pub fn shown(&self) -> Vec<Value> {
        let shown = self.providers.shown.lock();
        shown.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Providers {
    fn show(&self, body: Value) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(body);
    }

    async fn moody(&self, haste: Value) -> Option<Response> {
        match self.mood {
            Mood::Usual => None,
            Mood::Hasty => Some(Json(haste).into_response()),
            Mood::Redirecting => {
                Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response())
            }
            Mood::Endless => Some("x".repeat(10_000_000).into_response()),
            Mood::Silent => {
                tokio::time::sleep(std::time::Duration::from_hours(1)).await;
                None
            }
            Mood::Down => Some((StatusCode::BAD_GATEWAY, "<html>Bad Gateway</html>").into_response()),
        }
    }
}

fn signed(key: &str, message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    BASE64.encode(&mac.finalize().into_bytes())
}

/// The JSON body, provided the request says that it is one.
fn json_body(headers: &HeaderMap, body: &Bytes) -> Option<Value> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    kind.starts_with("application/json").then_some(())?;
    serde_json::from_slice(body).ok()
}

fn errcode(code: i64, words: &str) -> Response {
    Json(json!({"errcode": code, "errmsg": words})).into_response()
}

async fn elsewhere(State(providers): State<Shared>) -> Response {
    providers.show(json!("elsewhere"));
    errcode(0, "ok")
}

#[derive(Deserialize)]
struct WecomQuery {
    #[serde(default)]
    key: String,
}

async fn wecom(
    State(providers): State<Shared>,
    Query(query): Query<WecomQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let haste = json!({"errcode": 45009, "errmsg": "api freq out of limit, hint: [1772323200]"});
    if let Some(response) = providers.moody(haste).await {
        return response;
    }
    if query.key != KEY {
        let words = format!(
            "invalid webhook url, hint: [1772323200254], key {}, more info at https://open.work.weixin.qq.com/devtool/query?e=93000",
            query.key
        );
        return errcode(93000, &words);
    }
    let Some(body) = json_body(&headers, &body) else {
        return errcode(40058, "invalid Request Parameter, hint: [1772323200]");
    };
    let (content, limit) = match body["msgtype"].as_str() {
        Some("markdown") => (body["markdown"]["content"].as_str(), 4096),
        Some("text") => (body["text"]["content"].as_str(), 2048),
        _ => return errcode(40008, "invalid message type, hint: [1772323200]"),
    };
    match content.map(str::len) {
        None | Some(0) => errcode(44004, "empty content, hint: [1772323200]"),
        Some(size) if size > limit => {
            let words = format!("markdown.content exceed max length {limit}. invalid Request Parameter");
            errcode(40058, &words)
        }
        Some(_) => {
            providers.show(body);
            errcode(0, "ok")
        }
    }
}

#[derive(Deserialize)]
struct DingtalkQuery {
    #[serde(default)]
    access_token: String,
    timestamp: Option<i64>,
    sign: Option<String>,
}

async fn dingtalk(
    State(providers): State<Shared>,
    Query(query): Query<DingtalkQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let haste = json!({"errcode": 130_101, "errmsg": "send too fast, exceed 20 times per minute"});
    if let Some(response) = providers.moody(haste).await {
        return response;
    }
    if query.access_token != KEY {
        return errcode(300_005, "token is not exist");
    }
    let Some(timestamp) = query.timestamp else {
        return errcode(310_000, "sign not match");
    };
    if (timestamp - NOW_MILLIS).abs() > HOUR {
        return errcode(310_000, "invalid timestamp");
    }
    if query.sign != Some(signed(SECRET, &format!("{timestamp}\n{SECRET}"))) {
        return errcode(310_000, "sign not match");
    }
    if body.len() > 20_000 {
        return errcode(460_101, "message too long, exceed 20000 bytes");
    }
    let Some(body) = json_body(&headers, &body) else {
        return errcode(43004, "无效的HTTP HEADER Content-Type");
    };
    let markdown = &body["markdown"];
    let filled = |name: &str| markdown[name].as_str().is_some_and(|text| !text.is_empty());
    if body["msgtype"] != "markdown" {
        return errcode(400_105, "不支持的消息类型");
    }
    if !filled("title") || !filled("text") {
        return errcode(40035, "缺少参数 markdown");
    }
    providers.show(body);
    errcode(0, "ok")
}

fn feishu_code(code: i64, words: &str) -> Response {
    Json(json!({"code": code, "msg": words, "data": {}})).into_response()
}

async fn feishu(
    State(providers): State<Shared>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let haste = json!({"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"});
    if let Some(response) = providers.moody(haste).await {
        return response;
    }
    if token != KEY {
        return feishu_code(19001, "param invalid: incoming webhook access token invalid");
    }
    if body.len() > 20 * 1024 {
        return feishu_code(9499, "Bad Request");
    }
    let Some(mut body) = json_body(&headers, &body) else {
        return feishu_code(9499, "Bad Request");
    };
    // Seconds, written as a string; the signature's key is time and secret, its message is empty.
    let seconds = body["timestamp"].as_str().and_then(|t| t.parse::<i64>().ok());
    let fresh = seconds.is_some_and(|s| (s * 1000 - NOW_MILLIS).abs() <= HOUR);
    let expected = seconds.map(|s| signed(&format!("{s}\n{SECRET}"), ""));
    if !fresh || body["sign"].as_str() != expected.as_deref() {
        return feishu_code(19021, "sign match fail or timestamp is not within one hour from current time");
    }
    let post = &body["content"]["post"]["zh_cn"];
    if body["msg_type"] != "post" || !post["content"].is_array() {
        return feishu_code(9499, "Bad Request");
    }
    if let Some(fields) = body.as_object_mut() {
        fields.remove("sign");
    }
    providers.show(body);
    Json(json!({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})).into_response()
}
