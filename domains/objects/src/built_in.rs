//! Where records live: those of built-in objects in tables of their own domains, all others in `records`.

use authz::{Permission, permissions as p};

/// A built-in object that takes fields of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BuiltIn {
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub icon: &'static str,
    pub read: Permission,
    pub create: Permission,
    pub update: Permission,
}

/// The built-in objects, in the order of the menu.
pub(crate) const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        key: "ticket",
        zh: "工单",
        en: "Ticket",
        icon: "ticket",
        read: p::TICKETS_READ,
        create: p::TICKETS_CREATE,
        update: p::TICKETS_UPDATE,
    },
    BuiltIn {
        key: "customer",
        zh: "客户",
        en: "Customer",
        icon: "customer",
        read: p::CUSTOMERS_READ,
        create: p::CUSTOMERS_CREATE,
        update: p::CUSTOMERS_UPDATE,
    },
    BuiltIn {
        key: "device",
        zh: "设备",
        en: "Device",
        icon: "device",
        read: p::DEVICES_READ,
        create: p::DEVICES_CREATE,
        update: p::DEVICES_UPDATE,
    },
];

/// The tables that relations can lead to, besides `records`.
const TABLES: &[(&str, &str)] = &[
    ("customer", "customers"),
    ("device", "devices"),
    ("ticket", "tickets"),
    ("engineer", "engineers"),
    ("product", "products"),
    ("contract", "contracts"),
    ("part", "parts"),
    ("visit", "visits"),
];

/// The built-in object with this key that takes fields of its own.
pub(crate) fn built_in(key: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|object| object.key == key)
}

/// The table of a built-in object, with or without fields of its own.
pub(crate) fn table(key: &str) -> Option<&'static str> {
    TABLES.iter().find(|(object, _)| *object == key).map(|(_, table)| *table)
}

/// Whether a key cannot be given to an object of one's own.
pub(crate) fn is_taken(key: &str) -> bool {
    table(key).is_some() || matches!(key, "user" | "person" | "team" | "region" | "role" | "record" | "object" | "form")
}

/// Names that lists of `object` filter and sort by already, so that no field of one's own may have them.
pub(crate) fn reserved(object: &str) -> &'static [&'static str] {
    match object {
        "customer" => &[
            "id",
            "name",
            "kind",
            "level",
            "phone",
            "email",
            "province",
            "city",
            "district",
            "street",
            "note",
            "tags",
            "owner_id",
            "region_id",
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
        ],
        "device" => &[
            "id",
            "serial_number",
            "product_id",
            "customer_id",
            "site_id",
            "model",
            "sold_on",
            "installed_on",
            "warranty_starts_on",
            "warranty_ends_on",
            "status",
            "place",
            "note",
            "region_id",
            "team_id",
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
        ],
        "ticket" => &[
            "id",
            "number",
            "title",
            "description",
            "type",
            "priority",
            "status",
            "status_category",
            "source",
            "customer_id",
            "contact_phone",
            "site_id",
            "device_id",
            "problem_type",
            "cause_code",
            "action_code",
            "tags",
            "engineer_id",
            "assignee_id",
            "team_id",
            "region_id",
            "warranty_reason",
            "response_due_at",
            "resolution_due_at",
            "first_response_at",
            "resolved_at",
            "closed_at",
            "waiting_reason",
            "reopen_count",
            "sla_met",
            "merged_into_id",
            "external_ref",
            "created_by",
            "created_at",
            "updated_at",
        ],
        _ => &[
            "id",
            "number",
            "owner_id",
            "team_id",
            "region_id",
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
        ],
    }
}
