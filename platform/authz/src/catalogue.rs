//! Every permission there is, with the words people see when they compose a role.

use crate::Permission;

/// A permission with its labels.
#[derive(Debug, Clone, Copy)]
pub struct PermissionInfo {
    /// The permission.
    pub permission: Permission,
    /// The group it is shown under: the part of the name before the dot.
    pub group: &'static str,
    /// Chinese label.
    pub label_zh: &'static str,
    /// English label.
    pub label_en: &'static str,
}

macro_rules! catalogue {
    ($($constant:ident = $group:literal . $verb:literal, $zh:literal, $en:literal;)*) => {
        /// The permissions by name, for routes and checks.
        pub mod permissions {
            use crate::Permission;
            $(
                #[doc = $en]
                pub const $constant: Permission = Permission(concat!($group, ".", $verb));
            )*
        }

        /// Every permission, in the order people see them.
        pub const CATALOGUE: &[PermissionInfo] = &[
            $(PermissionInfo { permission: permissions::$constant, group: $group, label_zh: $zh, label_en: $en },)*
        ];
    };
}

catalogue! {
    USERS_READ = "users"."read", "查看用户", "See users";
    USERS_MANAGE = "users"."manage", "邀请、修改和停用用户", "Invite, change and disable users";
    ROLES_MANAGE = "roles"."manage", "管理角色与权限", "Manage roles and permissions";
    TEAMS_MANAGE = "teams"."manage", "管理团队与区域", "Manage teams and regions";
    SETTINGS_MANAGE = "settings"."manage", "修改企业设置", "Change company settings";
    APIKEYS_MANAGE = "apikeys"."manage", "管理 API 密钥", "Manage API keys";
    AUDIT_READ = "audit"."read", "查看审计日志", "See the audit log";
    JOBS_MANAGE = "jobs"."manage", "查看和重试后台任务", "See and retry background jobs";
    CUSTOMERS_READ = "customers"."read", "查看客户", "See customers";
    CUSTOMERS_CREATE = "customers"."create", "新建客户", "Create customers";
    CUSTOMERS_UPDATE = "customers"."update", "修改客户", "Change customers";
    CUSTOMERS_MERGE = "customers"."merge", "合并重复客户", "Merge duplicate customers";
    PRODUCTS_READ = "products"."read", "查看产品", "See products";
    PRODUCTS_UPDATE = "products"."update", "维护产品", "Maintain products";
    DEVICES_READ = "devices"."read", "查看设备", "See devices";
    DEVICES_CREATE = "devices"."create", "登记设备", "Register devices";
    DEVICES_UPDATE = "devices"."update", "修改设备", "Change devices";
    CONTRACTS_READ = "contracts"."read", "查看保修与服务合同", "See warranties and contracts";
    CONTRACTS_UPDATE = "contracts"."update", "维护保修与服务合同", "Maintain warranties and contracts";
    ORDERS_READ = "orders"."read", "查看订单、线索与发票", "See purchases, leads and invoices";
    ORDERS_CREATE = "orders"."create", "新建订单、线索与发票", "Create purchases, leads and invoices";
    ORDERS_UPDATE = "orders"."update", "修改订单、线索与发票", "Change purchases, leads and invoices";
    PROCESSES_READ = "processes"."read", "查看流程与流程实例", "See processes and their instances";
    PROCESSES_DESIGN = "processes"."design", "设计流程", "Draw processes";
    PROCESSES_PUBLISH = "processes"."publish", "发布和回退流程版本", "Publish processes and roll them back";
    PROCESSES_OPERATE = "processes"."operate", "启动、修复、迁移和取消流程实例", "Start, mend, migrate and cancel process instances";
    TASKS_READ = "tasks"."read", "查看流程任务", "See tasks of processes";
    TASKS_WORK = "tasks"."work", "领取、转交和完成流程任务", "Claim, delegate and complete tasks of processes";
    PARTS_READ = "parts"."read", "查看备件", "See parts";
    PARTS_UPDATE = "parts"."update", "维护备件", "Maintain parts";
    ENGINEERS_READ = "engineers"."read", "查看工程师", "See engineers";
    ENGINEERS_UPDATE = "engineers"."update", "维护工程师", "Maintain engineers";
    TICKETS_READ = "tickets"."read", "查看工单", "See tickets";
    TICKETS_CREATE = "tickets"."create", "新建工单", "Create tickets";
    TICKETS_UPDATE = "tickets"."update", "处理工单", "Work on tickets";
    TICKETS_ASSIGN = "tickets"."assign", "指派工单", "Assign tickets";
    TICKETS_CLOSE = "tickets"."close", "关闭和取消工单", "Close and cancel tickets";
    TICKETS_MERGE = "tickets"."merge", "合并和拆分工单", "Merge and split tickets";
    TICKETS_REPLY = "tickets"."reply", "回复客户", "Reply to customers";
    VISITS_READ = "visits"."read", "查看上门服务", "See visits";
    VISITS_WORK = "visits"."work", "执行上门服务", "Carry out visits";
    DISPATCH_USE = "dispatch"."use", "派工与排班", "Dispatch engineers";
    QUOTES_READ = "quotes"."read", "查看报价", "See quotes";
    QUOTES_UPDATE = "quotes"."update", "编制和发送报价", "Prepare and send quotes";
    PAYMENTS_RECORD = "payments"."record", "登记收款", "Record payments";
    PRICES_UPDATE = "prices"."update", "维护价格表", "Maintain price lists";
    SURVEYS_READ = "surveys"."read", "查看满意度调查", "See surveys";
    INSIGHT_READ = "insight"."read", "查看指标与报表", "See figures and reports";
    VIEWS_SHARE = "views"."share", "共享列表视图", "Share views of lists";
    DATA_IMPORT = "data"."import", "导入数据", "Import data";
    DATA_EXPORT = "data"."export", "导出列表", "Export lists";
    CHANNELS_MANAGE = "channels"."manage", "管理渠道与客户链接", "Manage channels and customer links";
    OBJECTS_MANAGE = "objects"."manage", "管理自定义字段、表单与对象", "Manage own fields, forms and objects";
    PERSONAL_DATA_READ = "personal_data"."read", "查看个人信息字段", "See fields that hold personal data";
    PERSONAL_DATA_EXPORT = "personal_data"."export", "导出客户的个人信息", "Export a customer's personal data";
    PERSONAL_DATA_ERASE = "personal_data"."erase", "抹除客户的个人信息", "Erase a customer's personal data";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_permission_stands_once_with_both_labels() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|info| info.permission.name()).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for info in CATALOGUE {
            assert!(info.permission.name().starts_with(&format!("{}.", info.group)), "{}", info.permission);
            assert!(!info.label_zh.is_ascii() && !info.label_en.is_empty(), "{}", info.permission);
            assert_eq!(Permission::named(info.permission.name()), Some(info.permission));
        }
        assert_eq!(Permission::named("tickets.fly"), None);
    }
}
