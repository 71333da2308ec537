//! A database of our own on the throw-away PostgreSQL cluster.

use tokio_postgres::NoTls;

use crate::{Outcome, during};

/// Addresses of one database: its owner's, and the application's role without rights of its own.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// May change the structure.
    pub owner: String,
    /// What the server connects as; row-level security binds it.
    pub app: String,
}

/// Creates `name` on the cluster at `admin` (`postgres://owner@host:port/postgres`).
pub fn create(admin: &str, app_role: &str, name: &str) -> Outcome<Addresses> {
    runtime()?.block_on(async {
        let (client, connection) = tokio_postgres::connect(admin, NoTls).await.map_err(during("PostgreSQL"))?;
        let statement = format!("create database {name}");
        let work = client.batch_execute(&statement);
        tokio::select! {
            done = work => done.map_err(during("create database")),
            ended = connection => Err(format!("PostgreSQL closed the connection: {ended:?}")),
        }
    })?;
    let (scheme, rest) = admin.split_once("://").ok_or("the address has no scheme")?;
    let (owner, place) = rest.split_once('@').ok_or("the address names no role")?;
    let host = place.split('/').next().unwrap_or(place);
    Ok(Addresses {
        owner: format!("{scheme}://{owner}@{host}/{name}"),
        app: format!("{scheme}://{app_role}@{host}/{name}"),
    })
}

/// A runtime for the few things done asynchronously here.
pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(during("tokio"))
}
