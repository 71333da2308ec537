//! Signing out: here, or everywhere.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{
    App, Caller, NoContent, Problem, State, WithHeaders,
    http::{HeaderMap, HeaderValue, header},
    session_cookie,
};

use super::me::{person, session_digest};
use crate::{Directory, IdentityError, store::credentials};

/// `DELETE /api/v1/session`.
pub(crate) async fn here(
    State(app): State<App>,
    Caller(cx): Caller,
    headers: HeaderMap,
) -> Result<WithHeaders<NoContent>, Problem> {
    let id = person(&cx)?;
    if let Some(digest) = session_digest(&headers) {
        app.db()
            .write(&cx, async move |tx: &mut Tx<'_>| {
                credentials::end_session(tx, digest).await?;
                let name = tx_name(tx);
                events::append(tx, NewEvent::new("user.signed_out", "user", id).label(name)).await?;
                Ok::<_, IdentityError>(())
            })
            .await?;
    }
    app.get::<Directory>().forget();
    without_cookie(&app)
}

/// `DELETE /api/v1/session/all`.
pub(crate) async fn everywhere(State(app): State<App>, Caller(cx): Caller) -> Result<WithHeaders<NoContent>, Problem> {
    let id = person(&cx)?;
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let sessions = credentials::end_sessions(tx, id, None).await?;
            let name = tx_name(tx);
            let event = NewEvent::new("user.signed_out_everywhere", "user", id)
                .label(name)
                .data(serde_json::json!({ "sessions": sessions }));
            events::append(tx, event).await?;
            Ok::<_, IdentityError>(())
        })
        .await?;
    app.get::<Directory>().forget();
    without_cookie(&app)
}

fn tx_name(tx: &Tx<'_>) -> String {
    tx.cx().actor().name.clone()
}

fn without_cookie(app: &App) -> Result<WithHeaders<NoContent>, Problem> {
    let value = HeaderValue::try_from(session_cookie(app.settings().secure_cookies, "", 0));
    let headers = vec![(header::SET_COOKIE, value.map_err(Problem::internal)?)];
    Ok(WithHeaders { headers, answer: NoContent })
}
