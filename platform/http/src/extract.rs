//! What handlers take: JSON bodies, path and query parameters, versions and keys, each refusing with a problem.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, path::ErrorKind, rejection::PathRejection},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::{App, FieldError, OperationDoc, Problem, routes::Documents};

/// A JSON body. Unknown fields are refused by `#[serde(deny_unknown_fields)]` on `T`.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let bytes = read_body(request, app.settings().body_limit_bytes).await?;
        parse_json(&bytes).map(Self)
    }
}

impl<T: JsonSchema> Documents for Body<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.json_body::<T>();
        operation.problems(&[400, 413, 415, 422]);
    }
}

/// A body as it came, for webhooks that sign their bytes and for imports.
#[derive(Debug, Clone)]
pub struct RawBody(pub Bytes);

impl FromRequest<App> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        read_body(request, app.settings().upload_limit_bytes).await.map(Self)
    }
}

impl Documents for RawBody {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        operation.body("application/octet-stream", serde_json::json!({}));
        operation.problems(&[413]);
    }
}

async fn read_body(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    axum::body::to_bytes(request.into_body(), limit).await.map_err(|error| {
        let over = std::error::Error::source(&error)
            .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if over { too_large(limit) } else { Problem::bad_request("body_interrupted", "The body ended too early.") }
    })
}

pub(crate) fn too_large(limit: usize) -> Problem {
    let detail = format!("The body is larger than the {limit} bytes allowed here.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).with_member("limit_bytes", limit)
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let json = media.eq_ignore_ascii_case("application/json")
        || (media.len() > 17
            && media.is_char_boundary(12)
            && media[..12].eq_ignore_ascii_case("application/")
            && media.to_ascii_lowercase().ends_with("+json"));
    if json {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Send JSON with Content-Type: application/json.",
    ))
}

/// Reads JSON; on failure reads it again with the path, so that the good case pays nothing for it.
pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::bad_request("body_required", "The body is empty; send a JSON object."));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| Problem::bad_request("invalid_utf8", "The body is not valid UTF-8."))?;
    if holds_nul(text) {
        return Err(Problem::bad_request("nul_character", "Texts may not hold the character U+0000."));
    }
    serde_json::from_str(text).map_err(|_| explain_json::<T>(text))
}

/// Whether the JSON holds an escaped U+0000 (a raw one is no JSON).
fn holds_nul(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices("\\u0000").any(|(at, _)| {
        let before = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        before % 2 == 0
    })
}

fn explain_json<T: DeserializeOwned>(text: &str) -> Problem {
    let mut json = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut json) else {
        return Problem::bad_request("malformed_json", "There is something after the end of the JSON.");
    };
    let mut pointer = pointer(error.path());
    let full = error.inner().to_string();
    if full.starts_with("recursion limit") {
        return Problem::bad_request("too_deep", "The JSON is nested too deeply.");
    }
    if !error.inner().is_data() {
        return Problem::bad_request("malformed_json", format!("This is not JSON: {full}."));
    }
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    let named = |start: &str| message.strip_prefix(start)?.split('`').next().map(str::to_owned);
    let code = if let Some(field) = named("missing field `") {
        push_segment(&mut pointer, &field);
        "required"
    } else if let Some(field) = named("unknown field `") {
        // The tracker has stepped into the unknown key already, or stands at its parent.
        if !pointer.ends_with(&format!("/{}", escaped(&field))) {
            push_segment(&mut pointer, &field);
        }
        "unknown_field"
    } else if message.starts_with("invalid type") {
        "invalid_type"
    } else {
        "invalid_value"
    };
    Problem::invalid_field(pointer, code, message)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_segment(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_segment(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&escaped(segment));
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Path parameters: a struct with the template's names, or one value.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => Err(match error.into_kind() {
                ErrorKind::ParseErrorAtKey { key, expected_type, .. } => {
                    Problem::bad_parameter(format!("/path/{key}"), format!("This must be a {expected_type}."))
                }
                ErrorKind::DeserializeError { key, message, .. } => {
                    Problem::bad_parameter(format!("/path/{key}"), message)
                }
                ErrorKind::InvalidUtf8InPathParam { key } => {
                    Problem::bad_parameter(format!("/path/{key}"), "This is not valid UTF-8.")
                }
                ErrorKind::ParseError { expected_type, .. } | ErrorKind::ParseErrorAtIndex { expected_type, .. } => {
                    Problem::bad_parameter("/path", format!("This must be a {expected_type}."))
                }
                ErrorKind::Message(message) => Problem::bad_parameter("/path", message),
                other => Problem::internal_text(format!("path parameters: {other}")),
            }),
            Err(other) => Err(Problem::internal(other)),
        }
    }
}

impl<T: JsonSchema> Documents for Path<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.path_parameters::<T>();
        operation.problems(&[400, 404]);
    }
}

/// Query parameters. Unknown ones are ignored; several readers may share one query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

impl<T: JsonSchema> Documents for Query<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.query_parameters::<T>();
        operation.problems(&[400]);
    }
}

pub(crate) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let mut pointer = format!("/query{}", pointer(error.path()));
        let message = error.inner().to_string();
        if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            push_segment(&mut pointer, field);
        }
        Problem::bad_parameter(pointer, message)
    })
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// The version the caller saw, from `If-Match: "3"`. The store compares it in the update's WHERE clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl IfMatch {
    /// The version the caller saw.
    pub fn version(self) -> i64 {
        self.0
    }

    /// 412 unless the record still has that version.
    pub fn check(self, version: i64) -> Result<(), Problem> {
        if self.0 == version { Ok(()) } else { Err(Problem::stale()) }
    }
}

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let mut lines = parts.headers.get_all(header::IF_MATCH).iter();
        let line = lines.next().ok_or_else(Problem::precondition_required)?;
        let refused = |message: &str| Problem::bad_parameter("/header/If-Match", message);
        let text = line.to_str().map_err(|_| refused("Send one version, such as \"3\"."))?.trim();
        if text == "*" {
            return Err(refused("`*` is not accepted; send the version that was read, such as \"3\"."));
        }
        if lines.next().is_some() || text.contains(',') {
            return Err(refused("Send exactly one version, such as \"3\"."));
        }
        // Proxies that compress make tags weak; the version inside is the same.
        let tag = text.strip_prefix("W/").unwrap_or(text);
        if let Some(inner) = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            // A tag that was never ours matches no version.
            return inner.parse().map(Self).map_err(|_| Problem::stale());
        }
        tag.parse().map(Self).map_err(|_| refused("Send the version in quotes, such as \"3\"."))
    }
}

impl Documents for IfMatch {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.header("If-Match", true, "The version that was read, in quotes, such as \"3\".");
        operation.problems(&[412, 428]);
    }
}

/// Makes a create safe to repeat; from the optional header `Idempotency-Key`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

/// Characters of an idempotency key at most.
pub const LONGEST_KEY: usize = 200;

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let fits = !value.is_empty() && value.len() <= LONGEST_KEY && value.as_bytes().iter().all(u8::is_ascii_graphic);
        match value.to_str() {
            Ok(text) if fits => Ok(Self(Some(text.to_owned()))),
            _ => Err(Problem::bad_parameter(
                "/header/Idempotency-Key",
                "Send 1 to 200 printable ASCII characters without spaces, such as a UUID.",
            )),
        }
    }
}

impl Documents for IdempotencyKey {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.header(
            "Idempotency-Key",
            false,
            "Any text of your own, up to 200 characters: a repeated request with the same key gets the first answer again.",
        );
        operation.problems(&[409, 422]);
    }
}

impl Documents for axum::extract::State<App> {
    fn document(_: &mut OperationDoc<'_>) {}
}

/// The request's headers, for webhooks that sign them.
impl Documents for HeaderMap {
    fn document(_: &mut OperationDoc<'_>) {}
}

/// Refuses texts that are empty, too long or hold control characters; answers the trimmed text.
pub fn checked_text(pointer: &str, text: &str, longest: usize, errors: &mut Vec<FieldError>) -> String {
    let text = text.trim();
    if text.is_empty() {
        errors.push(FieldError::new(pointer, "required", "This may not be empty."));
    } else if text.chars().count() > longest {
        errors.push(FieldError::new(pointer, "too_long", format!("Use at most {longest} characters.")));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        errors.push(FieldError::new(pointer, "control_character", "Remove control characters."));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[allow(dead_code)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[allow(dead_code)]
        quantity: i64,
    }

    fn refused(json: &str) -> (u16, String, String, String) {
        let problem = parse_json::<Order>(json.as_bytes()).unwrap_err();
        let first = problem.errors().first();
        let pointer = first.map(|error| error.pointer.clone()).unwrap_or_default();
        let code = first.map(|error| error.code.to_string()).unwrap_or_default();
        (problem.status().as_u16(), problem.code().to_owned(), pointer, code)
    }

    #[test]
    fn a_wrong_field_is_pointed_at() {
        let invalid = |pointer: &str, code: &str| (422, "invalid".to_owned(), pointer.to_owned(), code.to_owned());
        assert_eq!(refused(r#"{"lines":[{"quantity":"x"}]}"#), invalid("/lines/0/quantity", "invalid_type"));
        assert_eq!(refused(r#"{"lines":[{}]}"#), invalid("/lines/0/quantity", "required"));
        assert_eq!(refused(r#"{"lines":[{"quantity":1,"a/b":2}]}"#), invalid("/lines/0/a~1b", "unknown_field"));
        assert_eq!(refused("{}"), invalid("/lines", "required"));
        assert_eq!(refused("[1]").0, 422);
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        let code = |json: &str| refused(json).1;
        assert_eq!(code(""), "body_required");
        assert_eq!(code("{\"lines\":"), "malformed_json");
        assert_eq!(code("{\"lines\":[]} x"), "malformed_json");
        assert_eq!(parse_json::<Order>(b"\xff").unwrap_err().code(), "invalid_utf8");
        assert_eq!(parse_json::<String>(br#""a\u0000b""#).unwrap_err().code(), "nul_character");
        assert_eq!(parse_json::<String>(br#""a\\u0000b""#).unwrap(), "a\\u0000b");
        let deep = "[".repeat(1_000);
        assert_eq!(parse_json::<serde_json::Value>(deep.as_bytes()).unwrap_err().code(), "too_deep");
    }

    #[test]
    fn a_wrong_parameter_is_pointed_at() {
        #[derive(Debug, Deserialize)]
        struct Asked {
            from: kernel::Timestamp,
            #[serde(default)]
            limit: Option<u32>,
        }
        let wrong = |query: &str| parse_query::<Asked>(query).unwrap_err().errors()[0].pointer.clone();
        assert_eq!(wrong("from=2026-01-01T00:00:00Z&limit=many"), "/query/limit");
        assert_eq!(wrong("from=tomorrow"), "/query/from");
        assert_eq!(wrong("limit=1"), "/query/from");
        let asked: Asked = parse_query("from=2026-01-01T00:00:00Z&limit=5&other=1").unwrap();
        assert_eq!((asked.limit, asked.from.micros() > 0), (Some(5), true));
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        let mut errors = Vec::new();
        assert_eq!(checked_text("/name", "  张三 ", 200, &mut errors), "张三");
        assert!(errors.is_empty());
        checked_text("/name", " ", 200, &mut errors);
        checked_text("/name", "abc", 2, &mut errors);
        checked_text("/name", "a\u{7}", 2, &mut errors);
        let codes: Vec<_> = errors.iter().map(|error| error.code.as_ref()).collect();
        assert_eq!(codes, ["required", "too_long", "control_character"]);
    }
}
