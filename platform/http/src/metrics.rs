//! Figures about the process in the Prometheus text format.

use std::{fmt, sync::Arc};

use http::Method;
use parking_lot::Mutex;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text::encode},
    metrics::{MetricType, counter::Counter, family::Family, gauge::ConstGauge, histogram::Histogram},
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: &'static str,
}

type MakeHistogram = fn() -> Histogram;

/// The process's figures; cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    requests: Family<Labels, Counter>,
    durations: Family<RouteLabels, Histogram, MakeHistogram>,
    routes: Mutex<Arc<Vec<&'static str>>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn buckets() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        let durations = Family::new_with_constructor(buckets as MakeHistogram);
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time to the answer's first byte", durations.clone());
        registry.register_collector(Box::new(Process));
        Self(Arc::new(Inner { registry: Mutex::new(registry), requests, durations, routes: Mutex::default() }))
    }

    /// Registers a gauge that is read whenever somebody asks; `read` must be quick.
    pub fn gauge(&self, name: &'static str, help: &'static str, read: impl Fn() -> i64 + Send + Sync + 'static) {
        self.0.registry.lock().register_collector(Box::new(Asked { name, help, read: Box::new(read) }));
    }

    /// Registers gauges that differ in one label and are read whenever somebody asks; `read` must be quick.
    pub fn gauges(
        &self,
        (name, help, label): (&'static str, &'static str, &'static str),
        read: impl Fn() -> Vec<(&'static str, i64)> + Send + Sync + 'static,
    ) {
        self.0.registry.lock().register_collector(Box::new(AskedBy { name, help, label, read: Box::new(read) }));
    }

    /// Registers anything else.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.0.registry.lock());
    }

    pub(crate) fn know_routes(&self, mut routes: Vec<&'static str>) {
        routes.sort_unstable();
        routes.dedup();
        *self.0.routes.lock() = Arc::new(routes);
    }

    pub(crate) fn observe(&self, method: &Method, route: &str, status: u16, seconds: f64) {
        // Only templates become labels: an address of one's own invention would let strangers fill the memory.
        let routes = Arc::clone(&self.0.routes.lock());
        let route = routes.binary_search(&route).map_or("other", |at| routes[at]);
        let method = match *method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            Method::HEAD => "HEAD",
            _ => "other",
        };
        self.0.requests.get_or_create(&Labels { method, route, status }).inc();
        self.0.durations.get_or_create(&RouteLabels { method, route }).observe(seconds);
    }

    /// The text for `/metrics`.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(16 * 1024);
        let registry = self.0.registry.lock();
        if encode(&mut text, &registry).is_err() {
            text.clear();
        }
        text
    }
}

struct Asked {
    name: &'static str,
    help: &'static str,
    read: Box<dyn Fn() -> i64 + Send + Sync>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Collector for Asked {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let gauge = ConstGauge::new((self.read)());
        let metric = encoder.encode_descriptor(self.name, self.help, None, gauge.metric_type())?;
        gauge.encode(metric)
    }
}

struct AskedBy {
    name: &'static str,
    help: &'static str,
    label: &'static str,
    read: Box<dyn Fn() -> Vec<(&'static str, i64)> + Send + Sync>,
}

impl fmt::Debug for AskedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Collector for AskedBy {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut family = encoder.encode_descriptor(self.name, self.help, None, MetricType::Gauge)?;
        for (value, reading) in (self.read)() {
            ConstGauge::new(reading).encode(family.encode_family(&[(self.label, value)])?)?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(bytes) = resident_bytes() else { return Ok(()) };
        let gauge = ConstGauge::new(bytes);
        let metric =
            encoder.encode_descriptor("process_resident_memory_bytes", "Memory in use", None, gauge.metric_type())?;
        gauge.encode(metric)
    }
}

/// Resident memory of this process; Linux counts it in pages of 4 KiB.
fn resident_bytes() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split_whitespace().nth(1)?.parse::<i64>().ok()?.checked_mul(4_096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_template_and_strangers_add_no_labels() {
        let metrics = Metrics::new();
        metrics.know_routes(vec!["/api/v1/tickets/{id}"]);
        metrics.gauge("jobs_waiting", "Jobs waiting", || 7);
        metrics.observe(&Method::GET, "/api/v1/tickets/{id}", 200, 0.002);
        metrics.observe(&Method::GET, "/api/v1/tickets/{id}", 200, 0.002);
        metrics.observe(&Method::GET, "/wp-login.php", 404, 0.001);
        let text = metrics.text();
        let line = r#"http_requests_total{method="GET",route="/api/v1/tickets/{id}",status="200"} 2"#;
        assert!(text.contains(line), "{text}");
        assert!(text.contains(r#"route="other",status="404"} 1"#));
        assert!(text.contains("jobs_waiting 7") && !text.contains("wp-login"));
        assert!(text.contains("process_resident_memory_bytes "));
    }
}
