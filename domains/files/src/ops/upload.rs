//! Uploading a file.

use axum::extract::State;
use db::{DbError, Tx};
use http_api::{App, Caller, Created, IdempotencyKey, Problem, Upload};

use crate::{FileStore, model::File, record};

/// Takes the form's `file`.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    mut upload: Upload,
) -> Result<Created<File>, Problem> {
    let received = app.get::<FileStore>().receive(&cx, &mut upload).await?;
    let body = received.clone();
    app.create(&cx, key, &body, "uploadFile", async move |tx: &mut Tx<'_>| -> Result<File, DbError> {
        record(tx, received).await
    })
    .await
}
