//! Uploads: multipart forms, read as a stream and bounded.

use axum::{
    body::{Body, Bytes},
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
};
use http::{StatusCode, header};

use crate::{App, OperationDoc, Problem, extract::too_large, routes::Documents};

/// A multipart form being received.
#[derive(Debug)]
pub struct Upload {
    form: Multipart,
    limit: usize,
}

/// One part of the form; read it to its end before asking for the next.
#[derive(Debug)]
pub struct UploadPart<'u> {
    field: Field<'u>,
    limit: usize,
}

impl Upload {
    /// The next part; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<UploadPart<'_>>, Problem> {
        let limit = self.limit;
        let field = self.form.next_field().await.map_err(|error| refused(&error, limit))?;
        Ok(field.map(|field| UploadPart { field, limit }))
    }
}

impl UploadPart<'_> {
    /// The field's name.
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name the file had at the sender; not to be trusted as a path.
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The media type the sender says it has.
    pub fn media_type(&self) -> Option<&str> {
        self.field.content_type()
    }

    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        self.field.chunk().await.map_err(|error| refused(&error, self.limit))
    }

    /// The rest as text, at most `longest` bytes.
    pub async fn text(mut self, longest: usize) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > longest {
                return Err(too_large(longest));
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| Problem::bad_request("invalid_utf8", "A form field is not valid UTF-8."))
    }
}

fn refused(error: &MultipartError, limit: usize) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(limit);
    }
    Problem::bad_request("malformed_form", format!("The form cannot be read: {}.", error.body_text()))
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let limit = app.settings().upload_limit_bytes;
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let request = request.map(|body| Body::new(http_body_util::Limited::new(body, limit)));
        let form = Multipart::from_request(request, app).await.map_err(|_| {
            Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send a form with Content-Type: multipart/form-data.",
            )
        })?;
        Ok(Self { form, limit })
    }
}

impl Documents for Upload {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        operation.body(
            "multipart/form-data",
            serde_json::json!({
                "type": "object",
                "required": ["file"],
                "properties": { "file": { "type": "string", "contentMediaType": "application/octet-stream" } },
            }),
        );
        operation.problems(&[400, 413, 415]);
    }
}
