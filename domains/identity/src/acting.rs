//! Acting for somebody after their request has ended, as background work does; and finding people, teams and regions by
//! the names that stand in tables.

use db::{Db, DbError, Query, Read};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo};
use uuid::Uuid;

use crate::{
    model::{Locale, Region, Team, TenantStatus, User, UserStatus},
    store::{credentials, structure, tenants, users},
};

/// The context in which a person or an API key acts now: with the permissions that they have at this moment. `None` when
/// they may no longer act. `cx` is the platform's own in the company.
pub async fn context_of_actor(db: &Db, cx: &Context, kind: ActorKind, id: Uuid) -> Result<Option<Context>, DbError> {
    let now = cx.now();
    let found = db
        .read(cx, async move |r: &mut Read<'_>| -> Result<Option<(String, String, Grants)>, DbError> {
            let tenant = tenants::current(r).await?;
            if tenant.status != TenantStatus::Active {
                return Ok(None);
            }
            match kind {
                ActorKind::User => {
                    let Some(user) = users::by_id(r, id).await?.filter(|user| user.status == UserStatus::Active) else {
                        return Ok(None);
                    };
                    let grants = Grants {
                        permissions: users::permissions(r, id).await?,
                        teams: users::teams(r, id).await?,
                        regions: users::regions(r, id).await?,
                        roles: structure::role_keys_of(r, id).await?,
                    };
                    Ok(Some((user.name, tenant.zone, grants)))
                }
                ActorKind::ApiKey => {
                    let Some(key) = credentials::key(r, id).await? else { return Ok(None) };
                    let ended = key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= now);
                    let role = structure::role(r, key.role_id).await?.filter(|_| !ended);
                    Ok(role.map(|role| {
                        let grants =
                            Grants { permissions: role.permissions.0, roles: vec![role.key], ..Grants::default() };
                        (key.name, tenant.zone, grants)
                    }))
                }
                ActorKind::Customer | ActorKind::System => Ok(None),
            }
        })
        .await?;
    Ok(found.map(|(name, zone, grants)| {
        let actor = Actor { kind, id, name };
        Context::new(cx.world().clone(), cx.tenant(), zone, actor, grants, RequestInfo::default())
    }))
}

/// The language of the caller: a person's own, else the company's.
pub async fn locale(q: &mut impl Query) -> Result<Locale, DbError> {
    if let Some(id) = q.cx().user_id()
        && let Some(user) = users::by_id(q, id).await?
    {
        return Ok(user.locale);
    }
    match tenants::current(q).await {
        Ok(tenant) => Ok(tenant.locale),
        Err(DbError::NotFound) => Ok(Locale::Chinese),
        Err(error) => Err(error),
    }
}

/// Active people with this name, sign-in or mail address; at most 2, so that a doubt shows.
pub async fn users_named(q: &mut impl Query, name: &str) -> Result<Vec<User>, DbError> {
    users::named(q, name).await
}

/// The team in use with this name.
pub async fn team_named(q: &mut impl Query, name: &str) -> Result<Option<Team>, DbError> {
    structure::team_by_name(q, name).await
}

/// Regions in use with this name; at most 2, so that a doubt shows.
pub async fn regions_named(q: &mut impl Query, name: &str) -> Result<Vec<Region>, DbError> {
    structure::regions_named(q, name).await
}
