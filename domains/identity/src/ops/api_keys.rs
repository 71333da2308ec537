//! API keys: the secret is shown once, a revoked key stays visible.

use db::{Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State, Versioned,
};
use parking_lot::Mutex;

use std::sync::Arc;

use crate::{
    Directory, IdentityError,
    api::{self, ById, CreateApiKey, NewApiKey},
    filter, guard,
    model::ApiKey,
    store::{credentials, structure},
    tenancy,
};

/// `GET /api/v1/apikeys`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<ApiKey>>, Problem> {
    let conditions = filter::conditions(&cx, app.db().engine(), &params, &filter::KEYS, &["name", "prefix"])?;
    let query = params.query(conditions);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            Ok::<_, IdentityError>(db::list::run::<ApiKey>(r, &credentials::KEYS, &query).await?)
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/apikeys/{id}`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Versioned<ApiKey>, Problem> {
    let key = app.db().read(&cx, async move |r: &mut Read<'_>| credentials::key(r, id).await).await?;
    Ok(Versioned(key.ok_or(IdentityError::NotFound("API key"))?))
}

/// `POST /api/v1/apikeys`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    idempotency: IdempotencyKey,
    Body(body): Body<CreateApiKey>,
) -> Result<Created<NewApiKey>, Problem> {
    let mut errors = Vec::new();
    let name = api::name("/name", &body.name, &mut errors);
    if body.expires_at.is_some_and(|at| at <= cx.now()) {
        errors.push(http_api::FieldError::new("/expires_at", "in_the_past", "Choose a time in the future."));
    }
    IdentityError::unless_empty(errors)?;
    let (role_id, expires_at) = (body.role_id, body.expires_at);
    // The stored answer of a repeatable request must not hold the secret, so it leaves the transaction beside it.
    let made: Arc<Mutex<Option<(uuid::Uuid, String)>>> = Arc::default();
    let out = Arc::clone(&made);
    let Created(key) = app
        .create(&cx, idempotency, &body, "createApiKey", async move |tx: &mut Tx<'_>| {
            let Some(role) = structure::role(tx, role_id).await? else {
                return Err(IdentityError::field("/role_id", "unknown", "This role does not exist any more."));
            };
            guard::covers(db::Query::cx(tx), &role.permissions.0)?;
            let (key, secret) = tenancy::add_api_key(tx, name, &role, expires_at).await?;
            *out.lock() = Some((key.id, secret));
            Ok::<ApiKey, IdentityError>(key)
        })
        .await?;
    let made = made.lock().take();
    let secret = made.filter(|(id, _)| *id == key.id).map(|(_, secret)| secret);
    Ok(Created(NewApiKey { key, secret }))
}

/// `DELETE /api/v1/apikeys/{id}`: the key stops working at once.
pub(crate) async fn revoke(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let key = credentials::key(tx, id).await?.ok_or(IdentityError::NotFound("API key"))?;
            if key.revoked_at.is_some() {
                return Ok(());
            }
            if !credentials::revoke_key(tx, id, version.version()).await? {
                return Err(IdentityError::Stale);
            }
            let data = serde_json::json!({ "prefix": key.prefix });
            events::append(tx, NewEvent::new("api_key.revoked", "api_key", id).label(&key.name).data(data)).await?;
            Ok(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
