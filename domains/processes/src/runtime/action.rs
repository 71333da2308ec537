//! Jobs behind instances: service tasks that actions do, and the outbox of a tree of instances.

use std::sync::Arc;

use bpmn::{
    Command, Refused,
    state::{Key, Variables, Work},
};
use db::{Read, Tx};
use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, Recurring};
use kernel::{Actor, ActorKind, Timestamp, Uuid};
use serde::Deserialize;

use super::{
    Runtime,
    task::visible,
    write::{ACT, WORK_OFF},
};
use crate::{
    ActError, Action, ActionRun, ProcessError,
    catalogue::Deed,
    store::{instances, outbox},
};

/// How long ids of messages are remembered.
const KNOWN: std::time::Duration = std::time::Duration::from_hours(24 * 30);
const PURGE: &str = "processes.purge";

impl Runtime {
    /// A service task is done.
    pub async fn complete_job(
        &self,
        tx: &mut Tx<'_>,
        id: Uuid,
        job: Key,
        variables: Variables,
    ) -> Result<(), ProcessError> {
        self.command(tx, id, Command::CompleteJob { job, variables }).await
    }
}

/// Does service tasks.
#[derive(Debug)]
pub struct Act(pub Runtime);

#[derive(Deserialize)]
struct Job {
    instance: Uuid,
    element: Key,
}

impl JobHandler for Act {
    fn kind(&self) -> &'static str {
        ACT
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let job: Job = run.parse()?;
            let runtime = self.0.clone();
            let (instance, element) = (job.instance, job.element);
            let found = run
                .db
                .read(&run.cx, async move |r: &mut Read<'_>| -> Result<_, ProcessError> {
                    let Some(live) = instances::read(r, instance).await? else { return Ok(None) };
                    let model = runtime.model(r, live.definition_id, live.number).await?;
                    Ok(Some((live, model)))
                })
                .await
                .map_err(JobError::retry)?;
            let Some((live, model)) = found else { return run.finish(async |_: &mut Tx<'_>| Ok(())).await };
            let node = live.state.elements.get(&element).filter(|found| found.work == Work::Job).and_then(|found| {
                model.process(&live.state.process).map(|process| process.node(found.node).id.clone())
            });
            let step = node.and_then(|node| model.actions.get(&node));
            let deed = step.and_then(|step| Some((step, self.0.setting().action(&step.action)?)));
            let Some((step, deed)) = deed else {
                // Cancelled meanwhile, or the action is gone from the catalogue.
                let message =
                    "there is nothing that does this step; migrate the instance to a version that names an action";
                return self.end(&run, job, Command::FailJob { job: element, message: message.to_owned() }).await;
            };
            let inputs = match step.inputs.values(&visible(&live, element)) {
                Ok(inputs) => inputs,
                Err(message) => {
                    return self.end(&run, job, Command::FailJob { job: element, message }).await;
                }
            };
            let name = live.state.process.clone();
            let act = ActionRun {
                cx: run.cx.with_actor(process_actor(live.definition_id, name)),
                runtime: self.0.clone(),
                asked_by: instance,
                object: live.object,
                object_id: live.object_id,
                inputs,
                variables: live.state.variables,
                key: format!("{instance}:{element}"),
            };
            let outcome = match deed {
                Deed::Within(action) => return self.within(&run, job, (action, act)).await,
                Deed::Outside(errand) => errand.run(&run.db, &act).await,
            };
            let command = command_for(element, outcome, run.is_last())?;
            self.end(&run, job, command).await
        })
    }
}

/// The actor of what a process does by itself.
pub(crate) fn process_actor(definition: Uuid, name: String) -> Actor {
    Actor { kind: ActorKind::System, id: definition, name }
}

/// What the instance is told of how it went.
fn command_for(element: Key, outcome: Result<Variables, ActError>, is_last: bool) -> Result<Command, JobError> {
    Ok(match outcome {
        Ok(variables) => Command::CompleteJob { job: element, variables },
        Err(ActError::Retry(reason)) if !is_last => return Err(JobError::Retry(reason)),
        Err(ActError::Retry(message) | ActError::Failed(message)) => Command::FailJob { job: element, message },
        Err(ActError::Db(error)) if !is_last => return Err(JobError::retry(error)),
        Err(ActError::Db(_)) => Command::FailJob { job: element, message: "the database failed; retry".to_owned() },
        Err(ActError::Thrown(code)) => Command::ThrowError { element, code },
    })
}

impl Act {
    /// Does it in the transaction that goes on with the instance.
    async fn within(
        &self,
        run: &JobRun,
        job: Job,
        (action, act): (Arc<dyn Action>, ActionRun),
    ) -> Result<(), JobError> {
        let runtime = self.0.clone();
        let is_last = run.is_last();
        run.finish(async move |tx: &mut Tx<'_>| {
            // Held first: whoever cancels the step now finds it done, or it finds itself cancelled and does nothing.
            let locked = match runtime.lock(tx, job.instance).await {
                Err(ProcessError::NotFound(_)) => return Ok(()),
                other => other.map_err(JobError::retry)?,
            };
            if !locked.awaits_job(job.element) {
                return Ok(());
            }
            let (action, act) = (&action, &act);
            let outcome =
                tx.attempt(async move |tx: &mut Tx<'_>| action.act(&mut tx.with_context(&act.cx), act).await).await?;
            let command = command_for(job.element, outcome, is_last)?;
            match runtime.command_locked(tx, locked, command).await {
                Err(ProcessError::Refused(Refused::NotOpen { .. } | Refused::NotRunning)) | Ok(()) => Ok(()),
                Err(error) => Err(JobError::retry(error)),
            }
        })
        .await
    }

    /// Tells the instance in the transaction that takes the job out.
    async fn end(&self, run: &JobRun, job: Job, command: Command) -> Result<(), JobError> {
        let runtime = self.0.clone();
        run.finish(async move |tx: &mut Tx<'_>| match runtime.command(tx, job.instance, command).await {
            Err(ProcessError::Refused(Refused::NotOpen { .. } | Refused::NotRunning)) | Ok(()) => Ok(()),
            Err(error) => Err(JobError::retry(error)),
        })
        .await
    }
}

/// Works off the outbox of a tree of instances.
#[derive(Debug)]
pub struct WorkOff(pub Runtime);

#[derive(Deserialize)]
struct Tree {
    root: Uuid,
}

impl JobHandler for WorkOff {
    fn kind(&self) -> &'static str {
        WORK_OFF
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let tree: Tree = run.parse()?;
            let root = tree.root;
            loop {
                let runtime = self.0.clone();
                let worked: Result<bool, ProcessError> =
                    run.db.write(&run.cx, async move |tx: &mut Tx<'_>| runtime.work_off(tx, Some(root)).await).await;
                match worked {
                    Ok(true) => {}
                    // What is added from now on brings a job of its own.
                    Ok(false) => return run.finish(async |_: &mut Tx<'_>| Ok(())).await,
                    Err(error) => return Err(JobError::retry(error)),
                }
            }
        })
    }
}

/// Drops kept messages whose time is over, and ids of messages from long ago.
#[derive(Debug)]
pub struct Purge;

impl JobHandler for Purge {
    fn kind(&self) -> &'static str {
        PURGE
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let before: Timestamp = run.cx.now().minus(KNOWN);
            run.finish(async move |tx: &mut Tx<'_>| Ok(outbox::purge(tx, before).await?)).await
        })
    }
}

/// When old messages are dropped.
pub fn recurring() -> Recurring {
    Recurring { kind: PURGE, every: Every::Interval(std::time::Duration::from_hours(6)) }
}

/// The handlers of this domain's jobs.
pub fn handlers(runtime: &Runtime) -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(Act(runtime.clone())), Arc::new(WorkOff(runtime.clone())), Arc::new(Purge)]
}
