//! Clients that do one thing over and over, and what that took.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::{Outcome, during, http::Client};

/// Throughput and latencies of one run.
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// Requests answered a second.
    pub per_second: f64,
    /// Half were faster, in milliseconds.
    pub p50_ms: f64,
    /// 95 of 100 were faster.
    pub p95_ms: f64,
    /// 99 of 100 were faster.
    pub p99_ms: f64,
    /// How many were answered.
    pub count: u64,
}

/// One client's work: called until time is up with its number and the turn; every answer must be good.
pub trait Work: Send {
    /// Sends one request and checks the answer.
    fn turn(&mut self, client: &mut Client) -> Outcome<()>;
}

impl<F: FnMut(&mut Client) -> Outcome<()> + Send> Work for F {
    fn turn(&mut self, client: &mut Client) -> Outcome<()> {
        self(client)
    }
}

/// Lets every worker run for `lasting` on a connection of its own.
pub fn run(address: &str, key: &str, workers: &mut [Box<dyn Work>], lasting: Duration) -> Outcome<Measure> {
    let start = Barrier::new(workers.len() + 1);
    let mut all = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3).map_err(during("histogram"))?;
    let elapsed = thread::scope(|scope| -> Outcome<f64> {
        let running: Vec<_> = workers
            .iter_mut()
            .map(|work| {
                let start = &start;
                scope.spawn(move || -> Outcome<Histogram<u64>> {
                    let mut client = Client::new(address, key);
                    let mut times = Histogram::new_with_bounds(1, 60_000_000, 3).map_err(during("histogram"))?;
                    let warm = client.get("/healthz");
                    start.wait();
                    warm?;
                    let begun = Instant::now();
                    while begun.elapsed() < lasting {
                        let sent = Instant::now();
                        work.turn(&mut client)?;
                        let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
                        times.record(micros.clamp(1, 60_000_000)).map_err(during("histogram"))?;
                    }
                    Ok(times)
                })
            })
            .collect();
        start.wait();
        let begun = Instant::now();
        for worker in running {
            let times = worker.join().map_err(|_| "a client panicked".to_owned())??;
            all.add(times).map_err(during("histogram"))?;
        }
        Ok(begun.elapsed().as_secs_f64())
    })?;
    let at = |quantile: f64| all.value_at_quantile(quantile) as f64 / 1000.0;
    Ok(Measure {
        per_second: all.len() as f64 / elapsed,
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        count: all.len(),
    })
}

/// The run in the middle by throughput: one lucky or unlucky run decides nothing.
pub fn median(mut runs: Vec<Measure>) -> Option<Measure> {
    runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_run_in_the_middle() {
        let run = |per_second| Measure { per_second, p50_ms: 0.0, p95_ms: 0.0, p99_ms: 0.0, count: 1 };
        assert_eq!(median(vec![run(9.0), run(1.0), run(3.0)]).map(|m| m.per_second as i64), Some(3));
        assert!(median(Vec::new()).is_none());
    }
}
