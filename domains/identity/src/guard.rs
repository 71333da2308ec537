//! What keeps people from granting more than they have, and a company from locking itself out.

use std::collections::BTreeSet;

use authz::{Permission, permissions};
use db::{Json, Query, Tx};
use http_api::FieldError;
use kernel::{Context, Scope};
use uuid::Uuid;

use crate::{
    IdentityError,
    model::{Permissions, Role, merge},
    store::{self, structure, users},
};

/// The key of the role that came with the product and may do everything.
pub(crate) const ADMIN: &str = "admin";
/// What the administrator's role keeps, and somebody must always hold.
const ESSENTIAL: [Permission; 2] = [permissions::USERS_MANAGE, permissions::ROLES_MANAGE];

/// Whether the actor's own permissions reach as far as `wanted`.
pub(crate) fn covers(cx: &Context, wanted: &Permissions) -> Result<(), IdentityError> {
    match wanted.iter().find(|(name, scope)| cx.scope(name) < Some(**scope)) {
        None => Ok(()),
        Some((name, _)) => Err(IdentityError::ExceedsOwn(name.clone())),
    }
}

/// Whether the actor may widen a role from `before` to `after`; narrowing is free.
pub(crate) fn may_widen(cx: &Context, before: &Permissions, after: &Permissions) -> Result<(), IdentityError> {
    let wider = after.iter().filter(|(name, scope)| before.get(*name) < Some(*scope));
    covers(cx, &wider.map(|(name, scope)| (name.clone(), *scope)).collect())
}

/// Whether the actor may act on the account of `user`: taking over or switching off somebody who may do more
/// would be a way around the permissions.
pub(crate) async fn may_touch(q: &mut impl Query, user: Uuid) -> Result<(), IdentityError> {
    if q.cx().user_id() == Some(user) {
        return Ok(());
    }
    let theirs = users::permissions(q, user).await?;
    covers(q.cx(), &theirs)
}

/// Whether the actor may give somebody who holds `before` the roles `after`; all of them must exist.
pub(crate) async fn may_assign(
    tx: &mut Tx<'_>,
    before: &BTreeSet<Uuid>,
    after: &BTreeSet<Uuid>,
) -> Result<(), IdentityError> {
    let all = structure::roles(tx).await?;
    let known = |id: &Uuid| all.iter().find(|role| role.id == *id);
    if after.iter().any(|id| known(id).is_none()) {
        return Err(IdentityError::field("/role_ids", "unknown", "One of these roles does not exist any more."));
    }
    let added = merge(after.difference(before).filter_map(known).map(|role| &role.permissions.0));
    covers(tx.cx(), &added)
}

/// Whether every one of `ids` is a record of `table`.
pub(crate) async fn exist(
    q: &mut impl Query,
    (table, condition): (&str, &str),
    ids: &BTreeSet<Uuid>,
    pointer: &str,
) -> Result<(), IdentityError> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    if ids.len() > 500 {
        return Err(IdentityError::field(pointer, "too_many", "Choose at most 500."));
    }
    if !ids.is_empty() && store::count_existing(q, table, condition, &ids).await? != ids.len() {
        return Err(IdentityError::field(pointer, "unknown", "One of these does not exist any more."));
    }
    Ok(())
}

/// Refuses permissions that do not exist, and an administrator's role without what it needs.
pub(crate) fn check_permissions(role_key: &str, wanted: &Permissions) -> Result<(), IdentityError> {
    let unknown = wanted.keys().filter(|name| Permission::named(name).is_none());
    let errors: Vec<_> = unknown
        .take(20)
        .map(|name| FieldError::new(format!("/permissions/{name}"), "unknown", "There is no such permission."))
        .collect();
    IdentityError::unless_empty(errors)?;
    if role_key == ADMIN && !administers(wanted) {
        return Err(IdentityError::BuiltIn("The administrator's role keeps managing users and roles."));
    }
    Ok(())
}

fn administers(permissions: &Permissions) -> bool {
    ESSENTIAL.iter().all(|permission| permissions.get(permission.name()) == Some(&Scope::All))
}

/// Fails, and so undoes the transaction, when nobody who may sign in would be left to manage users and roles.
/// Call it after the change, with the tenant locked.
pub(crate) async fn somebody_administers(tx: &mut Tx<'_>) -> Result<(), IdentityError> {
    let roles: Vec<Role> = structure::roles(tx).await?;
    let able: Vec<Uuid> = roles
        .iter()
        .filter(|role| {
            let Json(permissions) = &role.permissions;
            administers(permissions)
        })
        .map(|role| role.id)
        .collect();
    if users::count_active_with(tx, &able).await? == 0 { Err(IdentityError::LastAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, ActorKind, Grants, ManualClock, RequestInfo, TenantId, Timestamp, World};

    use super::*;

    fn actor(permissions: &[(&str, Scope)]) -> Context {
        let permissions = permissions.iter().map(|(name, scope)| ((*name).to_owned(), *scope)).collect();
        Context::new(
            World::seeded(ManualClock::at(Timestamp(0)), 1),
            TenantId(Uuid::from_u128(1)),
            "UTC".to_owned(),
            Actor { kind: ActorKind::User, id: Uuid::from_u128(9), name: "李工".to_owned() },
            Grants { permissions, ..Grants::default() },
            RequestInfo::default(),
        )
    }

    fn wanted(name: &str, scope: Scope) -> Permissions {
        Permissions::from([(name.to_owned(), scope)])
    }

    #[test]
    fn nobody_grants_more_than_they_have() {
        let cx = actor(&[("tickets.read", Scope::Team)]);
        covers(&cx, &wanted("tickets.read", Scope::Own)).unwrap();
        assert!(matches!(covers(&cx, &wanted("tickets.read", Scope::All)), Err(IdentityError::ExceedsOwn(_))));
        assert!(covers(&cx, &wanted("users.read", Scope::Own)).is_err());
    }

    #[test]
    fn narrowing_what_one_does_not_hold_is_allowed() {
        let cx = actor(&[]);
        may_widen(&cx, &wanted("users.read", Scope::All), &wanted("users.read", Scope::Own)).unwrap();
        assert!(may_widen(&cx, &wanted("users.read", Scope::Own), &wanted("users.read", Scope::All)).is_err());
    }

    #[test]
    fn the_administrators_role_keeps_what_it_needs() {
        assert!(matches!(check_permissions(ADMIN, &Permissions::new()), Err(IdentityError::BuiltIn(_))));
        check_permissions("helpdesk", &Permissions::new()).unwrap();
        assert!(matches!(
            check_permissions("helpdesk", &wanted("tickets.fly", Scope::All)),
            Err(IdentityError::Invalid(_))
        ));
    }
}
