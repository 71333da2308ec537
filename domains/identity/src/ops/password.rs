//! Changing one's own password: the present one is asked for, other sessions end.

use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, NoContent, Problem, State, http::HeaderMap};

use super::{
    me::{person, session_digest},
    sign_in,
};
use crate::{
    Directory, IdentityError,
    api::ChangePassword,
    password,
    store::{
        credentials::{self, Link},
        users,
    },
};

/// `POST /api/v1/session/password`.
pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    headers: HeaderMap,
    Body(body): Body<ChangePassword>,
) -> Result<NoContent, Problem> {
    let id = person(&cx)?;
    let account = app.db().read(&cx, async move |r: &mut Read<'_>| users::account_by_id(r, id).await).await?;
    let account = account.ok_or(IdentityError::NotFound("user"))?;
    // Somebody at an unattended screen gets as many tries as somebody at the sign-in page.
    sign_in::count(app.db(), &cx, &account.user.login).await?;
    if !password::verify(account.password_hash, body.current).await? {
        return Err(IdentityError::field("/current", "wrong_password", "This is not your present password.").into());
    }
    password::check("/new", &body.new, &account.user.login).map_err(|error| IdentityError::Invalid(vec![error]))?;
    let hash = password::hash(cx.world(), body.new).await?;
    let kept = session_digest(&headers);
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            users::set_password(tx, id, &hash).await?;
            credentials::end_sessions(tx, id, kept).await?;
            let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
            let event = NewEvent::new("user.password_changed", "user", id).label(&account.user.name);
            tx.execute_all(vec![
                credentials::forget_attempts(tenant, &account.user.login),
                credentials::void_links(Link::PasswordReset, tenant, id, now),
                events::statement(tx.cx(), &event),
            ])
            .await?;
            Ok::<_, IdentityError>(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
