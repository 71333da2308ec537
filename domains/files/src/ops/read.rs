//! A file's content.

use axum::extract::State;
use db::Read;
use http::HeaderMap;
use http_api::{App, Caller, Path, Problem};

use crate::{Content, FileError, FilePath, FileStore, content, store};

/// Answers the content, in place or to be saved.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FilePath>,
    headers: HeaderMap,
) -> Result<Content, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::get(r, path.id).await).await?;
    let file = found.ok_or(FileError::NotFound)?;
    Ok(content(&app.get::<FileStore>(), cx.tenant(), &file, &headers).await?)
}
