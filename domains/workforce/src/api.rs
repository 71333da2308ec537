//! Bodies of operations on engineers.

use calendar::Calendar;
use db::Json;
use http_api::{HasLocation, HasVersion};
use kernel::Uuid;
use objects::{Change, Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Engineer, EngineerStatus, LEVELS, Skill};

/// Skills of one engineer at most.
const MOST_SKILLS: usize = 100;

impl HasVersion for Engineer {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Engineer {
    fn location(&self) -> String {
        format!("/api/v1/engineers/{}", self.id)
    }
}

/// `{id}` of an engineer.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct EngineerPath {
    /// The engineer.
    pub id: Uuid,
}

/// Add an engineer. Only `name` is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEngineer {
    /// The name people say.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Where to call.
    #[serde(default)]
    pub phone: Option<String>,
    /// Their sign-in.
    #[serde(default)]
    pub user_id: Option<Uuid>,
    /// What they can do.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub skills: Vec<Skill>,
    /// Where they start from, in words.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub home_address: Option<String>,
    /// Latitude, degrees.
    #[serde(default)]
    #[schemars(range(min = -90.0, max = 90.0))]
    pub home_lat: Option<f64>,
    /// Longitude, degrees.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub home_lng: Option<f64>,
    /// When they work; Monday to Friday, 9 to 18, when absent.
    #[serde(default)]
    pub working_hours: Option<Calendar>,
    /// Their region.
    #[serde(default)]
    pub region_id: Option<Uuid>,
    /// Their team.
    #[serde(default)]
    pub team_id: Option<Uuid>,
    /// Whether they can be sent; `active` when absent.
    #[serde(default)]
    pub status: Option<EngineerStatus>,
    /// For colleagues.
    #[serde(default)]
    pub note: Option<String>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Change an engineer; absent fields stay, `null` clears.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateEngineer {
    /// The name people say.
    pub name: Change<String>,
    /// Where to call.
    pub phone: Change<String>,
    /// Their sign-in.
    pub user_id: Change<Uuid>,
    /// What they can do, all of it.
    pub skills: Change<Vec<Skill>>,
    /// Where they start from, in words.
    pub home_address: Change<String>,
    /// Latitude, degrees.
    pub home_lat: Change<f64>,
    /// Longitude, degrees.
    pub home_lng: Change<f64>,
    /// When they work.
    pub working_hours: Change<Calendar>,
    /// Their region.
    pub region_id: Change<Uuid>,
    /// Their team.
    pub team_id: Change<Uuid>,
    /// Whether they can be sent.
    pub status: Change<EngineerStatus>,
    /// For colleagues.
    pub note: Change<String>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl CreateEngineer {
    /// Puts the values into a new record.
    pub(crate) fn fill(self, engineer: &mut Engineer) {
        engineer.phone = self.phone;
        engineer.user_id = self.user_id;
        engineer.skills = Json(self.skills);
        engineer.home_address = self.home_address;
        engineer.home_lat = self.home_lat;
        engineer.home_lng = self.home_lng;
        if let Some(hours) = self.working_hours {
            engineer.working_hours = Json(hours);
        }
        engineer.region_id = self.region_id;
        engineer.team_id = self.team_id;
        engineer.status = self.status.unwrap_or(EngineerStatus::Active);
        engineer.note = self.note;
    }
}

impl UpdateEngineer {
    /// Applies what was mentioned.
    pub(crate) fn apply(self, engineer: &mut Engineer, checks: &mut Checks) {
        self.name.require(&mut engineer.name, "/name", checks);
        self.phone.apply(&mut engineer.phone);
        self.user_id.apply(&mut engineer.user_id);
        self.skills.or_default(&mut engineer.skills.0);
        self.home_address.apply(&mut engineer.home_address);
        self.home_lat.apply(&mut engineer.home_lat);
        self.home_lng.apply(&mut engineer.home_lng);
        self.working_hours.require(&mut engineer.working_hours.0, "/working_hours", checks);
        self.region_id.apply(&mut engineer.region_id);
        self.team_id.apply(&mut engineer.team_id);
        self.status.require(&mut engineer.status, "/status", checks);
        self.note.apply(&mut engineer.note);
    }
}

/// Trims and checks a record that people filled in.
pub(crate) fn checked(engineer: &mut Engineer, mut checks: Checks) -> Result<(), Invalid> {
    engineer.name = checks.name("/name", &engineer.name);
    engineer.phone = checks.phone("/phone", engineer.phone.take());
    engineer.home_address = checks.line("/home_address", engineer.home_address.take());
    engineer.note = checks.text("/note", engineer.note.take());
    place(engineer, &mut checks);
    skills(&mut engineer.skills.0, &mut checks);
    if let Err(error) = engineer.working_hours.0.compile() {
        let pointer = format!("/working_hours{}", error.pointer().unwrap_or_default());
        checks.refuse(&pointer, "invalid_working_hours", error.to_string());
    }
    checks.finish()
}

fn place(engineer: &Engineer, checks: &mut Checks) {
    let mut degrees = |pointer: &str, value: Option<f64>, limit: f64| {
        if value.is_some_and(|value| !value.is_finite() || value.abs() > limit) {
            checks.refuse(pointer, "out_of_range", format!("Use degrees between -{limit} and {limit}."));
        }
    };
    degrees("/home_lat", engineer.home_lat, 90.0);
    degrees("/home_lng", engineer.home_lng, 180.0);
    match (engineer.home_lat, engineer.home_lng) {
        (Some(_), None) => checks.refuse("/home_lng", "required", "Give both coordinates, or none."),
        (None, Some(_)) => checks.refuse("/home_lat", "required", "Give both coordinates, or none."),
        _ => {}
    }
}

fn skills(skills: &mut [Skill], checks: &mut Checks) {
    if skills.len() > MOST_SKILLS {
        checks.refuse("/skills", "too_many", format!("Use at most {MOST_SKILLS} skills."));
    }
    let mut seen = Vec::with_capacity(skills.len());
    for (index, skill) in skills.iter_mut().enumerate() {
        let pointer = format!("/skills/{index}/skill");
        skill.skill = checks.name(&pointer, &skill.skill);
        let folded = skill.skill.to_lowercase();
        if seen.contains(&folded) {
            checks.refuse(&pointer, "repeated", "This skill stands here twice; keep one.");
        }
        seen.push(folded);
        if !LEVELS.contains(&skill.level) {
            checks.refuse(&format!("/skills/{index}/level"), "out_of_range", "Use a level from 1 to 5.");
        }
    }
}

#[cfg(test)]
mod tests {
    use calendar::Interval;
    use kernel::{Context, TenantId, World};

    use super::*;

    #[test]
    fn every_mistake_is_pointed_at() {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let mut engineer = Engineer::new(&cx, " ".into());
        engineer.home_lat = Some(31.0);
        engineer.skills =
            Json(vec![Skill { skill: "电梯".into(), level: 6 }, Skill { skill: "电梯".into(), level: 1 }]);
        engineer.working_hours.0.week[0] = vec![Interval::new(10, 5)];
        let errors = checked(&mut engineer, Checks::new()).unwrap_err().0;
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/home_lng", "/skills/0/level", "/skills/1/skill", "/working_hours/week/0/0"]);
    }
}
