//! Instances: start, list, show where they are and have been, write variables, cancel.

use std::collections::BTreeMap;

use authz::permissions::{PROCESSES_OPERATE, PROCESSES_READ};
use bpmn::{Command, state::Awaits};
use db::{
    Query, Read, Tx,
    list::{ListPage, run},
};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, State, Versioned,
};
use kernel::{Timestamp, Uuid};
use objects::{Invalid, listing};
use serde_json::json;

use crate::{
    InstanceView, JournalEntry, ProcessError, Runtime, Start, Subjects,
    api::{
        ActiveElement, IdPath, InstanceDetail, NewInstance, OpenWait, VariablesBody, VisitedElement, plain, variables,
    },
    model::Trace,
    runtime::Live,
    store::{definitions, instances as store},
};

/// Steps that are looked through for where an instance has been.
const STEPS_SHOWN: usize = 1_000;

/// Lists instances.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<InstanceView>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let scope = store::scope(r.cx(), PROCESSES_READ);
            listing::page(r, &store::LISTING, &params, vec![scope]).await
        })
        .await?;
    Ok(Json(page))
}

/// Starts an instance of the version in force, for a record or for none.
pub(crate) async fn start(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewInstance>,
) -> Result<Created<InstanceView>, Problem> {
    let subject = subject(&app, &cx, &body).await?;
    let given = variables(body.variables.clone())?;
    let runtime = app.get::<Runtime>();
    let (definition_id, process_id) = (body.definition_id, body.process_id.clone());
    app.create(&cx, key, &body, "startProcess", async move |tx: &mut Tx<'_>| -> Result<_, ProcessError> {
        let definition = definitions::reached(tx, PROCESSES_OPERATE, definition_id).await?;
        if definition.published == 0 || definition.archived_at.is_some() {
            return Err(ProcessError::NotPublished(definition.key));
        }
        if definition.object.is_some()
            && definition.object.as_deref() != subject.as_ref().map(|(kind, _)| kind.as_str())
        {
            let message = format!("This process runs for: {}.", definition.object.unwrap_or_default());
            return Err(Invalid(vec![FieldError::new("/object", "wrong_object", message)]).into());
        }
        let model = runtime.model(tx, definition.id, definition.published).await?;
        let process = match &process_id {
            Some(id) => model.process(id),
            None => model.processes.iter().find(|process| process.can_be_called()).or(model.processes.first()),
        };
        let Some(process_id) = process.map(|process| process.id.clone()) else {
            let message = "The file has no process with this id; choose one of it.";
            return Err(Invalid(vec![FieldError::new("/process_id", "unknown", message)]).into());
        };
        let (object, object_id) = subject.unzip();
        let id = runtime.start(tx, Start { process_id, object, object_id, variables: given }).await?;
        store::view(tx, id).await
    })
    .await
}

/// The record that an instance is to run for, which the caller must reach.
async fn subject(app: &App, cx: &kernel::Context, body: &NewInstance) -> Result<Option<(String, Uuid)>, Problem> {
    let wrong =
        |pointer: &str, message: &str| Err(Problem::invalid_field(pointer.to_owned(), "unknown", message.to_owned()));
    let (object, id) = match (&body.object, body.object_id) {
        (None, None) => return Ok(None),
        (Some(object), Some(id)) => (object.clone(), id),
        (None, Some(_)) => return wrong("/object", "Say of which kind the record is."),
        (Some(_), None) => return wrong("/object_id", "Say which record it is."),
    };
    let subjects = app.get::<Subjects>();
    let Some(reach) = subjects.of(&object) else {
        return wrong("/object", "Processes do not run for this kind of object.");
    };
    if !reach.reach(app.db(), cx, id).await? {
        return wrong("/object_id", "There is no such record, or you may not see it.");
    }
    Ok(Some((object, id)))
}

/// Shows an instance with where it is and has been.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
) -> Result<Versioned<InstanceDetail>, Problem> {
    let runtime = app.get::<Runtime>();
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<InstanceDetail, ProcessError> {
            let instance = store::reached(r, PROCESSES_READ, path.id).await?;
            let live = store::read(r, path.id).await?.ok_or(ProcessError::NotFound("process instance"))?;
            detail(r, &runtime, instance, live).await
        })
        .await?;
    Ok(Versioned(found))
}

async fn detail(
    q: &mut impl Query,
    runtime: &Runtime,
    instance: InstanceView,
    live: Live,
) -> Result<InstanceDetail, ProcessError> {
    let model = runtime.model(q, live.definition_id, live.number).await?;
    let process = model.process(&live.state.process).ok_or(ProcessError::NotFound("process"))?;
    let active = live.state.elements.iter().map(|(key, element)| {
        let node = process.node(element.node);
        ActiveElement {
            element: *key,
            node: node.id.clone(),
            name: node.name.clone(),
            incident: element.incident.as_ref().map(|incident| incident.message.clone()),
        }
    });
    let waits = live.state.waits.values().map(|wait| {
        let (kind, name, due_at) = match &wait.awaits {
            Awaits::Timer(timer) => ("timer", None, Some(Timestamp(timer.due))),
            Awaits::Message { name, .. } => ("message", Some(name.clone()), None),
            Awaits::Signal { name } => ("signal", Some(name.clone()), None),
            Awaits::Condition { .. } => ("condition", None, None),
        };
        OpenWait { node: process.node(wait.node).id.clone(), kind: kind.to_owned(), name, due_at }
    });
    let (active, waits) = (active.collect(), waits.collect());
    let steps = store::first_steps(q, live.id, STEPS_SHOWN).await?;
    Ok(InstanceDetail {
        instance,
        variables: live.state.variables.into_iter().collect(),
        active,
        waits,
        visited: visited(&steps),
    })
}

/// Where an instance has been, in the order of the first visit.
fn visited(steps: &[JournalEntry]) -> Vec<VisitedElement> {
    let mut order: Vec<VisitedElement> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for step in steps {
        for trace in &step.trail.0 {
            let (node, enters, leaves) = match trace {
                Trace::Entered { node, .. } => (node, true, false),
                Trace::Left { node, .. } => (node, false, true),
                Trace::Passed { node } => (node, true, true),
                Trace::Stopped { .. } | Trace::Said { .. } => continue,
            };
            let place = *places.entry(node).or_insert_with(|| {
                order.push(VisitedElement { node: node.clone(), times: 0, first_at: step.at, left_at: None });
                order.len() - 1
            });
            let visit = &mut order[place];
            visit.times += u32::from(enters);
            if leaves {
                visit.left_at = Some(step.at);
            }
        }
    }
    order
}

/// Lists the steps of an instance, the first one first.
pub(crate) async fn journal(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    params: ListParams,
) -> Result<Json<ListPage<JournalEntry>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            store::reached(r, PROCESSES_READ, path.id).await?;
            Ok(run(r, &store::JOURNAL, &plain(&params, vec![store::steps_of(path.id)])?).await?)
        })
        .await?;
    Ok(Json(page))
}

/// Writes variables of an instance.
pub(crate) async fn set_variables(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<VariablesBody>,
) -> Result<Versioned<InstanceView>, Problem> {
    let given = variables(body.variables)?;
    let names: Vec<String> = given.keys().cloned().collect();
    let command = Command::SetVariables { variables: given };
    let told = ("process_instance.variables_set", json!({ "names": names }));
    Ok(Versioned(operate(&app, cx, path.id, Some(expected), command, told).await?))
}

/// Ends an instance with everything in it, called instances too.
pub(crate) async fn cancel(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
) -> Result<Versioned<InstanceView>, Problem> {
    let told = ("process_instance.cancelled", json!({}));
    Ok(Versioned(operate(&app, cx, path.id, Some(expected), Command::Cancel, told).await?))
}

/// Gives a command of an operator to an instance, and tells of it.
pub(crate) async fn operate(
    app: &App,
    cx: kernel::Context,
    id: Uuid,
    expected: Option<IfMatch>,
    command: Command,
    (kind, data): (&'static str, serde_json::Value),
) -> Result<InstanceView, Problem> {
    let runtime = app.get::<Runtime>();
    let after = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<InstanceView, ProcessError> {
            let before = store::reached(tx, PROCESSES_OPERATE, id).await?;
            let locked = runtime.lock(tx, id).await?;
            if expected.is_some_and(|expected| expected.version() != locked.version()) {
                return Err(ProcessError::Stale);
            }
            runtime.command_locked(tx, locked, command).await?;
            let mut event = NewEvent::new(kind, "process_instance", id).label(before.process_id.as_str()).data(data);
            if let (Some(object), Some(object_id)) = (&before.object, before.object_id) {
                event = event.parent(object, object_id);
            }
            events::append(tx, event).await?;
            store::view(tx, id).await
        })
        .await?;
    Ok(after)
}
