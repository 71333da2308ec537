//! Calendar days without a time: `YYYY-MM-DD` in JSON and in columns.

use std::{borrow::Cow, fmt, str::FromStr};

use db::{DbError, FromColumn, LiteValue, PgType, Value};
use jiff::{ToSpan, civil, tz::TimeZone};
use kernel::{Context, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A day of the calendar between 0001-01-01 and 9999-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date; write it like 2026-03-01")]
pub struct DateError(String);

impl Date {
    /// The day with these numbers, if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = civil::Date::new(year, month, day).ok()?;
        (year >= 1).then_some(Self(date))
    }

    /// Today where the tenant is.
    pub fn today(cx: &Context) -> Self {
        Self::of(cx.now(), cx.zone())
    }

    /// The day of an instant in an IANA time zone; UTC when the zone is not known.
    pub fn of(at: Timestamp, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self(at.to_jiff().to_zoned(zone).date())
    }

    /// The last day of a term of `months` that begins on this day: 2025-03-01 and 12 give 2026-02-28. Where the month
    /// is too short the term ends with it: 2024-02-29 and 12 give 2025-02-28. `None` for an empty term and beyond 9999.
    pub fn last_of_months(self, months: i32) -> Option<Self> {
        if months <= 0 {
            return None;
        }
        let next = self.0.checked_add(months.months()).ok()?;
        let cut_short = next.day() < self.0.day();
        if cut_short { Some(Self(next)) } else { next.yesterday().ok().map(Self) }
    }

    /// The same day so many months later, or earlier when negative; the last day of a shorter month. `None` outside the
    /// calendar.
    pub fn plus_months(self, months: i32) -> Option<Self> {
        let date = self.0.checked_add(months.months()).ok()?;
        (date.year() >= 1).then_some(Self(date))
    }

    /// Days from `earlier` to this day; negative when it is later.
    pub fn days_since(self, earlier: Self) -> i32 {
        earlier.0.until((jiff::Unit::Day, self.0)).map_or(0, |span| span.get_days())
    }

    /// The month as `YYYY-MM`.
    pub fn month(self) -> String {
        format!("{:04}-{:02}", self.0.year(), self.0.month())
    }

    /// This many days later, or earlier when negative; `None` outside the calendar.
    pub fn plus_days(self, days: i32) -> Option<Self> {
        let date = self.0.checked_add(days.days()).ok()?;
        (date.year() >= 1).then_some(Self(date))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError(text.chars().take(64).collect());
        let shaped = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        if !shaped {
            return Err(wrong());
        }
        let (Ok(year), Ok(month), Ok(day)) = (text[..4].parse(), text[5..7].parse(), text[8..].parse()) else {
            return Err(wrong());
        };
        Self::new(year, month, day).ok_or_else(wrong)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "YYYY-MM-DD" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Value::Text(Cow::Owned(date.to_string()))
    }
}

impl FromColumn for Date {
    fn from_lite(value: LiteValue<'_>) -> Result<Self, DbError> {
        String::from_lite(value)?.parse().map_err(|error: DateError| DbError::Internal(error.to_string()))
    }

    fn from_pg(ty: &PgType, raw: Option<&[u8]>) -> Result<Self, DbError> {
        String::from_pg(ty, raw)?.parse().map_err(|error: DateError| DbError::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn only_real_days_in_one_spelling_are_read() {
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
        for wrong in
            ["2023-02-29", "2026-1-1", "0000-01-01", "2026-13-01", "20260101", "２０26-01-01", "", "2026-01-01T00:00"]
        {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_term_ends_the_day_before_the_next_one_begins() {
        let last = |from: &str, months| day(from).last_of_months(months).map(|date| date.to_string());
        assert_eq!(last("2025-03-01", 12).as_deref(), Some("2026-02-28"));
        assert_eq!(last("2025-01-15", 1).as_deref(), Some("2025-02-14"));
        assert_eq!(last("2025-01-31", 1).as_deref(), Some("2025-02-28"));
        assert_eq!(last("2024-02-29", 12).as_deref(), Some("2025-02-28"));
        assert_eq!(last("2025-01-01", 0), None);
        assert_eq!(last("9999-01-01", 240), None);
    }

    #[test]
    fn the_day_is_the_tenants_not_the_servers() {
        let late = Timestamp::from_seconds(1_772_380_800); // 2026-03-01T16:00:00Z
        assert_eq!(Date::of(late, "Asia/Shanghai"), day("2026-03-02"));
        assert_eq!(Date::of(late, "UTC"), day("2026-03-01"));
        assert_eq!(Date::of(late, "Nowhere/Atall"), day("2026-03-01"));
    }

    proptest! {
        #[test]
        fn the_order_of_days_is_the_order_of_their_texts(a in -200_000_i32..200_000, b in -200_000_i32..200_000) {
            let start = day("2026-01-01");
            let (a, b) = (start.plus_days(a).unwrap(), start.plus_days(b).unwrap());
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(day(&a.to_string()), a);
            prop_assert_eq!(b.plus_days(a.days_since(b)), Some(a));
        }
    }
}
