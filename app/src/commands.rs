//! The commands other than `serve`.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use identity::{NewPerson, NewTenant, Tenant};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use kernel::{Context, TenantId, Timestamp, World};

use crate::{
    bpmn,
    config::{ApikeyCommand, Cli, Command, DataArgs, ImportCommand, KpiArgs, TenantCommand},
    serve, wiring,
};

/// Runs a command; the error is a sentence for people.
pub async fn run(cli: Cli) -> Result<(), String> {
    match cli.command {
        Command::Serve(args) => serve::run(*args).await,
        Command::Migrate { database } => migrate(&database).await,
        Command::Tenant { command } => tenant(command).await,
        Command::Apikey { command: ApikeyCommand::Create { data, tenant, role, name } } => {
            apikey(&data, &tenant, &role, &name).await
        }
        Command::Demo { data, tenant, today } => demo(&data, &tenant, today).await,
        Command::Import { command: ImportCommand::Incidents { data, file, mapping, tenant, rejects, json } } => {
            import(&data, &file, &mapping, &tenant, rejects, json).await
        }
        Command::Kpi(args) => kpi(args).await,
        Command::Openapi => openapi(),
        Command::Bpmn { command } => bpmn::run(command),
        Command::PasswordLink { data, tenant, login, public_url } => {
            let (db, world) = (wiring::open(&data).await?, World::real());
            let link = identity::password_link(&db, &world, &tenant, &login, &public_url).await;
            say(&link.map_err(|error| error.to_string())?)
        }
    }
}

fn say(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())
}

async fn migrate(url: &str) -> Result<(), String> {
    let steps = db::Db::migrate_postgres(url, &wiring::migrations()).await.map_err(|error| error.to_string())?;
    say(&format!("{steps} migration(s) ran; the application connects as a role that is a member of {}", db::APP_ROLE))
}

async fn tenant(command: TenantCommand) -> Result<(), String> {
    let world = World::real();
    match command {
        TenantCommand::List { data } => {
            let db = wiring::open(&data).await?;
            for tenant in identity::tenants(&db, &world).await.map_err(|error| error.to_string())? {
                say(&format!("{}\t{}\t{}\t{}", tenant.slug, tenant.id, tenant.zone, tenant.name))?;
            }
            Ok(())
        }
        TenantCommand::Create { data, name, title, zone, admin, password } => {
            let db = wiring::open(&data).await?;
            let wants_link = admin.is_some() && password.is_none();
            let mut new = NewTenant::new(name.clone(), title.unwrap_or_else(|| name.clone()));
            new.zone = zone;
            new.admin =
                admin.clone().map(|login| NewPerson { name: login.clone(), login, password, ..NewPerson::default() });
            let tenant = identity::create_tenant(&db, &world, new).await.map_err(|error| error.to_string())?;
            say(&format!("{}\t{}", tenant.slug, tenant.id))?;
            if let (true, Some(login)) = (wants_link, admin) {
                let link = identity::password_link(&db, &world, &name, &login, "http://127.0.0.1:8080").await;
                say(&format!("choose a password at {}", link.map_err(|error| error.to_string())?))?;
            }
            Ok(())
        }
    }
}

/// The company of that name, made when there is none.
async fn ensure_tenant(db: &db::Db, world: &World, name: &str, zone: &str) -> Result<Tenant, String> {
    if let Ok(tenant) = identity::tenant_named(db, world, name).await {
        return Ok(tenant);
    }
    let mut new = NewTenant::new(name, name);
    zone.clone_into(&mut new.zone);
    let made = identity::create_tenant(db, world, new).await.map_err(|error| error.to_string())?;
    eprintln!("made the company `{}` in the zone {}", made.slug, made.zone);
    Ok(made)
}

async fn apikey(data: &DataArgs, tenant: &str, role: &str, name: &str) -> Result<(), String> {
    let (db, world) = (wiring::open(data).await?, World::real());
    ensure_tenant(&db, &world, tenant, "Asia/Shanghai").await?;
    let cx = Context::system(world, TenantId::SYSTEM);
    let secret = identity::create_api_key(&db, &cx, tenant, role, name).await.map_err(|error| error.to_string())?;
    say(&secret)
}

async fn demo(data: &DataArgs, tenant: &str, today: Option<String>) -> Result<(), String> {
    let (db, world) = (wiring::open(data).await?, World::real());
    let today = today.map(|text| instant(&text, "Asia/Shanghai")).transpose()?;
    desk::demo::load(&db, &world, tenant, today).await.map_err(|error| error.to_string())?;
    for account in desk::demo::ACCOUNTS {
        say(&format!("{}\t{}\t{}", account.login, desk::demo::PASSWORD, account.role_zh))?;
    }
    Ok(())
}

/// The mapping of that file name, or the one that is shipped under that name.
fn mapping(name: &str) -> Result<connect::Mapping, String> {
    let text = match std::fs::read_to_string(name) {
        Ok(text) => text,
        Err(_) if matches!(name.trim_end_matches(".toml"), "servicenow-incidents" | "servicenow") => {
            connect::SERVICENOW.to_owned()
        }
        Err(error) => {
            return Err(format!("the mapping {name} cannot be read: {error}; `servicenow-incidents` is shipped"));
        }
    };
    connect::Mapping::parse(&text).map_err(|error| error.to_string())
}

async fn import(
    data: &DataArgs,
    file: &Path,
    mapping_name: &str,
    tenant: &str,
    rejects: Option<PathBuf>,
    json: bool,
) -> Result<(), String> {
    let mapping = mapping(mapping_name)?;
    let (db, world) = (wiring::open(data).await?, World::real());
    let tenant = ensure_tenant(&db, &world, tenant, &mapping.zone).await?;
    let cx = identity::context_for_system(&db, &world, TenantId(tenant.id)).await.map_err(|error| error.to_string())?;
    let bar = if json || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} tickets, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let outcome = connect::import_incidents(&db, &cx, file, &mapping, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })
    .await;
    bar.finish_and_clear();
    let (account, rejected) = outcome.map_err(|error| error.to_string())?;
    let path = rejects.unwrap_or_else(|| data.data.join(format!("{}.rejects.csv", mapping.name)));
    if rejected.is_empty() {
        let _ = std::fs::remove_file(&path);
    } else {
        write_rejects(&path, &rejected)?;
    }
    if json {
        say(&serde_json::to_string(&account).map_err(|error| error.to_string())?)?;
    } else {
        say(&format!(
            "read {} = created {} + updated {} + skipped {} + rejected {} (tickets {}, {})",
            account.read,
            account.created,
            account.updated,
            account.skipped,
            account.rejected,
            account.tickets,
            account.encoding
        ))?;
        if !rejected.is_empty() {
            say(&format!("rejected lines with reasons: {}", path.display()))?;
        }
    }
    if account.balances() { Ok(()) } else { Err("not every row is accounted for; this is a defect".to_owned()) }
}

fn write_rejects(path: &Path, rejects: &[connect::Reject]) -> Result<(), String> {
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = String::from("line,key,reason\n");
    for reject in rejects {
        text.push_str(&format!("{},{},{}\n", reject.line, quote(&reject.key), quote(&reject.reason)));
    }
    std::fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// `2016-03-01` in `zone`, or a full instant.
fn instant(text: &str, zone: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wrong = || format!("`{text}` is not a time; write 2016-03-01 or 2016-03-01T00:00:00Z");
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let zone = TimeZone::get(zone).map_err(|_| wrong())?;
    Ok(Timestamp::from_jiff(date.to_zoned(zone).map_err(|_| wrong())?.timestamp()))
}

async fn kpi(args: KpiArgs) -> Result<(), String> {
    let (db, world) = (wiring::open(&args.data).await?, World::real());
    let tenant = identity::tenant_named(&db, &world, &args.tenant).await.map_err(|error| error.to_string())?;
    let cx = identity::context_for_system(&db, &world, TenantId(tenant.id)).await.map_err(|error| error.to_string())?;
    let by = insight::dimensions(&args.by)?;
    let kpis = insight::kpis(&args.ids)?;
    let unit = args.unit.as_deref().map(str::parse).transpose()?;
    let from = args.from.as_deref().map(|text| instant(text, &tenant.zone)).transpose()?;
    let to = args.to.as_deref().map(|text| instant(text, &tenant.zone)).transpose()?;
    let figures = insight::report(&db, &cx, &kpis, &by, (from, to), unit).await.map_err(|error| error.to_string())?;
    for figure in figures {
        say(&serde_json::to_string(&figure).map_err(|error| error.to_string())?)?;
    }
    Ok(())
}

fn openapi() -> Result<(), String> {
    let document = http_api::document(&wiring::routes());
    say(&serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?)
}
