//! The engineer and what they can do.

use calendar::{Calendar, MONDAY_TO_FRIDAY};
use db::Json;
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The lowest and highest level of a skill.
pub const LEVELS: std::ops::RangeInclusive<i64> = 1..=5;

db::choice! {
    /// Whether an engineer can be sent.
    pub enum EngineerStatus {
        /// Works.
        Active = "active",
        /// On leave or ill: gets nothing new.
        Off = "off",
        /// No longer with us.
        Left = "left",
    }
}

/// Something an engineer can do, and how well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// The skill's name, such as `elevator` or `hvac`, as it stands in the skill needs.
    #[schemars(length(min = 1, max = 100))]
    pub skill: String,
    /// 1 (learning) to 5 (teaches others).
    #[schemars(range(min = 1, max = 5))]
    pub level: i64,
}

/// Somebody who goes to customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Engineer {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change; the `ETag`.
    pub version: i64,
    /// The name people say.
    pub name: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Their sign-in.
    pub user_id: Option<Uuid>,
    /// What they can do.
    pub skills: Json<Vec<Skill>>,
    /// Where they start from, in words.
    pub home_address: Option<String>,
    /// Latitude of that place, degrees (WGS 84).
    pub home_lat: Option<f64>,
    /// Longitude of that place, degrees (WGS 84).
    pub home_lng: Option<f64>,
    /// When they work.
    pub working_hours: Json<Calendar>,
    /// The region they belong to.
    pub region_id: Option<Uuid>,
    /// The team they belong to.
    pub team_id: Option<Uuid>,
    /// Whether they can be sent.
    pub status: EngineerStatus,
    /// For colleagues.
    pub note: Option<String>,
    /// When they were added.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When the record was put away.
    pub archived_at: Option<Timestamp>,
    /// Values of the company's own fields, by field id.
    pub ext: Json<serde_json::Map<String, serde_json::Value>>,
}

db::record!(Engineer {
    id,
    version,
    name,
    phone,
    user_id,
    skills,
    home_address,
    home_lat,
    home_lng,
    working_hours,
    region_id,
    team_id,
    status,
    note,
    created_at,
    updated_at,
    archived_at,
    ext,
});

impl Engineer {
    /// A new engineer without skills who works Monday to Friday, 9 to 18, in the tenant's zone.
    pub fn new(cx: &Context, name: String) -> Self {
        let now = cx.now();
        Self {
            id: cx.new_id(),
            version: 1,
            name,
            phone: None,
            user_id: None,
            skills: Json(Vec::new()),
            home_address: None,
            home_lat: None,
            home_lng: None,
            working_hours: Json(usual_hours(cx.zone())),
            region_id: None,
            team_id: None,
            status: EngineerStatus::Active,
            note: None,
            created_at: now,
            updated_at: now,
            archived_at: None,
            ext: Json::default(),
        }
    }

    /// Whether they can be sent: active and not archived.
    pub fn is_available(&self) -> bool {
        self.status == EngineerStatus::Active && self.archived_at.is_none()
    }

    /// How well they know `skill`; 0 when they don't. Case and surrounding blanks do not matter.
    pub fn level(&self, skill: &str) -> i64 {
        let wanted = skill.trim().to_lowercase();
        let known = self.skills.0.iter().filter(|known| known.skill.trim().to_lowercase() == wanted);
        known.map(|known| known.level).max().unwrap_or(0)
    }

    /// Where they start from, as (latitude, longitude) in degrees.
    pub fn home(&self) -> Option<(f64, f64)> {
        self.home_lat.zip(self.home_lng)
    }
}

/// Monday to Friday, 9 to 18.
pub fn usual_hours(zone: &str) -> Calendar {
    Calendar::working_hours(zone, &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60)
}

#[cfg(test)]
mod tests {
    use kernel::{TenantId, World};

    use super::*;

    #[test]
    fn the_highest_level_of_a_skill_counts_however_it_is_written() {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let mut engineer = Engineer::new(&cx, "李工".into());
        engineer.skills =
            Json(vec![Skill { skill: "Elevator".into(), level: 2 }, Skill { skill: " elevator ".into(), level: 4 }]);
        assert_eq!((engineer.level("ELEVATOR"), engineer.level("hvac")), (4, 0));
        assert!(engineer.working_hours.0.compile().is_ok());
    }
}
