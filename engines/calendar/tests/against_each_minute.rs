//! The arithmetic against the plainest oracle there is: look at every minute and ask the wall clock.

#![allow(clippy::unwrap_used, reason = "the whole file is a test")]

use calendar::{Calendar, Compiled, Interval, MINUTE, Pause};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;

/// Zones with even clocks, clocks that jump by an hour or half an hour, odd offsets, and a date left out.
const ZONES: [&str; 9] = [
    "Asia/Shanghai",
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
];

/// Instants around which clocks change in one or more of those zones, in seconds.
const NEAR: [i64; 6] = [
    1_774_731_600, // 2026-03-28T21:00Z, the night before Europe's spring change
    1_793_012_400, // 2026-10-26T..: just after Europe's autumn change
    1_772_928_000, // 2026-03-08, North America
    1_793_433_600, // 2026-11-01, North America
    1_775_224_800, // 2026-04-03, Lord Howe Island
    1_325_116_800, // 2011-12-29, Samoa
];

const DAYS: i64 = 6;
const MINUTES: i64 = DAYS * 1440;

#[derive(Debug)]
struct Oracle {
    /// Whether each minute from the start on is open.
    open: Vec<bool>,
    start: i64,
}

impl Oracle {
    fn new(calendar: &Calendar, start: i64, minutes: i64) -> Self {
        let zone = TimeZone::get(&calendar.zone).unwrap();
        let open = (0..minutes).map(|n| is_open(calendar, &zone, start + n * MINUTE)).collect();
        Self { open, start }
    }

    fn counts(&self, minute: i64, pauses: &[Pause]) -> bool {
        let at = self.start + minute * MINUTE;
        let paused = pauses.iter().any(|pause| pause.from <= at && pause.to.is_none_or(|to| at < to));
        self.open[usize::try_from(minute).unwrap()] && !paused
    }
}

fn is_open(calendar: &Calendar, zone: &TimeZone, at: i64) -> bool {
    let local = zone.to_datetime(Timestamp::from_microsecond(at).unwrap());
    let weekday = usize::try_from(local.date().weekday().to_monday_zero_offset()).unwrap();
    let hours = calendar.exceptions.get(&local.date()).unwrap_or(&calendar.week[weekday]);
    let minute = u16::try_from(i16::from(local.hour()) * 60 + i16::from(local.minute())).unwrap();
    hours.iter().any(|hours| hours.from_minute <= minute && minute < hours.to_minute)
}

fn hours() -> impl Strategy<Value = Vec<Interval>> {
    prop_oneof![
        2 => Just(Vec::new()),
        2 => Just(vec![Interval::new(540, 1080)]),
        1 => Just(vec![Interval::ALL_DAY]),
        3 => proptest::collection::btree_set(0u16..=1440, 2..=6).prop_map(|edges| {
            let edges: Vec<u16> = edges.into_iter().collect();
            edges.chunks_exact(2).map(|pair| Interval::new(pair[0], pair[1])).collect()
        }),
    ]
}

/// A calendar, and an instant on a whole minute near which its exceptions lie.
fn calendars() -> impl Strategy<Value = (Calendar, i64)> {
    let start = prop_oneof![
        3 => (proptest::sample::select(&NEAR[..]), -2 * 1440..1440i64).prop_map(|(near, minutes)| near / 60 + minutes),
        // From 1972 to 2084; before, zones kept seconds, and this oracle looks at minutes.
        2 => 1_051_200..60_000_000i64,
    ];
    (proptest::sample::select(&ZONES[..]), proptest::array::uniform7(hours()), start).prop_flat_map(
        |(zone, week, start)| {
            let exceptions = proptest::collection::btree_map(-1..=DAYS, hours(), 0..4);
            exceptions.prop_map(move |exceptions| {
                let first: Date = TimeZone::UTC.to_datetime(Timestamp::from_second(start * 60).unwrap()).date();
                let exceptions = exceptions
                    .into_iter()
                    .map(|(day, hours)| (first.checked_add(jiff::Span::new().days(day)).unwrap(), hours))
                    .collect();
                (Calendar { zone: zone.to_owned(), week: week.clone(), exceptions }, start * MINUTE)
            })
        },
    )
}

fn pauses() -> impl Strategy<Value = Vec<(i64, Option<i64>)>> {
    proptest::collection::vec((-100..MINUTES, proptest::option::weighted(0.9, -10..2000i64)), 0..4)
}

fn placed(pauses: &[(i64, Option<i64>)], start: i64) -> Vec<Pause> {
    let instant = |minute: i64| start + minute * MINUTE;
    pauses
        .iter()
        .map(|&(from, length)| Pause { from: instant(from), to: length.map(|length| instant(from + length)) })
        .collect()
}

fn compiled(calendar: &Calendar) -> Option<Compiled> {
    calendar.compile().ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn elapsed_time_is_the_count_of_open_minutes((calendar, start) in calendars(), pauses in pauses(), to in 0..MINUTES) {
        prop_assume!(compiled(&calendar).is_some());
        let checked = compiled(&calendar).unwrap();
        let pauses = placed(&pauses, start);
        let oracle = Oracle::new(&calendar, start, to);
        let expected = (0..to).filter(|&minute| oracle.counts(minute, &pauses)).count();
        prop_assert_eq!(checked.working_minutes(start, start + to * MINUTE, &pauses), i64::try_from(expected).unwrap());
        prop_assert_eq!(checked.working_micros(start, start + to * MINUTE, &pauses) % MINUTE, 0);
    }

    #[test]
    fn a_deadline_is_the_minute_that_completes_the_time((calendar, start) in calendars(), pauses in pauses(), minutes in 1..3000i64) {
        prop_assume!(compiled(&calendar).is_some());
        let checked = compiled(&calendar).unwrap();
        let pauses = placed(&pauses, start);
        let oracle = Oracle::new(&calendar, start, MINUTES);
        let completed = (0..MINUTES).filter(|&minute| oracle.counts(minute, &pauses)).nth(usize::try_from(minutes - 1).unwrap());
        let answer = checked.add_working(start, minutes * MINUTE, &pauses);
        match completed {
            Some(minute) => prop_assert_eq!(answer, Ok(Some(start + (minute + 1) * MINUTE))),
            // The oracle looks a few days ahead only; then the deadline must lie beyond, or there is none.
            None => prop_assert!(!matches!(answer, Ok(Some(deadline)) if deadline <= start + MINUTES * MINUTE)),
        }
    }

    #[test]
    fn a_deadline_and_elapsed_time_are_inverse((calendar, start) in calendars(), pauses in pauses(), shift in 0..MINUTE, duration in 1..40 * 1440 * MINUTE) {
        prop_assume!(compiled(&calendar).is_some());
        let checked = compiled(&calendar).unwrap();
        let pauses = placed(&pauses, start);
        let from = start + shift;
        if let Ok(Some(deadline)) = checked.add_working(from, duration, &pauses) {
            prop_assert_eq!(checked.working_micros(from, deadline, &pauses), duration);
            prop_assert_eq!(checked.working_micros(from, deadline - 1, &pauses), duration - 1);
            prop_assert!(checked.is_open(deadline - 1));
        }
    }

    #[test]
    fn elapsed_time_adds_up((calendar, start) in calendars(), pauses in pauses(), first in 0..900 * 1440 * MINUTE, second in 0..900 * 1440 * MINUTE) {
        prop_assume!(compiled(&calendar).is_some());
        let checked = compiled(&calendar).unwrap();
        let pauses = placed(&pauses, start);
        let (middle, end) = (start + first, start + first + second);
        let parts = checked.working_micros(start, middle, &pauses) + checked.working_micros(middle, end, &pauses);
        prop_assert_eq!(checked.working_micros(start, end, &pauses), parts);
    }

    #[test]
    fn open_and_next_open_are_what_the_wall_clock_says((calendar, start) in calendars(), shift in 0..MINUTE) {
        prop_assume!(compiled(&calendar).is_some());
        let checked = compiled(&calendar).unwrap();
        let oracle = Oracle::new(&calendar, start, MINUTES);
        prop_assert_eq!(checked.is_open(start + shift), oracle.open[0]);
        let next = checked.next_open(start + shift);
        match oracle.open.iter().position(|&open| open) {
            Some(0) => prop_assert_eq!(next, Some(start + shift)),
            Some(minute) => prop_assert_eq!(next, Some(start + i64::try_from(minute).unwrap() * MINUTE)),
            None => prop_assert!(next.is_none_or(|next| next >= start + MINUTES * MINUTE)),
        }
        if let Some(next) = next {
            prop_assert!(checked.is_open(next));
            prop_assert_eq!(checked.working_micros(start + shift, next, &[]), 0);
        }
    }
}
