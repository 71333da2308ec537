//! Signing in: one answer for every wrong combination, ten tries, then a pause.

use db::{Db, DbError, Query as _, Read, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Created, Meta, Problem, State, WithHeaders,
    http::{HeaderMap, HeaderValue, header},
    session_cookie,
};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, TenantId, World};
use serde_json::json;

use super::me;
use crate::{
    IdentityError, SESSION_IDLE, SESSION_LONGEST,
    api::{Session, SignIn},
    model::{Tenant, TenantStatus, User, UserStatus},
    password,
    store::{
        credentials::{self, ATTEMPTS, NewSession},
        tenants, users,
    },
    token,
};

/// Characters of a browser's self-description that are kept.
const AGENT_LENGTH: usize = 300;

/// `POST /api/v1/session`.
pub(crate) async fn handle(
    State(app): State<App>,
    Meta(request): Meta,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Result<WithHeaders<Created<Session>>, Problem> {
    let (db, world) = (app.db(), app.world());
    let login = body.login.trim().to_lowercase();
    if login.is_empty() || login.chars().count() > 200 {
        return Err(IdentityError::SignInFailed.into());
    }
    let tenant = company(db, world, body.tenant.as_deref(), &login).await?;
    let user = prove(db, world, tenant.as_ref(), body.tenant.as_deref(), &login, body.password, &request).await?;
    let (Some(tenant), Some(user)) = (tenant, user) else { return Err(IdentityError::SignInFailed.into()) };
    let cx = context_of(world, &tenant, &user, request);
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let (cookie, csrf) = begin(db, &cx, user.id, Some(login), agent).await?;
    let session = db.read(&cx, async move |r: &mut Read<'_>| me::session_of(r, user.id, Some(csrf)).await).await?;
    signed_in(&app, session, &cookie)
}

/// The answer that carries a new session's cookie.
pub(crate) fn signed_in(app: &App, session: Session, cookie: &str) -> Result<WithHeaders<Created<Session>>, Problem> {
    let seconds = SESSION_LONGEST.as_secs() as i64;
    let value = session_cookie(app.settings().secure_cookies, cookie, seconds);
    let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
    Ok(WithHeaders { headers: vec![(header::SET_COOKIE, value)], answer: Created(session) })
}

/// The company somebody means: the one they name, or the only one that knows the login, or the only one there is.
pub(crate) async fn company(
    db: &Db,
    world: &World,
    slug: Option<&str>,
    login: &str,
) -> Result<Option<Tenant>, DbError> {
    let platform = Context::system(world.clone(), TenantId::SYSTEM);
    let slug = slug.map(str::trim).filter(|slug| !slug.is_empty()).map(str::to_lowercase);
    let login = login.to_owned();
    db.read(&platform, async move |r: &mut Read<'_>| {
        if let Some(slug) = slug {
            return tenants::by_slug(r, &slug).await;
        }
        let mut found = tenants::with_login(r, &login).await?;
        if found.is_empty() {
            found = tenants::first_two(r).await?;
        }
        Ok(if found.len() == 1 { found.pop() } else { None })
    })
    .await
}

/// Checks the password; `None` when anything about the combination is wrong. Unknown companies and logins are
/// counted, locked and made to wait just like known ones.
async fn prove(
    db: &Db,
    world: &World,
    tenant: Option<&Tenant>,
    slug: Option<&str>,
    login: &str,
    password: String,
    request: &RequestInfo,
) -> Result<Option<User>, IdentityError> {
    let (cx, counted) = if let Some(tenant) = tenant {
        (tenant.system_context(world), login.to_owned())
    } else {
        let slug: String = slug.unwrap_or_default().trim().to_lowercase().chars().take(100).collect();
        (Context::system(world.clone(), TenantId::SYSTEM), format!("{slug}/{login}"))
    };
    let attempt = count(db, &cx, &counted).await?;
    let known = tenant.is_some();
    let name = login.to_owned();
    let account = db
        .read(
            &cx,
            async move |r: &mut Read<'_>| {
                if known { users::account_by_login(r, &name).await } else { Ok::<_, DbError>(None) }
            },
        )
        .await?;
    let open = tenant.is_some_and(|tenant| tenant.status == TenantStatus::Active);
    let hash = account
        .as_ref()
        .filter(|account| open && account.user.status == UserStatus::Active)
        .and_then(|account| account.password_hash.clone());
    if password::verify(hash, password).await? {
        return Ok(account.map(|account| account.user));
    }
    if let (Some(account), true) = (account, attempt == ATTEMPTS) {
        locked(db, &cx, account.user, request).await?;
    }
    Ok(None)
}

/// Counts an attempt for `login`; fails while it is locked.
pub(crate) async fn count(db: &Db, cx: &Context, login: &str) -> Result<i64, IdentityError> {
    let login = login.to_owned();
    let (attempt, locked_until) =
        db.write(cx, async move |tx: &mut Tx<'_>| credentials::count_attempt(tx, &login).await).await?;
    match locked_until {
        Some(until) if attempt > ATTEMPTS => {
            let seconds = (until - cx.now()).max(0) / 1_000_000 + 1;
            Err(IdentityError::SignInLocked { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) })
        }
        _ => Ok(attempt),
    }
}

async fn locked(db: &Db, cx: &Context, user: User, request: &RequestInfo) -> Result<(), DbError> {
    let ip = request.ip.clone();
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let data = json!({ "attempts": ATTEMPTS, "ip": ip });
        events::append(tx, NewEvent::new("user.locked", "user", user.id).label(&user.name).data(data)).await
    })
    .await
}

/// The person acting for themselves, before a session exists.
pub(crate) fn context_of(world: &World, tenant: &Tenant, user: &User, request: RequestInfo) -> Context {
    let actor = Actor { kind: ActorKind::User, id: user.id, name: user.name.clone() };
    Context::new(world.clone(), tenant.tenant(), tenant.zone.clone(), actor, Grants::default(), request)
}

/// Begins a session for `user`, who has proved who they are; answers the cookie's value and the CSRF token.
/// `counted` is the login whose wrong passwords are forgiven by it.
pub(crate) async fn begin(
    db: &Db,
    cx: &Context,
    user: uuid::Uuid,
    counted: Option<String>,
    user_agent: Option<&str>,
) -> Result<(String, String), DbError> {
    let (cookie, csrf) = (token::issue(cx.world(), cx.tenant()), token::random_text(cx.world()));
    let session = NewSession {
        id: cx.new_id(),
        user_id: user,
        token: token::digest(&cookie),
        csrf: csrf.clone(),
        expires_at: cx.now().plus(SESSION_IDLE),
        ip: cx.request().ip.clone(),
        user_agent: user_agent.map(|text| text.chars().take(AGENT_LENGTH).collect()),
    };
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
        let event = NewEvent::new("user.signed_in", "user", user)
            .label(&tx.cx().actor().name)
            .data(json!({ "ip": session.ip, "user_agent": session.user_agent }));
        let mut stmts = vec![
            credentials::insert_session(tenant, now, &session),
            users::signed_in(tenant, user, now),
            credentials::delete_expired(tenant, now),
            events::statement(tx.cx(), &event),
        ];
        stmts.extend(counted.map(|login| credentials::forget_attempts(tenant, &login)));
        tx.execute_all(stmts).await
    })
    .await?;
    Ok((cookie, csrf))
}
