//! What processes do with processes: starting another one for the same record, ending those that run for it.

use bpmn::{Command, state::Variables};
use db::Tx;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    ActError, Action, ActionRun, Actions, Face, Input, InputKind, ProcessError, Start,
    store::{definitions, instances},
};

/// The actions of this domain.
pub fn actions() -> Actions {
    Actions::default().with("process.start", StartProcess).with("process.cancel", CancelProcess)
}

impl From<ProcessError> for ActError {
    fn from(error: ProcessError) -> Self {
        match error {
            ProcessError::Db(error) => Self::Db(error),
            other => Self::Failed(other.to_string()),
        }
    }
}

fn which() -> Input {
    Input::new("process", InputKind::Process, "流程", "Process").required()
}

struct StartProcess;

impl Action for StartProcess {
    fn face(&self) -> Face {
        Face::new(None, "启动流程", "Start a process", vec![which()])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let process_id = run.text("process");
            let Some(found) = definitions::startable(tx, &process_id).await? else {
                return Err(ActError::Failed(format!(
                    "there is no published process `{process_id}`; publish it first"
                )));
            };
            let fits = found.object.is_none() || found.object == run.object;
            if !fits {
                return Err(ActError::Failed(format!("the process `{process_id}` runs for other records")));
            }
            let (object, object_id) = (run.object.clone(), run.object_id);
            let start = Start { process_id, object, object_id, variables: Variables::new() };
            let id = run.runtime.start(tx, start).await?;
            Ok(Variables::from_iter([("started_instance_id".to_owned(), Value::String(id.to_string()))]))
        })
    }
}

struct CancelProcess;

impl Action for CancelProcess {
    fn face(&self) -> Face {
        Face::new(None, "终止流程", "End a process", vec![which()])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let process = run.text("process");
            let (Some(object), Some(id)) = (&run.object, run.object_id) else {
                return Err(ActError::Failed("this step needs a record; start the process for one".to_owned()));
            };
            for instance in instances::running_for(tx, object, id).await? {
                if instance == run.asked_by {
                    continue;
                }
                let locked = run.runtime.lock(tx, instance).await?;
                if locked.process() == process {
                    match run.runtime.command_locked(tx, locked, Command::Cancel).await {
                        Err(error) if !error.came_too_late() => return Err(error.into()),
                        _ => {}
                    }
                }
            }
            Ok(Variables::new())
        })
    }
}
