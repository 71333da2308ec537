//! What can go wrong here, and how the API says it.

use db::{DbError, list::ListError};
use http_api::{FieldError, Problem, http::StatusCode};

/// Why an operation on people, roles or keys was refused.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is none, or the caller may not see it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Fields of the request are wrong.
    #[error("{} field(s) are not valid: {}", .0.len(), first(.0))]
    Invalid(Vec<FieldError>),
    /// Company, login or password is wrong; which of them is never said.
    #[error("company, login or password is wrong")]
    SignInFailed,
    /// Too many wrong passwords for this login.
    #[error("too many wrong passwords; try again in {seconds} seconds")]
    SignInLocked {
        /// Until the lock ends.
        seconds: u32,
    },
    /// An invitation or reset link that is unknown, used, or too old.
    #[error("the link is not valid any more")]
    LinkGone,
    /// Somebody changed the record in the meantime.
    #[error("the record changed in the meantime")]
    Stale,
    /// Nobody would be left who may manage users and roles.
    #[error("nobody would be left who may manage users and roles")]
    LastAdmin,
    /// What came with the product keeps what it needs.
    #[error("{0}")]
    BuiltIn(&'static str),
    /// Granting, or acting on somebody who holds, more than one's own permissions.
    #[error("`{0}` reaches further than your own permissions")]
    ExceedsOwn(String),
    /// Something still needs it.
    #[error("the {thing} is still used by {by}")]
    InUse {
        /// What was to go.
        thing: &'static str,
        /// What needs it.
        by: &'static str,
    },
    /// The account's state does not allow it.
    #[error("{0}")]
    State(&'static str),
    /// A password could not be hashed: a defect of ours.
    #[error("hashing a password failed: {0}")]
    Hashing(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A list request that cannot be answered.
    #[error(transparent)]
    List(#[from] ListError),
}

fn first(errors: &[FieldError]) -> String {
    errors.first().map(|error| format!("{}: {}", error.pointer, error.message)).unwrap_or_default()
}

impl IdentityError {
    /// One wrong field.
    pub(crate) fn field(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, code, message)])
    }

    /// `Ok` when there is nothing wrong.
    pub(crate) fn unless_empty(errors: Vec<FieldError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self::Invalid(errors)) }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NotFound(thing) => Self::not_found(thing),
            IdentityError::Invalid(errors) => Self::invalid(errors),
            IdentityError::SignInFailed => Self::new(
                StatusCode::UNAUTHORIZED,
                "sign_in_failed",
                "The company, login or password is wrong. If your login exists in several companies, name the company.",
            ),
            IdentityError::SignInLocked { seconds } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "sign_in_locked",
                "Too many wrong passwords for this login. Wait a quarter of an hour, or reset the password.",
            )
            .with_retry_after(seconds),
            IdentityError::LinkGone => Self::new(
                StatusCode::NOT_FOUND,
                "link_gone",
                "This link has been used already or is too old. Ask for a new one.",
            ),
            IdentityError::Stale => Self::stale(),
            IdentityError::LastAdmin => Self::conflict(
                "last_admin",
                "Somebody must stay who may manage users and roles. Give another active person that role first.",
            ),
            IdentityError::BuiltIn(detail) => Self::conflict("built_in", detail),
            IdentityError::ExceedsOwn(permission) => Self::forbidden(format!(
                "`{permission}` reaches further than your own permissions. Ask somebody who has it.",
            ))
            .with_member("permission", permission),
            IdentityError::InUse { thing, by } => {
                Self::conflict("in_use", format!("The {thing} is still used by {by}. Change those first."))
            }
            IdentityError::State(detail) => Self::conflict("wrong_state", detail),
            IdentityError::Hashing(cause) => Self::internal_text(cause),
            IdentityError::Db(error) => error.into(),
            IdentityError::List(error) => error.into(),
        }
    }
}
