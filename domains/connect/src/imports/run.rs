//! Goes through the lines of an import in batches: trying them, writing them, or taking them back.

use std::sync::Arc;

use db::{Db, Query as _, Read, Tx};
use events::NewEvent;
use files::FileStore;
use futures_util::future::BoxFuture;
use http_api::Problem;
use jobs::{JobError, JobHandler, JobRun};
use kernel::{Context, Uuid};
use serde_json::json;

use crate::{
    imports::{
        batch::{Account, Batch, Halt, Seen, statements, write},
        model::{ImportState, OnMissing, StoredImport},
        plan::{Meanings, Parsed, Plan},
        undo,
    },
    lists::{self, List, ListKey, Numbers, all},
    sheet::{self, Format, Line, Table},
    store::imports as store,
    task::{Stop, Task, ended},
};

/// The kinds of these jobs.
pub(crate) const CHECK: &str = "connect.import_check";
pub(crate) const RUN: &str = "connect.import";
pub(crate) const UNDO: &str = "connect.import_undo";
/// Lines in one transaction: long enough to be quick, short enough that others need not wait.
const BATCH: usize = 200;

/// What a job does with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Check,
    Run,
    Undo,
}

/// Runs imports, tries them, takes them back. Register one of each as a job handler.
#[derive(Clone)]
pub struct RunImports {
    files: FileStore,
    pass: Pass,
}

impl RunImports {
    /// One handler for each kind of job.
    pub fn handlers(files: &FileStore) -> Vec<Arc<dyn JobHandler>> {
        let handler = |pass| -> Arc<dyn JobHandler> { Arc::new(Self { files: files.clone(), pass }) };
        vec![handler(Pass::Check), handler(Pass::Run), handler(Pass::Undo)]
    }
}

impl Pass {
    const fn kind(self) -> &'static str {
        match self {
            Self::Check => CHECK,
            Self::Run => RUN,
            Self::Undo => UNDO,
        }
    }

    /// The state an import is in meanwhile, and afterwards.
    pub const fn states(self) -> (ImportState, ImportState) {
        match self {
            Self::Check => (ImportState::Checking, ImportState::Checked),
            Self::Run => (ImportState::Running, ImportState::Done),
            Self::Undo => (ImportState::Undoing, ImportState::Undone),
        }
    }
}

impl JobHandler for RunImports {
    fn kind(&self) -> &'static str {
        self.pass.kind()
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Task = run.parse()?;
            let outcome = match task.context(&run).await {
                Ok(cx) => go(&run.db, &self.files, &cx, task.id, self.pass).await,
                Err(stop) => Err(stop),
            };
            let failure = match &outcome {
                Err(Stop::Refused(problem)) => Some(problem.detail().to_owned()),
                Err(Stop::Db(error)) if run.is_last() => {
                    tracing::error!(%error, import = %task.id, "an import failed");
                    Some("The import could not go on. Try again later.".to_owned())
                }
                _ => None,
            };
            if let Some(failure) = failure {
                let (id, pass) = (task.id, self.pass);
                let fail = async move |tx: &mut Tx<'_>| -> Result<(), db::DbError> {
                    let turned = store::turn(tx, id, &[pass.states().0], ImportState::Failed, Some(&failure)).await?;
                    if turned && pass == Pass::Check {
                        // A try wrote nothing, so its account is of nothing.
                        let statements = store::begin(tx.cx(), id).to_vec();
                        tx.execute_all(statements).await?;
                    }
                    Ok(())
                };
                run.db.write(&run.cx, fail).await?;
            }
            ended(outcome)
        })
    }
}

/// Does what a job asks, as `cx`.
pub(crate) async fn go(db: &Db, files: &FileStore, cx: &Context, id: Uuid, pass: Pass) -> Result<(), Stop> {
    let found = db.read(cx, async move |r: &mut Read<'_>| store::find(r, id).await).await?;
    let (during, after) = pass.states();
    let Some(import) = found.filter(|import| import.state == during) else { return Err(Stop::Lost) };
    if pass == Pass::Undo {
        undo::undo(db, cx, &import).await?;
    } else {
        through(db, files, cx, &import, pass).await?;
    }
    let list = import.list.clone();
    let kept = db
        .write(cx, async move |tx: &mut Tx<'_>| -> Result<bool, db::DbError> {
            let kept = store::turn(tx, id, &[during], after, None).await?;
            if kept && pass != Pass::Check {
                let done = store::find(tx, id).await?;
                let data = done.map(|import| {
                    json!({
                        "list": list, "created": import.created, "updated": import.updated, "skipped": import.skipped,
                        "rejected": import.rejected, "undone": import.undone, "kept": import.kept,
                    })
                });
                let kind = if pass == Pass::Run { "import.finished" } else { "import.undone" };
                let event = NewEvent::new(kind, "import", id).label(&import.file_name).data(data.unwrap_or_default());
                events::append(tx, event).await?;
            }
            Ok(kept)
        })
        .await?;
    if kept { Ok(()) } else { Err(Stop::Lost) }
}

/// The whole table of an import's file.
pub(crate) async fn table(db: &Db, files: &FileStore, cx: &Context, import: &StoredImport) -> Result<Table, Stop> {
    let file_id = import.file_id;
    let file = db.read(cx, async move |r: &mut Read<'_>| files::get(r, file_id).await).await?;
    let file = file.ok_or_else(|| Stop::from(Problem::not_found("file")))?;
    let bytes = files.bytes(cx.tenant(), &file).await;
    let bytes = bytes.map_err(|error| Stop::Db(db::DbError::Storage(error.to_string())))?;
    let format = if import.format == Format::Csv.as_str() { Format::Csv } else { Format::Xlsx };
    let name = import.source.0.sheet.clone();
    Ok(opened(bytes.to_vec(), format, name).await?)
}

/// Reads a table off the runtime's threads; a reader that gives up on the bytes says that they are broken.
pub(crate) async fn opened(bytes: Vec<u8>, format: Format, name: Option<String>) -> Result<Table, Problem> {
    let read = tokio::task::spawn_blocking(move || sheet::read(&bytes, format, name.as_deref())).await;
    let broken = |_| {
        let message = "The file cannot be read. Open it in Excel and save it again as .xlsx.";
        Problem::from(sheet::SheetError("broken_file", message.to_owned()))
    };
    read.map_err(broken)?.map_err(Problem::from)
}

async fn through(db: &Db, files: &FileStore, cx: &Context, import: &StoredImport, pass: Pass) -> Result<(), Stop> {
    let table = table(db, files, cx, import).await?;
    let (mapping, source) = (import.mapping.0.clone(), import.source.0.columns.clone());
    let key = ListKey::parse(&import.list).ok_or_else(|| Stop::from(Problem::not_found("list")))?;
    let plan = db
        .read(cx, async move |r: &mut Read<'_>| -> Result<Plan, Problem> {
            let list = List::of(r, &key).await?;
            let zone = r.cx().zone().to_owned();
            Plan::of(&list, &all(r).await?, &mapping, &source, &zone)
        })
        .await?;
    let lacks = plan.lacks();
    if !lacks.is_empty() {
        return Err(Problem::invalid(lacks).into());
    }
    let plan = Arc::new(plan);
    let (mut done, mut meanings, mut seen) = (import.done, Meanings::new(), Seen::default());
    if pass == Pass::Check && done > 0 {
        // What lines said to each other is only in memory, so a try begins anew.
        let id = import.id;
        let again = async move |tx: &mut Tx<'_>| {
            let statements = store::begin(tx.cx(), id).to_vec();
            tx.execute_all(statements).await
        };
        db.write(cx, again).await?;
        done = 0;
    }
    let first = usize::try_from(done).unwrap_or_default().min(table.lines.len());
    for lines in table.lines[first..].chunks(BATCH) {
        let parsed: Vec<Parsed> = lines.iter().map(|line: &Line| plan.parse(line)).collect();
        let step = Step { db, cx, plan: &plan, id: import.id, done };
        let account = step.take(parsed, &mut meanings, (pass == Pass::Check).then_some(&mut seen)).await?;
        meanings.extend(account.made.into_iter().map(|(name, value)| (name, Ok(value))));
        done += lines.len() as i64;
    }
    Ok(())
}

/// One batch on its way.
struct Step<'s> {
    db: &'s Db,
    cx: &'s Context,
    plan: &'s Arc<Plan>,
    id: Uuid,
    done: i64,
}

impl Step<'_> {
    async fn take(
        &self,
        parsed: Vec<Parsed>,
        meanings: &mut Meanings,
        mut seen: Option<&mut Seen>,
    ) -> Result<Account, Stop> {
        let (plan, lines, known) = (Arc::clone(self.plan), parsed.clone(), std::mem::take(meanings));
        *meanings =
            self.db.read(self.cx, async move |r: &mut Read<'_>| plan.understand(r, &lines, known).await).await?;
        let creates = self.plan.key.is_none() || self.plan.on_missing == OnMissing::Create;
        // Where a list has several series, the lines ask for what they need of each.
        let is_one = self.plan.list.key != ListKey::Orders;
        let wanted = if creates && is_one && seen.is_none() { self.likely_new(&parsed).await? } else { 0 };
        let mut wanted = (String::new(), wanted);
        let mut numbers: Vec<Numbers> = Vec::new();
        loop {
            for _ in 0..wanted.1 {
                numbers.push(lists::numbers(self.db, self.cx, &self.plan.list, &wanted.0).await?);
            }
            let batch = Batch {
                plan: Arc::clone(self.plan),
                lines: parsed.clone(),
                meanings: meanings.clone(),
                numbers: numbers.clone(),
                seen: seen.as_deref().cloned(),
            };
            match self.commit(batch, parsed.len() as i64).await {
                Ok(account) => return Ok(account),
                Err(Halt::Numbers(series, more)) => wanted = (series, more),
                Err(Halt::Tried(account)) => {
                    let account = *account;
                    if let Some(seen) = seen.as_deref_mut() {
                        *seen = account.seen.clone();
                    }
                    self.note(&account, parsed.len() as i64).await?;
                    // What was made on the way is gone again; it stays to be made.
                    return Ok(Account { made: Vec::new(), ..account });
                }
                Err(Halt::Lost) => return Err(Stop::Lost),
                Err(Halt::Problem(problem)) => return Err((*problem).into()),
                Err(Halt::Db(error)) => return Err(error.into()),
            }
        }
    }

    /// How many of the lines will most likely make a record.
    async fn likely_new(&self, parsed: &[Parsed]) -> Result<usize, Stop> {
        let Some(position) = self.plan.key else { return Ok(parsed.len()) };
        let keys: Vec<_> = parsed.iter().filter_map(|line| line.key.clone()).collect();
        let plan = Arc::clone(self.plan);
        let count = keys.len();
        let hits = self
            .db
            .read(self.cx, async move |r: &mut Read<'_>| {
                lists::find(r, &plan.list, &plan.columns[position].column, &keys).await
            })
            .await?;
        Ok(parsed.len() - count + count.saturating_sub(hits.len()))
    }

    async fn commit(&self, batch: Batch, lines: i64) -> Result<Account, Halt> {
        let (id, done) = (self.id, self.done);
        self.db
            .write(self.cx, async move |tx: &mut Tx<'_>| -> Result<Account, Halt> {
                let is_try = batch.seen.is_some();
                let account = write(tx, batch).await?;
                if is_try {
                    return Err(Halt::Tried(Box::new(account)));
                }
                if !store::advance(tx, id, ImportState::Running, done, lines, &account).await? {
                    return Err(Halt::Lost);
                }
                let statements = statements(tx, id, &account);
                tx.execute_all(statements).await?;
                Ok(account)
            })
            .await
    }

    /// Keeps the account of a try; of its records nothing stays.
    async fn note(&self, account: &Account, lines: i64) -> Result<(), Stop> {
        let (id, done, account) = (self.id, self.done, account.clone());
        let kept = self
            .db
            .write(self.cx, async move |tx: &mut Tx<'_>| -> Result<bool, db::DbError> {
                if !store::advance(tx, id, ImportState::Checking, done, lines, &account).await? {
                    return Ok(false);
                }
                let rejects = Account { kept: Vec::new(), ..account };
                let statements = statements(tx, id, &rejects);
                tx.execute_all(statements).await?;
                Ok(true)
            })
            .await?;
        if kept { Ok(()) } else { Err(Stop::Lost) }
    }
}
