//! Inviting somebody by mail. Inviting them again sends a new link and takes the old one back.

use db::{Query as _, Read, Tx};
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};

use crate::{
    IdentityError,
    api::{CreateUser, Invite},
    guard, mail,
    model::{User, UserStatus, UserView},
    people,
    store::{credentials::Link, tenants, users},
};

/// `POST /api/v1/invitations`.
pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<Invite>,
) -> Result<Created<UserView>, Problem> {
    let tenant = app.db().read(&cx, async |r: &mut Read<'_>| tenants::current(r).await).await?;
    let invited = body.clone();
    let prepared = people::prepare(
        &cx,
        CreateUser {
            login: invited.email.clone(),
            name: invited.name,
            email: Some(invited.email),
            phone: None,
            locale: None,
            password: None,
            role_ids: invited.role_ids,
            team_ids: invited.team_ids,
            region_ids: invited.region_ids,
        },
        tenant.locale,
    )
    .await
    .map_err(about_email)?;
    let public_url = app.settings().public_url.clone();
    app.create(&cx, key, &body, "inviteUser", async move |tx: &mut Tx<'_>| {
        let view = match users::account_by_login(tx, &prepared.user.login).await? {
            Some(account) if account.user.status == UserStatus::Invited => {
                guard::may_touch(tx, account.user.id).await?;
                users::view(tx, account.user.id).await?.ok_or(IdentityError::NotFound("user"))?
            }
            _ => people::add(tx, prepared).await.map_err(about_email)?,
        };
        send(tx, &view, &public_url).await?;
        Ok::<_, IdentityError>(view)
    })
    .await
}

/// Who is invited has no login beside their mail address, so what is wrong with the one is wrong with the other.
fn about_email(error: IdentityError) -> IdentityError {
    let IdentityError::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        if error.pointer == "/login" {
            "/email".clone_into(&mut error.pointer);
        }
    }
    IdentityError::Invalid(errors)
}

/// Mails a new invitation to somebody who has an address.
pub(crate) async fn send(tx: &mut Tx<'_>, view: &UserView, public_url: &str) -> Result<(), IdentityError> {
    if view.email.is_none() {
        return Ok(());
    }
    let tenant = tenants::current(tx).await?;
    let secret = people::issue_link(tx, Link::Invitation, view.id).await?;
    let url = mail::address(Link::Invitation, public_url, &secret);
    let user: User = users::by_id(tx, view.id).await?.ok_or(IdentityError::NotFound("user"))?;
    if let Some(stmt) = mail::letter(tx.cx(), Link::Invitation, &tenant, &user, &url) {
        tx.execute(stmt).await?;
    }
    Ok(())
}
