//! The roles a tenant starts with.

use kernel::Scope::{self, All, Own, Team};

use crate::{Permission, permissions::*};

/// A role every new tenant gets; its grants may be changed there, its key may not.
#[derive(Debug, Clone, Copy)]
pub struct ShippedRole {
    /// Stable key, such as `dispatcher`.
    pub key: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// What the role may do, and how far it reaches.
    pub grants: &'static [(Permission, Scope)],
}

/// The shipped role with this key.
pub fn role(key: &str) -> Option<&'static ShippedRole> {
    ROLES.iter().find(|role| role.key == key)
}

/// The roles a tenant starts with.
pub const ROLES: &[ShippedRole] = &[
    ShippedRole { key: "admin", name_zh: "管理员", name_en: "Administrator", grants: ADMIN },
    ShippedRole { key: "manager", name_zh: "服务经理", name_en: "Service manager", grants: MANAGER },
    ShippedRole { key: "dispatcher", name_zh: "调度员", name_en: "Dispatcher", grants: DISPATCHER },
    ShippedRole { key: "agent", name_zh: "客服", name_en: "Service agent", grants: AGENT },
    ShippedRole { key: "engineer", name_zh: "工程师", name_en: "Engineer", grants: ENGINEER },
    ShippedRole { key: "finance", name_zh: "财务", name_en: "Finance", grants: FINANCE },
    ShippedRole { key: "auditor", name_zh: "审计员", name_en: "Auditor", grants: AUDITOR },
];

const ADMIN: &[(Permission, Scope)] = &[
    (USERS_READ, All),
    (USERS_MANAGE, All),
    (ROLES_MANAGE, All),
    (TEAMS_MANAGE, All),
    (SETTINGS_MANAGE, All),
    (APIKEYS_MANAGE, All),
    (AUDIT_READ, All),
    (JOBS_MANAGE, All),
    (CUSTOMERS_READ, All),
    (CUSTOMERS_CREATE, All),
    (CUSTOMERS_UPDATE, All),
    (CUSTOMERS_MERGE, All),
    (PRODUCTS_READ, All),
    (PRODUCTS_UPDATE, All),
    (DEVICES_READ, All),
    (DEVICES_CREATE, All),
    (DEVICES_UPDATE, All),
    (CONTRACTS_READ, All),
    (CONTRACTS_UPDATE, All),
    (ORDERS_READ, All),
    (ORDERS_CREATE, All),
    (ORDERS_UPDATE, All),
    (PROCESSES_READ, All),
    (PROCESSES_DESIGN, All),
    (PROCESSES_PUBLISH, All),
    (PROCESSES_OPERATE, All),
    (TASKS_READ, All),
    (TASKS_WORK, All),
    (PARTS_READ, All),
    (PARTS_UPDATE, All),
    (ENGINEERS_READ, All),
    (ENGINEERS_UPDATE, All),
    (TICKETS_READ, All),
    (TICKETS_CREATE, All),
    (TICKETS_UPDATE, All),
    (TICKETS_ASSIGN, All),
    (TICKETS_CLOSE, All),
    (TICKETS_MERGE, All),
    (TICKETS_REPLY, All),
    (VISITS_READ, All),
    (VISITS_WORK, All),
    (DISPATCH_USE, All),
    (QUOTES_READ, All),
    (QUOTES_UPDATE, All),
    (PAYMENTS_RECORD, All),
    (PRICES_UPDATE, All),
    (SURVEYS_READ, All),
    (INSIGHT_READ, All),
    (VIEWS_SHARE, All),
    (DATA_IMPORT, All),
    (DATA_EXPORT, All),
    (CHANNELS_MANAGE, All),
    (OBJECTS_MANAGE, All),
    (PERSONAL_DATA_READ, All),
    (PERSONAL_DATA_EXPORT, All),
    (PERSONAL_DATA_ERASE, All),
];

const MANAGER: &[(Permission, Scope)] = &[
    (USERS_READ, All),
    (AUDIT_READ, All),
    (CUSTOMERS_READ, All),
    (CUSTOMERS_CREATE, All),
    (CUSTOMERS_UPDATE, All),
    (CUSTOMERS_MERGE, All),
    (PRODUCTS_READ, All),
    (PRODUCTS_UPDATE, All),
    (DEVICES_READ, All),
    (DEVICES_CREATE, All),
    (DEVICES_UPDATE, All),
    (CONTRACTS_READ, All),
    (CONTRACTS_UPDATE, All),
    (ORDERS_READ, All),
    (ORDERS_CREATE, All),
    (ORDERS_UPDATE, All),
    (PROCESSES_READ, All),
    (PROCESSES_DESIGN, All),
    (PROCESSES_OPERATE, All),
    (TASKS_READ, All),
    (TASKS_WORK, All),
    (PARTS_READ, All),
    (PARTS_UPDATE, All),
    (ENGINEERS_READ, All),
    (ENGINEERS_UPDATE, All),
    (TICKETS_READ, All),
    (TICKETS_CREATE, All),
    (TICKETS_UPDATE, All),
    (TICKETS_ASSIGN, All),
    (TICKETS_CLOSE, All),
    (TICKETS_MERGE, All),
    (TICKETS_REPLY, All),
    (VISITS_READ, All),
    (VISITS_WORK, All),
    (DISPATCH_USE, All),
    (QUOTES_READ, All),
    (QUOTES_UPDATE, All),
    (PAYMENTS_RECORD, All),
    (PRICES_UPDATE, All),
    (SURVEYS_READ, All),
    (INSIGHT_READ, All),
    (VIEWS_SHARE, All),
    (DATA_IMPORT, All),
    (DATA_EXPORT, All),
    (CHANNELS_MANAGE, All),
    (PERSONAL_DATA_READ, All),
    (PERSONAL_DATA_EXPORT, All),
];

const DISPATCHER: &[(Permission, Scope)] = &[
    (CUSTOMERS_READ, All),
    (PRODUCTS_READ, All),
    (DEVICES_READ, All),
    (CONTRACTS_READ, All),
    (PROCESSES_READ, All),
    (TASKS_READ, All),
    (TASKS_WORK, All),
    (PARTS_READ, All),
    (ENGINEERS_READ, All),
    (TICKETS_READ, All),
    (TICKETS_CREATE, All),
    (TICKETS_UPDATE, All),
    (TICKETS_ASSIGN, All),
    (TICKETS_CLOSE, All),
    (TICKETS_MERGE, All),
    (TICKETS_REPLY, All),
    (VISITS_READ, All),
    (DISPATCH_USE, All),
    (INSIGHT_READ, All),
    (DATA_EXPORT, All),
];

const AGENT: &[(Permission, Scope)] = &[
    (CUSTOMERS_READ, All),
    (CUSTOMERS_CREATE, All),
    (CUSTOMERS_UPDATE, All),
    (CUSTOMERS_MERGE, All),
    (PRODUCTS_READ, All),
    (DEVICES_READ, All),
    (DEVICES_CREATE, All),
    (DEVICES_UPDATE, All),
    (CONTRACTS_READ, All),
    (ORDERS_READ, All),
    (PROCESSES_READ, All),
    (TASKS_READ, Team),
    (TASKS_WORK, Team),
    (ORDERS_CREATE, All),
    (ORDERS_UPDATE, All),
    (PARTS_READ, All),
    (ENGINEERS_READ, All),
    (TICKETS_READ, All),
    (TICKETS_CREATE, All),
    (TICKETS_UPDATE, All),
    (TICKETS_ASSIGN, All),
    (TICKETS_CLOSE, All),
    (TICKETS_MERGE, All),
    (TICKETS_REPLY, All),
    (VISITS_READ, All),
    (QUOTES_READ, All),
    (QUOTES_UPDATE, All),
    (SURVEYS_READ, All),
    (INSIGHT_READ, All),
];

const ENGINEER: &[(Permission, Scope)] = &[
    (CUSTOMERS_READ, All),
    (PRODUCTS_READ, All),
    (DEVICES_READ, All),
    (DEVICES_UPDATE, All),
    (CONTRACTS_READ, All),
    (TASKS_READ, Team),
    (TASKS_WORK, Team),
    (PARTS_READ, All),
    (TICKETS_READ, Own),
    (TICKETS_UPDATE, Own),
    (TICKETS_REPLY, Own),
    (VISITS_READ, Own),
    (VISITS_WORK, Own),
    (QUOTES_READ, Own),
    (QUOTES_UPDATE, Own),
];

const FINANCE: &[(Permission, Scope)] = &[
    (CUSTOMERS_READ, All),
    (CONTRACTS_READ, All),
    (ORDERS_READ, All),
    (ORDERS_CREATE, All),
    (ORDERS_UPDATE, All),
    (TASKS_READ, Team),
    (TASKS_WORK, Team),
    (PARTS_READ, All),
    (TICKETS_READ, All),
    (QUOTES_READ, All),
    (QUOTES_UPDATE, All),
    (PAYMENTS_RECORD, All),
    (PRICES_UPDATE, All),
    (INSIGHT_READ, All),
    (DATA_EXPORT, All),
];

const AUDITOR: &[(Permission, Scope)] = &[
    (USERS_READ, All),
    (AUDIT_READ, All),
    (CUSTOMERS_READ, All),
    (PRODUCTS_READ, All),
    (DEVICES_READ, All),
    (CONTRACTS_READ, All),
    (ORDERS_READ, All),
    (PROCESSES_READ, All),
    (TASKS_READ, All),
    (PARTS_READ, All),
    (ENGINEERS_READ, All),
    (TICKETS_READ, All),
    (VISITS_READ, All),
    (QUOTES_READ, All),
    (SURVEYS_READ, All),
    (INSIGHT_READ, All),
    (PERSONAL_DATA_READ, All),
    (DATA_EXPORT, All),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CATALOGUE;

    #[test]
    fn the_administrator_may_do_everything_and_nobody_is_granted_twice() {
        for role in ROLES {
            let mut names: Vec<_> = role.grants.iter().map(|(permission, _)| permission.name()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), role.grants.len(), "{}", role.key);
        }
        assert_eq!(role("admin").unwrap().grants.len(), CATALOGUE.len());
    }

    #[test]
    fn the_auditor_sees_everything_and_changes_nothing() {
        let auditor = role("auditor").unwrap();
        // To take what one reads along changes nothing.
        let reads =
            |permission: Permission| permission == DATA_EXPORT || permission.name().rsplit('.').next() == Some("read");
        assert!(auditor.grants.iter().all(|(permission, _)| reads(*permission)));
        let readable = CATALOGUE.iter().filter(|info| reads(info.permission)).count();
        assert_eq!(auditor.grants.len(), readable);
    }

    #[test]
    fn an_engineer_reaches_only_their_own_tickets() {
        let grants = role("engineer").unwrap().grants;
        assert!(grants.contains(&(TICKETS_READ, Own)));
        assert!(!grants.iter().any(|(permission, _)| *permission == TICKETS_ASSIGN));
    }
}
