//! Tenants, users, roles, teams, sign-in, API keys and the audit page.
//!
//! Other domains ask here who somebody is ([`user`], [`users_by_ids`], [`team`], [`region`]) and how the company is set
//! up ([`tenant_settings`]). The app registers a [`Directory`] as the authenticator and as a service. Commands make
//! companies, people and keys with [`create_tenant`], [`create_person`] and [`create_api_key`].

mod acting;
pub mod api;
mod directory;
mod error;
mod filter;
mod guard;
mod mail;
mod model;
mod ops;
mod password;
mod people;
pub mod seed;
mod store;
mod tenancy;
mod token;

use std::collections::BTreeMap;

use authz::{Access, permissions};
use db::{DbError, Migration, Query, Tx};
use http_api::Routes;
use uuid::Uuid;

pub use acting::{context_of_actor, locale, regions_named, team_named, users_named};
pub use directory::{Directory, SESSION_IDLE, SESSION_LONGEST};
pub use error::IdentityError;
pub use model::{
    ApiKey, Locale, Memberships, Permissions, Region, Role, Settings, Team, TeamView, Tenant, TenantStatus, User,
    UserStatus, UserView, merge,
};
pub use people::{NewPerson, create_person};
pub use tenancy::{
    NewTenant, context_for_system, create_api_key, create_tenant, create_tenant_as, password_link, people, roles,
    tenant_by_slug, tenant_named, tenants,
};

/// The tables of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("identity", 1, "identity", "../migrations/0001_identity.sql"),
        db::migration!(
            "identity",
            2,
            "own_fields",
            "../migrations/0002_own_fields.sqlite.sql",
            "../migrations/0002_own_fields.postgres.sql"
        ),
        db::migration!(
            "identity",
            3,
            "orders",
            "../migrations/0003_orders.sqlite.sql",
            "../migrations/0003_orders.postgres.sql"
        ),
        db::migration!(
            "identity",
            4,
            "lists",
            "../migrations/0004_lists.sqlite.sql",
            "../migrations/0004_lists.postgres.sql"
        ),
        db::migration!(
            "identity",
            5,
            "processes",
            "../migrations/0005_processes.sqlite.sql",
            "../migrations/0005_processes.postgres.sql"
        ),
    ]
}

/// The person with this id, of the context's company.
pub async fn user(q: &mut impl Query, id: Uuid) -> Result<Option<User>, DbError> {
    store::users::by_id(q, id).await
}

/// The people with these ids (at most 512), by id; unknown ids are left out.
pub async fn users_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<BTreeMap<Uuid, User>, DbError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let users = store::users::by_ids(q, ids).await?;
    Ok(users.into_iter().map(|user| (user.id, user)).collect())
}

/// What a person may do: the widest scope of each permission among their roles.
pub async fn user_permissions(q: &mut impl Query, id: Uuid) -> Result<Permissions, DbError> {
    store::users::permissions(q, id).await
}

/// People who may sign in and have the role of this id or key, at most 200.
pub async fn users_with_role(q: &mut impl Query, role: RoleName<'_>) -> Result<Vec<Uuid>, DbError> {
    store::structure::users_with_role(q, role).await
}

/// How a role is named.
#[derive(Debug, Clone, Copy)]
pub enum RoleName<'n> {
    /// By its id.
    Id(Uuid),
    /// By its key, such as `manager`.
    Key(&'n str),
}

/// The team with this id.
pub async fn team(q: &mut impl Query, id: Uuid) -> Result<Option<Team>, DbError> {
    store::structure::team(q, id).await
}

/// The team of that name, made when there is none, as an import does.
pub async fn ensure_team(tx: &mut Tx<'_>, name: &str) -> Result<Uuid, DbError> {
    if let Some(team) = store::structure::team_by_name(tx, name).await? {
        return Ok(team.id);
    }
    let now = tx.cx().now();
    let team = Team {
        id: tx.cx().new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
        name: name.to_owned(),
        region_id: None,
        leader_id: None,
    };
    store::structure::insert_team(tx, &team).await?;
    events::append(tx, events::NewEvent::new("team.created", "team", team.id).label(name)).await?;
    Ok(team.id)
}

/// The region with this id.
pub async fn region(q: &mut impl Query, id: Uuid) -> Result<Option<Region>, DbError> {
    store::structure::region(q, id).await
}

/// The company of the context: its zone, currency, language and settings such as `reopen_days`.
pub async fn tenant_settings(q: &mut impl Query) -> Result<Tenant, DbError> {
    store::tenants::current(q).await
}

/// Every operation of this domain.
pub fn routes() -> Routes {
    session_routes().merge(people_routes()).merge(structure_routes()).merge(platform_routes())
}

fn session_routes() -> Routes {
    use ops::{accept, me, password as own_password, reset, sign_in, sign_out};
    Routes::new("session")
        .post("/api/v1/session", Access::Public, "signIn", "Sign in", sign_in::handle)
        .describe(
            "Sets the session cookie. Send `csrf_token` as `X-CSRF-Token` with everything that changes something.",
        )
        .get("/api/v1/session", Access::SignedIn, "getSession", "Who is signed in, and what they may do", me::show)
        .delete("/api/v1/session", Access::SignedIn, "signOut", "Sign out", sign_out::here)
        .delete(
            "/api/v1/session/all",
            Access::SignedIn,
            "signOutEverywhere",
            "Sign out everywhere",
            sign_out::everywhere,
        )
        .patch(
            "/api/v1/session/profile",
            Access::SignedIn,
            "changeProfile",
            "Change one's name or language",
            me::change,
        )
        .post(
            "/api/v1/session/password",
            Access::SignedIn,
            "changePassword",
            "Change one's password",
            own_password::handle,
        )
        .post(
            "/api/v1/password-reset",
            Access::Public,
            "requestPasswordReset",
            "Ask for a link to choose a new password",
            reset::request,
        )
        .post(
            "/api/v1/password-reset/{token}",
            Access::Public,
            "resetPassword",
            "Choose a new password through a link",
            reset::choose,
        )
        .get("/api/v1/invitations/{token}", Access::Public, "getInvitation", "Look at an invitation", accept::show)
        .post("/api/v1/invitations/{token}", Access::Public, "acceptInvitation", "Accept an invitation", accept::handle)
}

fn people_routes() -> Routes {
    use ops::{invite, user_link, user_state, users};
    let (read, manage) = (Access::Needs(permissions::USERS_READ), Access::Needs(permissions::USERS_MANAGE));
    Routes::new("users")
        .post("/api/v1/invitations", manage, "inviteUser", "Invite somebody by mail", invite::handle)
        .get("/api/v1/users", read, "listUsers", "List people", users::list)
        .post("/api/v1/users", manage, "createUser", "Add a person", users::create)
        .get("/api/v1/users/{id}", read, "getUser", "Show a person", users::show)
        .patch("/api/v1/users/{id}", manage, "updateUser", "Change a person", users::update)
        .post("/api/v1/users/{id}/disable", manage, "disableUser", "Switch a person off", user_state::disable)
        .post(
            "/api/v1/users/{id}/enable",
            manage,
            "enableUser",
            "Switch a person on, or end a lock",
            user_state::enable,
        )
        .post(
            "/api/v1/users/{id}/sign-out",
            manage,
            "signOutUser",
            "End all sessions of a person",
            user_state::sign_out,
        )
        .post(
            "/api/v1/users/{id}/password-link",
            manage,
            "createPasswordLink",
            "Make a link for choosing a password, to hand over without mail",
            user_link::handle,
        )
}

fn structure_routes() -> Routes {
    use ops::{regions, roles, teams};
    let (read, manage_roles) = (Access::Needs(permissions::USERS_READ), Access::Needs(permissions::ROLES_MANAGE));
    let manage_teams = Access::Needs(permissions::TEAMS_MANAGE);
    Routes::new("roles")
        .get("/api/v1/permissions", Access::SignedIn, "listPermissions", "Every permission there is", roles::catalogue)
        .get("/api/v1/roles", read, "listRoles", "List roles", roles::list)
        .post("/api/v1/roles", manage_roles, "createRole", "Add a role", roles::create)
        .get("/api/v1/roles/{id}", read, "getRole", "Show a role", roles::show)
        .patch("/api/v1/roles/{id}", manage_roles, "updateRole", "Change a role", roles::update)
        .delete("/api/v1/roles/{id}", manage_roles, "deleteRole", "Delete a role nobody uses", roles::delete)
        .merge(
            Routes::new("teams")
                .get("/api/v1/teams", Access::SignedIn, "listTeams", "List teams", teams::list)
                .post("/api/v1/teams", manage_teams, "createTeam", "Add a team", teams::create)
                .get("/api/v1/teams/{id}", Access::SignedIn, "getTeam", "Show a team", teams::show)
                .patch("/api/v1/teams/{id}", manage_teams, "updateTeam", "Change a team", teams::update)
                .delete("/api/v1/teams/{id}", manage_teams, "archiveTeam", "Give up a team", teams::archive)
                .get("/api/v1/regions", Access::SignedIn, "listRegions", "List regions", regions::list)
                .post("/api/v1/regions", manage_teams, "createRegion", "Add a region", regions::create)
                .get("/api/v1/regions/{id}", Access::SignedIn, "getRegion", "Show a region", regions::show)
                .patch("/api/v1/regions/{id}", manage_teams, "updateRegion", "Change a region", regions::update)
                .delete("/api/v1/regions/{id}", manage_teams, "archiveRegion", "Give up a region", regions::archive),
        )
}

fn platform_routes() -> Routes {
    use ops::{api_keys, audit, dead_jobs, stream, tenant};
    let (keys, jobs) = (Access::Needs(permissions::APIKEYS_MANAGE), Access::Needs(permissions::JOBS_MANAGE));
    Routes::new("platform")
        .get("/api/v1/tenant", Access::SignedIn, "getTenant", "Show the company", tenant::show)
        .patch(
            "/api/v1/tenant",
            Access::Needs(permissions::SETTINGS_MANAGE),
            "updateTenant",
            "Change the company",
            tenant::update,
        )
        .get("/api/v1/apikeys", keys, "listApiKeys", "List API keys", api_keys::list)
        .post("/api/v1/apikeys", keys, "createApiKey", "Make an API key", api_keys::create)
        .get("/api/v1/apikeys/{id}", keys, "getApiKey", "Show an API key", api_keys::show)
        .delete("/api/v1/apikeys/{id}", keys, "revokeApiKey", "Revoke an API key", api_keys::revoke)
        .get("/api/v1/audit", Access::Needs(permissions::AUDIT_READ), "listAudit", "What happened", audit::list)
        .get("/api/v1/jobs", jobs, "listJobs", "List background jobs", dead_jobs::list)
        .post("/api/v1/jobs/{id}/retry", jobs, "retryJob", "Let a dead job run again", dead_jobs::retry)
        .get("/api/v1/events/stream", Access::SignedIn, "streamEvents", "What happens, as it happens", stream::handle)
        .describe(
            "`ready` says from which position on everything is told, `event` what happened to which object, `reset` that \
             too much was missed and all is to be read afresh. Come back with the last `id` as `Last-Event-ID`.",
        )
}
