//! Records that name a merged customer in own fields follow the merge, or go back, page by page: each page is a transaction
//! of its own, so that thousands of records keep nobody from writing.
//!
//! The consumer of merges does the first page, which is all of it nearly always, and leaves the rest to a job. Until that
//! is done, a merge that touches the same customers waits, since records that are still to come would miss it.

use std::{sync::Arc, time::Duration};

use db::{Query as _, Tx};
use futures_util::future::BoxFuture;
use jobs::{JobError, JobHandler, JobRun, NewJob};
use kernel::{Actor, Uuid};
use objects::Relation;
use serde::{Deserialize, Serialize};

use crate::{
    CustomerError, CustomerMerge, MergeState,
    merging::{RELATIONS, relation_key},
    store::merges as store,
};

/// The kind of the job.
const FOLLOW: &str = "customers.follow_links";
/// How long a merge waits before it looks again whether an earlier one is done.
const PAUSE: Duration = Duration::from_secs(2);
/// It looks so often, some hours, before a person must.
const MOST_LOOKS: u32 = 10_000;

/// All handlers of this domain.
pub fn handlers() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(FollowLinks)]
}

/// Lets records follow a merge that has many. Register it as a job handler.
#[derive(Debug, Clone, Copy, Default)]
pub struct FollowLinks;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    merge: Uuid,
    /// Whether they go back.
    back: bool,
    /// Whoever merged the customers moves what belongs to them.
    actor: Actor,
}

/// How far a merge's records have come.
#[derive(Debug, Clone, Default)]
struct Place {
    /// The last relation that is done with, by its key.
    finished: Option<String>,
    /// The last record of the next one that is.
    after: Uuid,
}

/// What came of one page.
enum Page {
    /// So many records were looked at, and this comes next.
    More(usize, Place),
    /// None is left.
    Last,
}

/// Moves the first records, and the rest in the background; the context's actor is whoever merged the customers.
pub(crate) async fn begin(tx: &mut Tx<'_>, merge: &CustomerMerge) -> Result<(), CustomerError> {
    if !store::is_preceded(tx, merge).await? {
        let (mut place, mut moved) = (Place::default(), 0);
        while moved < objects::LED_AT_ONCE {
            match advance(tx, merge, &place).await? {
                Page::Last => return finish(tx, merge).await,
                Page::More(count, next) => (moved, place) = (moved + count, next),
            }
        }
    }
    let task = Task { merge: merge.id, back: merge.state == MergeState::Undoing, actor: tx.cx().actor().clone() };
    let payload = serde_json::to_value(&task).unwrap_or_default();
    let job = NewJob::new(FOLLOW, payload).key(format!("{}/{}", merge.id, task.back)).max_attempts(MOST_LOOKS);
    store::set_following(tx, merge.id).await?;
    jobs::add(tx, job).await?;
    Ok(())
}

/// One page of one relation, in the order of their keys.
async fn advance(tx: &mut Tx<'_>, merge: &CustomerMerge, place: &Place) -> Result<Page, CustomerError> {
    let mut relations = objects::relations_to(tx, "customer").await?;
    relations.sort_by_key(relation_key);
    let open = |relation: &&Relation| place.finished.as_ref().is_none_or(|last| relation_key(relation) > *last);
    let Some(relation) = relations.iter().find(open) else { return Ok(Page::Last) };
    let key = relation_key(relation);
    let looked_at = if merge.state == MergeState::Undoing {
        let went = store::remembered_after(tx, merge.id, &key, place.after, objects::LED_AT_ONCE).await?;
        relation.lead(tx, merge.into_id, merge.from_id, &went).await?;
        went
    } else {
        let named = relation.naming(tx, merge.from_id, place.after).await?;
        let led = relation.lead(tx, merge.from_id, merge.into_id, &named).await?;
        store::remember(tx, merge.id, &key, &led).await?;
        named
    };
    let next = match looked_at.last() {
        Some(last) if looked_at.len() == objects::LED_AT_ONCE => {
            Place { finished: place.finished.clone(), after: *last }
        }
        _ => Place { finished: Some(key), after: Uuid::nil() },
    };
    Ok(Page::More(looked_at.len(), next))
}

/// Says that everything has followed, or gone back.
async fn finish(tx: &mut Tx<'_>, merge: &CustomerMerge) -> Result<(), CustomerError> {
    let mut after = merge.clone();
    if merge.state == MergeState::Undoing {
        after.state = MergeState::Undone;
    } else {
        let mut count = 0;
        for relation in objects::relations_to(tx, "customer").await? {
            count += store::count_remembered(tx, merge.id, &relation_key(&relation)).await?;
        }
        after.moved.0.insert(RELATIONS.to_owned(), count);
        after.state = MergeState::Merged;
    }
    (after.version, after.updated_at) = (merge.version + 1, tx.cx().now());
    store::update(tx, merge, &after).await?;
    store::clear_following(tx, merge.id).await?;
    Ok(())
}

/// What the job is to do next.
enum Step {
    Page(Place),
    Wait,
    Done,
}

async fn step(tx: &mut Tx<'_>, task: &Task, place: &Place) -> Result<Step, CustomerError> {
    let cx = tx.cx().with_actor(task.actor.clone());
    let mut tx = tx.with_context(&cx);
    let expected = if task.back { MergeState::Undoing } else { MergeState::Merging };
    let found = store::held(&mut tx, task.merge).await?;
    // Taken back in the meantime: what went along goes back by a job of its own.
    let Some(merge) = found.filter(|merge| merge.state == expected) else { return Ok(Step::Done) };
    if store::is_preceded(&mut tx, &merge).await? {
        return Ok(Step::Wait);
    }
    match advance(&mut tx, &merge, place).await? {
        Page::More(_, next) => Ok(Step::Page(next)),
        Page::Last => finish(&mut tx, &merge).await.map(|()| Step::Done),
    }
}

impl JobHandler for FollowLinks {
    fn kind(&self) -> &'static str {
        FOLLOW
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Task = run.parse()?;
            let mut place = Place::default();
            loop {
                let (task, from) = (task.clone(), place.clone());
                let next = run.db.write(&run.cx, async move |tx: &mut Tx<'_>| step(tx, &task, &from).await).await;
                match next.map_err(JobError::retry)? {
                    Step::Page(next) => place = next,
                    Step::Wait => return Err(JobError::RetryAfter("an earlier merge is not done yet".into(), PAUSE)),
                    Step::Done => return Ok(()),
                }
            }
        })
    }
}
