//! What handlers answer; each answer documents itself.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{OperationDoc, Problem};

/// Something a handler answers with: `Ok(Json(page))`, `Ok(Created(ticket))`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of an operation",
    note = "answer with Json, Created, Versioned, Accepted, NoContent, Download or EventStream, or Result<one of them, Problem>"
)]
pub trait Answer: IntoResponse + Send {
    /// Whether the time limit does not apply.
    const UNHURRIED: bool = false;

    /// Adds the answer to the operation's documentation.
    fn document(operation: &mut OperationDoc<'_>);
}

impl<A: Answer> Answer for Result<A, Problem> {
    const UNHURRIED: bool = A::UNHURRIED;

    fn document(operation: &mut OperationDoc<'_>) {
        A::document(operation);
    }
}

/// A record that carries its version, shown as `ETag`.
pub trait HasVersion {
    /// Starts at 1 and rises with every change.
    fn version(&self) -> i64;
}

/// A record with an address of its own.
pub trait HasLocation {
    /// The path, such as `/api/v1/tickets/…`.
    fn location(&self) -> String;
}

/// 200 with JSON.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// 201 with JSON, `Location` and `ETag`.
#[derive(Debug, Clone)]
pub struct Created<T>(pub T);

/// 200 with JSON and `ETag`.
#[derive(Debug, Clone)]
pub struct Versioned<T>(pub T);

/// 202 with JSON: it will be done.
#[derive(Debug, Clone)]
pub struct Accepted<T>(pub T);

/// 204.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

/// Another answer with more headers, such as cookies.
#[derive(Debug, Clone)]
pub struct WithHeaders<A> {
    /// Added to the answer's own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The answer.
    pub answer: A,
}

fn json_response(status: StatusCode, value: &impl Serialize) -> Response {
    let mut bytes = Vec::with_capacity(512);
    if let Err(error) = serde_json::to_writer(&mut bytes, value) {
        return Problem::internal(error).into_response();
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn tag(response: &mut Response, version: i64) {
    if let Ok(value) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json_response(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize + JsonSchema + Send> Answer for Json<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.json_answer::<T>(200, "The answer.");
    }
}

impl<T: Serialize + HasVersion + HasLocation> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = json_response(StatusCode::CREATED, &self.0);
        tag(&mut response, self.0.version());
        if let Ok(location) = HeaderValue::try_from(self.0.location()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl<T: Serialize + JsonSchema + HasVersion + HasLocation + Send> Answer for Created<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.json_answer::<T>(201, "Created.");
        operation.answer_header(201, "Location", "Where the record is.");
        operation.answer_header(201, "ETag", "The record's version, for If-Match.");
    }
}

impl<T: Serialize + HasVersion> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = json_response(StatusCode::OK, &self.0);
        tag(&mut response, self.0.version());
        response
    }
}

impl<T: Serialize + JsonSchema + HasVersion + Send> Answer for Versioned<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.json_answer::<T>(200, "The record.");
        operation.answer_header(200, "ETag", "The record's version, for If-Match.");
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        json_response(StatusCode::ACCEPTED, &self.0)
    }
}

impl<T: Serialize + JsonSchema + Send> Answer for Accepted<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.json_answer::<T>(202, "Accepted; it will be done.");
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Answer for NoContent {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.empty_answer(204, "Done.");
    }
}

impl<A: Answer> IntoResponse for WithHeaders<A> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

impl<A: Answer> Answer for WithHeaders<A> {
    const UNHURRIED: bool = A::UNHURRIED;

    fn document(operation: &mut OperationDoc<'_>) {
        A::document(operation);
    }
}

/// Bytes with a media type, for looking at or for saving. Scripts inside never run.
#[derive(Debug)]
pub struct Download {
    body: Body,
    media_type: String,
    file_name: Option<String>,
    inline: bool,
    length: Option<u64>,
    cache: Option<&'static str>,
}

impl Download {
    /// To be saved under `file_name`.
    pub fn attachment(file_name: impl Into<String>, media_type: impl Into<String>, body: impl Into<Body>) -> Self {
        Self {
            body: body.into(),
            media_type: media_type.into(),
            file_name: Some(file_name.into()),
            inline: false,
            length: None,
            cache: None,
        }
    }

    /// To be shown in place; only for media types that were found safe.
    pub fn inline(media_type: impl Into<String>, body: impl Into<Body>) -> Self {
        Self {
            body: body.into(),
            media_type: media_type.into(),
            file_name: None,
            inline: true,
            length: None,
            cache: None,
        }
    }

    /// The name it would be saved under.
    #[must_use]
    pub fn named(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// The length in bytes, when the body is a stream.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// A `Cache-Control` value other than `no-store`.
    #[must_use]
    pub fn cached(mut self, cache_control: &'static str) -> Self {
        self.cache = Some(cache_control);
        self
    }
}

/// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266).
fn disposition(inline: bool, file_name: Option<&str>) -> String {
    let mut text = if inline { "inline" } else { "attachment" }.to_owned();
    let Some(name) = file_name else { return text };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    text.push_str("; filename=\"");
    text.push_str(&plain);
    text.push_str("\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(byte as char);
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
        let headers = response.headers_mut();
        let media = HeaderValue::try_from(self.media_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
        headers.insert(header::CONTENT_TYPE, media);
        if let Ok(value) = HeaderValue::try_from(disposition(self.inline, self.file_name.as_deref())) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"),
        );
        if let Some(length) = self.length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Some(cache) = self.cache {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        }
        response
    }
}

impl Answer for Download {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        // No type: some of these files are JSON, and whoever checks answers reads those as what they are.
        operation.answer(200, "The bytes.", "*/*", serde_json::json!({}));
        operation.answer_header(200, "Content-Disposition", "Whether to show or to save it, and its name.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize)]
    struct Thing {
        id: u32,
    }

    impl HasVersion for Thing {
        fn version(&self) -> i64 {
            3
        }
    }

    impl HasLocation for Thing {
        fn location(&self) -> String {
            format!("/api/v1/things/{}", self.id)
        }
    }

    #[test]
    fn a_created_record_says_where_it_is_and_which_version() {
        let response = Created(Thing { id: 7 }).into_response();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[header::LOCATION], "/api/v1/things/7");
        assert_eq!(response.headers()[header::ETAG], "\"3\"");
    }

    #[test]
    fn a_download_keeps_its_chinese_name_and_runs_nothing() {
        let response = Download::attachment("服务 报告\".pdf", "application/pdf", "x").into_response();
        assert_eq!(
            response.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"__ ___.pdf\"; filename*=UTF-8''%E6%9C%8D%E5%8A%A1%20%E6%8A%A5%E5%91%8A%22.pdf"
        );
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("sandbox;"));
    }
}
