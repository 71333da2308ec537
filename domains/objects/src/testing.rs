//! The real router with callers of one's choice: what the tests of domains speak to.
//!
//! ```ignore
//! let api = Api::new(&t.db, &t.world, [customers::routes()]);
//! let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "张三"})).await.ok(201);
//! let engineer = person(&t.cx, 7, &[(CUSTOMERS_READ, Scope::Own)]);
//! api.get(&engineer, &format!("/api/v1/customers/{}", made.id())).await.refused(404, "not_found");
//! ```

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use authz::Permission;
use db::Db;
use http_api::{
    App, AppBuilder, Authenticator, Credential, Identified, Problem, Routes, Service, Settings,
    axum::{
        Router,
        body::{Body, Bytes, to_bytes},
    },
    http::{HeaderMap, Method, Request, header},
};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, Scope, Uuid, World};
use serde_json::Value;
use tower::ServiceExt as _;

/// Knows the callers of the requests under way.
#[derive(Debug, Default)]
struct Callers(Mutex<HashMap<String, Context>>);

#[derive(Clone)]
struct Guard(Arc<Callers>);

impl Authenticator for Guard {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        _: &'a RequestInfo,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Option<Identified>, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let Credential::Key(key) = credential else { return Ok(None) };
            let known = self.0.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
            Ok(known.map(|cx| Identified { cx, csrf_token: None }))
        })
    }
}

/// A service with some domains' operations, in this process.
pub struct Api {
    router: Router,
    callers: Arc<Callers>,
}

/// What it answered.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes.
    pub bytes: Bytes,
    /// The same as JSON; null when it is none.
    pub json: Value,
}

impl Api {
    /// A service over `db` with these operations.
    ///
    /// # Panics
    /// When the operations contradict each other.
    pub fn new(db: &Db, world: &World, routes: impl IntoIterator<Item = Routes>) -> Self {
        Self::with_services(db, world, routes, |app| app)
    }

    /// The same with services that the operations ask for.
    ///
    /// # Panics
    /// When the operations contradict each other.
    pub fn with_services(
        db: &Db,
        world: &World,
        routes: impl IntoIterator<Item = Routes>,
        services: impl FnOnce(AppBuilder) -> AppBuilder,
    ) -> Self {
        let callers = Arc::new(Callers::default());
        let settings = Settings { public_rate: None, link_rate: None, ..Settings::default() };
        let app = App::builder(db.clone(), world.clone(), settings).authenticator(Guard(Arc::clone(&callers)));
        let app = services(app).build();
        let service = routes.into_iter().fold(Service::new(app), Service::routes);
        match service.router() {
            Ok(router) => Self { router, callers },
            Err(error) => panic!("the operations contradict each other: {error}"),
        }
    }

    /// Sends a request as `who`, with more headers and perhaps a JSON body.
    ///
    /// # Panics
    /// When the request cannot be made or its answer not be read.
    pub async fn send(
        &self,
        who: &Context,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let key = who.new_id().to_string();
        self.callers.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), who.clone());
        let mut request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(json) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        let Ok(request) = request else { panic!("{path} is no address") };
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, usize::MAX).await else { panic!("the answer of {path} broke off") };
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Reply { status: parts.status.as_u16(), headers: parts.headers, bytes, json }
    }

    /// Reads.
    pub async fn get(&self, who: &Context, path: &str) -> Reply {
        self.send(who, Method::GET, path, &[], None).await
    }

    /// Creates.
    pub async fn post(&self, who: &Context, path: &str, body: Value) -> Reply {
        self.send(who, Method::POST, path, &[], Some(body)).await
    }

    /// Does something to the record with this version.
    pub async fn act(&self, who: &Context, path: &str, version: i64) -> Reply {
        self.send(who, Method::POST, path, &[("if-match", &format!("\"{version}\""))], None).await
    }

    /// Changes the record with this version.
    pub async fn patch(&self, who: &Context, path: &str, version: i64, body: Value) -> Reply {
        self.send(who, Method::PATCH, path, &[("if-match", &format!("\"{version}\""))], Some(body)).await
    }

    /// Removes the record with this version.
    pub async fn delete(&self, who: &Context, path: &str, version: i64) -> Reply {
        self.send(who, Method::DELETE, path, &[("if-match", &format!("\"{version}\""))], None).await
    }
}

impl Reply {
    /// The same answer, which must have this status.
    ///
    /// # Panics
    /// When it has another.
    #[track_caller]
    #[allow(clippy::return_self_not_must_use)] // asking is what it is for
    pub fn ok(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.json);
        self
    }

    /// It must be a problem with this status and code.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.json["code"].as_str()), (status, Some(code)), "{}", self.json);
    }

    /// The pointers and codes of the wrong fields, such as `/name required`.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        let word = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| format!("{} {}", word(error, "pointer"), word(error, "code"))).collect()
    }

    /// The record's id, as text for paths.
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The values of `field` of every item of a list.
    pub fn column(&self, field: &str) -> Vec<Value> {
        self.json["items"].as_array().into_iter().flatten().map(|item| item[field].clone()).collect()
    }
}

/// Text as it stands in a query string.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| format!("{out}%{byte:02X}"))
}

/// A signed-in person of the same tenant and clock as `cx`, in Shanghai, with these permissions; `number` tells people
/// apart. They lead no team and no region.
pub fn person(cx: &Context, number: u128, permissions: &[(Permission, Scope)]) -> Context {
    let grants = Grants {
        permissions: permissions.iter().map(|(permission, scope)| (permission.name().to_owned(), *scope)).collect(),
        ..Grants::default()
    };
    member(cx, number, grants)
}

/// The same with any grants.
pub fn member(cx: &Context, number: u128, grants: Grants) -> Context {
    let actor = Actor { kind: ActorKind::User, id: Uuid::from_u128(number), name: format!("员工{number}") };
    Context::new(cx.world().clone(), cx.tenant(), "Asia/Shanghai".to_owned(), actor, grants, RequestInfo::default())
}
