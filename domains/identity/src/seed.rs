//! People with sessions, teams and regions in one call, for the demo company and for tests.

use std::collections::BTreeSet;

use db::{Db, Read, Tx};
use kernel::{Actor, ActorKind, Context, Grants};
use uuid::Uuid;

use crate::{
    IdentityError, NewPerson, create_person,
    model::{Region, Team, TeamView, UserStatus},
    ops,
    store::{structure, users},
};

/// Makes an active person with these roles and begins a session for them, without a password; answers their id,
/// the value of the session cookie, and the CSRF token. `cx` is the platform's own in the company.
pub async fn person(
    db: &Db,
    cx: &Context,
    login: &str,
    role_keys: &[&str],
) -> Result<(Uuid, String, String), IdentityError> {
    let new = NewPerson {
        login: login.to_owned(),
        name: login.to_owned(),
        role_keys: role_keys.iter().map(|key| (*key).to_owned()).collect(),
        ..NewPerson::default()
    };
    let view = create_person(db, cx, new).await?;
    let id = view.id;
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let mut user = users::by_id(tx, id).await?.ok_or(IdentityError::NotFound("user"))?;
        user.status = UserStatus::Active;
        users::update(tx, &user).await?;
        Ok::<_, IdentityError>(())
    })
    .await?;
    let (cookie, csrf) = session(db, cx, id).await?;
    Ok((id, cookie, csrf))
}

/// Begins a session for somebody; answers the value of the session cookie and the CSRF token.
pub async fn session(db: &Db, cx: &Context, user: Uuid) -> Result<(String, String), IdentityError> {
    let found = db.read(cx, async move |r: &mut Read<'_>| users::by_id(r, user).await).await?;
    let found = found.ok_or(IdentityError::NotFound("user"))?;
    let cx = cx.with_actor(Actor { kind: ActorKind::User, id: user, name: found.name });
    Ok(ops::sign_in::begin(db, &cx, user, None, Some("seed")).await?)
}

/// The context of a person with everything their roles, teams and regions give them, as a request of theirs has it.
pub async fn context_of(db: &Db, cx: &Context, user: Uuid) -> Result<Context, IdentityError> {
    let (found, grants) = db
        .read(cx, async move |r: &mut Read<'_>| {
            let found = users::by_id(r, user).await?.ok_or(IdentityError::NotFound("user"))?;
            let grants = Grants {
                permissions: users::permissions(r, user).await?,
                teams: users::teams(r, user).await?,
                regions: users::regions(r, user).await?,
                roles: structure::role_keys_of(r, user).await?,
            };
            Ok::<_, IdentityError>((found, grants))
        })
        .await?;
    let actor = Actor { kind: ActorKind::User, id: user, name: found.name };
    Ok(Context::new(cx.world().clone(), cx.tenant(), cx.zone().to_owned(), actor, grants, cx.request().clone()))
}

/// Makes a region.
pub async fn region(db: &Db, cx: &Context, name: &str, parent_id: Option<Uuid>) -> Result<Region, IdentityError> {
    let now = cx.now();
    let region = Region {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
        name: name.to_owned(),
        parent_id,
    };
    db.write(cx, async move |tx: &mut Tx<'_>| ops::regions::add_region(tx, region).await).await
}

/// Makes a team.
pub async fn team(
    db: &Db,
    cx: &Context,
    name: &str,
    region_id: Option<Uuid>,
    leader_id: Option<Uuid>,
    member_ids: BTreeSet<Uuid>,
) -> Result<TeamView, IdentityError> {
    let now = cx.now();
    let team = Team {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
        name: name.to_owned(),
        region_id,
        leader_id,
    };
    db.write(cx, async move |tx: &mut Tx<'_>| ops::teams::add_team(tx, team, member_ids).await).await
}
