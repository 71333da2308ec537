//! Files of customers: uploaded for a message or a report, read from the conversation.

use axum::extract::State;
use db::{DbError, Read, Tx};
use files::{Content, FileStore};
use http_api::{App, Caller, Json, Meta, Path, Problem, Upload, http::HeaderMap};
use kernel::{Context, Uuid};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{QrPath, TokenPath, device::scanned, face::FileFace, reach::linked};

/// Names a file behind a link.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct FilePath {
    /// The token.
    #[expect(dead_code, reason = "read by the authenticator; named here for the API document")]
    pub token: String,
    /// The file.
    pub id: Uuid,
}

async fn take(app: &App, cx: &Context, mut upload: Upload) -> Result<Json<FileFace>, Problem> {
    let received = app.get::<FileStore>().receive(cx, &mut upload).await?;
    let record = async move |tx: &mut Tx<'_>| -> Result<files::File, DbError> { files::record(tx, received).await };
    let file = app.db().write(cx, record).await?;
    Ok(Json(file.into()))
}

/// Takes the form's `file` for a message.
pub async fn upload(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
    upload: Upload,
) -> Result<Json<FileFace>, Problem> {
    take(&app, &cx, upload).await
}

/// Takes the form's `file` for a report.
pub async fn upload_for_device(
    State(app): State<App>,
    Meta(request): Meta,
    Path(path): Path<QrPath>,
    upload: Upload,
) -> Result<Json<FileFace>, Problem> {
    let scan = scanned(&app, request, &path.qr_token, None).await?;
    take(&app, &scan.cx, upload).await
}

/// Answers a file that stands in the conversation, or that came through this link.
pub async fn read(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FilePath>,
    headers: HeaderMap,
) -> Result<Content, Problem> {
    let find = async move |r: &mut Read<'_>| -> Result<files::File, Problem> {
        let unknown = || Problem::not_found("file");
        let (link, ticket) = linked(r).await?;
        let file = files::get(r, path.id).await?.ok_or_else(unknown)?;
        if file.created_by == link.id {
            return Ok(file);
        }
        let messages = tickets::messages(r, ticket.id, true).await?;
        let shown = messages.iter().any(|message| message.file_ids.0.contains(&file.id));
        if shown { Ok(file) } else { Err(unknown()) }
    };
    let file = app.db().read(&cx, find).await?;
    Ok(files::content(&app.get::<FileStore>(), cx.tenant(), &file, &headers).await?)
}
