//! Service levels: how soon a ticket must be answered and solved, in whose working time.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use calendar::{Calendar, Compiled, MINUTE, MONDAY_TO_FRIDAY, Pause};
use db::{Json, Query};
use kernel::{TenantId, Timestamp, Uuid};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    TicketError,
    model::{Priority, Ticket, TicketPause},
    store,
};

/// A stored business calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BusinessCalendar {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Hours, holidays and adjusted workdays.
    pub calendar: Json<Calendar>,
    /// Whether policies without a calendar of their own use it.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(BusinessCalendar { id, version, name, calendar, is_default, created_at, updated_at });

/// What is promised for one priority, in working minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicy {
    /// UUIDv7.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// The priority it is for.
    pub priority: Priority,
    /// Working minutes to the first effective answer.
    pub response_minutes: i64,
    /// Working minutes to the solution.
    pub resolution_minutes: i64,
    /// Its calendar; the default one when absent.
    pub calendar_id: Option<Uuid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(SlaPolicy {
    id,
    version,
    priority,
    response_minutes,
    resolution_minutes,
    calendar_id,
    created_at,
    updated_at
});

/// Response and resolution minutes that a tenant starts with.
pub const STARTING_MINUTES: [(Priority, i64, i64); 4] = [
    (Priority::Critical, 30, 240),
    (Priority::High, 60, 480),
    (Priority::Normal, 120, 1_440),
    (Priority::Low, 240, 2_400),
];

/// The calendar a tenant starts with: Monday to Friday, nine to six.
pub fn starting_calendar(zone: &str) -> Calendar {
    Calendar::working_hours(zone, &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60)
}

#[derive(Debug, Clone)]
struct Promise {
    response: i64,
    resolution: i64,
    calendar: Arc<Compiled>,
}

/// All promises of a tenant, ready to give due times.
#[derive(Debug, Clone)]
pub struct ServiceLevels(BTreeMap<Priority, Promise>);

impl ServiceLevels {
    /// Puts stored policies and calendars together; what is not stored is as a tenant starts.
    pub fn new(zone: &str, policies: &[SlaPolicy], calendars: &[BusinessCalendar]) -> Result<Self, TicketError> {
        let mut compiled = HashMap::new();
        for stored in calendars {
            compiled.insert(stored.id, Arc::new(stored.calendar.0.compile()?));
        }
        let default =
            match calendars.iter().find(|stored| stored.is_default).and_then(|stored| compiled.get(&stored.id)) {
                Some(calendar) => Arc::clone(calendar),
                None => Arc::new(starting_calendar(zone).compile()?),
            };
        let promises = STARTING_MINUTES.into_iter().map(|(priority, response, resolution)| {
            let policy = policies.iter().find(|policy| policy.priority == priority);
            let own = policy.and_then(|policy| policy.calendar_id).and_then(|id| compiled.get(&id));
            let promise = Promise {
                response: policy.map_or(response, |policy| policy.response_minutes),
                resolution: policy.map_or(resolution, |policy| policy.resolution_minutes),
                calendar: Arc::clone(own.unwrap_or(&default)),
            };
            (priority, promise)
        });
        Ok(Self(promises.collect()))
    }

    /// Reads a tenant's promises.
    pub async fn load(q: &mut impl Query) -> Result<Self, TicketError> {
        let policies = store::policies(q).await?;
        let calendars = store::calendars(q).await?;
        let zone = q.cx().zone().to_owned();
        Self::new(&zone, &policies, &calendars)
    }

    /// Sets the due times of a ticket from its priority, creation and pauses. While the clock stands
    /// still the solution's due time keeps its last value.
    pub fn set_due(&self, ticket: &mut Ticket, pauses: &[TicketPause]) -> Result<(), TicketError> {
        let Some(promise) = self.0.get(&ticket.priority) else { return Ok(()) };
        let from = ticket.created_at.micros();
        let pauses: Vec<Pause> = pauses
            .iter()
            .filter(|pause| pause.reason.pauses_clock())
            .map(|pause| Pause { from: pause.from_at.micros(), to: pause.to_at.map(Timestamp::micros) })
            .collect();
        let response = promise.calendar.add_working(from, promise.response * MINUTE, &[])?;
        ticket.response_due_at = response.map(Timestamp);
        if let Some(due) = promise.calendar.add_working(from, promise.resolution * MINUTE, &pauses)? {
            ticket.resolution_due_at = Some(Timestamp(due));
        }
        Ok(())
    }
}

/// How long another node's change of policies may stay unseen.
const KEPT_MICROS: i64 = 5_000_000;

/// Promises by tenant, kept for a few seconds so that creations need not read them; a service.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Source, TicketType, WaitReason};
    use kernel::{Context, World};

    /// Friday 2026-03-06 17:00 in Shanghai.
    const FRIDAY: i64 = 1_772_787_600_000_000;
    const HOUR: i64 = 60 * MINUTE;

    fn ticket(priority: Priority) -> Ticket {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let mut ticket = Ticket::new(&cx, "T".into(), TicketType::Repair, priority, Source::Staff);
        ticket.created_at = Timestamp(FRIDAY);
        ticket
    }

    #[test]
    fn due_times_run_in_working_hours_and_stand_still_for_the_customer_only() {
        let levels = ServiceLevels::new("Asia/Shanghai", &[], &[]).unwrap();
        let mut ticket = ticket(Priority::Critical);
        levels.set_due(&mut ticket, &[]).unwrap();
        assert_eq!(ticket.response_due_at, Some(Timestamp(FRIDAY + HOUR / 2)));
        // Four working hours from Friday 17:00 end on Monday 12:00.
        let monday_noon = FRIDAY + 67 * HOUR;
        assert_eq!(ticket.resolution_due_at, Some(Timestamp(monday_noon)));
        let pause = |reason| TicketPause {
            id: Uuid::nil(),
            ticket_id: ticket.id,
            reason,
            from_at: Timestamp(FRIDAY),
            to_at: Some(Timestamp(FRIDAY + HOUR)),
        };
        let (customer, parts) = (pause(WaitReason::Customer), pause(WaitReason::Parts));
        levels.set_due(&mut ticket, &[customer]).unwrap();
        assert_eq!(ticket.resolution_due_at, Some(Timestamp(monday_noon + HOUR)));
        levels.set_due(&mut ticket, &[parts]).unwrap();
        assert_eq!(ticket.resolution_due_at, Some(Timestamp(monday_noon)));
    }
}
