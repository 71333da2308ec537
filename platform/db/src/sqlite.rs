//! SQLite: one writer thread with group commit, a few reader threads, a thread that checkpoints.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    task::{Poll, Waker},
    thread::JoinHandle,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use kernel::Context;
use rusqlite::{Connection, OpenFlags, config::DbConfig, functions::FunctionFlags};
use tokio::sync::{oneshot, watch};

use crate::{DbError, Read, Tx, tx::Conn};

/// Callers that may share one commit.
const GROUP: usize = 256;
/// Writes waiting at most; beyond that callers are told that the system is busy.
const QUEUE: usize = 8_192;
/// Reader threads; reads are short, and two cores need no more.
const READERS: usize = 4;
/// Frames in the write-ahead log after which the writer helps the checkpoint so that the log can start over.
const LONG_LOG: i64 = 4_000;
/// Frames not yet checkpointed that the writer may take on itself.
const SHORT_REST: i64 = 2_000;

type Acknowledge = Box<dyn FnOnce(Result<(), DbError>) + Send>;

enum Outcome {
    /// Keep the savepoint; tell the caller after the commit.
    Keep(Acknowledge),
    /// Roll the savepoint back; the caller has been told.
    Undo,
}

trait WriteJob: Send {
    fn run(self: Box<Self>, conn: &mut Connection) -> Outcome;
    fn fail(self: Box<Self>, error: DbError);
}

trait ReadJob: Send {
    fn run(self: Box<Self>, conn: &mut Connection);
}

struct Job<F, T, E> {
    run: F,
    cx: Context,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Runs a transaction closure that never waits: its statements answer at once.
fn run_now<T, E: From<DbError>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let polled = catch_unwind(AssertUnwindSafe(|| {
        match pin!(future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => {
                Err(DbError::internal("a transaction awaited something other than its own statements").into())
            }
        }
    }));
    polled.unwrap_or_else(|_| Err(DbError::internal("a transaction panicked").into()))
}

impl<F, T, E> WriteJob for Job<F, T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(self: Box<Self>, conn: &mut Connection) -> Outcome {
        let Self { run, cx, reply } = *self;
        if reply.is_closed() {
            return Outcome::Undo; // the caller has gone away before we began
        }
        let mut tx = Tx::new(Conn::Lite(conn), &cx);
        match run_now(run(&mut tx)) {
            Ok(value) => Outcome::Keep(Box::new(move |done| {
                let _ = reply.send(done.map(|()| value).map_err(E::from));
            })),
            Err(error) => {
                let _ = reply.send(Err(error));
                Outcome::Undo
            }
        }
    }

    fn fail(self: Box<Self>, error: DbError) {
        let _ = self.reply.send(Err(error.into()));
    }
}

impl<F, T, E> ReadJob for Job<F, T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: AsyncFnOnce(&mut Read<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(self: Box<Self>, conn: &mut Connection) {
        let Self { run, cx, reply } = *self;
        if reply.is_closed() {
            return;
        }
        // One snapshot for all statements of the closure.
        let begun = conn.execute_batch("begin").map_err(DbError::from);
        let result = match begun {
            Ok(()) => {
                let mut read = Read::new(Conn::Lite(conn), &cx);
                run_now(run(&mut read))
            }
            Err(error) => Err(error.into()),
        };
        let _ = conn.execute_batch("rollback");
        let _ = reply.send(result);
    }
}

/// What writer and checkpointer tell each other.
#[derive(Default)]
struct Log {
    dirty: AtomicBool,
    frames: AtomicI64,
    done: AtomicI64,
    stop: AtomicBool,
}

/// The handle: queues into the threads. Dropping the last one ends them.
pub(crate) struct Sqlite {
    writes: Option<Sender<Box<dyn WriteJob>>>,
    reads: Option<Sender<Box<dyn ReadJob>>>,
    log: Arc<Log>,
    threads: Vec<JoinHandle<()>>,
}

/// Opens one connection with the settings every connection has.
pub(crate) fn open(path: &Path, writes: bool) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    // A plan never depends on the values bound, so no statement is prepared twice.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; \
         pragma wal_autocheckpoint = 0; pragma journal_size_limit = 67108864;",
    )?;
    conn.execute_batch(if writes {
        "pragma cache_size = -16384;"
    } else {
        "pragma cache_size = -6144; pragma query_only = on;"
    })?;
    conn.set_prepared_statement_cache_capacity(256);
    // SQLite's own lower() knows only ASCII; filters must agree with PostgreSQL and with memory.
    conn.create_scalar_function(
        "lower",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS,
        |context| Ok(context.get::<Option<String>>(0)?.map(|text| lower(&text))),
    )?;
    Ok(conn)
}

/// One letter for one letter, as PostgreSQL's `lower()` does under C.UTF-8.
fn lower(text: &str) -> String {
    text.chars()
        .map(|letter| if letter == 'İ' { 'i' } else { letter.to_lowercase().next().unwrap_or(letter) })
        .collect()
}

impl Sqlite {
    /// Starts the threads on an already migrated file. `committed` is raised after every durable commit.
    pub(crate) fn start(path: &Path, committed: watch::Sender<u64>) -> Result<Self, DbError> {
        let (writes, write_queue) = bounded(QUEUE);
        let (reads, read_queue) = bounded::<Box<dyn ReadJob>>(QUEUE);
        let log = Arc::new(Log::default());
        let mut threads = Vec::new();
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(run)
                .map_err(|error| DbError::Storage(format!("a thread cannot be started: {error}")))
        };
        let writer = open(path, true)?;
        let shared = Arc::clone(&log);
        threads.push(spawn("db-writer", Box::new(move || write_loop(writer, &write_queue, &committed, &shared)))?);
        for _ in 0..READERS {
            let mut conn = open(path, false)?;
            let queue = read_queue.clone();
            let run = move || {
                while let Ok(job) = queue.recv() {
                    job.run(&mut conn);
                }
            };
            threads.push(spawn("db-reader", Box::new(run))?);
        }
        let (shared, path) = (Arc::clone(&log), path.to_owned());
        threads.push(spawn("db-checkpoint", Box::new(move || checkpoint_loop(&path, &shared)))?);
        Ok(Self { writes: Some(writes), reads: Some(reads), log, threads })
    }

    /// Resolves after the durable commit that the closure shared with others.
    pub(crate) async fn write<T, E, F>(&self, cx: &Context, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn WriteJob> = Box::new(Job { run, cx: cx.clone(), reply });
        send(self.writes.as_ref(), job)?;
        answer.await.unwrap_or_else(|_| Err(DbError::Unreachable("the writer has ended".to_owned()).into()))
    }

    /// Resolves when a reader has run the closure on one snapshot.
    pub(crate) async fn read<T, E, F>(&self, cx: &Context, run: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: AsyncFnOnce(&mut Read<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn ReadJob> = Box::new(Job { run, cx: cx.clone(), reply });
        send(self.reads.as_ref(), job)?;
        answer.await.unwrap_or_else(|_| Err(DbError::Unreachable("the reader has ended".to_owned()).into()))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.writes.take();
        self.reads.take();
        self.log.stop.store(true, Ordering::SeqCst);
        let this = std::thread::current().id();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != this {
                let _ = thread.join();
            }
        }
    }
}

fn send<J>(queue: Option<&Sender<J>>, job: J) -> Result<(), DbError> {
    match queue.map(|queue| queue.try_send(job)) {
        Some(Ok(())) => Ok(()),
        Some(Err(TrySendError::Full(_))) => Err(DbError::Busy("too many requests are waiting".to_owned())),
        _ => Err(DbError::Unreachable("the database is closed".to_owned())),
    }
}

fn write_loop(mut conn: Connection, queue: &Receiver<Box<dyn WriteJob>>, committed: &watch::Sender<u64>, log: &Log) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = conn.execute_batch("begin immediate") {
            let error = DbError::from(error);
            first.fail(error.clone());
            queue.try_iter().take(GROUP).for_each(|job| job.fail(error.clone()));
            continue;
        }
        let acknowledgements = run_group(&mut conn, first, queue);
        let Some(acknowledgements) = acknowledgements else { continue };
        let done = conn.execute_batch("commit").map_err(DbError::from);
        if done.is_err() && !conn.is_autocommit() {
            let _ = conn.execute_batch("rollback");
        }
        let kept = done.is_ok() && !acknowledgements.is_empty();
        for acknowledge in acknowledgements {
            acknowledge(done.clone());
        }
        if kept {
            committed.send_modify(|count| *count += 1);
            log.dirty.store(true, Ordering::Relaxed);
        }
        let (frames, checkpointed) = (log.frames.load(Ordering::Relaxed), log.done.load(Ordering::Relaxed));
        if frames > LONG_LOG && frames - checkpointed < SHORT_REST {
            // With nobody writing meanwhile the whole log is copied, and the next write starts it over.
            checkpoint(&conn, log);
        }
    }
    let _ = conn.execute_batch("pragma wal_checkpoint(truncate)");
}

/// Runs the callers that wait, each in its savepoint. `None` when SQLite gave up the whole
/// transaction (disk full, I/O error): then everybody has been told.
fn run_group(
    conn: &mut Connection,
    first: Box<dyn WriteJob>,
    queue: &Receiver<Box<dyn WriteJob>>,
) -> Option<Vec<Acknowledge>> {
    let mut acknowledgements: Vec<Acknowledge> = Vec::new();
    for job in std::iter::once(first).chain(queue.try_iter()).take(GROUP) {
        let prepared = conn.prepare_cached("savepoint caller").and_then(|mut begin| begin.execute([]));
        if let Err(error) = prepared {
            job.fail(error.into());
            continue;
        }
        match job.run(conn) {
            Outcome::Keep(acknowledge) => acknowledgements.push(acknowledge),
            Outcome::Undo if conn.is_autocommit() => {
                let lost = DbError::Storage("the transaction was lost; nothing was saved".to_owned());
                acknowledgements.drain(..).for_each(|acknowledge| acknowledge(Err(lost.clone())));
                return None;
            }
            Outcome::Undo => {
                let _ = conn.prepare_cached("rollback to caller").and_then(|mut undo| undo.execute([]));
            }
        }
        if let Err(error) = conn.prepare_cached("release caller").and_then(|mut release| release.execute([])) {
            tracing::error!(%error, "a savepoint could not be released");
        }
    }
    Some(acknowledgements)
}

fn checkpoint(conn: &Connection, log: &Log) {
    let outcome = conn
        .prepare_cached("pragma wal_checkpoint(passive)")
        .and_then(|mut pragma| pragma.query_row([], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))));
    if let Ok((frames, done)) = outcome {
        // A fully copied log starts over with the next write; until then there is nothing to help with.
        let rest = if frames == done { (0, 0) } else { (frames, done) };
        log.frames.store(rest.0, Ordering::Relaxed);
        log.done.store(rest.1, Ordering::Relaxed);
    }
}

fn checkpoint_loop(path: &Path, log: &Log) {
    let path: PathBuf = path.to_owned();
    let conn = match open(&path, true) {
        Ok(conn) => conn,
        Err(error) => {
            tracing::error!(%error, "the checkpointer cannot open the database");
            return;
        }
    };
    let _ = conn.execute_batch("pragma cache_size = -512;");
    while !log.stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(30));
        if log.dirty.swap(false, Ordering::Relaxed) {
            checkpoint(&conn, log);
        }
    }
}
