//! When planned upkeep is due: by time, by meter, or by whichever comes first. Pure: rhythm and state in, days out.
//!
//! A job counts from the day the last one was done or was due, whichever is later: who comes early does not shift the
//! rhythm, who comes late does. By meter a job is due when the counter has risen by so much since the last one; that day
//! is foretold from how fast the counter rose so far.

use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days into the future that a meter is trusted for at most: ten years.
const FARTHEST_DAYS: f64 = 3_650.0;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Every so many days.
    pub every_days: Option<i32>,
    /// Every so many months.
    pub every_months: Option<i32>,
    /// Every so many units of the meter.
    pub every_units: Option<f64>,
    /// First day of the plan: nothing is due before it, and by time the first job is due on it.
    pub starts_on: Date,
    /// Last day of the plan.
    pub ends_on: Option<Date>,
}

/// How far a device has come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Progress {
    /// When the last job was done or was due, whichever is later.
    pub anchor: Option<Date>,
    /// What the meter showed then.
    pub meter: Option<f64>,
}

/// How a meter moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The latest reading.
    pub value: f64,
    /// Its day.
    pub on: Date,
    /// How much it rises in a day; zero when that is not known.
    pub per_day: f64,
}

db::choice! {
    /// What makes a job due.
    pub enum DueBy {
        /// The time that has passed.
        Time = "time",
        /// What the meter counts.
        Meter = "meter",
    }
}

/// A job that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Due {
    /// On which day.
    pub on: Date,
    /// By what.
    pub by: DueBy,
}

/// The trend of a counter from its readings, the newest first; what lies before it began anew does not count.
pub fn trend(readings: &[(Date, f64, bool)]) -> Option<Trend> {
    let (on, value, _) = *readings.first()?;
    let until = readings.iter().position(|(_, _, reset)| *reset).map_or(readings.len(), |at| at + 1);
    let (first_on, first, _) = *readings.get(until.saturating_sub(1))?;
    let days = on.days_since(first_on);
    let per_day = if days > 0 { (value - first) / f64::from(days) } else { 0.0 };
    Some(Trend { value, on, per_day: if per_day.is_finite() { per_day.max(0.0) } else { 0.0 } })
}

/// The next job, if there is one within the plan.
pub fn next_due(rhythm: &Rhythm, progress: &Progress, trend: Option<&Trend>) -> Option<Due> {
    let by_time = by_time(rhythm, progress).map(|on| Due { on, by: DueBy::Time });
    let by_meter = by_meter(rhythm, progress, trend).map(|on| Due { on, by: DueBy::Meter });
    let due = match (by_time, by_meter) {
        (Some(time), Some(meter)) => Some(if meter.on < time.on { meter } else { time }),
        (time, meter) => time.or(meter),
    }?;
    rhythm.ends_on.is_none_or(|last| due.on <= last).then_some(due)
}

fn by_time(rhythm: &Rhythm, progress: &Progress) -> Option<Date> {
    if rhythm.every_days.is_none() && rhythm.every_months.is_none() {
        return None;
    }
    let Some(anchor) = progress.anchor else { return Some(rhythm.starts_on) };
    let days = rhythm.every_days.and_then(|days| anchor.plus_days(days));
    let months = rhythm.every_months.and_then(|months| anchor.plus_months(months));
    let on = match (days, months) {
        (Some(days), Some(months)) => days.min(months),
        (days, months) => days.or(months)?,
    };
    Some(on.max(rhythm.starts_on))
}

fn by_meter(rhythm: &Rhythm, progress: &Progress, trend: Option<&Trend>) -> Option<Date> {
    let (every, trend) = (rhythm.every_units?, trend?);
    let missing = progress.meter.unwrap_or(0.0) + every - trend.value;
    let on = if missing <= 0.0 {
        trend.on
    } else if trend.per_day > 0.0 && missing / trend.per_day <= FARTHEST_DAYS {
        trend.on.plus_days((missing / trend.per_day).ceil() as i32)?
    } else {
        return None;
    };
    // A job is due once a day at most.
    let after_last = progress.anchor.and_then(|anchor| anchor.plus_days(1));
    Some(after_last.map_or(on, |first| on.max(first)).max(rhythm.starts_on))
}

/// The jobs up to `until`, each as if the one before it were done on its day; at most `most`.
pub fn jobs_until(
    rhythm: &Rhythm,
    mut progress: Progress,
    trend: Option<&Trend>,
    until: Date,
    most: usize,
) -> Vec<Due> {
    let mut jobs = Vec::new();
    while jobs.len() < most
        && let Some(due) = next_due(rhythm, &progress, trend)
        && due.on <= until
    {
        jobs.push(due);
        let meter = trend.map(|trend| trend.value + trend.per_day * f64::from(due.on.days_since(trend.on).max(0)));
        progress = Progress { anchor: Some(due.on), meter: meter.or(progress.meter) };
    }
    jobs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn every(days: Option<i32>, months: Option<i32>, units: Option<f64>) -> Rhythm {
        let starts_on = day("2026-01-15");
        Rhythm { every_days: days, every_months: months, every_units: units, starts_on, ends_on: None }
    }

    fn since(anchor: &str, meter: f64) -> Progress {
        Progress { anchor: Some(day(anchor)), meter: Some(meter) }
    }

    #[test]
    fn by_time_the_first_job_is_on_the_first_day_and_each_next_one_an_interval_later() {
        let monthly = every(None, Some(1), None);
        let jobs = jobs_until(&monthly, Progress::default(), None, day("2026-04-20"), 100);
        let days: Vec<String> = jobs.iter().map(|due| due.on.to_string()).collect();
        assert_eq!(days, ["2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15"]);
        assert_eq!(next_due(&monthly, &since("2026-03-20", 0.0), None).map(|due| due.on), Some(day("2026-04-20")));
        let last = Rhythm { ends_on: Some(day("2026-03-01")), ..monthly };
        assert_eq!(jobs_until(&last, Progress::default(), None, day("2026-12-31"), 100).len(), 2);
    }

    #[test]
    fn by_meter_the_day_is_foretold_and_whatever_comes_first_counts() {
        let trend = Trend { value: 1_800.0, on: day("2026-03-01"), per_day: 20.0 };
        let hours = every(None, None, Some(500.0));
        let due = |rhythm: &Rhythm, progress: &Progress| next_due(rhythm, progress, Some(&trend));
        assert_eq!(due(&hours, &since("2026-02-01", 1_500.0)), Some(Due { on: day("2026-03-11"), by: DueBy::Meter }));
        assert_eq!(due(&hours, &since("2026-02-01", 1_200.0)), Some(Due { on: day("2026-03-01"), by: DueBy::Meter }));
        let both = every(None, Some(1), Some(500.0));
        assert_eq!(due(&both, &since("2026-02-01", 1_500.0)), Some(Due { on: day("2026-03-01"), by: DueBy::Time }));
        let still = Trend { per_day: 0.0, ..trend };
        assert_eq!(next_due(&hours, &since("2026-02-01", 1_500.0), Some(&still)), None);
        assert_eq!(next_due(&hours, &since("2026-02-01", 1_500.0), None), None);
    }

    #[test]
    fn a_trend_begins_where_the_counter_began_anew() {
        let readings =
            [(day("2026-03-01"), 40.0, false), (day("2026-02-19"), 0.0, true), (day("2026-02-01"), 9_000.0, false)];
        assert_eq!(trend(&readings), Some(Trend { value: 40.0, on: day("2026-03-01"), per_day: 4.0 }));
        assert_eq!(trend(&readings[1..]).map(|trend| trend.per_day), Some(0.0));
        assert_eq!(trend(&[]), None);
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0_i32..1_500).prop_map(|after| day("2025-01-01").plus_days(after).unwrap())
    }

    prop_compose! {
        fn any_rhythm()(
            days in proptest::option::of(1_i32..200), months in proptest::option::of(1_i32..24),
            units in proptest::option::of(1_u16..5_000), starts_on in any_day(), ends_on in proptest::option::of(any_day()),
        ) -> Rhythm {
            Rhythm { every_days: days, every_months: months, every_units: units.map(f64::from), starts_on, ends_on }
        }
    }

    prop_compose! {
        fn any_progress()(anchor in proptest::option::of(any_day()), meter in proptest::option::of(0_u16..20_000)) -> Progress {
            Progress { anchor, meter: meter.map(f64::from) }
        }
    }

    prop_compose! {
        fn any_trend()(value in 0_u16..20_000, on in any_day(), per_day in 0_u8..100) -> Trend {
            Trend { value: f64::from(value), on, per_day: f64::from(per_day) }
        }
    }

    proptest! {
        #[test]
        fn a_job_lies_within_the_plan_and_after_the_last_one(
            rhythm in any_rhythm(), progress in any_progress(), trend in proptest::option::of(any_trend()),
        ) {
            if let Some(due) = next_due(&rhythm, &progress, trend.as_ref()) {
                prop_assert!(due.on >= rhythm.starts_on);
                prop_assert!(rhythm.ends_on.is_none_or(|last| due.on <= last));
                prop_assert!(progress.anchor.is_none_or(|anchor| due.on > anchor));
            }
        }

        #[test]
        fn of_time_and_meter_the_earlier_one_counts(
            rhythm in any_rhythm(), progress in any_progress(), trend in any_trend(),
        ) {
            let open = Rhythm { ends_on: None, ..rhythm };
            let time = next_due(&Rhythm { every_units: None, ..open }, &progress, Some(&trend));
            let meter = next_due(&Rhythm { every_days: None, every_months: None, ..open }, &progress, Some(&trend));
            let both = next_due(&open, &progress, Some(&trend));
            let earliest = [time, meter].into_iter().flatten().map(|due| due.on).min();
            prop_assert_eq!(both.map(|due| due.on), earliest);
        }

        #[test]
        fn jobs_rise_and_stay_within_the_horizon(
            rhythm in any_rhythm(), progress in any_progress(), trend in proptest::option::of(any_trend()), until in any_day(),
        ) {
            let jobs = jobs_until(&rhythm, progress, trend.as_ref(), until, 400);
            prop_assert!(jobs.windows(2).all(|two| two[0].on < two[1].on));
            prop_assert!(jobs.iter().all(|due| due.on <= until));
            prop_assert!(jobs.len() <= 400);
        }
    }
}
