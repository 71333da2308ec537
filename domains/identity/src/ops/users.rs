//! People: list, show, add, change.

use db::{Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, State, Versioned,
};

use super::invite;
use crate::{
    Directory, IdentityError,
    api::{self, ById, CreateUser, UpdateUser},
    filter, guard,
    model::{Memberships, User, UserStatus, UserView},
    people,
    store::{tenants, users},
};

/// `GET /api/v1/users`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<UserView>>, Problem> {
    let searched = ["name", "login", "coalesce(email, '')", "coalesce(phone, '')"];
    let conditions = filter::conditions(&cx, app.db().engine(), &params, &filter::USERS, &searched)?;
    let query = params.query(conditions);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let ListPage { page, total, total_is_lower_bound } = db::list::run::<User>(r, &users::LIST, &query).await?;
            let items = users::views(r, page.items).await?;
            let page = kernel::Page { items, next_cursor: page.next_cursor };
            Ok::<_, IdentityError>(ListPage { page, total, total_is_lower_bound })
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/users/{id}`.
pub(crate) async fn show(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<Versioned<UserView>, Problem> {
    let view = app.db().read(&cx, async move |r: &mut Read<'_>| users::view(r, id).await).await?;
    Ok(Versioned(view.ok_or(IdentityError::NotFound("user"))?))
}

/// `POST /api/v1/users`.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreateUser>,
) -> Result<Created<UserView>, Problem> {
    let tenant = app.db().read(&cx, async |r: &mut Read<'_>| tenants::current(r).await).await?;
    let prepared = people::prepare(&cx, body.clone(), tenant.locale).await?;
    let public_url = app.settings().public_url.clone();
    app.create(&cx, key, &body, "createUser", async move |tx: &mut Tx<'_>| {
        let view = people::add(tx, prepared).await?;
        if view.status == UserStatus::Invited {
            invite::send(tx, &view, &public_url).await?;
        }
        Ok::<_, IdentityError>(view)
    })
    .await
}

/// `PATCH /api/v1/users/{id}`.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
    version: IfMatch,
    Body(body): Body<UpdateUser>,
) -> Result<Versioned<UserView>, Problem> {
    let body = checked(body)?;
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            tenants::lock(tx).await?;
            let before = users::view(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
            if before.version != version.version() {
                return Err(IdentityError::Stale);
            }
            change(tx, before, body).await
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(view))
}

fn checked(mut body: UpdateUser) -> Result<UpdateUser, IdentityError> {
    let mut errors = Vec::new();
    body.login = body.login.map(|text| api::login("/login", &text, &mut errors));
    body.name = body.name.map(|text| api::name("/name", &text, &mut errors));
    body.email = body.email.map(|email| email.map(|text| api::email("/email", &text, &mut errors)));
    body.phone = body.phone.map(|phone| phone.map(|text| api::phone("/phone", &text, &mut errors)));
    IdentityError::unless_empty(errors)?;
    Ok(body)
}

async fn change(tx: &mut Tx<'_>, before: UserView, body: UpdateUser) -> Result<UserView, IdentityError> {
    let id = before.id;
    guard::may_touch(tx, id).await?;
    let mut user = users::by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
    user.login = body.login.unwrap_or(user.login);
    user.name = body.name.unwrap_or(user.name);
    user.email = body.email.unwrap_or(user.email);
    user.phone = body.phone.unwrap_or(user.phone);
    user.locale = body.locale.unwrap_or(user.locale);
    if !users::update(tx, &user).await.map_err(people::login_taken)? {
        return Err(IdentityError::Stale);
    }
    let wanted = Memberships {
        role_ids: body.role_ids.unwrap_or_else(|| before.role_ids.clone()),
        team_ids: body.team_ids.unwrap_or_else(|| before.team_ids.clone()),
        region_ids: body.region_ids.unwrap_or_else(|| before.region_ids.clone()),
    };
    if wanted.role_ids != before.role_ids {
        guard::may_assign(tx, &before.role_ids, &wanted.role_ids).await?;
        users::set_roles(tx, id, &wanted.role_ids).await?;
        guard::somebody_administers(tx).await?;
    }
    let added = Memberships {
        role_ids: Default::default(),
        team_ids: wanted.team_ids.difference(&before.team_ids).copied().collect(),
        region_ids: wanted.region_ids.difference(&before.region_ids).copied().collect(),
    };
    people::check_memberships(tx, &added).await?;
    if wanted.team_ids != before.team_ids {
        users::set_teams(tx, id, &wanted.team_ids).await?;
    }
    if wanted.region_ids != before.region_ids {
        users::set_regions(tx, id, &wanted.region_ids).await?;
    }
    let after = users::view(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
    let event = NewEvent::new("user.updated", "user", id).label(&after.name).data(events::changes(&before, &after));
    events::append(tx, event).await?;
    Ok(after)
}
