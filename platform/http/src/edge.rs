//! What surrounds every request: ids, problems, headers, metrics, one line in the log, and panics caught.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kernel::RequestInfo;

use crate::{App, Problem, network::client_address};

/// Travels with the request.
#[derive(Debug, Clone)]
pub(crate) struct Requested(pub RequestInfo);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Scripts, styles and connections come from us alone; maps and photos may be data or blob.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
    script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
    object-src 'none'; worker-src 'self'; media-src 'self' blob:";

pub(crate) async fn surround(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let info = identify(&app, request.headers(), peer);
    let (request_id, trace_id) = (info.request_id.clone(), info.trace_id.clone());
    let method = request.method().clone();
    let api = is_api(request.uri().path());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(Requested(info));

    let mut response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Problem::internal_text(format!("panic: {text}")).into_response()
    });

    if api && response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Problem>().is_none() {
        response.extensions_mut().insert(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address exists, but not with this method; see the Allow header.",
        ));
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut rendered = problem.render(&trace_id);
        for (name, value) in response.headers() {
            if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
                rendered.headers_mut().append(name, value.clone());
            }
        }
        if problem.status().is_server_error() {
            let cause = problem.cause().unwrap_or_default();
            tracing::error!(target: "http", %request_id, %trace_id, code = problem.code(), cause, "request failed");
        }
        response = rendered;
    }
    protect(&app, &mut response, api);
    if let Ok(value) = HeaderValue::try_from(request_id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let seconds = started.elapsed().as_secs_f64();
    app.metrics().observe(&method, route, status, seconds);
    // The template, never the address itself: addresses hold customers' tokens.
    tracing::info!(target: "http", %method, route, status, ms = seconds * 1_000.0, %request_id, %trace_id, "request");
    response
}

fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn identify(app: &App, headers: &HeaderMap, peer: Option<IpAddr>) -> RequestInfo {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let sane = |text: &&str| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
    };
    let request_id = header("x-request-id").filter(sane).map(str::to_owned);
    let trace_id = header("traceparent").and_then(trace_of).map(str::to_owned);
    let ip = client_address(peer, headers, &app.settings().trusted_proxies).map(|address| address.to_string());
    let fresh = app.world().new_id();
    RequestInfo {
        request_id: request_id.unwrap_or_else(|| fresh.to_string()),
        trace_id: trace_id.unwrap_or_else(|| fresh.simple().to_string()),
        ip,
    }
}

/// The trace id of a W3C `traceparent`.
fn trace_of(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let real = |text: &str| text.bytes().any(|byte| byte != b'0');
    (hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && real(trace) && real(span))
        .then_some(trace)
}

fn protect(app: &App, response: &mut Response, api: bool) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=(), payment=()");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    if api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if app.settings().public_url.starts_with("https://") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_parent_is_read_only_when_it_is_one() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_of(&format!("00-{trace}-00f067aa0ba902b7-01")), Some(trace));
        assert_eq!(trace_of("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None);
        assert_eq!(trace_of("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"), None);
        assert_eq!(trace_of("rubbish"), None);
    }

    #[test]
    fn only_the_api_is_the_api() {
        assert!(is_api("/api/v1/tickets") && is_api("/api"));
        assert!(!is_api("/apiary") && !is_api("/"));
    }
}
