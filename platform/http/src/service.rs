//! The whole service: operations, health, figures, the API document, and what answers everything else.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _, SizeAbove},
    },
};

use crate::{
    App, Problem, Routes,
    access::same,
    docs_page,
    edge::{Requested, surround},
    network::is_near,
    openapi,
    routes::{RouteError, mount},
};

type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The service being put together.
pub struct Service {
    app: App,
    routes: Vec<Routes>,
    probes: Vec<(&'static str, Probe)>,
    web: Option<Router>,
}

/// What the surroundings' own routes need.
struct Surroundings {
    app: App,
    probes: Vec<(&'static str, Probe)>,
    document: Bytes,
    page: Bytes,
    web: Option<Router>,
}

impl Service {
    /// A service without operations.
    pub fn new(app: App) -> Self {
        Self { app, routes: Vec::new(), probes: Vec::new(), web: None }
    }

    /// Adds a domain's operations.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Adds something that must work before requests are sent here (`/readyz`); it has two seconds to answer.
    #[must_use]
    pub fn probe(
        mut self,
        name: &'static str,
        check: impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) -> Self {
        self.probes.push((name, Arc::new(check)));
        self
    }

    /// Answers everything that is no operation, such as the pages.
    #[must_use]
    pub fn web(mut self, web: Router) -> Self {
        self.web = Some(web);
        self
    }

    /// The finished router; refuses operations that contradict each other.
    pub fn router(self) -> Result<Router, RouteError> {
        let operations = mount(&self.routes)?;
        let mut known: Vec<&'static str> =
            self.routes.iter().flat_map(|routes| &routes.routes).map(|route| route.path).collect();
        known.extend(["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"]);
        self.app.metrics().know_routes(known);
        let document = openapi::document(&self.routes);
        let around = Arc::new(Surroundings {
            app: self.app.clone(),
            probes: self.probes,
            page: docs_page::render(&document).into(),
            document: document.to_string().into(),
            web: self.web,
        });
        let own = Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .route("/api/openapi.json", get(api_document))
            .route("/api/docs", get(api_page))
            .fallback(elsewhere)
            .with_state(around);
        // The strongest settings cost more time than the bytes they save.
        let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(
            DefaultPredicate::new().and(SizeAbove::new(860)).and(NotForContentType::new("application/zip")),
        );
        Ok(operations
            .with_state(self.app.clone())
            .merge(own)
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(self.app, surround))
            .layer(compression))
    }
}

/// Everything that is no operation: the pages, or a problem below `/api`.
async fn elsewhere(State(around): State<Arc<Surroundings>>, request: Request) -> Response {
    let path = request.uri().path();
    let web = around.web.clone().filter(|_| path != "/api" && !path.starts_with("/api/"));
    let Some(web) = web else {
        return Problem::new(StatusCode::NOT_FOUND, "no_such_address", "There is nothing at this address.")
            .into_response();
    };
    match web.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn ready(State(around): State<Arc<Surroundings>>) -> Response {
    let mut checks = BTreeMap::new();
    let mut fine = true;
    for (name, probe) in &around.probes {
        let outcome = match tokio::time::timeout(Duration::from_secs(2), probe()).await {
            Ok(Ok(())) => "ok".to_owned(),
            Ok(Err(reason)) => reason,
            Err(_) => "no answer within two seconds".to_owned(),
        };
        fine &= outcome == "ok";
        checks.insert(*name, outcome);
    }
    let status = if fine { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body: Value = json!({ "status": if fine { "ready" } else { "not_ready" }, "checks": checks });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn metrics(State(around): State<Arc<Surroundings>>, request: Request) -> Response {
    let allowed = if let Some(token) = &around.app.settings().metrics_token {
        let sent = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        sent.is_some_and(|sent| same(sent, format!("Bearer {token}").as_bytes()))
    } else {
        let info = request.extensions().get::<Requested>();
        let address = info.and_then(|Requested(info)| info.ip.as_deref()?.parse().ok());
        address.is_none_or(is_near)
    };
    if !allowed {
        return Problem::unauthorized().into_response();
    }
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], around.app.metrics().text()).into_response()
}

async fn api_document(State(around): State<Arc<Surroundings>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], around.document.clone()).into_response()
}

async fn api_page(State(around): State<Arc<Surroundings>>) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], around.page.clone()).into_response()
}
