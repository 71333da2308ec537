//! How the numbers of an object's records look, and taking the next one.

use db::{Db, DbError};
use kernel::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Checks, model::ObjectDefinition, reveal::kind_in_events};

/// Fewest and most digits.
const DIGITS: std::ops::RangeInclusive<u8> = 3..=9;

/// More than the digits of any count, so that a record's place among all follows from its period and its count.
const PERIOD: i64 = 1_000_000_000_000;

/// The day that a number tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberDate {
    /// None: counting never begins anew.
    #[default]
    None,
    /// The year, in which counting begins anew.
    Year,
    /// Year and month, in which counting begins anew.
    Month,
}

/// How numbers look behind their prefix. Empty it stands for six plain digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NumberFormat {
    /// The year or month between prefix and digits, in the company's time zone.
    pub date: NumberDate,
    /// Fewest digits, 3 to 9; shorter counts get zeros in front.
    pub digits: u8,
    /// The first count. Counting never goes back: one below what was given already changes nothing.
    pub start: i64,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self { date: NumberDate::None, digits: 6, start: 1 }
    }
}

/// The number of a new record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordNumber {
    /// As people read it.
    pub text: String,
    /// Its place among the object's numbers.
    pub(crate) serial: i64,
}

impl NumberFormat {
    /// Refuses what makes no numbers. `was` is the prefix before a change.
    pub(crate) fn check(self, prefix: &str, was: Option<&str>, checks: &mut Checks) {
        if !DIGITS.contains(&self.digits) {
            let message = format!("Choose {} to {} digits.", DIGITS.start(), DIGITS.end());
            checks.refuse("/number_format/digits", "invalid_digits", message);
        } else if self.start < 1 || self.start >= 10_i64.pow(u32::from(self.digits)) {
            let message = format!("Begin with a number from 1 that has at most {} digits.", self.digits);
            checks.refuse("/number_format/start", "invalid_start", message);
        }
        // `VH-2026` without a date would make the very numbers that `VH` makes in that year.
        if was != Some(prefix) && ends_like_a_date(prefix) {
            let message = "Leave the year out of the prefix; let numbers have a year or month instead.";
            checks.refuse("/number_prefix", "prefix_is_date", message);
        }
    }

    /// Year or month of the day, as numbers tell it; 0 without one.
    fn period(self, day: jiff::civil::Date) -> i64 {
        match self.date {
            NumberDate::None => 0,
            NumberDate::Year => i64::from(day.year()),
            NumberDate::Month => i64::from(day.year()) * 100 + i64::from(day.month()),
        }
    }

    /// What stands before the digits.
    fn stem(prefix: &str, period: i64) -> String {
        let date = if period == 0 { String::new() } else { period.to_string() };
        // Each part has a dash behind it; an empty one has none.
        [prefix, &date].into_iter().filter(|part| !part.is_empty()).flat_map(|part| [part, "-"]).collect()
    }

    fn number(self, prefix: &str, day: jiff::civil::Date, count: i64) -> RecordNumber {
        let period = self.period(day);
        let width = usize::from(self.digits);
        let text = format!("{}{count:0width$}", Self::stem(prefix, period));
        RecordNumber { text, serial: period * PERIOD + count }
    }
}

/// Whether a prefix ends in what a year or a month looks like in numbers.
fn ends_like_a_date(prefix: &str) -> bool {
    let last = prefix.rsplit('-').next().unwrap_or_default();
    matches!(last.len(), 4 | 6) && last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes the number of a new record. Call it before the transaction.
///
/// Counts stand by what is before the digits, so that nobody gets a number twice however often formats are changed; those
/// without a date go on from one another whatever the prefix is.
pub(crate) async fn take(db: &Db, cx: &Context, object: &ObjectDefinition) -> Result<RecordNumber, DbError> {
    let format = object.number_format.0;
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = zone.to_datetime(cx.now().to_jiff()).date();
    let all = kind_in_events(&object.key);
    let series = match format.period(day) {
        0 => all,
        period => format!("{all}#{}", NumberFormat::stem(&object.number_prefix, period)),
    };
    let count = db.next_number_from(cx, &series, format.start).await?;
    Ok(format.number(&object.number_prefix, day, count))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_look_as_they_were_asked_to() {
        let of = |date: NumberDate, digits: u8| NumberFormat { date, digits, start: 1 };
        let day = date(2026, 3, 2);
        let text = |format: NumberFormat, prefix: &str, count: i64| format.number(prefix, day, count).text;
        assert_eq!(text(NumberFormat::default(), "VH", 1), "VH-000001");
        assert_eq!(text(of(NumberDate::Year, 5), "VH", 42), "VH-2026-00042");
        assert_eq!(text(of(NumberDate::Month, 3), "VH", 7), "VH-202603-007");
        assert_eq!(text(of(NumberDate::Year, 3), "", 7), "2026-007");
        assert_eq!(text(of(NumberDate::None, 3), "", 7), "007");
        assert_eq!(text(of(NumberDate::None, 3), "VH", 12_345), "VH-12345");
    }

    #[test]
    fn objects_of_before_keep_six_digits() {
        assert_eq!(serde_json::from_str::<NumberFormat>("{}").unwrap(), NumberFormat::default());
        assert_eq!(NumberFormat::default().number("", date(2026, 3, 2), 1).text, "000001");
    }

    #[test]
    fn later_periods_come_after_earlier_ones() {
        let year = NumberFormat { date: NumberDate::Year, digits: 5, start: 1 };
        let (old, new) = (year.number("A", date(2025, 12, 31), 99_999), year.number("A", date(2026, 1, 1), 1));
        assert!(old.serial < new.serial);
    }

    #[test]
    fn a_prefix_may_have_digits_but_no_year() {
        let refused = |prefix: &str| ends_like_a_date(prefix);
        assert!(refused("2026") && refused("VH-2026") && refused("VH-202603"));
        assert!(!refused("VH") && !refused("A2026") && !refused("VH-20") && !refused("VH-2026-B") && !refused(""));
    }
}
