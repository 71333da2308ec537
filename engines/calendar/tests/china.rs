//! The shipped Chinese lists against another source, day by day.
//!
//! `vectors/china-workdays.json` was written from PyPI's `chinese_calendar` by `scripts/check-holidays --write`, and
//! `scripts/test` compares the two afresh; so this test needs neither Python nor a network.

#![allow(clippy::unwrap_used, reason = "the whole file is a test")]

use std::collections::BTreeMap;

use calendar::{DayKind, Holidays};
use jiff::civil::date;

#[test]
fn every_day_of_the_shipped_years_is_what_the_other_source_says() {
    let years: BTreeMap<i16, String> = serde_json::from_str(include_str!("../vectors/china-workdays.json")).unwrap();
    assert_eq!(years.keys().copied().collect::<Vec<_>>(), [2024, 2025, 2026]);
    let holidays = Holidays::china().unwrap();
    for (year, letters) in years {
        assert!(holidays.source(year).is_some());
        let first = date(year, 1, 1);
        assert_eq!(letters.len(), usize::try_from(first.days_in_year()).unwrap());
        for (day, expected) in first.series(jiff::Span::new().days(1)).zip(letters.chars()) {
            let letter = match holidays.day(day).kind {
                DayKind::Workday => 'w',
                DayKind::Weekend => 'r',
                DayKind::Holiday => 'h',
                DayKind::AdjustedWorkday => 'a',
            };
            assert_eq!(letter, expected, "{day}");
        }
    }
}
