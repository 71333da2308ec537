//! What was measured, beside what was wanted, for people and as JSON.

use serde::Serialize;

use crate::load::Measure;

/// What is wanted of a line: at least so many a second, at most so many milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Goal {
    /// Requests a second, at least.
    pub per_second: Option<f64>,
    /// p95 in milliseconds, at most.
    pub p95_ms: Option<f64>,
    /// p99 in milliseconds, at most.
    pub p99_ms: Option<f64>,
}

impl Goal {
    /// So many a second.
    pub const fn rate(per_second: f64) -> Self {
        Self { per_second: Some(per_second), p95_ms: None, p99_ms: None }
    }

    /// Also p95 at most so many milliseconds.
    #[must_use]
    pub const fn p95(mut self, milliseconds: f64) -> Self {
        self.p95_ms = Some(milliseconds);
        self
    }

    /// Also p99 at most so many milliseconds.
    #[must_use]
    pub const fn p99(mut self, milliseconds: f64) -> Self {
        self.p99_ms = Some(milliseconds);
        self
    }

    /// Whether `measure` is good enough; `None` when nothing is wanted.
    pub fn met(&self, measure: &Measure) -> Option<bool> {
        let checks = [
            self.per_second.map(|least| measure.per_second >= least),
            self.p95_ms.map(|most| measure.p95_ms <= most),
            self.p99_ms.map(|most| measure.p99_ms <= most),
        ];
        checks.iter().any(Option::is_some).then(|| checks.iter().all(|check| check.unwrap_or(true)))
    }

    fn words(&self) -> String {
        let mut words = Vec::new();
        if let Some(rate) = self.per_second {
            words.push(format!("≥ {rate:.0}/s"));
        }
        if let Some(p95) = self.p95_ms {
            words.push(format!("p95 ≤ {p95:.0} ms"));
        }
        if let Some(p99) = self.p99_ms {
            words.push(format!("p99 ≤ {p99:.0} ms"));
        }
        words.join(", ")
    }
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What was done.
    pub name: String,
    /// How many did it at once.
    pub clients: usize,
    /// What came out, the median run.
    pub measure: Measure,
    /// What was wanted.
    pub goal: Goal,
    /// Whether it was reached; `null` when nothing was wanted.
    pub met: Option<bool>,
}

/// Everything measured on one engine.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// Tickets in the database before the first measured request.
    pub tickets: usize,
    /// The machine's own durable single-row inserts a second, by clients.
    pub floor: Vec<(String, f64)>,
    /// The lines.
    pub lines: Vec<Line>,
    /// From start to the first good `/readyz`, empty and with the tickets, in milliseconds.
    pub ready_ms: (f64, f64),
    /// Resident memory after the load and at its highest, in MiB.
    pub memory_mib: (f64, f64),
}

impl Report {
    /// A table in Markdown.
    pub fn table(&self) -> String {
        let mut out = format!(
            "\n## {} · {} tickets\n\nMachine's own limit in this run (durable single-row inserts):",
            self.engine, self.tickets
        );
        for (name, rate) in &self.floor {
            out.push_str(&format!(" {name} {rate:.0}/s ·"));
        }
        out.truncate(out.trim_end_matches('·').trim_end().len());
        out.push_str("\n\n| request | clients | per second | p50 ms | p95 ms | p99 ms | goal | met |\n|---|--:|--:|--:|--:|--:|---|---|\n");
        for line in &self.lines {
            let m = &line.measure;
            let met = line.met.map_or("", |met| if met { "yes" } else { "**no**" });
            out.push_str(&format!(
                "| {} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {} | {met} |\n",
                line.name,
                line.clients,
                m.per_second,
                m.p50_ms,
                m.p95_ms,
                m.p99_ms,
                line.goal.words()
            ));
        }
        let (empty, full) = self.ready_ms;
        let (now, highest) = self.memory_mib;
        let word = |good: bool| if good { "yes" } else { "**no**" };
        out.push_str(&format!(
            "\nStart to ready: {empty:.0} ms empty, {full:.0} ms with the tickets (goal ≤ 1000: {}). \
             Resident memory: {now:.0} MiB after the load, {highest:.0} MiB at its highest (goal ≤ 200: {}).\n",
            word(empty <= 1000.0 && full <= 1000.0),
            word(highest <= 200.0)
        ));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_only_when_all_of_it_is() {
        let measure = Measure { per_second: 2600.0, p50_ms: 1.0, p95_ms: 9.0, p99_ms: 30.0, count: 9 };
        assert_eq!(Goal::rate(2500.0).met(&measure), Some(true));
        assert_eq!(Goal::rate(2500.0).p99(25.0).met(&measure), Some(false));
        assert_eq!(Goal::default().met(&measure), None);
        assert_eq!(Goal::rate(2000.0).p95(10.0).words(), "≥ 2000/s, p95 ≤ 10 ms");
    }
}
