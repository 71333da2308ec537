//! Import of any list from a file, export as shown, the same change to many records, and event logs with a mapping.
//!
//! Lists are known by their columns ([`lists`]); rows are read as their domain's API shows them and written by the domain's
//! own rules, so that scope, masks, checks, events and search hold whichever way a record goes. Exports, imports and bulk
//! changes run as jobs on behalf of whoever asked, and can be taken back.
//!
//! Events: `export.created`, `.finished`; `import.created`, `.started`, `.finished`, `.cancelled`, `.undone`;
//! `bulk.created`, `.finished`, `.undone`.
//!
//! # Event logs
//!
//! Every row is accounted for: read = created + updated + skipped + rejected. A ticket's first row counts as created,
//! its further rows as updated; on a second run rows of unchanged tickets are skipped. Tickets are written in batches,
//! each in one transaction, so an interrupted import is simply run again.

mod bulk;
mod error;
mod exports;
mod imports;
mod incident;
mod lists;
mod mapping;
mod routes;
mod sheet;
mod source;
mod store;
mod task;
#[cfg(test)]
mod testing;
mod values;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use db::{Db, Migration, Query as _, Stmt};
use events::NewEvent;
use kernel::{Context, Uuid};
use serde::Serialize;
use serde_json::json;
use tickets::Ticket;

pub use bulk::run::ChangeMany;
pub use error::ImportError;
pub use exports::run::MakeExports;
pub use imports::run::RunImports;
use incident::{Builder, Incident};
pub use mapping::Mapping;
pub use routes::{jobs, routes};
pub use source::{Reject, Source};

/// The mapping for ServiceNow's incident event log that comes with the program.
pub const SERVICENOW: &str = include_str!("../mappings/servicenow-incidents.toml");

/// Tickets written in one transaction.
const BATCH: usize = 200;

/// What became of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Rows in the file.
    pub read: usize,
    /// Rows that made a ticket.
    pub created: usize,
    /// Rows that added to one.
    pub updated: usize,
    /// Rows of tickets that are unchanged since the last run.
    pub skipped: usize,
    /// Rows that could not be understood; see the reject file.
    pub rejected: usize,
    /// Tickets in the file.
    pub tickets: usize,
    /// The encoding that was found.
    pub encoding: String,
}

impl Account {
    /// Whether every row is accounted for.
    pub fn balances(&self) -> bool {
        self.read == self.created + self.updated + self.skipped + self.rejected
    }
}

/// The structure.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("connect", 1, "imports", "../migrations/0001_imports.sql"),
        db::migration!("connect", 2, "tables", "../migrations/0002_tables.sql"),
    ]
}

/// Reads `path` by `mapping` into the context's tenant. `progress` hears (tickets done, tickets in all).
pub async fn import_incidents(
    db: &Db,
    cx: &Context,
    path: &Path,
    mapping: &Mapping,
    mut progress: impl FnMut(usize, usize),
) -> Result<(Account, Vec<Reject>), ImportError> {
    let (file, reading) = (path.to_owned(), mapping.clone());
    let source = tokio::task::spawn_blocking(move || Source::read(&file, &reading))
        .await
        .map_err(|error| ImportError::File { path: path.display().to_string(), reason: error.to_string() })??;
    if let Some((name, calendar)) = mapping.business_calendar()? {
        db.write(cx, async move |tx| tickets::ensure_calendar(tx, &name, calendar).await).await?;
    }
    let builder = Builder::new(mapping, &source, mapping.time_zone()?);
    let mut account = Account {
        read: source.rows.len() + source.rejects.len(),
        encoding: source.encoding.to_owned(),
        ..Account::default()
    };
    let mut rejects = source.rejects.clone();
    let mut groups: BTreeMap<&str, Vec<&source::Row>> = BTreeMap::new();
    for row in &source.rows {
        let key = source.get(row, &mapping.columns.key).unwrap_or_default();
        match builder.check(row) {
            Ok(()) => groups.entry(key).or_default().push(row),
            Err(reason) => rejects.push(Reject { line: row.line, reason, key: key.to_owned() }),
        }
    }
    account.tickets = groups.len();
    let mut done = 0;
    let mut groups = groups.into_values();
    loop {
        let mut batch: Vec<(Incident, usize)> = Vec::with_capacity(BATCH);
        for mut rows in groups.by_ref().take(BATCH) {
            done += 1;
            match builder.build(cx, &mut rows) {
                Ok(incident) => batch.push((incident, rows.len())),
                Err(reason) => rejects.extend(rows.iter().map(|row| Reject {
                    line: row.line,
                    reason: reason.clone(),
                    key: source.get(row, &mapping.columns.key).unwrap_or_default().to_owned(),
                })),
            }
        }
        if batch.is_empty() && done == account.tickets {
            break;
        }
        save(db, cx, &mapping.name, batch, &mut account).await?;
        progress(done, account.tickets);
    }
    account.rejected = rejects.len();
    rejects.sort_by_key(|reject| reject.line);
    Ok((account, rejects))
}

async fn save(
    db: &Db,
    cx: &Context,
    source: &str,
    batch: Vec<(Incident, usize)>,
    account: &mut Account,
) -> Result<(), ImportError> {
    let keys: Vec<String> = batch.iter().map(|(incident, _)| incident.key.clone()).collect();
    let name = source.to_owned();
    let known = db.read(cx, async move |r| store::known(r, &name, &keys).await).await?;
    let mut fresh: Vec<(Incident, Option<Uuid>)> = Vec::new();
    for (mut incident, rows) in batch {
        match known.get(&incident.key) {
            Some((digest, _)) if *digest == incident.digest => account.skipped += rows,
            Some((_, ticket_id)) => {
                account.updated += rows;
                fresh.push((incident, Some(*ticket_id)));
            }
            None => {
                account.created += 1;
                account.updated += rows - 1;
                let year = incident.ticket.created_at.to_jiff().strftime("%Y").to_string();
                let next = db.next_number(cx, &format!("T-{year}")).await?;
                incident.ticket.number = format!("T-{year}-{next:06}");
                fresh.push((incident, None));
            }
        }
    }
    if fresh.is_empty() {
        return Ok(());
    }
    let source = source.to_owned();
    db.write(cx, async move |tx| {
        let cx = tx.cx().clone();
        let mut teams: HashMap<String, Uuid> = HashMap::new();
        for (mut incident, existing) in fresh {
            if let Some(name) = incident.team.take() {
                let id = match teams.get(&name) {
                    Some(id) => *id,
                    None => identity::ensure_team(tx, &name).await?,
                };
                teams.insert(name, id);
                incident.ticket.team_id = Some(id);
            }
            let ticket_id = match existing {
                Some(id) => {
                    tickets::overwrite_imported(tx, id, incident.ticket, incident.pauses).await?;
                    id
                }
                None => create(tx, &cx, &incident).await?,
            };
            tx.execute(store::remember(&cx, &source, &incident.key, &incident.digest, ticket_id)).await?;
        }
        Ok(())
    })
    .await
}

async fn create(tx: &mut db::Tx<'_>, cx: &Context, incident: &Incident) -> Result<Uuid, ImportError> {
    let ticket: &Ticket = &incident.ticket;
    let told = NewEvent::new("ticket.imported", "ticket", ticket.id)
        .label(&ticket.number)
        .data(json!({ "external_ref": incident.key, "status": ticket.status, "title": ticket.title }));
    let mut stmts: Vec<Stmt<'_>> = vec![tickets::insert(cx, ticket), events::statement(cx, &told)];
    stmts.extend(incident.pauses.iter().map(|pause| tickets::insert_pause(cx, pause)));
    tx.execute_all(stmts).await?;
    Ok(ticket.id)
}
