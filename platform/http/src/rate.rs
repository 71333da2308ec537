//! Token buckets per address and group of routes, for what is open to everybody.

use std::{collections::HashMap, net::IpAddr};

use kernel::Timestamp;
use parking_lot::Mutex;

/// How many requests pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests per second in the long run.
    pub per_second: f64,
    /// Requests at once.
    pub burst: u32,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// Remembers at most [`LARGEST`] addresses; full buckets are forgotten first, since they say nothing.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter(Mutex<HashMap<(IpAddr, &'static str), Bucket>>);

const LARGEST: usize = 50_000;

impl RateLimiter {
    /// Takes one request out of the bucket, or answers the seconds to wait.
    pub fn take(&self, address: IpAddr, group: &'static str, rate: Rate, now: Timestamp) -> Result<(), u32> {
        let burst = f64::from(rate.burst);
        let refilled = |bucket: &Bucket| {
            let seconds = (now - bucket.at).max(0) as f64 / 1_000_000.0;
            (bucket.left + seconds * rate.per_second).min(burst)
        };
        let mut buckets = self.0.lock();
        if buckets.len() >= LARGEST {
            buckets.retain(|_, bucket| refilled(bucket) < burst);
            if buckets.len() >= LARGEST {
                buckets.clear();
            }
        }
        let bucket = buckets.entry((address, group)).or_insert(Bucket { left: burst, at: now });
        bucket.left = refilled(bucket);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / rate.per_second).ceil().clamp(1.0, 3_600.0) as u32);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_at_a_time() {
        let limiter = RateLimiter::default();
        let rate = Rate { per_second: 0.5, burst: 3 };
        let here = "203.0.113.9".parse().unwrap();
        let take = |address, seconds| limiter.take(address, "session", rate, Timestamp::from_seconds(seconds));
        for _ in 0..3 {
            assert_eq!(take(here, 10), Ok(()));
        }
        assert_eq!(take(here, 10), Err(2));
        assert_eq!(take("203.0.113.10".parse().unwrap(), 10), Ok(()));
        assert_eq!(take(here, 12), Ok(()));
        assert_eq!(take(here, 12), Err(2));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let limiter = RateLimiter::default();
        let rate = Rate { per_second: 1.0, burst: 1 };
        let here = "203.0.113.9".parse().unwrap();
        assert_eq!(limiter.take(here, "x", rate, Timestamp::from_seconds(10)), Ok(()));
        assert_eq!(limiter.take(here, "x", rate, Timestamp::from_seconds(5)), Err(1));
    }
}
