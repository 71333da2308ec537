//! People and what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use db::{DbError, Json, Query, Stmt, Tx, Value, list::List, stmt};
use kernel::Timestamp;
use uuid::Uuid;

use super::{among, pairs, replace_pairs};
use crate::model::{Memberships, Permissions, User, UserStatus, UserView, merge};

pub(crate) const LIST: List = List {
    table: "users",
    columns: User::COLUMNS,
    sorts: &[
        ("created_at", "created_at"),
        ("updated_at", "updated_at"),
        ("name", "name"),
        ("login", "login"),
        ("status", "status"),
        ("last_sign_in_at", "coalesce(last_sign_in_at, 0)"),
    ],
    default_sort: "name",
};

/// A person with what proves it is them.
pub(crate) struct Account {
    pub user: User,
    pub password_hash: Option<String>,
}

impl db::FromRow for Account {
    fn from_row(row: &db::RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self { user: User::from_row(row)?, password_hash: row.get(row.len() - 1)? })
    }
}

fn select(rest: &str) -> String {
    format!("select {} from users where tenant_id = $1 and {rest}", User::COLUMNS)
}

pub(crate) async fn by_id(q: &mut impl Query, id: Uuid) -> Result<Option<User>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(select("id = $2"), tenant, id)).await
}

pub(crate) async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<User>, DbError> {
    let (list, binds) = among(q, ids);
    q.all(Stmt::new(select(&format!("id in {list}")), binds)).await
}

pub(crate) async fn account_by_login(q: &mut impl Query, login: &str) -> Result<Option<Account>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {}, password_hash from users where tenant_id = $1 and login = $2", User::COLUMNS);
    q.optional(stmt!(text, tenant, login)).await
}

pub(crate) async fn account_by_id(q: &mut impl Query, id: Uuid) -> Result<Option<Account>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {}, password_hash from users where tenant_id = $1 and id = $2", User::COLUMNS);
    q.optional(stmt!(text, tenant, id)).await
}

/// Active people with this name, login or mail address, two at most.
pub(crate) async fn named(q: &mut impl Query, name: &str) -> Result<Vec<User>, DbError> {
    let tenant = q.cx().tenant();
    let text = select("(name = $2 or login = $2 or email = $2) and status = $3 order by created_at, id limit 2");
    q.all(stmt!(text, tenant, name, UserStatus::Active)).await
}

/// Active people whose login or mail address this is, two at most.
pub(crate) async fn reachable_as(q: &mut impl Query, login: &str) -> Result<Vec<User>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        select("(login = $2 or email = $2) and status = $3 order by case when login = $2 then 0 else 1 end limit $4"),
        tenant,
        login,
        UserStatus::Active,
        2_i64
    ))
    .await
}

pub(crate) async fn insert(tx: &mut Tx<'_>, user: &User, password_hash: Option<&str>) -> Result<(), DbError> {
    let text = "insert into users (tenant_id, id, version, created_at, updated_at, login, email, name, phone, locale,
            status, password_hash) values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11)";
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(
        text,
        tenant,
        user.id,
        user.version,
        user.created_at,
        &user.login,
        &user.email,
        &user.name,
        &user.phone,
        user.locale,
        user.status,
        password_hash,
    ))
    .await
    .map(|_| ())
}

/// Saves `user` if `user.version` is still the stored version; answers whether it was.
pub(crate) async fn update(tx: &mut Tx<'_>, user: &User) -> Result<bool, DbError> {
    let text = "update users set version = version + 1, updated_at = $4, login = $5, email = $6, name = $7, phone = $8,
            locale = $9, status = $10 where tenant_id = $1 and id = $2 and version = $3";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let touched = tx
        .execute(stmt!(
            text,
            tenant,
            user.id,
            user.version,
            now,
            &user.login,
            &user.email,
            &user.name,
            &user.phone,
            user.locale,
            user.status,
        ))
        .await?;
    Ok(touched == 1)
}

/// Sets a new password and what follows from it: the person is active.
pub(crate) async fn set_password(tx: &mut Tx<'_>, id: Uuid, password_hash: &str) -> Result<(), DbError> {
    let text = "update users set version = version + 1, updated_at = $3, password_hash = $4, status = $5
            where tenant_id = $1 and id = $2";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(text, tenant, id, now, password_hash, UserStatus::Active)).await.map(|_| ())
}

/// Bookkeeping of a sign-in, which is no change of the record.
pub(crate) fn signed_in(tenant: kernel::TenantId, id: Uuid, at: Timestamp) -> Stmt<'static> {
    stmt!("update users set last_sign_in_at = $3 where tenant_id = $1 and id = $2", tenant, id, at)
}

/// Roles, teams and regions of each of `ids`.
pub(crate) async fn memberships(q: &mut impl Query, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Memberships>, DbError> {
    let mut all: BTreeMap<Uuid, Memberships> = BTreeMap::new();
    for (user, role) in pairs(q, "user_roles", "user_id", "role_id", ids).await? {
        all.entry(user).or_default().role_ids.insert(role);
    }
    for (user, team) in pairs(q, "team_members", "user_id", "team_id", ids).await? {
        all.entry(user).or_default().team_ids.insert(team);
    }
    for (user, region) in pairs(q, "user_regions", "user_id", "region_id", ids).await? {
        all.entry(user).or_default().region_ids.insert(region);
    }
    Ok(all)
}

pub(crate) async fn set_roles(tx: &mut Tx<'_>, user: Uuid, ids: &BTreeSet<Uuid>) -> Result<(), DbError> {
    replace_pairs(tx, "user_roles", "user_id", "role_id", user, ids).await
}

pub(crate) async fn set_teams(tx: &mut Tx<'_>, user: Uuid, ids: &BTreeSet<Uuid>) -> Result<(), DbError> {
    replace_pairs(tx, "team_members", "user_id", "team_id", user, ids).await
}

pub(crate) async fn set_regions(tx: &mut Tx<'_>, user: Uuid, ids: &BTreeSet<Uuid>) -> Result<(), DbError> {
    replace_pairs(tx, "user_regions", "user_id", "region_id", user, ids).await
}

/// People with memberships and locks, in the order given.
pub(crate) async fn views(q: &mut impl Query, users: Vec<User>) -> Result<Vec<UserView>, DbError> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id).collect();
    let mut memberships = memberships(q, &ids).await?;
    let logins: Vec<&str> = users.iter().map(|user| user.login.as_str()).collect();
    let locked = super::credentials::locked_logins(q, &logins).await?;
    Ok(users
        .into_iter()
        .map(|user| {
            let (mine, locked) = (memberships.remove(&user.id).unwrap_or_default(), locked.contains(&user.login));
            UserView::new(user, mine, locked)
        })
        .collect())
}

/// One person with memberships and lock.
pub(crate) async fn view(q: &mut impl Query, id: Uuid) -> Result<Option<UserView>, DbError> {
    let Some(user) = by_id(q, id).await? else { return Ok(None) };
    Ok(views(q, vec![user]).await?.pop())
}

/// What a person may do: the widest scope of each permission among their roles.
pub(crate) async fn permissions(q: &mut impl Query, user: Uuid) -> Result<Permissions, DbError> {
    let text = "select r.permissions from user_roles u join roles r on r.tenant_id = u.tenant_id and r.id = u.role_id
            where u.tenant_id = $1 and u.user_id = $2";
    let tenant = q.cx().tenant();
    let roles: Vec<(Json<Permissions>,)> = q.all(stmt!(text, tenant, user)).await?;
    Ok(merge(roles.iter().map(|(Json(permissions),)| permissions)))
}

/// A person's teams that still exist.
pub(crate) async fn teams(q: &mut impl Query, user: Uuid) -> Result<Vec<Uuid>, DbError> {
    let text = "select team_id from team_members where tenant_id = $1 and user_id = $2 order by team_id limit $3";
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid,)> = q.all(stmt!(text, tenant, user, 1_000_i64)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A person's regions with everything below them. `union` ends the walk even if there were a cycle.
pub(crate) async fn regions(q: &mut impl Query, user: Uuid) -> Result<Vec<Uuid>, DbError> {
    let text = "with recursive below(id) as (
            select region_id from user_regions where tenant_id = $1 and user_id = $2
            union
            select r.id from regions r join below b on r.parent_id = b.id where r.tenant_id = $1)
        select id from below order by id limit $3";
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid,)> = q.all(stmt!(text, tenant, user, 4_096_i64)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many active people hold one of `roles`.
pub(crate) async fn count_active_with(q: &mut impl Query, roles: &[Uuid]) -> Result<i64, DbError> {
    let (list, mut binds) = among(q, roles);
    let text = format!(
        "select count(*) from users where tenant_id = $1 and status = ${} and password_hash is not null and id in
         (select user_id from user_roles where tenant_id = $1 and role_id in {list})",
        binds.len() + 1
    );
    binds.push(Value::from(UserStatus::Active));
    let (count,): (i64,) = q.one(Stmt::new(text, binds)).await?;
    Ok(count)
}
