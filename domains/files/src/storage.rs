//! Where contents lie: on this machine's disk or in an S3 bucket, once per company and content.
//!
//! Content is first written to a staging folder while it is hashed and looked at. Only what is taken goes to
//! `<tenant>/<ab>/<cd>/<sha256>`, durably, before its record is written; what was left half-way by a crash is swept.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::{StreamExt as _, stream::BoxStream};
use http_api::Upload;
use kernel::{Context, TenantId, Timestamp, Uuid};
use object_store::{
    ObjectStore, ObjectStoreExt as _,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::Path as Key,
    prefix::PrefixStore,
};
use sha2::{Digest as _, Sha256};
use tokio::{
    fs,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};

use crate::{
    FileError,
    kind::Sniffer,
    model::{File, Received},
    name,
};

/// Bytes of one file at most, unless set otherwise.
pub const USUAL_LIMIT: u64 = 50 * 1024 * 1024;
/// Bytes that go to the store at once; S3 wants at least 5 MiB in every part but the last.
const PART: usize = 8 * 1024 * 1024;
/// Staged files older than this belong to no upload any more.
const ABANDONED: Duration = Duration::from_hours(24);

/// The file store; cheap to clone. Register it as a service of the app.
#[derive(Debug, Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    staging: PathBuf,
    limit: u64,
}

impl FileStore {
    /// Contents in a folder of this machine, flushed to disk before anything refers to them. Uploads under way lie
    /// beside it, in `<folder>-incoming`.
    pub fn folder(folder: impl Into<PathBuf>) -> Result<Self, FileError> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        let mut staging = folder.clone().into_os_string();
        staging.push("-incoming");
        let objects = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Self::new(Arc::new(objects), Path::new(&staging))
    }

    /// Contents in a bucket, named `s3://bucket` or `s3://bucket/prefix`. `variables` are those S3 clients know:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, …; others are passed over.
    /// Uploads under way lie in the machine's folder for temporary files.
    pub fn bucket(address: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, FileError> {
        let wrong = || FileError::Storage(format!("{address} is no bucket; write it like s3://bucket/prefix"));
        let (bucket, prefix) = match address.strip_prefix("s3://").ok_or_else(wrong)?.split_once('/') {
            Some((bucket, prefix)) => (bucket, prefix.trim_matches('/')),
            None => (address.trim_start_matches("s3://"), ""),
        };
        if bucket.is_empty() {
            return Err(wrong());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing a race here means that another thread has installed one, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut builder = AmazonS3Builder::new();
        for (name, value) in variables {
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                let plain = key == AmazonS3ConfigKey::Endpoint && value.starts_with("http://");
                builder = builder.with_config(key, value);
                if plain {
                    builder = builder.with_allow_http(true);
                }
            }
        }
        let bucket = builder.with_bucket_name(bucket).build()?;
        let staging = std::env::temp_dir().join("aftersail-incoming");
        if prefix.is_empty() {
            Self::new(Arc::new(bucket), &staging)
        } else {
            Self::new(Arc::new(PrefixStore::new(bucket, prefix)), &staging)
        }
    }

    /// Contents in any object store.
    pub fn new(objects: Arc<dyn ObjectStore>, staging: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(staging)?;
        Ok(Self { objects, staging: staging.to_owned(), limit: USUAL_LIMIT })
    }

    /// With another limit for one file, in bytes.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Takes the part `file` of a form; the content is durable when this answers. Write its record with
    /// [`record`](crate::record).
    pub async fn receive(&self, cx: &Context, upload: &mut Upload) -> Result<Received, FileError> {
        let unreadable = |problem| FileError::Upload(Box::new(problem));
        while let Some(mut part) = upload.next().await.map_err(unreadable)? {
            if part.name() != "file" {
                continue;
            }
            let name = name::clean(part.file_name().unwrap_or_default());
            let mut intake = Intake::begin(self, cx.new_id()).await?;
            while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
                intake.take(&chunk).await?;
            }
            return intake.keep(self, cx.tenant(), &name).await;
        }
        Err(FileError::NoFile)
    }

    /// Takes bytes made by the platform itself, by the same rules.
    pub async fn receive_bytes(&self, cx: &Context, name: &str, bytes: &[u8]) -> Result<Received, FileError> {
        let mut intake = Intake::begin(self, cx.new_id()).await?;
        intake.take(bytes).await?;
        intake.keep(self, cx.tenant(), &name::clean(name)).await
    }

    /// The content of a file of `tenant`, as a stream.
    pub async fn stream(
        &self,
        tenant: TenantId,
        file: &File,
    ) -> Result<BoxStream<'static, Result<Bytes, FileError>>, FileError> {
        let found = self.objects.get(&key(tenant, &file.sha256)).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(FileError::from)).boxed())
    }

    /// The whole content of a file of `tenant`.
    pub async fn bytes(&self, tenant: TenantId, file: &File) -> Result<Bytes, FileError> {
        Ok(self.objects.get(&key(tenant, &file.sha256)).await?.bytes().await?)
    }

    /// Deletes what uploads cut off long ago have left in the staging folder; answers how many files.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, FileError> {
        let before = now.minus(ABANDONED);
        let mut entries = fs::read_dir(&self.staging).await?;
        let mut count = 0;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(metadata) = entry.metadata().await else { continue };
            let changed = metadata.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let old = Timestamp::default().plus(changed) < before;
            if metadata.is_file() && old && fs::remove_file(entry.path()).await.is_ok() {
                count += 1;
            }
        }
        Ok(count)
    }

    async fn holds(&self, key: &Key, size: u64) -> Result<bool, FileError> {
        match self.objects.head(key).await {
            Ok(found) => Ok(found.size == size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Copies the staged file to its place, in parts; a copy that fails leaves nothing there.
    async fn publish(&self, key: &Key, staged: &Path, size: u64) -> Result<(), FileError> {
        let mut file = fs::File::open(staged).await?;
        if size <= PART as u64 {
            let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(PART));
            file.read_to_end(&mut whole).await?;
            self.objects.put(key, whole.into()).await?;
            return Ok(());
        }
        let mut upload = self.objects.put_multipart(key).await?;
        let copied = async {
            loop {
                let mut part = Vec::with_capacity(PART);
                if (&mut file).take(PART as u64).read_to_end(&mut part).await? == 0 {
                    break;
                }
                upload.put_part(part.into()).await?;
            }
            upload.complete().await?;
            Ok::<_, FileError>(())
        }
        .await;
        if copied.is_err()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "parts of an upload that failed were not deleted");
        }
        copied
    }
}

/// Two levels of folders, so that none holds too many.
fn key(tenant: TenantId, sha256: &str) -> Key {
    let level = |at: usize| sha256.get(at..at + 2).unwrap_or("00");
    Key::from(format!("{}/{}/{}/{sha256}", tenant.0, level(0), level(2)))
}

/// A file in the staging folder; gone when dropped.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        // What cannot be deleted now is swept later.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// One content on its way in.
struct Intake {
    file: fs::File,
    staged: Staged,
    hash: Sha256,
    sniffer: Sniffer,
    size: u64,
    limit: u64,
}

impl Intake {
    async fn begin(store: &FileStore, id: Uuid) -> Result<Self, FileError> {
        let path = store.staging.join(id.simple().to_string());
        let file = fs::File::options().write(true).create_new(true).open(&path).await?;
        Ok(Self::into_file(file, path, store.limit))
    }

    fn into_file(file: fs::File, path: PathBuf, limit: u64) -> Self {
        Self { file, staged: Staged(path), hash: Sha256::new(), sniffer: Sniffer::new(), size: 0, limit }
    }

    async fn take(&mut self, chunk: &[u8]) -> Result<(), FileError> {
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            return Err(FileError::TooLarge(self.limit));
        }
        self.hash.update(chunk);
        self.sniffer.feed(chunk);
        Ok(self.file.write_all(chunk).await?)
    }

    async fn keep(self, store: &FileStore, tenant: TenantId, name: &str) -> Result<Received, FileError> {
        let Self { mut file, staged, hash, sniffer, size, .. } = self;
        if size == 0 {
            return Err(FileError::Empty);
        }
        let kind = sniffer.finish(&name::extension(name)).ok_or(FileError::Kind)?;
        file.flush().await?;
        drop(file);
        let sha256 = HEXLOWER.encode(&hash.finalize());
        let key = key(tenant, &sha256);
        if !store.holds(&key, size).await? {
            store.publish(&key, &staged.0, size).await?;
        }
        Ok(Received {
            name: name::fitting(name, kind),
            media_type: kind.media_type.to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            sha256,
            safe_inline: kind.safe_inline,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{ManualClock, World};
    use testkit::TENANT;

    use super::*;

    fn folder() -> (tempfile::TempDir, FileStore, Context) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::folder(folder.path().join("files")).unwrap();
        let cx = Context::system(World::seeded(ManualClock::at(testkit::MONDAY), 1), TENANT);
        (folder, store, cx)
    }

    /// Regular files below a folder.
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }

    #[tokio::test]
    async fn the_same_content_lies_there_once() {
        let (folder, store, cx) = folder();
        let first = store.receive_bytes(&cx, "一.txt", "同一份内容".as_bytes()).await.unwrap();
        let second = store.receive_bytes(&cx, "../二.txt", "同一份内容".as_bytes()).await.unwrap();
        assert_eq!((first.name.as_str(), second.name.as_str()), ("一.txt", "二.txt"));
        assert_eq!(first.sha256, second.sha256);
        assert_eq!(count(&folder.path().join("files")), 1);
        let path = format!("files/{}/{}/{}/{}", TENANT.0, &first.sha256[..2], &first.sha256[2..4], first.sha256);
        assert_eq!(std::fs::read(folder.path().join(path)).unwrap(), "同一份内容".as_bytes());
        assert_eq!(count(&folder.path().join("files-incoming")), 0);
    }

    #[tokio::test]
    async fn a_large_file_goes_in_parts_and_comes_back_whole() {
        let (_folder, store, cx) = folder();
        let line = "2026-03-02 08:00 lift 7 stopped between floors\n";
        let text = line.repeat(2 * PART / line.len() + 1);
        let received = store.receive_bytes(&cx, "lift.log", text.as_bytes()).await.unwrap();
        let file = crate::new_file(&cx, received);
        assert_eq!(store.bytes(TENANT, &file).await.unwrap(), text.as_bytes());
        // Another company's content is not even there under the same hash.
        assert!(store.bytes(testkit::OTHER_TENANT, &file).await.is_err());
    }

    #[tokio::test]
    async fn what_is_refused_leaves_nothing_behind() {
        let (folder, store, cx) = folder();
        let store = store.with_limit(10);
        let refused = async |bytes: &[u8]| store.receive_bytes(&cx, "a.txt", bytes).await.unwrap_err();
        assert!(matches!(refused(b"").await, FileError::Empty));
        assert!(matches!(refused(b"\0\x01\x02").await, FileError::Kind));
        assert!(matches!(refused(b"elevenbytes").await, FileError::TooLarge(10)));
        assert_eq!(count(&folder.path().join("files")) + count(&folder.path().join("files-incoming")), 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_full_disk_is_said_and_leaves_nothing_behind() {
        let (folder, store, cx) = folder();
        // Writing to this device always fails for want of room.
        let path = folder.path().join("files-incoming/full");
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let file = fs::File::options().write(true).open(&path).await.unwrap();
        let mut intake = Intake::into_file(file, path, USUAL_LIMIT);
        let taken = intake.take(b"some words").await;
        let outcome = match taken {
            Ok(()) => intake.keep(&store, cx.tenant(), "a.txt").await.map(|_| ()),
            Err(error) => {
                drop(intake);
                Err(error)
            }
        };
        let problem = http_api::Problem::from(outcome.unwrap_err());
        assert_eq!((problem.status().as_u16(), problem.code()), (507, "storage_full"));
        assert_eq!(count(&folder.path().join("files")) + count(&folder.path().join("files-incoming")), 0);
    }

    #[tokio::test]
    async fn what_a_crash_left_is_swept_after_a_day() {
        let (folder, store, _cx) = folder();
        std::fs::write(folder.path().join("files-incoming/left"), "half").unwrap();
        let now = World::real().now();
        assert_eq!(store.sweep(now).await.unwrap(), 0);
        assert_eq!(store.sweep(now.plus(Duration::from_hours(25))).await.unwrap(), 1);
        assert_eq!(count(&folder.path().join("files-incoming")), 0);
    }

    #[test]
    fn a_bucket_is_named_by_its_address_and_its_secret_is_not_shown() {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("AWS_REGION", "cn-north-1"),
            ("AWS_ENDPOINT", "http://127.0.0.1:9000"),
            ("AWS_PAGER", "less"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        for address in ["s3://files", "s3://files/aftersail/"] {
            let store = FileStore::bucket(address, variables.clone()).unwrap();
            assert!(!format!("{store:?}").contains("hunter2"));
        }
        for address in ["files", "s3://", "https://files.example.com"] {
            assert!(FileStore::bucket(address, variables.clone()).is_err(), "{address}");
        }
    }
}
