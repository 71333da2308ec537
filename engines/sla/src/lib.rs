//! Service levels: what is promised to whom, how much of it is used, until when, and why.
//!
//! Policies are data ([`Policy`]), and so is what happened ([`Case`]). [`ServiceLevels::assess`] puts them together with
//! compiled calendars and an instant, and says for each promise how it stands ([`Clock`]), when the next warning or
//! escalation is due ([`Milestone`]) and how the deadline came about ([`Step`]). It reads no clock and keeps nothing, so
//! the same arguments give the same answer, today or in a replay.
//!
//! # Clocks
//!
//! | metric | starts | is met by |
//! |---|---|---|
//! | `response` | when the case is created | the first reply, or the resolution |
//! | `next_reply` | with the first message of the customer that waits for a reply, after the first reply | the next reply, or the resolution; then the next message starts another round |
//! | `arrival` | when the case is created | the first arrival on site; a case resolved without one needs none |
//! | `resolution` | when the case is created | the resolution; a case that is reopened runs on with the time it had used |
//!
//! While a case is resolved or cancelled its clocks stand still, and messages, replies and arrivals mean nothing to them. A
//! clock that a cancelled case leaves behind is not applicable, unless it was breached before.
//!
//! # Arithmetic
//!
//! All durations are working time of the calendar that counts, in `i64` microseconds unless a name says minutes; instants
//! are `i64` microseconds since 1970-01-01T00:00:00Z. Policies are tried in order whenever the case is created or its
//! fields change; the first whose condition holds applies from then on. So the life of a clock falls into *pieces*, each with
//! one policy and one version of one calendar, and
//!
//! - used(t) = the sum over the pieces up to t of `working(piece)`, where `working` is [`calendar::Compiled::working_micros`]
//!   without the pauses of that piece's policy: what was used counts as it was used, whatever applies later;
//! - due = the earliest t with used(t) ≥ target of the policy that applies now; inside a piece that is
//!   [`calendar::Compiled::add_working`];
//! - a warning or escalation at p percent, or m minutes before or after, is the earliest t with used(t) ≥ target · p / 100,
//!   target − m or target + m, but never before the policy that asks for it applied: when a raised priority leaves no
//!   time at all, that is found at the moment of the raise.
//!
//! A clock is met when its end comes at or before `due`, and breached from `due` on while there is none. Once it ended, later
//! facts don't change it. While no policy has a target for a metric its clock stands still and uses nothing.
//!
//! A change of the policies themselves is not a fact of the case: the caller decides whether a case is judged by the policies
//! of today or by those it began with, and hands over these. Calendars do have a history ([`CalendarHistory`]), so that new
//! opening hours don't rewrite the time that was used under the old ones.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use calendar::{Calendar, MINUTE, MONDAY_TO_FRIDAY};
//! use sla::{CalendarHistory, Case, Metric, Policy, ServiceCalendar, ServiceLevels, State};
//!
//! let office = Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60).compile()?;
//! let calendars = BTreeMap::from([("office".to_owned(), CalendarHistory::new(ServiceCalendar::new(office)))]);
//! let policy: Policy = serde_json::from_value(serde_json::json!({
//!     "id": "usual", "when": {"all": []}, "calendar": "office",
//!     "targets": {"response": {"minutes": 120, "warn_percent": [75]}}
//! }))?;
//! let levels = ServiceLevels::new(vec![policy], calendars, &BTreeMap::<String, rules::FieldType>::new())?;
//!
//! let friday_17h = 1_767_344_400_000_000; // 2026-01-02 17:00 in Shanghai
//! let assessment = levels.assess(&Case::new(friday_17h), friday_17h + 30 * MINUTE);
//! let response = assessment.current(Metric::Response).ok_or("no clock")?;
//! assert_eq!(response.state, State::Running);
//! assert_eq!(response.elapsed_minutes(), 30);
//! assert_eq!(response.due_at, Some(friday_17h + 65 * 60 * MINUTE)); // Monday 10:00
//! assert_eq!(assessment.next_at(), Some(friday_17h + (64 * 60 + 30) * MINUTE)); // the warning, Monday 9:30
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod case;
mod clock;
mod error;
mod explain;
mod history;
mod levels;
mod policy;
mod timeline;

pub use case::{Case, Event, Fact};
pub use clock::{Assessment, Clock, Milestone, MilestoneKind, State};
pub use error::SlaError;
pub use explain::{PauseCause, Step};
pub use history::{EndCause, StartCause};
pub use levels::{CalendarHistory, ServiceCalendar, ServiceLevels};
pub use policy::{Escalation, EscalationWhen, Metric, PauseRule, Policy, Target};

/// The most policies one company can have.
pub const MAX_POLICIES: usize = 500;

/// The longest target, in working minutes: about four years of working days.
pub const MAX_MINUTES: u32 = 500_000;

/// The most warnings, and the most escalation levels, of one target.
pub const MAX_MILESTONES: usize = 20;

/// The largest percentage an escalation may wait for.
pub const MAX_PERCENT: u16 = 1000;

/// The most pause rules of one policy.
pub const MAX_PAUSE_RULES: usize = 50;
