//! Puts the rooms together: structure, operations, services, consumers, jobs.

use std::{sync::Arc, time::Duration};

use db::{Db, Migration, PostgresOptions};
use events::{ConsumerHealth, Consumers};
use http_api::{App, Routes, Service, Settings};
use jobs::{Every, JobError, JobHandler, JobRun, Recurring, Workers};
use kernel::World;

use crate::{config::DataArgs, pages, search as texts, subjects};

/// Every table of the product, in an order in which later ones may refer to earlier ones.
pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        views::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        orders::migrations(),
        processes::migrations(),
        channels::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        visits::migrations(),
        dispatch::migrations(),
        finance::migrations(),
        surveys::migrations(),
        connect::migrations(),
    ]
    .concat()
}

/// Every operation of the product.
pub fn routes() -> Vec<Routes> {
    vec![
        identity::routes(),
        objects::routes(),
        views::routes(),
        files::routes(),
        customers::routes(),
        products::routes(),
        devices::routes(),
        contracts::routes(),
        orders::routes(),
        processes::routes(),
        channels::routes(),
        tickets::routes(),
        workforce::routes(),
        inventory::routes(),
        visits::routes(),
        dispatch::routes(),
        finance::routes(),
        surveys::routes(),
        connect::routes(),
        insight::routes(),
        desk::routes(),
    ]
}

/// What goes along when customers are merged.
pub fn belongings() -> customers::CustomerBelongings {
    customers::CustomerBelongings::new([
        devices::CUSTOMER_ROWS,
        devices::DEALER_ROWS,
        devices::LESSEE_ROWS,
        contracts::CUSTOMER_ROWS,
        orders::CUSTOMER_ROWS,
        tickets::CUSTOMER_ROWS,
        visits::CUSTOMER_ROWS,
        finance::CUSTOMER_ROWS,
        surveys::CUSTOMER_ROWS,
    ])
}

/// Opens the database that the arguments name, brought up to date.
pub async fn open(args: &DataArgs) -> Result<Db, String> {
    let opened = if let Some(url) = &args.database {
        let options = PostgresOptions { url: url.clone(), owner_url: args.owner_database.clone(), connections: 24 };
        Db::open_postgres(&options, &migrations()).await
    } else {
        std::fs::create_dir_all(&args.data)
            .map_err(|error| format!("the data folder {} cannot be made: {error}", args.data.display()))?;
        Db::open_sqlite(args.data.join("aftersail.db"), &migrations()).await
    };
    let said = |error: db::DbError| format!("the database cannot be opened: {error}");
    let db = opened.map_err(said)?;
    if events::keep_rising(&db, &World::real()).await.map_err(said)? {
        tracing::warn!("the database was restored from a dump; the event stream goes on behind its last event");
    }
    Ok(db)
}

/// Everything a running server consists of.
pub struct House {
    /// State of the operations.
    pub app: App,
    /// Reactions to events, and the live feed.
    pub consumers: Consumers,
    /// Background jobs.
    pub workers: Workers,
    /// Timers of process instances.
    pub timers: processes::Timers,
    /// This node's index for the box over everything.
    pub search: search::Index,
}

/// Builds the house on an open database.
pub fn build(
    db: &Db,
    world: &World,
    settings: Settings,
    files: files::FileStore,
    gateways: channels::Gateways,
    search: search::Index,
) -> House {
    let directory = identity::Directory::new(db.clone(), world.clone());
    let mut indexer = search::Indexer::new();
    for provider in texts::providers() {
        indexer = indexer.add(provider);
    }
    let belongings = belongings();
    let consumers = Consumers::new(db.clone(), world.clone())
        .add(Arc::new(indexer.clone()))
        .add(Arc::new(tickets::Replies::new(settings.public_url.clone())))
        .add(Arc::new(visits::Announcements::new(settings.public_url.clone())))
        .add(Arc::new(finance::QuoteLetters::new(settings.public_url.clone())))
        .add(Arc::new(surveys::Invitations::new(settings.public_url.clone())))
        .add(Arc::new(objects::FollowRecords))
        .add(Arc::new(visits::FollowTickets))
        .add(Arc::new(tickets::MaintenanceFollows))
        .add(Arc::new(tickets::ClocksFollow))
        .add(Arc::new(inventory::BuiltInParts))
        .add(Arc::new(visits::AssignmentNotices))
        .add(Arc::new(channels::TaskNotices))
        .add(Arc::new(customers::FollowMerges::new(belongings.clone())));
    let closing = tickets::ClosingChecks::default().with(visits::VisitsDone).with(finance::SettledCheck);
    let actions = processes::actions()
        .and(tickets::actions(&closing))
        .with_errand("webhook.call", channels::CallWebhook::new(gateways));
    let runtime =
        processes::Runtime::new(processes::House { actions: actions.clone(), subjects: subjects::subjects() });
    let consumers = consumers.add(Arc::new(processes::FollowRecords(runtime.clone())));
    let app = App::builder(db.clone(), world.clone(), settings.clone())
        .authenticator(directory.clone())
        .links(channels::Links::new(db.clone(), world.clone()))
        .service(directory)
        .service(consumers.live())
        .service(files.clone())
        .service(search.clone())
        .service(closing)
        .service(runtime.clone())
        .service(subjects::subjects())
        .service(actions)
        .service(subjects::templates())
        .service(objects::CommonDocument::new(|| http_api::document(&routes())))
        .service(belongings)
        .service(gateways)
        .service::<Arc<dyn channels::TicketReach>>(Arc::new(TicketLinks))
        .service(tickets::ServiceLevelCache::default())
        .service(tickets::Presence::default())
        .service(insight::FactsCache::default())
        .build();
    let mut workers = Workers::new(db.clone(), world.clone())
        .add(Arc::new(PurgeAnswers))
        .add(Arc::new(search::Rebuild(indexer.clone())))
        .add(Arc::new(objects::SearchAnew::new(indexer, world.clone())))
        .recurring(Recurring { kind: PURGE, every: Every::Interval(Duration::from_hours(1)) });
    for handler in objects::handlers().into_iter().chain(customers::handlers()) {
        workers = workers.add(handler);
    }
    for handler in channels::handlers(gateways, settings.public_url).into_iter().chain(files::jobs(&files)) {
        workers = workers.add(handler);
    }
    workers = workers.add(Arc::new(tickets::MaintenanceAhead)).recurring(tickets::maintenance_recurring());
    workers = workers
        .add(Arc::new(tickets::SlaMilestones))
        .add(Arc::new(tickets::SlaAnew))
        .add(Arc::new(tickets::SlaMissing))
        .recurring(tickets::sla_recurring());
    for handler in processes::handlers(&runtime) {
        workers = workers.add(handler);
    }
    workers = workers.recurring(processes::recurring()).recurring(channels::notifications_recurring());
    for handler in connect::jobs(&files) {
        workers = workers.add(handler);
    }
    for recurring in files::recurring() {
        workers = workers.recurring(recurring);
    }
    measure(&app, &consumers, &workers);
    let timers = processes::Timers::new(runtime, db.clone(), world.clone());
    House { app, consumers, workers, timers, search }
}

/// Shows on `/metrics` how the work behind the requests is going.
fn measure(app: &App, consumers: &Consumers, workers: &Workers) {
    type Reading = fn(&ConsumerHealth) -> u64;
    let readings: [(&str, &str, Reading); 4] = [
        ("consumer_events_waiting", "Events read but not handled", |health| health.waiting),
        ("consumer_events_handled", "Events handled since the start", |health| health.handled),
        ("consumer_failures", "Failed tries since the start", |health| health.failures),
        ("consumer_events_dead", "Events set aside since the start", |health| health.dead),
    ];
    for (name, help, reading) in readings {
        let watch = consumers.watch();
        app.metrics().gauges((name, help, "consumer"), move || {
            watch().iter().map(|health| (health.name, i64::try_from(reading(health)).unwrap_or(i64::MAX))).collect()
        });
    }
    let watch = workers.watch();
    app.metrics().gauges(("jobs", "Jobs in hand, and jobs ended since the start", "state"), move || {
        let health = watch();
        let states = [
            ("running", health.running),
            ("done", health.done),
            ("failed_tries", health.failures),
            ("dead", health.dead),
            ("lost", health.lost),
        ];
        states.map(|(state, count)| (state, i64::try_from(count).unwrap_or(i64::MAX))).into()
    });
}

/// The router of the house: operations, probes and pages.
pub fn router(house: &House) -> Result<axum::Router, http_api::RouteError> {
    let probe = house.app.clone();
    let mut service = Service::new(house.app.clone()).web(pages::router()).probe("database", move || {
        let app = probe.clone();
        Box::pin(async move {
            let cx = kernel::Context::system(app.world().clone(), kernel::TenantId::SYSTEM);
            let read =
                app.db().read(&cx, async |r| db::Query::one::<(i64,)>(r, db::Stmt::new("select 1 + 0", vec![])).await);
            read.await.map(|_| ()).map_err(|error: db::DbError| error.to_string())
        })
    });
    for routes in routes() {
        service = service.routes(routes);
    }
    service.router()
}

/// Lets customer links be made for tickets the caller reaches; channels stand before tickets and cannot know.
struct TicketLinks;

impl channels::TicketReach for TicketLinks {
    fn reach<'a>(
        &'a self,
        db: &'a Db,
        cx: &'a kernel::Context,
        ticket_id: kernel::Uuid,
        permission: authz::Permission,
    ) -> futures_util::future::BoxFuture<'a, Result<Option<channels::LinkTarget>, db::DbError>> {
        Box::pin(async move {
            let found = db.read(cx, async move |r| tickets::within_reach(r, ticket_id, permission).await).await;
            match found {
                Ok(ticket) => Ok(Some(channels::LinkTarget { customer_id: ticket.customer_id })),
                Err(tickets::TicketError::Db(error)) => Err(error),
                Err(_) => Ok(None),
            }
        })
    }
}

const PURGE: &str = "http.purge_answers";

/// Forgets answers kept for repeated creations once nobody repeats them any more.
struct PurgeAnswers;

impl JobHandler for PurgeAnswers {
    fn kind(&self) -> &'static str {
        PURGE
    }

    fn run(&self, run: JobRun) -> futures_util::future::BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            // Answers are rows of the companies that asked, so the platform's own context sees none of theirs.
            let mut failed = None;
            for tenant in identity::tenants(&run.db, run.cx.world()).await? {
                let cx = tenant.system_context(run.cx.world());
                if let Err(error) = http_api::purge(&run.db, &cx).await {
                    tracing::warn!(%error, company = %tenant.slug, "old answers were not forgotten");
                    failed = Some(error);
                }
            }
            failed.map_or(Ok(()), |error| Err(JobError::retry(error)))
        })
    }
}
