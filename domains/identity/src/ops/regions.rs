//! Regions: trees of places. List, show, add, change, give up.

use db::{Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State, Versioned,
};
use uuid::Uuid;

use crate::{
    Directory, IdentityError,
    api::{self, ById, CreateRegion, UpdateRegion},
    filter, guard,
    model::Region,
    store::{structure, tenants},
};

/// `GET /api/v1/regions`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Region>>, Problem> {
    let mut conditions = filter::conditions(&cx, app.db().engine(), &params, &filter::NAMED, &["name"])?;
    conditions.push(params.archived_condition());
    let query = params.query(conditions);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            Ok::<_, IdentityError>(db::list::run::<Region>(r, &structure::REGIONS, &query).await?)
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/regions/{id}`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Versioned<Region>, Problem> {
    let region = app.db().read(&cx, async move |r: &mut Read<'_>| structure::region(r, id).await).await?;
    Ok(Versioned(region.ok_or(IdentityError::NotFound("region"))?))
}

/// `POST /api/v1/regions`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreateRegion>,
) -> Result<Created<Region>, Problem> {
    let mut errors = Vec::new();
    let name = api::name("/name", &body.name, &mut errors);
    IdentityError::unless_empty(errors)?;
    let now = cx.now();
    let region = Region {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
        name,
        parent_id: body.parent_id,
    };
    let answer =
        app.create(&cx, key, &body, "createRegion", async move |tx: &mut Tx<'_>| add_region(tx, region).await).await;
    app.get::<Directory>().forget();
    answer
}

/// Saves a new region with an event.
pub(crate) async fn add_region(tx: &mut Tx<'_>, region: Region) -> Result<Region, IdentityError> {
    check_parent(tx, region.parent_id).await?;
    structure::insert_region(tx, &region).await?;
    let data = serde_json::json!({ "parent_id": region.parent_id });
    events::append(tx, NewEvent::new("region.created", "region", region.id).label(&region.name).data(data)).await?;
    Ok(region)
}

async fn check_parent(tx: &mut Tx<'_>, parent: Option<Uuid>) -> Result<(), IdentityError> {
    guard::exist(tx, ("regions", "archived_at is null"), &parent.into_iter().collect(), "/parent_id").await
}

/// `PATCH /api/v1/regions/{id}`.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
    Body(body): Body<UpdateRegion>,
) -> Result<Versioned<Region>, Problem> {
    let mut errors = Vec::new();
    let name = body.name.map(|name| api::name("/name", &name, &mut errors));
    IdentityError::unless_empty(errors)?;
    let region = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            // Two moves at once could close a circle that neither of them sees.
            tenants::lock(tx).await?;
            let before = structure::region(tx, id).await?.ok_or(IdentityError::NotFound("region"))?;
            let mut after = before.clone();
            after.version = version.version();
            after.name = name.unwrap_or(after.name);
            if let Some(parent) = body.parent_id {
                check_parent(tx, parent).await?;
                if let Some(parent) = parent
                    && structure::with_ancestors(tx, parent).await?.contains(&id)
                {
                    let message = "A region cannot lie within itself or within a region below it.";
                    return Err(IdentityError::field("/parent_id", "cycle", message));
                }
                after.parent_id = parent;
            }
            if !structure::update_region(tx, &after).await? {
                return Err(IdentityError::Stale);
            }
            let data = events::changes(&before, &after);
            events::append(tx, NewEvent::new("region.updated", "region", id).label(&after.name).data(data)).await?;
            structure::region(tx, id).await?.ok_or(IdentityError::NotFound("region"))
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(region))
}

/// `DELETE /api/v1/regions/{id}`: records keep naming the region; refused while something still lies in it.
pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            tenants::lock(tx).await?;
            let mut region = structure::region(tx, id).await?.ok_or(IdentityError::NotFound("region"))?;
            if let Some(by) = structure::region_is_used(tx, id).await? {
                return Err(IdentityError::InUse { thing: "region", by });
            }
            region.version = version.version();
            region.archived_at = region.archived_at.or(Some(tx.cx().now()));
            if !structure::update_region(tx, &region).await? {
                return Err(IdentityError::Stale);
            }
            events::append(tx, NewEvent::new("region.archived", "region", id).label(&region.name)).await?;
            Ok(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
