//! The whole service with this domain alone, two companies in it, and somebody to send requests.
#![allow(dead_code, clippy::unwrap_used)]

use db::Migration;
use events::Consumers;
use http_api::{
    App, Service, Settings,
    axum::{Router, body::Body},
    http::{Request, Response, header},
};
use http_body_util::BodyExt as _;
use identity::{Directory, NewPerson, NewTenant, create_person, create_tenant_as, seed};
use kernel::{Context, Uuid};
use serde_json::Value;
use testkit::TestDb;
use tower::ServiceExt as _;

pub const PASSWORD: &str = "correct horse battery";

pub fn migrations() -> Vec<Migration> {
    [http_api::migrations(), events::migrations(), jobs::migrations(), identity::migrations()].concat()
}

pub struct Desk {
    pub router: Router,
    pub app: App,
    pub cx: Context,
    pub other: Context,
    /// Speaks to open pages while it runs.
    pub live: Consumers,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub json: Value,
    pub etag: String,
    pub cookie: Option<String>,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn pointer(&self) -> &str {
        self.json["errors"][0]["pointer"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> Uuid {
        self.json["id"].as_str().unwrap().parse().unwrap()
    }

    pub fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.json);
        self
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub enum As {
    Nobody,
    Person { id: Uuid, cookie: String, csrf: String },
    Key(String),
}

impl As {
    pub fn id(&self) -> Uuid {
        match self {
            Self::Person { id, .. } => *id,
            _ => Uuid::nil(),
        }
    }
}

impl Desk {
    pub async fn open(t: &TestDb) -> Self {
        for (cx, slug) in [(&t.cx, "acme"), (&t.other, "other")] {
            let new = NewTenant::new(slug, format!("{slug} 公司"));
            create_tenant_as(&t.db, &t.world, cx.tenant(), new).await.unwrap();
        }
        let cx = identity::context_for_system(&t.db, &t.world, t.cx.tenant()).await.unwrap();
        let other = identity::context_for_system(&t.db, &t.world, t.other.tenant()).await.unwrap();
        let live = Consumers::new(t.db.clone(), t.world.clone());
        let directory = Directory::new(t.db.clone(), t.world.clone());
        let settings = Settings { public_rate: None, link_rate: None, ..Settings::default() };
        let app = App::builder(t.db.clone(), t.world.clone(), settings)
            .authenticator(directory.clone())
            .service(directory)
            .service(live.live())
            .build();
        let router = Service::new(app.clone()).routes(identity::routes()).router().unwrap();
        Self { router, app, cx, other, live }
    }

    /// A person with a password, who has not signed in.
    pub async fn hire(&self, login: &str, roles: &[&str]) -> Uuid {
        self.hire_in(&self.cx, login, roles).await
    }

    pub async fn hire_in(&self, cx: &Context, login: &str, roles: &[&str]) -> Uuid {
        let person = NewPerson {
            login: login.to_owned(),
            name: login.to_owned(),
            email: Some(if login.contains('@') { login.to_owned() } else { format!("{login}@example.com") }),
            password: Some(PASSWORD.to_owned()),
            role_keys: roles.iter().map(|key| (*key).to_owned()).collect(),
            ..NewPerson::default()
        };
        create_person(self.app.db(), cx, person).await.unwrap().id
    }

    /// A person who is signed in already.
    pub async fn person(&self, login: &str, roles: &[&str]) -> As {
        self.person_in(&self.cx, login, roles).await
    }

    pub async fn person_in(&self, cx: &Context, login: &str, roles: &[&str]) -> As {
        let id = self.hire_in(cx, login, roles).await;
        let (cookie, csrf) = seed::session(self.app.db(), cx, id).await.unwrap();
        As::Person { id, cookie, csrf }
    }

    pub async fn send(&self, who: &As, method: &str, path: &str, body: Option<Value>, version: Option<i64>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        match who {
            As::Nobody => {}
            As::Person { cookie, csrf, .. } => {
                request =
                    request.header(header::COOKIE, format!("aftersail_session={cookie}")).header("x-csrf-token", csrf);
            }
            As::Key(key) => request = request.header(header::AUTHORIZATION, format!("Bearer {key}")),
        }
        if let Some(version) = version {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    pub async fn raw(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let text =
            |name: header::HeaderName| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let etag = text(header::ETAG).unwrap_or_default();
        let cookie = text(header::SET_COOKIE).map(|line| {
            let value = line.split_once('=').unwrap().1;
            value.split(';').next().unwrap().to_owned()
        });
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, json, etag, cookie }
    }

    pub async fn get(&self, who: &As, path: &str) -> Answer {
        self.send(who, "GET", path, None, None).await
    }

    pub async fn post(&self, who: &As, path: &str, body: Value) -> Answer {
        self.send(who, "POST", path, Some(body), None).await
    }

    pub async fn patch(&self, who: &As, path: &str, version: i64, body: Value) -> Answer {
        self.send(who, "PATCH", path, Some(body), Some(version)).await
    }

    /// Signs in over the API.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "tenant": "acme", "login": login, "password": password });
        self.post(&As::Nobody, "/api/v1/session", body).await
    }

    /// The letters that wait to be sent, oldest first.
    pub async fn letters(&self) -> Vec<Value> {
        let query = db::list::ListQuery { sort: Some("created_at".to_owned()), ..Default::default() };
        let page = self
            .app
            .db()
            .read(&self.cx, async move |r: &mut db::Read<'_>| {
                jobs::list(r, None, query).await.map_err(db::DbError::from)
            })
            .await
            .unwrap();
        page.page.items.into_iter().filter(|job| job.kind == "mail.send").map(|job| job.payload).collect()
    }

    /// The token in the newest letter's link below `page`.
    pub async fn token_in_mail(&self, page: &str) -> String {
        let letters = self.letters().await;
        let text = letters.last().unwrap()["text"].as_str().unwrap().to_owned();
        let (_, rest) = text.split_once(&format!("/{page}/")).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    pub async fn role_id(&self, admin: &As, key: &str) -> Uuid {
        let roles = self.get(admin, "/api/v1/roles").await.expect(200);
        let found = roles.json["items"].as_array().unwrap().iter().find(|role| role["key"] == key).unwrap().clone();
        found["id"].as_str().unwrap().parse().unwrap()
    }
}
