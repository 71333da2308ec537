//! The answer that carries a file's content.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use futures_util::TryStreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_api::{Answer, Download, OperationDoc};
use kernel::TenantId;

use crate::{FileError, FileStore, model::File};

/// Contents never change, but who may read them may; an hour is a compromise.
const CACHE: &str = "private, max-age=3600";

/// A file's content, or that the caller has it already.
#[derive(Debug)]
pub struct Content {
    tag: String,
    /// Absent when the caller has it already.
    download: Option<Download>,
}

/// The content of `file` of `tenant` as an answer: in place when that is safe, to be saved otherwise; 304 when
/// the request's `If-None-Match` names it. Check before that the caller may read the file.
pub async fn content(
    store: &FileStore,
    tenant: TenantId,
    file: &File,
    request: &HeaderMap,
) -> Result<Content, FileError> {
    let tag = format!("\"{}\"", file.sha256);
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|line| line.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag);
    if known {
        return Ok(Content { tag, download: None });
    }
    let body = Body::from_stream(store.stream(tenant, file).await?.map_err(std::io::Error::other));
    let download = if file.safe_inline {
        Download::inline(&file.media_type, body).named(&file.name)
    } else {
        Download::attachment(&file.name, &file.media_type, body)
    };
    let download = download.length(u64::try_from(file.size).unwrap_or_default()).cached(CACHE);
    Ok(Content { tag, download: Some(download) })
}

impl IntoResponse for Content {
    fn into_response(self) -> Response {
        let mut response = match self.download {
            Some(download) => download.into_response(),
            None => StatusCode::NOT_MODIFIED.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
        if let Ok(tag) = HeaderValue::try_from(self.tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

impl Answer for Content {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        Download::document(operation);
        operation.answer_header(200, "ETag", "The content's hash, for If-None-Match.");
    }
}
