//! The ranking, as a pure question over plain data.
//!
//! A score is a plain sum of minutes; fewer are better. Its parts:
//!
//! | part | minutes |
//! |---|---|
//! | way | minutes of driving: great-circle distance × 1.3 at 30 km/h, rounded up; 60 when a place is not known |
//! | wait | minutes until the work begins ÷ 1 (critical), 2 (high), 4 (normal), 8 (low) |
//! | load | 15 for each open ticket + planned minutes of today ÷ 4 |
//! | skill | 5 for each level below 5, for each needed skill |
//! | region | 60 when the engineer belongs to another region |
//! | continuity | −30 when they have served the device before, else −15 for the customer |
//!
//! Among all free times of the next 14 days that fit into working hours and between other visits (with the way from the
//! one before and to the one after) the one with the fewest minutes of way and wait is proposed. Equal scores go by id.

use calendar::Compiled;
use jiff::tz::TimeZone;
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What counts how much.
pub mod weights {
    /// Roads are longer than the bee-line by this factor.
    pub const ROAD_FACTOR: f64 = 1.3;
    /// Speed in town, km/h.
    pub const SPEED_KMH: f64 = 30.0;
    /// Minutes of way when a place is not known.
    pub const UNKNOWN_WAY_MINUTES: i64 = 60;
    /// Minutes for each open ticket.
    pub const OPEN_TICKET_MINUTES: i64 = 15;
    /// Planned minutes of today count divided by this.
    pub const PLANNED_DIVISOR: i64 = 4;
    /// Minutes for each level below the highest.
    pub const LEVEL_MINUTES: i64 = 5;
    /// The highest level of a skill.
    pub const HIGHEST_LEVEL: i64 = 5;
    /// Minutes for another region.
    pub const OTHER_REGION_MINUTES: i64 = 60;
    /// Minutes for knowing the device.
    pub const KNOWN_DEVICE_MINUTES: i64 = -30;
    /// Minutes for knowing the customer.
    pub const KNOWN_CUSTOMER_MINUTES: i64 = -15;
    /// How far ahead free time is looked for, in days.
    pub const HORIZON_DAYS: i64 = 14;
}

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Proposed times lie on a grid of this many minutes.
const GRID_MINUTES: i64 = 5;

/// A place on earth, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
}

/// A skill the work needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The skill.
    pub skill: String,
    /// At least this level.
    pub min_level: i64,
}

/// The work to be done.
#[derive(Debug, Clone)]
pub struct Job {
    /// The present instant.
    pub now: Timestamp,
    /// How long the work takes.
    pub minutes: i64,
    /// Where.
    pub place: Option<Point>,
    /// In which region.
    pub region_id: Option<Uuid>,
    /// Only engineers of that region may go.
    pub region_required: bool,
    /// Which skills.
    pub needs: Vec<Need>,
    /// Waiting minutes count divided by this.
    pub wait_divisor: i64,
    /// The zone people read times in.
    pub zone: TimeZone,
}

/// Time that is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Booked {
    /// From.
    pub starts_at: Timestamp,
    /// Until.
    pub ends_at: Timestamp,
    /// Where.
    pub place: Option<Point>,
}

/// Somebody who may go.
#[derive(Debug, Clone)]
pub struct Candidate<'c> {
    /// The engineer.
    pub id: Uuid,
    /// Works at present.
    pub on_duty: bool,
    /// Gave this very ticket back before.
    pub declined: bool,
    /// Skills with levels.
    pub skills: Vec<(String, i64)>,
    /// Where they start from.
    pub home: Option<Point>,
    /// Their region.
    pub region_id: Option<Uuid>,
    /// When they work; `None` when the stored hours are not valid.
    pub calendar: Option<&'c Compiled>,
    /// Time that is taken, in any order.
    pub booked: Vec<Booked>,
    /// Open tickets.
    pub open_tickets: i64,
    /// Minutes of today's visits.
    pub planned_minutes: i64,
    /// Visits to this device so far.
    pub served_device: i64,
    /// Visits to this customer so far.
    pub served_customer: i64,
}

/// One part of a score, or one reason against somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Stable code: skill, way, way_unknown, wait, load, region, other_region, known_device, known_customer; against:
    /// off_duty, declined_before, missing_skill, low_skill, wrong_region, no_working_hours, no_free_time.
    pub code: String,
    /// In Chinese.
    pub text_zh: String,
    /// In English.
    pub text_en: String,
    /// The figure.
    pub value: f64,
    /// What it counts: level, km, min, tickets, visits.
    pub unit: String,
    /// What it adds to the score, in minutes.
    pub score_minutes: i64,
}

/// A candidate with their place in the list, or with everything that speaks against them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The engineer.
    pub id: Uuid,
    /// 1 is best; `None` when excluded.
    pub rank: Option<i64>,
    /// Minutes; fewer are better.
    pub score: Option<i64>,
    /// Proposed begin.
    pub starts_at: Option<Timestamp>,
    /// Proposed end.
    pub ends_at: Option<Timestamp>,
    /// The parts of the score.
    pub reasons: Vec<Reason>,
    /// Everything that speaks against them.
    pub excluded: Vec<Reason>,
}

/// Kilometres by road: the great circle (haversine, mean radius 6371.0088 km) × 1.3.
pub fn road_km(from: Point, to: Point) -> f64 {
    let (lat1, lat2) = (from.lat.to_radians(), to.lat.to_radians());
    let (lat, lng) = ((lat2 - lat1) / 2.0, (to.lng - from.lng).to_radians() / 2.0);
    let chord = lat.sin().powi(2) + lat1.cos() * lat2.cos() * lng.sin().powi(2);
    2.0 * 6371.0088 * chord.sqrt().min(1.0).asin() * weights::ROAD_FACTOR
}

/// Minutes of driving, rounded up.
pub fn travel_minutes(km: f64) -> i64 {
    (km * 60.0 / weights::SPEED_KMH).ceil() as i64
}

/// A way: kilometres when both places are known, and minutes.
fn way(from: Option<Point>, to: Option<Point>) -> (Option<f64>, i64) {
    match (from, to) {
        (Some(from), Some(to)) => {
            let km = road_km(from, to);
            (Some(km), travel_minutes(km))
        }
        _ => (None, weights::UNKNOWN_WAY_MINUTES),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Slot {
    start: i64,
    way_minutes: i64,
    km: Option<f64>,
}

impl Slot {
    fn wait(&self, job: &Job) -> i64 {
        (self.start - job.now.0) / MINUTE
    }

    fn cost(&self, job: &Job) -> i64 {
        self.way_minutes + self.wait(job) / job.wait_divisor.max(1)
    }
}

/// Everybody in order: the best first, then those who cannot go, with every rule they fail.
pub fn recommend(job: &Job, candidates: &[Candidate<'_>]) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = candidates.iter().map(|candidate| judge(job, candidate)).collect();
    all.sort_by_key(|ranked| (ranked.score.is_none(), ranked.score.unwrap_or(0), ranked.id));
    let mut rank = 0;
    for ranked in &mut all {
        if ranked.score.is_some() {
            rank += 1;
            ranked.rank = Some(rank);
        }
    }
    all
}

fn judge(job: &Job, candidate: &Candidate<'_>) -> Ranked {
    let slot = candidate.calendar.and_then(|calendar| best_slot(job, candidate, calendar));
    let excluded = against(job, candidate, slot.is_some());
    let mut ranked = Ranked {
        id: candidate.id,
        rank: None,
        score: None,
        starts_at: slot.map(|slot| Timestamp(slot.start)),
        ends_at: slot.map(|slot| Timestamp(slot.start + job.minutes * MINUTE)),
        reasons: Vec::new(),
        excluded,
    };
    if let (Some(slot), true) = (slot, ranked.excluded.is_empty()) {
        ranked.reasons = reasons(job, candidate, slot);
        ranked.score = Some(ranked.reasons.iter().map(|reason| reason.score_minutes).sum());
    }
    ranked
}

fn level(candidate: &Candidate<'_>, skill: &str) -> i64 {
    let wanted = skill.trim().to_lowercase();
    let known = candidate.skills.iter().filter(|(name, _)| name.trim().to_lowercase() == wanted);
    known.map(|(_, level)| *level).max().unwrap_or(0)
}

fn reason(code: &str, zh: String, en: String, (value, unit): (f64, &str), score_minutes: i64) -> Reason {
    Reason { code: code.to_owned(), text_zh: zh, text_en: en, value, unit: unit.to_owned(), score_minutes }
}

/// Every rule that is failed.
fn against(job: &Job, candidate: &Candidate<'_>, has_slot: bool) -> Vec<Reason> {
    let mut failed = Vec::new();
    let mut fail = |code, zh: String, en: String, value, unit| {
        failed.push(reason(code, zh, en, (value, unit), 0));
    };
    if !candidate.on_duty {
        fail("off_duty", "目前不在岗".into(), "Not on duty at present".into(), 0.0, "visits");
    }
    if candidate.declined {
        fail("declined_before", "已拒绝过该工单".into(), "Has given this ticket back before".into(), 1.0, "visits");
    }
    for need in &job.needs {
        let (skill, least, has) = (&need.skill, need.min_level, level(candidate, &need.skill));
        if has == 0 {
            let zh = format!("缺少技能“{skill}”（要求 {least} 级）");
            fail("missing_skill", zh, format!("Lacks the skill {skill} (level {least} needed)"), 0.0, "level");
        } else if has < least {
            let zh = format!("技能“{skill}”仅 {has} 级（要求 {least} 级）");
            let en = format!("Skill {skill} only at level {has} (level {least} needed)");
            fail("low_skill", zh, en, has as f64, "level");
        }
    }
    if job.region_required && job.region_id.is_some() && candidate.region_id != job.region_id {
        let en = "Belongs to another region; this work must stay in its region";
        fail("wrong_region", "不属于工单所在区域，该类工作限本区域".into(), en.into(), 0.0, "visits");
    }
    if candidate.calendar.is_none() {
        let en = "Working hours are not valid; correct them at the engineer";
        fail("no_working_hours", "工作时间设置无效，请先更正".into(), en.into(), 0.0, "min");
    } else if !has_slot {
        let days = weights::HORIZON_DAYS;
        let zh = format!("{days} 天内没有连续 {} 分钟的空闲", job.minutes);
        let en = format!("No {} free minutes in a row within {days} days", job.minutes);
        fail("no_free_time", zh, en, job.minutes as f64, "min");
    }
    failed
}

/// The parts of the score.
fn reasons(job: &Job, candidate: &Candidate<'_>, slot: Slot) -> Vec<Reason> {
    use weights::*;
    let mut parts = Vec::new();
    for need in &job.needs {
        let (skill, has, least) = (&need.skill, level(candidate, &need.skill), need.min_level);
        let zh = format!("技能“{skill}”{has} 级（要求 {least} 级）");
        let en = format!("Skill {skill} at level {has} (level {least} needed)");
        let minutes = (HIGHEST_LEVEL - has).max(0) * LEVEL_MINUTES;
        parts.push(reason("skill", zh, en, (has as f64, "level"), minutes));
    }
    let minutes = slot.way_minutes;
    parts.push(if let Some(km) = slot.km {
        let km = (km * 10.0).round() / 10.0;
        let zh = format!("路程约 {km:.1} 公里，{minutes} 分钟");
        reason("way", zh, format!("About {km:.1} km, {minutes} minutes on the road"), (km, "km"), minutes)
    } else {
        let zh = format!("位置不明，路程按 {minutes} 分钟计");
        let en = format!("Place not known; {minutes} minutes on the road assumed");
        reason("way_unknown", zh, en, (minutes as f64, "min"), minutes)
    });
    let (wait, local) = (slot.wait(job), local(job, slot.start));
    let zh = format!("最早 {local} 可开始（{wait} 分钟后）");
    let en = format!("Can begin at {local} ({wait} minutes from now)");
    parts.push(reason("wait", zh, en, (wait as f64, "min"), wait / job.wait_divisor.max(1)));
    let (open, planned) = (candidate.open_tickets, candidate.planned_minutes);
    let zh = format!("未完成工单 {open} 个，今日已排 {planned} 分钟");
    let en = format!("{open} open tickets, {planned} minutes planned today");
    let minutes = open * OPEN_TICKET_MINUTES + planned / PLANNED_DIVISOR;
    parts.push(reason("load", zh, en, (open as f64, "tickets"), minutes));
    if job.region_id.is_some() {
        parts.push(if candidate.region_id == job.region_id {
            reason("region", "属于工单所在区域".into(), "Belongs to the region".into(), (0.0, "min"), 0)
        } else {
            let en = "Belongs to another region";
            let minutes = OTHER_REGION_MINUTES;
            reason("other_region", "不属于工单所在区域".into(), en.into(), (minutes as f64, "min"), minutes)
        });
    }
    let (device, customer) = (candidate.served_device, candidate.served_customer);
    if device > 0 {
        let (zh, en) = (format!("曾服务该设备 {device} 次"), format!("Has served this device {device} times"));
        parts.push(reason("known_device", zh, en, (device as f64, "visits"), KNOWN_DEVICE_MINUTES));
    } else if customer > 0 {
        let (zh, en) = (format!("曾服务该客户 {customer} 次"), format!("Has served this customer {customer} times"));
        parts.push(reason("known_customer", zh, en, (customer as f64, "visits"), KNOWN_CUSTOMER_MINUTES));
    }
    parts
}

fn local(job: &Job, at: i64) -> String {
    let time = job.zone.to_datetime(Timestamp(at).to_jiff());
    format!("{:02}-{:02} {:02}:{:02}", time.month(), time.day(), time.hour(), time.minute())
}

/// The first instant on the grid that is not before `at`.
fn on_grid(at: i64) -> i64 {
    let step = GRID_MINUTES * MINUTE;
    at.div_euclid(step) * step + if at.rem_euclid(step) == 0 { 0 } else { step }
}

/// The free time with the fewest minutes of way and wait. Choosing the least of all (rather than the first that fits)
/// keeps the score from falling when somebody lives farther away.
fn best_slot(job: &Job, candidate: &Candidate<'_>, calendar: &Compiled) -> Option<Slot> {
    let end = job.now.0 + weights::HORIZON_DAYS * DAY;
    let mut booked = candidate.booked.clone();
    booked.sort_by_key(|visit| (visit.starts_at, visit.ends_at));
    let mut best: Option<Slot> = None;
    let mut at = job.now.0;
    while let Some(open) = calendar.next_open(at).filter(|open| *open < end) {
        let close = close_of(calendar, open, end);
        for slot in slots(job, candidate.home, &booked, open, close) {
            let better = |best: &Slot| (slot.cost(job), slot.start) < (best.cost(job), best.start);
            if best.as_ref().is_none_or(better) {
                best = Some(slot);
            }
        }
        at = close.max(open + MINUTE);
    }
    best
}

/// The free times of one stretch of working hours, each as early as possible: before, between and after the visits.
fn slots(job: &Job, home: Option<Point>, booked: &[Booked], open: i64, close: i64) -> Vec<Slot> {
    let mut found = Vec::new();
    let (mut free_from, mut origin) = (open, home);
    let mut consider = |free_from: i64, origin: Option<Point>, next: Option<&Booked>| {
        let (km, way_minutes) = way(origin, job.place);
        let start = on_grid(free_from + way_minutes * MINUTE);
        let done = start + job.minutes * MINUTE;
        let fits = match next {
            Some(next) => done + way(job.place, next.place).1 * MINUTE <= next.starts_at.0.min(close),
            None => done <= close,
        };
        if fits {
            found.push(Slot { start, way_minutes, km });
        }
    };
    for visit in booked.iter().filter(|visit| visit.ends_at.0 > open && visit.starts_at.0 < close) {
        if visit.starts_at.0 > free_from {
            consider(free_from, origin, Some(visit));
        }
        if visit.ends_at.0 > free_from {
            free_from = visit.ends_at.0;
            origin = visit.place.or(home);
        }
    }
    if free_from < close {
        consider(free_from, origin, None);
    }
    found
}

/// When working hours that are open at `open` end, at most `end`; exact to the minute.
pub(crate) fn close_of(calendar: &Compiled, open: i64, end: i64) -> i64 {
    let open_until = |at: i64| calendar.working_micros(open, at, &[]) == at - open;
    if open_until(end) {
        return end;
    }
    // `low` minutes are open throughout, `high` are not.
    let (mut low, mut high) = (0, (end - open) / MINUTE + 1);
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if open_until(open + middle * MINUTE) {
            low = middle;
        } else {
            high = middle;
        }
    }
    open + low * MINUTE
}

#[cfg(test)]
mod tests {
    use calendar::{Calendar, MONDAY_TO_FRIDAY};
    use proptest::prelude::*;
    use testkit::MONDAY;

    use super::*;

    const SQUARE: Point = Point { lat: 31.2304, lng: 121.4737 };

    fn hours() -> Compiled {
        Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60).compile().unwrap()
    }

    fn job() -> Job {
        Job {
            now: MONDAY,
            minutes: 90,
            place: Some(SQUARE),
            region_id: Some(Uuid::from_u128(50)),
            region_required: false,
            needs: vec![Need { skill: "电梯".into(), min_level: 3 }],
            wait_divisor: 4,
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
        }
    }

    fn candidate(calendar: &Compiled, id: u128) -> Candidate<'_> {
        Candidate {
            id: Uuid::from_u128(id),
            on_duty: true,
            declined: false,
            skills: vec![("电梯".into(), 4)],
            home: Some(SQUARE),
            region_id: Some(Uuid::from_u128(50)),
            calendar: Some(calendar),
            booked: Vec::new(),
            open_tickets: 0,
            planned_minutes: 0,
            served_device: 0,
            served_customer: 0,
        }
    }

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp(MONDAY.0 + (hour - 8) * 60 * MINUTE + minute * MINUTE)
    }

    fn codes(reasons: &[Reason]) -> Vec<&str> {
        reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    #[test]
    fn a_known_distance_has_the_known_length() {
        // 人民广场 to 浦东机场: 31.1443 N, 121.8083 E; 33.2 km as the crow flies.
        let km = road_km(SQUARE, Point { lat: 31.1443, lng: 121.8083 }) / weights::ROAD_FACTOR;
        assert!((33.0..33.5).contains(&km), "{km}");
        assert_eq!((travel_minutes(10.0), travel_minutes(10.01), travel_minutes(0.0)), (20, 21, 0));
    }

    #[test]
    fn the_score_is_the_sum_of_its_parts() {
        let calendar = hours();
        let mut busy = candidate(&calendar, 1);
        busy.open_tickets = 2;
        busy.planned_minutes = 90;
        busy.served_device = 3;
        busy.region_id = None;
        let ranked = recommend(&job(), &[busy]);
        assert_eq!(codes(&ranked[0].reasons), ["skill", "way", "wait", "load", "other_region", "known_device"]);
        let parts: Vec<i64> = ranked[0].reasons.iter().map(|reason| reason.score_minutes).collect();
        // Level 4 of 5; no way; opens in 60 minutes; 2 × 15 + 90 ÷ 4; another region; knows the device.
        assert_eq!(parts, [5, 0, 15, 52, 60, -30]);
        assert_eq!((ranked[0].score, ranked[0].rank), (Some(102), Some(1)));
        assert_eq!((ranked[0].starts_at, ranked[0].ends_at), (Some(at(9, 0)), Some(at(10, 30))));
        assert_eq!(ranked[0].reasons[2].text_zh, "最早 03-02 09:00 可开始（60 分钟后）");
        assert_eq!(ranked[0].reasons[5].text_en, "Has served this device 3 times");
    }

    #[test]
    fn free_time_lies_between_visits_with_the_way_there_and_on() {
        let calendar = hours();
        let far = Point { lat: 31.2304, lng: 121.55 };
        let way = travel_minutes(road_km(SQUARE, far));
        assert_eq!(way, 19);
        let mut someone = candidate(&calendar, 1);
        // 9:00-9:30 far away, then free until 11:30 far away: 19 + 90 + 19 minutes do not fit on the grid after 9:49.
        someone.booked = vec![
            Booked { starts_at: at(11, 30), ends_at: at(12, 0), place: Some(far) },
            Booked { starts_at: at(9, 0), ends_at: at(9, 30), place: Some(far) },
        ];
        let ranked = recommend(&job(), std::slice::from_ref(&someone));
        assert_eq!(ranked[0].starts_at, Some(at(12, 20)));
        someone.booked[0].starts_at = at(11, 40);
        let ranked = recommend(&job(), &[someone]);
        assert_eq!((ranked[0].starts_at, ranked[0].ends_at), (Some(at(9, 50)), Some(at(11, 20))));
    }

    #[test]
    fn whoever_cannot_go_is_told_every_reason() {
        let (calendar, mut work) = (hours(), job());
        work.region_required = true;
        work.minutes = 10 * 60;
        work.needs.push(Need { skill: "空调".into(), min_level: 1 });
        let mut nobody = candidate(&calendar, 1);
        nobody.on_duty = false;
        nobody.declined = true;
        nobody.skills = vec![("电梯".into(), 2)];
        nobody.region_id = None;
        let mut broken = candidate(&calendar, 2);
        broken.skills.push(("空调".into(), 5));
        broken.calendar = None;
        let ranked = recommend(&work, &[broken, nobody]);
        let expected = ["off_duty", "declined_before", "low_skill", "missing_skill", "wrong_region", "no_free_time"];
        assert_eq!(codes(&ranked[0].excluded), expected);
        assert_eq!((ranked[0].rank, ranked[0].score), (None, None));
        assert_eq!(codes(&ranked[1].excluded), ["no_working_hours"]);
    }

    #[test]
    fn equal_scores_go_by_id_whatever_the_order() {
        let calendar = hours();
        let ids = |order: &[u128]| -> Vec<u128> {
            let all: Vec<_> = order.iter().map(|id| candidate(&calendar, *id)).collect();
            recommend(&job(), &all).iter().map(|ranked| ranked.id.as_u128()).collect()
        };
        assert_eq!(ids(&[3, 1, 2]), [1, 2, 3]);
        assert_eq!(ids(&[2, 3, 1]), [1, 2, 3]);
    }

    #[test]
    fn day_and_night_hours_and_an_unknown_place_are_answered() {
        let calendar = Calendar::always_open("UTC").compile().unwrap();
        let mut someone = candidate(&calendar, 1);
        someone.home = None;
        let ranked = recommend(&job(), &[someone]);
        assert_eq!(ranked[0].starts_at, Some(at(9, 0)));
        assert_eq!(ranked[0].reasons[1].code, "way_unknown");
    }

    proptest! {
        #[test]
        fn living_farther_away_never_improves_the_rank(
            homes in prop::collection::vec((30.9_f64..31.5, 121.1_f64..121.8), 2..5),
            visits in prop::collection::vec((0_i64..600, 30_i64..180, 30.9_f64..31.5, 121.1_f64..121.8), 0..4),
            who in 0_usize..5,
            factor in 1.0_f64..6.0,
        ) {
            let calendar = hours();
            let booked: Vec<Booked> = visits
                .iter()
                .map(|(start, minutes, lat, lng)| Booked {
                    starts_at: Timestamp(at(9, 0).0 + start * MINUTE),
                    ends_at: Timestamp(at(9, 0).0 + (start + minutes) * MINUTE),
                    place: Some(Point { lat: *lat, lng: *lng }),
                })
                .collect();
            let all: Vec<Candidate<'_>> = homes
                .iter()
                .enumerate()
                .map(|(index, (lat, lng))| Candidate {
                    home: Some(Point { lat: *lat, lng: *lng }),
                    booked: if index % 2 == 0 { booked.clone() } else { Vec::new() },
                    ..candidate(&calendar, index as u128 + 1)
                })
                .collect();
            let who = who % all.len();
            let mut moved = all.clone();
            if let Some(home) = &mut moved[who].home {
                home.lat = SQUARE.lat + (home.lat - SQUARE.lat) * factor;
                home.lng = SQUARE.lng + (home.lng - SQUARE.lng) * factor;
            }
            let rank = |candidates: &[Candidate<'_>]| {
                let ranked = recommend(&job(), candidates);
                ranked.iter().position(|ranked| ranked.id == all[who].id).unwrap_or(usize::MAX)
            };
            prop_assert!(rank(&moved) >= rank(&all));
        }
    }
}
