//! Service levels: a company's policies and calendars as they are stored, and ready to judge tickets by.

pub mod clocks;
pub mod facts;
pub mod milestones;
pub(crate) mod notify;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::RangeInclusive,
    sync::Arc,
};

use calendar::{Calendar, HolidayFile, HolidayYear, Holidays, MONDAY_TO_FRIDAY};
use db::{Json, Query};
use kernel::{TenantId, Timestamp, Uuid};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sla::{CalendarHistory, Escalation, EscalationWhen, Metric, PauseRule, ServiceCalendar, Target};

use crate::{
    TicketError,
    model::{Priority, Status},
    store,
};

db::choice! {
    /// Which holidays a calendar keeps.
    pub enum HolidayRegion {
        /// Those of mainland China, with adjusted workdays.
        China = "china",
    }
}

/// A stored business calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BusinessCalendar {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Hours of the week, and of single dates that differ from them and from the holidays.
    pub calendar: Json<Calendar>,
    /// Whose holidays and adjusted workdays it keeps.
    pub holidays: Option<HolidayRegion>,
    /// Whether policies without a calendar of their own use it.
    pub is_default: bool,
    /// What it was before, the oldest first.
    #[serde(skip)]
    pub history: Json<Vec<FormerHours>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(BusinessCalendar { id, version, name, calendar, holidays, is_default, history, created_at, updated_at });

/// Hours a calendar had once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormerHours {
    /// Until when they counted.
    pub until: Timestamp,
    /// The hours.
    pub calendar: Calendar,
    /// The holidays kept then.
    pub holidays: Option<HolidayRegion>,
}

/// Earlier versions of one calendar that are kept; time used under older ones counts as under the oldest of these.
pub const MOST_FORMER: usize = 50;

/// The years for which holidays are worked out beside the hours of the week.
pub const HOLIDAY_YEARS: RangeInclusive<i16> = 2024..=2036;

/// China's holidays as shipped, with the years a company has put in itself.
pub fn holidays(own: &[HolidayYear]) -> Result<Holidays, TicketError> {
    let shipped = Holidays::china().map_err(TicketError::Holidays)?;
    shipped.with_file(&HolidayFile { years: own.to_vec() }).map_err(TicketError::Holidays)
}

/// A calendar with the holidays it keeps.
pub fn with_holidays(hours: &Calendar, kept: Option<HolidayRegion>, holidays: &Holidays) -> Calendar {
    match kept {
        Some(HolidayRegion::China) => hours.clone().with_holidays(holidays, HOLIDAY_YEARS),
        None => hours.clone(),
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum Recipient {
    /// Whoever is responsible for the ticket.
    Assignee,
    /// Whoever leads its team.
    TeamLead,
    /// Whoever follows it.
    Followers,
    /// One person.
    User {
        /// Who.
        user_id: Uuid,
    },
    /// Everybody with a role.
    Role {
        /// Which.
        role_id: Uuid,
    },
}

/// A warning before the time is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// Percent of the target that is used by then, 1 to 99.
    pub percent: u16,
    /// Who is told.
    #[serde(default)]
    pub notify: Vec<Recipient>,
}

/// One level of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// How much of the target must be used.
    pub when: EscalationWhen,
    /// Who is told.
    #[serde(default)]
    pub notify: Vec<Recipient>,
}

/// What is promised for one metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTarget {
    /// Working minutes, 1 to 500,000.
    pub minutes: u32,
    /// The calendar that counts, if not the policy's.
    #[serde(default)]
    pub calendar_id: Option<Uuid>,
    /// Warnings on the way.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// Who is told of a breach.
    #[serde(default)]
    pub on_breach: Vec<Recipient>,
    /// The ladder: the first is level 1.
    #[serde(default)]
    pub escalations: Vec<Level>,
}

/// A policy as it is entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePolicy {
    /// Its name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Whether it is tried at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// To which tickets it applies: a condition tree over `type`, `priority`, `source`, `problem_type`, `tags`, `customer_id`,
    /// `customer_level`, `customer_kind`, `site_id`, `device_id`, `team_id`, `region_id`, `contract_id` and
    /// `warranty_reason`.
    pub when: Value,
    /// The calendar that counts; the company's default when absent.
    #[serde(default)]
    pub calendar_id: Option<Uuid>,
    /// What is promised, by metric.
    pub targets: BTreeMap<Metric, PolicyTarget>,
    /// What makes the clocks stand still.
    #[serde(default)]
    pub pauses: Vec<PauseRule>,
}

const fn yes() -> bool {
    true
}

/// What is promised to some tickets; the first in the list whose condition holds applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicy {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// What it says.
    #[serde(flatten)]
    pub body: WritePolicy,
}

/// What a company has settled about service levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Rises with every change; 0 while nothing is stored.
    pub version: i64,
    /// In the order in which they are tried.
    pub policies: Vec<SlaPolicy>,
    /// Holidays of years that the company has put in itself.
    pub holiday_years: Vec<HolidayYear>,
}

/// Names, response and resolution minutes that a company starts with.
const STARTING: [(Priority, &str, u32, u32); 4] = [
    (Priority::Critical, "紧急 · Critical", 30, 240),
    (Priority::High, "高 · High", 60, 480),
    (Priority::Normal, "普通 · Normal", 120, 1_440),
    (Priority::Low, "低 · Low", 240, 2_400),
];

impl Settings {
    /// What a company starts with.
    ///
    /// The ids come from the company's own, so that no two companies have the same and every look gives the same.
    pub fn starting(tenant: TenantId) -> Self {
        let policies = (1..).zip(STARTING).map(|(id, (priority, name, response, resolution))| {
            let target = |minutes| PolicyTarget {
                minutes,
                calendar_id: None,
                warnings: Vec::new(),
                on_breach: Vec::new(),
                escalations: Vec::new(),
            };
            // The delay is not ours while the customer, a supplier or a locked door holds the work up.
            let pause = PauseRule {
                statuses: Vec::new(),
                categories: vec!["waiting".into()],
                reasons: vec!["customer".into(), "vendor".into(), "access".into()],
                metrics: vec![Metric::Resolution],
            };
            let body = WritePolicy {
                name: name.to_owned(),
                active: true,
                when: json!({ "field": "priority", "op": "eq", "value": priority }),
                calendar_id: None,
                targets: BTreeMap::from([
                    (Metric::Response, target(response)),
                    (Metric::Resolution, target(resolution)),
                ]),
                pauses: vec![pause],
            };
            SlaPolicy { id: Uuid::from_u128(tenant.0.as_u128() ^ id), version: 1, body }
        });
        Self { version: 0, policies: policies.collect(), holiday_years: Vec::new() }
    }

    /// What is stored, or what a company starts with.
    pub async fn load(q: &mut impl Query) -> Result<Self, TicketError> {
        let tenant = q.cx().tenant();
        Ok(store::sla::settings(q).await?.unwrap_or_else(|| Self::starting(tenant)))
    }
}

/// The calendar a tenant starts with: Monday to Friday, nine to six.
pub fn starting_calendar(zone: &str) -> Calendar {
    Calendar::working_hours(zone, &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60)
}

/// The hours of the company's default calendar with its holidays, and its name.
pub async fn default_hours(q: &mut impl Query) -> Result<Option<(Calendar, String)>, TicketError> {
    let Some(stored) = store::calendars(q).await?.into_iter().find(|stored| stored.is_default) else { return Ok(None) };
    let kept = holidays(&Settings::load(q).await?.holiday_years)?;
    Ok(Some((with_holidays(&stored.calendar.0, stored.holidays, &kept), stored.name)))
}

/// The name under which the engine knows the company's default calendar.
const DEFAULT: &str = "default";

/// A company's policies and calendars, ready to judge tickets by; cheap to copy.
#[derive(Debug, Clone)]
pub struct ServiceLevels(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: sla::ServiceLevels,
    policies: BTreeMap<String, SlaPolicy>,
    calendars: BTreeMap<String, String>,
    fields: BTreeSet<String>,
    statuses: bool,
}

impl ServiceLevels {
    /// Puts stored policies and calendars together; what is not stored is as a company starts.
    pub fn new(zone: &str, settings: &Settings, calendars: &[BusinessCalendar]) -> Result<Self, TicketError> {
        let kept = Arc::new(holidays(&settings.holiday_years)?);
        let compiled = |hours: &Calendar, region: Option<HolidayRegion>| -> Result<ServiceCalendar, TicketError> {
            let hours = with_holidays(hours, region, &kept).compile()?;
            Ok(match region {
                Some(_) => ServiceCalendar::with_holidays(hours, Arc::clone(&kept)),
                None => ServiceCalendar::new(hours),
            })
        };
        let mut known = BTreeMap::new();
        let mut names = BTreeMap::new();
        for stored in calendars {
            let latest = compiled(&stored.calendar.0, stored.holidays)?;
            // Each version counts until the next came; the first one from the very beginning.
            let mut versions = Vec::new();
            for former in &stored.history.0 {
                versions.push((former.until.micros(), compiled(&former.calendar, former.holidays)?));
            }
            let mut history: Option<CalendarHistory> = None;
            let mut since = i64::MIN;
            for (until, version) in versions {
                history = Some(match history {
                    None => CalendarHistory::new(version),
                    Some(history) => history.changed_at(since, version),
                });
                since = until;
            }
            let history = match history {
                None => CalendarHistory::new(latest),
                Some(history) => history.changed_at(since, latest),
            };
            if stored.is_default {
                known.insert(DEFAULT.to_owned(), history.clone());
                names.insert(DEFAULT.to_owned(), stored.name.clone());
            }
            known.insert(stored.id.to_string(), history);
            names.insert(stored.id.to_string(), stored.name.clone());
        }
        if !known.contains_key(DEFAULT) {
            known.insert(DEFAULT.to_owned(), CalendarHistory::new(compiled(&starting_calendar(zone), None)?));
        }
        let active: Vec<&SlaPolicy> = settings.policies.iter().filter(|policy| policy.body.active).collect();
        let engine: Vec<sla::Policy> = active.iter().map(|policy| engine_policy(policy)).collect();
        let types = facts::types();
        let mut fields = BTreeSet::new();
        for policy in &engine {
            if let Ok(condition) = rules::Condition::parse(&policy.when, &types) {
                fields.extend(condition.fields().into_iter().map(str::to_owned));
            }
        }
        let waiting = Status::Waiting.category().to_string();
        let statuses = engine
            .iter()
            .flat_map(|policy| &policy.pauses)
            .any(|rule| !rule.statuses.is_empty() || rule.categories.iter().any(|category| *category != waiting));
        let engine = sla::ServiceLevels::new(engine, known, &types).map_err(|error| {
            let place = error.pointer().split('/').nth(1).and_then(|place| place.parse::<usize>().ok());
            let id = place.and_then(|place| active.get(place)).map(|policy| policy.id);
            TicketError::Policy { id, error: Box::new(error) }
        })?;
        let policies = active.into_iter().map(|policy| (policy.id.to_string(), policy.clone())).collect();
        Ok(Self(Arc::new(Inner { engine, policies, calendars: names, fields, statuses })))
    }

    /// Reads a company's policies and calendars.
    pub async fn load(q: &mut impl Query) -> Result<Self, TicketError> {
        let settings = Settings::load(q).await?;
        let calendars = store::calendars(q).await?;
        let zone = q.cx().zone().to_owned();
        Self::new(&zone, &settings, &calendars)
    }

    fn assess(&self, case: &sla::Case, now: Timestamp) -> sla::Assessment {
        self.0.engine.assess(case, now.micros())
    }

    fn mentions(&self, field: &str) -> bool {
        self.0.fields.contains(field)
    }

    fn promises(&self, metric: Metric) -> bool {
        self.0.policies.values().any(|policy| policy.body.targets.contains_key(&metric))
    }

    /// A policy in force, by the id under which the engine knows it.
    pub fn policy(&self, id: &str) -> Option<&SlaPolicy> {
        self.0.policies.get(id)
    }

    /// The name of a calendar, by the id under which the engine knows it; none for the hours a company starts with.
    pub fn calendar_name(&self, id: &str) -> Option<&str> {
        self.0.calendars.get(id).map(String::as_str)
    }
}

/// A policy as the engine wants it.
fn engine_policy(policy: &SlaPolicy) -> sla::Policy {
    let named = |id: Uuid| id.to_string();
    let target = |target: &PolicyTarget| Target {
        minutes: target.minutes,
        calendar: target.calendar_id.map(named),
        warn_percent: target.warnings.iter().map(|warning| warning.percent).collect(),
        escalations: target
            .escalations
            .iter()
            .map(|level| Escalation { when: level.when, action: "notify".to_owned() })
            .collect(),
    };
    sla::Policy {
        id: policy.id.to_string(),
        when: policy.body.when.clone(),
        calendar: policy.body.calendar_id.map_or_else(|| DEFAULT.to_owned(), named),
        targets: policy.body.targets.iter().map(|(metric, promised)| (*metric, target(promised))).collect(),
        pauses: policy.body.pauses.clone(),
    }
}

/// How long another node's change of policies may stay unseen.
const KEPT_MICROS: i64 = 5_000_000;

/// Policies by company, kept for a few seconds so that creations need not read them; a service.
#[derive(Debug, Default)]
pub struct ServiceLevelCache(Mutex<HashMap<TenantId, (Timestamp, ServiceLevels)>>);

impl ServiceLevelCache {
    /// The tenant's promises, fresh or at most five seconds old.
    pub async fn get(&self, db: &db::Db, cx: &kernel::Context) -> Result<ServiceLevels, TicketError> {
        let kept = self.0.lock().get(&cx.tenant()).cloned();
        if let Some((at, levels)) = kept
            && (0..KEPT_MICROS).contains(&(cx.now() - at))
        {
            return Ok(levels);
        }
        let levels = db.read(cx, async |r| ServiceLevels::load(r).await).await?;
        self.0.lock().insert(cx.tenant(), (cx.now(), levels.clone()));
        Ok(levels)
    }

    /// Forgets a tenant's promises after they were changed here.
    pub fn forget(&self, tenant: TenantId) {
        self.0.lock().remove(&tenant);
    }
}

/// What a calendar says of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarDay {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// Its hours.
    pub hours: Vec<calendar::Interval>,
    /// Whether these differ from those of the week.
    pub exceptional: bool,
    /// What kind of day the holiday list says it is: `workday`, `weekend`, `holiday`, `adjusted_workday`.
    pub kind: Option<calendar::DayKind>,
    /// The holiday it is, or is worked for.
    pub name: Option<calendar::HolidayName>,
    /// Whether the list of its year is not published yet.
    pub provisional: bool,
}
