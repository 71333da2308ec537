//! Bodies and answers of the API, and what makes their fields valid.

use std::collections::BTreeSet;

use http_api::{FieldError, HasLocation, HasVersion, checked_text};
use kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::model::{ApiKey, Locale, Permissions, Region, Role, TeamView, Tenant, UserView};

/// Reads a field that may be absent (unchanged), null (emptied) or a value.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The `{id}` of a path.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ById {
    /// The record's id.
    pub id: Uuid,
}

/// The `{token}` of a link.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ByToken {
    /// The secret from the link.
    pub token: String,
}

/// Who wants to sign in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The company's short name; may be left out when the login exists in one company only.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Who is signed in, where, and what they may do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Session {
    /// The person, or the API key.
    pub user: Me,
    /// The company.
    pub tenant: Company,
    /// Send this as `X-CSRF-Token` with everything that changes something; null for API keys.
    pub csrf_token: Option<String>,
}

/// The person who is signed in.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Me {
    /// The person's id.
    pub id: Uuid,
    /// For `If-Match` when changing the profile.
    pub version: i64,
    /// The name others see.
    pub name: String,
    /// The name they sign in with; empty for an API key.
    pub login: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// Their language.
    pub locale: Locale,
    /// Keys of their roles.
    pub roles: Vec<String>,
    /// Permission name → how far it reaches.
    pub permissions: Permissions,
    /// Their teams.
    pub team_ids: Vec<Uuid>,
    /// Their regions with everything below.
    pub region_ids: Vec<Uuid>,
}

/// The company somebody is signed in to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Company {
    /// Its id.
    pub id: Uuid,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Its language.
    pub locale: Locale,
    /// A made-up company to look around in.
    pub is_demo: bool,
}

impl From<Tenant> for Company {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            slug: tenant.slug,
            name: tenant.name,
            zone: tenant.zone,
            currency: tenant.currency,
            locale: tenant.locale,
            is_demo: tenant.is_demo,
        }
    }
}

/// Changes to one's own profile; absent fields stay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProfile {
    /// The name others see.
    #[serde(default)]
    pub name: Option<String>,
    /// One's language.
    #[serde(default)]
    pub locale: Option<Locale>,
}

/// One's own new password.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present password.
    pub current: String,
    /// The new one, at least 10 characters.
    pub new: String,
}

/// Who forgot their password.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// The company's short name; may be left out when the login exists in one company only.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The login, or the mail address.
    pub login: String,
}

/// The same answer whether or not the login exists.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ResetRequested {
    /// Always true: if the login exists and has a mail address, a link is on its way.
    pub accepted: bool,
}

/// The new password chosen through a link.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// At least 10 characters.
    pub password: String,
}

/// Whom to invite by mail; they sign in with their mail address.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Where the link goes.
    pub email: String,
    /// The name others see.
    pub name: String,
    /// Their roles.
    #[serde(default)]
    pub role_ids: BTreeSet<Uuid>,
    /// Their teams.
    #[serde(default)]
    pub team_ids: BTreeSet<Uuid>,
    /// Their regions.
    #[serde(default)]
    pub region_ids: BTreeSet<Uuid>,
}

/// What an invited person sees before they accept.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Invitation {
    /// The name they will sign in with.
    pub login: String,
    /// The name they were invited under.
    pub name: String,
    /// Their language.
    pub locale: Locale,
    /// The company.
    pub tenant_name: String,
    /// The company's short name.
    pub tenant_slug: String,
    /// Until when the link can be used.
    pub expires_at: Timestamp,
}

/// How an invited person accepts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// At least 10 characters.
    pub password: String,
    /// The name others see, if it should differ.
    #[serde(default)]
    pub name: Option<String>,
}

/// A person to add. Without a password they are invited: by mail if they have an address.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The name they sign in with; kept in lower case.
    pub login: String,
    /// The name others see.
    pub name: String,
    /// Where mail goes.
    #[serde(default)]
    pub email: Option<String>,
    /// Where to call.
    #[serde(default)]
    pub phone: Option<String>,
    /// Their language; the company's when absent.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// A first password, at least 10 characters.
    #[serde(default)]
    pub password: Option<String>,
    /// Their roles.
    #[serde(default)]
    pub role_ids: BTreeSet<Uuid>,
    /// Their teams.
    #[serde(default)]
    pub team_ids: BTreeSet<Uuid>,
    /// Their regions.
    #[serde(default)]
    pub region_ids: BTreeSet<Uuid>,
}

/// Changes to a person; absent fields stay, null empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// The name they sign in with.
    #[serde(default)]
    pub login: Option<String>,
    /// The name others see.
    #[serde(default)]
    pub name: Option<String>,
    /// Where mail goes.
    #[serde(default, deserialize_with = "present")]
    pub email: Option<Option<String>>,
    /// Where to call.
    #[serde(default, deserialize_with = "present")]
    pub phone: Option<Option<String>>,
    /// Their language.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// All their roles.
    #[serde(default)]
    pub role_ids: Option<BTreeSet<Uuid>>,
    /// All their teams.
    #[serde(default)]
    pub team_ids: Option<BTreeSet<Uuid>>,
    /// All their regions.
    #[serde(default)]
    pub region_ids: Option<BTreeSet<Uuid>>,
}

/// A link to hand over when no mail can be sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PasswordLink {
    /// The address where the person chooses a password. It is shown once.
    pub url: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// A role to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    /// Stable key of lower-case letters, digits and underscores; made from chance when absent.
    #[serde(default)]
    pub key: Option<String>,
    /// The name people see.
    pub name: String,
    /// Permission name → how far it reaches.
    pub permissions: Permissions,
}

/// Changes to a role; absent fields stay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    /// The name people see.
    #[serde(default)]
    pub name: Option<String>,
    /// All its permissions.
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// A permission as it is shown when a role is composed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PermissionView {
    /// Its name, such as `tickets.read`.
    pub name: String,
    /// What it is shown under, such as `tickets`.
    pub group: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
}

/// A team to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    /// Its name.
    pub name: String,
    /// Where it works.
    #[serde(default)]
    pub region_id: Option<Uuid>,
    /// Who leads it.
    #[serde(default)]
    pub leader_id: Option<Uuid>,
    /// Who belongs to it.
    #[serde(default)]
    pub member_ids: BTreeSet<Uuid>,
}

/// Changes to a team; absent fields stay, null empties.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTeam {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it works.
    #[serde(default, deserialize_with = "present")]
    pub region_id: Option<Option<Uuid>>,
    /// Who leads it.
    #[serde(default, deserialize_with = "present")]
    pub leader_id: Option<Option<Uuid>>,
    /// Everybody who belongs to it.
    #[serde(default)]
    pub member_ids: Option<BTreeSet<Uuid>>,
}

/// A region to add.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRegion {
    /// Its name.
    pub name: String,
    /// The region it lies in.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
}

/// Changes to a region; absent fields stay, null empties.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRegion {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// The region it lies in.
    #[serde(default, deserialize_with = "present")]
    pub parent_id: Option<Option<Uuid>>,
}

/// A key to make.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role_id: Uuid,
    /// When it stops working by itself; never when absent.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A new key with its secret.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NewApiKey {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// What scripts send as `Authorization: Bearer …`. It is shown once; null when a repeated request gets its
    /// first answer again.
    pub secret: Option<String>,
}

/// Changes to the company; absent fields stay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTenant {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// IANA time zone.
    #[serde(default)]
    pub zone: Option<String>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: Option<String>,
    /// Its language.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// Days after closing in which a ticket may be reopened, 0 to 365.
    #[serde(default)]
    pub reopen_days: Option<i64>,
}

/// What the audit page asks for, beside the page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct AuditQuery {
    /// Who did it: a user's or key's id.
    pub actor: Option<Uuid>,
    /// The kind of object, such as `ticket`.
    pub object: Option<String>,
    /// Which object.
    pub object_id: Option<Uuid>,
    /// What happened: a kind such as `ticket.closed`, or how it begins.
    pub kind: Option<String>,
    /// From this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// Which jobs to show.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct JobsQuery {
    /// `ready`, `leased` or `dead`; all when absent.
    pub state: Option<jobs::JobState>,
}

macro_rules! addressed {
    ($($name:ident at $path:literal;)*) => {
        $(
            impl HasVersion for $name {
                fn version(&self) -> i64 {
                    self.version
                }
            }

            impl HasLocation for $name {
                fn location(&self) -> String {
                    format!(concat!("/api/v1/", $path, "/{}"), self.id)
                }
            }
        )*
    };
}

addressed! {
    UserView at "users";
    Role at "roles";
    TeamView at "teams";
    Region at "regions";
    ApiKey at "apikeys";
}

impl HasVersion for NewApiKey {
    fn version(&self) -> i64 {
        self.key.version
    }
}

impl HasLocation for NewApiKey {
    fn location(&self) -> String {
        self.key.location()
    }
}

impl HasVersion for Tenant {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasVersion for Session {
    fn version(&self) -> i64 {
        self.user.version
    }
}

impl HasLocation for Session {
    fn location(&self) -> String {
        "/api/v1/session".to_owned()
    }
}

/// A name people see: trimmed, one line of 1 to 200 characters.
pub(crate) fn name(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let name = checked_text(pointer, text, 200, errors);
    if name.contains(['\n', '\r', '\t']) {
        errors.push(FieldError::new(pointer, "control_character", "Write it in one line."));
    }
    name
}

/// A login: trimmed, lower-case, without spaces.
pub(crate) fn login(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let login = checked_text(pointer, text, 200, errors).to_lowercase();
    if login.chars().any(char::is_whitespace) {
        errors.push(FieldError::new(pointer, "invalid_login", "A login has no spaces."));
    }
    login
}

/// A mail address: trimmed, lower-case.
pub(crate) fn email(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let email = text.trim().to_lowercase();
    let parts = email.split_once('@');
    let fits = email.len() <= 254
        && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    if !fits {
        errors.push(FieldError::new(pointer, "invalid_email", "Write it like name@example.com."));
    }
    email
}

/// A phone number as people write it.
pub(crate) fn phone(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let phone = text.trim().to_owned();
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let other = phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
    if !other || !(3..=20).contains(&digits) || phone.len() > 40 {
        errors.push(FieldError::new(pointer, "invalid_phone", "Write it like 13800138000 or +86 21 5555 0100."));
    }
    phone
}

/// An IANA time zone that is known here.
pub(crate) fn zone(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let zone = text.trim().to_owned();
    if zone.len() > 64 || jiff::tz::TimeZone::get(&zone).is_err() {
        errors.push(FieldError::new(pointer, "unknown_zone", "Write an IANA time zone such as Asia/Shanghai."));
    }
    zone
}

/// An ISO 4217 code.
pub(crate) fn currency(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let code = text.trim().to_uppercase();
    if code.parse::<kernel::Currency>().is_err() {
        errors.push(FieldError::new(pointer, "unknown_currency", "Write an ISO 4217 code such as CNY."));
    }
    code
}

/// A company's short name.
pub(crate) fn slug(pointer: &str, text: &str, errors: &mut Vec<FieldError>) -> String {
    let slug = text.trim().to_owned();
    let fits = (2..=40).contains(&slug.len())
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !fits {
        let message = "Use 2 to 40 lower-case letters, digits and hyphens, such as acme-service.";
        errors.push(FieldError::new(pointer, "invalid_slug", message));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(check: fn(&str, &str, &mut Vec<FieldError>) -> String, text: &str) -> Option<String> {
        let mut errors = Vec::new();
        check("/x", text, &mut errors);
        errors.first().map(|error| error.code.to_string())
    }

    #[test]
    fn fields_say_what_is_wrong_with_them() {
        assert_eq!(code(name, "电梯\n公司").as_deref(), Some("control_character"));
        assert_eq!(code(email, "Chen@Example.com"), None);
        assert_eq!(code(email, "chen@a@b").as_deref(), Some("invalid_email"));
        assert_eq!(code(email, "a b@example.com").as_deref(), Some("invalid_email"));
        assert_eq!(code(phone, "+86 (21) 5555-0100"), None);
        assert_eq!(code(phone, "call me").as_deref(), Some("invalid_phone"));
        assert_eq!(code(zone, "Asia/Shanghai"), None);
        assert_eq!(code(zone, "Mars/Base").as_deref(), Some("unknown_zone"));
        assert_eq!(code(currency, "cny"), None);
        assert_eq!(code(slug, "acme-service"), None);
        assert_eq!(code(slug, "Acme").as_deref(), Some("invalid_slug"));
        assert_eq!(code(login, "陈 伟").as_deref(), Some("invalid_login"));
    }

    #[test]
    fn absent_and_null_differ() {
        let absent: UpdateUser = serde_json::from_str("{}").unwrap();
        let emptied: UpdateUser = serde_json::from_str(r#"{"phone":null}"#).unwrap();
        assert_eq!((absent.phone, emptied.phone), (None, Some(None)));
    }
}
