//! Sessions, API keys, one-time links, and wrong passwords.

use std::{collections::BTreeSet, time::Duration};

use db::{DbError, Json, Query, Stmt, Tx, Value, list::List, stmt};
use kernel::{TenantId, Timestamp};
use uuid::Uuid;

use crate::{
    model::{ApiKey, Permissions, TenantStatus, UserStatus},
    token::Digest32,
};

// Sessions

/// A session with what a context needs.
pub(crate) struct SessionRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub csrf: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub user_name: String,
    pub user_status: UserStatus,
    pub zone: String,
    pub tenant_status: TenantStatus,
}

impl db::FromRow for SessionRow {
    fn from_row(row: &db::RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            user_id: row.get(1)?,
            csrf: row.get(2)?,
            created_at: row.get(3)?,
            last_seen_at: row.get(4)?,
            expires_at: row.get(5)?,
            user_name: row.get(6)?,
            user_status: row.get(7)?,
            zone: row.get(8)?,
            tenant_status: row.get(9)?,
        })
    }
}

/// A session about to begin.
pub(crate) struct NewSession {
    pub id: Uuid,
    pub user_id: Uuid,
    pub token: Digest32,
    pub csrf: String,
    pub expires_at: Timestamp,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

pub(crate) async fn session(q: &mut impl Query, token: Digest32) -> Result<Option<SessionRow>, DbError> {
    let text = "select s.id, s.user_id, s.csrf, s.created_at, s.last_seen_at, s.expires_at, u.name, u.status, t.zone,
            t.status from sessions s
            join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
            join tenants t on t.tenant_id = s.tenant_id
            where s.tenant_id = $1 and s.token_sha256 = $2";
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, token.to_vec())).await
}

pub(crate) fn insert_session(tenant: TenantId, now: Timestamp, session: &NewSession) -> Stmt<'static> {
    let text = "insert into sessions (tenant_id, id, user_id, token_sha256, csrf, created_at, last_seen_at, expires_at,
            ip, user_agent) values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)";
    stmt!(
        text,
        tenant,
        session.id,
        session.user_id,
        session.token.to_vec(),
        &session.csrf,
        now,
        session.expires_at,
        &session.ip,
        &session.user_agent,
    )
    .into_owned()
}

pub(crate) async fn touch_session(tx: &mut Tx<'_>, id: Uuid, expires_at: Timestamp) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let text = "update sessions set last_seen_at = $3, expires_at = $4 where tenant_id = $1 and id = $2";
    tx.execute(stmt!(text, tenant, id, now, expires_at)).await.map(|_| ())
}

pub(crate) async fn end_session(tx: &mut Tx<'_>, token: Digest32) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let text = "delete from sessions where tenant_id = $1 and token_sha256 = $2";
    tx.execute(stmt!(text, tenant, token.to_vec())).await.map(|_| ())
}

/// Ends a person's sessions, except the one with token `kept`.
pub(crate) async fn end_sessions(tx: &mut Tx<'_>, user: Uuid, kept: Option<Digest32>) -> Result<u64, DbError> {
    let tenant = tx.cx().tenant();
    let kept = kept.map(|token| token.to_vec()).unwrap_or_default();
    let text = "delete from sessions where tenant_id = $1 and user_id = $2 and token_sha256 <> $3";
    tx.execute(stmt!(text, tenant, user, kept)).await
}

pub(crate) fn delete_expired(tenant: TenantId, now: Timestamp) -> Stmt<'static> {
    stmt!("delete from sessions where tenant_id = $1 and expires_at < $2", tenant, now)
}

// API keys

pub(crate) const KEYS: List = List {
    table: "api_keys",
    columns: ApiKey::COLUMNS,
    sorts: &[
        ("created_at", "created_at"),
        ("name", "name"),
        ("last_used_at", "coalesce(last_used_at, 0)"),
        ("expires_at", "coalesce(expires_at, 9223372036854775807)"),
    ],
    default_sort: "-created_at",
};

/// A key with what a context needs.
pub(crate) struct KeyRow {
    pub id: Uuid,
    pub name: String,
    pub secret_sha256: Vec<u8>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub permissions: Permissions,
    pub role: String,
    pub zone: String,
    pub tenant_status: TenantStatus,
}

impl db::FromRow for KeyRow {
    fn from_row(row: &db::RowRef<'_>) -> Result<Self, DbError> {
        let Json(permissions) = row.get(6)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            secret_sha256: row.get(2)?,
            expires_at: row.get(3)?,
            revoked_at: row.get(4)?,
            last_used_at: row.get(5)?,
            permissions,
            zone: row.get(7)?,
            tenant_status: row.get(8)?,
            role: row.get(9)?,
        })
    }
}

pub(crate) async fn key_by_prefix(q: &mut impl Query, prefix: &str) -> Result<Option<KeyRow>, DbError> {
    let text =
        "select k.id, k.name, k.secret_sha256, k.expires_at, k.revoked_at, k.last_used_at, r.permissions, t.zone,
            t.status, r.key from api_keys k
            join roles r on r.tenant_id = k.tenant_id and r.id = k.role_id
            join tenants t on t.tenant_id = k.tenant_id
            where k.tenant_id = $1 and k.prefix = $2";
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, prefix)).await
}

pub(crate) async fn key(q: &mut impl Query, id: Uuid) -> Result<Option<ApiKey>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!("select {} from api_keys where tenant_id = $1 and id = $2", ApiKey::COLUMNS);
    q.optional(stmt!(text, tenant, id)).await
}

pub(crate) async fn insert_key(tx: &mut Tx<'_>, key: &ApiKey, secret: Digest32) -> Result<(), DbError> {
    let text = "insert into api_keys (tenant_id, id, version, created_at, updated_at, name, prefix, secret_sha256,
            role_id, expires_at, created_by) values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)";
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(
        text,
        tenant,
        key.id,
        key.version,
        key.created_at,
        &key.name,
        &key.prefix,
        secret.to_vec(),
        key.role_id,
        &key.expires_at,
        &key.created_by,
    ))
    .await
    .map(|_| ())
}

pub(crate) async fn revoke_key(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<bool, DbError> {
    let text = "update api_keys set version = version + 1, updated_at = $4, revoked_at = $4
            where tenant_id = $1 and id = $2 and version = $3 and revoked_at is null";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(text, tenant, id, version, now)).await? == 1)
}

pub(crate) async fn touch_key(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let text = "update api_keys set last_used_at = $3 where tenant_id = $1 and id = $2";
    tx.execute(stmt!(text, tenant, id, now)).await.map(|_| ())
}

// One-time links

/// The two kinds of links that let somebody choose a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Invitation,
    PasswordReset,
}

impl Link {
    fn table(self) -> &'static str {
        match self {
            Self::Invitation => "invitations",
            Self::PasswordReset => "password_resets",
        }
    }

    /// How long the link can be used.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Invitation => Duration::from_hours(168),
            Self::PasswordReset => Duration::from_hours(1),
        }
    }
}

/// Saves a new link; earlier ones of the same kind for this person stop working.
pub(crate) async fn insert_link(tx: &mut Tx<'_>, link: Link, user: Uuid, token: Digest32) -> Result<(), DbError> {
    let (tenant, now, id) = (tx.cx().tenant(), tx.cx().now(), tx.cx().new_id());
    let table = link.table();
    tx.execute_all(vec![
        void_links(link, tenant, user, now),
        stmt!(
            format!(
                "insert into {table} (tenant_id, id, user_id, token_sha256, created_at, expires_at)
                 values ($1, $2, $3, $4, $5, $6)"
            ),
            tenant,
            id,
            user,
            token.to_vec(),
            now,
            now.plus(link.lifetime())
        ),
    ])
    .await
}

pub(crate) fn void_links(link: Link, tenant: TenantId, user: Uuid, now: Timestamp) -> Stmt<'static> {
    let table = link.table();
    let text = format!("update {table} set used_at = $3 where tenant_id = $1 and user_id = $2 and used_at is null");
    stmt!(text, tenant, user, now)
}

/// Whose link this is, and until when it can be used; `None` once it is used or too old.
pub(crate) async fn link(
    q: &mut impl Query,
    link: Link,
    token: Digest32,
) -> Result<Option<(Uuid, Timestamp)>, DbError> {
    let (tenant, now) = (q.cx().tenant(), q.cx().now());
    let table = link.table();
    let text = format!(
        "select user_id, expires_at from {table}
         where tenant_id = $1 and token_sha256 = $2 and used_at is null and expires_at > $3"
    );
    q.optional(stmt!(text, tenant, token.to_vec(), now)).await
}

/// Uses the link up; answers whose it was. Of two attempts at once only one gets an answer.
pub(crate) async fn use_link(tx: &mut Tx<'_>, link: Link, token: Digest32) -> Result<Option<Uuid>, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let table = link.table();
    let text = format!(
        "update {table} set used_at = $3
         where tenant_id = $1 and token_sha256 = $2 and used_at is null and expires_at > $3 returning user_id"
    );
    let row: Option<(Uuid,)> = tx.optional(stmt!(text, tenant, token.to_vec(), now)).await?;
    Ok(row.map(|(user,)| user))
}

/// How many links of this kind the person was sent since `since`.
pub(crate) async fn count_links(q: &mut impl Query, link: Link, user: Uuid, since: Timestamp) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    let table = link.table();
    let text = format!("select count(*) from {table} where tenant_id = $1 and user_id = $2 and created_at > $3");
    let (count,): (i64,) = q.one(stmt!(text, tenant, user, since)).await?;
    Ok(count)
}

// Wrong passwords

/// Wrong passwords in [`WINDOW`] that lock a login.
pub(crate) const ATTEMPTS: i64 = 10;
/// Time in which wrong passwords are counted together.
pub(crate) const WINDOW: Duration = Duration::from_mins(15);
/// How long a lock lasts.
pub(crate) const LOCK: Duration = Duration::from_mins(15);

/// Counts an attempt before the password is looked at, so that many at once cannot slip through; success takes
/// the row away. Answers the number of this attempt and until when the login is locked.
pub(crate) async fn count_attempt(tx: &mut Tx<'_>, login: &str) -> Result<(i64, Option<Timestamp>), DbError> {
    let text = "insert into sign_in_failures (tenant_id, login, failures, first_at, last_at) values ($1, $2, 1, $3, $3)
        on conflict (tenant_id, login) do update set
          failures = case when (sign_in_failures.locked_until is null and sign_in_failures.first_at <= $4)
                            or sign_in_failures.locked_until <= $3 then 1 else sign_in_failures.failures + 1 end,
          first_at = case when (sign_in_failures.locked_until is null and sign_in_failures.first_at <= $4)
                            or sign_in_failures.locked_until <= $3 then $3 else sign_in_failures.first_at end,
          locked_until = case when (sign_in_failures.locked_until is null and sign_in_failures.first_at <= $4)
                            or sign_in_failures.locked_until <= $3 then null
                          when sign_in_failures.locked_until is null and sign_in_failures.failures + 1 >= $5 then $6
                          else sign_in_failures.locked_until end,
          last_at = $3
        returning failures, locked_until";
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    let attempt = tx.one(stmt!(text, tenant, login, now, now.minus(WINDOW), ATTEMPTS, now.plus(LOCK))).await?;
    // Rows nobody has touched for a day say nothing any more.
    let old = now.minus(Duration::from_hours(24));
    tx.execute(stmt!("delete from sign_in_failures where tenant_id = $1 and last_at < $2", tenant, old)).await?;
    Ok(attempt)
}

pub(crate) fn forget_attempts(tenant: TenantId, login: &str) -> Stmt<'static> {
    stmt!("delete from sign_in_failures where tenant_id = $1 and login = $2", tenant, login.to_owned())
}

/// Which of `logins` are locked now.
pub(crate) async fn locked_logins(q: &mut impl Query, logins: &[&str]) -> Result<BTreeSet<String>, DbError> {
    let Some(last) = logins.last() else { return Ok(BTreeSet::new()) };
    let mut binds: Vec<Value<'_>> = vec![q.cx().tenant().into(), q.cx().now().into()];
    let mut text =
        String::from("select login from sign_in_failures where tenant_id = $1 and locked_until > $2 and login in (");
    // Filled up to a power of two, so that few different statement texts exist.
    for index in 0..logins.len().next_power_of_two() {
        let comma = if index == 0 { "" } else { ", " };
        text.push_str(&format!("{comma}${}", index + 3));
        binds.push(Value::from(*logins.get(index).unwrap_or(last)));
    }
    text.push(')');
    let rows: Vec<(String,)> = q.all(Stmt::new(text, binds)).await?;
    Ok(rows.into_iter().map(|(login,)| login).collect())
}
