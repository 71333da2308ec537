//! Why a deadline is what it is, step by step, as data: codes with arguments, for which each page has its own words.

use std::collections::BTreeSet;

use calendar::HolidayName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::history::Round;
use crate::timeline::{Counting, Piece, Reach, Timeline};
use crate::{EndCause, StartCause};

/// Why a clock stood still.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PauseCause {
    /// The case was in a status that pauses.
    Status {
        /// Its id.
        status: String,
        /// Its category.
        category: String,
        /// Why the case was in it.
        reason: Option<String>,
    },
    /// The case waited for something besides its status.
    Hold {
        /// Its id.
        hold: String,
        /// What for.
        reason: String,
    },
    /// The case was over, until it was reopened.
    Ended {
        /// How.
        how: EndCause,
    },
}

/// One step of an explanation. Instants are microseconds UTC, durations microseconds of working time, dates `YYYY-MM-DD` by
/// the wall clock of the calendar.
///
/// Steps go up to the due time, or where there is none up to now or to the clock's end. Policies that came after
/// a due time already past are named too, because they may have moved it there. All `counted` steps together are the target
/// when there is a due time, and the time used when there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Step {
    /// The clock started.
    Started {
        /// When.
        at: i64,
        /// With what.
        because: StartCause,
    },
    /// A policy came to apply: with the start, or because fields changed.
    PolicyApplied {
        /// From when.
        at: i64,
        /// Its id.
        policy: String,
        /// What it promises, in working minutes.
        target_minutes: u32,
        /// The id of the calendar that counts.
        calendar: String,
        /// What had been used before, which counts.
        used_micros: i64,
    },
    /// From here on nothing was promised for this metric.
    NoTarget {
        /// From when.
        at: i64,
        /// The policy that applied, if any did.
        policy: Option<String>,
        /// What had been used before.
        used_micros: i64,
    },
    /// The calendar got other hours.
    CalendarChanged {
        /// From when.
        at: i64,
        /// Its id.
        calendar: String,
        /// What had been used before, which counts.
        used_micros: i64,
    },
    /// The deadline reaches into a year whose holidays are not published, so it may still move.
    YearWithoutList {
        /// The calendar.
        calendar: String,
        /// The year.
        year: i16,
    },
    /// A day was closed that is usually open.
    Holiday {
        /// The day.
        date: String,
        /// What it is called, if the calendar knows.
        name: Option<HolidayName>,
        /// Whether its year's list is not published yet.
        provisional: bool,
        /// How much working time it usually has.
        usual_micros: i64,
    },
    /// A day was open that is usually closed.
    AdjustedWorkday {
        /// The day.
        date: String,
        /// The holiday it was worked for, if the calendar knows.
        name: Option<HolidayName>,
        /// How much working time it had.
        open_micros: i64,
    },
    /// A day had other hours than usual.
    OtherHours {
        /// The day.
        date: String,
        /// How much working time it had.
        open_micros: i64,
        /// How much it usually has.
        usual_micros: i64,
    },
    /// The clock stood still.
    Paused {
        /// From when.
        from: i64,
        /// Until when; `None` while it still does.
        to: Option<i64>,
        /// Why; several where pauses overlapped.
        because: Vec<PauseCause>,
        /// The working time that did not count, by which the deadline was extended.
        extended_by_micros: i64,
    },
    /// So much was counted.
    Counted {
        /// From when.
        from: i64,
        /// Until when.
        to: i64,
        /// By which calendar.
        calendar: String,
        /// How much working time.
        counted_micros: i64,
    },
    /// So it is due then.
    Due {
        /// When.
        at: i64,
    },
    /// There is no due time as long as the clock stands still.
    Held {
        /// What is left for when it goes on.
        remaining_micros: i64,
    },
    /// The calendar has too few working hours to get there.
    OutOfReach {
        /// How many years it looked ahead.
        years: i64,
    },
    /// It is broken.
    Breached {
        /// From when: the due time, or the change that brought it into the past.
        at: i64,
    },
    /// The clock ended.
    Ended {
        /// When.
        at: i64,
        /// With what.
        because: EndCause,
        /// The working time used.
        elapsed_micros: i64,
    },
}

pub(crate) fn explain(
    round: &Round,
    timeline: &Timeline<'_>,
    due: Reach,
    breached_at: Option<i64>,
    now: i64,
) -> Vec<Step> {
    let last = round.end.map_or(now, |(at, _)| at);
    let until = due.at().unwrap_or(last);
    let mut steps = vec![Step::Started { at: round.from, because: round.start }];
    let mut days = Days { seen: BTreeSet::new(), until };
    let mut before: Option<&Piece<'_>> = None;
    for piece in &timeline.pieces {
        let rules = rules_of(piece, before, timeline.used(piece.from));
        // A policy can bring the due time into the past; new hours can't, they only count from then on.
        if piece.from < until || !matches!(rules, Step::CalendarChanged { .. }) {
            steps.push(rules);
        }
        before = Some(piece);
        if let Some(counting) = piece.counting.as_ref().filter(|_| piece.from < until) {
            days.describe(piece, counting, &mut steps);
            describe_pauses(piece, counting, until, &mut steps);
            let to = until.min(piece.to);
            steps.push(Step::Counted {
                from: piece.from,
                to,
                calendar: counting.calendar_id.to_owned(),
                counted_micros: piece.worked(piece.from, to),
            });
        }
    }
    if let Some(counting) = timeline.current().and_then(|piece| piece.counting.as_ref()) {
        steps.push(match due {
            Reach::At(at) => Step::Due { at },
            Reach::Held => Step::Held { remaining_micros: counting.target.micros() - timeline.used(last) },
            Reach::Beyond => Step::OutOfReach { years: calendar::SEARCH_YEARS },
        });
    }
    steps.extend(breached_at.map(|at| Step::Breached { at }));
    steps.extend(round.end.map(|(at, because)| Step::Ended { at, because, elapsed_micros: timeline.used(at) }));
    steps
}

/// What began to count with a piece.
fn rules_of(piece: &Piece<'_>, before: Option<&Piece<'_>>, used_micros: i64) -> Step {
    let policy = piece.policy.map(|policy| policy.id.clone());
    let same_policy = before.is_some_and(|before| before.policy.map(|policy| &policy.id) == policy.as_ref());
    match (&piece.counting, policy) {
        (Some(counting), Some(_)) if same_policy => {
            Step::CalendarChanged { at: piece.from, calendar: counting.calendar_id.to_owned(), used_micros }
        }
        (Some(counting), Some(policy)) => Step::PolicyApplied {
            at: piece.from,
            policy,
            target_minutes: counting.target.minutes,
            calendar: counting.calendar_id.to_owned(),
            used_micros,
        },
        (_, policy) => Step::NoTarget { at: piece.from, policy, used_micros },
    }
}

/// Days that are not as their day of the week usually is, each named once for a calendar.
struct Days {
    seen: BTreeSet<(String, String)>,
    until: i64,
}

impl Days {
    fn describe(&mut self, piece: &Piece<'_>, counting: &Counting<'_>, steps: &mut Vec<Step>) {
        let (from, to) = (piece.from, piece.to.min(self.until));
        let hours = &counting.calendar.hours;
        let holidays = counting.calendar.holidays.as_deref();
        if let (Some(holidays), Some(first), Some(last)) = (holidays, hours.local_date(from), hours.local_date(to)) {
            for year in (first.year()..=last.year()).filter(|&year| holidays.source(year).is_none()) {
                if self.seen.insert((counting.calendar_id.to_owned(), year.to_string())) {
                    steps.push(Step::YearWithoutList { calendar: counting.calendar_id.to_owned(), year });
                }
            }
        }
        for day in hours.exceptional_days(from, to) {
            let date = day.date.to_string();
            if !self.seen.insert((counting.calendar_id.to_owned(), date.clone())) {
                continue;
            }
            let known = holidays.map(|holidays| holidays.day(day.date));
            // A company may work on a holiday or close on a workday; then the list's name would say the opposite.
            let name = |worked: bool| known.filter(|day| day.is_workday() == worked).and_then(|day| day.name).cloned();
            steps.push(match (day.open_micros, day.usual_micros) {
                (open, usual) if open == usual => continue,
                (0, usual_micros) => {
                    let name = name(false);
                    let provisional = name.is_some() && known.is_some_and(|day| day.provisional);
                    Step::Holiday { date, name, provisional, usual_micros }
                }
                (open_micros, 0) => Step::AdjustedWorkday { date, name: name(true), open_micros },
                (open_micros, usual_micros) => Step::OtherHours { date, open_micros, usual_micros },
            });
        }
    }
}

fn describe_pauses(piece: &Piece<'_>, counting: &Counting<'_>, until: i64, steps: &mut Vec<Step>) {
    for stop in counting.stops.iter().filter(|stop| stop.from < until) {
        let end = stop.to.unwrap_or(i64::MAX).min(piece.to).min(until);
        steps.push(Step::Paused {
            from: stop.from,
            to: stop.to,
            because: stop.causes.clone(),
            extended_by_micros: counting.calendar.hours.working_micros(stop.from, end, &[]),
        });
    }
}
