//! Kills the real server with SIGKILL while processes start, call each other and wait for timers, again and again, and
//! checks that every instance ends after exactly the steps it should take.

use std::{
    collections::BTreeSet,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use benches::{
    Ground, Outcome, Target, ended,
    http::{Client, escape},
    seed::field,
    server::Plan,
};
use clap::Parser;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

/// Writers at once.
const WRITERS: usize = 4;
/// How long instances may take to end after a restart: a job that was in hand waits for its lease.
const PATIENCE: Duration = Duration::from_mins(3);

/// Kills the real server while processes run and checks what is left.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    target: Target,
    /// How often to kill it on each engine.
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    /// Decides the moments; printed, so that a failure can be repeated.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    ended(all_engines(&Options::parse()))
}

fn all_engines(options: &Options) -> Outcome<bool> {
    let seed = options.seed.unwrap_or_else(|| rand::rng().random());
    println!("seed {seed}");
    for ground in options.target.grounds("kill9_processes")? {
        let Ground { engine, plan, .. } = &ground?;
        let key = plan.company("kill9")?;
        let (caller, called) = drawn(plan, &key)?;
        let mut chance = StdRng::seed_from_u64(seed);
        let mut known = BTreeSet::new();
        for round in 1..=options.rounds {
            let told = one_round(plan, &key, (&caller, &called), round, &mut chance, &mut known)
                .map_err(|failure| format!("{engine}, round {round}, seed {seed}: {failure}"))?;
            println!("{engine}, round {round}: {told}");
        }
    }
    Ok(true)
}

/// A process that calls another, which counts and waits for a timer; their ids.
fn drawn(plan: &Plan, key: &str) -> Outcome<(String, String)> {
    let server = plan.start()?;
    let mut client = Client::new(&server.address, key);
    let called = publish(
        &mut client,
        "called",
        r#"<startEvent id="start"/><scriptTask id="count"><script>n = n + 1</script></scriptTask>
           <intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT0.3S</timeDuration></timerEventDefinition></intermediateCatchEvent>
           <endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="count"/>
           <sequenceFlow id="b" sourceRef="count" targetRef="wait"/><sequenceFlow id="c" sourceRef="wait" targetRef="end"/>"#,
    )?;
    let caller = publish(
        &mut client,
        "caller",
        r#"<startEvent id="start"/><callActivity id="call" calledElement="p_called"/><endEvent id="end"/>
           <sequenceFlow id="a" sourceRef="start" targetRef="call"/><sequenceFlow id="b" sourceRef="call" targetRef="end"/>"#,
    )?;
    server.kill()?;
    Ok((caller, called))
}

fn publish(client: &mut Client, key: &str, inside: &str) -> Outcome<String> {
    let draft = format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="defs" targetNamespace="urn:x">
           <process id="p_{key}" isExecutable="true">{inside}</process></definitions>"#
    );
    let body = json!({"key": key, "label_zh": "流程", "label_en": "Process", "draft": draft});
    let made = client.post("/api/v1/processes", &body.to_string())?.expect(201, "create")?;
    let id = field(&made.body, "id").ok_or("create: no id in the answer")?;
    let path = format!("/api/v1/processes/{id}/publish");
    client.send("POST", &path, &[("if-match", "\"1\"")], Some("{}"))?.expect(200, "publish")?;
    Ok(id)
}

/// One start a writer asked for: its idempotency key, and the id if the server acknowledged it.
type Asked = (String, Option<String>);

fn one_round(
    plan: &Plan,
    key: &str,
    (caller, called): (&str, &str),
    round: u32,
    chance: &mut StdRng,
    known: &mut BTreeSet<String>,
) -> Outcome<String> {
    let server = plan.start()?;
    let moment = Duration::from_millis(chance.random_range(500..2500));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (address, key, caller) = (server.address.clone(), key.to_owned(), caller.to_owned());
            let salt = format!("k{round}w{writer}s{:08x}", chance.random::<u32>());
            thread::spawn(move || write(&address, &key, &caller, &salt))
        })
        .collect();
    thread::sleep(moment);
    server.kill()?;
    let mut asked: Vec<Asked> = Vec::new();
    for writer in writers {
        asked.extend(writer.join().map_err(|_| "a writer panicked".to_owned())?);
    }
    let acknowledged = asked.iter().filter(|(_, id)| id.is_some()).count();
    if acknowledged == 0 {
        return Err("no start was acknowledged before the kill: the load never began".into());
    }

    let server = plan.start()?;
    let mut client = Client::new(&server.address, key);
    for (mark, id) in &asked {
        let again = start(&mut client, caller, mark)?;
        if id.as_ref().is_some_and(|before| *before != again) {
            return Err(format!("{mark}: acknowledged as {id:?}, now {again}"));
        }
        if !known.insert(again) {
            return Err(format!("{mark}: two starts gave one instance"));
        }
    }
    let begun = Instant::now();
    for definition in [caller, called] {
        // Started or called, gone on once, ended: two steps each, whatever was cut off on the way.
        let all = loop {
            let all = instances(&mut client, definition)?;
            if all.len() >= known.len() && all.iter().all(|one| one["status"] == "completed") {
                break all;
            }
            if begun.elapsed() > PATIENCE {
                let open = all.iter().filter(|one| one["status"] != "completed").count();
                return Err(format!("{open} of {} instances have not ended; {} were started", all.len(), known.len()));
            }
            thread::sleep(Duration::from_millis(200));
        };
        if all.len() != known.len() {
            return Err(format!("{} instances for {} starts", all.len(), known.len()));
        }
        if let Some(wrong) = all.iter().find(|one| one["version"] != 2) {
            return Err(format!("an instance took other steps than it should: {wrong}"));
        }
    }
    server.kill()?;
    Ok(format!(
        "killed after {} ms; {acknowledged} acknowledged and {} unanswered starts: all ended once, with what they called",
        moment.as_millis(),
        asked.len() - acknowledged
    ))
}

/// Starts instances until the server is gone.
fn write(address: &str, key: &str, definition: &str, salt: &str) -> Vec<Asked> {
    let mut client = Client::new(address, key);
    let mut asked = Vec::new();
    for number in 0.. {
        let mark = format!("{salt}n{number:05}");
        let id = start(&mut client, definition, &mark).ok();
        let gone = id.is_none();
        asked.push((mark, id));
        if gone {
            break;
        }
    }
    asked
}

fn start(client: &mut Client, definition: &str, mark: &str) -> Outcome<String> {
    let body = json!({"definition_id": definition, "variables": {"n": 0}}).to_string();
    let reply = client.send("POST", "/api/v1/process-instances", &[("Idempotency-Key", mark)], Some(&body))?;
    let reply = reply.expect(201, "start")?;
    field(&reply.body, "id").ok_or_else(|| "start: no id in the answer".into())
}

/// Every instance of a process.
fn instances(client: &mut Client, definition: &str) -> Outcome<Vec<Value>> {
    let filter = escape(&json!({"field": "definition_id", "op": "eq", "value": definition}).to_string());
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/process-instances?limit=200&sort=created_at&filter={filter}{cursor}");
        let page = client.get(&path)?.expect(200, "instances")?.json()?;
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}
