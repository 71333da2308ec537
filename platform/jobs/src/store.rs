//! All SQL of the queue.

use db::{Db, DbError, FromRow, Query, Read, RowRef, Sql, Stmt, Tx, Value, stmt};
use kernel::{Context, TenantId, Timestamp};
use uuid::Uuid;

use crate::NewJob;

macro_rules! insert {
    ($on_conflict:literal) => {
        concat!(
            "insert into jobs (tenant_id, id, kind, payload, key, state, run_at, attempts, max_attempts, created_at, \
             updated_at) values ($1, $2, $3, $4, $5, 'ready', $6, 0, $7, $8, $8)
             on conflict (tenant_id, kind, key) where state = 'ready' and key is not null do update set ",
            $on_conflict
        )
    };
}

const ADD: &str = insert!("run_at = case when excluded.run_at < jobs.run_at then excluded.run_at else jobs.run_at end");

const RESCHEDULE: &str = insert!(
    "run_at = excluded.run_at, payload = excluded.payload, attempts = 0, max_attempts = excluded.max_attempts, \
     updated_at = excluded.updated_at"
);

const CANCEL_READY: &str = "delete from jobs where tenant_id = $1 and kind = $2 and key = $3 and state = 'ready'";
const CANCEL_LEASED: &str = "delete from jobs where tenant_id = $1 and kind = $2 and key = $3 and state = 'leased'";

macro_rules! lease {
    ($due:literal, $order:literal) => {
        Sql::pair(
            concat!(
                "update jobs set state = 'leased', lease_token = $1, lease_until = $2, attempts = attempts + 1, \
                 updated_at = $3 where (tenant_id, id) in (select tenant_id, id from jobs where ",
                $due,
                " and kind in (select value from json_each($4)) order by ",
                $order,
                " limit $5) returning tenant_id, id, kind, payload, attempts, max_attempts, run_at"
            ),
            concat!(
                "with due as materialized (select tenant_id, id from jobs where ",
                $due,
                " and kind in (select jsonb_array_elements_text($4::jsonb)) order by ",
                $order,
                " limit $5 for update skip locked)
                 update jobs set state = 'leased', lease_token = $1, lease_until = $2, attempts = attempts + 1, \
                 updated_at = $3 from due where jobs.tenant_id = due.tenant_id and jobs.id = due.id
                 returning jobs.tenant_id, jobs.id, kind, payload, attempts, max_attempts, run_at"
            ),
        )
    };
}

const LEASE_READY: Sql = lease!("state = 'ready' and run_at <= $3", "run_at");
const LEASE_EXPIRED: Sql = lease!("state = 'leased' and lease_until <= $3", "lease_until");

const BURY_EXPIRED: &str = "update jobs set state = 'dead', lease_token = null, lease_until = null, last_error = $2, \
     finished_at = $1, updated_at = $1 where state = 'leased' and lease_until <= $1 and attempts >= max_attempts";

const NEXT_READY: Sql = Sql::pair(
    "select run_at from jobs where state = 'ready' and kind in (select value from json_each($1)) order by run_at limit 1",
    "select run_at from jobs where state = 'ready' and kind in (select jsonb_array_elements_text($1::jsonb))
     order by run_at limit 1",
);
const NEXT_EXPIRED: Sql = Sql::pair(
    "select lease_until from jobs where state = 'leased' and kind in (select value from json_each($1))
     order by lease_until limit 1",
    "select lease_until from jobs where state = 'leased' and kind in (select jsonb_array_elements_text($1::jsonb))
     order by lease_until limit 1",
);

const FINISH: &str = "delete from jobs where tenant_id = $1 and id = $2 and lease_token = $3";

const RENEW: &str = "update jobs set lease_until = $4 where tenant_id = $1 and id = $2 and lease_token = $3";

const HAND_BACK: &str = "update jobs set state = 'ready', run_at = $4, last_error = $5, attempts = attempts - $6, \
     lease_token = null, lease_until = null, updated_at = $7
     where tenant_id = $1 and id = $2 and lease_token = $3 and not exists (select 1 from jobs o
       where o.tenant_id = jobs.tenant_id and o.kind = jobs.kind and o.key = jobs.key and o.state = 'ready')";

const BURY: &str = "update jobs set state = 'dead', lease_token = null, lease_until = null, last_error = $4, \
     finished_at = $5, updated_at = $5 where tenant_id = $1 and id = $2 and lease_token = $3";

/// The right to run one job for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) tenant: TenantId,
    pub(crate) job: Uuid,
    pub(crate) token: Uuid,
}

/// A job in a worker's hands.
#[derive(Debug, Clone)]
pub(crate) struct Leased {
    pub(crate) tenant: TenantId,
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) payload: serde_json::Value,
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) run_at: Timestamp,
}

impl FromRow for Leased {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Self {
            tenant: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            payload: row.get(3)?,
            attempt: count(row.get(4)?),
            max_attempts: count(row.get(5)?),
            run_at: row.get(6)?,
        })
    }
}

fn insert(sql: &'static str, cx: &Context, job: &NewJob) -> Stmt<'static> {
    let payload = if job.payload.is_null() { Value::Json("{}".into()) } else { Value::json(&job.payload) };
    let now = cx.now();
    stmt!(
        sql,
        cx.tenant(),
        cx.new_id(),
        job.kind,
        payload,
        job.key.clone(),
        job.run_at.max(now),
        job.max_attempts.max(1),
        now,
    )
}

/// The statement that adds `job`, to go into `execute_all` beside what makes it necessary.
pub fn statement(cx: &Context, job: &NewJob) -> Stmt<'static> {
    insert(ADD, cx, job)
}

/// Adds `job` in the transaction that makes it necessary.
pub async fn add(tx: &mut Tx<'_>, job: NewJob) -> Result<(), DbError> {
    let statement = statement(tx.cx(), &job);
    tx.execute(statement).await.map(|_| ())
}

/// The statement of [`reschedule`].
pub fn reschedule_statement(cx: &Context, job: &NewJob) -> Stmt<'static> {
    insert(RESCHEDULE, cx, job)
}

/// Adds a timer, or gives the waiting one of the same kind and key this time and payload.
pub async fn reschedule(tx: &mut Tx<'_>, job: NewJob) -> Result<(), DbError> {
    let statement = reschedule_statement(tx.cx(), &job);
    tx.execute(statement).await.map(|_| ())
}

/// The statements of [`cancel`].
pub fn cancel_statements(cx: &Context, kind: &str, key: &str) -> [Stmt<'static>; 2] {
    [CANCEL_READY, CANCEL_LEASED].map(|sql| stmt!(sql, cx.tenant(), kind.to_owned(), key.to_owned()))
}

/// Takes back the jobs of this kind and key; one that is running can no longer save anything. Answers
/// whether there was one.
pub async fn cancel(tx: &mut Tx<'_>, kind: &str, key: &str) -> Result<bool, DbError> {
    let mut found = 0;
    for statement in cancel_statements(tx.cx(), kind, key) {
        found += tx.execute(statement).await?;
    }
    Ok(found > 0)
}

/// The next instant at which a job of `kinds` (a JSON array) needs a worker.
pub(crate) async fn next_due(db: &Db, cx: &Context, kinds: String) -> Result<Option<Timestamp>, DbError> {
    let (ready, expired): (Option<(Timestamp,)>, Option<(Timestamp,)>) = db
        .read(cx, async move |r: &mut Read<'_>| {
            let json = || Value::Json(kinds.as_str().into());
            r.pair(stmt!(&NEXT_READY, json()), stmt!(&NEXT_EXPIRED, json())).await
        })
        .await?;
    Ok(ready.into_iter().chain(expired).map(|(at,)| at).min())
}

/// Leases up to `limit` due jobs of `kinds` (a JSON array) until `until`, the longest due first.
pub(crate) async fn lease(
    tx: &mut Tx<'_>,
    kinds: &str,
    token: Uuid,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<Leased>, DbError> {
    let now = tx.cx().now();
    tx.execute(stmt!(BURY_EXPIRED, now, "the worker vanished every time")).await?;
    let json = || Value::Json(kinds.into());
    let mut jobs: Vec<Leased> = tx.all(stmt!(&LEASE_EXPIRED, token, until, now, json(), limit)).await?;
    if jobs.len() < limit {
        let room = limit - jobs.len();
        jobs.extend(tx.all::<Leased>(stmt!(&LEASE_READY, token, until, now, json(), room)).await?);
    }
    jobs.sort_by_key(|job| job.run_at);
    Ok(jobs)
}

/// Takes the finished job out; false when the lease is lost.
pub(crate) async fn finish(tx: &mut Tx<'_>, lease: Lease) -> Result<bool, DbError> {
    Ok(tx.execute(stmt!(FINISH, lease.tenant, lease.job, lease.token)).await? > 0)
}

/// Keeps the lease until `until`; false when it is lost.
pub(crate) async fn renew(tx: &mut Tx<'_>, lease: Lease, until: Timestamp) -> Result<bool, DbError> {
    Ok(tx.execute(stmt!(RENEW, lease.tenant, lease.job, lease.token, until)).await? > 0)
}

/// Puts the job back for `run_at`. If another one with its key waits already, that one stands for it.
/// `uncount` is 1 when the try shall not count.
pub(crate) async fn hand_back(
    tx: &mut Tx<'_>,
    lease: Lease,
    run_at: Timestamp,
    error: Option<&str>,
    uncount: i64,
) -> Result<(), DbError> {
    let now = tx.cx().now();
    let back = stmt!(HAND_BACK, lease.tenant, lease.job, lease.token, run_at, error, uncount, now);
    if tx.execute(back).await? == 0 {
        finish(tx, lease).await?;
    }
    Ok(())
}

/// Sets the job aside for a person.
pub(crate) async fn bury(tx: &mut Tx<'_>, lease: Lease, error: &str) -> Result<(), DbError> {
    let now = tx.cx().now();
    tx.execute(stmt!(BURY, lease.tenant, lease.job, lease.token, error, now)).await.map(|_| ())
}
