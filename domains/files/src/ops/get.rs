//! What is known of a file.

use axum::extract::State;
use db::Read;
use http_api::{App, Caller, Path, Problem, Versioned};

use crate::{FileError, FilePath, model::File, store};

/// Shows a file's record.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FilePath>,
) -> Result<Versioned<File>, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::get(r, path.id).await).await?;
    Ok(Versioned(found.ok_or(FileError::NotFound)?))
}
