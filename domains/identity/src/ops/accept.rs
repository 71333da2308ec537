//! Accepting an invitation: look at it, choose a password, and be signed in.

use db::Read;
use http_api::{
    App, Body, Created, Json, Meta, Path, Problem, State, WithHeaders,
    http::{HeaderMap, header},
};

use super::{me, reset, sign_in};
use crate::{
    IdentityError,
    api::{self, AcceptInvitation, ByToken, Invitation, Session},
    store::credentials::Link,
};

/// `GET /api/v1/invitations/{token}`.
pub(crate) async fn show(
    State(app): State<App>,
    Meta(info): Meta,
    Path(path): Path<ByToken>,
) -> Result<Json<Invitation>, Problem> {
    let holder = reset::holder(app.db(), app.world(), Link::Invitation, &path.token, info).await?;
    Ok(Json(Invitation {
        login: holder.user.login,
        name: holder.user.name,
        locale: holder.user.locale,
        tenant_name: holder.tenant.name,
        tenant_slug: holder.tenant.slug,
        expires_at: holder.expires_at,
    }))
}

/// `POST /api/v1/invitations/{token}`.
pub(crate) async fn handle(
    State(app): State<App>,
    Meta(info): Meta,
    Path(path): Path<ByToken>,
    headers: HeaderMap,
    Body(body): Body<AcceptInvitation>,
) -> Result<WithHeaders<Created<Session>>, Problem> {
    let mut errors = Vec::new();
    let name = body.name.map(|name| api::name("/name", &name, &mut errors));
    IdentityError::unless_empty(errors)?;
    let holder = reset::holder(app.db(), app.world(), Link::Invitation, &path.token, info).await?;
    let (cx, user) = (holder.cx.clone(), holder.user.id);
    reset::set(&app, holder, Link::Invitation, name, body.password, "user.invitation_accepted").await?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let (cookie, csrf) = sign_in::begin(app.db(), &cx, user, None, agent).await?;
    let session = app.db().read(&cx, async move |r: &mut Read<'_>| me::session_of(r, user, Some(csrf)).await).await?;
    sign_in::signed_in(&app, session, &cookie)
}
