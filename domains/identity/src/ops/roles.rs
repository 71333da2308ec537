//! Roles and the permissions they are made of.

use data_encoding::BASE32_NOPAD;
use db::{DbError, Json as Column, Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State,
    Versioned,
};
use kernel::World;
use serde_json::json;

use crate::{
    Directory, IdentityError,
    api::{self, ById, CreateRole, PermissionView, UpdateRole},
    filter, guard,
    model::Role,
    store::{structure, tenants},
};

/// `GET /api/v1/permissions`.
pub(crate) async fn catalogue(Caller(_): Caller) -> Result<Json<Vec<PermissionView>>, Problem> {
    let view = |info: &authz::PermissionInfo| PermissionView {
        name: info.permission.name().to_owned(),
        group: info.group.to_owned(),
        label_zh: info.label_zh.to_owned(),
        label_en: info.label_en.to_owned(),
    };
    Ok(Json(authz::CATALOGUE.iter().map(view).collect()))
}

/// `GET /api/v1/roles`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Role>>, Problem> {
    let conditions = filter::conditions(&cx, app.db().engine(), &params, &filter::NAMED, &["name", "key"])?;
    let query = params.query(conditions);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            Ok::<_, IdentityError>(db::list::run::<Role>(r, &structure::ROLES, &query).await?)
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/roles/{id}`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Versioned<Role>, Problem> {
    let role = app.db().read(&cx, async move |r: &mut Read<'_>| structure::role(r, id).await).await?;
    Ok(Versioned(role.ok_or(IdentityError::NotFound("role"))?))
}

/// `POST /api/v1/roles`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    idempotency: IdempotencyKey,
    Body(body): Body<CreateRole>,
) -> Result<Created<Role>, Problem> {
    let mut errors = Vec::new();
    let name = api::name("/name", &body.name, &mut errors);
    let key = match &body.key {
        Some(key) => checked_key(key, &mut errors),
        None => chance_key(cx.world()),
    };
    IdentityError::unless_empty(errors)?;
    guard::check_permissions(&key, &body.permissions)?;
    guard::covers(&cx, &body.permissions)?;
    let now = cx.now();
    let role = Role {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        key,
        name,
        built_in: false,
        permissions: Column(body.permissions.clone()),
    };
    app.create(&cx, idempotency, &body, "createRole", async move |tx: &mut Tx<'_>| {
        let tenant = tx.cx().tenant();
        tx.execute(structure::insert_role(tenant, &role)).await.map_err(key_taken)?;
        let data = json!({ "key": role.key, "permissions": role.permissions });
        events::append(tx, NewEvent::new("role.created", "role", role.id).label(&role.name).data(data)).await?;
        Ok::<_, IdentityError>(role)
    })
    .await
}

fn checked_key(key: &str, errors: &mut Vec<FieldError>) -> String {
    let key = key.trim().to_owned();
    let fits = (2..=40).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fits {
        let message = "Use 2 to 40 lower-case letters, digits and underscores, beginning with a letter.";
        errors.push(FieldError::new("/key", "invalid_key", message));
    }
    key
}

fn chance_key(world: &World) -> String {
    let mut bytes = [0_u8; 5];
    world.fill(&mut bytes);
    format!("role_{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

fn key_taken(error: DbError) -> IdentityError {
    if error.is_unique("roles", &["key"]) {
        return IdentityError::field("/key", "key_taken", "Another role has this key already.");
    }
    error.into()
}

/// `PATCH /api/v1/roles/{id}`.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
    Body(body): Body<UpdateRole>,
) -> Result<Versioned<Role>, Problem> {
    let mut errors = Vec::new();
    let name = body.name.map(|name| api::name("/name", &name, &mut errors));
    IdentityError::unless_empty(errors)?;
    let role = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            tenants::lock(tx).await?;
            let before = structure::role(tx, id).await?.ok_or(IdentityError::NotFound("role"))?;
            let mut after = before.clone();
            after.version = version.version();
            after.name = name.unwrap_or(after.name);
            if let Some(permissions) = body.permissions {
                guard::check_permissions(&before.key, &permissions)?;
                guard::may_widen(tx.cx(), &before.permissions.0, &permissions)?;
                after.permissions = Column(permissions);
            }
            if !structure::update_role(tx, &after).await? {
                return Err(IdentityError::Stale);
            }
            if after.permissions != before.permissions {
                guard::somebody_administers(tx).await?;
            }
            let data = events::changes(&before, &after);
            events::append(tx, NewEvent::new("role.updated", "role", id).label(&after.name).data(data)).await?;
            structure::role(tx, id).await?.ok_or(IdentityError::NotFound("role"))
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(role))
}

/// `DELETE /api/v1/roles/{id}`.
pub(crate) async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            tenants::lock(tx).await?;
            let role = structure::role(tx, id).await?.ok_or(IdentityError::NotFound("role"))?;
            if role.built_in {
                return Err(IdentityError::BuiltIn("This role came with the product. Change its permissions instead."));
            }
            match structure::role_is_used(tx, id).await? {
                (true, _) => return Err(IdentityError::InUse { thing: "role", by: "people" }),
                (_, true) => return Err(IdentityError::InUse { thing: "role", by: "API keys" }),
                (false, false) => {}
            }
            if !structure::delete_role(tx, id, version.version()).await? {
                return Err(IdentityError::Stale);
            }
            let data = json!({ "key": role.key, "permissions": role.permissions });
            events::append(tx, NewEvent::new("role.deleted", "role", id).label(&role.name).data(data)).await?;
            Ok(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
