//! Permissions, data scopes and the roles a tenant starts with.
//!
//! A route names its [`Access`]; an operation that reads or changes records with an owner adds
//! [`scope_clause`] to its SQL, so that what lies outside the actor's scope does not exist for them.

mod catalogue;
mod roles;
mod scope;

pub use catalogue::{CATALOGUE, PermissionInfo, permissions};
pub use roles::{ROLES, ShippedRole, role};
pub use scope::{ScopeColumns, ScopeFragment, allows, reach_clause, scope_clause};

/// The name of something one may do, such as `tickets.read`. Use the constants in [`permissions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission(pub &'static str);

impl Permission {
    /// The name as it stands in roles and in the API.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The permission called `name`, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        CATALOGUE.iter().map(|info| info.permission).find(|permission| permission.0 == name)
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without signing in; rate-limited by address.
    Public,
    /// Anybody who holds a customer link; rate-limited by address.
    Token,
    /// Every signed-in person and every API key.
    SignedIn,
    /// Those whose roles grant the permission, in any scope.
    Needs(Permission),
}

impl Access {
    /// How the API document names it (`x-access`).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Token => "token",
            Self::SignedIn => "signed_in",
            Self::Needs(permission) => permission.0,
        }
    }
}
