//! Where records live: those of built-in objects in tables of their own domains, all others in `records`.

use authz::{Permission, ScopeColumns, permissions as p};
use forms::ResultType::{self, Date, Money, Number, Text, Time};

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
    BuiltIn {
        key: "product",
        zh: "产品",
        en: "Product",
        icon: "box",
        read: p::PRODUCTS_READ,
        create: p::PRODUCTS_UPDATE,
        update: p::PRODUCTS_UPDATE,
    },
    BuiltIn {
        key: "part",
        zh: "备件",
        en: "Part",
        icon: "tool",
        read: p::PARTS_READ,
        create: p::PARTS_UPDATE,
        update: p::PARTS_UPDATE,
    },
    BuiltIn {
        key: "engineer",
        zh: "工程师",
        en: "Engineer",
        icon: "team",
        read: p::ENGINEERS_READ,
        create: p::ENGINEERS_UPDATE,
        update: p::ENGINEERS_UPDATE,
    },
    BuiltIn {
        key: "contract",
        zh: "合同",
        en: "Contract",
        icon: "book",
        read: p::CONTRACTS_READ,
        create: p::CONTRACTS_UPDATE,
        update: p::CONTRACTS_UPDATE,
    },
    BuiltIn {
        key: "order",
        zh: "订单",
        en: "Order",
        icon: "order",
        read: p::ORDERS_READ,
        create: p::ORDERS_CREATE,
        update: p::ORDERS_UPDATE,
    },
    BuiltIn {
        key: "contact",
        zh: "联系人",
        en: "Contact",
        icon: "team",
        read: p::CUSTOMERS_READ,
        create: p::CUSTOMERS_UPDATE,
        update: p::CUSTOMERS_UPDATE,
    },
    BuiltIn {
        key: "site",
        zh: "服务地址",
        en: "Site",
        icon: "place",
        read: p::CUSTOMERS_READ,
        create: p::CUSTOMERS_UPDATE,
        update: p::CUSTOMERS_UPDATE,
    },
    BuiltIn {
        key: "visit",
        zh: "上门任务",
        en: "Visit",
        icon: "calendar",
        read: p::VISITS_READ,
        create: p::TICKETS_ASSIGN,
        update: p::DISPATCH_USE,
    },
    BuiltIn {
        key: "quote",
        zh: "报价",
        en: "Quote",
        icon: "opportunity",
        read: p::QUOTES_READ,
        create: p::QUOTES_UPDATE,
        update: p::QUOTES_UPDATE,
    },
];

/// A standard field that look-ups can take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standard {
    pub id: &'static str,
    pub column: &'static str,
    pub result: ResultType,
    pub personal: bool,
    pub zh: &'static str,
    pub en: &'static str,
}

const fn standard(id: &'static str, result: ResultType, zh: &'static str, en: &'static str) -> Standard {
    Standard { id, column: id, result, personal: false, zh, en }
}

const fn personal(id: &'static str, zh: &'static str, en: &'static str) -> Standard {
    Standard { id, column: id, result: Text, personal: true, zh, en }
}

/// Which records of an object those reach who may read it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// All of them.
    All,
    /// Those that these columns tie to them, as the object's own domain has it.
    Columns(ScopeColumns<'static>),
    /// Those whose parent they reach.
    Parent,
}

/// The record that another one belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    /// The key of its object.
    pub object: &'static str,
    /// The column that names it.
    pub column: &'static str,
}

/// A table that relations can lead to, besides `records`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub key: &'static str,
    pub table: &'static str,
    pub read: Permission,
    pub reach: Reach,
    /// The record that it belongs to, on whose timeline its history stands too.
    pub parent: Option<Parent>,
    /// What names a record.
    pub title: &'static str,
    /// The number by which people call it.
    pub number: Option<&'static str>,
    /// Whether it has `archived_at`.
    pub archivable: bool,
    pub fields: &'static [Standard],
}

const fn columns(owner: &'static [&'static str], team: Option<&'static str>, region: Option<&'static str>) -> Reach {
    Reach::Columns(ScopeColumns { owner, team, region })
}

const CUSTOMER: Parent = Parent { object: "customer", column: "customer_id" };
const TICKET: Parent = Parent { object: "ticket", column: "ticket_id" };

/// The tables that relations can lead to, besides `records`.
pub(crate) const TABLES: &[Table] = &[
    Table {
        key: "customer",
        table: "customers",
        read: p::CUSTOMERS_READ,
        reach: columns(&["owner_id", "created_by"], None, Some("region_id")),
        parent: None,
        title: "name",
        number: None,
        archivable: true,
        fields: &[
            standard("name", Text, "名称", "Name"),
            standard("kind", Text, "类型", "Kind"),
            standard("level", Text, "级别", "Level"),
            personal("phone", "电话", "Phone"),
            personal("email", "邮箱", "Mail"),
            standard("created_at", Time, "创建时间", "Created at"),
        ],
    },
    Table {
        key: "device",
        table: "devices",
        read: p::DEVICES_READ,
        reach: columns(&["created_by"], Some("team_id"), Some("region_id")),
        parent: None,
        title: "serial_number",
        number: None,
        archivable: true,
        fields: &[
            standard("serial_number", Text, "序列号", "Serial number"),
            standard("model", Text, "型号", "Model"),
            standard("status", Text, "状态", "Status"),
            standard("place", Text, "位置", "Place"),
            standard("sold_on", Date, "销售日期", "Sold on"),
            standard("installed_on", Date, "安装日期", "Installed on"),
            standard("warranty_ends_on", Date, "保修到期日", "Warranty ends on"),
        ],
    },
    Table {
        key: "ticket",
        table: "tickets",
        read: p::TICKETS_READ,
        reach: columns(&["assignee_id", "created_by"], Some("team_id"), Some("region_id")),
        parent: None,
        title: "title",
        number: Some("number"),
        archivable: false,
        fields: &[
            standard("number", Text, "编号", "Number"),
            standard("title", Text, "标题", "Title"),
            Standard { id: "type", column: "kind", result: Text, personal: false, zh: "类型", en: "Type" },
            standard("priority", Text, "优先级", "Priority"),
            standard("status", Text, "状态", "Status"),
            standard("status_category", Text, "状态类别", "Status category"),
            standard("created_at", Time, "创建时间", "Created at"),
            standard("resolved_at", Time, "解决时间", "Resolved at"),
            standard("closed_at", Time, "关闭时间", "Closed at"),
        ],
    },
    Table {
        key: "engineer",
        table: "engineers",
        read: p::ENGINEERS_READ,
        reach: columns(&["user_id"], Some("team_id"), Some("region_id")),
        parent: None,
        title: "name",
        number: None,
        archivable: true,
        fields: &[
            standard("name", Text, "姓名", "Name"),
            personal("phone", "电话", "Phone"),
            standard("status", Text, "状态", "Status"),
        ],
    },
    Table {
        key: "product",
        table: "products",
        read: p::PRODUCTS_READ,
        reach: Reach::All,
        parent: None,
        title: "name",
        number: Some("code"),
        archivable: true,
        fields: &[
            standard("code", Text, "编码", "Code"),
            standard("name", Text, "名称", "Name"),
            standard("category", Text, "类别", "Category"),
            standard("warranty_months", Number, "保修月数", "Warranty in months"),
        ],
    },
    Table {
        key: "contract",
        table: "contracts",
        read: p::CONTRACTS_READ,
        reach: columns(&["created_by"], None, None),
        parent: None,
        title: "name",
        number: Some("number"),
        archivable: true,
        fields: &[
            standard("number", Text, "编号", "Number"),
            standard("name", Text, "名称", "Name"),
            standard("kind", Text, "类型", "Kind"),
            standard("starts_on", Date, "开始日期", "Starts on"),
            standard("ends_on", Date, "结束日期", "Ends on"),
        ],
    },
    Table {
        key: "order",
        table: "orders",
        read: p::ORDERS_READ,
        reach: columns(&["owner_id", "created_by"], None, None),
        parent: None,
        title: "title",
        number: Some("number"),
        archivable: true,
        fields: &[
            standard("number", Text, "编号", "Number"),
            standard("title", Text, "标题", "Title"),
            standard("kind", Text, "类型", "Kind"),
            standard("status", Text, "状态", "Status"),
            standard("ordered_on", Date, "订单日期", "Ordered on"),
            standard("due_on", Date, "到期日", "Due on"),
            Standard { id: "total", column: "total_minor", result: Money, personal: false, zh: "金额", en: "Total" },
        ],
    },
    Table {
        key: "part",
        table: "parts",
        read: p::PARTS_READ,
        reach: Reach::All,
        parent: None,
        title: "name",
        number: Some("code"),
        archivable: true,
        fields: &[
            standard("code", Text, "编码", "Code"),
            standard("name", Text, "名称", "Name"),
            standard("unit", Text, "单位", "Unit"),
            standard("stock", Number, "库存", "Stock"),
        ],
    },
    Table {
        key: "visit",
        table: "visits",
        read: p::VISITS_READ,
        reach: columns(&["assignee_id"], Some("team_id"), Some("region_id")),
        parent: Some(TICKET),
        title: "number",
        number: Some("number"),
        archivable: false,
        fields: &[
            standard("number", Text, "编号", "Number"),
            standard("engineer_name", Text, "工程师", "Engineer"),
            standard("status", Text, "状态", "Status"),
            standard("starts_at", Time, "开始时间", "Starts at"),
            standard("ends_at", Time, "结束时间", "Ends at"),
            standard("labour_minutes", Number, "工时（分钟）", "Labour in minutes"),
        ],
    },
    Table {
        key: "contact",
        table: "contacts",
        read: p::CUSTOMERS_READ,
        reach: Reach::Parent,
        parent: Some(CUSTOMER),
        title: "name",
        number: None,
        archivable: true,
        fields: &[
            standard("name", Text, "姓名", "Name"),
            standard("title", Text, "职务", "Title"),
            personal("phone", "电话", "Phone"),
            personal("email", "邮箱", "Mail"),
            standard("is_primary", ResultType::Boolean, "首选联系人", "First to call"),
            standard("created_at", Time, "创建时间", "Created at"),
        ],
    },
    Table {
        key: "site",
        table: "sites",
        read: p::CUSTOMERS_READ,
        reach: Reach::Parent,
        parent: Some(CUSTOMER),
        title: "name",
        number: None,
        archivable: true,
        fields: &[
            standard("name", Text, "名称", "Name"),
            standard("access_note", Text, "进场说明", "How to get in"),
            standard("created_at", Time, "创建时间", "Created at"),
        ],
    },
    Table {
        key: "quote",
        table: "quotes",
        read: p::QUOTES_READ,
        reach: Reach::Parent,
        parent: Some(TICKET),
        title: "number",
        number: Some("number"),
        archivable: false,
        fields: &[
            standard("number", Text, "编号", "Number"),
            standard("status", Text, "状态", "Status"),
            Standard { id: "total", column: "total_minor", result: Money, personal: false, zh: "合计", en: "Total" },
            standard("valid_until", Time, "有效期至", "Valid until"),
            standard("sent_at", Time, "发送时间", "Sent at"),
            standard("decided_at", Time, "确认时间", "Decided at"),
            standard("created_at", Time, "创建时间", "Created at"),
        ],
    },
];

/// The table of a built-in object with this key.
pub(crate) fn table_of(key: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.key == key)
}

/// The built-in object with this key that takes fields of its own.
pub(crate) fn built_in(key: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|object| object.key == key)
}

/// The table of a built-in object, with or without fields of its own.
pub(crate) fn table(key: &str) -> Option<&'static str> {
    table_of(key).map(|table| table.table)
}

/// The kind under which the text search has the words of an object's records: those of contacts and sites find their
/// customer. `None` for objects that it does not know.
pub(crate) fn found_as(key: &str) -> Option<&str> {
    match key {
        "contact" | "site" => Some("customer"),
        "visit" | "quote" => None,
        key if table_of(key).is_some() => Some(key),
        _ => Some("record"),
    }
}

/// Whether a key cannot be given to an object of one's own.
pub(crate) fn is_taken(key: &str) -> bool {
    table(key).is_some() || matches!(key, "user" | "person" | "team" | "region" | "role" | "record" | "object" | "form")
}
