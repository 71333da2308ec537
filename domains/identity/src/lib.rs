//! Tenants, users, roles, teams, sign-in, API keys and the audit page.
