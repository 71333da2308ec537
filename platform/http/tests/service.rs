//! The whole service over a real database, asked as callers ask it.

#![allow(clippy::unwrap_used)] // helpers of tests stand outside the test functions

use std::{sync::Arc, time::Duration};

use authz::Access;
use axum::{Router, body::Body as HttpBody, response::Response};
use db::{Db, Migration};
use futures_util::{FutureExt as _, future::BoxFuture};
use http::{Method, Request};
use http_api::{
    App, Authenticator, Body, CONTENT_SECURITY_POLICY, Caller, Credential, EventStream, Identified, Json, Meta,
    NoContent, Path, Problem, Rate, RawBody, Routes, Service, Settings, State, StreamEvent, Upload, axum, http,
};
use http_body_util::BodyExt as _;
use kernel::{Actor, ActorKind, Context, Grants, ManualClock, RequestInfo, Scope, TenantId, Timestamp, Uuid, World};
use serde_json::{Value, json};
use tower::ServiceExt as _;

#[allow(dead_code, clippy::too_many_lines)]
#[path = "../examples/things.rs"]
mod things;

const TABLE: &str = "create table things (tenant_id uuid not null, id uuid not null, version bigint not null,
    name text not null, created_at bigint not null, updated_at bigint not null, primary key (tenant_id, id));
    create unique index things_name on things (tenant_id, name);";

/// `reader` and `writer` are sessions and keys; a session's CSRF token is its own name.
struct Known(World);

impl Authenticator for Known {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Option<Identified>, Problem>> {
        let (name, csrf_token) = match credential {
            Credential::Session(name) => (name, Some(format!("csrf-{name}"))),
            Credential::Key(name) | Credential::Link(name) => (name, None),
        };
        let permissions: &[&str] = match name {
            "reader" => &["products.read"],
            "writer" => &["products.read", "products.update"],
            "customer" => &[],
            _ => return async { Ok(None) }.boxed(),
        };
        let grants = Grants {
            permissions: permissions.iter().map(|name| ((*name).to_owned(), Scope::All)).collect(),
            ..Grants::default()
        };
        let actor = Actor { kind: ActorKind::User, id: Uuid::from_u128(9), name: name.to_owned() };
        let tenant = TenantId(Uuid::from_u128(1));
        let cx = Context::new(self.0.clone(), tenant, "Asia/Shanghai".to_owned(), actor, grants, request.clone());
        async { Ok(Some(Identified { cx, csrf_token })) }.boxed()
    }
}

async fn echo(Body(body): Body<Value>) -> Result<Json<Value>, Problem> {
    Ok(Json(body))
}

async fn panics() -> Result<NoContent, Problem> {
    panic!("a secret reason")
}

async fn sleeps() -> Result<NoContent, Problem> {
    tokio::time::sleep(Duration::from_hours(1)).await;
    Ok(NoContent)
}

async fn streams(State(app): State<App>) -> Result<EventStream, Problem> {
    let first = futures_util::stream::iter([StreamEvent::default().data("hello")]);
    Ok(EventStream::new(&app, futures_util::StreamExt::chain(first, futures_util::stream::pending())))
}

async fn measures(mut upload: Upload) -> Result<Json<Value>, Problem> {
    let mut bytes = 0;
    let mut names = Vec::new();
    while let Some(mut part) = upload.next().await? {
        names.push(part.file_name().unwrap_or_default().to_owned());
        while let Some(chunk) = part.chunk().await? {
            bytes += chunk.len();
        }
    }
    Ok(Json(json!({ "bytes": bytes, "names": names })))
}

async fn weighs(RawBody(body): RawBody) -> Result<Json<usize>, Problem> {
    Ok(Json(body.len()))
}

async fn follows(Caller(cx): Caller, Path(token): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "name": cx.actor().name, "token": token })))
}

async fn asks(Meta(info): Meta) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "trace_id": info.trace_id, "request_id": info.request_id })))
}

fn probes() -> Routes {
    Routes::new("probes")
        .post("/api/v1/echo", Access::SignedIn, "echo", "Answer what was sent", echo)
        .get("/api/v1/panic", Access::Public, "panic", "Panic", panics)
        .get("/api/v1/sleep", Access::Public, "sleep", "Take an hour", sleeps)
        .get("/api/v1/stream", Access::Public, "stream", "Go on for ever", streams)
        .post("/api/v1/upload", Access::Public, "upload", "Measure a file", measures)
        .post("/api/v1/weigh", Access::Public, "weigh", "Measure a body", weighs)
        .get("/api/v1/public/{token}", Access::Token, "follow", "Follow a link", follows)
        .post("/api/v1/ask", Access::Public, "ask", "Ask for ids", asks)
}

struct House {
    app: App,
    router: Router,
    _folder: tempfile::TempDir,
}

async fn house_with(change: impl FnOnce(&mut Settings)) -> House {
    let folder = tempfile::tempdir().unwrap();
    let mut migrations = http_api::migrations();
    migrations.push(Migration { domain: "things", number: 1, name: "things", sqlite: TABLE, postgres: TABLE });
    let db = Db::open_sqlite(folder.path().join("aftersail.db"), &migrations).await.unwrap();
    let world = World::seeded(ManualClock::at(Timestamp::from_seconds(1_780_000_000)), 7);
    let mut settings = Settings { body_limit_bytes: 2_000, upload_limit_bytes: 5_000, ..Settings::default() };
    change(&mut settings);
    let app = App::builder(db, world.clone(), settings)
        .authenticator(Known(world.clone()))
        .links(Known(world))
        .service(String::from("a service"))
        .build();
    let web = Router::new().fallback(|| async { "a page" });
    let router = Service::new(app.clone())
        .routes(things::routes())
        .routes(probes())
        .probe("database", || async { Ok(()) }.boxed())
        .web(web)
        .router()
        .unwrap();
    House { app, router, _folder: folder }
}

async fn house() -> House {
    house_with(|_| {}).await
}

struct Answered {
    status: u16,
    headers: http::HeaderMap,
    json: Value,
}

impl Answered {
    fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn read(response: Response) -> Answered {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).as_ref().into());
    Answered { status, headers, json }
}

impl House {
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<HttpBody>) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, &[("authorization", "Bearer writer")], "").await
    }

    async fn post(&self, path: &str, more: &[(&str, &str)], body: &Value) -> Answered {
        let mut headers = vec![("authorization", "Bearer writer"), ("content-type", "application/json")];
        headers.extend_from_slice(more);
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    async fn patch(&self, path: &str, more: &[(&str, &str)], body: &Value) -> Answered {
        let mut headers = vec![("authorization", "Bearer writer"), ("content-type", "application/json")];
        headers.extend_from_slice(more);
        self.send(Method::PATCH, path, &headers, body.to_string()).await
    }
}

#[tokio::test]
async fn a_thing_is_created_shown_renamed_and_listed() {
    let house = house().await;
    let created = house.post("/api/v1/things", &[], &json!({ "name": " 电梯 " })).await;
    assert_eq!((created.status, &created.json["name"]), (201, &json!("电梯")), "{:?}", created.json);
    let location = created.header("location").to_owned();
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("cache-control"), "no-store");

    let renamed = house.patch(&location, &[("if-match", "W/\"1\"")], &json!({ "name": "水泵" })).await;
    assert_eq!((renamed.status, renamed.header("etag")), (200, "\"2\""));
    let stale = house.patch(&location, &[("if-match", "\"1\"")], &json!({ "name": "x" })).await;
    assert_eq!((stale.status, stale.code()), (412, "stale"));
    let foreign = house.patch(&location, &[("if-match", "\"abc\"")], &json!({ "name": "x" })).await;
    assert_eq!((foreign.status, foreign.code()), (412, "stale"));
    let blind = house.patch(&location, &[], &json!({ "name": "x" })).await;
    assert_eq!((blind.status, blind.code()), (428, "precondition_required"));
    let any = house.patch(&location, &[("if-match", "*")], &json!({ "name": "x" })).await;
    assert_eq!((any.status, &any.json["errors"][0]["pointer"]), (400, &json!("/header/If-Match")));

    let shown = house.get(&location).await;
    assert_eq!((shown.status, &shown.json["name"]), (200, &json!("水泵")));
    let wrong = house.get("/api/v1/things/7").await;
    assert_eq!((wrong.status, &wrong.json["errors"][0]["pointer"]), (400, &json!("/path/id")));
    let missing = house.get(&format!("/api/v1/things/{}", Uuid::from_u128(5))).await;
    assert_eq!((missing.status, missing.code()), (404, "not_found"));
}

#[tokio::test]
async fn a_list_is_paged_sorted_and_counted() {
    let house = house().await;
    for name in ["a", "b", "c"] {
        assert_eq!(house.post("/api/v1/things", &[], &json!({ "name": name })).await.status, 201);
    }
    let first = house.get("/api/v1/things?limit=2&sort=-name&count=true").await;
    assert_eq!((first.json["items"][0]["name"].as_str(), first.json["total"].as_i64()), (Some("c"), Some(3)));
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let rest = house.get(&format!("/api/v1/things?limit=2&sort=-name&cursor={cursor}")).await;
    assert_eq!((rest.json["items"].as_array().unwrap().len(), &rest.json["items"][0]["name"]), (1, &json!("a")));
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("sort=size", "sort"),
        ("cursor=x", "cursor"),
        ("filter={", "filter"),
    ] {
        let wrong = house.get(&format!("/api/v1/things?{}", query.replace('{', "%7B"))).await;
        let pointer = format!("/query/{parameter}");
        assert_eq!((wrong.status, wrong.json["errors"][0]["pointer"].as_str()), (400, Some(pointer.as_str())));
    }
}

#[tokio::test]
async fn a_repeated_create_gets_the_first_answer() {
    let house = house().await;
    let key = [("idempotency-key", "k-1")];
    let first = house.post("/api/v1/things", &key, &json!({ "name": "泵" })).await;
    let again = house.post("/api/v1/things", &key, &json!({ "name": "泵" })).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json, again.json);
    assert_eq!(first.header("location"), again.header("location"));
    let other = house.post("/api/v1/things", &key, &json!({ "name": "other" })).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    let taken = house.post("/api/v1/things", &[("idempotency-key", "k-2")], &json!({ "name": "泵" })).await;
    assert_eq!((taken.status, taken.code()), (409, "name_taken"));
    let spaced = house.post("/api/v1/things", &[("idempotency-key", "a b")], &json!({ "name": "x" })).await;
    assert_eq!(spaced.status, 400);
    assert_eq!(house.get("/api/v1/things?count=true").await.json["total"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_creates_with_one_key_make_one_thing() {
    let house = Arc::new(house().await);
    let body = json!({ "name": "one" });
    let sent = (0..16).map(|_| house.post("/api/v1/things", &[("idempotency-key", "same")], &body));
    let answers = futures_util::future::join_all(sent).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.json["id"]), (201, &answers[0].json["id"]), "{:?}", answer.json);
    }
    assert_eq!(house.get("/api/v1/things?count=true").await.json["total"], 1);
}

#[tokio::test]
async fn old_keys_are_forgotten_after_two_days() {
    let house = house().await;
    let key = [("idempotency-key", "k")];
    house.post("/api/v1/things", &key, &json!({ "name": "泵" })).await;
    let at = |seconds: i64| {
        let world = World::seeded(ManualClock::at(Timestamp::from_seconds(1_780_000_000 + seconds)), 1);
        Context::system(world, TenantId(Uuid::from_u128(1)))
    };
    assert_eq!(http_api::purge(house.app.db(), &at(47 * 3_600)).await.unwrap(), 0);
    assert_eq!(http_api::purge(house.app.db(), &at(49 * 3_600)).await.unwrap(), 1);
}

#[tokio::test]
async fn access_is_checked_before_anything_else() {
    let house = house().await;
    let nobody = house.send(Method::POST, "/api/v1/things", &[], "rubbish").await;
    assert_eq!((nobody.status, nobody.code()), (401, "not_signed_in"));
    assert_eq!(nobody.header("content-type"), "application/problem+json");
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    assert!(!nobody.json["trace_id"].as_str().unwrap().is_empty());
    let unknown = house.send(Method::GET, "/api/v1/things", &[("authorization", "Bearer nobody")], "").await;
    assert_eq!(unknown.status, 401);
    let reader = house.send(Method::POST, "/api/v1/things", &[("authorization", "Bearer reader")], "rubbish").await;
    assert_eq!(
        (reader.status, reader.code(), &reader.json["permission"]),
        (403, "forbidden", &json!("products.update"))
    );
    let link = house.get("/api/v1/public/nobody").await;
    assert_eq!((link.status, link.code()), (404, "not_found"));
    let link = house.get("/api/v1/public/customer").await;
    assert_eq!(link.json, json!({ "name": "customer", "token": "customer" }));
}

#[tokio::test]
async fn a_session_changes_nothing_without_its_csrf_token() {
    let house = house().await;
    let cookie = ("cookie", "aftersail_session=writer");
    let media = ("content-type", "application/json");
    let send = |more: Vec<(&'static str, &'static str)>| {
        let mut headers = vec![cookie, media];
        headers.extend(more);
        let house = &house;
        async move { house.send(Method::POST, "/api/v1/echo", &headers, "{}").await }
    };
    let without = send(vec![]).await;
    assert_eq!((without.status, without.code()), (403, "csrf_token"));
    assert_eq!(send(vec![("x-csrf-token", "csrf-reader")]).await.status, 403);
    assert_eq!(send(vec![("x-csrf-token", "csrf-writer")]).await.status, 200);
    let read = house.send(Method::GET, "/api/v1/things", &[cookie], "").await;
    assert_eq!(read.status, 200);
    let other_site = house.send(Method::POST, "/api/v1/ask", &[("sec-fetch-site", "cross-site")], "").await;
    assert_eq!(other_site.status, 403);
}

#[tokio::test]
async fn bodies_are_checked_for_kind_and_size() {
    let house = house().await;
    let form = [("authorization", "Bearer writer"), ("content-type", "text/plain")];
    let wrong = house.send(Method::POST, "/api/v1/echo", &form, "{}").await;
    assert_eq!((wrong.status, wrong.code()), (415, "unsupported_media_type"));
    let large = house.post("/api/v1/echo", &[], &json!("x".repeat(3_000))).await;
    assert_eq!((large.status, large.code()), (413, "too_large"));
    let json = [("authorization", "Bearer writer"), ("content-type", "application/merge-patch+json")];
    let pieces = futures_util::stream::iter((0..30).map(|_| Ok::<_, std::io::Error>("\"0123456789\"".repeat(10))));
    let unannounced = house.send(Method::POST, "/api/v1/echo", &json, HttpBody::from_stream(pieces)).await;
    assert_eq!((unannounced.status, unannounced.code()), (413, "too_large"));
    let fine = house.send(Method::POST, "/api/v1/echo", &json, "{\"a\":1}").await;
    assert_eq!(fine.json, json!({ "a": 1 }));
    assert_eq!(house.send(Method::POST, "/api/v1/weigh", &[], vec![0_u8; 4_000]).await.json, 4_000);
    assert_eq!(house.send(Method::POST, "/api/v1/weigh", &[], vec![0_u8; 6_000]).await.status, 413);
}

#[tokio::test]
async fn an_upload_is_streamed_and_bounded() {
    let house = house().await;
    let media = [("content-type", "multipart/form-data; boundary=X")];
    let form = |size: usize| {
        format!(
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"照片.png\"\r\n\r\n{}\r\n--X--\r\n",
            "x".repeat(size)
        )
    };
    let small = house.send(Method::POST, "/api/v1/upload", &media, form(4_000)).await;
    assert_eq!(small.json, json!({ "bytes": 4_000, "names": ["照片.png"] }));
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(form(6_000))]);
    let large = house.send(Method::POST, "/api/v1/upload", &media, HttpBody::from_stream(stream)).await;
    assert_eq!((large.status, large.code()), (413, "too_large"));
    let plain = house.send(Method::POST, "/api/v1/upload", &[("content-type", "text/plain")], "x").await;
    assert_eq!(plain.status, 415);
    let cut = house.send(Method::POST, "/api/v1/upload", &media, "--X\r\nContent-Disp").await;
    assert_eq!((cut.status, cut.code()), (400, "malformed_form"));
}

#[tokio::test]
async fn every_answer_is_protected_and_ids_travel() {
    let house = house().await;
    for path in ["/", "/api/v1/nothing", "/api/docs", "/healthz"] {
        let answer = house.get(path).await;
        assert_eq!(answer.header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
    let sent = [("x-request-id", "mine-1"), ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    let answer = house.send(Method::POST, "/api/v1/ask", &sent, "").await;
    assert_eq!(answer.header("x-request-id"), "mine-1");
    assert_eq!(answer.json, json!({ "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "request_id": "mine-1" }));
    let evil = house.send(Method::POST, "/api/v1/ask", &[("x-request-id", "a b\"c")], "").await;
    assert_ne!(evil.json["request_id"], "a b\"c");
    let secure = house_with(|settings| settings.public_url = "https://service.example.com".to_owned()).await;
    assert!(secure.get("/").await.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn what_is_not_there_answers_with_a_problem_below_the_api_and_a_page_elsewhere() {
    let house = house().await;
    let nothing = house.get("/api/v1/nothing").await;
    assert_eq!((nothing.status, nothing.code()), (404, "no_such_address"));
    let method = house.send(Method::DELETE, "/api/v1/things", &[], "").await;
    assert_eq!((method.status, method.code()), (405, "method_not_allowed"));
    assert_eq!(method.header("allow"), "GET,HEAD,POST");
    assert_eq!(house.get("/tickets/7").await.json, "a page");
}

#[tokio::test]
async fn a_panic_answers_500_and_keeps_its_reason() {
    let house = house().await;
    let answer = house.get("/api/v1/panic").await;
    assert_eq!((answer.status, answer.code()), (500, "internal"));
    assert!(!answer.json.to_string().contains("secret"));
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_ended() {
    let house = house_with(|settings| settings.request_timeout = Duration::from_millis(20)).await;
    let answer = house.get("/api/v1/sleep").await;
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, "timeout", "1"));
}

#[tokio::test]
async fn strangers_are_slowed_down_and_told_when_to_return() {
    let house = house_with(|settings| settings.public_rate = Some(Rate { per_second: 0.5, burst: 2 })).await;
    let ask = || house.send(Method::POST, "/api/v1/ask", &[], "");
    assert_eq!((ask().await.status, ask().await.status), (200, 200));
    let refused = ask().await;
    assert_eq!((refused.status, refused.code(), refused.header("retry-after")), (429, "too_many_requests", "2"));
    assert_eq!(house.get("/api/v1/things").await.status, 200);
}

#[tokio::test]
async fn large_answers_are_compressed_when_the_caller_can_read_it() {
    let house = house_with(|settings| settings.body_limit_bytes = 100_000).await;
    let body = json!("漏水".repeat(2_000));
    let packed = house.post("/api/v1/echo", &[("accept-encoding", "gzip")], &body).await;
    assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    let plain = house.post("/api/v1/echo", &[], &body).await;
    assert_eq!(plain.header("content-encoding"), "");
    let small = house.post("/api/v1/echo", &[("accept-encoding", "br")], &json!("short")).await;
    assert_eq!(small.header("content-encoding"), "");
}

#[tokio::test]
async fn health_and_figures_are_there() {
    let house = house().await;
    assert_eq!(house.get("/healthz").await.json, "ok");
    assert_eq!(house.get("/readyz").await.json, json!({ "status": "ready", "checks": { "database": "ok" } }));
    house.get("/api/v1/things").await;
    let figures = house.get("/metrics").await.json;
    let line = r#"http_requests_total{method="GET",route="/api/v1/things",status="200"} 1"#;
    assert!(figures.as_str().unwrap().contains(line), "{figures}");
    let guarded = house_with(|settings| settings.metrics_token = Some("t".to_owned())).await;
    assert_eq!(guarded.get("/metrics").await.status, 401);
    assert_eq!(guarded.send(Method::GET, "/metrics", &[("authorization", "Bearer t")], "").await.status, 200);
}

#[tokio::test]
async fn the_api_document_names_every_operation_once_with_its_access() {
    let house = house().await;
    let document = house.get("/api/openapi.json").await.json;
    let mut ids = Vec::new();
    for (_, methods) in document["paths"].as_object().unwrap() {
        for (_, operation) in methods.as_object().unwrap() {
            assert!(operation["x-access"].is_string() && operation["responses"]["default"].is_object());
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (12, 12));
    let page = house.get("/api/docs").await;
    assert!(page.json.as_str().unwrap().contains("id=\"createThing\""));
    assert_eq!(*house.app.get::<String>(), "a service");
}

#[tokio::test]
async fn routes_that_contradict_each_other_are_refused() {
    let house = house().await;
    let twice = Service::new(house.app.clone()).routes(probes()).routes(probes()).router();
    assert!(twice.unwrap_err().to_string().contains("used twice"));
    let names = Routes::new("x").get("/api/v1/x/{id}", Access::Public, "a", "A", panics).post(
        "/api/v1/x/{key}",
        Access::Public,
        "b",
        "B",
        panics,
    );
    assert!(Service::new(house.app.clone()).routes(names).router().is_err());
}

#[tokio::test]
async fn stopping_ends_streams_and_lets_requests_finish() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let house = house().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let app = house.app.clone();
    let router = house.router.clone();
    let server = async move {
        http_api::serve(&app, listener, router, async { drop(stopped.await) }, Duration::from_secs(20)).await.unwrap();
    };
    let caller = async move {
        let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = "GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: gzip\r\n\r\n";
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("data: hello") {
            assert_ne!(connection.read_buf(&mut seen).await.unwrap(), 0, "{}", String::from_utf8_lossy(&seen));
        }
        assert!(!String::from_utf8_lossy(&seen).to_lowercase().contains("content-encoding"));
        stop.send(()).unwrap();
        connection.read_to_end(&mut seen).await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(server, caller) }).await.unwrap();
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let house = house_with(|settings| settings.head_timeout = Duration::from_millis(300)).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server =
        http_api::serve(&house.app, listener, house.router.clone(), async { drop(stopped.await) }, Duration::ZERO);
    let callers = async move {
        let mut slow = tokio::net::TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: a").await.unwrap();
        let mut quick = tokio::net::TcpStream::connect(address).await.unwrap();
        quick.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        quick.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        // The server ends the connection without the rest of the head ever coming.
        let mut rest = Vec::new();
        slow.read_to_end(&mut rest).await.unwrap();
        assert!(!String::from_utf8_lossy(&rest).contains(" 200 "));
        stop.send(()).unwrap();
    };
    let (served, ()) =
        tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(server, callers) }).await.unwrap();
    served.unwrap();
}
