//! Switching people off and on, and ending their sessions.

use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Caller, IfMatch, NoContent, Path, Problem, State, Versioned};
use serde_json::json;

use crate::{
    Directory, IdentityError,
    api::ById,
    guard,
    model::{UserStatus, UserView},
    store::{credentials, tenants, users},
};

/// `POST /api/v1/users/{id}/disable`.
pub(crate) async fn disable(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(by): Path<ById>,
    version: IfMatch,
) -> Result<Versioned<UserView>, Problem> {
    set(app, cx, by, version, "user.disabled").await
}

/// `POST /api/v1/users/{id}/enable`.
pub(crate) async fn enable(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(by): Path<ById>,
    version: IfMatch,
) -> Result<Versioned<UserView>, Problem> {
    set(app, cx, by, version, "user.enabled").await
}

async fn set(
    app: App,
    cx: kernel::Context,
    ById { id }: ById,
    version: IfMatch,
    kind: &'static str,
) -> Result<Versioned<UserView>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            tenants::lock(tx).await?;
            let account = users::account_by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
            guard::may_touch(tx, id).await?;
            let mut user = account.user;
            let from = user.status;
            user.version = version.version();
            user.status = match (kind, account.password_hash) {
                ("user.disabled", _) => UserStatus::Disabled,
                (_, Some(_)) => UserStatus::Active,
                (_, None) => UserStatus::Invited,
            };
            if !users::update(tx, &user).await? {
                return Err(IdentityError::Stale);
            }
            if user.status == UserStatus::Disabled {
                credentials::end_sessions(tx, id, None).await?;
                guard::somebody_administers(tx).await?;
            }
            let tenant = tx.cx().tenant();
            let data = json!({ "status": { "from": from, "to": user.status } });
            let event = NewEvent::new(kind, "user", id).label(&user.name).data(data);
            tx.execute_all(vec![credentials::forget_attempts(tenant, &user.login), events::statement(tx.cx(), &event)])
                .await?;
            users::view(tx, id).await?.ok_or(IdentityError::NotFound("user"))
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(view))
}

/// `POST /api/v1/users/{id}/sign-out`.
pub(crate) async fn sign_out(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let user = users::by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
            guard::may_touch(tx, id).await?;
            let sessions = credentials::end_sessions(tx, id, None).await?;
            let event = NewEvent::new("user.signed_out_everywhere", "user", id)
                .label(&user.name)
                .data(json!({ "sessions": sessions }));
            Ok::<_, IdentityError>(events::append(tx, event).await?)
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
