//! Jobs behind instances: service tasks that actions do, and the outbox of a tree of instances.

use std::sync::Arc;

use bpmn::{
    Command, Refused,
    state::{Key, Variables, Work},
};
use db::{Read, Tx};
use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, Recurring};
use kernel::{Context, Timestamp, Uuid};
use serde::Deserialize;

use super::{
    Runtime,
    write::{ACT, WORK_OFF},
};
use crate::{
    ProcessError,
    store::{instances, outbox},
};

/// How long ids of messages are remembered.
const KNOWN: std::time::Duration = std::time::Duration::from_hours(24 * 30);
const PURGE: &str = "processes.purge";

/// Something a service task can do. It may run again after a crash: [`ActionRun::key`] is the same then.
pub trait Action: Send + Sync {
    /// Does it; answers variables for the instance.
    fn run<'a>(&'a self, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>>;
}

/// One service task that is to be done.
#[derive(Debug)]
pub struct ActionRun {
    /// The platform acting for the company.
    pub cx: Context,
    /// The database.
    pub db: db::Db,
    /// The instance.
    pub instance_id: Uuid,
    /// The kind of object it runs for.
    pub object: Option<String>,
    /// The record it runs for.
    pub object_id: Option<Uuid>,
    /// The instance's variables.
    pub variables: Variables,
    /// The same on every try, for systems that are to recognise a repetition.
    pub key: String,
}

/// Why an action did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// Trying again later may help; after the last try it becomes an incident.
    #[error("{0}")]
    Retry(String),
    /// Somebody has to look: an incident at once.
    #[error("{0}")]
    Failed(String),
    /// An error that the process can catch, by its code.
    #[error("the process error {0}")]
    Thrown(String),
}

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
            let action = node.and_then(|node| model.actions.get(&node)).and_then(|name| self.0.setting().action(name));
            let Some(action) = action else {
                // Cancelled meanwhile, or the action is gone from the catalogue.
                let message =
                    "there is nothing that does this step; migrate the instance to a version that names an action";
                return self.end(&run, job, Command::FailJob { job: element, message: message.to_owned() }).await;
            };
            let act = ActionRun {
                cx: run.cx.clone(),
                db: run.db.clone(),
                instance_id: instance,
                object: live.object,
                object_id: live.object_id,
                variables: live.state.variables,
                key: format!("{instance}:{element}"),
            };
            let command = match action.run(&act).await {
                Ok(variables) => Command::CompleteJob { job: element, variables },
                Err(ActError::Retry(reason)) if !run.is_last() => return Err(JobError::Retry(reason)),
                Err(ActError::Retry(message) | ActError::Failed(message)) => Command::FailJob { job: element, message },
                Err(ActError::Thrown(code)) => Command::ThrowError { element, code },
            };
            self.end(&run, job, command).await
        })
    }
}

impl Act {
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
