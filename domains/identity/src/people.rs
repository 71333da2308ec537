//! Adding and changing people: the rules behind the API, the commands and the demo company alike.

use std::collections::BTreeSet;

use db::{Db, DbError, Query as _, Tx};
use events::NewEvent;
use kernel::Context;
use uuid::Uuid;

use crate::{
    IdentityError, api, guard,
    model::{Locale, Memberships, User, UserStatus, UserView},
    password,
    store::{
        credentials::{self, Link},
        structure, users,
    },
    token,
};

/// A person to add by command or demo.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// The name they sign in with.
    pub login: String,
    /// The name others see.
    pub name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
    /// Their language; Chinese when absent.
    pub locale: Option<Locale>,
    /// A first password; without one they can only come in through a link.
    pub password: Option<String>,
    /// Keys of their roles.
    pub role_keys: Vec<String>,
    /// Their teams.
    pub team_ids: BTreeSet<Uuid>,
    /// Their regions.
    pub region_ids: BTreeSet<Uuid>,
}

/// A person checked and ready to be saved.
pub(crate) struct Prepared {
    pub user: User,
    pub memberships: Memberships,
    pub password_hash: Option<String>,
}

/// Checks the fields of a new person and hashes the password, before any transaction.
pub(crate) async fn prepare(cx: &Context, body: api::CreateUser, locale: Locale) -> Result<Prepared, IdentityError> {
    let mut errors = Vec::new();
    let login = api::login("/login", &body.login, &mut errors);
    let name = api::name("/name", &body.name, &mut errors);
    let email = body.email.filter(|text| !text.trim().is_empty());
    let email = email.map(|text| api::email("/email", &text, &mut errors));
    let phone = body.phone.filter(|text| !text.trim().is_empty());
    let phone = phone.map(|text| api::phone("/phone", &text, &mut errors));
    if let Some(password) = &body.password
        && let Err(error) = password::check("/password", password, &login)
    {
        errors.push(error);
    }
    IdentityError::unless_empty(errors)?;
    let password_hash = match body.password {
        Some(password) => Some(password::hash(cx.world(), password).await?),
        None => None,
    };
    let now = cx.now();
    let user = User {
        id: cx.new_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        login,
        email,
        name,
        phone,
        locale: body.locale.unwrap_or(locale),
        status: if password_hash.is_some() { UserStatus::Active } else { UserStatus::Invited },
        last_sign_in_at: None,
    };
    let memberships = Memberships { role_ids: body.role_ids, team_ids: body.team_ids, region_ids: body.region_ids };
    Ok(Prepared { user, memberships, password_hash })
}

/// Saves a prepared person with an event; the actor may not give roles beyond their own permissions.
pub(crate) async fn add(tx: &mut Tx<'_>, prepared: Prepared) -> Result<UserView, IdentityError> {
    let Prepared { user, memberships, password_hash } = prepared;
    guard::may_assign(tx, &BTreeSet::new(), &memberships.role_ids).await?;
    check_memberships(tx, &memberships).await?;
    users::insert(tx, &user, password_hash.as_deref()).await.map_err(login_taken)?;
    users::set_roles(tx, user.id, &memberships.role_ids).await?;
    users::set_teams(tx, user.id, &memberships.team_ids).await?;
    users::set_regions(tx, user.id, &memberships.region_ids).await?;
    let kind = if user.status == UserStatus::Invited { "user.invited" } else { "user.created" };
    let view = UserView::new(user, memberships, false);
    let data = serde_json::json!({
        "login": view.login, "email": view.email, "role_ids": view.role_ids, "team_ids": view.team_ids,
        "region_ids": view.region_ids,
    });
    events::append(tx, NewEvent::new(kind, "user", view.id).label(&view.name).data(data)).await?;
    Ok(view)
}

/// Teams and regions that exist.
pub(crate) async fn check_memberships(tx: &mut Tx<'_>, wanted: &Memberships) -> Result<(), IdentityError> {
    guard::exist(tx, ("teams", "archived_at is null"), &wanted.team_ids, "/team_ids").await?;
    guard::exist(tx, ("regions", "archived_at is null"), &wanted.region_ids, "/region_ids").await
}

pub(crate) fn login_taken(error: DbError) -> IdentityError {
    if error.is_unique("users", &["login"]) {
        return IdentityError::field("/login", "login_taken", "Somebody signs in with this login already.");
    }
    error.into()
}

/// Makes a link for the person and forgets earlier ones; answers its secret.
pub(crate) async fn issue_link(tx: &mut Tx<'_>, link: Link, user: Uuid) -> Result<String, DbError> {
    let secret = token::issue(tx.cx().world(), tx.cx().tenant());
    credentials::insert_link(tx, link, user, token::digest(&secret)).await?;
    Ok(secret)
}

/// Adds a person, for commands and the demo company; `cx` is the platform's own in the company.
pub async fn create_person(db: &Db, cx: &Context, person: NewPerson) -> Result<UserView, IdentityError> {
    let body = api::CreateUser {
        login: person.login,
        name: person.name,
        email: person.email,
        phone: person.phone,
        locale: person.locale,
        password: person.password,
        role_ids: BTreeSet::new(),
        team_ids: person.team_ids,
        region_ids: person.region_ids,
    };
    let mut prepared = prepare(cx, body, Locale::Chinese).await?;
    let keys = person.role_keys;
    db.write(cx, async move |tx: &mut Tx<'_>| {
        prepared.memberships.role_ids = role_ids(tx, &keys).await?;
        add(tx, prepared).await
    })
    .await
}

/// The ids of the roles with these keys.
pub(crate) async fn role_ids(tx: &mut Tx<'_>, keys: &[String]) -> Result<BTreeSet<Uuid>, IdentityError> {
    let mut ids = BTreeSet::new();
    for key in keys {
        let role = structure::role_by_key(tx, key).await?;
        ids.insert(role.ok_or_else(|| unknown_role(key))?.id);
    }
    Ok(ids)
}

pub(crate) fn unknown_role(key: &str) -> IdentityError {
    let key: String = key.chars().take(64).collect();
    IdentityError::field("/role", "unknown", format!("There is no role `{key}`."))
}
