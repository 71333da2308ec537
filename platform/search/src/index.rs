//! A node's own index: a folder of memory-mapped files that follows the entries of the database.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Read, Tx};
use events::Position;
use kernel::{Context, TenantId, World};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, TantivyError,
    directory::MmapDirectory,
    indexer::{IndexWriterOptions, LogMergePolicy},
    schema::Schema,
};
use tokio::{
    sync::{Mutex, watch},
    time::Instant,
};
use uuid::Uuid;

use crate::{
    fields::{Fields, cutters, schema},
    rebuild,
    store::entries::{self, Entry},
};

/// Counted up whenever older files cannot be read on: other fields, other words.
pub(crate) const FORMAT: u32 = 1;
/// What the writer may hold in memory, in bytes.
const HEAP: usize = 20_000_000;
/// Entries read at once.
const BATCH: usize = 500;
/// How long changes are gathered before they are made visible, while more of them come.
const GATHER: Duration = Duration::from_secs(1);
/// The same while an index is made from nothing, when nobody misses single changes.
const GATHER_FRESH: Duration = Duration::from_secs(20);
/// The least time between two looks at the database.
const PAUSE: Duration = Duration::from_millis(100);
/// How often other nodes' changes are looked for.
const POLL: Duration = Duration::from_millis(500);
/// After this long without a change the writer gives its memory back.
const IDLE: Duration = Duration::from_secs(30);
/// Companies whose old documents are refilled at once.
const TENANTS: usize = 10_000;

/// Why the index could not do something.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The files cannot be read or written.
    #[error("the search index: {0}")]
    Index(#[from] TantivyError),
    /// The folder cannot be made or emptied.
    #[error("the folder of the search index: {0}")]
    Folder(#[from] std::io::Error),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The cursor was not made by us, or for another query.
    #[error("the cursor is not valid for this search; ask for the first page again")]
    Cursor,
    /// A thread ended early, as at shutdown.
    #[error("the search was broken off")]
    BrokenOff,
}

/// How far a node's index has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to here can be found.
    pub position: Position,
    /// Rows that can be found.
    pub rows: u64,
    /// Whether it is being made from nothing, so that much is still missing.
    pub building: bool,
}

/// What is written with every commit, so that files and place are always of the same moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    feed: Uuid,
    xid: i64,
    change: i64,
}

/// The open files.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) index: tantivy::Index,
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) schema: Schema,
}

struct Inner {
    folder: PathBuf,
    files: RwLock<Files>,
    progress: watch::Sender<Progress>,
    broken: AtomicBool,
    follower: Mutex<Follower>,
}

/// A node's index; cheap to clone.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Index").field(&self.0.folder).finish()
    }
}

fn open_files(folder: &Path) -> Result<Files, SearchError> {
    std::fs::create_dir_all(folder)?;
    let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
    let (schema, fields) = schema();
    let index = tantivy::Index::builder().schema(schema.clone()).tokenizers(cutters()).open_or_create(directory)?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Files { index, reader, fields, schema })
}

fn emptied(folder: &Path) -> Result<Files, SearchError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    open_files(folder)
}

impl Index {
    /// Opens the index in `folder`, which belongs to this process alone. What is broken or of another format is
    /// thrown away and made again from the database by [`Index::run`].
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let current = folder.join(format!("format-{FORMAT}"));
        std::fs::create_dir_all(folder)?;
        for other in std::fs::read_dir(folder)? {
            let other = other?.path();
            if other != current && other.is_dir() {
                std::fs::remove_dir_all(&other)?;
            }
        }
        let files = match open_files(&current) {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(%error, "the search index cannot be read; it is made again");
                emptied(&current)?
            }
        };
        let progress = Progress { rows: files.reader.searcher().num_docs(), ..Progress::default() };
        Ok(Self(Arc::new(Inner {
            folder: current,
            files: RwLock::new(files),
            progress: watch::Sender::new(progress),
            broken: AtomicBool::new(false),
            follower: Mutex::new(Follower::default()),
        })))
    }

    /// Changes whenever more can be found.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.0.progress.subscribe()
    }

    pub(crate) fn files(&self) -> Files {
        self.0.files.read().clone()
    }

    /// Says that the files cannot be read; they are made again at the next turn.
    pub(crate) fn report_broken(&self) {
        self.0.broken.store(true, Ordering::SeqCst);
    }

    /// Follows the database until `shutdown` resolves. Dropping the future loses nothing.
    pub async fn run(&self, db: &Db, world: &World, shutdown: impl Future<Output = ()>) {
        let mut committed = db.committed();
        tokio::pin!(shutdown);
        loop {
            committed.borrow_and_update();
            let pause = {
                let mut follower = self.0.follower.lock().await;
                match follower.turn(&self.0, db, world).await {
                    Ok(Turn::More) => Duration::ZERO,
                    Ok(Turn::Gathering) => PAUSE,
                    Ok(Turn::Done) => POLL,
                    Err(error) => {
                        tracing::warn!(%error, "the search index cannot follow; trying again");
                        follower.forget();
                        Duration::from_secs(1)
                    }
                }
            };
            let woken = async {
                // Without a sender there is no database any more, and nothing to wait for.
                let _ = committed.changed().await;
                tokio::time::sleep(PAUSE).await;
            };
            tokio::select! {
                () = &mut shutdown => return,
                () = woken, if pause == POLL => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Makes everything findable that is committed now, without [`Index::run`]: for commands and tests.
    pub async fn settle(&self, db: &Db, world: &World) -> Result<(), SearchError> {
        let cx = Context::system(world.clone(), TenantId::SYSTEM);
        let target = db.read(&cx, async move |r: &mut Read<'_>| entries::newest(r).await).await?;
        let mut follower = self.0.follower.lock().await;
        loop {
            match follower.turn(&self.0, db, world).await {
                Ok(_) if follower.position >= target => return follower.commit(&self.0).await,
                Ok(Turn::More) => {}
                // On PostgreSQL another transaction still runs, and what came after it cannot be read yet.
                Ok(Turn::Gathering | Turn::Done) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => {
                    follower.forget();
                    return Err(error);
                }
            }
        }
    }

    /// Throws the files away and begins again, as when they are broken.
    pub async fn empty(&self) -> Result<(), SearchError> {
        let mut follower = self.0.follower.lock().await;
        follower.forget();
        follower.empty(&self.0)
    }
}

/// What a turn found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// A full batch; more may wait.
    More,
    /// All there was, not visible yet.
    Gathering,
    /// All there was, visible.
    Done,
}

/// Reads entries and writes them into the files.
#[derive(Default)]
struct Follower {
    writer: Option<IndexWriter>,
    /// The feed of the database.
    feed: Uuid,
    /// Whether the fields here say where the files stand: not before they are known to belong to the database, and
    /// not while something is being written, which may be broken off.
    sound: bool,
    /// Read up to here.
    position: Position,
    /// Rows up to here are new, because the index was empty when it began.
    fresh_until: Option<Position>,
    /// Since when something waits to become visible.
    waiting: Option<Instant>,
    /// When something last changed.
    changed: Option<Instant>,
}

impl Follower {
    /// Begins again at the last commit.
    fn forget(&mut self) {
        *self = Self::default();
    }

    /// Throws the files away.
    fn empty(&mut self, inner: &Inner) -> Result<(), SearchError> {
        self.writer = None;
        *inner.files.write() = emptied(&inner.folder)?;
        inner.progress.send_replace(Progress::default());
        Ok(())
    }

    /// Finds out where the files stand, and whether they belong to this database.
    async fn begin(&mut self, inner: &Inner, db: &Db, world: &World) -> Result<(), SearchError> {
        let cx = Context::system(world.clone(), TenantId::SYSTEM);
        let feed = db.write(&cx, async move |tx: &mut Tx<'_>| entries::feed(tx).await).await?;
        let end = db.read(&cx, async move |r: &mut Read<'_>| entries::end(r).await).await?;
        let metas = inner.files.read().index.load_metas();
        let mark: Option<Mark> = match &metas {
            Ok(metas) => metas.payload.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            Err(_) => None,
        };
        let place = mark.filter(|mark| mark.feed == feed).map(|mark| Position { xid: mark.xid, seq: mark.change });
        // A place beyond the end means that the database was put back to an older state.
        if let Some(place) = place.filter(|place| *place <= end) {
            self.position = place;
        } else {
            self.empty(inner)?;
            self.position = Position::START;
            self.fresh_until = Some(end);
        }
        self.feed = feed;
        self.sound = true;
        let building = self.fresh_until.is_some_and(|until| self.position < until);
        let rows = inner.files.read().reader.searcher().num_docs();
        inner.progress.send_replace(Progress { position: self.position, rows, building });
        rebuild::refill(db, world, TENANTS).await?;
        Ok(())
    }

    async fn turn(&mut self, inner: &Inner, db: &Db, world: &World) -> Result<Turn, SearchError> {
        if inner.broken.swap(false, Ordering::SeqCst) {
            tracing::warn!("the search index is broken; it is made again");
            self.forget();
            self.empty(inner)?;
        }
        if !self.sound {
            self.forget();
            self.begin(inner, db, world).await?;
        }
        let cx = Context::system(world.clone(), TenantId::SYSTEM);
        let after = self.position;
        let batch = db.read(&cx, async move |r: &mut Read<'_>| entries::after(r, after, BATCH).await).await?;
        let full = batch.len() == BATCH;
        if let Some(last) = batch.last() {
            self.sound = false;
            self.position = last.position();
            self.write(inner, batch).await?;
            self.sound = true;
            self.changed = Some(Instant::now());
            self.waiting.get_or_insert_with(Instant::now);
        }
        let gather = if self.fresh_until.is_some() { GATHER_FRESH } else { GATHER };
        match self.waiting {
            Some(since) if !full || since.elapsed() >= gather => self.commit(inner).await?,
            Some(_) => return Ok(Turn::More),
            None => {
                if self.changed.is_some_and(|at| at.elapsed() >= IDLE) {
                    self.rest().await;
                }
            }
        }
        if full {
            return Ok(Turn::More);
        }
        Ok(if self.waiting.is_some() { Turn::Gathering } else { Turn::Done })
    }

    /// Gives the writer's memory back.
    async fn rest(&mut self) {
        self.changed = None;
        let Some(writer) = self.writer.take() else { return };
        let _ = tokio::task::spawn_blocking(move || writer.wait_merging_threads()).await;
    }

    /// Writes entries, not yet visible.
    async fn write(&mut self, inner: &Inner, batch: Vec<Entry>) -> Result<(), SearchError> {
        let files = inner.files.read().clone();
        let writer = self.writer.take();
        let fresh = self.fresh_until;
        let work = move || -> Result<IndexWriter, SearchError> {
            let writer = match writer {
                Some(writer) => writer,
                None => writer_of(&files.index)?,
            };
            for entry in batch {
                let is_new = fresh.is_some_and(|until| entry.position() <= until);
                if !is_new {
                    writer.delete_term(files.fields.key_of(&entry));
                }
                if let Some(row) = files.fields.row(&files.schema, &entry) {
                    writer.add_document(row)?;
                }
            }
            Ok(writer)
        };
        self.writer = Some(tokio::task::spawn_blocking(work).await.map_err(|_| SearchError::BrokenOff)??);
        Ok(())
    }

    /// Makes what was written visible, and durable together with its place.
    async fn commit(&mut self, inner: &Inner) -> Result<(), SearchError> {
        if self.waiting.is_none() {
            return Ok(());
        }
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        self.sound = false;
        let reader = inner.files.read().reader.clone();
        let mark = Mark { feed: self.feed, xid: self.position.xid, change: self.position.seq };
        let work = move || -> Result<(IndexWriter, u64), SearchError> {
            let mark = serde_json::to_string(&mark).map_err(|error| DbError::Internal(error.to_string()))?;
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&mark);
            prepared.commit()?;
            reader.reload()?;
            let rows = reader.searcher().num_docs();
            Ok((writer, rows))
        };
        let (writer, rows) = tokio::task::spawn_blocking(work).await.map_err(|_| SearchError::BrokenOff)??;
        self.writer = Some(writer);
        self.waiting = None;
        self.sound = true;
        if self.fresh_until.is_some_and(|until| self.position >= until) {
            self.fresh_until = None;
        }
        inner.progress.send_replace(Progress { position: self.position, rows, building: self.fresh_until.is_some() });
        Ok(())
    }
}

fn writer_of(index: &tantivy::Index) -> Result<IndexWriter, TantivyError> {
    let options =
        IndexWriterOptions::builder().memory_budget_per_thread(HEAP).num_worker_threads(1).num_merge_threads(1).build();
    let writer = index.writer_with_options(options)?;
    let mut merging = LogMergePolicy::default();
    merging.set_del_docs_ratio_before_merge(0.3);
    writer.set_merge_policy(Box::new(merging));
    Ok(writer)
}
