//! A forgotten password: a link by mail that works once, and an answer that never says who exists.

use std::time::Duration;

use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{Accepted, App, Body, Meta, NoContent, Path, Problem, State};
use kernel::{Context, RequestInfo, World};

use super::sign_in;
use crate::{
    Directory, IdentityError,
    api::{ByToken, NewPassword, RequestReset, ResetRequested},
    mail,
    model::{Tenant, TenantStatus, User, UserStatus},
    password, people,
    store::{
        credentials::{self, Link},
        tenants, users,
    },
    token::{self, Digest32},
};

/// Links per person and hour, so that nobody's mailbox can be filled.
const MOST_PER_HOUR: i64 = 5;

/// `POST /api/v1/password-reset`.
pub(crate) async fn request(
    State(app): State<App>,
    Meta(info): Meta,
    Body(body): Body<RequestReset>,
) -> Result<Accepted<ResetRequested>, Problem> {
    let answer = Accepted(ResetRequested { accepted: true });
    let login = body.login.trim().to_lowercase();
    if login.is_empty() || login.chars().count() > 254 {
        return Ok(answer);
    }
    let tenant = sign_in::company(app.db(), app.world(), body.tenant.as_deref(), &login).await?;
    let Some(tenant) = tenant.filter(|tenant| tenant.status == TenantStatus::Active) else { return Ok(answer) };
    let cx = Context::new(
        app.world().clone(),
        tenant.tenant(),
        tenant.zone.clone(),
        kernel::Actor::system(),
        kernel::Grants::default(),
        info,
    );
    let public_url = app.settings().public_url.clone();
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let mut found = users::reachable_as(tx, &login).await?;
            // A mail address that two people share names neither of them.
            let unambiguous = found.len() == 1 || found.first().is_some_and(|user| user.login == login);
            if !unambiguous || found.is_empty() {
                return Ok(());
            }
            send(tx, &tenant, found.swap_remove(0), &public_url).await
        })
        .await?;
    Ok(answer)
}

async fn send(tx: &mut Tx<'_>, tenant: &Tenant, user: User, public_url: &str) -> Result<(), IdentityError> {
    let since = tx.cx().now().minus(Duration::from_hours(1));
    let sent = credentials::count_links(tx, Link::PasswordReset, user.id, since).await?;
    if user.email.is_none() || sent >= MOST_PER_HOUR {
        return Ok(());
    }
    let secret = people::issue_link(tx, Link::PasswordReset, user.id).await?;
    let url = mail::address(Link::PasswordReset, public_url, &secret);
    let event = NewEvent::new("user.password_reset_requested", "user", user.id).label(&user.name);
    let mut stmts = vec![events::statement(tx.cx(), &event)];
    stmts.extend(mail::letter(tx.cx(), Link::PasswordReset, tenant, &user, &url));
    Ok(tx.execute_all(stmts).await?)
}

/// Somebody who holds a valid link.
pub(crate) struct Holder {
    pub cx: Context,
    pub tenant: Tenant,
    pub user: User,
    pub digest: Digest32,
    pub expires_at: kernel::Timestamp,
}

/// Who holds the link, acting for themselves.
pub(crate) async fn holder(
    db: &db::Db,
    world: &World,
    link: Link,
    secret: &str,
    request: RequestInfo,
) -> Result<Holder, IdentityError> {
    let tenant = token::tenant_of(secret).ok_or(IdentityError::LinkGone)?;
    let digest = token::digest(secret);
    let cx = Context::system(world.clone(), tenant);
    let found = db
        .read(&cx, async move |r: &mut Read<'_>| {
            let Some((user, expires_at)) = credentials::link(r, link, digest).await? else { return Ok(None) };
            let user = users::by_id(r, user).await?;
            let tenant = tenants::by_id(r, tenant).await?;
            Ok::<_, IdentityError>(user.zip(tenant).map(|(user, tenant)| (user, tenant, expires_at)))
        })
        .await?;
    let (user, tenant, expires_at) = found.ok_or(IdentityError::LinkGone)?;
    if tenant.status != TenantStatus::Active || user.status == UserStatus::Disabled {
        return Err(IdentityError::LinkGone);
    }
    let cx = sign_in::context_of(world, &tenant, &user, request);
    Ok(Holder { cx, tenant, user, digest, expires_at })
}

/// `POST /api/v1/password-reset/{token}`.
pub(crate) async fn choose(
    State(app): State<App>,
    Meta(info): Meta,
    Path(path): Path<ByToken>,
    Body(body): Body<NewPassword>,
) -> Result<NoContent, Problem> {
    let holder = holder(app.db(), app.world(), Link::PasswordReset, &path.token, info).await?;
    set(&app, holder, Link::PasswordReset, None, body.password, "user.password_reset").await?;
    Ok(NoContent)
}

/// Uses the link up and sets the password, and the name if one is given; all sessions of the person end.
pub(crate) async fn set(
    app: &App,
    holder: Holder,
    link: Link,
    name: Option<String>,
    password: String,
    kind: &'static str,
) -> Result<(), IdentityError> {
    password::check("/password", &password, &holder.user.login).map_err(|error| IdentityError::Invalid(vec![error]))?;
    let hash = password::hash(app.world(), password).await?;
    let (user, digest) = (holder.user, holder.digest);
    app.db()
        .write(&holder.cx, async move |tx: &mut Tx<'_>| {
            if credentials::use_link(tx, link, digest).await? != Some(user.id) {
                return Err(IdentityError::LinkGone);
            }
            let mut user = users::by_id(tx, user.id).await?.ok_or(IdentityError::LinkGone)?;
            if user.status == UserStatus::Disabled {
                return Err(IdentityError::LinkGone);
            }
            if let Some(name) = name {
                user.name = name;
                users::update(tx, &user).await?;
            }
            users::set_password(tx, user.id, &hash).await?;
            credentials::end_sessions(tx, user.id, None).await?;
            let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
            let event = NewEvent::new(kind, "user", user.id).label(&user.name);
            tx.execute_all(vec![
                credentials::void_links(Link::PasswordReset, tenant, user.id, now),
                credentials::void_links(Link::Invitation, tenant, user.id, now),
                credentials::forget_attempts(tenant, &user.login),
                events::statement(tx.cx(), &event),
            ])
            .await?;
            Ok(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(())
}
