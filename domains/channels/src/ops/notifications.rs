//! What one was told: the list, how much of it is unread, and marking it read.

use axum::extract::State;
use db::{DbError, Query as _, Read, Tx, list::ListPage};
use http_api::{App, Caller, Json, ListParams, NoContent, Path, Problem};
use objects::listing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{api::MessagePath, notifications::Notification, store::notifications as store};

/// How much is unread.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UnreadCount {
    /// Notifications that the caller has not read; 100 stands for 100 and more.
    pub unread: i64,
}

/// Lists what the caller was told, newest first.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Notification>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let mine = store::of(r.cx().actor().id);
            listing::page::<Notification>(r, &store::LISTING, &params, vec![mine]).await
        })
        .await?;
    Ok(Json(page))
}

/// How much the caller has not read.
pub async fn unread(State(app): State<App>, Caller(cx): Caller) -> Result<Json<UnreadCount>, Problem> {
    let unread = app.db().read(&cx, async move |r: &mut Read<'_>| store::unread(r).await).await?;
    Ok(Json(UnreadCount { unread }))
}

/// Marks one as read.
pub async fn read(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
) -> Result<NoContent, Problem> {
    let found = app.db().write(&cx, async move |tx: &mut Tx<'_>| store::read(tx, path.id).await).await?;
    if found { Ok(NoContent) } else { Err(Problem::not_found("notification")) }
}

/// Marks all as read.
pub async fn read_all(State(app): State<App>, Caller(cx): Caller) -> Result<NoContent, Problem> {
    app.db().write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> { store::read_all(tx).await }).await?;
    Ok(NoContent)
}
