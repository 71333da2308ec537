//! What a step is told, and what it asks of the world in return.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{FlowId, NodeId};
use crate::state::{Key, Status, Variables};

/// What a process instance is told to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Command {
    /// Begin; at `event` if a message, signal or timer starts it.
    Start {
        /// The start event that was triggered.
        event: Option<NodeId>,
        /// Its first variables.
        variables: Variables,
    },
    /// A user task is done.
    CompleteTask {
        /// The task's element.
        task: Key,
        /// What came of it.
        variables: Variables,
    },
    /// A job is done.
    CompleteJob {
        /// The job's element.
        job: Key,
        /// What came of it.
        variables: Variables,
    },
    /// A job failed for a technical reason, or a process could not be called.
    FailJob {
        /// The element of the job or call activity.
        job: Key,
        /// A sentence for whoever operates the process.
        message: String,
    },
    /// A job, or a task, ends with a BPMN error.
    ThrowError {
        /// The element.
        element: Key,
        /// The error's code.
        code: String,
    },
    /// A timer fell due.
    FireTimer {
        /// Its wait.
        wait: Key,
    },
    /// A message came.
    DeliverMessage {
        /// The wait that takes it.
        wait: Key,
        /// What it carries.
        variables: Variables,
    },
    /// A signal was thrown.
    DeliverSignal {
        /// The wait that hears it.
        wait: Key,
        /// What it carries.
        variables: Variables,
    },
    /// A signal or escalation that an element threw has reached all its catchers: it goes on.
    Resume {
        /// The element that threw it.
        element: Key,
    },
    /// A called process threw an escalation that it did not catch itself.
    Escalate {
        /// The call activity's element.
        call: Key,
        /// The escalation's code.
        code: String,
    },
    /// A called process ended.
    EndCall {
        /// The call activity's element.
        call: Key,
        /// How it ended.
        status: Status,
        /// Its variables.
        variables: Variables,
    },
    /// Write variables of the instance.
    SetVariables {
        /// The variables.
        variables: Variables,
    },
    /// Try again what stopped at an incident.
    Retry {
        /// The element.
        element: Key,
    },
    /// Go on behind what stopped at an incident, as if it were done.
    Skip {
        /// The element.
        element: Key,
        /// The flow to take, where a gateway could not choose one.
        flow: Option<FlowId>,
    },
    /// End the instance with everything in it.
    Cancel,
}

/// What a step asks of the world. The caller stores effects in the transaction that stores the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// A token came to stay at a node.
    Entered {
        /// The element it became.
        element: Key,
        /// The node.
        node: NodeId,
    },
    /// It went on from there.
    Left {
        /// The element.
        element: Key,
        /// The node.
        node: NodeId,
        /// Whether it was ended from outside rather than done.
        cancelled: bool,
    },
    /// A token passed a node without staying.
    Passed {
        /// The node.
        node: NodeId,
    },
    /// A user task opened.
    OpenTask {
        /// Its element.
        task: Key,
        /// Its node.
        node: NodeId,
    },
    /// A user task was withdrawn; a completed one says only `left`.
    CloseTask {
        /// Its element.
        task: Key,
    },
    /// A job is to be done.
    StartJob {
        /// Its element.
        job: Key,
        /// Its node.
        node: NodeId,
    },
    /// A job is no longer wanted.
    CancelJob {
        /// Its element.
        job: Key,
    },
    /// A timer is to fire; one set again under the same wait replaces the first.
    SetTimer {
        /// Its wait.
        wait: Key,
        /// When, microseconds UTC.
        due: i64,
    },
    /// A timer is no longer wanted.
    ClearTimer {
        /// Its wait.
        wait: Key,
    },
    /// A message is waited for.
    AwaitMessage {
        /// The wait.
        wait: Key,
        /// The message's name.
        name: String,
        /// The key for which it is open.
        key: Option<Value>,
    },
    /// A signal is waited for.
    AwaitSignal {
        /// The wait.
        wait: Key,
        /// The signal's name.
        name: String,
    },
    /// A message or signal is no longer waited for.
    EndWait {
        /// The wait.
        wait: Key,
    },
    /// A message is thrown: to one waiting catcher, else to a start event.
    ThrowMessage {
        /// The throwing node.
        node: NodeId,
        /// The message's name.
        name: String,
        /// The key it carries.
        key: Option<Value>,
        /// What it carries.
        variables: Variables,
    },
    /// A signal is thrown: to all that wait now, this instance included; then `Resume`.
    ThrowSignal {
        /// The throwing element.
        element: Key,
        /// The signal's name.
        name: String,
    },
    /// An escalation leaves a called process: to the call activity, if there is one; then `Resume`.
    ThrowEscalation {
        /// The throwing element.
        element: Key,
        /// The escalation's code.
        code: String,
    },
    /// A process is called: start it, and report its end by `EndCall`.
    CallProcess {
        /// The call activity's element.
        call: Key,
        /// Id of the process.
        process: String,
        /// Its first variables.
        variables: Variables,
    },
    /// A called process is no longer wanted.
    CancelCall {
        /// The call activity's element.
        call: Key,
    },
    /// A script wrote to the log.
    Log {
        /// The script's node.
        node: NodeId,
        /// The line.
        text: String,
    },
    /// An element stopped and needs an operator.
    RaiseIncident {
        /// The element.
        element: Key,
        /// Its node.
        node: NodeId,
        /// Stable code, such as `no-true-flow`.
        code: String,
        /// A sentence for whoever operates the process.
        message: String,
    },
    /// An incident is over.
    ClearIncident {
        /// The element.
        element: Key,
    },
    /// The instance ended.
    End {
        /// How.
        status: Status,
    },
}

/// Why a command was refused. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The instance has ended, or not begun.
    #[error("the process instance is not running")]
    NotRunning,
    /// It was started before.
    #[error("the process instance has been started before")]
    Started,
    /// The process only starts by events.
    #[error(
        "the process `{0}` starts by a message, signal or timer only; send that, or give it a start event without a trigger"
    )]
    NoStart(String),
    /// No such task, job, call or wait is open; it may have been completed or cancelled.
    #[error("{what} {key} is not open; it was completed or cancelled before")]
    NotOpen {
        /// What was looked for.
        what: &'static str,
        /// Its key.
        key: Key,
    },
    /// The timer is not due yet.
    #[error("timer {0} is not due yet")]
    NotDue(Key),
    /// Where a gateway could not choose, somebody must.
    #[error("element {0} stopped because it could not choose a flow; say which of its outgoing flows to take")]
    NoFlow(Key),
    /// The state was written by a version that is not understood here.
    #[error("the state has format {0}, which this version does not read")]
    Format(u32),
    /// The state belongs to another model.
    #[error("the state does not belong to this version of the process `{0}`")]
    OtherModel(String),
}
