//! Kills the real server with SIGKILL under load, again and again, and checks that nothing acknowledged is lost,
//! nothing delivered is skipped, and nothing is applied twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use benches::{
    Ground, Outcome, Target, during, ended,
    http::{Client, stream},
    seed::field,
    server::{Plan, Server},
};
use clap::Parser;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Writers at once.
const WRITERS: usize = 8;
/// How long reactions may take to catch up after a restart.
const PATIENCE: Duration = Duration::from_mins(1);

/// Kills the real server under load and checks what is left.
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
    for ground in options.target.grounds("kill9")? {
        let Ground { engine, plan, .. } = &ground?;
        let key = plan.company("kill9")?;
        let mut chance = StdRng::seed_from_u64(seed);
        for round in 1..=options.rounds {
            let told = one_round(plan, &key, round, &mut chance)
                .map_err(|failure| format!("{engine}, round {round}, seed {seed}: {failure}"))?;
            println!("{engine}, round {round}: {told}");
        }
    }
    Ok(true)
}

/// One ticket a writer asked for.
#[derive(Debug, Clone)]
struct Asked {
    /// Its idempotency key, and a word that stands in no other title.
    mark: String,
    /// The id the server acknowledged; `None` when the answer never came.
    id: Option<String>,
}

fn one_round(plan: &Plan, key: &str, round: u32, chance: &mut StdRng) -> Outcome<String> {
    let server = plan.start()?;
    let stop = Arc::new(AtomicBool::new(false));
    let listener = listen(&server, key, None, Arc::clone(&stop))?;
    let writers: Vec<JoinHandle<Vec<Asked>>> = (0..WRITERS)
        .map(|writer| {
            let (address, key, salt) = (server.address.clone(), key.to_owned(), chance.random::<u32>());
            thread::spawn(move || write(&address, &key, &format!("k{round}w{writer}s{salt:08x}")))
        })
        .collect();
    let moment = Duration::from_millis(chance.random_range(300..2500));
    thread::sleep(moment);
    server.kill()?;
    let mut asked = Vec::new();
    for writer in writers {
        asked.extend(writer.join().map_err(|_| "a writer panicked".to_owned())?);
    }
    let heard_before = listener.join().map_err(|_| "the listener panicked".to_owned())?;
    let acknowledged = asked.iter().filter(|ticket| ticket.id.is_some()).count();
    if acknowledged == 0 {
        return Err("no ticket was acknowledged before the kill: the load never began".into());
    }

    let server = plan.start()?;
    let resumed = Arc::new(AtomicBool::new(false));
    let listener = listen(&server, key, heard_before.last.as_deref(), Arc::clone(&resumed))?;
    let ids = ask_again(&server, key, &asked)?;
    check_events(&server, key, &ids)?;
    check_search(&server, key, &ids)?;
    check_dead(&server, key)?;
    // The listener must have heard of every ticket by now, before or after the kill.
    thread::sleep(Duration::from_millis(500));
    resumed.store(true, Ordering::SeqCst);
    let heard_after = listener.join().map_err(|_| "the listener panicked".to_owned())?;
    check_stream(&heard_before, &heard_after, &ids)?;
    server.kill()?;
    Ok(format!(
        "killed after {} ms; {acknowledged} acknowledged and {} unanswered creates: all there once, with event, search entry and live message",
        moment.as_millis(),
        asked.len() - acknowledged
    ))
}

/// Creates tickets until the server is gone.
fn write(address: &str, key: &str, salt: &str) -> Vec<Asked> {
    let mut client = Client::new(address, key);
    let mut asked = Vec::new();
    for number in 0.. {
        let mark = format!("{salt}n{number:05}");
        let id = create(&mut client, &mark).ok();
        let gone = id.is_none();
        asked.push(Asked { mark, id });
        if gone {
            break;
        }
    }
    asked
}

fn create(client: &mut Client, mark: &str) -> Outcome<String> {
    let body = format!(r#"{{"title":"电梯异响 {mark}","type":"repair","priority":"normal"}}"#);
    let reply = client.send("POST", "/api/v1/tickets", &[("Idempotency-Key", mark)], Some(&body))?;
    let reply = reply.expect(201, "create")?;
    field(&reply.body, "id").ok_or_else(|| "create: no id in the answer".into())
}

/// Sends every create once more under its key: what was acknowledged must come back as it was, and what was not
/// must now exist exactly once. Returns mark → id of all of them.
fn ask_again(server: &Server, key: &str, asked: &[Asked]) -> Outcome<BTreeMap<String, String>> {
    let parts = shared(asked, |part: &[Asked]| {
        let mut client = Client::new(&server.address, key);
        let mut ids = Vec::new();
        for ticket in part {
            let again = create(&mut client, &ticket.mark)?;
            if let Some(before) = &ticket.id {
                if *before != again {
                    return Err(format!("{}: acknowledged as {before}, now {again}", ticket.mark));
                }
                client.get(&format!("/api/v1/tickets/{before}"))?.expect(200, "an acknowledged ticket")?;
            }
            ids.push((ticket.mark.clone(), again));
        }
        Ok(ids)
    })?;
    let ids: BTreeMap<String, String> = parts.into_iter().collect();
    let distinct: BTreeSet<&String> = ids.values().collect();
    if distinct.len() != asked.len() {
        return Err(format!("{} creates gave {} tickets", asked.len(), distinct.len()));
    }
    Ok(ids)
}

/// Every ticket's timeline begins with its creation, exactly once.
fn check_events(server: &Server, key: &str, ids: &BTreeMap<String, String>) -> Outcome<()> {
    let all: Vec<(&String, &String)> = ids.iter().collect();
    shared(&all, |part: &[(&String, &String)]| {
        let mut client = Client::new(&server.address, key);
        for (mark, id) in part {
            let reply = client.get(&format!("/api/v1/tickets/{id}/timeline"))?.expect(200, "timeline")?;
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            let times = text.matches("\"ticket.created\"").count();
            if times != 1 {
                return Err(format!("{mark}: its timeline has {times} creations: {}", reply.text()));
            }
        }
        Ok(Vec::<()>::new())
    })
    .map(drop)
}

/// The index, which follows the event stream, finds every ticket exactly once.
fn check_search(server: &Server, key: &str, ids: &BTreeMap<String, String>) -> Outcome<()> {
    let all: Vec<(&String, &String)> = ids.iter().collect();
    let begun = Instant::now();
    shared(&all, |part: &[(&String, &String)]| {
        let mut client = Client::new(&server.address, key);
        for (mark, id) in part {
            loop {
                let reply = client.get(&format!("/api/v1/tickets?limit=5&q={mark}"))?.expect(200, "search")?;
                let found = reply.json()?["items"].as_array().map_or(0, Vec::len);
                if found == 1 && field(&reply.body, "id").as_ref() == Some(id) {
                    break;
                }
                if found > 1 {
                    return Err(format!("{mark} is found {found} times"));
                }
                if begun.elapsed() > PATIENCE {
                    return Err(format!("{mark} is still not found {} s after the restart", PATIENCE.as_secs()));
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        Ok(Vec::<()>::new())
    })
    .map(drop)
}

/// No reaction was given up.
fn check_dead(server: &Server, key: &str) -> Outcome<()> {
    let mut client = Client::new(&server.address, key);
    let reply = client.get("/api/v1/jobs?state=dead")?.expect(200, "dead jobs")?;
    let dead = reply.json()?["items"].as_array().map_or(0, Vec::len);
    if dead > 0 {
        return Err(format!("{dead} jobs died: {}", reply.text()));
    }
    Ok(())
}

/// What a browser would have heard.
struct Heard {
    /// Position of the last message.
    last: Option<String>,
    /// Tickets whose creation was told, with how often.
    created: BTreeMap<String, u32>,
    /// Positions, in the order they came.
    positions: Vec<String>,
}

/// Listens to the live stream until told to stop or until the server is gone. Without a position to resume after it
/// comes back when the server has said from where on it tells everything.
fn listen(server: &Server, key: &str, after: Option<&str>, stop: Arc<AtomicBool>) -> Outcome<JoinHandle<Heard>> {
    let mut connection = stream(&server.address, key, "/api/v1/events/stream", after)?;
    connection.get_ref().set_read_timeout(Some(Duration::from_millis(200))).map_err(during("the stream"))?;
    let mut id = String::new();
    if after.is_none() {
        let begun = Instant::now();
        let mut line = Vec::new();
        while id.is_empty() {
            match connection.read_until(b'\n', &mut line) {
                Ok(0) => return Err("the stream ended before it began".to_owned()),
                Ok(_) => {
                    if let Some(position) = String::from_utf8_lossy(&line).strip_prefix("id:") {
                        position.trim().clone_into(&mut id);
                    }
                    line.clear();
                }
                Err(_) if begun.elapsed() < PATIENCE => {}
                Err(error) => return Err(format!("the stream never began: {error}")),
            }
        }
    }
    Ok(thread::spawn(move || {
        // The `data:` of the position above is heard below, and remembers it.
        let mut heard = Heard { last: None, created: BTreeMap::new(), positions: Vec::new() };
        let mut line = Vec::new();
        loop {
            match connection.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    line.clear();
                    if let Some(position) = text.strip_prefix("id:") {
                        position.trim().clone_into(&mut id);
                    } else if let Some(data) = text.strip_prefix("data:") {
                        if data.contains("\"ticket.created\"")
                            && let Some(ticket) = field(data.as_bytes(), "object_id")
                        {
                            *heard.created.entry(ticket).or_default() += 1;
                        }
                        heard.positions.push(id.clone());
                        heard.last = Some(id.clone());
                    }
                }
                // A pause: a line half read stays in the buffer.
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        heard
    }))
}

/// Resumed after its last message, the stream skips nothing and repeats nothing.
fn check_stream(before: &Heard, after: &Heard, ids: &BTreeMap<String, String>) -> Outcome<()> {
    for (mark, id) in ids {
        let times = before.created.get(id).unwrap_or(&0) + after.created.get(id).unwrap_or(&0);
        if times != 1 {
            return Err(format!("the live stream told {times} times of the creation of {mark} ({id})"));
        }
    }
    let mut seen = BTreeSet::new();
    for position in before.positions.iter().chain(&after.positions) {
        if !seen.insert(position) {
            return Err(format!("the live stream told position {position} twice"));
        }
    }
    Ok(())
}

/// Shares work among threads and puts the parts together again.
fn shared<T: Sync, R: Send>(all: &[T], work: impl Fn(&[T]) -> Outcome<Vec<R>> + Sync) -> Outcome<Vec<R>> {
    let size = all.len().div_ceil(WRITERS).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = all.chunks(size).map(|part| scope.spawn(|| work(part))).collect();
        let mut out = Vec::new();
        for part in parts {
            out.extend(part.join().map_err(|_| "a checker panicked".to_owned())??);
        }
        Ok(out)
    })
}
