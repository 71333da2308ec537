//! Roles, teams and regions.

use std::collections::{BTreeMap, BTreeSet};

use db::{DbError, Query, Stmt, Tx, Value, list::List, stmt};
use uuid::Uuid;

use super::{pairs, replace_pairs};
use crate::{
    RoleName,
    model::{Region, Role, Team, TeamView},
};

/// Roles, teams and regions of one tenant at most; they are read as a whole in places.
pub(crate) const MOST: i64 = 4_096;

pub(crate) const ROLES: List = List {
    table: "roles",
    columns: Role::COLUMNS,
    sorts: &[("created_at", "created_at"), ("name", "name"), ("key", "key")],
    default_sort: "created_at",
};

pub(crate) const TEAMS: List = List {
    table: "teams",
    columns: Team::COLUMNS,
    sorts: &[("created_at", "created_at"), ("updated_at", "updated_at"), ("name", "name")],
    default_sort: "name",
};

pub(crate) const REGIONS: List = List {
    table: "regions",
    columns: Region::COLUMNS,
    sorts: &[("created_at", "created_at"), ("updated_at", "updated_at"), ("name", "name")],
    default_sort: "name",
};

// Roles

pub(crate) async fn roles(q: &mut impl Query) -> Result<Vec<Role>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {} from roles where tenant_id = $1 order by created_at, key limit $2", Role::COLUMNS);
    q.all(stmt!(text, tenant, MOST)).await
}

pub(crate) async fn role(q: &mut impl Query, id: Uuid) -> Result<Option<Role>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(format!("select {} from roles where tenant_id = $1 and id = $2", Role::COLUMNS), tenant, id)).await
}

pub(crate) async fn role_by_key(q: &mut impl Query, key: &str) -> Result<Option<Role>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {} from roles where tenant_id = $1 and key = $2", Role::COLUMNS);
    q.optional(stmt!(text, tenant, key)).await
}

/// Keys of a person's roles.
pub(crate) async fn role_keys_of(q: &mut impl Query, user: Uuid) -> Result<Vec<String>, DbError> {
    let text = "select r.key from user_roles u join roles r on r.tenant_id = u.tenant_id and r.id = u.role_id
            where u.tenant_id = $1 and u.user_id = $2 order by r.created_at, r.key";
    let tenant = q.cx().tenant();
    let rows: Vec<(String,)> = q.all(stmt!(text, tenant, user)).await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Those who may sign in and have the role.
pub(crate) async fn users_with_role(q: &mut impl Query, role: RoleName<'_>) -> Result<Vec<Uuid>, DbError> {
    const WITH: &str = "select u.id from roles r
         join user_roles m on m.tenant_id = r.tenant_id and m.role_id = r.id
         join users u on u.tenant_id = m.tenant_id and u.id = m.user_id and u.status <> 'disabled'
         where r.tenant_id = $1 and (r.id = $2 or r.key = $3) order by u.id limit 200";
    let tenant = q.cx().tenant();
    let (id, key) = match role {
        RoleName::Id(id) => (Some(id), None),
        RoleName::Key(key) => (None, Some(key.to_owned())),
    };
    let rows: Vec<(Uuid,)> = q.all(stmt!(WITH, tenant, id, key)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn insert_role(tenant: kernel::TenantId, role: &Role) -> Stmt<'static> {
    let text = "insert into roles (tenant_id, id, version, created_at, updated_at, key, name, built_in, permissions)
            values ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
    stmt!(
        text,
        tenant,
        role.id,
        role.version,
        role.created_at,
        &role.key,
        &role.name,
        role.built_in,
        &role.permissions,
    )
    .into_owned()
}

pub(crate) async fn update_role(tx: &mut Tx<'_>, role: &Role) -> Result<bool, DbError> {
    let text = "update roles set version = version + 1, updated_at = $4, name = $5, permissions = $6
            where tenant_id = $1 and id = $2 and version = $3";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let stmt = stmt!(text, tenant, role.id, role.version, now, &role.name, &role.permissions);
    Ok(tx.execute(stmt).await? == 1)
}

pub(crate) async fn delete_role(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    let text = "delete from roles where tenant_id = $1 and id = $2 and version = $3";
    Ok(tx.execute(stmt!(text, tenant, id, version)).await? == 1)
}

/// Whether a person holds the role, and whether an unrevoked key does.
pub(crate) async fn role_is_used(q: &mut impl Query, id: Uuid) -> Result<(bool, bool), DbError> {
    let tenant = q.cx().tenant();
    let (people, keys): (Option<(Uuid,)>, Option<(Uuid,)>) = q
        .pair(
            stmt!("select user_id from user_roles where tenant_id = $1 and role_id = $2 limit 1", tenant, id),
            stmt!(
                "select id from api_keys where tenant_id = $1 and role_id = $2 and revoked_at is null limit 1",
                tenant,
                id
            ),
        )
        .await?;
    Ok((people.is_some(), keys.is_some()))
}

// Teams

pub(crate) async fn team(q: &mut impl Query, id: Uuid) -> Result<Option<Team>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(format!("select {} from teams where tenant_id = $1 and id = $2", Team::COLUMNS), tenant, id)).await
}

/// The team of that name that is not archived, the oldest if there are several.
pub(crate) async fn team_by_name(q: &mut impl Query, name: &str) -> Result<Option<Team>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from teams where tenant_id = $1 and name = $2 and archived_at is null order by created_at, id limit 1",
        Team::COLUMNS
    );
    q.optional(stmt!(text, tenant, name)).await
}

pub(crate) async fn team_views(q: &mut impl Query, teams: Vec<Team>) -> Result<Vec<TeamView>, DbError> {
    let ids: Vec<Uuid> = teams.iter().map(|team| team.id).collect();
    let mut members: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for (team, user) in pairs(q, "team_members", "team_id", "user_id", &ids).await? {
        members.entry(team).or_default().insert(user);
    }
    Ok(teams
        .into_iter()
        .map(|team| {
            let mine = members.remove(&team.id).unwrap_or_default();
            TeamView::new(team, mine)
        })
        .collect())
}

pub(crate) async fn team_view(q: &mut impl Query, id: Uuid) -> Result<Option<TeamView>, DbError> {
    let Some(team) = team(q, id).await? else { return Ok(None) };
    Ok(team_views(q, vec![team]).await?.pop())
}

pub(crate) async fn insert_team(tx: &mut Tx<'_>, team: &Team) -> Result<(), DbError> {
    let text = "insert into teams (tenant_id, id, version, created_at, updated_at, name, region_id, leader_id)
            values ($1, $2, $3, $4, $4, $5, $6, $7)";
    let tenant = tx.cx().tenant();
    let stmt =
        stmt!(text, tenant, team.id, team.version, team.created_at, &team.name, &team.region_id, &team.leader_id);
    tx.execute(stmt).await.map(|_| ())
}

pub(crate) async fn update_team(tx: &mut Tx<'_>, team: &Team) -> Result<bool, DbError> {
    let text = "update teams set version = version + 1, updated_at = $4, archived_at = $5, name = $6, region_id = $7,
            leader_id = $8 where tenant_id = $1 and id = $2 and version = $3";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let stmt = stmt!(
        text,
        tenant,
        team.id,
        team.version,
        now,
        &team.archived_at,
        &team.name,
        &team.region_id,
        &team.leader_id
    );
    Ok(tx.execute(stmt).await? == 1)
}

pub(crate) async fn set_members(tx: &mut Tx<'_>, team: Uuid, ids: &BTreeSet<Uuid>) -> Result<(), DbError> {
    replace_pairs(tx, "team_members", "team_id", "user_id", team, ids).await
}

// Regions

pub(crate) async fn region(q: &mut impl Query, id: Uuid) -> Result<Option<Region>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {} from regions where tenant_id = $1 and id = $2", Region::COLUMNS);
    q.optional(stmt!(text, tenant, id)).await
}

/// Regions in use with this name, two at most.
pub(crate) async fn regions_named(q: &mut impl Query, name: &str) -> Result<Vec<Region>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from regions where tenant_id = $1 and name = $2 and archived_at is null order by created_at, id limit 2",
        Region::COLUMNS
    );
    q.all(stmt!(text, tenant, name)).await
}

/// The region and all regions above it, ended by `union` even if there were a cycle.
pub(crate) async fn with_ancestors(q: &mut impl Query, id: Uuid) -> Result<BTreeSet<Uuid>, DbError> {
    let text = "with recursive above(id, parent_id) as (
            select id, parent_id from regions where tenant_id = $1 and id = $2
            union
            select r.id, r.parent_id from regions r join above a on r.id = a.parent_id where r.tenant_id = $1)
        select id from above limit $3";
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid,)> = q.all(stmt!(text, tenant, id, MOST)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) async fn insert_region(tx: &mut Tx<'_>, region: &Region) -> Result<(), DbError> {
    let text = "insert into regions (tenant_id, id, version, created_at, updated_at, name, parent_id)
            values ($1, $2, $3, $4, $4, $5, $6)";
    let tenant = tx.cx().tenant();
    let stmt = stmt!(text, tenant, region.id, region.version, region.created_at, &region.name, &region.parent_id);
    tx.execute(stmt).await.map(|_| ())
}

pub(crate) async fn update_region(tx: &mut Tx<'_>, region: &Region) -> Result<bool, DbError> {
    let text = "update regions set version = version + 1, updated_at = $4, archived_at = $5, name = $6, parent_id = $7
            where tenant_id = $1 and id = $2 and version = $3";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let stmt =
        stmt!(text, tenant, region.id, region.version, now, &region.archived_at, &region.name, &region.parent_id);
    Ok(tx.execute(stmt).await? == 1)
}

/// What still needs the region, in words.
pub(crate) async fn region_is_used(q: &mut impl Query, id: Uuid) -> Result<Option<&'static str>, DbError> {
    let tenant = q.cx().tenant();
    let questions = [
        ("regions below it", "select id from regions where tenant_id = $1 and parent_id = $2 and archived_at is null"),
        ("teams", "select id from teams where tenant_id = $1 and region_id = $2 and archived_at is null"),
        ("people", "select user_id from user_regions where tenant_id = $1 and region_id = $2"),
    ];
    for (by, question) in questions {
        let found: Option<(Uuid,)> = q.optional(stmt!(format!("{question} limit 1"), tenant, Value::Id(id))).await?;
        if found.is_some() {
            return Ok(Some(by));
        }
    }
    Ok(None)
}
