//! A company with this domain's operations and jobs, asked over HTTP.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::sync::Arc;

use authz::{Access, Permission};
use axum::{Router, body::Body};
use channels::{Gateways, Link, LinkTarget, Links, TicketReach};
use db::{Db, DbError, Migration, Query as _, Stmt};
use futures_util::{FutureExt as _, future::BoxFuture};
use http_api::{
    App, Authenticator, Caller, Credential, Identified, Json, Path, Problem, Routes, Service, Settings, State,
    http::{Method, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use identity::NewTenant;
use jobs::Workers;
use kernel::{Context, RequestInfo, TenantId, Uuid};
use serde_json::Value;
use testkit::{OTHER_TENANT, TENANT, TestDb};
use tower::ServiceExt as _;

pub const URL: &str = "https://service.example.com";
/// The only ticket there is.
pub const TICKET: Uuid = Uuid::from_u128(0x71);

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        search::migrations(),
        identity::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        channels::migrations(),
    ]
    .concat()
}

/// The key `ours` is the system in one company, `theirs` in another.
struct Keys(Context, Context);

impl Authenticator for Keys {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        _: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Option<Identified>, Problem>> {
        let cx = match credential {
            Credential::Key("ours") => Some(self.0.clone()),
            Credential::Key("theirs") => Some(self.1.clone()),
            _ => None,
        };
        async { Ok(cx.map(|cx| Identified { cx, csrf_token: None })) }.boxed()
    }
}

/// [`TICKET`] exists in our company alone.
struct OneTicket(Option<Uuid>);

impl TicketReach for OneTicket {
    fn reach<'a>(
        &'a self,
        _: &'a Db,
        cx: &'a Context,
        ticket_id: Uuid,
        _: Permission,
    ) -> BoxFuture<'a, Result<Option<LinkTarget>, DbError>> {
        let found = ticket_id == TICKET && cx.tenant() == TENANT;
        async move { Ok(found.then_some(LinkTarget { customer_id: self.0 })) }.boxed()
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct TokenPath {
    #[allow(dead_code, reason = "it is read before the handler")]
    token: String,
}

/// An operation behind a link, as later domains have them.
async fn behind(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
) -> Result<Json<(Link, String)>, Problem> {
    let link = app.db().read(&cx, async |r: &mut db::Read<'_>| channels::current_link(r).await).await?;
    Ok(Json((link, cx.actor().name.clone())))
}

pub struct House {
    pub router: Router,
    pub workers: Workers,
    db: Db,
    cx: Context,
}

pub async fn house(t: &TestDb) -> House {
    house_for(t, None).await
}

pub async fn house_for(t: &TestDb, customer: Option<Uuid>) -> House {
    for (id, slug) in [(TENANT, "ours"), (OTHER_TENANT, "theirs")] {
        identity::create_tenant_as(&t.db, &t.world, id, NewTenant::new(slug, "安捷电梯")).await.unwrap();
    }
    let gateways = Gateways { private: true };
    let settings = Settings { public_url: URL.to_owned(), link_rate: None, public_rate: None, ..Settings::default() };
    let app = App::builder(t.db.clone(), t.world.clone(), settings)
        .authenticator(Keys(t.cx.clone(), t.other.clone()))
        .links(Links::new(t.db.clone(), t.world.clone()))
        .service(gateways)
        .service::<Arc<dyn TicketReach>>(Arc::new(OneTicket(customer)))
        .build();
    let test = Routes::new("test").get("/api/v1/behind/{token}", Access::Token, "behind", "Behind a link", behind);
    let router = Service::new(app).routes(channels::routes()).routes(test).router().unwrap();
    let mut workers = Workers::new(t.db.clone(), t.world.clone());
    for handler in channels::handlers(gateways, URL) {
        workers = workers.add(handler);
    }
    House { router, workers, db: t.db.clone(), cx: t.cx.clone() }
}

impl House {
    pub async fn ask(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.ask_seen(key, method, path, body, None).await
    }

    /// Asks as somebody who has seen this version.
    pub async fn ask_seen(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        seen: Option<&str>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("ours", Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn put(&self, kind: &str, settings: Value) -> Value {
        let body = serde_json::json!({ "settings": settings });
        let path = format!("/api/v1/channels/{kind}");
        let seen = self.get(&path).await["version"].to_string();
        let (status, body) = self.ask_seen("ours", Method::PUT, &path, Some(body), Some(&seen)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn messages(&self) -> Vec<Value> {
        self.get("/api/v1/outbox").await["items"].as_array().unwrap().clone()
    }

    /// Every event of our company, as one text.
    pub async fn events(&self) -> String {
        let rows: Vec<(String, Value)> = self
            .db
            .read(&self.cx, async |r: &mut db::Read<'_>| {
                let tenant = r.cx().tenant();
                let sql = "select kind, data from events where tenant_id = $1 order by seq";
                r.all(Stmt::new(sql, vec![tenant.into()])).await
            })
            .await
            .unwrap();
        rows.into_iter().map(|(kind, data)| format!("{kind} {data}")).collect::<Vec<_>>().join("\n")
    }

    /// What is still kept of all messages' texts.
    pub async fn texts(&self, tenant: TenantId) -> String {
        let cx = self.cx.clone();
        let rows: Vec<(String, Value)> = self
            .db
            .read(&cx, async move |r: &mut db::Read<'_>| {
                let sql = "select body, details from outbox_messages where tenant_id = $1";
                r.all(Stmt::new(sql, vec![tenant.into()])).await
            })
            .await
            .unwrap();
        rows.into_iter().map(|(body, details)| format!("{body} {details}")).collect::<Vec<_>>().join("\n")
    }
}
