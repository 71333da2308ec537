//! The command line and the environment: the only place that reads either.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Aftersail: after-sales service, self-hosted. 售后管理平台。
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The data folder: database (unless PostgreSQL), files.
    #[arg(long, env = "AFTERSAIL_DATA", default_value = "data")]
    pub data: PathBuf,
    /// `postgres://user@host/database` instead of SQLite in the data folder.
    #[arg(long, env = "AFTERSAIL_DATABASE")]
    pub database: Option<String>,
    /// The owner's address for migrations, when --database is the application's own role.
    #[arg(long, env = "AFTERSAIL_OWNER_DATABASE")]
    pub owner_database: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// For machines.
    Json,
}

/// Serving.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataArgs,
    /// Address and port to listen on.
    #[arg(long, env = "AFTERSAIL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where people reach the server, such as https://service.example.com; the listening address when absent.
    #[arg(long, env = "AFTERSAIL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8; comma between.
    #[arg(long, env = "AFTERSAIL_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Bucket for files instead of the data folder, such as s3://bucket/prefix; credentials come from AWS_* variables.
    #[arg(long, env = "AFTERSAIL_FILES")]
    pub files: Option<String>,
    /// Load a demo company on the first start.
    #[arg(long)]
    pub demo: bool,
    /// Bearer token for /metrics; without one only loopback and private addresses may read it.
    #[arg(long, env = "AFTERSAIL_METRICS_TOKEN")]
    pub metrics_token: Option<String>,
    /// Let robots, SMS gateways and webhooks be plain http, and on hosts that are not public or not the providers'
    /// (private installations).
    #[arg(long, env = "AFTERSAIL_PRIVATE_GATEWAYS")]
    pub private_gateways: bool,
    /// How log lines look.
    #[arg(long, env = "AFTERSAIL_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// What is logged, such as `info` or `info,http=debug`.
    #[arg(long, env = "AFTERSAIL_LOG", default_value = "info,http=warn")]
    pub log: String,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve pages and API, and run background work.
    Serve(Box<ServeArgs>),
    /// Bring a PostgreSQL database up to date as its owner.
    Migrate {
        /// The owner's address.
        #[arg(long, env = "AFTERSAIL_OWNER_DATABASE")]
        database: String,
    },
    /// Companies.
    Tenant {
        /// What to do.
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// API keys for scripts.
    Apikey {
        /// What to do.
        #[command(subcommand)]
        command: ApikeyCommand,
    },
    /// Fill a demo company: an elevator and HVAC service firm with six months of history.
    Demo {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
        /// Short name of the demo company; it must not exist yet.
        #[arg(long, default_value = "demo")]
        tenant: String,
        /// The day the history ends with, YYYY-MM-DD; today when absent.
        #[arg(long)]
        today: Option<String>,
    },
    /// Read data from other systems.
    Import {
        /// What to read.
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Print KPI figures, one JSON object a line.
    Kpi(KpiArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Check, rewrite and trace process models (BPMN 2.0), one JSON object a line.
    Bpmn {
        /// What to do.
        #[command(subcommand)]
        command: BpmnCommand,
    },
    /// A link through which somebody chooses a new password.
    PasswordLink {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
        /// Company, by short name or id.
        #[arg(long)]
        tenant: String,
        /// Their sign-in name.
        #[arg(long)]
        login: String,
        /// Where people reach the server.
        #[arg(long, env = "AFTERSAIL_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
        public_url: String,
    },
}

/// Process models by themselves, without a company.
#[derive(Debug, Subcommand)]
pub enum BpmnCommand {
    /// Say whether each file can be deployed, and if not, why.
    Check {
        /// Model files.
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Read a model and write it again.
    Roundtrip {
        /// The model file.
        file: String,
    },
    /// Run conformance cases on a virtual clock.
    Trace {
        /// File with one case or a list; models stand beside it.
        file: String,
        /// Only the case with this id.
        #[arg(long)]
        id: Option<String>,
    },
}

/// Companies.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a company with the shipped roles and, if given, its first administrator.
    Create {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
        /// Short name for signing in and for commands.
        #[arg(long)]
        name: String,
        /// The company's full name; the short name when absent.
        #[arg(long)]
        title: Option<String>,
        /// IANA time zone.
        #[arg(long, default_value = "Asia/Shanghai")]
        zone: String,
        /// Sign-in name of the first administrator.
        #[arg(long)]
        admin: Option<String>,
        /// Their password; a link to choose one is printed when absent.
        #[arg(long, env = "AFTERSAIL_ADMIN_PASSWORD")]
        password: Option<String>,
    },
    /// List companies.
    List {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
    },
}

/// API keys.
#[derive(Debug, Subcommand)]
pub enum ApikeyCommand {
    /// Make a key and print it, this once; the company is made when there is none of that name.
    Create {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
        /// Company, by short name or id.
        #[arg(long)]
        tenant: String,
        /// The role whose permissions it has, such as admin or agent.
        #[arg(long)]
        role: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

/// What to read.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// An event log or ticket table (CSV, may be packed with gzip).
    Incidents {
        /// Where the data is.
        #[command(flatten)]
        data: DataArgs,
        /// The file.
        file: PathBuf,
        /// How to understand it; `servicenow-incidents` is shipped.
        #[arg(long)]
        mapping: String,
        /// Company, by short name or id; made when there is none of that name.
        #[arg(long)]
        tenant: String,
        /// Where rejected lines are written; beside the database when absent.
        #[arg(long)]
        rejects: Option<PathBuf>,
        /// Print the account as JSON and no progress.
        #[arg(long)]
        json: bool,
    },
}

/// Figures.
#[derive(Debug, Args)]
pub struct KpiArgs {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataArgs,
    /// Company, by short name or id.
    #[arg(long)]
    pub tenant: String,
    /// Tickets created from here on, such as 2016-03-01 or 2016-03-01T00:00:00Z.
    #[arg(long)]
    pub from: Option<String>,
    /// Tickets created before.
    #[arg(long)]
    pub to: Option<String>,
    /// Up to three of month, week, day, priority, type, engineer, team, source.
    #[arg(long, default_value = "")]
    pub by: String,
    /// KPI ids, such as FRT,ART; all when absent.
    #[arg(long, default_value = "")]
    pub ids: String,
    /// Unit of times: min, h or day; each KPI's own when absent.
    #[arg(long)]
    pub unit: Option<String>,
    /// One JSON object a line (the default, and only, form).
    #[arg(long, default_value_t = true)]
    pub json: bool,
}

/// Credentials and region of an S3 bucket, as S3 clients usually read them.
pub fn aws_variables() -> Vec<(String, String)> {
    #[allow(clippy::disallowed_methods)] // app is the one that reads the environment
    std::env::vars().filter(|(name, _)| name.starts_with("AWS_")).collect()
}
