//! The columns of lists whose records come about by other work, so that they are shown and exported only.

use forms::{DecimalSettings, FieldKind, RelationSettings};

use crate::lists::{
    Column,
    known::{amount, created, day, long, time, whole},
};

pub(super) fn surveys() -> Vec<Column> {
    let columns = vec![
        Column::text("ticket_number", "工单编号", "Ticket"),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        whole("csat", "满意度", "Satisfaction"),
        whole("nps", "推荐意愿", "Recommendation"),
        long("comment", "评价", "Comment"),
        Column::choice(
            "channel",
            "渠道",
            "Channel",
            &[("link", "客户链接", "Link"), ("staff", "人工回访", "By staff")],
        ),
        time("sent_at", "邀请时间", "Invited at"),
        time("answered_at", "回答时间", "Answered at"),
    ];
    shown(columns)
}

pub(super) fn renewals() -> Vec<Column> {
    let columns = vec![
        Column::choice("kind", "类别", "Kind", &[("warranty", "保修", "Warranty"), ("contract", "合同", "Contract")]),
        Column::text("name", "到期内容", "What ends"),
        Column::text("product_name", "产品", "Product"),
        Column::relation("customer_id", "客户", "Customer", "customer"),
        day("began_on", "开始日期", "Began on"),
        day("ends_on", "到期日", "Ends on"),
        whole("days_left", "剩余天数", "Days left"),
        whole("devices", "设备数", "Devices"),
        whole("device_age_years", "机龄（年）", "Age in years"),
        whole("tickets_12m", "近 12 个月工单", "Tickets (12 mo.)"),
        amount("cost_12m_minor", "近 12 个月成本", "Cost (12 mo.)"),
        Column::value("offered", "已生成线索", "Has a lead", FieldKind::Boolean),
        Column::text("offered_order_number", "线索", "Lead"),
    ];
    columns.into_iter().map(Column::shown).collect()
}

pub(super) fn maintenance_plans() -> Vec<Column> {
    let devices = FieldKind::Relation(RelationSettings::to("device", true));
    let columns = vec![
        Column::text("name", "名称", "Name"),
        Column::relation("product_id", "适用产品", "For product", "product").inside("scope", "product_id"),
        Column::relation("contract_id", "适用合同", "For contract", "contract").inside("scope", "contract_id"),
        Column::value("device_ids", "适用设备", "For devices", devices).inside("scope", "device_ids"),
        whole("every_days", "每几天", "Every days"),
        whole("every_months", "每几个月", "Every months"),
        Column::text("meter_name", "计数器", "Meter").inside("meter", "name"),
        Column::value("meter_every", "每计数", "Every reading", FieldKind::Decimal(DecimalSettings::default()))
            .inside("meter", "every"),
        whole("minutes", "每次工时（分钟）", "Minutes a job takes"),
        whole("lead_days", "提前天数", "Days ahead"),
        day("starts_on", "开始日期", "Starts on"),
        day("ends_on", "结束日期", "Ends on"),
        Column::value("active", "启用", "Active", FieldKind::Boolean),
        Column::text("ticket_title", "工单标题", "Ticket title").inside("ticket", "title"),
        long("note", "备注", "Note"),
    ];
    shown(columns)
}

pub(super) fn recovery_tasks() -> Vec<Column> {
    let columns = vec![
        Column::text("title", "任务", "Task"),
        Column::text("ticket_number", "工单编号", "Ticket"),
        Column::text("assignee_name", "负责人", "Assignee"),
        Column::choice("status", "状态", "Status", &[("open", "待处理", "Open"), ("done", "已完成", "Done")]),
        time("due_at", "截止时间", "Due"),
        long("result", "处理结果", "Result"),
        time("completed_at", "完成时间", "Completed at"),
        Column::text("completed_by_name", "完成人", "Completed by"),
    ];
    shown(columns)
}

/// Columns that are shown only, with the times every record has.
pub(super) fn shown(columns: Vec<Column>) -> Vec<Column> {
    columns.into_iter().map(Column::shown).chain(created()).collect()
}
