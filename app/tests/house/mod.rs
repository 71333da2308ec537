//! The whole house in the test's own process: router, background work on demand, people of two companies.
#![allow(clippy::unwrap_used, dead_code)]

use aftersail_app::wiring::{self, House};
use axum::{Router, body::Body};
use db::Db;
use http_api::http::{Method, Request};
use http_body_util::BodyExt as _;
use identity::NewTenant;
use kernel::{Context, TenantId, Uuid, World};
use serde_json::Value;
use tower::ServiceExt as _;

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub cookie: String,
    pub csrf: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: http_api::http::HeaderMap,
    pub json: Value,
}

impl Reply {
    pub fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

pub struct Site {
    pub db: Db,
    pub world: World,
    pub house: House,
    pub router: Router,
}

impl Site {
    /// Puts the house up on a test database.
    pub fn new(t: &testkit::TestDb, world: World) -> Self {
        let settings = http_api::Settings { public_rate: None, link_rate: None, ..http_api::Settings::default() };
        let files = files::FileStore::folder(t.folder.path().join("files")).unwrap();
        let gateways = channels::Gateways { private: true };
        let search = search::Index::open(&t.folder.path().join("search")).unwrap();
        let house = wiring::build(&t.db, &world, settings, files, gateways, search);
        let router = wiring::router(&house).unwrap();
        Self { db: t.db.clone(), world, house, router }
    }

    /// A new company.
    pub async fn tenant(&self, slug: &str) -> Context {
        let tenant = identity::create_tenant(&self.db, &self.world, NewTenant::new(slug, slug)).await.unwrap();
        identity::context_for_system(&self.db, &self.world, TenantId(tenant.id)).await.unwrap()
    }

    /// Somebody with these roles.
    pub async fn person(&self, cx: &Context, login: &str, roles: &[&str]) -> Person {
        let (id, cookie, csrf) = identity::seed::person(&self.db, cx, login, roles).await.unwrap();
        Person { id, cookie, csrf }
    }

    /// One request.
    pub async fn send(
        &self,
        who: Option<&Person>,
        method: Method,
        path: &str,
        body: Option<&Value>,
        if_match: Option<&str>,
    ) -> Reply {
        let headers: Vec<_> = if_match.map(|version| ("if-match", version)).into_iter().collect();
        self.send_with(who, method, path, body, &headers).await
    }

    async fn send_with(
        &self,
        who: Option<&Person>,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(person) = who {
            request = request
                .header("cookie", format!("{}={}", http_api::SESSION_COOKIE, person.cookie))
                .header("x-csrf-token", &person.csrf);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        // A live stream never ends; its head is enough.
        let json = if parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            Value::Null
        } else {
            let bytes = body.collect().await.unwrap().to_bytes();
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        };
        Reply { status: parts.status.as_u16(), headers: parts.headers, json }
    }

    pub async fn get(&self, who: &Person, path: &str) -> Reply {
        self.send(Some(who), Method::GET, path, None, None).await
    }

    pub async fn post(&self, who: &Person, path: &str, body: Value, if_match: Option<&str>) -> Reply {
        self.send(Some(who), Method::POST, path, Some(&body), if_match).await
    }

    /// A creation that may be repeated.
    pub async fn post_with_key(&self, who: &Person, path: &str, body: Value, key: &str) -> Reply {
        self.send_with(Some(who), Method::POST, path, Some(&body), &[("idempotency-key", key)]).await
    }
}
