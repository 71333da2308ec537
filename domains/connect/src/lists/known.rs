//! The columns of the built-in lists, with the words that people see, and who may do what with them.

use authz::{Permission, permissions as p};
use forms::{
    DecimalSettings, Field, FieldKind, IntegerSettings, Label, MomentSettings, MoneySettings, RelationSettings,
    SubTableSettings, TextSettings,
};

use crate::lists::{
    Column, ColumnKind, ListKey,
    read_only::{maintenance_plans, recovery_tasks, renewals, shown as only_shown, surveys},
};

/// Which permissions a list's operations need.
pub(super) struct Needs {
    pub read: Permission,
    pub create: Option<Permission>,
    pub update: Option<Permission>,
}

/// What a list's operations need; none for own objects, whose definition says it.
pub(super) fn permissions(key: &ListKey) -> Option<Needs> {
    let written = |read, create, update| Needs { read, create: Some(create), update: Some(update) };
    let shown = |read| Needs { read, create: None, update: None };
    Some(match key {
        ListKey::Tickets => written(p::TICKETS_READ, p::TICKETS_CREATE, p::TICKETS_UPDATE),
        ListKey::Customers => written(p::CUSTOMERS_READ, p::CUSTOMERS_CREATE, p::CUSTOMERS_UPDATE),
        ListKey::Devices => written(p::DEVICES_READ, p::DEVICES_CREATE, p::DEVICES_UPDATE),
        ListKey::Products => written(p::PRODUCTS_READ, p::PRODUCTS_UPDATE, p::PRODUCTS_UPDATE),
        ListKey::Parts => written(p::PARTS_READ, p::PARTS_UPDATE, p::PARTS_UPDATE),
        ListKey::Engineers => written(p::ENGINEERS_READ, p::ENGINEERS_UPDATE, p::ENGINEERS_UPDATE),
        ListKey::Contracts => written(p::CONTRACTS_READ, p::CONTRACTS_UPDATE, p::CONTRACTS_UPDATE),
        ListKey::Orders => written(p::ORDERS_READ, p::ORDERS_CREATE, p::ORDERS_UPDATE),
        ListKey::MaintenancePlans | ListKey::Renewals => shown(p::CONTRACTS_READ),
        ListKey::Visits => shown(p::VISITS_READ),
        ListKey::Quotes => shown(p::QUOTES_READ),
        ListKey::Surveys | ListKey::RecoveryTasks => shown(p::SURVEYS_READ),
        ListKey::Records(_) => return None,
    })
}

/// What a built-in list is called.
pub(super) fn name(key: &ListKey) -> Label {
    let (zh, en) = match key {
        ListKey::Tickets => ("工单", "Tickets"),
        ListKey::Customers => ("客户", "Customers"),
        ListKey::Devices => ("设备", "Devices"),
        ListKey::Products => ("产品", "Products"),
        ListKey::Parts => ("备件", "Parts"),
        ListKey::Engineers => ("工程师", "Engineers"),
        ListKey::Contracts => ("服务合同", "Contracts"),
        ListKey::MaintenancePlans => ("保养计划", "Maintenance plans"),
        ListKey::Orders => ("订单", "Orders"),
        ListKey::Visits => ("上门服务", "Visits"),
        ListKey::Quotes => ("报价单", "Quotes"),
        ListKey::Renewals => ("续约清单", "Renewals"),
        ListKey::Surveys => ("满意度调查", "Surveys"),
        ListKey::RecoveryTasks => ("回访任务", "Recovery tasks"),
        ListKey::Records(_) => ("记录", "Records"),
    };
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

/// The columns of a list, own fields not among them.
pub(super) fn columns(key: &ListKey) -> Vec<Column> {
    match key {
        ListKey::Tickets => tickets(),
        ListKey::Customers => customers(),
        ListKey::Devices => devices(),
        ListKey::Products => products(),
        ListKey::Parts => parts(),
        ListKey::Engineers => engineers(),
        ListKey::Contracts => contracts(),
        ListKey::MaintenancePlans => maintenance_plans(),
        ListKey::Orders => orders(),
        ListKey::Visits => visits(),
        ListKey::Quotes => quotes(),
        ListKey::Renewals => renewals(),
        ListKey::Surveys => surveys(),
        ListKey::RecoveryTasks => recovery_tasks(),
        ListKey::Records(_) => vec![Column::text("number", "编号", "Number").shown().unique()],
    }
}

/// What stands behind the own fields of a record.
pub(super) fn record_ends() -> Vec<Column> {
    vec![
        person("owner_id", "负责人", "Owner"),
        team(),
        region(),
        time("created_at", "创建时间", "Created at").shown(),
        time("updated_at", "更新时间", "Updated at").shown(),
    ]
}

pub(super) fn long(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::LongText(TextSettings::default()))
}

pub(super) fn day(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::Date(MomentSettings::default()))
}

pub(super) fn time(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::DateTime(MomentSettings::default()))
}

pub(super) fn whole(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::Integer(IntegerSettings::default()))
}

fn degrees(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::Decimal(DecimalSettings { scale: 6, min: None, max: None }))
}

fn person(id: &str, zh: &str, en: &str) -> Column {
    Column::value(id, zh, en, FieldKind::Person)
}

fn team() -> Column {
    Column::value("team_id", "团队", "Team", FieldKind::Team)
}

fn region() -> Column {
    Column::other("region_id", "区域", "Region", ColumnKind::Region)
}

pub(super) fn amount(id: &str, zh: &str, en: &str) -> Column {
    Column::other(id, zh, en, ColumnKind::Amount)
}

pub(super) fn created() -> [Column; 2] {
    [time("created_at", "创建时间", "Created at").shown(), time("updated_at", "更新时间", "Updated at").shown()]
}

fn customers() -> Vec<Column> {
    let mut columns = vec![
        Column::text("name", "客户名称", "Name").required().key(),
        Column::choice("kind", "类型", "Kind", &[("company", "企业", "Company"), ("person", "个人", "Person")]),
        Column::choice(
            "level",
            "级别",
            "Level",
            &[
                ("standard", "普通", "Standard"),
                ("silver", "银牌", "Silver"),
                ("gold", "金牌", "Gold"),
                ("vip", "贵宾", "VIP"),
            ],
        ),
        Column::text("phone", "电话", "Phone").key(),
        Column::value("phones", "全部电话", "All phones", phones()).shown(),
        Column::text("email", "邮箱", "E-mail").key(),
        Column::text("province", "省份", "Province").inside("address", "province"),
        Column::text("city", "城市", "City").inside("address", "city"),
        Column::text("district", "区县", "District").inside("address", "district"),
        Column::text("street", "详细地址", "Street").inside("address", "street"),
        degrees("lat", "纬度", "Latitude"),
        degrees("lng", "经度", "Longitude"),
        Column::other("tags", "标签", "Tags", ColumnKind::Tags),
        Column::relation("parent_id", "上级客户", "Parent customer", "customer"),
        person("owner_id", "客户经理", "Owner"),
        region(),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

/// All numbers of a customer. They are shown only: the first of them is `phone`, and a file that says both could
/// contradict itself.
fn phones() -> FieldKind {
    let fields = vec![
        line_field("number", "号码", "Number", FieldKind::Phone),
        line_field("label", "说明", "Label", FieldKind::Text(TextSettings::default())),
    ];
    FieldKind::SubTable(SubTableSettings { fields, min_rows: None, max_rows: None })
}

fn devices() -> Vec<Column> {
    let mut columns = vec![
        Column::text("serial_number", "序列号", "Serial number").required().unique(),
        Column::relation("product_id", "产品", "Product", "product"),
        Column::text("model", "型号", "Model"),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        Column::other("site_id", "服务地址", "Site", ColumnKind::Site),
        Column::text("building", "楼栋", "Building"),
        Column::text("floor", "楼层", "Floor"),
        Column::text("place", "安装位置", "Place"),
        Column::relation("parent_id", "所属设备", "Part of", "device"),
        Column::relation("dealer_id", "经销商", "Dealer", "customer"),
        Column::relation("lessee_id", "承租方", "Lessee", "customer"),
        Column::choice(
            "status",
            "状态",
            "Status",
            &[("in_service", "使用中", "In service"), ("stopped", "停用", "Stopped"), ("scrapped", "报废", "Scrapped")],
        ),
        day("sold_on", "销售日期", "Sold on"),
        day("installed_on", "安装日期", "Installed on"),
        day("first_used_on", "首次使用日期", "First used on"),
        day("warranty_starts_on", "保修开始", "Warranty starts"),
        day("warranty_ends_on", "保修结束", "Warranty ends"),
        degrees("lat", "纬度", "Latitude"),
        degrees("lng", "经度", "Longitude"),
        team(),
        region(),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

fn products() -> Vec<Column> {
    let mut columns = vec![
        Column::text("code", "产品编码", "Code").required().unique(),
        Column::text("name", "产品名称", "Name").required().key(),
        Column::text("category", "类别", "Category"),
        whole("warranty_months", "保修期（月）", "Warranty in months"),
        whole("default_response_minutes", "默认响应（分钟）", "Default response in minutes"),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

fn parts() -> Vec<Column> {
    let mut columns = vec![
        Column::text("code", "备件编码", "Code").required().unique(),
        Column::text("name", "备件名称", "Name").required().key(),
        Column::text("unit", "单位", "Unit"),
        amount("price_minor", "销售价", "Price"),
        amount("cost_minor", "成本价", "Cost"),
        Column::text("currency", "币种", "Currency"),
        whole("stock", "库存", "Stock"),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

fn engineers() -> Vec<Column> {
    let mut columns = vec![
        Column::text("name", "姓名", "Name").required().key(),
        Column::text("phone", "电话", "Phone").key(),
        Column::other("skills", "技能", "Skills", ColumnKind::Skills),
        Column::choice(
            "status",
            "状态",
            "Status",
            &[("active", "在岗", "Active"), ("off", "休假", "Off"), ("left", "离职", "Left")],
        ),
        person("user_id", "登录账号", "Sign-in"),
        team(),
        region(),
        Column::text("home_address", "出发地址", "Starts from"),
        degrees("home_lat", "出发纬度", "Start latitude"),
        degrees("home_lng", "出发经度", "Start longitude"),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

fn contracts() -> Vec<Column> {
    let covered = |id: &str, zh: &str, en: &str, inner: &str| {
        Column::value(id, zh, en, FieldKind::Boolean).inside("covers", inner)
    };
    let devices = FieldKind::Relation(RelationSettings::to("device", true));
    let mut columns = vec![
        Column::text("number", "合同编号", "Number").unique(),
        Column::text("name", "合同名称", "Name").required(),
        Column::relation("customer_id", "客户", "Customer", "customer").required(),
        Column::choice(
            "kind",
            "类型",
            "Kind",
            &[("warranty", "保修合同", "Warranty"), ("service", "服务合同", "Service contract")],
        )
        .required(),
        day("starts_on", "开始日期", "Starts on").required(),
        day("ends_on", "结束日期", "Ends on").required(),
        covered("covers_labour", "含人工", "Covers labour", "labour"),
        covered("covers_parts", "含备件", "Covers parts", "parts"),
        covered("covers_travel", "含上门", "Covers travel", "travel"),
        whole("response_minutes", "响应时限（分钟）", "Response in minutes"),
        Column::value("device_ids", "设备", "Devices", devices),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

fn orders() -> Vec<Column> {
    let kinds = [("purchase", "订单", "Purchase"), ("lead", "线索", "Lead"), ("invoice", "发票", "Invoice")];
    let status = [
        ("draft", "草稿", "Draft"),
        ("confirmed", "已确认", "Confirmed"),
        ("delivered", "已交付", "Delivered"),
        ("cancelled", "已取消", "Cancelled"),
        ("new", "新线索", "New"),
        ("contacted", "跟进中", "Contacted"),
        ("won", "已成交", "Won"),
        ("lost", "未成交", "Lost"),
        ("issued", "已开票", "Issued"),
        ("paid", "已付清", "Paid"),
        ("void", "已作废", "Void"),
    ];
    let source =
        [("entered", "人工录入", "Entered"), ("imported", "导入", "Imported"), ("synced", "系统同步", "Synced")];
    let mut columns = vec![
        Column::text("number", "编号", "Number").unique(),
        Column::choice("kind", "类型", "Kind", &kinds).required().once(),
        Column::text("title", "标题", "Title").required(),
        Column::relation("customer_id", "客户", "Customer", "customer").required(),
        Column::choice("status", "状态", "Status", &status),
        day("ordered_on", "日期", "Date"),
        day("due_on", "到期日", "Due on"),
        amount("total_minor", "金额", "Total"),
        amount("paid_minor", "已付金额", "Paid"),
        Column::text("currency", "币种", "Currency"),
        // A file names neither models nor devices of lines, so lines that have them are not written over.
        Column::other("lines", "明细", "Lines", order_lines()).once(),
        person("owner_id", "负责人", "Owner"),
        Column::choice("source", "来源", "Source", &source).shown(),
        long("note", "备注", "Note"),
    ];
    columns.extend(created());
    columns
}

/// What an order consists of, as a file can say it.
fn order_lines() -> ColumnKind {
    let quantity = FieldKind::Decimal(DecimalSettings { scale: 6, min: None, max: None });
    let price = MoneySettings { currency: String::new(), min: None, max: None };
    let fields = vec![
        line_field("text", "内容", "Text", FieldKind::Text(TextSettings::default())),
        line_field("quantity", "数量", "Quantity", quantity),
        line_field("unit_price_minor", "单价", "Unit price", FieldKind::Money(price)),
    ];
    ColumnKind::Lines(SubTableSettings { fields, min_rows: None, max_rows: None })
}

fn line_field(id: &str, zh: &str, en: &str, kind: FieldKind) -> Field {
    Field {
        id: id.to_owned(),
        kind,
        label: Label { zh: zh.to_owned(), en: en.to_owned() },
        help: None,
        required: false,
        default: None,
        default_expression: None,
        unique: false,
        read_only: false,
        visible_if: None,
        required_if: None,
        personal: false,
        filterable: false,
        sortable: false,
        searchable: false,
        reportable: false,
        see_roles: Vec::new(),
        edit_roles: Vec::new(),
        retired: false,
    }
}

fn tickets() -> Vec<Column> {
    let status = [
        ("new", "待受理", "New"),
        ("assigned", "已派单", "Assigned"),
        ("accepted", "已接单", "Accepted"),
        ("in_service", "服务中", "In service"),
        ("waiting", "挂起", "Waiting"),
        ("resolved", "已解决", "Resolved"),
        ("closed", "已关闭", "Closed"),
        ("cancelled", "已取消", "Cancelled"),
    ];
    let source = [
        ("staff", "人工录入", "Typed by staff"),
        ("phone", "电话", "Phone"),
        ("qr", "扫码报修", "QR code"),
        ("mail", "邮件", "E-mail"),
        ("api", "接口", "API"),
        ("import", "导入", "Import"),
        ("split", "拆分", "Split"),
        ("demo", "演示", "Demo"),
    ];
    let mut columns = vec![
        Column::text("number", "工单编号", "Number").shown().unique(),
        Column::text("title", "标题", "Title").required(),
        Column::choice("status", "状态", "Status", &status).shown(),
        Column::choice(
            "priority",
            "优先级",
            "Priority",
            &[
                ("critical", "紧急", "Critical"),
                ("high", "高", "High"),
                ("normal", "普通", "Normal"),
                ("low", "低", "Low"),
            ],
        )
        .required(),
        Column::choice(
            "type",
            "服务类型",
            "Type",
            &[
                ("install", "安装", "Installation"),
                ("repair", "维修", "Repair"),
                ("maintain", "保养", "Maintenance"),
                ("consult", "咨询", "Question"),
                ("complain", "投诉", "Complaint"),
                ("return", "退换", "Return"),
            ],
        )
        .required(),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        Column::relation("device_id", "设备", "Device", "device"),
        Column::other("site_id", "服务地址", "Site", ColumnKind::Site),
        Column::text("contact_name", "联系人", "Contact"),
        Column::text("contact_phone", "联系电话", "Contact phone"),
        Column::text("address", "地址", "Address"),
        Column::text("problem_type", "故障类型", "Problem type"),
        long("description", "描述", "Description"),
        Column::other("tags", "标签", "Tags", ColumnKind::Tags),
        team(),
        Column::relation("engineer_id", "工程师", "Engineer", "engineer").shown(),
        person("assignee_id", "负责人", "Assignee").shown(),
        region().shown(),
        Column::choice("source", "来源", "Source", &source).shown(),
        Column::text("external_ref", "外部编号", "External number").once().key(),
        long("resolution", "处理结果", "Resolution").shown(),
        time("response_due_at", "响应截止", "Response due").shown(),
        time("resolution_due_at", "解决截止", "Resolution due").shown(),
        time("first_response_at", "首次响应", "First response").shown(),
        time("resolved_at", "解决时间", "Resolved at").shown(),
        time("closed_at", "关闭时间", "Closed at").shown(),
        whole("reopen_count", "重开次数", "Times reopened").shown(),
        Column::value("sla_met", "达到时限", "Within service level", FieldKind::Boolean).shown(),
    ];
    columns.extend(created());
    columns
}

fn visits() -> Vec<Column> {
    let columns = vec![
        Column::text("number", "上门编号", "Number").key(),
        Column::text("ticket_number", "工单编号", "Ticket"),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        Column::relation("device_id", "设备", "Device", "device"),
        Column::text("engineer_name", "工程师", "Engineer"),
        Column::choice(
            "status",
            "状态",
            "Status",
            &[
                ("planned", "已预约", "Planned"),
                ("accepted", "已接受", "Accepted"),
                ("declined", "已拒绝", "Declined"),
                ("travelling", "前往中", "On the way"),
                ("on_site", "现场服务", "On site"),
                ("done", "已完成", "Done"),
                ("cancelled", "已取消", "Cancelled"),
            ],
        ),
        time("starts_at", "预约开始", "Planned start"),
        time("ends_at", "预约结束", "Planned end"),
        time("checked_in_at", "签到时间", "Checked in at"),
        time("checked_out_at", "签退时间", "Checked out at"),
        Column::choice(
            "result",
            "服务结果",
            "Result",
            &[
                ("fixed", "已修复", "Fixed"),
                ("not_fixed", "未修复", "Not fixed"),
                ("needs_parts", "需要备件", "Parts needed"),
                ("needs_revisit", "需要再次上门", "Another visit needed"),
            ],
        ),
        long("result_text", "结果说明", "Result in words"),
        whole("labour_minutes", "工时（分钟）", "Labour in minutes"),
        whole("travel_minutes", "路程（分钟）", "Travel in minutes"),
        team(),
        region(),
    ];
    only_shown(columns)
}

fn quotes() -> Vec<Column> {
    let columns = vec![
        Column::text("number", "报价编号", "Number").key(),
        Column::text("ticket_number", "工单编号", "Ticket"),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        Column::choice(
            "status",
            "状态",
            "Status",
            &[
                ("draft", "草稿", "Draft"),
                ("sent", "待客户确认", "Sent"),
                ("approved", "已同意", "Approved"),
                ("rejected", "已拒绝", "Rejected"),
                ("paid", "已付款", "Paid"),
                ("cancelled", "已作废", "Cancelled"),
            ],
        ),
        amount("subtotal_minor", "未税金额", "Subtotal"),
        amount("tax_minor", "税额", "Tax"),
        amount("total_minor", "总金额", "Total"),
        amount("paid_minor", "已付金额", "Paid"),
        Column::text("currency", "币种", "Currency"),
        time("valid_until", "有效期至", "Valid until"),
        time("sent_at", "发送时间", "Sent at"),
        time("decided_at", "确认时间", "Decided at"),
        Column::text("decided_by", "确认人", "Decided by"),
        time("paid_at", "付清时间", "Paid at"),
        Column::text("created_by_name", "编制人", "Prepared by"),
        long("note", "备注", "Note"),
    ];
    only_shown(columns)
}
