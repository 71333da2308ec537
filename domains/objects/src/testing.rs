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
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::REVEALED;

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

/// What is asked of a built-in object's own fields, whatever the object: they are checked, numbered, listed, masked, told
/// of in the history, and shown on request.
pub struct OwnFields<'a> {
    /// `part`, as the catalogue names it.
    pub object: &'a str,
    /// `/api/v1/parts`.
    pub path: &'a str,
    /// What a list of those with own fields is asked for besides: empty, or ending in `&`.
    pub narrow: &'a str,
    /// The standard field that names a record.
    pub title: &'a str,
    /// What a record is made of, besides own fields, for one of the names A, B and C; only A and B get own fields.
    pub new: &'a dyn Fn(&str) -> Value,
    /// A change of standard fields.
    pub change: Value,
    /// What somebody may do who makes, reads and changes them and sees no personal data.
    pub permissions: &'a [(Permission, Scope)],
}

impl OwnFields<'_> {
    /// Checks it, as the admin `cx` with `other` being another company's.
    ///
    /// # Panics
    /// When something is not as it must be.
    pub async fn check(&self, api: &Api, cx: &Context, other: &Context) {
        let Self { object, path: list, narrow, title, .. } = self;
        let label = json!({"zh": "甲", "en": "A"});
        let fields = json!([
            {"id": "grade", "label": label, "kind": {"type": "integer", "min": 1, "max": 5}, "filterable": true, "sortable": true},
            {"id": "secret", "label": label, "kind": {"type": "text"}, "personal": true},
            {"id": "running", "label": label, "kind": {"type": "auto_number", "prefix": "K", "digits": 3}},
        ]);
        let body = json!({"catalogue": {"object": object, "fields": fields}});
        let catalogue = format!("/api/v1/objects/{object}/fields");
        api.send(cx, Method::PUT, &catalogue, &[("if-match", "\"0\"")], Some(body)).await.ok(200);
        let clerk = person(cx, 5, self.permissions);
        let new = |name: &str, ext: Value| {
            let mut body = (self.new)(name);
            body["ext"] = ext;
            body
        };
        let wrong = api.post(cx, list, new("A", json!({"grade": 9, "size": 1}))).await;
        wrong.refused(422, "invalid_record");
        assert_eq!(wrong.errors(), ["/ext/grade too_large", "/ext/size unknown_field"]);
        let made = api.post(cx, list, new("A", json!({"grade": 2, "secret": "110101"}))).await.ok(201);
        // The number of the one that was refused is not given again.
        assert_eq!(made.json["ext"], json!({"grade": 2, "secret": "110101", "running": "K002"}));
        api.post(&clerk, list, new("B", json!({"grade": 4}))).await.ok(201);
        api.post(&clerk, list, (self.new)("C")).await.ok(201);

        let path = format!("{list}/{}", made.id());
        let masked = json!({"grade": 5, "secret": "***", "running": "K002"});
        let whole = json!({"grade": 5, "secret": "110101", "running": "K002"});
        let changed = api.patch(&clerk, &path, 1, json!({"ext": {"grade": 5, "secret": "***"}})).await.ok(200);
        assert_eq!(changed.json["ext"], masked);
        assert_eq!(api.get(cx, &path).await.json["ext"], whole);
        // A change of standard fields, putting away and taking back keep the others.
        assert_eq!(api.patch(&clerk, &path, 2, self.change.clone()).await.ok(200).json["ext"], masked);
        assert_eq!(api.act(&clerk, &format!("{path}/archive"), 3).await.ok(200).json["ext"], masked);
        assert_eq!(api.act(&clerk, &format!("{path}/restore"), 4).await.ok(200).json["ext"], masked);
        assert_eq!(api.get(&clerk, &path).await.json["ext"], masked);
        assert_eq!(api.get(cx, &path).await.json["ext"], whole);
        let timeline = api.get(cx, &format!("{path}/timeline")).await.ok(200);
        assert_eq!(timeline.json["items"][3]["data"], json!({"ext.grade": {"from": 2, "to": 5}}));
        assert!(!timeline.json.to_string().contains("110101"), "{}", timeline.json);

        let reveal = format!("{path}/reveal");
        let shown = api.post(&clerk, &reveal, json!({"field": "secret"})).await.ok(200);
        assert_eq!(shown.json, json!({"value": "110101"}));
        api.post(other, &reveal, json!({"field": "secret"})).await.refused(404, "not_found");
        assert_eq!(api.get(cx, &format!("{path}/timeline")).await.column("kind")[0], REVEALED);

        let tree =
            json!({"all": [{"field": "grade", "op": "ge", "value": 3}, {"field": title, "op": "ne", "value": "x"}]});
        let tree = encoded(&tree.to_string());
        let listed = api.get(&clerk, &format!("{list}?{narrow}sort=-grade&filter={tree}")).await.ok(200);
        assert_eq!((listed.column(title), &listed.json["items"][0]["ext"]), (vec![json!("A"), json!("B")], &masked));
        assert_eq!(api.get(&clerk, &format!("{list}?sort=grade")).await.ok(200).column(title), ["B", "A", "C"]);
        let wrong =
            json!({"all": [{"field": "grade", "op": "ge", "value": 1}, {"field": "grade", "op": "eq", "value": "x"}]});
        let wrong = encoded(&wrong.to_string());
        let refused = api.get(&clerk, &format!("{list}?filter={wrong}")).await;
        assert_eq!(refused.errors(), ["/query/filter/all/1/value wrong_type"]);
        let unknown = api.get(other, &format!("{list}?filter={tree}")).await;
        assert_eq!(unknown.errors(), ["/query/filter/all/0/field unknown_field"]);
    }
}
