//! Permissions, data scopes and the roles a tenant starts with.
