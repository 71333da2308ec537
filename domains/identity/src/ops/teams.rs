//! Teams: list, show, add, change, give up.

use std::collections::BTreeSet;

use db::{Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State, Versioned,
};
use uuid::Uuid;

use crate::{
    Directory, IdentityError,
    api::{self, ById, CreateTeam, UpdateTeam},
    filter, guard,
    model::{Team, TeamView},
    store::structure,
};

/// `GET /api/v1/teams`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<TeamView>>, Problem> {
    let mut conditions = filter::conditions(&cx, app.db().engine(), &params, &filter::NAMED, &["name"])?;
    conditions.push(params.archived_condition());
    let query = params.query(conditions);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let ListPage { page, total, total_is_lower_bound } =
                db::list::run::<Team>(r, &structure::TEAMS, &query).await?;
            let items = structure::team_views(r, page.items).await?;
            let page = kernel::Page { items, next_cursor: page.next_cursor };
            Ok::<_, IdentityError>(ListPage { page, total, total_is_lower_bound })
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/teams/{id}`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Versioned<TeamView>, Problem> {
    let team = app.db().read(&cx, async move |r: &mut Read<'_>| structure::team_view(r, id).await).await?;
    Ok(Versioned(team.ok_or(IdentityError::NotFound("team"))?))
}

async fn check(
    tx: &mut Tx<'_>,
    region: Option<Uuid>,
    leader: Option<Uuid>,
    members: &BTreeSet<Uuid>,
) -> Result<(), IdentityError> {
    guard::exist(tx, ("regions", "archived_at is null"), &region.into_iter().collect(), "/region_id").await?;
    guard::exist(tx, ("users", "1 = 1"), &leader.into_iter().collect(), "/leader_id").await?;
    guard::exist(tx, ("users", "1 = 1"), members, "/member_ids").await
}

/// `POST /api/v1/teams`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreateTeam>,
) -> Result<Created<TeamView>, Problem> {
    let mut errors = Vec::new();
    let name = api::name("/name", &body.name, &mut errors);
    IdentityError::unless_empty(errors)?;
    let now = cx.now();
    let team = Team {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
        name,
        region_id: body.region_id,
        leader_id: body.leader_id,
    };
    let members = body.member_ids.clone();
    let answer =
        app.create(&cx, key, &body, "createTeam", async move |tx: &mut Tx<'_>| add_team(tx, team, members).await).await;
    app.get::<Directory>().forget();
    answer
}

/// Saves a new team with an event.
pub(crate) async fn add_team(tx: &mut Tx<'_>, team: Team, members: BTreeSet<Uuid>) -> Result<TeamView, IdentityError> {
    check(tx, team.region_id, team.leader_id, &members).await?;
    structure::insert_team(tx, &team).await?;
    structure::set_members(tx, team.id, &members).await?;
    let view = TeamView::new(team, members);
    let data = serde_json::json!({
        "region_id": view.region_id, "leader_id": view.leader_id, "member_ids": view.member_ids,
    });
    events::append(tx, NewEvent::new("team.created", "team", view.id).label(&view.name).data(data)).await?;
    Ok(view)
}

/// `PATCH /api/v1/teams/{id}`.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
    Body(body): Body<UpdateTeam>,
) -> Result<Versioned<TeamView>, Problem> {
    let mut errors = Vec::new();
    let name = body.name.map(|name| api::name("/name", &name, &mut errors));
    IdentityError::unless_empty(errors)?;
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let before = structure::team_view(tx, id).await?.ok_or(IdentityError::NotFound("team"))?;
            let members = body.member_ids.unwrap_or_else(|| before.member_ids.clone());
            let added = members.difference(&before.member_ids).copied().collect();
            check(tx, body.region_id.flatten(), body.leader_id.flatten(), &added).await?;
            let team = Team {
                id,
                version: version.version(),
                created_at: before.created_at,
                updated_at: before.updated_at,
                archived_at: before.archived_at,
                name: name.unwrap_or_else(|| before.name.clone()),
                region_id: body.region_id.unwrap_or(before.region_id),
                leader_id: body.leader_id.unwrap_or(before.leader_id),
            };
            if !structure::update_team(tx, &team).await? {
                return Err(IdentityError::Stale);
            }
            if members != before.member_ids {
                structure::set_members(tx, id, &members).await?;
            }
            let after = structure::team_view(tx, id).await?.ok_or(IdentityError::NotFound("team"))?;
            let data = events::changes(&before, &after);
            events::append(tx, NewEvent::new("team.updated", "team", id).label(&after.name).data(data)).await?;
            Ok(after)
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(view))
}

/// `DELETE /api/v1/teams/{id}`: records keep naming the team, nobody belongs to it any more.
pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let mut team = structure::team(tx, id).await?.ok_or(IdentityError::NotFound("team"))?;
            team.version = version.version();
            team.archived_at = team.archived_at.or(Some(tx.cx().now()));
            if !structure::update_team(tx, &team).await? {
                return Err(IdentityError::Stale);
            }
            structure::set_members(tx, id, &BTreeSet::new()).await?;
            events::append(tx, NewEvent::new("team.archived", "team", id).label(&team.name)).await?;
            Ok(())
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(NoContent)
}
