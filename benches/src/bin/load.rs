//! Loads the real binary over HTTP and prints what it does beside what is wanted and what the machine could do.

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use benches::{
    Ground, Outcome, Target, during, ended, floor,
    http::{Client, escape},
    load::{self, Measure, Work},
    report::{Goal, Line, Report},
    seed::{self, Author, Company, Known},
    server::Server,
};
use clap::Parser;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Loads the real binary over HTTP.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    target: Target,
    /// Tickets in the database before anything is measured.
    #[arg(long, default_value_t = 100_000)]
    tickets: usize,
    /// Length of one run.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Runs of each kind; the middle one counts.
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    /// Where to write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    ended(measure(&Options::parse()))
}

fn measure(options: &Options) -> Outcome<bool> {
    let mut reports = Vec::new();
    for ground in options.target.grounds("load")? {
        let report = one_engine(options, &ground?)?;
        println!("{}", report.table());
        reports.push(report);
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&reports).map_err(during("JSON"))?;
        fs::write(path, text).map_err(during("writing the figures"))?;
        println!("Figures as JSON: {}", path.display());
    }
    Ok(true)
}

fn one_engine(options: &Options, ground: &Ground) -> Outcome<Report> {
    let Ground { engine, folder, plan } = ground;
    let lasting = Duration::from_secs_f64(options.seconds);
    let short = lasting.min(Duration::from_secs(3));
    let mut limits = Vec::new();
    if let Some(addresses) = &plan.postgres {
        for clients in [1, 8, 32] {
            limits.push((format!("{clients} connections"), floor::postgres(&addresses.owner, clients, short)?));
        }
    } else {
        limits.push(("1 client".to_owned(), floor::sqlite_single(folder.path(), short)?));
        for clients in [8, 32] {
            let rate = floor::sqlite_grouped(folder.path(), clients, short)?;
            limits.push((format!("{clients} sharing commits"), rate));
        }
    }
    let key = plan.company("load")?;
    let server = plan.start()?;
    let empty_ms = milliseconds(server.ready_after);
    let mut client = Client::new(&server.address, &key);
    let company = seed::company(&mut client, 100, 2)?;
    eprintln!("{engine}: filling {} tickets", options.tickets);
    let filling = Instant::now();
    let known = seed::fill(&server.address, &key, &company, options.tickets)?;
    eprintln!("{engine}: filled in {:.1} s", filling.elapsed().as_secs_f64());
    server.kill()?;

    let server = plan.start()?;
    let full_ms = milliseconds(server.ready_after);
    wait_for_search(&server, &key)?;
    let mut stage = Stage { server, key, company, known: Arc::new(known), lasting, repeat: options.repeat, seed: 1 };
    let lines = stage.all(engine)?;
    let memory = stage.server.memory();
    Ok(Report {
        engine: (*engine).to_owned(),
        tickets: options.tickets,
        floor: limits,
        lines,
        ready_ms: (empty_ms, full_ms),
        memory_mib: memory,
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The index follows the event stream; measuring begins when it has caught up.
fn wait_for_search(server: &Server, key: &str) -> Outcome<()> {
    let mut client = Client::new(&server.address, key);
    let mark = format!("标记{:x}", std::process::id());
    let body = format!(r#"{{"title":"{mark}","type":"consult","priority":"low"}}"#);
    seed::create_ticket(&mut client, &body)?;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_mins(5) {
        let reply = client.get(&format!("/api/v1/tickets?q={}", escape(&mark)))?.expect(200, "search")?;
        if reply.json()?["items"].as_array().is_some_and(|items| !items.is_empty()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err("a ticket cannot be found 300 s after its creation".into())
}

struct Stage {
    server: Server,
    key: String,
    company: Company,
    known: Arc<Vec<Known>>,
    lasting: Duration,
    repeat: usize,
    seed: u64,
}

impl Stage {
    fn all(&mut self, engine: &str) -> Outcome<Vec<Line>> {
        let on_sqlite = engine == "sqlite";
        let goal = |sqlite: Goal, postgres: Goal| if on_sqlite { sqlite } else { postgres };
        let mut lines = Vec::new();
        lines.push(self.line("no work at all (/healthz)", 8, Goal::default(), |_, _| {
            Box::new(|client: &mut Client| client.get("/healthz")?.expect(200, "healthz").map(drop))
        })?);
        lines.push(self.line("read one", 8, goal(Goal::rate(8000.0), Goal::rate(4000.0)), |stage, seed| {
            let (known, mut chance) = (Arc::clone(&stage.known), StdRng::seed_from_u64(seed));
            Box::new(move |client: &mut Client| {
                let id = &known[chance.random_range(0..known.len())].id;
                client.get(&format!("/api/v1/tickets/{id}"))?.expect(200, "read one").map(drop)
            })
        })?);
        lines.push(self.line(
            "filtered page of 50",
            8,
            goal(Goal::rate(2000.0).p95(10.0), Goal::rate(1000.0)),
            page,
        )?);
        lines.push(self.line("substring search", 8, goal(Goal::rate(500.0), Goal::rate(250.0).p99(100.0)), search)?);
        // Before anything is created: the goals are for a database of this size.
        lines.push(self.line("cockpit", 1, Goal { per_second: None, p95_ms: Some(100.0), p99_ms: None }, |_, _| {
            Box::new(|client: &mut Client| client.get("/api/v1/cockpit")?.expect(200, "cockpit").map(drop))
        })?);
        lines.push(self.line("status change", 8, goal(Goal::rate(2000.0), Goal::rate(1000.0)), status_change)?);
        for (clients, sqlite, postgres) in [
            (1, Goal::default(), Goal::default()),
            (8, Goal::rate(2500.0), Goal::rate(1200.0)),
            (32, Goal::rate(4500.0).p99(25.0), Goal::rate(1200.0)),
        ] {
            lines.push(self.line("create", clients, goal(sqlite, postgres), create)?);
        }
        Ok(lines)
    }

    fn line(
        &mut self,
        name: &str,
        clients: usize,
        goal: Goal,
        worker: fn(&Self, u64) -> Box<dyn Work>,
    ) -> Outcome<Line> {
        let mut runs: Vec<Measure> = Vec::new();
        self.seed += 1000;
        let mut workers: Vec<Box<dyn Work>> = (0..clients).map(|n| worker(self, self.seed + n as u64)).collect();
        for _ in 0..self.repeat {
            runs.push(load::run(&self.server.address, &self.key, &mut workers, self.lasting)?);
        }
        let measure = load::median(runs).ok_or("no run was asked for")?;
        eprintln!("  {name} at {clients}: {:.0}/s, p99 {:.1} ms", measure.per_second, measure.p99_ms);
        let met = goal.met(&measure);
        Ok(Line { name: name.to_owned(), clients, measure, goal, met })
    }
}

fn create(stage: &Stage, seed: u64) -> Box<dyn Work> {
    let mut author = Author::new(&stage.company, seed);
    Box::new(move |client: &mut Client| {
        client.post("/api/v1/tickets", author.ticket())?.expect(201, "create").map(drop)
    })
}

fn page(stage: &Stage, seed: u64) -> Box<dyn Work> {
    let mut chance = StdRng::seed_from_u64(seed);
    let company = stage.company.clone();
    Box::new(move |client: &mut Client| {
        let filter = match chance.random_range(0..3) {
            0 => r#"{"all":[{"field":"status","op":"in","value":["new","assigned"]},{"field":"priority","op":"eq","value":"high"}]}"#.to_owned(),
            1 => format!(
                r#"{{"field":"customer_id","op":"eq","value":"{}"}}"#,
                company.devices[chance.random_range(0..company.devices.len())].0
            ),
            _ => r#"{"all":[{"field":"type","op":"eq","value":"repair"},{"field":"status","op":"ne","value":"closed"}]}"#.to_owned(),
        };
        let path = format!("/api/v1/tickets?limit=50&sort=-created_at&filter={}", escape(&filter));
        client.get(&path)?.expect(200, "filtered page").map(drop)
    })
}

fn search(_: &Stage, seed: u64) -> Box<dyn Work> {
    const WORDS: &[&str] = &["漏水", "电梯困人", "异响", "不制冷", "E07", "皮带断裂", "一号楼"];
    let mut chance = StdRng::seed_from_u64(seed);
    Box::new(move |client: &mut Client| {
        // Half are frequent words, half the six digits that stand in few titles.
        let text = if chance.random_bool(0.5) {
            WORDS[chance.random_range(0..WORDS.len())].to_owned()
        } else {
            format!("{:06}", chance.random_range(0..1_000_000_u32))
        };
        client.get(&format!("/api/v1/tickets?limit=20&q={}", escape(&text)))?.expect(200, "search").map(drop)
    })
}

/// Lets tickets wait and go on again, each client on tickets of its own, always at the version it saw last.
fn status_change(stage: &Stage, seed: u64) -> Box<dyn Work> {
    let share = stage.known.len() / 8;
    let from = (seed % 1000) as usize % 8 * share;
    let mut own: Vec<Known> = stage.known[from..from + share.min(2000)].to_vec();
    let mut turn = 0;
    Box::new(move |client: &mut Client| {
        let at = turn % own.len();
        turn += 1;
        let ticket = &mut own[at];
        let (action, body) = if ticket.waiting { ("resume", None) } else { ("wait", Some(r#"{"reason":"customer"}"#)) };
        let version = format!("\"{}\"", ticket.version);
        let path = format!("/api/v1/tickets/{}/{action}", ticket.id);
        let reply = client.send("POST", &path, &[("If-Match", &version)], body)?.expect(200, "status change")?;
        ticket.version = reply.version.ok_or("status change: no ETag in the answer")?;
        ticket.waiting = !ticket.waiting;
        Ok(())
    })
}
