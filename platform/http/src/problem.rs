//! RFC 9457 problems: the one shape of every error answer.

use std::{borrow::Cow, error::Error, sync::Arc};

use axum::response::{IntoResponse, Response};
use db::{DbError, list::ListError};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// JSON pointer into the body (`/lines/0/quantity`), or `/query/limit`, `/path/id`, `/header/If-Match`.
    pub pointer: String,
    /// Stable code, such as `required` or `invalid_phone`.
    pub code: Cow<'static, str>,
    /// What to do about it.
    pub message: String,
    /// The numbers and words the message speaks of, for those who write it in another language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Value>,
}

impl FieldError {
    /// An error at `pointer`; the message says what to do.
    pub fn new(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into(), params: None }
    }

    /// With the numbers and words the message speaks of.
    #[must_use]
    pub fn with_params(mut self, params: Value) -> Self {
        self.params = Some(params);
        self
    }
}

/// An error answer. Domain errors become one with `impl From<TicketError> for Problem`.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    members: Vec<(&'static str, Value)>,
    retry_after_seconds: Option<u32>,
    /// For the log only; never part of an answer.
    cause: Option<Arc<str>>,
}

/// The body of an error answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemBody<'a> {
    /// A name for this kind of problem, derived from the code.
    #[serde(rename = "type")]
    kind: String,
    /// The HTTP status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// Stable code for programs.
    code: &'a str,
    /// What happened and what to do.
    detail: &'a str,
    /// The fields that are wrong, if any.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    /// Give this to the administrator; it stands in the log.
    trace_id: &'a str,
}

impl Problem {
    /// A problem with a stable `code`; `detail` says what happened and what to do.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            members: Vec::new(),
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// 404: there is no such `thing` (or it is outside the actor's scope).
    pub fn not_found(thing: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {thing}, or you may not see it."))
    }

    /// 422: fields of the body are wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields are not valid; see `errors`.")
            .with_errors(errors)
    }

    /// 422 with one wrong field.
    pub fn invalid_field(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(pointer, code, message)])
    }

    /// 400: the request itself cannot be read.
    pub fn bad_request(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400 with one wrong parameter or header (`/query/limit`).
    pub fn bad_parameter(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::bad_request("invalid_parameter", "A parameter is not valid; see `errors`.")
            .with_errors(vec![FieldError::new(pointer, "invalid_value", message)])
    }

    /// 409: what is asked does not fit the present state.
    pub fn conflict(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 403: signed in, but not allowed.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 401: not signed in.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Sign in first, or send a valid API key.")
    }

    /// 412: the record changed since it was read.
    pub fn stale() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "Somebody changed this record in the meantime. Load it again and repeat the change.",
        )
    }

    /// 428: `If-Match` is missing.
    pub fn precondition_required() -> Self {
        Self::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition_required",
            "Send the record's version in If-Match, such as If-Match: \"3\".",
        )
    }

    /// 429: too many requests from this address.
    pub fn too_many(retry_after_seconds: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests. Wait a little and try again.")
            .with_retry_after(retry_after_seconds)
    }

    /// 500. The error and its causes go to the log, not to the caller.
    pub fn internal(error: impl Error) -> Self {
        Self::internal_text(chain(&error))
    }

    /// 500, with a reason for the log.
    pub fn internal_text(cause: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", INTERNAL).with_cause(cause)
    }

    /// 503: trying again in `retry_after_seconds` helps.
    pub fn unavailable(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        retry_after_seconds: u32,
    ) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).with_retry_after(retry_after_seconds)
    }

    /// Adds wrong fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Adds a member to the body, such as the id of the record that is in the way.
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((name, value.into()));
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Keeps a reason for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(Arc::from(cause.into()));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What happened and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The wrong fields.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The reason for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The body as JSON, as a caller with this trace id sees it; for answers that hold several outcomes.
    pub fn to_json(&self, trace_id: &str) -> Value {
        let body = ProblemBody {
            kind: format!("urn:aftersail:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            errors: &self.errors,
            trace_id,
        };
        let mut json = serde_json::to_value(body).unwrap_or_default();
        if let Value::Object(members) = &mut json {
            for (name, value) in &self.members {
                members.insert((*name).to_owned(), value.clone());
            }
        }
        json
    }

    /// The full answer.
    pub(crate) fn render(&self, trace_id: &str) -> Response {
        let body = self.to_json(trace_id).to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

const INTERNAL: &str =
    "Something went wrong on our side. Try again; if it keeps happening, give the trace id to your administrator.";

/// The error with its causes on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl IntoResponse for Problem {
    /// The edge writes the body, since it knows the trace id; until then the problem travels beside the status.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let cause = error.to_string();
        match error {
            DbError::NotFound => Self::not_found("record"),
            DbError::Unique { .. } => {
                Self::conflict("already_exists", "A record with the same value exists already.").with_cause(cause)
            }
            DbError::ForeignKey(_) => {
                Self::conflict("related_record", "A related record is missing, or still needs this one.")
                    .with_cause(cause)
            }
            DbError::Check(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "rule_broken", "The values do not fit together.")
                    .with_cause(cause)
            }
            DbError::Busy(_) => {
                Self::unavailable("busy", "The server is busy. Nothing was changed; try again shortly.", 1)
                    .with_cause(cause)
            }
            DbError::Timeout => {
                Self::unavailable("database_timeout", "This took too long. Narrow the request, or try again.", 1)
                    .with_cause(cause)
            }
            DbError::Unreachable(_) => {
                Self::unavailable("database_unreachable", "The database cannot be reached. Try again shortly.", 5)
                    .with_cause(cause)
            }
            DbError::Storage(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "The server cannot save: its disk is full or failing. Nothing was changed; tell your administrator.",
            )
            .with_cause(cause),
            DbError::Internal(_) => Self::internal_text(cause),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Db(error) => error.into(),
            ListError::UnknownSort { .. } => Self::bad_parameter("/query/sort", error.to_string()),
            ListError::Cursor(_) => Self::bad_parameter("/query/cursor", error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_problem_has_every_member_and_hides_its_cause() {
        let problem = Problem::invalid_field("/phone", "invalid_phone", "Write it like 13800138000.")
            .with_member("customer_id", "c1")
            .with_cause("secret");
        let response = problem.render("abc");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "urn:aftersail:problem:invalid", "title": "Unprocessable Entity", "status": 422,
                "code": "invalid", "detail": "Some fields are not valid; see `errors`.", "trace_id": "abc",
                "errors": [{ "pointer": "/phone", "code": "invalid_phone", "message": "Write it like 13800138000." }],
                "customer_id": "c1",
            })
        );
    }

    #[test]
    fn database_errors_become_statuses_a_caller_can_act_on() {
        let status = |error: DbError| Problem::from(error).status().as_u16();
        assert_eq!(status(DbError::NotFound), 404);
        assert_eq!(status(DbError::Unique { constraint: "customers_phone".into() }), 409);
        assert_eq!(status(DbError::Busy("locked".into())), 503);
        assert_eq!(status(DbError::Storage("full".into())), 507);
        let defect = Problem::from(DbError::Internal("no such column: x".into()));
        assert!(!defect.to_json("t").to_string().contains("column"));
        assert_eq!(defect.cause(), Some("no such column: x"));
    }
}
