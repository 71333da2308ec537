//! Who is signed in, and changes to their own profile.

use db::{Query, Read, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Caller, IfMatch, Problem, SESSION_COOKIE, State, Versioned, cookie,
    http::{HeaderMap, header},
};
use kernel::{ActorKind, Context};
use uuid::Uuid;

use crate::{
    Directory, IdentityError,
    api::{self, ChangeProfile, Me, Session},
    model::UserView,
    store::{credentials, structure, tenants, users},
    token::{self, Digest32},
};

/// The digest of the session cookie, unless the caller came with a key.
pub(crate) fn session_digest(headers: &HeaderMap) -> Option<Digest32> {
    if headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    cookie(headers, SESSION_COOKIE).map(token::digest)
}

/// The id of the person who calls; keys have no profile, password or sessions.
pub(crate) fn person(cx: &Context) -> Result<Uuid, IdentityError> {
    cx.user_id().ok_or(IdentityError::State("An API key has no profile, password or sessions of its own."))
}

/// `GET /api/v1/session`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    headers: HeaderMap,
) -> Result<Versioned<Session>, Problem> {
    let digest = session_digest(&headers);
    let actor = cx.clone();
    let session = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            if actor.actor().kind != ActorKind::User {
                return session_of_key(r, &actor).await;
            }
            let csrf = match digest {
                Some(digest) => credentials::session(r, digest).await?.map(|session| session.csrf),
                None => None,
            };
            session_of(r, actor.actor().id, csrf).await
        })
        .await?;
    Ok(Versioned(session))
}

/// The session answer of a person.
pub(crate) async fn session_of(
    q: &mut impl Query,
    user: Uuid,
    csrf_token: Option<String>,
) -> Result<Session, IdentityError> {
    let tenant = tenants::current(q).await?;
    let person = users::by_id(q, user).await?.ok_or(IdentityError::NotFound("user"))?;
    let user = Me {
        id: person.id,
        version: person.version,
        name: person.name,
        login: person.login,
        email: person.email,
        locale: person.locale,
        roles: structure::role_keys_of(q, user).await?,
        permissions: users::permissions(q, user).await?,
        team_ids: users::teams(q, user).await?,
        region_ids: users::regions(q, user).await?,
    };
    Ok(Session { user, tenant: tenant.into(), csrf_token })
}

async fn session_of_key(q: &mut impl Query, cx: &Context) -> Result<Session, IdentityError> {
    let tenant = tenants::current(q).await?;
    let key = credentials::key(q, cx.actor().id).await?.ok_or(IdentityError::NotFound("API key"))?;
    let role = structure::role(q, key.role_id).await?;
    let user = Me {
        id: key.id,
        version: key.version,
        name: key.name,
        login: String::new(),
        email: None,
        locale: tenant.locale,
        roles: role.map(|role| role.key).into_iter().collect(),
        permissions: cx.grants().permissions.clone(),
        team_ids: Vec::new(),
        region_ids: Vec::new(),
    };
    Ok(Session { user, tenant: tenant.into(), csrf_token: None })
}

/// `PATCH /api/v1/session/profile`.
pub(crate) async fn change(
    State(app): State<App>,
    Caller(cx): Caller,
    version: IfMatch,
    Body(body): Body<ChangeProfile>,
) -> Result<Versioned<UserView>, Problem> {
    let id = person(&cx)?;
    let mut errors = Vec::new();
    let name = body.name.map(|name| api::name("/name", &name, &mut errors));
    IdentityError::unless_empty(errors)?;
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let before = users::by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
            let mut after = before.clone();
            after.version = version.version();
            if let Some(name) = name {
                after.name = name;
            }
            after.locale = body.locale.unwrap_or(before.locale);
            if !users::update(tx, &after).await? {
                return Err(IdentityError::Stale);
            }
            let event =
                NewEvent::new("user.updated", "user", id).label(&after.name).data(events::changes(&before, &after));
            events::append(tx, event).await?;
            users::view(tx, id).await?.ok_or(IdentityError::NotFound("user"))
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(view))
}
