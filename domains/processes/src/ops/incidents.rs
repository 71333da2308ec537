//! Incidents: what stopped, trying again, going on without it.

use authz::permissions::{PROCESSES_OPERATE, PROCESSES_READ};
use bpmn::Command;
use db::{Query as _, Read, list::ListPage};
use http_api::{App, Body, Caller, FieldError, Json, ListParams, Path, Problem, State};
use objects::{Invalid, listing};
use serde_json::json;

use crate::{
    Incident, InstanceView, ProcessError, Runtime,
    api::{IdPath, SkipBody},
    ops::instances::operate,
    store::{instances, tasks as store},
};

/// Lists incidents, open and closed.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Incident>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let scope = store::incident_scope(r.cx(), PROCESSES_READ);
            listing::page(r, &store::INCIDENTS, &params, vec![scope]).await
        })
        .await?;
    Ok(Json(page))
}

async fn reached(app: &App, cx: &kernel::Context, path: IdPath) -> Result<Incident, Problem> {
    let found = app.db().read(cx, async move |r: &mut Read<'_>| store::incident(r, PROCESSES_OPERATE, path.id).await);
    Ok(found.await?)
}

/// Tries again what stopped.
pub(crate) async fn retry(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
) -> Result<Json<InstanceView>, Problem> {
    let incident = reached(&app, &cx, path).await?;
    let command = Command::Retry { element: incident.element as u64 };
    let told = ("process_instance.retried", json!({ "node": incident.node }));
    Ok(Json(operate(&app, cx, incident.instance_id, None, command, told).await?))
}

/// Goes on behind what stopped, as if it were done.
pub(crate) async fn skip(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    Body(body): Body<SkipBody>,
) -> Result<Json<InstanceView>, Problem> {
    let incident = reached(&app, &cx, path).await?;
    let (runtime, id) = (app.get::<Runtime>(), incident.instance_id);
    let flow = match body.flow {
        None => None,
        Some(name) => {
            let found = app.db().read(&cx, async move |r: &mut Read<'_>| -> Result<_, ProcessError> {
                let live = instances::read(r, id).await?.ok_or(ProcessError::NotFound("process instance"))?;
                let model = runtime.model(r, live.definition_id, live.number).await?;
                let flow = model.process(&live.state.process).and_then(|process| process.find_flow(&name));
                let message = "The process has no flow with this id.";
                let wrong = || Invalid(vec![FieldError::new("/flow", "unknown", message)]);
                Ok(flow.ok_or_else(wrong)?)
            });
            Some(found.await?)
        }
    };
    let command = Command::Skip { element: incident.element as u64, flow };
    let told = ("process_instance.skipped", json!({ "node": incident.node }));
    Ok(Json(operate(&app, cx, id, None, command, told).await?))
}
