//! Dates, durations and cycles in ISO 8601, and when they fall due.
//!
//! Instants are microseconds UTC. Days and months are those of a zone's calendar, so a daily timer stays at its hour of the
//! wall clock when clocks change; hours and smaller are exact.

use jiff::civil::DateTime;
use jiff::fmt::temporal::{DateTimeParser, SpanParser};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::language::Surroundings;

/// Which of the three kinds of text a timer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// `timeDate`: one instant.
    Date,
    /// `timeDuration`: once, some time after the timer starts.
    Duration,
    /// `timeCycle`: again and again.
    Cycle,
}

/// How far a calendar of working time is searched for the next turn of a cycle.
const MOST_TURNS: u32 = 100_000;

/// A timer's text, understood.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// An instant with its offset, microseconds UTC.
    At(i64),
    /// A date and time of the wall clock in the zone of the process.
    AtWallClock(DateTime),
    /// Once after a duration.
    After(Period),
    /// Repeatedly.
    Every {
        /// How many times; none for no end.
        times: Option<u32>,
        /// The instant the grid is counted from, if the cycle names one.
        from: Option<i64>,
        /// The length of one turn.
        period: Period,
    },
}

/// A duration with the text it came from.
#[derive(Debug, Clone)]
pub struct Period {
    text: String,
    span: Span,
}

/// A timer that runs, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// When it falls due, microseconds UTC.
    pub due: i64,
    /// For cycles: the grid and what is left of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
}

/// Where a cycle stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// The instant its turns are counted from.
    pub from: i64,
    /// Which turn `due` is, counted from 1.
    pub turn: i64,
    /// Firings left, the next one included; none for no end.
    pub left: Option<u32>,
    /// The length of one turn, ISO 8601.
    pub period: String,
}

impl Schedule {
    /// Understands a timer's text.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write instead.
    pub fn parse(kind: TimerKind, text: &str) -> Result<Self, String> {
        match kind {
            TimerKind::Date => date(text),
            TimerKind::Duration => Period::parse(text).map(Self::After),
            TimerKind::Cycle => cycle(text),
        }
    }

    /// Starts the timer.
    ///
    /// # Errors
    /// A sentence when the calendar cannot say when it is due.
    pub fn start(&self, now: i64, calendar: Option<&str>, around: &dyn Surroundings) -> Result<Running, String> {
        match self {
            Self::At(due) => Ok(Running { due: *due, cycle: None }),
            Self::AtWallClock(time) => {
                let zoned = time.to_zoned(around.zone()).map_err(|error| out_of_range(&error))?;
                Ok(Running { due: zoned.timestamp().as_microsecond(), cycle: None })
            }
            Self::After(period) => Ok(Running { due: period.after(now, 1, calendar, around)?, cycle: None }),
            Self::Every { times, from, period } => {
                if let Some(from) = from.filter(|from| *from > now) {
                    let cycle = Cycle { from, turn: 0, left: *times, period: period.text.clone() };
                    return Ok(Running { due: from, cycle: Some(cycle) });
                }
                // A grid that began in the past is entered at its next turn.
                let from = from.unwrap_or(now);
                let mut cycle = Cycle { from, turn: 0, left: *times, period: period.text.clone() };
                let (turn, due) = next_turn(period, &cycle, now, from, calendar, around)?;
                cycle.turn = turn;
                Ok(Running { due, cycle: Some(cycle) })
            }
        }
    }
}

impl Running {
    /// What is left of the timer after it fired at `now`: the next turn on its grid that is still to come, or nothing.
    ///
    /// Turns that were missed in between count as this one firing.
    ///
    /// # Errors
    /// A sentence when the calendar cannot say when it is due.
    pub fn next(&self, now: i64, calendar: Option<&str>, around: &dyn Surroundings) -> Result<Option<Self>, String> {
        let Some(cycle) = &self.cycle else { return Ok(None) };
        let left = match cycle.left {
            Some(0 | 1) => return Ok(None),
            Some(left) => Some(left - 1),
            None => None,
        };
        let period = Period::parse(&cycle.period)?;
        let (turn, due) = next_turn(&period, cycle, now.max(self.due), self.due, calendar, around)?;
        Ok(Some(Self { due, cycle: Some(Cycle { turn, left, ..cycle.clone() }) }))
    }
}

/// The first turn after `after`; `due` is that of the turn the cycle stands at.
fn next_turn(
    period: &Period,
    cycle: &Cycle,
    after: i64,
    due: i64,
    calendar: Option<&str>,
    around: &dyn Surroundings,
) -> Result<(i64, i64), String> {
    if let Some(name) = calendar {
        let mut due = due;
        for turn in 1..=MOST_TURNS {
            due = around.working_time(name, due, &period.text)?;
            if due > after {
                return Ok((cycle.turn + i64::from(turn), due));
            }
        }
        return Err("the cycle has too many missed turns to count by its calendar; choose a longer period".into());
    }
    let mut turn = cycle.turn + 1;
    if let Some(length) = period.exact() {
        turn = turn.max((after - cycle.from).div_euclid(length) + 1);
        return Ok((turn, cycle.from.saturating_add(length.saturating_mul(turn))));
    }
    loop {
        let due = period.after(cycle.from, turn, None, around)?;
        if due > after {
            return Ok((turn, due));
        }
        // Days and longer: a first guess from the length of a turn, so that years of outage are not walked day by day.
        let length = (due - cycle.from) / turn;
        let jump = if length > 0 { (after - due) / length * 9 / 10 } else { 0 };
        turn += jump.max(1);
    }
}

impl Period {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not an ISO 8601 duration; write something like PT30M, PT8H or P3D");
        if !text.starts_with('P') {
            return Err(wrong());
        }
        let span = SpanParser::new().parse_span(text).map_err(|_| wrong())?;
        if span.is_negative() {
            return Err(format!("the duration `{text}` goes backwards; write a positive one"));
        }
        Ok(Self { text: text.to_owned(), span })
    }

    /// Length in microseconds when it has no days or longer units, whose length a calendar decides.
    fn exact(&self) -> Option<i64> {
        let span = &self.span;
        if span.get_years() != 0 || span.get_months() != 0 || span.get_weeks() != 0 || span.get_days() != 0 {
            return None;
        }
        let duration = jiff::SignedDuration::try_from(*span).ok()?;
        i64::try_from(duration.as_micros()).ok()
    }

    /// The instant `times` periods after another.
    fn after(&self, from: i64, times: i64, calendar: Option<&str>, around: &dyn Surroundings) -> Result<i64, String> {
        if let Some(name) = calendar {
            return around.working_time(name, from, &self.text);
        }
        add(from, &self.span, times, &around.zone()).map_err(|error| out_of_range(&error))
    }
}

fn add(from: i64, span: &Span, times: i64, zone: &TimeZone) -> Result<i64, jiff::Error> {
    let span = span.checked_mul(times)?;
    let zoned = Timestamp::from_microsecond(from)?.to_zoned(zone.clone()).checked_add(span)?;
    Ok(zoned.timestamp().as_microsecond())
}

fn out_of_range(error: &jiff::Error) -> String {
    format!("the timer's due time is out of range ({error}); choose a nearer one")
}

fn date(text: &str) -> Result<Schedule, String> {
    let wrong = || format!("`{text}` is not an ISO 8601 date and time; write something like 2026-03-01T08:30:00+08:00");
    if !text.contains(['T', 't', ' ']) {
        return Err(wrong());
    }
    let parser = DateTimeParser::new();
    if let Ok(zoned) = parser.parse_zoned(text) {
        return Ok(Schedule::At(zoned.timestamp().as_microsecond()));
    }
    if let Ok(timestamp) = parser.parse_timestamp(text) {
        return Ok(Schedule::At(timestamp.as_microsecond()));
    }
    parser.parse_datetime(text).map(Schedule::AtWallClock).map_err(|_| wrong())
}

fn cycle(text: &str) -> Result<Schedule, String> {
    let wrong =
        || format!("`{text}` is not an ISO 8601 repetition; write something like R3/PT10M, or R/P1D for no end");
    let mut parts = text.split('/');
    let times = match parts.next().and_then(|part| part.strip_prefix('R')).ok_or_else(wrong)? {
        "" => None,
        digits => Some(digits.parse::<u32>().ok().filter(|times| *times > 0).ok_or_else(wrong)?),
    };
    let (first, second, rest) = (parts.next(), parts.next(), parts.next());
    let (from, period) = match (first, second, rest) {
        (Some(period), None, None) => (None, period),
        (Some(from), Some(period), None) => match date(from)? {
            Schedule::At(from) => (Some(from), period),
            _ => {
                return Err(format!(
                    "the start `{from}` of the cycle needs an offset; write it like 2026-03-01T08:30:00+08:00"
                ));
            }
        },
        _ => return Err(wrong()),
    };
    let period = Period::parse(period)?;
    if period.span.is_zero() || period.exact() == Some(0) {
        return Err(format!("the cycle `{text}` has a period of nothing; give it a length"));
    }
    Ok(Schedule::Every { times, from, period })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Plain;

    const MINUTE: i64 = 60_000_000;

    struct Berlin;
    impl Surroundings for Berlin {
        fn zone(&self) -> TimeZone {
            TimeZone::get("Europe/Berlin").unwrap()
        }
        fn working_time(&self, _: &str, from: i64, _: &str) -> Result<i64, String> {
            Ok(from + 7 * MINUTE)
        }
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn parse(kind: TimerKind, text: &str) -> Schedule {
        Schedule::parse(kind, text).unwrap()
    }

    #[test]
    fn a_date_with_an_offset_is_an_instant_and_one_without_is_of_the_zone() {
        let start = |text| parse(TimerKind::Date, text).start(0, None, &Berlin).unwrap().due;
        assert_eq!(start("2026-01-05T18:00:00+08:00"), at("2026-01-05T10:00:00Z"));
        assert_eq!(start("2026-07-05T18:00:00"), at("2026-07-05T16:00:00Z"));
        assert_eq!(start("2026-07-05T18:00:00[Asia/Shanghai]"), at("2026-07-05T10:00:00Z"));
    }

    #[test]
    fn a_day_is_a_day_of_the_zone_when_clocks_change() {
        let saturday = at("2026-03-28T11:00:00Z");
        let next = |text| parse(TimerKind::Duration, text).start(saturday, None, &Berlin).unwrap().due;
        assert_eq!(next("P1D"), at("2026-03-29T10:00:00Z"));
        assert_eq!(next("PT24H"), at("2026-03-29T11:00:00Z"));
    }

    #[test]
    fn a_cycle_stays_on_its_grid_and_missed_turns_are_one_firing() {
        let timer = parse(TimerKind::Cycle, "R3/PT10M").start(0, None, &Plain).unwrap();
        assert_eq!(timer.due, 10 * MINUTE);
        let late = timer.next(35 * MINUTE, None, &Plain).unwrap().unwrap();
        assert_eq!((late.due, late.cycle.clone().unwrap().left), (40 * MINUTE, Some(2)));
        let last = late.next(40 * MINUTE, None, &Plain).unwrap().unwrap();
        assert_eq!(last.due, 50 * MINUTE);
        assert_eq!(last.next(50 * MINUTE, None, &Plain).unwrap(), None);
    }

    #[test]
    fn months_are_counted_from_the_first_so_that_the_31st_comes_back() {
        let mut timer = parse(TimerKind::Cycle, "R/P1M").start(at("2026-01-31T08:00:00Z"), None, &Plain).unwrap();
        assert_eq!(timer.due, at("2026-02-28T08:00:00Z"));
        timer = timer.next(timer.due, None, &Plain).unwrap().unwrap();
        assert_eq!(timer.due, at("2026-03-31T08:00:00Z"));
        timer = timer.next(at("2036-03-31T09:00:00Z"), None, &Plain).unwrap().unwrap();
        assert_eq!(timer.due, at("2036-04-30T08:00:00Z"));
    }

    #[test]
    fn a_cycle_with_a_start_in_the_past_goes_on_at_its_next_turn() {
        let timer = parse(TimerKind::Cycle, "R/2026-01-01T00:00:00Z/P1D");
        let running = timer.start(at("2026-05-05T12:00:00Z"), None, &Plain).unwrap();
        assert_eq!(running.due, at("2026-05-06T00:00:00Z"));
    }

    #[test]
    fn working_time_is_asked_of_the_calendar() {
        let timer = parse(TimerKind::Duration, "PT2H");
        assert_eq!(timer.start(0, Some("office"), &Berlin).unwrap().due, 7 * MINUTE);
        assert!(timer.start(0, Some("office"), &Plain).unwrap_err().contains("office"));
        let cycle = parse(TimerKind::Cycle, "R/PT2H").start(0, Some("office"), &Berlin).unwrap();
        let next = cycle.next(15 * MINUTE, Some("office"), &Berlin).unwrap().unwrap();
        assert_eq!(next.due, 21 * MINUTE);
    }

    #[test]
    fn other_texts_are_refused() {
        for (kind, text) in [
            (TimerKind::Date, "tomorrow"),
            (TimerKind::Date, "2026-01-05"),
            (TimerKind::Duration, "5 minutes"),
            (TimerKind::Duration, "-PT5M"),
            (TimerKind::Duration, "P"),
            (TimerKind::Cycle, "PT5M"),
            (TimerKind::Cycle, "R0/PT5M"),
            (TimerKind::Cycle, "R/PT0S"),
            (TimerKind::Cycle, "R99999999999/PT1S"),
            (TimerKind::Cycle, "R/PT1S/PT1S/PT1S"),
        ] {
            assert!(Schedule::parse(kind, text).is_err(), "{text}");
        }
    }
}
