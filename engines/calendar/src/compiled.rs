//! The checked calendar and its arithmetic.
//!
//! Time zones and calendars are kept apart. Along the wall clock alone, without any zone, the working time since a fixed
//! day is a rising function: whole weeks by multiplication, exceptions by a running sum, one day by hand. A zone is a row
//! of stretches in which the wall clock runs evenly, so working time between two instants is the sum over the stretches
//! of that function's rise, and a deadline is found by turning it round within one stretch. No day is ever stepped over
//! one by one, so a year costs as much as a day.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::{
    Calendar, CalendarError, Interval, MAX_EXCEPTIONS, MAX_INTERVALS_PER_DAY, MINUTE, MINUTES_PER_DAY, Pause,
    SEARCH_YEARS,
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = MINUTES_PER_DAY as i64 * MINUTE;
const SEARCH: i64 = (SEARCH_YEARS * 365 + SEARCH_YEARS / 4 + 1) * DAY;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Day 0, 1970-01-01, was a Thursday: day `n` is `n + 3` days after a Monday.
const MONDAY_BEFORE_DAY_ZERO: i64 = 3;

/// The compiled-in zones only: a machine's own database may be older or newer than its neighbour's.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A checked calendar, ready for questions; build it once with [`Calendar::compile`] and keep it.
#[derive(Debug, Clone)]
pub struct Compiled {
    zone: TimeZone,
    week: [Hours; 7],
    /// Working time from Monday 00:00 to the start of each weekday; the last entry is the whole week.
    week_before: [i64; 8],
    /// By day, rising.
    exceptions: Vec<Exception>,
    /// What all exceptions together add to the plain week.
    all_exceptions: i64,
}

/// A date whose hours are not those of its day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionalDay {
    /// The date by the wall clock of the calendar's zone.
    pub date: Date,
    /// How long it is open, in microseconds of the wall clock.
    pub open_micros: i64,
    /// How long its day of the week usually is.
    pub usual_micros: i64,
}

/// The hours of one day, in microseconds since local midnight, rising and apart.
#[derive(Debug, Clone, Default)]
struct Hours {
    open: Vec<(i64, i64)>,
    total: i64,
}

#[derive(Debug, Clone)]
struct Exception {
    day: i64,
    hours: Hours,
    /// What the exceptions before this one add to the plain week.
    before: i64,
}

/// A time in which the wall clock runs evenly: local = UTC + `offset`.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    offset: i64,
}

impl Hours {
    fn new(intervals: &[Interval], pointer: impl Fn() -> String) -> Result<Self, CalendarError> {
        if intervals.len() > MAX_INTERVALS_PER_DAY {
            return Err(CalendarError::TooManyIntervals { pointer: pointer() });
        }
        let at = |index: usize| format!("{}/{index}", pointer());
        for (index, &Interval { from_minute, to_minute }) in intervals.iter().enumerate() {
            if to_minute > MINUTES_PER_DAY {
                return Err(CalendarError::PastMidnight { pointer: at(index), to_minute });
            }
            if from_minute >= to_minute {
                return Err(CalendarError::EmptyInterval { pointer: at(index), from_minute, to_minute });
            }
        }
        let mut sorted: Vec<(usize, Interval)> = intervals.iter().copied().enumerate().collect();
        sorted.sort_by_key(|(_, interval)| interval.from_minute);
        let mut open: Vec<(i64, i64)> = Vec::with_capacity(sorted.len());
        for (index, interval) in sorted {
            let from = i64::from(interval.from_minute) * MINUTE;
            let to = i64::from(interval.to_minute) * MINUTE;
            match open.last_mut() {
                Some(last) if from < last.1 => return Err(CalendarError::Overlap { pointer: at(index) }),
                Some(last) if from == last.1 => last.1 = to,
                _ => open.push((from, to)),
            }
        }
        let total = open.iter().map(|(from, to)| to - from).sum();
        Ok(Self { open, total })
    }

    /// Working time from midnight to `moment`.
    fn worked(&self, moment: i64) -> i64 {
        self.open.iter().map(|&(from, to)| (moment.min(to) - from).max(0)).sum()
    }
}

impl Compiled {
    pub(crate) fn new(calendar: &Calendar) -> Result<Self, CalendarError> {
        let zone = ZONES.get(&calendar.zone).map_err(|_| CalendarError::UnknownZone(calendar.zone.clone()))?;
        let mut week: [Hours; 7] = Default::default();
        let mut week_before = [0; 8];
        for (index, (hours, intervals)) in week.iter_mut().zip(&calendar.week).enumerate() {
            *hours = Hours::new(intervals, || format!("/week/{index}"))?;
            week_before[index + 1] = week_before[index] + hours.total;
        }
        if calendar.exceptions.len() > MAX_EXCEPTIONS {
            return Err(CalendarError::TooManyExceptions);
        }
        let mut exceptions = Vec::with_capacity(calendar.exceptions.len());
        let mut before = 0;
        for (&date, intervals) in &calendar.exceptions {
            let hours = Hours::new(intervals, || format!("/exceptions/{date}"))?;
            let day = day_of(date);
            let added = hours.total - week[weekday(day)].total;
            exceptions.push(Exception { day, hours, before });
            before += added;
        }
        if week_before[7] == 0 && exceptions.iter().all(|exception| exception.hours.total == 0) {
            return Err(CalendarError::NeverOpen);
        }
        Ok(Self { zone, week, week_before, exceptions, all_exceptions: before })
    }

    /// Working time between two instants, in microseconds, without what falls into a pause; 0 when `to` is not after
    /// `from`. Pauses may come in any order and overlap; an open one lasts for ever.
    pub fn working_micros(&self, from: i64, to: i64, pauses: &[Pause]) -> i64 {
        running(from, to, pauses)
            .into_iter()
            .flat_map(|(from, to)| self.stretches(from, to))
            .map(|stretch| self.worked(stretch.to + stretch.offset) - self.worked(stretch.from + stretch.offset))
            .sum()
    }

    /// [`Self::working_micros`] in whole minutes, rounded down.
    pub fn working_minutes(&self, from: i64, to: i64, pauses: &[Pause]) -> i64 {
        self.working_micros(from, to, pauses) / MINUTE
    }

    /// The earliest instant by which `duration` microseconds of working time have passed since `from`: the inverse of
    /// [`Self::working_micros`]. `None` while an open pause keeps the clock from getting there. A duration of 0 is over
    /// at `from` itself, open or closed.
    ///
    /// # Errors
    /// [`CalendarError::NegativeDuration`], or [`CalendarError::TooFar`] when [`SEARCH_YEARS`] from `from` don't suffice.
    pub fn add_working(&self, from: i64, duration: i64, pauses: &[Pause]) -> Result<Option<i64>, CalendarError> {
        if duration < 0 {
            return Err(CalendarError::NegativeDuration);
        }
        if duration == 0 {
            return Ok(Some(from));
        }
        let limit = from.saturating_add(SEARCH);
        let mut left = duration;
        for (from, to) in running(from, limit, pauses) {
            for stretch in self.stretches(from, to) {
                let before = self.worked(stretch.from + stretch.offset);
                let rise = self.worked(stretch.to + stretch.offset) - before;
                if rise >= left {
                    return Ok(Some(self.reached(before + left, stretch) - stretch.offset));
                }
                left -= rise;
            }
        }
        if pauses.iter().any(|pause| pause.to.is_none() && pause.from < limit) {
            return Ok(None);
        }
        Err(CalendarError::TooFar)
    }

    /// Whether work goes on at this instant.
    pub fn is_open(&self, at: i64) -> bool {
        self.stretches(at, at.saturating_add(1)).any(|stretch| {
            let local = at + stretch.offset;
            let moment = local.rem_euclid(DAY);
            self.hours(local.div_euclid(DAY)).open.iter().any(|&(from, to)| (from..to).contains(&moment))
        })
    }

    /// The earliest open instant at or after `at`; `None` when there is none within [`SEARCH_YEARS`].
    pub fn next_open(&self, at: i64) -> Option<i64> {
        self.stretches(at, at.saturating_add(SEARCH)).find_map(|stretch| self.opens(stretch))
    }

    /// The dates with hours of their own that begin or go on between two instants, rising.
    pub fn exceptional_days(&self, from: i64, to: i64) -> Vec<ExceptionalDay> {
        let (Some(first), Some(last)) = (self.local_day(from), self.local_day(to.saturating_sub(1))) else {
            return Vec::new();
        };
        let start = self.exceptions.partition_point(|exception| exception.day < first);
        let days = self.exceptions[start..].iter().take_while(|exception| from < to && exception.day <= last);
        days.filter_map(|exception| {
            let date = EPOCH.checked_add(jiff::Span::new().try_days(exception.day).ok()?).ok()?;
            let usual_micros = self.week[weekday(exception.day)].total;
            Some(ExceptionalDay { date, open_micros: exception.hours.total, usual_micros })
        })
        .collect()
    }

    /// The date by the wall clock of the calendar's zone; `None` outside the years −9999 to 9999.
    pub fn local_date(&self, at: i64) -> Option<Date> {
        EPOCH.checked_add(jiff::Span::new().try_days(self.local_day(at)?).ok()?).ok()
    }

    /// The day an instant falls on, counted from 1970-01-01.
    fn local_day(&self, at: i64) -> Option<i64> {
        let stretch = self.stretches(at, at.saturating_add(1)).next()?;
        Some((at + stretch.offset).div_euclid(DAY))
    }

    /// The zone's even stretches between two instants. Instants outside the years −9999 to 9999 are cut off.
    fn stretches(&self, from: i64, to: i64) -> impl Iterator<Item = Stretch> {
        let mut at = from.max(Timestamp::MIN.as_microsecond());
        let to = to.min(Timestamp::MAX.as_microsecond());
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            // Transitions fall on whole seconds, so the second decides, and rounding can't skip one.
            let second = Timestamp::from_second(at.div_euclid(SECOND)).ok()?;
            let offset = i64::from(self.zone.to_offset(second).seconds()) * SECOND;
            let next = self.zone.following(second).next().map_or(to, |next| next.timestamp().as_microsecond());
            let stretch = Stretch { from: at, to: next.min(to), offset };
            at = stretch.to;
            Some(stretch)
        })
    }

    /// The hours of a day, counted from 1970-01-01.
    fn hours(&self, day: i64) -> &Hours {
        match self.exceptions.binary_search_by_key(&day, |exception| exception.day) {
            Ok(index) => &self.exceptions[index].hours,
            Err(_) => &self.week[weekday(day)],
        }
    }

    /// Working time up to the start of a day, from a fixed Monday; only differences mean anything.
    fn worked_before(&self, day: i64) -> i64 {
        let weeks = (day + MONDAY_BEFORE_DAY_ZERO).div_euclid(7);
        let exceptions = match self.exceptions.partition_point(|exception| exception.day < day) {
            index if index < self.exceptions.len() => self.exceptions[index].before,
            _ => self.all_exceptions,
        };
        weeks * self.week_before[7] + self.week_before[weekday(day)] + exceptions
    }

    /// Working time up to a moment of the wall clock, in microseconds of local time.
    fn worked(&self, local: i64) -> i64 {
        let day = local.div_euclid(DAY);
        self.worked_before(day) + self.hours(day).worked(local.rem_euclid(DAY))
    }

    /// The first moment of the wall clock by which [`Self::worked`] is `target`, which the stretch is known to reach.
    fn reached(&self, target: i64, stretch: Stretch) -> i64 {
        let mut low = (stretch.from + stretch.offset).div_euclid(DAY);
        let mut high = (stretch.to + stretch.offset).div_euclid(DAY);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.worked_before(middle + 1) >= target {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let mut left = target - self.worked_before(low);
        for &(from, to) in &self.hours(low).open {
            if left <= to - from {
                return low * DAY + from + left;
            }
            left -= to - from;
        }
        stretch.to + stretch.offset
    }

    /// The first open instant of a stretch, in UTC.
    fn opens(&self, stretch: Stretch) -> Option<i64> {
        let local = stretch.from + stretch.offset;
        let end = stretch.to + stretch.offset;
        let worked = self.worked(local);
        let (mut low, mut high) = (local.div_euclid(DAY), end.div_euclid(DAY));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.worked_before(middle + 1) > worked {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let (_, opening) = self
            .hours(low)
            .open
            .iter()
            .map(|&(from, to)| (low * DAY + to, low * DAY + from))
            .find(|&(to, _)| to > local)?;
        let open = opening.max(local);
        (open < end).then_some(open - stretch.offset)
    }
}

/// The parts of `from..to` outside every pause, rising.
fn running(from: i64, to: i64, pauses: &[Pause]) -> Vec<(i64, i64)> {
    let mut stops: Vec<(i64, i64)> =
        pauses.iter().map(|pause| (pause.from, pause.to.unwrap_or(i64::MAX))).filter(|(from, to)| from < to).collect();
    stops.sort_unstable();
    let mut runs = Vec::with_capacity(stops.len() + 1);
    let mut at = from;
    for (stop, go) in stops {
        if at < stop.min(to) {
            runs.push((at, stop.min(to)));
        }
        at = at.max(go);
    }
    if at < to {
        runs.push((at, to));
    }
    runs
}

/// Days since 1970-01-01.
fn day_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// 0 for Monday to 6 for Sunday.
fn weekday(day: i64) -> usize {
    (day + MONDAY_BEFORE_DAY_ZERO).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::MONDAY_TO_FRIDAY;

    const HOUR: i64 = 60 * MINUTE;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn office(zone: &str) -> Calendar {
        Calendar::working_hours(zone, &MONDAY_TO_FRIDAY, 540, 1080)
    }

    #[test]
    fn a_week_has_its_hours() {
        let calendar = office("Asia/Shanghai").compile().unwrap();
        let monday = at("2026-01-05T00:00:00+08:00");
        assert_eq!(calendar.working_micros(monday, monday + 7 * DAY, &[]), 45 * HOUR);
        assert_eq!(calendar.working_micros(monday - 700 * DAY, monday, &[]), 100 * 45 * HOUR);
        assert_eq!(calendar.working_micros(monday, monday, &[]), 0);
        assert_eq!(calendar.working_micros(monday + DAY, monday, &[]), 0);
        assert_eq!(calendar.working_micros(monday + 9 * HOUR + 1, monday + 9 * HOUR + 8, &[]), 7);
        assert_eq!(calendar.working_minutes(monday, monday + 9 * HOUR + 119 * SECOND, &[]), 1);
    }

    #[test]
    fn holidays_close_and_adjusted_workdays_open() {
        // Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 February worked.
        let mut calendar = office("Asia/Shanghai");
        for day in 15..=23 {
            calendar = calendar.with_holiday(date(2026, 2, day));
        }
        for day in [14, 28] {
            calendar = calendar.with_hours(date(2026, 2, day), vec![Interval::new(540, 1080)]);
        }
        let calendar = calendar.compile().unwrap();
        let from = at("2026-02-14T17:00:00+08:00");
        assert_eq!(calendar.add_working(from, 2 * HOUR, &[]), Ok(Some(at("2026-02-24T10:00:00+08:00"))));
        assert_eq!(calendar.working_micros(from, at("2026-02-24T10:00:00+08:00"), &[]), 2 * HOUR);
        assert_eq!(calendar.next_open(at("2026-02-14T18:00:00+08:00")), Some(at("2026-02-24T09:00:00+08:00")));
        assert!(calendar.is_open(from));
        assert!(!calendar.is_open(at("2026-02-16T10:00:00+08:00")));
        assert!(calendar.is_open(at("2026-02-28T09:00:00+08:00")));
        assert!(!calendar.is_open(at("2026-02-28T18:00:00+08:00")));
        // The whole of February: 20 weekdays less 6 holidays on them, and two Saturdays.
        let month = calendar.working_micros(at("2026-02-01T00:00:00+08:00"), at("2026-03-01T00:00:00+08:00"), &[]);
        assert_eq!(month, 16 * 9 * HOUR);
    }

    #[test]
    fn the_night_shift_is_as_long_as_it_really_was() {
        let mut night = Calendar::always_open("Europe/Berlin");
        night.week = std::array::from_fn(|_| vec![Interval::new(0, 360), Interval::new(1320, 1440)]);
        let night = night.compile().unwrap();
        let length = |from: &str, to: &str| night.working_micros(at(from), at(to), &[]);
        assert_eq!(length("2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00"), 7 * HOUR);
        assert_eq!(length("2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00"), 9 * HOUR);
        assert_eq!(
            night.add_working(at("2026-10-24T22:00:00+02:00"), 9 * HOUR, &[]),
            Ok(Some(at("2026-10-25T06:00:00+01:00")))
        );
    }

    #[test]
    fn hours_that_the_clock_skips_are_never_open() {
        let mut gap = Calendar::always_open("Europe/Berlin");
        gap.week = Default::default();
        gap.week[6] = vec![Interval::new(120, 180)];
        let gap = gap.compile().unwrap();
        assert_eq!(gap.next_open(at("2026-03-28T12:00:00Z")), Some(at("2026-04-05T02:00:00+02:00")));
        assert_eq!(gap.add_working(at("2026-03-28T12:00:00Z"), 1, &[]), Ok(Some(at("2026-04-05T00:00:00.000001Z"))));
        // Where clocks go back the hour comes twice.
        assert_eq!(gap.working_micros(at("2026-10-25T00:00:00Z"), at("2026-10-25T02:00:00Z"), &[]), 2 * HOUR);
    }

    #[test]
    fn a_date_that_a_zone_left_out_has_no_hours() {
        // Samoa went from Thursday 29 to Saturday 31 December 2011.
        let apia = office("Pacific/Apia").compile().unwrap();
        assert_eq!(apia.working_micros(at("2011-12-29T10:00:00Z"), at("2012-01-01T00:00:00Z"), &[]), 9 * HOUR);
    }

    #[test]
    fn pauses_that_overlap_count_once() {
        let calendar = office("Asia/Shanghai").compile().unwrap();
        let nine = at("2026-01-05T09:00:00+08:00");
        let pause = |from: i64, to: i64| Pause { from: nine + from * HOUR, to: Some(nine + to * HOUR) };
        let pauses = [pause(3, 5), pause(1, 4), pause(2, 3), pause(7, 6), pause(10, 20)];
        assert_eq!(calendar.working_micros(nine, nine + 24 * HOUR, &pauses), 5 * HOUR);
        assert_eq!(calendar.add_working(nine, HOUR, &pauses), Ok(Some(nine + HOUR)));
        assert_eq!(calendar.add_working(nine, HOUR + 1, &pauses), Ok(Some(nine + 5 * HOUR + 1)));
        assert_eq!(calendar.add_working(nine, 6 * HOUR, &pauses), Ok(Some(nine + 25 * HOUR)));
        assert_eq!(calendar.add_working(nine, 0, &[pause(-1, 1)]), Ok(Some(nine)));
    }

    #[test]
    fn an_open_pause_leaves_no_deadline_unless_it_was_reached_before() {
        let calendar = office("Asia/Shanghai").compile().unwrap();
        let nine = at("2026-01-05T09:00:00+08:00");
        let open = [Pause { from: nine + 2 * HOUR, to: None }];
        assert_eq!(calendar.working_micros(nine, nine + 5 * DAY, &open), 2 * HOUR);
        assert_eq!(calendar.add_working(nine, 2 * HOUR, &open), Ok(Some(nine + 2 * HOUR)));
        assert_eq!(calendar.add_working(nine, 2 * HOUR + 1, &open), Ok(None));
    }

    #[test]
    fn the_search_for_a_deadline_ends() {
        let once = Calendar::working_hours("UTC", &[], 0, 0)
            .with_hours(date(2026, 1, 5), vec![Interval::new(540, 600)])
            .compile()
            .unwrap();
        let from = at("2026-01-01T00:00:00Z");
        assert_eq!(once.add_working(from, HOUR, &[]), Ok(Some(at("2026-01-05T10:00:00Z"))));
        assert_eq!(once.add_working(from, HOUR + 1, &[]), Err(CalendarError::TooFar));
        assert_eq!(once.add_working(from, -1, &[]), Err(CalendarError::NegativeDuration));
        assert_eq!(once.next_open(at("2026-01-05T10:00:00Z")), None);
        let always = Calendar::always_open("America/New_York").compile().unwrap();
        assert_eq!(always.add_working(from, 3652 * DAY, &[]), Ok(Some(from + 3652 * DAY)));
        assert_eq!(always.add_working(from, 3700 * DAY, &[]), Err(CalendarError::TooFar));
        assert_eq!(always.next_open(from + 7), Some(from + 7));
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let always = Calendar::always_open("Europe/Berlin").compile().unwrap();
        assert!(always.working_micros(i64::MIN, i64::MAX, &[]) > 19_000 * 365 * DAY);
        assert_eq!(always.add_working(i64::MAX, 1, &[]), Err(CalendarError::TooFar));
        assert_eq!(always.next_open(i64::MAX), None);
        assert!(!always.is_open(i64::MIN));
    }

    #[test]
    fn exceptional_days_are_those_of_the_local_dates_between() {
        let calendar = office("Asia/Shanghai")
            .with_holiday(date(2026, 10, 1))
            .with_hours(date(2026, 10, 10), vec![Interval::new(540, 720)])
            .compile()
            .unwrap();
        let dates = |from: &str, to: &str| -> Vec<(Date, i64, i64)> {
            let days = calendar.exceptional_days(at(from), at(to));
            days.into_iter().map(|day| (day.date, day.open_micros / HOUR, day.usual_micros / HOUR)).collect()
        };
        let (holiday, adjusted) = ((date(2026, 10, 1), 0, 9), (date(2026, 10, 10), 3, 0));
        assert_eq!(dates("2026-09-30T00:00:00+08:00", "2026-11-01T00:00:00+08:00"), [holiday, adjusted]);
        assert_eq!(dates("2026-10-01T23:59:59+08:00", "2026-10-10T00:00:00+08:00"), [holiday]);
        assert_eq!(dates("2026-10-02T00:00:00+08:00", "2026-10-10T00:00:00.000001+08:00"), [adjusted]);
        assert_eq!(dates("2026-10-01T08:00:00+08:00", "2026-10-01T08:00:00+08:00"), []);
        assert_eq!(calendar.local_date(at("2026-10-01T20:00:00Z")), Some(date(2026, 10, 2)));
    }
}
