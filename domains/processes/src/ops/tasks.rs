//! Tasks: lists, claim, release, delegate, complete.

use authz::{
    allows,
    permissions::{PROCESSES_OPERATE, TASKS_READ, TASKS_WORK},
};
use bpmn::Command;
use db::{
    Query as _, Read, Tx,
    list::{Fragment, ListPage},
};
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, IfMatch, Json, ListParams, Path, Problem, State, Versioned};
use kernel::Uuid;
use objects::{Invalid, listing};
use serde_json::json;

use crate::{
    ProcessError, ProcessTaskStatus, Runtime, Task,
    api::{CompleteBody, DelegateBody, IdPath, variables},
    store::tasks as store,
};

/// Lists tasks within the caller's reach.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Task>>, Problem> {
    page(&app, cx, params, |_| Vec::new()).await
}

/// Lists the open tasks that the caller is to do.
pub(crate) async fn mine(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Task>>, Problem> {
    page(&app, cx, params, |cx| vec![Fragment::new("status = 'open' and assignee_id = $1", vec![cx.actor().id.into()])])
        .await
}

/// Lists the open tasks that nobody has and that the caller may take.
pub(crate) async fn queue(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Task>>, Problem> {
    page(&app, cx, params, |cx| {
        vec![Fragment::new("status = 'open' and assignee_id is null", Vec::new()), store::open_to(cx)]
    })
    .await
}

async fn page(
    app: &App,
    cx: kernel::Context,
    params: ListParams,
    more: impl FnOnce(&kernel::Context) -> Vec<Fragment> + Send + 'static,
) -> Result<Json<ListPage<Task>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let mut conditions = vec![store::scope(r.cx(), TASKS_READ)];
            conditions.extend(more(r.cx()));
            listing::page(r, &store::LISTING, &params, conditions).await
        })
        .await?;
    Ok(Json(page))
}

/// Shows a task.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
) -> Result<Versioned<Task>, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::reached(r, TASKS_READ, path.id).await);
    Ok(Versioned(found.await?))
}

/// Takes a task that nobody has.
pub(crate) async fn claim(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
) -> Result<Versioned<Task>, Problem> {
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Task, ProcessError> {
            let me = tx.cx().actor().id;
            let task = open(tx, path.id, expected).await?;
            if task.assignee_id.is_some_and(|assignee| assignee != me) {
                return Err(ProcessError::Claimed);
            }
            if !store::may_take(tx, task.id).await? {
                return Err(ProcessError::NotCandidate);
            }
            assign(tx, task, Some(me), "task.claimed").await
        })
        .await?;
    Ok(Versioned(after))
}

/// Gives a task back to its queue.
pub(crate) async fn release(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
) -> Result<Versioned<Task>, Problem> {
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Task, ProcessError> {
            let task = open(tx, path.id, expected).await?;
            must_have(tx, &task)?;
            assign(tx, task, None, "task.released").await
        })
        .await?;
    Ok(Versioned(after))
}

/// Gives a task to somebody else.
pub(crate) async fn delegate(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<DelegateBody>,
) -> Result<Versioned<Task>, Problem> {
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Task, ProcessError> {
            let task = open(tx, path.id, expected).await?;
            must_have(tx, &task)?;
            if identity::users_by_ids(tx, &[body.user_id]).await?.is_empty() {
                let message = "There is no such user; choose one of the list.";
                return Err(Invalid(vec![FieldError::new("/user_id", "unknown", message)]).into());
            }
            assign(tx, task, Some(body.user_id), "task.delegated").await
        })
        .await?;
    Ok(Versioned(after))
}

/// Completes a task; one that was completed or withdrawn before is 409 and nothing changes.
pub(crate) async fn complete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<CompleteBody>,
) -> Result<Versioned<Task>, Problem> {
    let given = variables(body.variables)?;
    let runtime = app.get::<Runtime>();
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Task, ProcessError> {
            let (instance, element) = match store::place(tx, path.id).await {
                Err(db::DbError::NotFound) => return Err(ProcessError::NotFound("task")),
                other => other?,
            };
            // Held until the end: whoever comes second sees the task as the first one left it.
            let locked = runtime.lock(tx, instance).await?;
            let task = open(tx, path.id, expected).await?;
            match task.assignee_id {
                Some(_) => must_have(tx, &task)?,
                None if store::may_take(tx, task.id).await? => {}
                None => return Err(ProcessError::NotCandidate),
            }
            let command = Command::CompleteTask { task: element, variables: given };
            runtime.command_locked(tx, locked, command).await?;
            tell(tx, &task, "task.completed", json!({ "node": task.node })).await?;
            store::shown(tx, path.id).await
        })
        .await?;
    Ok(Versioned(after))
}

/// The task, open and of the expected version, if the caller may work on it.
async fn open(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<Task, ProcessError> {
    let task = store::reached(tx, TASKS_WORK, id).await?;
    if task.status != ProcessTaskStatus::Open {
        return Err(ProcessError::TaskClosed);
    }
    if task.version == expected.version() { Ok(task) } else { Err(ProcessError::Stale) }
}

/// The task is the caller's, or the caller operates processes.
fn must_have(tx: &Tx<'_>, task: &Task) -> Result<(), ProcessError> {
    let mine = task.assignee_id == Some(tx.cx().actor().id);
    if mine || allows(tx.cx(), PROCESSES_OPERATE) { Ok(()) } else { Err(ProcessError::Claimed) }
}

async fn assign(tx: &mut Tx<'_>, task: Task, to: Option<Uuid>, kind: &str) -> Result<Task, ProcessError> {
    if !store::assign(tx, &task, to).await? {
        return Err(ProcessError::Stale);
    }
    let data = json!({ "assignee_id": { "from": task.assignee_id, "to": to } });
    tell(tx, &task, kind, data).await?;
    store::shown(tx, task.id).await
}

async fn tell(tx: &mut Tx<'_>, task: &Task, kind: &str, data: serde_json::Value) -> Result<(), ProcessError> {
    let mut event = NewEvent::new(kind, "task", task.id).label(task.name.as_str()).data(data);
    if let (Some(object), Some(id)) = (&task.object, task.object_id) {
        event = event.parent(object, id);
    }
    events::append(tx, event).await?;
    Ok(())
}
