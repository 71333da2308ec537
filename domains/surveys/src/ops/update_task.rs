//! A recovery task is given to somebody, or gets another day.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::Checks;

use crate::{
    SurveyError,
    api::{IdPath, UpdateTask},
    model::{RecoveryTask, TaskStatus},
    store,
};

/// Changes what is mentioned.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
    Body(body): Body<UpdateTask>,
) -> Result<Versioned<RecoveryTask>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| change(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn change(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdateTask) -> Result<RecoveryTask, SurveyError> {
    let before = open_task(tx, id, version).await?;
    let mut after = before.clone();
    let mut checks = Checks::new();
    body.due_at.require(&mut after.due_at, "/due_at", &mut checks);
    body.assignee_id.apply(&mut after.assignee_id);
    if after.assignee_id != before.assignee_id {
        after.assignee_name = None;
        if let Some(user_id) = after.assignee_id {
            match identity::user(tx, user_id).await? {
                Some(user) => after.assignee_name = Some(user.name),
                None => checks.refuse("/assignee_id", "unknown", "There is no such person; choose another."),
            }
        }
    }
    checks.finish()?;
    if after == before {
        return Ok(before);
    }
    save(tx, &before, after, "recovery_task.updated").await
}

/// The task within reach, at the version the caller saw, if it waits.
pub(crate) async fn open_task(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<RecoveryTask, SurveyError> {
    let scope = store::task_scope(tx.cx(), permissions::TICKETS_UPDATE);
    let task: RecoveryTask =
        objects::find(tx, &store::TASKS.list, id, scope).await?.ok_or(SurveyError::TaskNotFound)?;
    if task.version != version {
        return Err(SurveyError::Stale);
    }
    if task.status == TaskStatus::Done {
        return Err(SurveyError::DoneAlready);
    }
    Ok(task)
}

/// Writes the difference with its event, one version up.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    before: &RecoveryTask,
    mut after: RecoveryTask,
    event: &str,
) -> Result<RecoveryTask, SurveyError> {
    after.version = before.version + 1;
    after.updated_at = tx.cx().now();
    store::update_task(tx, &after, before.version).await?;
    let told = NewEvent::new(event, "recovery_task", after.id)
        .label(&after.title)
        .data(events::changes(before, &after))
        .parent("ticket", after.ticket_id);
    events::append(tx, told).await?;
    Ok(after)
}
