//! A link for choosing a password, handed over by an administrator where no mail can be sent.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Caller, Json, Path, Problem, State};

use crate::{
    IdentityError,
    api::{ById, PasswordLink},
    guard, mail,
    model::UserStatus,
    people,
    store::{credentials::Link, users},
};

/// `POST /api/v1/users/{id}/password-link`.
pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Json<PasswordLink>, Problem> {
    let public_url = app.settings().public_url.clone();
    let link = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let user = users::by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
            guard::may_touch(tx, id).await?;
            let link = match user.status {
                UserStatus::Disabled => {
                    return Err(IdentityError::State("This person is switched off. Switch them on first."));
                }
                UserStatus::Invited => Link::Invitation,
                UserStatus::Active | UserStatus::Locked => Link::PasswordReset,
            };
            let secret = people::issue_link(tx, link, id).await?;
            let event = NewEvent::new("user.password_link_created", "user", id).label(&user.name);
            events::append(tx, event).await?;
            let expires_at = tx.cx().now().plus(link.lifetime());
            Ok(PasswordLink { url: mail::address(link, &public_url, &secret), expires_at })
        })
        .await?;
    Ok(Json(link))
}
