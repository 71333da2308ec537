//! Companies, people, roles, teams, regions and keys, as they are stored and shown.

use std::collections::{BTreeMap, BTreeSet};

use db::{FromRow, Json, RowRef};
use kernel::{Context, Scope, TenantId, Timestamp, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Permission name → how far it reaches.
pub type Permissions = BTreeMap<String, Scope>;

db::choice! {
    /// The language a person or company works in.
    pub enum Locale {
        /// Simplified Chinese.
        Chinese = "zh-CN",
        /// English.
        English = "en",
    }
}

db::choice! {
    /// Whether a company's people may sign in.
    pub enum TenantStatus {
        /// They may.
        Active = "active",
        /// Nobody may; nothing is deleted.
        Suspended = "suspended",
    }
}

db::choice! {
    /// Whether a person may sign in.
    pub enum UserStatus {
        /// They may.
        Active = "active",
        /// They have not chosen a password yet.
        Invited = "invited",
        /// Too many wrong passwords; they may again in a few minutes.
        Locked = "locked",
        /// An administrator switched them off.
        Disabled = "disabled",
    }
}

/// What a company may set beyond its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// Days after closing in which a ticket may be reopened.
    pub reopen_days: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { reopen_days: 7 }
    }
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tenant {
    /// Its id, which is the tenant id of all its rows.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Short name for signing in and for commands: lower-case letters, digits and hyphens.
    pub slug: String,
    /// The company's name.
    pub name: String,
    /// IANA time zone, such as `Asia/Shanghai`.
    pub zone: String,
    /// ISO 4217 code of its money.
    pub currency: String,
    /// Language of what has no reader of its own.
    pub locale: Locale,
    /// A made-up company to look around in.
    pub is_demo: bool,
    /// Whether people may sign in.
    pub status: TenantStatus,
    /// Days after closing in which a ticket may be reopened.
    pub reopen_days: i64,
}

impl Tenant {
    pub(crate) const COLUMNS: &'static str =
        "id, version, created_at, updated_at, slug, name, zone, currency, locale, is_demo, status, settings";

    /// The id as the key of its rows.
    pub fn tenant(&self) -> TenantId {
        TenantId(self.id)
    }

    /// The platform acting inside this company, in the company's own time zone.
    pub fn system_context(&self, world: &World) -> Context {
        Context::new(
            world.clone(),
            self.tenant(),
            self.zone.clone(),
            kernel::Actor::system(),
            kernel::Grants::default(),
            kernel::RequestInfo::default(),
        )
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings { reopen_days: self.reopen_days }
    }
}

impl FromRow for Tenant {
    fn from_row(row: &RowRef<'_>) -> Result<Self, db::DbError> {
        let Json(settings) = row.get::<Json<Settings>>(11)?;
        Ok(Self {
            id: row.get(0)?,
            version: row.get(1)?,
            created_at: row.get(2)?,
            updated_at: row.get(3)?,
            slug: row.get(4)?,
            name: row.get(5)?,
            zone: row.get(6)?,
            currency: row.get(7)?,
            locale: row.get(8)?,
            is_demo: row.get(9)?,
            status: row.get(10)?,
            reopen_days: settings.reopen_days,
        })
    }
}

/// A person as stored, without secrets and memberships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The person's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// The name they sign in with, lower-case.
    pub login: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// The name others see.
    pub name: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Their language.
    pub locale: Locale,
    /// Whether they may sign in; a lock after wrong passwords is not part of the record.
    pub status: UserStatus,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

db::record!(User { id, version, created_at, updated_at, login, email, name, phone, locale, status, last_sign_in_at });

/// Roles, teams and regions of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Memberships {
    /// Their roles.
    pub role_ids: BTreeSet<Uuid>,
    /// Their teams.
    pub team_ids: BTreeSet<Uuid>,
    /// Their regions, without those below.
    pub region_ids: BTreeSet<Uuid>,
}

/// A person with roles, teams and regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView {
    /// The person's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// The name they sign in with, lower-case.
    pub login: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// The name others see.
    pub name: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Their language.
    pub locale: Locale,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// Their roles.
    pub role_ids: BTreeSet<Uuid>,
    /// Their teams.
    pub team_ids: BTreeSet<Uuid>,
    /// Their regions; everything below belongs to it.
    pub region_ids: BTreeSet<Uuid>,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

impl UserView {
    pub(crate) fn new(user: User, memberships: Memberships, locked: bool) -> Self {
        let status = if locked && user.status == UserStatus::Active { UserStatus::Locked } else { user.status };
        Self {
            id: user.id,
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
            login: user.login,
            email: user.email,
            name: user.name,
            phone: user.phone,
            locale: user.locale,
            status,
            role_ids: memberships.role_ids,
            team_ids: memberships.team_ids,
            region_ids: memberships.region_ids,
            last_sign_in_at: user.last_sign_in_at,
        }
    }
}

/// What a person may do, under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// The role's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Stable key, such as `dispatcher`.
    pub key: String,
    /// The name people see.
    pub name: String,
    /// Came with the product; cannot be deleted.
    pub built_in: bool,
    /// Permission name → how far it reaches (`own`, `team`, `region`, `all`).
    pub permissions: Json<Permissions>,
}

db::record!(Role { id, version, created_at, updated_at, key, name, built_in, permissions });

/// A group of people who share work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    /// The team's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was given up.
    pub archived_at: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// Where it works.
    pub region_id: Option<Uuid>,
    /// Who leads it.
    pub leader_id: Option<Uuid>,
}

db::record!(Team { id, version, created_at, updated_at, archived_at, name, region_id, leader_id });

/// A team with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Team")]
pub struct TeamView {
    /// The team's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was given up.
    pub archived_at: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// Where it works.
    pub region_id: Option<Uuid>,
    /// Who leads it.
    pub leader_id: Option<Uuid>,
    /// Who belongs to it.
    pub member_ids: BTreeSet<Uuid>,
}

impl TeamView {
    pub(crate) fn new(team: Team, member_ids: BTreeSet<Uuid>) -> Self {
        Self {
            id: team.id,
            version: team.version,
            created_at: team.created_at,
            updated_at: team.updated_at,
            archived_at: team.archived_at,
            name: team.name,
            region_id: team.region_id,
            leader_id: team.leader_id,
            member_ids,
        }
    }
}

/// A part of the country; regions form trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// The region's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was given up.
    pub archived_at: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// The region it lies in.
    pub parent_id: Option<Uuid>,
}

db::record!(Region { id, version, created_at, updated_at, archived_at, name, parent_id });

/// A key for scripts, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// The key's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it is for.
    pub name: String,
    /// The part of the key that may be shown, so that people can tell keys apart.
    pub prefix: String,
    /// What it may do.
    pub role_id: Uuid,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody revoked it.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within ten minutes.
    pub last_used_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: Option<Uuid>,
}

db::record!(ApiKey {
    id,
    version,
    created_at,
    updated_at,
    name,
    prefix,
    role_id,
    expires_at,
    revoked_at,
    last_used_at,
    created_by,
});

/// The widest scope of every permission among `roles`.
pub fn merge<'a>(roles: impl IntoIterator<Item = &'a Permissions>) -> Permissions {
    let mut merged = Permissions::new();
    for (name, scope) in roles.into_iter().flatten() {
        let widest = merged.entry(name.clone()).or_insert(*scope);
        *widest = (*widest).max(*scope);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_roles_reach_as_far_as_the_widest_of_them() {
        let own = Permissions::from([("tickets.read".to_owned(), Scope::Own), ("visits.read".to_owned(), Scope::Own)]);
        let all = Permissions::from([("tickets.read".to_owned(), Scope::All)]);
        let merged = merge([&own, &all]);
        assert_eq!(merged["tickets.read"], Scope::All);
        assert_eq!(merged["visits.read"], Scope::Own);
    }
}
