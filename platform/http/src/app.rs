//! What every operation can reach: the database, clock and chance, settings, and services registered at start.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    sync::Arc,
    time::Duration,
};

use db::Db;
use kernel::World;
use tokio::sync::watch;

use crate::{
    access::Authenticator,
    metrics::Metrics,
    network::Network,
    rate::{Rate, RateLimiter},
};

/// How the edge behaves; read once at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach us, without a slash at the end, such as `https://service.example.com`.
    pub public_url: String,
    /// Whether cookies carry `Secure`; true when people reach us over https.
    pub secure_cookies: bool,
    /// JSON bodies, in bytes.
    pub body_limit_bytes: usize,
    /// Uploads, in bytes.
    pub upload_limit_bytes: usize,
    /// How long an operation may take; streams and uploads are exempt.
    pub request_timeout: Duration,
    /// How long a connection may take to send the head of its next request, idle time included.
    pub head_timeout: Duration,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Requests per address to public operations of one tag; `None` switches the limit off.
    pub public_rate: Option<Rate>,
    /// Requests per address to operations behind customer links; `None` switches the limit off.
    pub link_rate: Option<Rate>,
    /// Bearer token for `/metrics`; without one only loopback and private addresses may read it.
    pub metrics_token: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            secure_cookies: false,
            body_limit_bytes: 2 * 1024 * 1024,
            upload_limit_bytes: 52 * 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            // Longer than the 60 seconds for which proxies usually keep a connection to reuse it.
            head_timeout: Duration::from_secs(75),
            trusted_proxies: Vec::new(),
            public_rate: Some(Rate { per_second: 2.0, burst: 60 }),
            link_rate: Some(Rate { per_second: 5.0, burst: 120 }),
            metrics_token: None,
        }
    }
}

struct Inner {
    db: Db,
    world: World,
    settings: Settings,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    authenticator: Option<Arc<dyn Authenticator>>,
    links: Option<Arc<dyn Authenticator>>,
    limiter: RateLimiter,
    metrics: Metrics,
    closing: watch::Sender<bool>,
}

/// The state of every handler; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl App {
    /// Starts putting an app together.
    pub fn builder(db: Db, world: World, settings: Settings) -> AppBuilder {
        AppBuilder(Inner {
            db,
            world,
            settings,
            services: HashMap::new(),
            authenticator: None,
            links: None,
            limiter: RateLimiter::default(),
            metrics: Metrics::new(),
            closing: watch::Sender::new(false),
        })
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Clock and chance.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// How the edge behaves.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The service of type `T`. Panics when none was registered, which is a defect of the wiring at start.
    pub fn get<T: Send + Sync + 'static>(&self) -> Arc<T> {
        match self.find::<T>() {
            Some(service) => service,
            None => panic!("no {} was registered at start", type_name::<T>()),
        }
    }

    /// The service of type `T`, if one was registered.
    pub fn find<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let service = self.0.services.get(&TypeId::of::<T>())?;
        Arc::clone(service).downcast::<T>().ok()
    }

    /// The process's metrics; register gauges here.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Becomes true when the server begins to stop; streams end then.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    /// Tells streams to end.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    pub(crate) fn authenticator(&self) -> Option<&Arc<dyn Authenticator>> {
        self.0.authenticator.as_ref()
    }

    pub(crate) fn links(&self) -> Option<&Arc<dyn Authenticator>> {
        self.0.links.as_ref()
    }

    pub(crate) fn limiter(&self) -> &RateLimiter {
        &self.0.limiter
    }
}

/// An app being put together.
pub struct AppBuilder(Inner);

impl AppBuilder {
    /// Registers a service under its own type; for a trait object register `Arc<dyn Trait>` as `T`.
    #[must_use]
    pub fn service<T: Send + Sync + 'static>(mut self, service: T) -> Self {
        self.0.services.insert(TypeId::of::<T>(), Arc::new(service));
        self
    }

    /// Registers a service that is shared already.
    #[must_use]
    pub fn shared<T: Send + Sync + 'static>(mut self, service: Arc<T>) -> Self {
        self.0.services.insert(TypeId::of::<T>(), service);
        self
    }

    /// Who turns sessions and API keys into contexts.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.0.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Who turns customer link tokens into contexts. Without one, operations behind links read the token themselves.
    #[must_use]
    pub fn links(mut self, authenticator: impl Authenticator) -> Self {
        self.0.links = Some(Arc::new(authenticator));
        self
    }

    /// The finished app.
    pub fn build(self) -> App {
        App(Arc::new(self.0))
    }
}
