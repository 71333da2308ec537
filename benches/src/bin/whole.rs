//! What is done as a whole: an import of many lines and its undo, and the page of a customer with many tickets.

use std::{
    fmt::Write as _,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use benches::{
    EngineChoice, Outcome, database, during,
    http::Client,
    seed,
    server::{Plan, is_program},
};
use clap::Parser;
use serde_json::{Value, json};

/// Measures imports and the page of a customer.
#[derive(Debug, Parser)]
struct Options {
    /// The program to measure.
    #[arg(long)]
    binary: PathBuf,
    /// On which database.
    #[arg(long, value_enum, default_value = "both")]
    engine: EngineChoice,
    /// Lines of each import.
    #[arg(long, default_value_t = 100_000)]
    lines: u32,
    /// Tickets of the customer.
    #[arg(long, default_value_t = 5_000)]
    tickets: usize,
    /// Requests for the customer's page.
    #[arg(long, default_value_t = 100)]
    requests: u32,
    /// The owner's address of a cluster on this machine, as scripts/with-postgres sets it.
    #[arg(long, env = "AFTERSAIL_TEST_POSTGRES")]
    postgres: Option<String>,
    /// The application's role there.
    #[arg(long, env = "AFTERSAIL_TEST_POSTGRES_APP_ROLE", default_value = "aftersail_app")]
    app_role: String,
}

/// What an import of 100,000 lines shall stay under on `SQLite`.
const IMPORT_GOAL: Duration = Duration::from_mins(1);
/// What the page of a customer with 5,000 tickets shall stay under at the 95th percentile.
const PAGE_GOAL: Duration = Duration::from_millis(300);
/// How long an import may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_mins(10);

fn main() -> ExitCode {
    match all_engines(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn all_engines(options: &Options) -> Outcome<bool> {
    if !is_program(&options.binary) {
        return Err(format!("{} is not there: cargo build -p aftersail", options.binary.display()));
    }
    let mut good = true;
    for engine in options.engine.names(options.postgres.as_deref())? {
        good &= one_engine(options, engine)?;
    }
    Ok(good)
}

fn one_engine(options: &Options, engine: &str) -> Outcome<bool> {
    let folder = tempfile::Builder::new().prefix("aftersail-whole-").tempdir().map_err(during("a folder"))?;
    let postgres = match (engine, &options.postgres) {
        ("postgres", Some(admin)) => {
            Some(database::create(admin, &options.app_role, &format!("whole_{}", std::process::id()))?)
        }
        _ => None,
    };
    let plan = Plan { binary: options.binary.clone(), data: folder.path().join("data"), postgres };
    let key = plan.company("whole")?;
    let server = plan.start()?;
    let mut client = Client::new(&server.address, &key);
    println!("\n{engine}: imports of {} lines; a customer with {} tickets", options.lines, options.tickets);
    let mut good = customer_page(&mut client, &server.address, &key, options)?;
    define(&mut client)?;
    let goal = (engine == "sqlite").then_some(IMPORT_GOAL);
    for (list, text) in [("customers", customers(options.lines)), ("records/car", cars(options.lines))] {
        good &= import(&mut client, list, &text, options.lines, goal)?;
    }
    let (now, most) = server.memory();
    println!("| resident memory after, at its highest | {now:.0} MiB | {most:.0} MiB |");
    Ok(good)
}

/// An object with fields of all kinds that lists use.
fn define(client: &mut Client) -> Outcome<()> {
    let object = json!({"key": "car", "name": {"zh": "车辆", "en": "Car"}});
    client.post("/api/v1/objects", &object.to_string())?.expect(201, "the object")?;
    let options: Vec<Value> = (0..5)
        .map(|n| json!({"id": format!("o{n}"), "label": {"zh": format!("类别{n}"), "en": format!("kind {n}")}}))
        .collect();
    let field = |id: &str, zh: &str, kind: Value| json!({"id": id, "kind": kind, "label": {"zh": zh, "en": id}, "filterable": true, "sortable": true});
    let fields = [
        field("plate", "车牌", json!({"type": "text"})),
        field("worth", "价值", json!({"type": "integer"})),
        field("kind", "类别", json!({"type": "choice", "options": options})),
        field("bought", "购入日期", json!({"type": "date"})),
    ];
    let body = json!({"catalogue": {"object": "car", "fields": fields}}).to_string();
    client
        .send("PUT", "/api/v1/objects/car/fields", &[("If-Match", "\"0\"")], Some(&body))?
        .expect(200, "the fields")?;
    Ok(())
}

fn customers(lines: u32) -> String {
    let mut text = String::from("名称,电话,级别,城市,街道,备注\n");
    for n in 0..lines {
        let level = ["普通", "VIP"][n as usize % 2];
        let _ = writeln!(text, "导入物业 {n:06},139{n:08},{level},上海市,世纪大道 {n} 号,第 {n} 行");
    }
    text
}

fn cars(lines: u32) -> String {
    let mut text = String::from("车牌,价值,类别,购入日期\n");
    for n in 0..lines {
        let _ = writeln!(
            text,
            "沪A{n:06},{},类别{},20{:02}-0{}-1{}",
            n * 7 % 900_000,
            n % 5,
            10 + n % 15,
            1 + n % 9,
            n % 10
        );
    }
    text
}

/// Uploads, tries, runs and takes back an import; whether running it stayed under the goal.
fn import(client: &mut Client, list: &str, text: &str, lines: u32, goal: Option<Duration>) -> Outcome<bool> {
    let file = client.upload("lines.csv", text)?;
    let begun = client.post("/api/v1/imports", &json!({"list": list, "file_id": file}).to_string())?;
    let begun = begun.expect(201, "the import")?.json()?;
    let id = begun["id"].as_str().ok_or("the import has no id")?.to_owned();
    let mut good = true;
    for (word, state, what) in
        [("check", "checked", "tried"), ("run", "done", "written"), ("undo", "undone", "taken back")]
    {
        let started = Instant::now();
        client.post(&format!("/api/v1/imports/{id}/{word}"), "{}")?.expect(202, word)?;
        let done = loop {
            let import = client.get(&format!("/api/v1/imports/{id}"))?.expect(200, "the import")?.json()?;
            if import["state"] == state {
                break import;
            }
            if import["state"] == "failed" || started.elapsed() > PATIENCE {
                return Err(format!("{list}: {word}: {import}"));
            }
            thread::sleep(Duration::from_millis(50));
        };
        let time = started.elapsed();
        let count = |name: &str| done[name].as_u64().unwrap_or_default();
        let expected = u64::from(lines);
        let complete = if word == "undo" { count("undone") == expected } else { count("created") == expected };
        if !complete {
            let said: String = done.to_string().chars().take(2_000).collect();
            return Err(format!("{list}: {word} did not take every line: {said}"));
        }
        let over = word == "run" && goal.is_some_and(|goal| time > goal);
        good &= !over;
        let mark = if over { "  over the goal" } else { "" };
        println!("| {list}: {lines} lines {what} | {:.1} s |{mark}", time.as_secs_f64());
    }
    Ok(good)
}

fn customer_page(client: &mut Client, address: &str, key: &str, options: &Options) -> Outcome<bool> {
    let company = seed::company(client, 1, 20)?;
    seed::fill(address, key, &company, options.tickets)?;
    let (customer, device) = company.devices.first().ok_or("no device")?;
    let mut good = true;
    for (name, path) in [
        ("the page of the customer", format!("customers/{customer}")),
        ("the file of one device", format!("devices/{device}")),
    ] {
        let mut times = Vec::new();
        for _ in 0..options.requests {
            let begun = Instant::now();
            client.get(&format!("/api/v1/{path}/full"))?.expect(200, name)?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        let (middle, most) = (at(50), at(95));
        good &= most <= PAGE_GOAL;
        let mark = if most <= PAGE_GOAL { "" } else { "  over the goal" };
        println!("| {name} | {:.1} ms | {:.1} ms |{mark}", middle.as_secs_f64() * 1000.0, most.as_secs_f64() * 1000.0);
    }
    Ok(good)
}
