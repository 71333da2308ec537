//! Who calls: sessions, keys and links become a context before a handler runs.

use std::pin::Pin;

use authz::Access;
use axum::{
    extract::{FromRequestParts, Request},
    handler::Handler,
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use kernel::{Context, RequestInfo};

use crate::{
    App, OperationDoc, Problem,
    edge::Requested,
    network::counted,
    routes::{Documents, Endpoint},
};

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "aftersail_session";
/// The header that carries the CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// What a caller shows to prove who they are.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// The value of the session cookie.
    Session(&'a str),
    /// What follows `Authorization: Bearer`.
    Key(&'a str),
    /// The token of a customer link, from the path or `?token=`.
    Link(&'a str),
}

/// Who it is.
#[derive(Debug, Clone)]
pub struct Identified {
    /// The context of the request.
    pub cx: Context,
    /// For sessions: what `X-CSRF-Token` must hold when something is changed.
    pub csrf_token: Option<String>,
}

/// Turns what a caller shows into who they are. `None` means the credential is unknown, expired or revoked.
pub trait Authenticator: Send + Sync + 'static {
    /// Looks the credential up; `request` goes into the context.
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Option<Identified>, Problem>>;
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The `Set-Cookie` value of a session; an empty `value` takes the cookie away.
pub fn session_cookie(secure: bool, value: &str, max_age_seconds: i64) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { max_age_seconds };
    format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

/// What is fixed about a mounted operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub access: Access,
    pub tag: &'static str,
    pub unhurried: bool,
}

/// A handler behind its access check and time limit.
#[derive(Clone)]
pub(crate) struct Gate<H> {
    pub handler: H,
    pub rules: Rules,
}

/// Marks the handler type of a [`Gate`].
pub(crate) struct Gated;

impl<H, A> Handler<(Gated, A), App> for Gate<H>
where
    H: Endpoint<A>,
    A: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, app: App) -> Self::Future {
        Box::pin(async move {
            let limit = app.settings().request_timeout;
            let unhurried = self.rules.unhurried;
            let answer = async move {
                let (mut parts, body) = request.into_parts();
                match admit(&self.rules, &mut parts, &app).await {
                    Ok(()) => self.handler.call(Request::from_parts(parts, body), app).await,
                    Err(problem) => problem.into_response(),
                }
            };
            if unhurried {
                return answer.await;
            }
            tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
                Problem::unavailable("timeout", "This took too long. Try again, or ask for less at once.", 1)
                    .into_response()
            })
        })
    }
}

/// Checks access; on success the context, if there is one, travels with the request.
async fn admit(rules: &Rules, request: &mut Parts, app: &App) -> Result<(), Problem> {
    let permission = match rules.access {
        Access::Public => {
            refuse_other_sites(request)?;
            return limit(rules.tag, app.settings().public_rate, request, app);
        }
        Access::Token => {
            refuse_other_sites(request)?;
            limit("links", app.settings().link_rate, request, app)?;
            return identify_link(request, app).await;
        }
        Access::SignedIn => None,
        Access::Needs(permission) => Some(permission),
    };
    let cx = identify(request, app).await?;
    if let Some(permission) = permission
        && cx.scope(permission.name()).is_none()
    {
        return Err(Problem::forbidden(format!("Your roles do not include `{permission}`. Ask your administrator."))
            .with_member("permission", permission.name()));
    }
    request.extensions.insert(cx);
    Ok(())
}

async fn identify(request: &Parts, app: &App) -> Result<Context, Problem> {
    let authenticator = app.authenticator().ok_or_else(Problem::unauthorized)?;
    let headers = &request.headers;
    let credential = match headers.get(header::AUTHORIZATION) {
        Some(value) => Credential::Key(bearer(value).ok_or_else(Problem::unauthorized)?),
        None => Credential::Session(cookie(headers, SESSION_COOKIE).ok_or_else(Problem::unauthorized)?),
    };
    let info = request.extensions.get::<Requested>().map(|Requested(info)| info.clone()).unwrap_or_default();
    let Some(identified) = authenticator.identify(credential, &info).await? else {
        return Err(Problem::unauthorized());
    };
    if matches!(credential, Credential::Session(_)) && changes(&request.method) {
        let sent = headers.get(CSRF_HEADER).map_or(&b""[..], |value| value.as_bytes());
        let expected = identified.csrf_token.as_deref().unwrap_or_default();
        if expected.is_empty() || !same(sent, expected.as_bytes()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "csrf_token",
                "X-CSRF-Token is missing or wrong. Read it from GET /api/v1/session and send it again.",
            ));
        }
    }
    Ok(identified.cx)
}

async fn identify_link(request: &mut Parts, app: &App) -> Result<(), Problem> {
    let Some(links) = app.links() else { return Ok(()) };
    let Some(token) = link_token(request).await else { return Err(Problem::not_found("link")) };
    let info = request.extensions.get::<Requested>().map(|Requested(info)| info.clone()).unwrap_or_default();
    let found = links.identify(Credential::Link(&token), &info).await?;
    let identified = found.ok_or_else(|| Problem::not_found("link"))?;
    request.extensions.insert(identified.cx);
    Ok(())
}

/// The token of a link: `{token}` in the path, else `?token=`.
async fn link_token(request: &mut Parts) -> Option<String> {
    let query = request.uri.query().unwrap_or_default().to_owned();
    let path = axum::extract::RawPathParams::from_request_parts(request, &()).await.ok();
    let in_path = path.as_ref().and_then(|path| path.iter().find(|(name, _)| *name == "token"));
    if let Some((_, token)) = in_path {
        return Some(token.to_owned());
    }
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query).ok()?;
    pairs.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token)
}

fn bearer(value: &http::HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Another site's page may not change anything here on behalf of a visitor (sign-in included).
fn refuse_other_sites(request: &Parts) -> Result<(), Problem> {
    let site = request.headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes);
    if changes(&request.method) && site == Some(b"cross-site") {
        return Err(Problem::forbidden("This can only be sent from our own pages."));
    }
    Ok(())
}

fn limit(group: &'static str, rate: Option<crate::Rate>, request: &Parts, app: &App) -> Result<(), Problem> {
    let Some(rate) = rate else { return Ok(()) };
    let address = request.extensions.get::<Requested>().and_then(|Requested(info)| info.ip.as_deref());
    let address = counted(address.and_then(|text| text.parse().ok()));
    app.limiter().take(address, group, rate, app.world().now()).map_err(Problem::too_many)
}

/// Compares without telling by its duration where the first difference is.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// The caller's context: who asks, for which company, and what they may do.
#[derive(Debug, Clone)]
pub struct Caller(pub Context);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Context>().cloned().map(Self).ok_or_else(Problem::unauthorized)
    }
}

impl Documents for Caller {
    fn document(_: &mut OperationDoc<'_>) {}
}

/// Request id, trace id and address, for public operations that build their own context.
#[derive(Debug, Clone)]
pub struct Meta(pub RequestInfo);

impl FromRequestParts<App> for Meta {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(parts.extensions.get::<Requested>().map(|Requested(info)| info.clone()).unwrap_or_default()))
    }
}

impl Documents for Meta {
    fn document(_: &mut OperationDoc<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "theme=dark; aftersail_session=abc=; x=y".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("abc="));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn a_session_cookie_is_hidden_from_scripts() {
        let set = session_cookie(true, "abc", 60);
        assert_eq!(set, "aftersail_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        assert!(session_cookie(false, "", 60).ends_with("Max-Age=0"));
    }

    #[test]
    fn equal_means_equal() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"", b"a"));
    }
}
