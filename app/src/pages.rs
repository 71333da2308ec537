//! The web app, built into the binary: files by their names, and the start page for every other address.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Dist;

/// A year: names of built files carry a hash of their content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Serves the pages.
pub fn router() -> Router {
    Router::new().fallback(page)
}

async fn page(request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    match Dist::get(path) {
        Some(file) if !path.is_empty() => answer(path, file, request.uri().path().starts_with("/assets/")),
        // An address of the app; a missing file with an ending is simply missing.
        _ if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => StatusCode::NOT_FOUND.into_response(),
        _ => match Dist::get("index.html") {
            Some(file) => answer("index.html", file, false),
            None => {
                (StatusCode::NOT_FOUND, "The pages are not built into this binary; run `make web` and build again.")
                    .into_response()
            }
        },
    }
}

fn answer(path: &str, file: rust_embed::EmbeddedFile, hashed: bool) -> Response {
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    let media_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
    let media_type = if media_type.starts_with("text/") { format!("{media_type}; charset=utf-8") } else { media_type };
    if let Ok(value) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    let caching = if hashed { FOREVER } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
