//! `aftersail serve`: pages, API and background work until told to stop.

use std::{net::SocketAddr, time::Duration};

use db::FolderLock;
use http_api::Settings;
use kernel::World;
use tokio::{net::TcpListener, signal::unix, sync::watch};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{LogFormat, ServeArgs, aws_variables},
    wiring,
};

/// How long running requests have to end after a signal.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT.
pub async fn run(args: ServeArgs) -> Result<(), String> {
    log(&args);
    std::fs::create_dir_all(&args.data.data)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", args.data.data.display()))?;
    let _lock = FolderLock::take(&args.data.data).map_err(|error| error.to_string())?;
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}; choose another address with --listen", args.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let world = World::real();
    let db = wiring::open(&args.data).await?;
    let settings = settings(&args, address)?;
    let files = match &args.files {
        Some(bucket) => files::FileStore::bucket(bucket, aws_variables()),
        None => files::FileStore::folder(args.data.data.join("files")),
    }
    .map_err(|error| format!("the file store cannot be opened: {error}"))?;
    let begun = if args.demo { demo(&db, &world, &settings.public_url).await? } else { None };
    let gateways = channels::Gateways { private: args.private_gateways };
    let search = search::Index::open(&args.data.data.join("search")).map_err(|error| error.to_string())?;
    let house = wiring::build(&db, &world, settings.clone(), files, gateways, search);
    let router = wiring::router(&house).map_err(|error| error.to_string())?;
    let stop = watch::Sender::new(false);
    let stopped = |mut heard: watch::Receiver<bool>| async move {
        let _ = heard.wait_for(|stop| *stop).await;
    };
    tracing::info!(%address, url = settings.public_url, "ready");
    println!("Aftersail is ready at {}", settings.public_url);
    let server = http_api::serve(&house.app, listener, router, stopped(stop.subscribe()), GRACE);
    // The demo company's history is told while one can already sign in.
    let telling = async {
        let Some(begun) = begun else { return };
        match desk::demo::finish(begun).await {
            Ok(()) => println!("The demo company is complete."),
            Err(error) => tracing::error!(%error, "the demo company is not complete"),
        }
    };
    let background = async {
        tokio::join!(
            house.consumers.run(stopped(stop.subscribe())),
            house.workers.run(stopped(stop.subscribe())),
            house.timers.run(stopped(stop.subscribe())),
            house.search.run(&db, &world, stopped(stop.subscribe())),
        );
    };
    let signals = async {
        let reason = signal().await;
        tracing::info!(reason, "stopping");
        stop.send_replace(true);
    };
    let until_stopped = async {
        tokio::select! {
            () = telling => {}
            () = stopped(stop.subscribe()) => {}
        }
    };
    let (served, (), (), ()) = tokio::join!(server, background, signals, until_stopped);
    served.map_err(|error| format!("the server ended: {error}"))
}

/// Waits for the first signal to stop.
async fn signal() -> &'static str {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (unix::signal(unix::SignalKind::terminate()), unix::signal(unix::SignalKind::interrupt()))
    else {
        return "signals cannot be heard";
    };
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}

fn settings(args: &ServeArgs, address: SocketAddr) -> Result<Settings, String> {
    let public_url = match &args.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{address}"),
    };
    let trusted_proxies = args
        .trusted_proxies
        .iter()
        .map(|text| text.parse().map_err(|error| format!("--trusted-proxies {text}: {error}")))
        .collect::<Result<_, String>>()?;
    Ok(Settings {
        secure_cookies: public_url.starts_with("https://"),
        public_url,
        trusted_proxies,
        metrics_token: args.metrics_token.clone(),
        ..Settings::default()
    })
}

fn log(args: &ServeArgs) {
    let filter = EnvFilter::try_new(&args.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Json => subscriber.json().init(),
        LogFormat::Text => subscriber.init(),
    }
}

/// Begins the demo company on the first start, and says how to sign in.
async fn demo(db: &db::Db, world: &World, public_url: &str) -> Result<Option<desk::demo::Begun>, String> {
    let existing = identity::tenant_by_slug(db, world, "demo").await.map_err(|error| error.to_string())?;
    let begun = match existing {
        Some(_) => None,
        None => Some(desk::demo::begin(db, world, "demo", None).await.map_err(|error| error.to_string())?),
    };
    println!("\n  {public_url}\n");
    for account in desk::demo::ACCOUNTS {
        println!("  {:<12} {:<16} {}", account.login, desk::demo::PASSWORD, account.role_zh);
    }
    println!();
    Ok(begun)
}
