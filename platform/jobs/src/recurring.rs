//! Jobs that come back: every so often, or at an hour of the day.

use std::time::Duration;

use kernel::Timestamp;

/// A schedule that names no possible time.
#[derive(Debug, thiserror::Error)]
#[error("the schedule cannot be kept: {0}")]
pub struct ScheduleError(#[from] jiff::Error);

/// How often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// This long after the last run began.
    Interval(Duration),
    /// Once a day at local time.
    Daily {
        /// 0–23.
        hour: i8,
        /// 0–59.
        minute: i8,
        /// IANA time zone.
        zone: String,
    },
}

impl Every {
    /// The first instant after `now`. On the day a clock change skips the time, the moment right after it.
    pub fn next(&self, now: Timestamp) -> Result<Timestamp, ScheduleError> {
        match self {
            Self::Interval(length) => Ok(now.plus(*length)),
            Self::Daily { hour, minute, zone } => Ok(daily(now, *hour, *minute, zone)?),
        }
    }
}

fn daily(now: Timestamp, hour: i8, minute: i8, zone: &str) -> Result<Timestamp, jiff::Error> {
    let local = now.to_jiff().in_tz(zone)?;
    let time = jiff::civil::Time::new(hour, minute, 0, 0)?;
    let mut date = local.date();
    loop {
        let at = Timestamp::from_jiff(date.to_datetime(time).in_tz(zone)?.timestamp());
        if at > now {
            return Ok(at);
        }
        date = date.tomorrow()?;
    }
}

/// A platform job without an end, ensured by every node that runs workers; it belongs to no tenant.
#[derive(Debug, Clone)]
pub struct Recurring {
    /// Which handler runs it.
    pub kind: &'static str,
    /// How often.
    pub every: Every,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_job_comes_at_the_local_hour_also_across_a_clock_change() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let next = |zone: &str, hour, now| Every::Daily { hour, minute: 30, zone: zone.to_owned() }.next(at(now));
        assert_eq!(next("Asia/Shanghai", 2, "2026-03-01T18:29:59Z").unwrap(), at("2026-03-01T18:30:00Z"));
        assert_eq!(next("Asia/Shanghai", 2, "2026-03-01T18:30:00Z").unwrap(), at("2026-03-02T18:30:00Z"));
        // 2026-03-29 in Berlin has no 02:30.
        assert_eq!(next("Europe/Berlin", 2, "2026-03-28T23:00:00Z").unwrap(), at("2026-03-29T01:30:00Z"));
        assert!(next("Mars/Olympus", 2, "2026-03-28T23:00:00Z").is_err());
        assert!(next("Asia/Shanghai", 24, "2026-03-28T23:00:00Z").is_err());
    }
}
