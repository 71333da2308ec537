//! Checklists by kind of service: what a tenant set, or what the product brings.

use db::Json;
use http_api::HasVersion;
use kernel::{Timestamp, Uuid};
use objects::{Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::TicketType;

use crate::model::ChecklistEntry;

/// Points of one checklist at most.
const MOST_ITEMS: usize = 100;

/// A point of a checklist, before a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Stable within the checklist, such as `power_off`.
    #[schemars(length(min = 1, max = 64))]
    pub id: String,
    /// Chinese text.
    #[schemars(length(min = 1, max = 200))]
    pub label_zh: String,
    /// English text.
    #[schemars(length(min = 1, max = 200))]
    pub label_en: String,
    /// Must be ticked before the visit counts as complete.
    #[serde(default)]
    pub required: bool,
}

/// The checklist of a kind of service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistTemplate {
    /// UUIDv7; nil while it is the one that the product brings.
    pub id: Uuid,
    /// Rises with every change; 0 while it is the one that the product brings.
    pub version: i64,
    /// For which kind of service.
    pub ticket_type: TicketType,
    /// What is to be looked at, in order.
    pub items: Json<Vec<ChecklistItem>>,
    /// When it was first set.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(ChecklistTemplate { id, version, ticket_type, items, created_at, updated_at });

impl HasVersion for ChecklistTemplate {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ChecklistTemplate {
    /// The points as they go onto a visit.
    pub fn entries(&self) -> Vec<ChecklistEntry> {
        let blank = |item: &ChecklistItem| ChecklistEntry {
            id: item.id.clone(),
            label_zh: item.label_zh.clone(),
            label_en: item.label_en.clone(),
            required: item.required,
            done: false,
            note: None,
            done_at: None,
        };
        self.items.0.iter().map(blank).collect()
    }
}

/// What the product brings for a kind of service.
pub fn built_in(ticket_type: TicketType) -> ChecklistTemplate {
    let items: &[(&str, &str, &str, bool)] = match ticket_type {
        TicketType::Install => &[
            ("unpack", "开箱核对型号与配件", "Unpack and compare model and accessories", true),
            ("site", "确认现场电源与安装条件", "Check power supply and site", true),
            ("install", "安装与接线完成", "Installed and wired", true),
            ("test_run", "试运行正常", "Test run is fine", true),
            ("instruct", "已向客户讲解使用方法", "Customer instructed", false),
        ],
        TicketType::Repair => &[
            ("safety", "断电挂牌，确认安全", "Power off, tagged, safe", true),
            ("confirm_fault", "复现并确认故障", "Fault reproduced and confirmed", true),
            ("find_cause", "查明故障原因", "Cause found", true),
            ("repair", "完成维修或更换", "Repaired or replaced", false),
            ("test_run", "试运行正常", "Test run is fine", true),
            ("clean_up", "清理现场", "Site cleaned up", false),
        ],
        TicketType::Maintain => &[
            ("safety", "断电挂牌，确认安全", "Power off, tagged, safe", true),
            ("clean", "清洁与除尘", "Cleaned", true),
            ("lubricate", "润滑与紧固", "Lubricated and tightened", true),
            ("measure", "检测运行参数并记录", "Operating values measured and noted", true),
            ("wear", "检查易损件", "Wear parts inspected", true),
            ("test_run", "试运行正常", "Test run is fine", true),
        ],
        TicketType::Consult => &[("answered", "问题已解答", "Question answered", true)],
        TicketType::Complain => &[
            ("listened", "已听取客户意见", "Customer heard", true),
            ("agreed", "已与客户商定处理办法", "Way forward agreed", true),
        ],
        TicketType::Return => &[
            ("compare", "核对序列号与配件", "Serial number and accessories compared", true),
            ("condition", "拍照记录外观状况", "Condition photographed", true),
            ("packed", "已打包待取", "Packed for collection", true),
        ],
    };
    let item = |(id, zh, en, required): &(&str, &str, &str, bool)| ChecklistItem {
        id: (*id).to_owned(),
        label_zh: (*zh).to_owned(),
        label_en: (*en).to_owned(),
        required: *required,
    };
    ChecklistTemplate {
        id: Uuid::nil(),
        version: 0,
        ticket_type,
        items: Json(items.iter().map(item).collect()),
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

/// Trims and checks points that people wrote.
pub fn checked(mut items: Vec<ChecklistItem>) -> Result<Vec<ChecklistItem>, Invalid> {
    let mut checks = Checks::new();
    if items.len() > MOST_ITEMS {
        checks.refuse("/items", "too_many", format!("Use at most {MOST_ITEMS} points."));
    }
    let mut seen: Vec<String> = Vec::with_capacity(items.len());
    for (index, item) in items.iter_mut().enumerate() {
        let at = |field: &str| format!("/items/{index}/{field}");
        item.id = checks.name(&at("id"), &item.id);
        item.label_zh = checks.name(&at("label_zh"), &item.label_zh);
        item.label_en = checks.name(&at("label_en"), &item.label_en);
        if item.id.chars().count() > 64 {
            checks.refuse(&at("id"), "too_long", "Use at most 64 characters.");
        }
        if seen.contains(&item.id) {
            checks.refuse(&at("id"), "repeated", "Another point has this id; use one id for one point.");
        }
        seen.push(item.id.clone());
    }
    checks.finish()?;
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_service_has_a_sound_checklist() {
        for kind in TicketType::ALL {
            let template = built_in(*kind);
            assert!(!template.items.0.is_empty(), "{kind}");
            assert!(template.items.0.iter().all(|item| !item.label_zh.is_ascii() && item.label_en.is_ascii()));
            assert_eq!(checked(template.items.0.clone()).unwrap(), template.items.0);
            assert!(template.entries().iter().all(|entry| !entry.done));
        }
    }

    #[test]
    fn a_repeated_point_is_refused() {
        let mut items = built_in(TicketType::Repair).items.0;
        items[1].id = items[0].id.clone();
        items[2].label_en = " ".into();
        let errors = checked(items).unwrap_err().0;
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/items/1/id", "/items/2/label_en"]);
    }
}
