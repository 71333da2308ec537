//! Which work needs which skill.

use db::Tx;
use events::NewEvent;
use http_api::HasVersion;
use kernel::{Timestamp, Uuid};
use objects::{Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tickets::TicketType;

use crate::{DispatchError, model::Need, store};

/// Rules of one company at most.
const MOST: usize = 500;

/// Work of this kind needs this skill. A rule without category and type concerns all work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillNeed {
    /// UUIDv7.
    pub id: Uuid,
    /// Always 1; rules are replaced together.
    pub version: i64,
    /// Devices of this category, such as 电梯; any when absent.
    pub product_category: Option<String>,
    /// Tickets of this type; any when absent.
    pub ticket_type: Option<TicketType>,
    /// The skill.
    pub skill: String,
    /// At least this level, 1 to 5.
    pub min_level: i64,
    /// Only engineers of the ticket's region may go.
    pub region_required: bool,
    /// When it was set.
    pub created_at: Timestamp,
    /// The same.
    pub updated_at: Timestamp,
}

db::record!(SkillNeed {
    id,
    version,
    product_category,
    ticket_type,
    skill,
    min_level,
    region_required,
    created_at,
    updated_at,
});

/// A rule about to be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSkillNeed {
    /// Devices of this category; any when absent.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub product_category: Option<String>,
    /// Tickets of this type; any when absent.
    #[serde(default)]
    pub ticket_type: Option<TicketType>,
    /// The skill.
    #[schemars(length(min = 1, max = 200))]
    pub skill: String,
    /// At least this level; 1 when absent.
    #[serde(default = "lowest")]
    #[schemars(range(min = 1, max = 5))]
    pub min_level: i64,
    /// Only engineers of the ticket's region may go.
    #[serde(default)]
    pub region_required: bool,
}

const fn lowest() -> i64 {
    1
}

impl SkillNeed {
    fn concerns(&self, category: Option<&str>, ticket_type: TicketType) -> bool {
        let folded = |text: &str| text.trim().to_lowercase();
        self.ticket_type.is_none_or(|wanted| wanted == ticket_type)
            && self
                .product_category
                .as_deref()
                .is_none_or(|wanted| category.is_some_and(|category| folded(category) == folded(wanted)))
    }
}

/// What `rules` ask for work on a device of this category; and whether it must stay in its region.
pub fn needs_of(rules: &[SkillNeed], category: Option<&str>, ticket_type: TicketType) -> (Vec<Need>, bool) {
    let mut needs: Vec<Need> = Vec::new();
    let mut region_required = false;
    for rule in rules.iter().filter(|rule| rule.concerns(category, ticket_type)) {
        region_required |= rule.region_required;
        match needs.iter_mut().find(|need| need.skill == rule.skill) {
            Some(need) => need.min_level = need.min_level.max(rule.min_level),
            None => needs.push(Need { skill: rule.skill.clone(), min_level: rule.min_level }),
        }
    }
    (needs, region_required)
}

/// Trims and checks rules that people wrote.
pub fn checked(mut rules: Vec<NewSkillNeed>) -> Result<Vec<NewSkillNeed>, Invalid> {
    let mut checks = Checks::new();
    if rules.len() > MOST {
        checks.refuse("", "too_many", format!("Use at most {MOST} rules."));
    }
    for (index, rule) in rules.iter_mut().enumerate() {
        rule.skill = checks.name(&format!("/{index}/skill"), &rule.skill);
        rule.product_category = checks.line(&format!("/{index}/product_category"), rule.product_category.take());
        if !(1..=5).contains(&rule.min_level) {
            checks.refuse(&format!("/{index}/min_level"), "out_of_range", "Use a level from 1 to 5.");
        }
    }
    checks.finish()?;
    Ok(rules)
}

/// All rules of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkillNeeds {
    /// For `If-Match`; another number after every change.
    pub version: i64,
    /// The rules, in order.
    pub items: Vec<SkillNeed>,
}

impl SkillNeeds {
    /// The version comes from the rules' ids, which are new with every change; no rules are version 0.
    pub fn new(items: Vec<SkillNeed>) -> Self {
        // 52 bits, so that browsers read the number exactly.
        let bits = items.iter().fold(0, |bits, need| bits ^ (need.id.as_u128() & ((1 << 52) - 1)));
        Self { version: i64::try_from(bits).unwrap_or_default(), items }
    }
}

impl HasVersion for SkillNeeds {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Replaces the rules `before` with these, in the order given.
pub async fn set_needs(
    tx: &mut Tx<'_>,
    before: Vec<SkillNeed>,
    rules: Vec<NewSkillNeed>,
) -> Result<Vec<SkillNeed>, DispatchError> {
    use db::Query as _;
    let rules = checked(rules)?;
    let cx = tx.cx().clone();
    let now = cx.now();
    let after: Vec<SkillNeed> = (0_i64..)
        .zip(rules)
        .map(|(index, rule)| SkillNeed {
            id: cx.new_id(),
            version: 1,
            product_category: rule.product_category,
            ticket_type: rule.ticket_type,
            skill: rule.skill,
            min_level: rule.min_level,
            region_required: rule.region_required,
            // The order given is the order kept.
            created_at: Timestamp(now.0 + index),
            updated_at: now,
        })
        .collect();
    let brief = |rules: &[SkillNeed]| -> Vec<serde_json::Value> {
        rules
            .iter()
            .map(|rule| {
                json!({
                    "product_category": rule.product_category, "ticket_type": rule.ticket_type, "skill": rule.skill,
                    "min_level": rule.min_level, "region_required": rule.region_required,
                })
            })
            .collect()
    };
    let data = json!({ "rules": { "from": brief(&before), "to": brief(&after) } });
    let event = NewEvent::new("skill_needs.updated", "skill_needs", cx.tenant().0).data(data);
    let mut stmts = vec![store::clear_needs(&cx)];
    stmts.extend(after.iter().map(|need| store::insert_need(&cx, need)));
    stmts.push(events::statement(&cx, &event));
    tx.execute_all(stmts).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(category: Option<&str>, ticket_type: Option<TicketType>, skill: &str, min_level: i64) -> SkillNeed {
        SkillNeed {
            id: Uuid::nil(),
            version: 1,
            product_category: category.map(str::to_owned),
            ticket_type,
            skill: skill.to_owned(),
            min_level,
            region_required: false,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn rules_add_up_and_the_highest_level_counts() {
        let rules = [
            rule(Some("电梯"), None, "elevator", 2),
            rule(Some("电梯"), Some(TicketType::Install), "elevator", 4),
            rule(None, Some(TicketType::Install), "electrics", 1),
            rule(Some("空调"), None, "hvac", 1),
        ];
        let asked = |category, kind| -> Vec<(String, i64)> {
            needs_of(&rules, category, kind).0.into_iter().map(|need| (need.skill, need.min_level)).collect()
        };
        assert_eq!(asked(Some(" 电梯 "), TicketType::Repair), [("elevator".to_owned(), 2)]);
        let install = [("elevator".to_owned(), 4), ("electrics".to_owned(), 1)];
        assert_eq!(asked(Some("电梯"), TicketType::Install), install);
        assert!(asked(None, TicketType::Repair).is_empty());
    }
}
