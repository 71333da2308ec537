//! What is done as a whole: an import of many lines and its undo, and the page of a customer with many tickets.

use std::{
    fmt::Write as _,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use benches::{Ground, Outcome, Target, ended, http::Client, row, seed};
use clap::Parser;
use serde_json::{Value, json};

/// Measures imports and the page of a customer.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    target: Target,
    /// Lines of each import.
    #[arg(long, default_value_t = 100_000)]
    lines: u32,
    /// Tickets of the customer.
    #[arg(long, default_value_t = 5_000)]
    tickets: usize,
    /// Requests for the customer's page.
    #[arg(long, default_value_t = 100)]
    requests: u32,
}

/// What an import of 100,000 lines shall stay under on `SQLite`.
const IMPORT_GOAL: Duration = Duration::from_mins(1);
/// What the page of a customer with 5,000 tickets shall stay under at the 95th percentile.
const PAGE_GOAL: Duration = Duration::from_millis(300);
/// How long an import may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_mins(10);

fn main() -> ExitCode {
    ended(all_engines(&Options::parse()))
}

fn all_engines(options: &Options) -> Outcome<bool> {
    let mut good = true;
    for ground in options.target.grounds("whole")? {
        good &= one_engine(options, &ground?)?;
    }
    Ok(good)
}

fn one_engine(options: &Options, ground: &Ground) -> Outcome<bool> {
    let engine = ground.engine;
    let key = ground.plan.company("whole")?;
    let server = ground.plan.start()?;
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
    let options: Vec<Value> = (0..5)
        .map(|n| json!({"id": format!("o{n}"), "label": {"zh": format!("类别{n}"), "en": format!("kind {n}")}}))
        .collect();
    seed::car(
        client,
        &[
            ("plate", "车牌", json!({"type": "text"})),
            ("worth", "价值", json!({"type": "integer"})),
            ("kind", "类别", json!({"type": "choice", "options": options})),
            ("bought", "购入日期", json!({"type": "date"})),
        ],
    )
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
        good &= row(name, options.requests, PAGE_GOAL, |_| {
            client.get(&format!("/api/v1/{path}/full"))?.expect(200, name).map(drop)
        })?;
    }
    Ok(good)
}
