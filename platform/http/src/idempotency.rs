//! Creates that may be repeated: the answer is stored with what it created, in the same transaction.

use std::time::Duration;

use data_encoding::HEXLOWER;
use db::{Db, DbError, Migration, Query as _, Tx, stmt};
use http::StatusCode;
use kernel::{Context, TenantId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::{App, Created, HasLocation, HasVersion, IdempotencyKey, Problem};

/// How long an answer is kept for repetitions.
pub const KEPT: Duration = Duration::from_hours(48);

const FIND: &str =
    "select request_hash, answer from idempotency_keys where tenant_id = $1 and operation = $2 and key = $3";
const KEEP: &str = "insert into idempotency_keys (tenant_id, operation, key, request_hash, status, answer, created_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, operation, key) do nothing";
const PURGE: &str = "delete from idempotency_keys where tenant_id = $1 and created_at < $2";

/// The tables of this crate.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("http", 1, "idempotency_keys", "../migrations/0001_idempotency_keys.sql")]
}

/// Forgets the context's tenant's answers older than [`KEPT`]; answers how many.
pub async fn purge(db: &Db, cx: &Context) -> Result<u64, DbError> {
    let before = cx.now().minus(KEPT);
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let tenant = tx.cx().tenant();
        tx.execute(stmt!(PURGE, tenant, before)).await
    })
    .await
}

/// Why an attempt ended without its own answer.
enum Attempt<E> {
    Failed(E),
    /// Somebody stored an answer under the key in the meantime; everything of this attempt is undone.
    Taken,
}

impl<E: From<DbError>> From<DbError> for Attempt<E> {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

struct Request {
    tenant: TenantId,
    operation: &'static str,
    key: String,
    hash: String,
    now: Timestamp,
}

impl App {
    /// Creates once: runs `work` in one transaction and stores its answer under `key` with it. The same key with
    /// the same body gets the first answer again; with another body 422 `idempotency_key_reused`.
    /// Without a key it is a plain write. Failures are not stored, so they may be tried again.
    pub async fn create<T, E, B, F>(
        &self,
        cx: &Context,
        key: IdempotencyKey,
        body: &B,
        operation: &'static str,
        work: F,
    ) -> Result<Created<T>, Problem>
    where
        T: Serialize + DeserializeOwned + HasVersion + HasLocation + Send + 'static,
        E: From<DbError> + Into<Problem> + Send + 'static,
        B: Serialize + ?Sized,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.once(cx, key, body, operation, work).await.map(Created)
    }

    /// As [`App::create`], for operations that answer something else than a created record.
    pub async fn once<T, E, B, F>(
        &self,
        cx: &Context,
        key: IdempotencyKey,
        body: &B,
        operation: &'static str,
        work: F,
    ) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<DbError> + Into<Problem> + Send + 'static,
        B: Serialize + ?Sized,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let Some(key) = key.0 else {
            return self.db().write(cx, work).await.map_err(Into::into);
        };
        let request = Request {
            tenant: cx.tenant(),
            operation,
            key: key.clone(),
            hash: hash(cx, operation, body)?,
            now: cx.now(),
        };
        let expected = request.hash.clone();
        let outcome = self
            .db()
            .write(cx, async move |tx: &mut Tx<'_>| {
                let value = work(tx).await.map_err(Attempt::<E>::Failed)?;
                keep(tx, &request, &value).await?;
                Ok::<T, Attempt<E>>(value)
            })
            .await;
        let failure = match outcome {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        // A repetition often fails by itself (the phone number exists now), so any failure asks for a stored answer.
        // It asks in a write: on SQLite a failure is told before the group it happened in is committed, and a reader
        // would not see yet what the winner stored there.
        let tenant = cx.tenant();
        let found: Result<Option<(String, serde_json::Value)>, DbError> = self
            .db()
            .write(cx, async move |tx: &mut Tx<'_>| tx.optional(stmt!(FIND, tenant, operation, &key)).await)
            .await;
        let stored = found?;
        match (stored, failure) {
            (Some((hash, answer)), _) if hash == expected => serde_json::from_value(answer).map_err(|error| {
                Problem::conflict(
                    "idempotency_answer_lost",
                    "This was created already, but its first answer cannot be shown again. Look it up instead.",
                )
                .with_cause(error.to_string())
            }),
            (Some(_), _) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request. Use a new key for a new request.",
            )),
            (None, Attempt::Failed(error)) => Err(error.into()),
            (None, Attempt::Taken) => {
                Err(Problem::conflict("in_progress", "The same request is being worked on. Try again shortly.")
                    .with_retry_after(1))
            }
        }
    }
}

async fn keep<T: Serialize, E: From<DbError>>(tx: &mut Tx<'_>, request: &Request, value: &T) -> Result<(), Attempt<E>> {
    let answer = serde_json::to_value(value).map_err(|error| DbError::Internal(error.to_string()))?;
    let status = i64::from(StatusCode::CREATED.as_u16());
    let kept = tx
        .execute(stmt!(
            KEEP,
            request.tenant,
            request.operation,
            &request.key,
            &request.hash,
            status,
            &answer,
            request.now
        ))
        .await?;
    if kept == 1 { Ok(()) } else { Err(Attempt::Taken) }
}

/// What makes two requests the same: the actor, the operation and the body.
fn hash(cx: &Context, operation: &str, body: &(impl Serialize + ?Sized)) -> Result<String, Problem> {
    let mut hasher = Sha256::new();
    hasher.update(cx.actor().id.as_bytes());
    hasher.update(operation.as_bytes());
    hasher.update([0]);
    hasher.update(serde_json::to_vec(body).map_err(Problem::internal)?);
    Ok(HEXLOWER.encode(&hasher.finalize()))
}
