//! Working time: hours, holidays, adjusted workdays and pauses, exact to the microsecond.
//!
//! A [`Calendar`] is what people edit and what is stored: a zone, hours for each day of the week, and exceptions by
//! date. [`Calendar::compile`] checks it and gives a [`Compiled`] calendar, which answers questions:
//!
//! ```
//! use calendar::{Calendar, MINUTE};
//!
//! let calendar = Calendar::working_hours("Asia/Shanghai", &calendar::MONDAY_TO_FRIDAY, 9 * 60, 18 * 60).compile()?;
//! let friday_17h = 1_767_344_400_000_000; // 2026-01-02 17:00 in Shanghai
//! let deadline = calendar.add_working(friday_17h, 120 * MINUTE, &[])?;
//! assert_eq!(deadline, Some(friday_17h + 65 * 60 * MINUTE)); // Monday 10:00
//! assert_eq!(calendar.working_minutes(friday_17h, friday_17h + 65 * 60 * MINUTE, &[]), 120);
//! # Ok::<(), calendar::CalendarError>(())
//! ```
//!
//! Instants are `i64` microseconds since 1970-01-01T00:00:00Z, durations are `i64` microseconds. An instant is open when
//! the wall clock of the calendar's zone stands inside the hours of its local date. So where clocks go back, the
//! repeated hour counts twice, and where they go forward, the hour that never was counts nothing: both are what really
//! passes. Nothing here reads a clock; zones come from the IANA database that is compiled in, so every node answers alike.

mod compiled;
mod error;
mod holidays;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use compiled::{Compiled, ExceptionalDay};
pub use error::CalendarError;
pub use holidays::{Day, DayKind, Holiday, HolidayError, HolidayFile, HolidayName, HolidayYear, Holidays};
pub use jiff::civil::{Date, Weekday};

/// One minute in microseconds.
pub const MINUTE: i64 = 60_000_000;

/// Minutes from one midnight to the next by the wall clock: the largest `to_minute`.
pub const MINUTES_PER_DAY: u16 = 1440;

/// The usual working week.
pub const MONDAY_TO_FRIDAY: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// How far [`Compiled::add_working`] and [`Compiled::next_open`] look ahead before they give up.
pub const SEARCH_YEARS: i64 = 10;

/// The most intervals one day may have.
pub const MAX_INTERVALS_PER_DAY: usize = 24;

/// The most dated exceptions one calendar may have.
pub const MAX_EXCEPTIONS: usize = 5000;

/// Hours of one day by the wall clock, in minutes since local midnight; `from_minute` belongs to it, `to_minute` doesn't.
///
/// A shift over midnight is two intervals, one up to 1440 and one from 0 on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// First open minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is closed again, 1 to 1440.
    pub to_minute: u16,
}

impl Interval {
    /// Hours from one minute of the day to another; checked when the calendar is compiled.
    pub const fn new(from_minute: u16, to_minute: u16) -> Self {
        Self { from_minute, to_minute }
    }

    /// Midnight to midnight.
    pub const ALL_DAY: Self = Self::new(0, MINUTES_PER_DAY);
}

/// A time in which the clock stands still, for example while the customer is asked something.
///
/// A pause that ends before it begins, or when it begins, is no pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// First paused instant, microseconds UTC.
    pub from: i64,
    /// First instant that runs again; `None` while the pause is still open.
    pub to: Option<i64>,
}

/// A business calendar as it is edited and stored.
///
/// As JSON: `{"zone":"Asia/Shanghai","week":[[{"from_minute":540,"to_minute":1080}],…6 more],"exceptions":{"2026-10-01":[]}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA name of the time zone, such as `Asia/Shanghai`.
    pub zone: String,
    /// Open hours of Monday to Sunday, in any order within a day.
    pub week: [Vec<Interval>; 7],
    /// Hours of single dates that replace those of the week: none for a holiday, some for an adjusted workday (调休).
    #[serde(default, with = "by_date")]
    #[schemars(with = "BTreeMap<String, Vec<Interval>>")]
    pub exceptions: BTreeMap<Date, Vec<Interval>>,
}

impl Calendar {
    /// Open day and night; the zone still decides what a date is.
    pub fn always_open(zone: impl Into<String>) -> Self {
        Self { zone: zone.into(), week: std::array::from_fn(|_| vec![Interval::ALL_DAY]), exceptions: BTreeMap::new() }
    }

    /// The same hours on each of the days named, closed on the others.
    pub fn working_hours(zone: impl Into<String>, days: &[Weekday], from_minute: u16, to_minute: u16) -> Self {
        let mut week: [Vec<Interval>; 7] = Default::default();
        for day in days {
            let index = day.to_monday_zero_offset().unsigned_abs() as usize;
            if let Some(hours) = week.get_mut(index) {
                *hours = vec![Interval::new(from_minute, to_minute)];
            }
        }
        Self { zone: zone.into(), week, exceptions: BTreeMap::new() }
    }

    /// The calendar with one date closed.
    #[must_use]
    pub fn with_holiday(mut self, date: Date) -> Self {
        self.exceptions.insert(date, Vec::new());
        self
    }

    /// The calendar with other hours on one date.
    #[must_use]
    pub fn with_hours(mut self, date: Date, hours: Vec<Interval>) -> Self {
        self.exceptions.insert(date, hours);
        self
    }

    /// Checks the calendar and prepares it for questions.
    ///
    /// # Errors
    /// An unknown zone, hours that are empty, overlap or leave the day, too many of them, or no open minute at all.
    pub fn compile(&self) -> Result<Compiled, CalendarError> {
        Compiled::new(self)
    }
}

/// Dates as `YYYY-MM-DD` keys, and nothing looser: `20261001` and `2026-10-01` would otherwise be one date twice.
mod by_date {
    use std::collections::BTreeMap;

    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Interval;

    pub fn serialize<S: Serializer>(dates: &BTreeMap<Date, Vec<Interval>>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(dates.iter().map(|(date, hours)| (date.to_string(), hours)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Date, Vec<Interval>>, D::Error> {
        BTreeMap::<String, Vec<Interval>>::deserialize(from)?
            .into_iter()
            .map(|(text, hours)| match text.parse::<Date>() {
                Ok(date) if date.to_string() == text => Ok((date, hours)),
                _ => Err(D::Error::custom(format!("`{text}` is not a date of the form YYYY-MM-DD"))),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Calendar {
        Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 540, 1080)
    }

    #[test]
    fn a_calendar_survives_json() {
        let calendar = shanghai()
            .with_holiday(jiff::civil::date(2026, 10, 1))
            .with_hours(jiff::civil::date(2026, 10, 10), vec![Interval::new(540, 720)]);
        let json = serde_json::to_value(&calendar).unwrap();
        assert_eq!(json["week"][0], serde_json::json!([{"from_minute": 540, "to_minute": 1080}]));
        assert_eq!(json["week"][6], serde_json::json!([]));
        assert_eq!(json["exceptions"]["2026-10-01"], serde_json::json!([]));
        assert_eq!(serde_json::from_value::<Calendar>(json).unwrap(), calendar);
    }

    #[test]
    fn its_json_schema_speaks_of_dates_and_seven_days() {
        let schema = schemars::schema_for!(Calendar);
        let properties = &schema.as_value()["properties"];
        assert_eq!(properties["week"]["minItems"], 7);
        assert_eq!(properties["exceptions"]["type"], "object");
    }

    #[test]
    fn json_that_is_not_a_calendar_is_refused() {
        let week = "[[],[],[],[],[],[],[]]";
        for (text, part) in [
            (format!(r#"{{"zone":"UTC","week":{week},"exceptions":{{"20261001":[]}}}}"#), "YYYY-MM-DD"),
            (format!(r#"{{"zone":"UTC","week":{week},"exceptions":{{"2026-02-30":[]}}}}"#), "YYYY-MM-DD"),
            (format!(r#"{{"zone":"UTC","week":{week},"holidays":[]}}"#), "holidays"),
            (r#"{"zone":"UTC","week":[[],[]]}"#.to_owned(), "7"),
        ] {
            let error = serde_json::from_str::<Calendar>(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_wrong_calendar_is_refused_with_the_place() {
        let with = |monday: Vec<Interval>| {
            let mut calendar = shanghai();
            calendar.week[0] = monday;
            calendar.compile().unwrap_err()
        };
        let error = with(vec![Interval::new(540, 720), Interval::new(700, 800)]);
        assert_eq!(error, CalendarError::Overlap { pointer: "/week/0/1".into() });
        let error = with(vec![Interval::new(780, 1080), Interval::new(540, 781)]);
        assert_eq!(error.pointer(), Some("/week/0/0"));
        let error = with(vec![Interval::new(720, 720)]);
        assert_eq!(
            error,
            CalendarError::EmptyInterval { pointer: "/week/0/0".into(), from_minute: 720, to_minute: 720 }
        );
        let error = with(vec![Interval::new(720, 1441)]);
        assert_eq!(error, CalendarError::PastMidnight { pointer: "/week/0/0".into(), to_minute: 1441 });
        let error = with((0..25).map(|n| Interval::new(n, n + 1)).collect());
        assert_eq!(error, CalendarError::TooManyIntervals { pointer: "/week/0".into() });

        let date = jiff::civil::date(2026, 10, 10);
        let error = shanghai().with_hours(date, vec![Interval::new(9, 8)]).compile().unwrap_err();
        assert_eq!(error.pointer(), Some("/exceptions/2026-10-10/0"));

        let error = Calendar::always_open("Asia/Peking").compile().unwrap_err();
        assert_eq!(error, CalendarError::UnknownZone("Asia/Peking".into()));
        assert_eq!(error.pointer(), Some("/zone"));
        let error = Calendar::working_hours("UTC", &[], 540, 1080).compile().unwrap_err();
        assert_eq!(error, CalendarError::NeverOpen);
        assert_eq!(error.pointer(), None);
    }

    #[test]
    fn adjoining_hours_are_not_an_overlap() {
        let calendar = Calendar {
            week: std::array::from_fn(|_| vec![Interval::new(720, 1080), Interval::new(540, 720)]),
            ..Calendar::always_open("UTC")
        };
        assert_eq!(calendar.compile().unwrap().working_minutes(0, 24 * 60 * MINUTE, &[]), 540);
    }
}
