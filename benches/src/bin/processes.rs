//! Process instances from start to end, and timers that fall due beside many that wait.
//!
//! Instances go through the real binary over HTTP: started, an automatic step, a user task found and completed, ended.
//! The timers that only wait are written straight into the database.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use benches::{
    Ground, Outcome, Target, database, during, ended,
    http::{Client, escape},
    load::{self, Work},
};
use clap::Parser;
use serde_json::{Value, json};

/// Measures process instances and timers.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    target: Target,
    /// Clients at once.
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// How long instances are started and completed.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Timers that only wait.
    #[arg(long, default_value_t = 100_000)]
    waiting: u32,
    /// Timers that fall due each second.
    #[arg(long, default_value_t = 200)]
    due_per_second: u32,
    /// For how many seconds.
    #[arg(long, default_value_t = 10)]
    due_seconds: u32,
}

/// Instances a second that there shall be on SQLite, and on PostgreSQL.
const GOALS: [(&str, f64); 2] = [("sqlite", 500.0), ("postgres", 300.0)];
/// How late a timer may be at the 99th percentile.
const LATEST: Duration = Duration::from_secs(2);
/// The longest that timers may take to fire at all.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    ended(all_engines(&Options::parse()))
}

fn all_engines(options: &Options) -> Outcome<bool> {
    let mut good = true;
    for ground in options.target.grounds("processes")? {
        good &= one_engine(options, &ground?)?;
    }
    Ok(good)
}

fn one_engine(options: &Options, ground: &Ground) -> Outcome<bool> {
    let key = ground.plan.company("processes")?;
    let server = ground.plan.start()?;
    let mut client = Client::new(&server.address, &key);
    let approval = publish(
        &mut client,
        "approval",
        r#"<startEvent id="start"/><scriptTask id="price"><script>total = hours * 120</script></scriptTask>
           <userTask id="approve"/><endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="price"/>
           <sequenceFlow id="b" sourceRef="price" targetRef="approve"/><sequenceFlow id="c" sourceRef="approve" targetRef="end"/>"#,
    )?;
    let wait = publish(
        &mut client,
        "wait",
        r#"<startEvent id="start"/><intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>span</timeDuration>
           </timerEventDefinition></intermediateCatchEvent><endEvent id="end"/>
           <sequenceFlow id="a" sourceRef="start" targetRef="wait"/><sequenceFlow id="b" sourceRef="wait" targetRef="end"/>"#,
    )?;
    let mut workers: Vec<Box<dyn Work>> = (0..options.clients)
        .map(|_| {
            let definition = approval.clone();
            Box::new(move |client: &mut Client| whole(client, &definition)) as Box<dyn Work>
        })
        .collect();
    let measure = load::run(&server.address, &key, &mut workers, Duration::from_secs(options.seconds))?;
    let goal = GOALS.iter().find(|(engine, _)| *engine == ground.engine).map_or(0.0, |(_, goal)| *goal);
    let fast = measure.per_second >= goal;
    println!(
        "\n{}: {:.0} instances/s with {} clients (goal {goal:.0}), p50 {:.1} ms, p99 {:.1} ms{}",
        ground.engine,
        measure.per_second,
        options.clients,
        measure.p50_ms,
        measure.p99_ms,
        if fast { "" } else { "  below the goal" },
    );
    server.kill()?;
    fill(ground, options.waiting)?;
    let server = ground.plan.start()?;
    let late = timers(&server.address, &key, &wait, options)?;
    let at = |share: usize| late[(late.len() * share / 100).min(late.len() - 1)];
    let in_time = at(99) <= LATEST;
    println!(
        "{}: {} timers waiting, {} due each second: late by {:.0} ms (p50), {:.0} ms (p99){}",
        ground.engine,
        options.waiting,
        options.due_per_second,
        at(50).as_secs_f64() * 1000.0,
        at(99).as_secs_f64() * 1000.0,
        if in_time { "" } else { "  over the goal" },
    );
    Ok(fast && in_time)
}

/// A published process; its id.
fn publish(client: &mut Client, key: &str, inside: &str) -> Outcome<String> {
    let draft = format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="defs" targetNamespace="urn:x">
           <process id="p_{key}" isExecutable="true">{inside}</process></definitions>"#
    );
    let body = json!({"key": key, "label_zh": "流程", "label_en": "Process", "draft": draft});
    let made = client.post("/api/v1/processes", &body.to_string())?.expect(201, "create")?.json()?;
    let id = text(&made, "id");
    let path = format!("/api/v1/processes/{id}/publish");
    client.send("POST", &path, &[("if-match", "\"1\"")], Some("{}"))?.expect(200, "publish")?;
    Ok(id)
}

/// One instance from start to end.
fn whole(client: &mut Client, definition: &str) -> Outcome<()> {
    let body = json!({"definition_id": definition, "variables": {"hours": 3}}).to_string();
    let instance = client.post("/api/v1/process-instances", &body)?.expect(201, "start")?.json()?;
    let filter = json!({"field": "instance_id", "op": "eq", "value": instance["id"]}).to_string();
    let path = format!("/api/v1/tasks?limit=1&filter={}", escape(&filter));
    let task = client.get(&path)?.expect(200, "task")?.json()?["items"][0].clone();
    let path = format!("/api/v1/tasks/{}/complete", text(&task, "id"));
    let body = r#"{"variables":{"approved":true}}"#;
    client.send("POST", &path, &[("if-match", "\"1\"")], Some(body))?.expect(200, "complete").map(drop)
}

/// Starts instances whose timers fall due one after the other; how late each was, the least late first.
fn timers(address: &str, key: &str, definition: &str, options: &Options) -> Outcome<Vec<Duration>> {
    let count = options.due_per_second * options.due_seconds;
    // Time enough to start them all before the first is due.
    let lead = Duration::from_secs(2) + Duration::from_secs(u64::from(count) / 100);
    let begun = Instant::now();
    let started = thread::scope(|scope| -> Outcome<Vec<(String, Duration)>> {
        let clients: Vec<_> = (0..options.clients)
            .map(|first| {
                scope.spawn(move || -> Outcome<Vec<(String, Duration)>> {
                    let mut client = Client::new(address, key);
                    let mut mine = Vec::new();
                    for n in (first as u32..count).step_by(options.clients) {
                        let due = lead + Duration::from_secs(1) * n / options.due_per_second;
                        let span = due.saturating_sub(begun.elapsed());
                        let iso = format!("PT{:.6}S", span.as_secs_f64());
                        let body = json!({"definition_id": definition, "variables": {"span": iso}}).to_string();
                        let made = client.post("/api/v1/process-instances", &body)?.expect(201, "start")?.json()?;
                        mine.push((text(&made, "id"), span));
                    }
                    Ok(mine)
                })
            })
            .collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client panicked".to_owned())??);
        }
        Ok(all)
    })?;
    thread::sleep((lead + Duration::from_secs(options.due_seconds.into())).saturating_sub(begun.elapsed()));
    let mut client = Client::new(address, key);
    let mut late = Vec::with_capacity(started.len());
    let waited = Instant::now();
    for (id, span) in started {
        let instance = loop {
            let path = format!("/api/v1/process-instances/{id}");
            let instance = client.get(&path)?.expect(200, "instance")?.json()?;
            if instance["status"] == "completed" {
                break instance;
            }
            if waited.elapsed() > PATIENCE {
                return Err(format!("the timer of {id} has not fired: {instance}"));
            }
            thread::sleep(Duration::from_millis(50));
        };
        let took = of_day(&text(&instance, "ended_at"))? - of_day(&text(&instance, "created_at"))?;
        let took = Duration::from_micros(took.rem_euclid(86_400_000_000).unsigned_abs());
        late.push(took.saturating_sub(span));
    }
    late.sort_unstable();
    if late.is_empty() { Err("no timer was measured".into()) } else { Ok(late) }
}

/// Microseconds since midnight of a time such as `2026-03-01T08:30:00.123456Z`.
fn of_day(time: &str) -> Outcome<i64> {
    let clock = time.split('T').nth(1).and_then(|rest| rest.strip_suffix('Z')).unwrap_or_default();
    let mut micros = 0.0;
    for part in clock.split(':') {
        let part: f64 = part.parse().map_err(during(time))?;
        micros = micros * 60.0 + part * 1e6;
    }
    Ok(micros as i64)
}

fn text(record: &Value, field: &str) -> String {
    record[field].as_str().unwrap_or_default().to_owned()
}

/// Timers that are due in a thousand years.
fn fill(ground: &Ground, count: u32) -> Outcome<()> {
    const DUE: i64 = 32_503_680_000_000_000;
    let Some(addresses) = &ground.plan.postgres else {
        let path = ground.plan.data.join("aftersail.db");
        let connection = rusqlite::Connection::open(path).map_err(during("the database"))?;
        let fill = format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})
             insert into process_timers (tenant_id, owner_id, wait, due, seq)
             select (select id from tenants limit 1), randomblob(16), 1, {DUE} + i, i from n"
        );
        return connection.execute_batch(&fill).map_err(during("filling"));
    };
    database::runtime()?.block_on(async {
        let connect = tokio_postgres::connect(&addresses.owner, tokio_postgres::NoTls);
        let (client, connection) = connect.await.map_err(during("PostgreSQL"))?;
        let fill = format!(
            "select set_config('app.tenant', '00000000-0000-0000-0000-000000000000', false);
             insert into process_timers (tenant_id, owner_id, wait, due, seq)
             select (select id from tenants limit 1), gen_random_uuid(), 1, {DUE} + i, i from generate_series(1, {count}) i"
        );
        let work = client.batch_execute(&fill);
        tokio::select! {
            done = work => done.map_err(during("filling")),
            ended = connection => Err(format!("PostgreSQL closed the connection: {ended:?}")),
        }
    })
}
