//! Lists of an object that people defined, at a million records and beside a thousand companies with fields of their own.
//!
//! The records are written straight into the database, because a million requests would measure the writing. Everything
//! else goes through the real binary over HTTP.

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use benches::{
    Ground, Outcome, Target, database, during, ended,
    http::{Client, escape},
    row, seed,
};
use clap::Parser;
use serde_json::{Value, json};

/// Measures lists over own fields.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    target: Target,
    /// Records of the object.
    #[arg(long, default_value_t = 1_000_000)]
    records: u32,
    /// Other companies, each with twenty filterable fields.
    #[arg(long, default_value_t = 1_000)]
    companies: u32,
    /// Records of each of them.
    #[arg(long, default_value_t = 50)]
    records_each: u32,
    /// Requests of each kind.
    #[arg(long, default_value_t = 200)]
    requests: u32,
}

/// What lists shall stay under at the 95th percentile.
const GOAL: Duration = Duration::from_millis(30);

fn main() -> ExitCode {
    ended(all_engines(&Options::parse()))
}

fn all_engines(options: &Options) -> Outcome<bool> {
    let mut good = true;
    for ground in options.target.grounds("own_fields")? {
        good &= one_engine(options, &ground?)?;
    }
    Ok(good)
}

fn one_engine(options: &Options, ground: &Ground) -> Outcome<bool> {
    let engine = ground.engine;
    let key = ground.plan.company("fields")?;
    let server = ground.plan.start()?;
    define(&mut Client::new(&server.address, &key))?;
    server.kill()?;
    let store = match &ground.plan.postgres {
        Some(addresses) => Store::postgres(&addresses.owner)?,
        None => Store::sqlite(&ground.plan.data.join("aftersail.db"))?,
    };
    let begun = Instant::now();
    store.fill(options)?;
    eprintln!("{engine}: filled in {:.0} s", begun.elapsed().as_secs_f64());
    let server = ground.plan.start()?;
    let mut client = Client::new(&server.address, &key);
    println!("\n{engine}: {} records, {} companies with 20 fields", options.records, options.companies);
    let mut good = lists(&mut client, options, "")?;
    if ground.plan.postgres.is_some() {
        store.analyze()?;
        good &= lists(&mut client, options, ", with statistics")?;
    }
    Ok(good)
}

/// An object with a number, a choice and a text that lists use.
fn define(client: &mut Client) -> Outcome<()> {
    let options: Vec<Value> =
        (0..5).map(|n| json!({"id": format!("o{n}"), "label": {"zh": "甲", "en": "A"}})).collect();
    seed::car(
        client,
        &[
            ("plate", "车牌", json!({"type": "text"})),
            ("worth", "价值", json!({"type": "integer"})),
            ("kind", "类别", json!({"type": "choice", "options": options})),
        ],
    )
}

/// Every kind of list, measured; whether all stay under the goal.
fn lists(client: &mut Client, options: &Options, note: &str) -> Outcome<bool> {
    let test = |field: &str, op: &str, value: Value| json!({"field": field, "op": op, "value": value});
    let half = test("worth", "ge", json!(500_000));
    let few = |n: u32| test("worth", "between", json!([n * 37 % 999_900, n * 37 % 999_900 + 100]));
    type Ask<'a> = Box<dyn Fn(u32) -> String + 'a>;
    let with = |filter: &Value, sort: &str| {
        format!("/api/v1/records/car?limit=50&sort={sort}&filter={}", escape(&filter.to_string()))
    };
    let kinds: Vec<(&str, Ask<'_>)> = vec![
        (
            "sorted by a number",
            Box::new(|n| format!("/api/v1/records/car?limit=50&sort={}worth", ["", "-"][n as usize % 2])),
        ),
        ("a number in the upper half, by the same", Box::new(|_| with(&half, "worth"))),
        ("a number in the upper half, by creation", Box::new(|_| with(&half, "-created_at"))),
        ("a number in a small range, by creation", Box::new(|n| with(&few(n), "-created_at"))),
        (
            "one text, by a number",
            Box::new(|n| with(&test("plate", "eq", json!(format!("P{}", n * 4_567 % 900_000))), "worth")),
        ),
        (
            "a choice (20 %), by creation",
            Box::new(|n| with(&test("kind", "eq", json!(format!("o{}", n % 5))), "-created_at")),
        ),
        (
            "a choice (20 %), by a number",
            Box::new(|n| with(&test("kind", "eq", json!(format!("o{}", n % 5))), "-worth")),
        ),
        (
            "a choice and the upper half, by creation",
            Box::new(|n| {
                with(&json!({"all": [test("kind", "eq", json!(format!("o{}", n % 5))), half]}), "-created_at")
            }),
        ),
    ];
    let mut good = true;
    for (name, ask) in kinds {
        good &= row(&format!("{name}{note}"), options.requests, GOAL, |n| {
            client.get(&ask(n))?.expect(200, name).map(drop)
        })?;
    }
    Ok(good)
}

/// The database, while no server has it.
enum Store {
    Sqlite(rusqlite::Connection),
    Postgres { runtime: tokio::runtime::Runtime, client: tokio_postgres::Client },
}

impl Store {
    fn sqlite(path: &Path) -> Outcome<Self> {
        Ok(Self::Sqlite(rusqlite::Connection::open(path).map_err(during("the database"))?))
    }

    fn postgres(address: &str) -> Outcome<Self> {
        let runtime = database::runtime()?;
        let (client, connection) =
            runtime.block_on(tokio_postgres::connect(address, tokio_postgres::NoTls)).map_err(during("PostgreSQL"))?;
        runtime.spawn(connection);
        Ok(Self::Postgres { runtime, client })
    }

    fn run(&self, sqlite: &str, postgres: &str) -> Outcome<()> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch(sqlite).map_err(during("filling")),
            Self::Postgres { runtime, client } => {
                let filled = runtime.block_on(client.batch_execute(postgres));
                filled.map_err(|error| match error.as_db_error() {
                    Some(told) => format!("filling: {told}"),
                    None => format!("filling: {error}"),
                })
            }
        }
    }

    fn analyze(&self) -> Outcome<()> {
        self.run("select 1", "analyze")
    }

    fn fill(&self, options: &Options) -> Outcome<()> {
        let (records, each, companies) = (options.records, options.records_each, options.companies);
        let record = |number: &str, tenant: &str, object: &str, ext: &str| {
            format!(
                "insert into records (tenant_id, id, version, created_at, updated_at, object, number, serial, ext)
                 select {tenant}, {{id}}, 1, 1700000000000000 + {number}, 1700000000000000 + {number}, '{object}',
                 'CA-' || {number}, {number}, {ext}"
            )
        };
        let tenant = "(select tenant_id from object_definitions where key = 'car')";
        let car_lite =
            "json_object('plate', 'P' || n, 'worth', abs(random()) % 1000000, 'kind', 'o' || abs(random()) % 5)";
        let car_pg = "jsonb_build_object('plate', 'P' || n, 'worth', floor(random() * 1000000)::bigint, 'kind', 'o' || floor(random() * 5)::int)";
        let own_lite = (0..20).map(|f| format!("'f{f}', n * {f} % 100")).collect::<Vec<_>>().join(", ");
        let own_pg = own_lite.clone();
        let series =
            |count: u32| format!("with recursive s(n) as (select 1 union all select n + 1 from s where n < {count})");
        let rows = |table: &str, object: &str, field: &str, value: &str| {
            format!(
                "insert into {table} (tenant_id, object, field, value, record_id)
                 select tenant_id, object, '{field}', {value}, id from records where object = '{object}';"
            )
        };
        let mut lite =
            String::from("pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -200000; begin;");
        let mut pg = String::new();
        lite += &format!(
            "{} {} from s;",
            series(records),
            record("n", tenant, "car", car_lite).replace("{id}", "randomblob(16)")
        );
        pg += &format!(
            "{} from generate_series(1, {records}) n;",
            record("n", tenant, "car", car_pg).replace("{id}", "gen_random_uuid()")
        );
        lite += "create temp table others (id blob primary key);";
        pg += "create temp table others as select gen_random_uuid() as id from generate_series(1, 0);";
        lite += &format!("{} insert into others select randomblob(16) from s;", series(companies));
        pg += &format!("insert into others select gen_random_uuid() from generate_series(1, {companies});");
        lite += &format!(
            "{} {} from others o, s;",
            series(each),
            record("n", "o.id", "thing", &format!("json_object({own_lite})")).replace("{id}", "randomblob(16)")
        );
        pg += &format!(
            "{} from others o, generate_series(1, {each}) n;",
            record("n", "o.id", "thing", &format!("jsonb_build_object({own_pg})")).replace("{id}", "gen_random_uuid()")
        );
        for (text, number) in [(&mut lite, ""), (&mut pg, "::double precision")] {
            text.push_str(&rows("field_index_text", "car", "plate", "ext->>'plate'"));
            text.push_str(&rows("field_index_text", "car", "kind", "ext->>'kind'"));
            text.push_str(&rows("field_index_number", "car", "worth", &format!("(ext->>'worth'){number}")));
            for field in 0..20 {
                let value = format!("(ext->>'f{field}'){number}");
                text.push_str(&rows("field_index_number", "thing", &format!("f{field}"), &value));
            }
        }
        lite += "commit;";
        // The wall between tenants binds the owner too, who fills the tables of all of them here.
        let tables = ["records", "object_definitions", "field_index_text", "field_index_number"];
        let wall = |how: &str| tables.map(|table| format!("alter table {table} {how} row level security;")).concat();
        self.run(&lite, &format!("{}{pg}{}", wall("no force"), wall("force")))
    }
}
