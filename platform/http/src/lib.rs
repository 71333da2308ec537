//! The HTTP edge: routes with access, problem+json, idempotency, OpenAPI, metrics.
//!
//! One operation is one file: its rule, its handler and its tests. A complete one, `ops/create.rs` and `ops/rename.rs`
//! of a domain put together, with what `api.rs`, `model.rs` and `error.rs` hold for them:
//!
//! ```no_run
#![doc = include_str!("../examples/things.rs")]
//! ```
//!
//! Arguments, in this order and only those needed: `State<App>`, [`Caller`] (or [`Meta`] when public), [`Path`],
//! [`Query`] or [`ListParams`], [`IfMatch`], [`IdempotencyKey`], and last [`Body`], [`RawBody`] or [`Upload`].
//! Answers: [`Json`], [`Created`], [`Versioned`], [`Accepted`], [`NoContent`], [`Download`], [`EventStream`],
//! [`WithHeaders`] around one of them. Errors: [`Problem`], for which a domain's error enum implements `From`.

mod access;
mod answer;
mod app;
mod docs_page;
mod edge;
mod extract;
mod idempotency;
mod list;
mod metrics;
mod network;
mod openapi;
mod problem;
mod rate;
mod routes;
mod serve;
mod service;
mod stream;
mod upload;

pub use access::{
    Authenticator, CSRF_HEADER, Caller, Credential, Identified, Meta, SESSION_COOKIE, cookie, session_cookie,
};
pub use answer::{
    Accepted, Answer, Created, Download, HasLocation, HasVersion, Json, NoContent, Versioned, WithHeaders,
};
pub use app::{App, AppBuilder, Settings};
pub use axum::{self, extract::State};
pub use edge::CONTENT_SECURITY_POLICY;
pub use extract::{Body, IdempotencyKey, IfMatch, LONGEST_KEY, Path, Query, RawBody, checked_text};
pub use http;
pub use idempotency::{KEPT, migrations, purge};
pub use list::{ListParams, scope_condition};
pub use metrics::Metrics;
pub use network::{Network, NetworkError};
pub use openapi::{OperationDoc, document};
pub use problem::{FieldError, Problem};
pub use rate::Rate;
pub use routes::{Documents, Endpoint, RouteError, Routes};
pub use serve::serve;
pub use service::Service;
pub use stream::{EventStream, StreamEvent};
pub use upload::{Upload, UploadPart};
