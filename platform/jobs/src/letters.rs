//! Looking at jobs, and what people do with dead ones.

use db::{
    DbError, Query, Tx,
    list::{Fragment, List, ListError, ListPage, ListQuery, run},
    stmt,
};
use uuid::Uuid;

use crate::{Job, JobState};

const LIST: List = List {
    table: "jobs",
    columns: Job::COLUMNS,
    sorts: &[("created_at", "created_at"), ("run_at", "run_at")],
    default_sort: "-created_at",
};

// Of dead jobs with one key the newest comes back, unless one waits already.
const RETRY: &str = "update jobs set state = 'ready', run_at = $2, attempts = 0, finished_at = null, updated_at = $2
     where tenant_id = $1 and state = 'dead' and ($3 = '' or kind = $3) and not exists (select 1 from jobs o
       where o.tenant_id = jobs.tenant_id and o.kind = jobs.kind and o.key = jobs.key
         and (o.state = 'ready' or (o.state = 'dead' and o.id > jobs.id)))";

const RETRY_ONE: &str =
    "update jobs set state = 'ready', run_at = $2, attempts = 0, finished_at = null, updated_at = $2
     where tenant_id = $1 and id = $3 and state = 'dead' and not exists (select 1 from jobs o
       where o.tenant_id = jobs.tenant_id and o.kind = jobs.kind and o.key = jobs.key and o.state = 'ready')";

const DROP_STOOD_FOR: &str = "delete from jobs where tenant_id = $1 and state = 'dead' and ($2 = '' or kind = $2)
     and exists (select 1 from jobs o where o.tenant_id = jobs.tenant_id and o.kind = jobs.kind and o.key = jobs.key
       and o.state = 'ready')";

const REMOVE: &str = "delete from jobs where tenant_id = $1 and id = $2";
const REMOVE_DEAD: &str = "delete from jobs where tenant_id = $1 and id = $2 and state = 'dead'";

/// The tenant's jobs, newest first; in one state when named.
pub async fn list(
    q: &mut impl Query,
    state: Option<JobState>,
    mut query: ListQuery,
) -> Result<ListPage<Job>, ListError> {
    if let Some(state) = state {
        // As a literal, so that the index of dead jobs serves.
        query.conditions.push(Fragment::new(format!("state = '{}'", state.as_str()), Vec::new()));
    }
    run(q, &LIST, &query).await
}

/// Lets a dead job run again at once, with all its tries; false when there is no dead job of this id.
pub async fn retry(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    if tx.execute(stmt!(RETRY_ONE, tenant, now, id)).await? > 0 {
        return Ok(true);
    }
    // If it is dead all the same, a waiting job with its key stands for it.
    Ok(tx.execute(stmt!(REMOVE_DEAD, tenant, id)).await? > 0)
}

/// Lets all dead jobs (of one kind, when named) run again; answers how many.
pub async fn retry_all(tx: &mut Tx<'_>, kind: Option<&str>) -> Result<u64, DbError> {
    let (tenant, now, kind) = (tx.cx().tenant(), tx.cx().now(), kind.unwrap_or_default());
    let count = tx.execute(stmt!(RETRY, tenant, now, kind)).await?;
    tx.execute(stmt!(DROP_STOOD_FOR, tenant, kind)).await?;
    Ok(count)
}

/// Takes a job out, whatever its state; a running one can no longer save anything.
pub async fn remove(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(REMOVE, tenant, id)).await? > 0)
}
