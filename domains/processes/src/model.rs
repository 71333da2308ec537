//! Processes, their versions, instances, tasks and incidents as they stand in the database and in the API.

use db::{Json, record};
use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// How an instance stands.
    pub enum InstanceStatus {
        /// It is alive.
        Running = "running",
        /// It ended normally.
        Completed = "completed",
        /// An error that nothing in the process caught ended it.
        Failed = "failed",
        /// Somebody cancelled it.
        Cancelled = "cancelled",
    }
}

db::choice! {
    /// How a task stands.
    pub enum ProcessTaskStatus {
        /// It is to be done.
        Open = "open",
        /// Somebody did it.
        Completed = "completed",
        /// The process went on without it.
        Withdrawn = "withdrawn",
    }
}

/// A process with the draft that is worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessDefinition")]
pub struct Definition {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was put away; absent while in use.
    pub archived_at: Option<Timestamp>,
    /// Its short name in lower case, unique in the company.
    pub key: String,
    /// Its name in Chinese.
    pub label_zh: String,
    /// Its name in English.
    pub label_en: String,
    /// The kind of object whose records it runs for, such as `ticket`; absent for any.
    pub object: Option<String>,
    /// The type of these records, such as `repair`; absent for every type.
    pub object_type: Option<String>,
    /// The BPMN 2.0 file that is worked on.
    pub draft: String,
    /// The number of the version that is in force; 0 before the first.
    pub published: i64,
    /// Who created it.
    pub created_by: Option<Uuid>,
}

record!(Definition {
    id,
    version,
    created_at,
    updated_at,
    archived_at,
    key,
    label_zh,
    label_en,
    object,
    object_type,
    draft,
    published,
    created_by,
});

impl HasVersion for Definition {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Definition {
    fn location(&self) -> String {
        format!("/api/v1/processes/{}", self.id)
    }
}

/// A version as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessVersion")]
pub struct PublishedVersion {
    /// Its number, counted from 1.
    pub number: i64,
    /// What its publisher said about it.
    pub note: Option<String>,
    /// The earlier version that it brings back.
    pub restores: Option<i64>,
    /// When.
    pub published_at: Timestamp,
    /// Who.
    pub published_by: Option<Uuid>,
}

record!(PublishedVersion { number, note, restores, published_at, published_by });

/// A process instance as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessInstance")]
pub struct InstanceView {
    /// Its id.
    pub id: Uuid,
    /// Rises with every step.
    pub version: i64,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it last went on.
    pub updated_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its process.
    pub definition_id: Uuid,
    /// The version it runs.
    pub number: i64,
    /// The BPMN id of the process inside the file.
    pub process_id: String,
    /// The kind of object it runs for.
    pub object: Option<String>,
    /// The record it runs for.
    pub object_id: Option<Uuid>,
    /// The instance that called it.
    pub parent_id: Option<Uuid>,
    /// How it stands.
    pub status: InstanceStatus,
    /// The code of the error that ended it.
    pub error_code: Option<String>,
    /// How many elements stopped and need somebody.
    pub incidents: i64,
    /// Who started it.
    pub started_by: Option<Uuid>,
}

record!(InstanceView {
    id,
    version,
    created_at,
    updated_at,
    ended_at,
    definition_id,
    number,
    process_id,
    object,
    object_id,
    parent_id,
    status,
    error_code,
    incidents,
    started_by,
});

impl HasVersion for InstanceView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for InstanceView {
    fn location(&self) -> String {
        format!("/api/v1/process-instances/{}", self.id)
    }
}

/// A task that a process gave to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessTask")]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The instance it belongs to.
    pub instance_id: Uuid,
    /// The BPMN id of the user task.
    pub node: String,
    /// What it is called in the process.
    pub name: String,
    /// The process.
    pub definition_id: Uuid,
    /// The kind of object the process runs for.
    pub object: Option<String>,
    /// The record the process runs for.
    pub object_id: Option<Uuid>,
    /// How it stands.
    pub status: ProcessTaskStatus,
    /// Who is to do it; absent while nobody has claimed it.
    pub assignee_id: Option<Uuid>,
    /// The team in whose queue it stands.
    pub team_id: Option<Uuid>,
    /// The role that may claim it.
    pub role: Option<String>,
    /// Until when it is to be done.
    pub due_at: Option<Timestamp>,
    /// When it was completed or withdrawn.
    pub closed_at: Option<Timestamp>,
    /// Who completed it.
    pub closed_by: Option<Uuid>,
}

record!(Task {
    id,
    version,
    created_at,
    updated_at,
    instance_id,
    node,
    name,
    definition_id,
    object,
    object_id,
    status,
    assignee_id,
    team_id,
    role,
    due_at,
    closed_at,
    closed_by,
});

impl HasVersion for Task {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Something that stopped and needs an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessIncident")]
pub struct Incident {
    /// Its id.
    pub id: Uuid,
    /// When it stopped.
    pub created_at: Timestamp,
    /// When it went on.
    pub closed_at: Option<Timestamp>,
    /// The instance.
    pub instance_id: Uuid,
    /// The element, by its number in the instance.
    pub element: i64,
    /// The BPMN id of the element.
    pub node: String,
    /// What the element is called in the process.
    pub name: String,
    /// The process.
    pub definition_id: Uuid,
    /// Stable code, such as `no-true-flow`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

record!(Incident { id, created_at, closed_at, instance_id, element, node, name, definition_id, code, message });

/// One thing that happened to an instance in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Trace {
    /// A token came to stay at an element.
    Entered {
        /// BPMN id.
        node: String,
        /// Number of the element in the instance.
        element: i64,
    },
    /// It went on from there.
    Left {
        /// BPMN id.
        node: String,
        /// Number of the element in the instance.
        element: i64,
        /// Whether it was ended from outside rather than done.
        cancelled: bool,
    },
    /// A token passed an element without staying.
    Passed {
        /// BPMN id.
        node: String,
    },
    /// An element stopped.
    Stopped {
        /// BPMN id.
        node: String,
        /// Stable code.
        code: String,
    },
    /// A script said something.
    Said {
        /// BPMN id.
        node: String,
        /// What.
        text: String,
    },
}

/// One step of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessStep")]
pub struct JournalEntry {
    /// Which step, counted from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who gave the command; absent when it came by itself.
    pub actor_id: Option<Uuid>,
    /// What happened.
    pub trail: Json<Vec<Trace>>,
}

record!(JournalEntry { number, at, actor_id, trail });
