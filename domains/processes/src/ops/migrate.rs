//! Taking a running instance to another version: what it would do, and doing it, all or nothing.

use authz::permissions::PROCESSES_OPERATE;
use bpmn::plan_migration;
use db::{Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Json, Path, Problem, State, Versioned};
use serde_json::json;

use crate::{
    InstanceView, ProcessError, Runtime,
    api::{IdPath, MigrateBody, MigrationView},
    store::instances as store,
};

/// Says what a migration would do, and changes nothing.
pub(crate) async fn plan(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    Body(body): Body<MigrateBody>,
) -> Result<Json<MigrationView>, Problem> {
    let runtime = app.get::<Runtime>();
    let report = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ProcessError> {
            store::reached(r, PROCESSES_OPERATE, path.id).await?;
            let live = store::read(r, path.id).await?.ok_or(ProcessError::NotFound("process instance"))?;
            let (old, new) = (
                runtime.model(r, live.definition_id, live.number).await?,
                runtime.model(r, live.definition_id, body.number).await?,
            );
            let (Some(from), Some(to)) = (old.process(&live.state.process), new.process(&live.state.process)) else {
                return Err(ProcessError::NotPublished(live.state.process));
            };
            Ok(plan_migration(from, to, &live.state, &body.mapping))
        })
        .await?;
    Ok(Json(report.into()))
}

/// Takes an instance to another version of its process.
pub(crate) async fn migrate(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<MigrateBody>,
) -> Result<Versioned<InstanceView>, Problem> {
    let runtime = app.get::<Runtime>();
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<InstanceView, ProcessError> {
            let before = store::reached(tx, PROCESSES_OPERATE, path.id).await?;
            let live = store::lock(tx, path.id).await?.ok_or(ProcessError::NotFound("process instance"))?;
            if live.version != expected.version() {
                return Err(ProcessError::Stale);
            }
            runtime.migrate(tx, live, body.number, &body.mapping).await?;
            let data = json!({ "number": { "from": before.number, "to": body.number } });
            let event = NewEvent::new("process_instance.migrated", "process_instance", path.id)
                .label(before.process_id)
                .data(data);
            events::append(tx, event).await?;
            store::view(tx, path.id).await
        })
        .await?;
    Ok(Versioned(after))
}
