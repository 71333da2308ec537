//! Companies as the commands see them: made with their shipped roles, found by short name, given keys.

use db::{Db, DbError, Json, Query as _, Read, Tx};
use events::NewEvent;
use kernel::{Context, TenantId, Timestamp, World};
use serde_json::json;
use uuid::Uuid;

use crate::{
    IdentityError, api, guard,
    model::{ApiKey, Locale, Permissions, Role, Settings, Tenant, TenantStatus, UserView},
    people::{self, NewPerson},
    store::{
        credentials::{self, Link},
        structure, tenants, users,
    },
    token,
};

/// A company to make.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Short name for signing in and for commands.
    pub slug: String,
    /// The company's name.
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Its language.
    pub locale: Locale,
    /// A made-up company to look around in.
    pub is_demo: bool,
    /// The first administrator; gets the role `admin` whatever their `role_keys` say.
    pub admin: Option<NewPerson>,
}

impl NewTenant {
    /// A company in Shanghai's time zone that works in Chinese and yuan.
    pub fn new(slug: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            slug: slug.into(),
            name: name.into(),
            zone: "Asia/Shanghai".to_owned(),
            currency: "CNY".to_owned(),
            locale: Locale::Chinese,
            is_demo: false,
            admin: None,
        }
    }
}

fn platform(world: &World) -> Context {
    Context::system(world.clone(), TenantId::SYSTEM)
}

/// The roles a company starts with, named in its language.
fn shipped_roles(cx: &Context, locale: Locale) -> Vec<Role> {
    let role = |shipped: &authz::ShippedRole, at: Timestamp| Role {
        id: cx.new_id(),
        version: 1,
        created_at: at,
        updated_at: at,
        key: shipped.key.to_owned(),
        name: match locale {
            Locale::Chinese => shipped.name_zh.to_owned(),
            Locale::English => shipped.name_en.to_owned(),
        },
        built_in: true,
        permissions: Json(shipped.grants.iter().map(|(name, scope)| (name.name().to_owned(), *scope)).collect()),
    };
    authz::ROLES.iter().map(|shipped| role(shipped, cx.now())).collect()
}

/// Makes a company with its shipped roles and, if given, its first administrator.
pub async fn create_tenant(db: &Db, world: &World, new: NewTenant) -> Result<Tenant, IdentityError> {
    create_tenant_as(db, world, TenantId(world.new_id()), new).await
}

/// [`create_tenant`] under a chosen id, for demo data and tests that must be the same every time.
pub async fn create_tenant_as(db: &Db, world: &World, id: TenantId, new: NewTenant) -> Result<Tenant, IdentityError> {
    let mut errors = Vec::new();
    let now = world.now();
    let tenant = Tenant {
        id: id.0,
        version: 1,
        created_at: now,
        updated_at: now,
        slug: api::slug("/slug", &new.slug, &mut errors),
        name: api::name("/name", &new.name, &mut errors),
        zone: api::zone("/zone", &new.zone, &mut errors),
        currency: api::currency("/currency", &new.currency, &mut errors),
        locale: new.locale,
        is_demo: new.is_demo,
        status: TenantStatus::Active,
        reopen_days: Settings::default().reopen_days,
    };
    IdentityError::unless_empty(errors)?;
    let cx = tenant.system_context(world);
    let admin = match new.admin {
        Some(person) => {
            let body = api::CreateUser {
                login: person.login,
                name: person.name,
                email: person.email,
                phone: person.phone,
                locale: person.locale,
                password: person.password,
                role_ids: Default::default(),
                team_ids: Default::default(),
                region_ids: Default::default(),
            };
            Some(people::prepare(&cx, body, new.locale).await?)
        }
        None => None,
    };
    let roles = shipped_roles(&cx, new.locale);
    db.write(&cx, async move |tx: &mut Tx<'_>| {
        tenants::insert(tx, &tenant).await.map_err(slug_taken)?;
        let id = tx.cx().tenant();
        tx.execute_all(roles.iter().map(|role| structure::insert_role(id, role)).collect()).await?;
        let data = json!({ "slug": tenant.slug, "zone": tenant.zone, "currency": tenant.currency });
        events::append(tx, NewEvent::new("tenant.created", "tenant", tenant.id).label(&tenant.name).data(data)).await?;
        if let Some(mut admin) = admin {
            admin.memberships.role_ids =
                roles.iter().filter(|role| role.key == guard::ADMIN).map(|role| role.id).collect();
            people::add(tx, admin).await?;
        }
        Ok(tenant)
    })
    .await
}

fn slug_taken(error: DbError) -> IdentityError {
    match error {
        DbError::Unique { constraint } if constraint.contains("slug") => {
            IdentityError::field("/slug", "slug_taken", "Another company has this short name already.")
        }
        other => other.into(),
    }
}

/// The company with this short name.
pub async fn tenant_by_slug(db: &Db, world: &World, slug: &str) -> Result<Option<Tenant>, DbError> {
    let slug = slug.to_owned();
    db.read(&platform(world), async move |r: &mut Read<'_>| tenants::by_slug(r, &slug).await).await
}

/// The company with this short name or id, as people write it in commands.
pub async fn tenant_named(db: &Db, world: &World, slug_or_id: &str) -> Result<Tenant, IdentityError> {
    let found = match Uuid::parse_str(slug_or_id) {
        Ok(id) => {
            db.read(&platform(world), async move |r: &mut Read<'_>| tenants::by_id(r, TenantId(id)).await).await?
        }
        Err(_) => tenant_by_slug(db, world, slug_or_id).await?,
    };
    found.ok_or(IdentityError::NotFound("company"))
}

/// Every company, by short name.
pub async fn tenants(db: &Db, world: &World) -> Result<Vec<Tenant>, DbError> {
    db.read(&platform(world), async |r: &mut Read<'_>| tenants::all(r).await).await
}

/// The platform acting inside a company, in the company's own time zone.
pub async fn context_for_system(db: &Db, world: &World, tenant: TenantId) -> Result<Context, IdentityError> {
    let found = db.read(&platform(world), async move |r: &mut Read<'_>| tenants::by_id(r, tenant).await).await?;
    Ok(found.ok_or(IdentityError::NotFound("company"))?.system_context(world))
}

/// Makes an API key with a role's permissions for a company (short name or id); answers the secret, which is
/// shown this once. `cx` gives the clock, chance and actor.
pub async fn create_api_key(
    db: &Db,
    cx: &Context,
    tenant_slug_or_id: &str,
    role_key: &str,
    name: &str,
) -> Result<String, IdentityError> {
    let tenant = tenant_named(db, cx.world(), tenant_slug_or_id).await?;
    let cx = tenant.system_context(cx.world()).with_actor(cx.actor().clone());
    let mut errors = Vec::new();
    let name = api::name("/name", name, &mut errors);
    IdentityError::unless_empty(errors)?;
    let role_key = role_key.to_owned();
    db.write(&cx, async move |tx: &mut Tx<'_>| {
        let role = structure::role_by_key(tx, &role_key).await?.ok_or_else(|| people::unknown_role(&role_key))?;
        let (_, secret) = add_api_key(tx, name, &role, None).await?;
        Ok(secret)
    })
    .await
}

/// Saves a new key with an event; answers it and its secret.
pub(crate) async fn add_api_key(
    tx: &mut Tx<'_>,
    name: String,
    role: &Role,
    expires_at: Option<Timestamp>,
) -> Result<(ApiKey, String), IdentityError> {
    let (secret, prefix) = token::issue_key(tx.cx().world(), tx.cx().tenant());
    let now = tx.cx().now();
    let key = ApiKey {
        id: tx.cx().new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        name,
        prefix,
        role_id: role.id,
        expires_at,
        revoked_at: None,
        last_used_at: None,
        created_by: tx.cx().user_id(),
    };
    credentials::insert_key(tx, &key, token::digest(&secret)).await?;
    let data = json!({ "prefix": key.prefix, "role": role.key, "expires_at": key.expires_at });
    events::append(tx, NewEvent::new("api_key.created", "api_key", key.id).label(&key.name).data(data)).await?;
    Ok((key, secret))
}

/// A link through which `login` of a company chooses a password, for administrators at the console.
pub async fn password_link(
    db: &Db,
    world: &World,
    tenant_slug_or_id: &str,
    login: &str,
    public_url: &str,
) -> Result<String, IdentityError> {
    let tenant = tenant_named(db, world, tenant_slug_or_id).await?;
    let cx = tenant.system_context(world);
    let (login, public_url) = (login.trim().to_lowercase(), public_url.to_owned());
    db.write(&cx, async move |tx: &mut Tx<'_>| {
        let account = users::account_by_login(tx, &login).await?.ok_or(IdentityError::NotFound("user"))?;
        let link = if account.password_hash.is_some() { Link::PasswordReset } else { Link::Invitation };
        let secret = people::issue_link(tx, link, account.user.id).await?;
        Ok(crate::mail::address(link, &public_url, &secret))
    })
    .await
}

/// Roles and permissions by key, for commands that show them.
pub async fn roles(db: &Db, cx: &Context) -> Result<Vec<(String, Permissions)>, DbError> {
    let roles = db.read(cx, async |r: &mut Read<'_>| structure::roles(r).await).await?;
    Ok(roles.into_iter().map(|role| (role.key, role.permissions.0)).collect())
}

/// People of a company by login, 200 at most, for commands.
pub async fn people(db: &Db, cx: &Context) -> Result<Vec<UserView>, IdentityError> {
    db.read(cx, async |r: &mut Read<'_>| {
        let query = db::list::ListQuery { limit: 200, sort: Some("login".to_owned()), ..Default::default() };
        let page = db::list::run(r, &users::LIST, &query).await?;
        Ok(users::views(r, page.page.items).await?)
    })
    .await
}
