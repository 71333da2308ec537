//! Bodies of this domain's operations.

use std::collections::BTreeMap;

use bpmn::{MigrationReport, Problem as Found, state::Variables};
use db::list::{Fragment, ListQuery};
use http_api::{FieldError, HasVersion, ListParams, Problem};
use kernel::Uuid;
use objects::{Change, Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Face, Template,
    model::{Definition, InstanceView, PublishedVersion},
};

/// Bytes of a BPMN file at most.
const LARGEST_FILE: usize = 1 << 20;
/// Variables in one body at most.
const MOST_VARIABLES: usize = 500;

/// One of the actions of the catalogue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActionView {
    /// How it is written.
    pub name: String,
    /// How it is shown and what it asks for.
    #[serde(flatten)]
    pub face: Face,
}

/// The catalogue of actions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActionList {
    /// By name.
    pub items: Vec<ActionView>,
}

/// Processes to begin with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessTemplateList")]
pub(crate) struct TemplateList {
    /// In the order in which they are offered.
    pub items: Vec<Template>,
}

/// `/api/v1/…/{id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IdPath {
    /// The record's id.
    pub id: Uuid,
}

/// `/api/v1/processes/{id}/versions/{number}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VersionPath {
    /// The process.
    pub id: Uuid,
    /// The version's number.
    pub number: i64,
}

/// A process to be created.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProcess")]
pub struct NewDefinition {
    /// Its short name: small letters, digits, `-` and `_`, unique in the company.
    pub key: String,
    /// Its name in Chinese.
    pub label_zh: String,
    /// Its name in English.
    pub label_en: String,
    /// The kind of object whose records it runs for, such as `ticket`; absent for any.
    pub object: Option<String>,
    /// The type of these records, such as `repair`; absent for every type.
    pub object_type: Option<String>,
    /// The BPMN 2.0 file; absent for one with a start and an end.
    pub draft: Option<String>,
}

/// A change of a process.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ProcessChange")]
pub struct DefinitionChange {
    /// Its name in Chinese.
    pub label_zh: Change<String>,
    /// Its name in English.
    pub label_en: Change<String>,
    /// The kind of object whose records it runs for.
    pub object: Change<String>,
    /// The type of these records.
    pub object_type: Change<String>,
    /// The BPMN 2.0 file.
    pub draft: Change<String>,
}

/// Something to know about an element of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessFinding")]
pub struct Finding {
    /// The element's BPMN id; absent when it is about the file as a whole.
    pub element: Option<String>,
    /// Stable code, such as `gateway-without-default`.
    pub rule: String,
    /// What it is and what to do.
    pub reason: String,
}

impl From<Found> for Finding {
    fn from(found: Found) -> Self {
        Self { element: found.element, rule: found.rule, reason: found.reason }
    }
}

/// Whether a draft could be published.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ProcessVerdict")]
pub struct Verdict {
    /// Whether nothing speaks against it.
    pub sound: bool,
    /// What speaks against it.
    pub refusals: Vec<Finding>,
    /// What is allowed but doubtful.
    pub warnings: Vec<Finding>,
}

/// What is said when a draft is published.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PublishProcess")]
pub struct PublishBody {
    /// What changed.
    pub note: Option<String>,
}

/// Which version comes back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RollBackProcess")]
pub struct RollBackBody {
    /// Its number.
    pub number: i64,
    /// Why.
    pub note: Option<String>,
}

/// A version with its file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "ProcessVersionWithFile")]
pub struct VersionView {
    /// The version.
    #[serde(flatten)]
    pub version: PublishedVersion,
    /// Its BPMN 2.0 file.
    pub xml: String,
}

/// An instance to be started.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProcessInstance")]
pub struct NewInstance {
    /// The process; its version in force is started.
    pub definition_id: Uuid,
    /// The BPMN id of the process inside the file, where it has several.
    pub process_id: Option<String>,
    /// The kind of object it is to run for; absent when for none.
    pub object: Option<String>,
    /// The record it is to run for.
    pub object_id: Option<Uuid>,
    /// Its first variables.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
}

/// Variables to be written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProcessVariables")]
pub struct VariablesBody {
    /// By name.
    pub variables: BTreeMap<String, Value>,
}

/// What came of a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "CompleteProcessTask")]
pub struct CompleteBody {
    /// Variables for the process.
    pub variables: BTreeMap<String, Value>,
}

/// Who gets a task.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DelegateProcessTask")]
pub struct DelegateBody {
    /// The user.
    pub user_id: Uuid,
}

/// How to go on behind an element.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "SkipIncident")]
pub struct SkipBody {
    /// The BPMN id of the flow to take, where a gateway could not choose one.
    pub flow: Option<String>,
}

/// A message for whoever waits for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProcessMessage")]
pub struct MessageBody {
    /// Its name in the process.
    pub name: String,
    /// What it is about, such as an order's id.
    pub key: Option<Value>,
    /// What it carries.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
    /// How long it is kept if nobody waits for it yet, at most 30 days.
    #[serde(default)]
    #[schemars(range(min = 0, max = 2_592_000))]
    pub keep_seconds: u32,
    /// An id by which a second one is recognised and not taken, for 30 days.
    pub message_id: Option<String>,
}

/// What became of a message: `correlated`, `buffered`, `unmatched` or `duplicate`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessMessageAnswer")]
pub struct MessageAnswer {
    /// `correlated`, `buffered`, `unmatched` or `duplicate`.
    pub delivery: String,
}

/// A signal for all that wait for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProcessSignal")]
pub struct SignalBody {
    /// Its name in the process.
    pub name: String,
    /// What it carries.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
}

/// Whom a signal reaches.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessSignalAnswer")]
pub struct SignalAnswer {
    /// How many waits and start events hear it.
    pub heard: usize,
}

/// To which version an instance is to go.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MigrateInstance")]
pub struct MigrateBody {
    /// The number of a version of the same process.
    pub number: i64,
    /// Elements whose id is not the same there: old id to new id.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
}

/// What a migration does, or why it cannot be done.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessMigration")]
pub struct MigrationView {
    /// Whether everything has its place.
    pub possible: bool,
    /// Active elements, each with its BPMN id before and after.
    pub moves: Vec<[String; 2]>,
    /// Events that the other version does not have.
    pub closed: Vec<String>,
    /// What has no place there.
    pub refusals: Vec<Finding>,
}

impl From<MigrationReport> for MigrationView {
    fn from(report: MigrationReport) -> Self {
        Self {
            possible: report.refusals.is_empty(),
            moves: report.moves.into_iter().map(|moved| [moved.from, moved.to]).collect(),
            closed: report.closed,
            refusals: report
                .refusals
                .into_iter()
                .map(|found| Finding { element: Some(found.from), rule: found.rule, reason: found.reason })
                .collect(),
        }
    }
}

/// An element at which an instance stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActiveElement {
    /// Its number in the instance.
    pub element: u64,
    /// Its BPMN id.
    pub node: String,
    /// What it is called.
    pub name: String,
    /// Why it stopped, if it did.
    pub incident: Option<String>,
}

/// An element at which an instance has been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VisitedElement {
    /// Its BPMN id.
    pub node: String,
    /// How often.
    pub times: u32,
    /// When it was entered first.
    pub first_at: kernel::Timestamp,
    /// When it was left last; absent while it has not been left.
    pub left_at: Option<kernel::Timestamp>,
}

/// Something an instance waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessWait")]
pub struct OpenWait {
    /// The BPMN id of the event.
    pub node: String,
    /// `timer`, `message`, `signal` or `condition`.
    pub kind: String,
    /// The name of the message or signal.
    pub name: Option<String>,
    /// When a timer is due.
    pub due_at: Option<kernel::Timestamp>,
}

/// An instance with where it is and has been.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessInstanceDetail")]
pub struct InstanceDetail {
    /// The instance.
    #[serde(flatten)]
    pub instance: InstanceView,
    /// Its variables.
    pub variables: BTreeMap<String, Value>,
    /// Where it is.
    pub active: Vec<ActiveElement>,
    /// What it waits for.
    pub waits: Vec<OpenWait>,
    /// Where it has been, in the order of the first visit; the first 1,000 steps count.
    pub visited: Vec<VisitedElement>,
}

impl HasVersion for InstanceDetail {
    fn version(&self) -> i64 {
        self.instance.version
    }
}

/// Variables of a body as the engine takes them.
pub(crate) fn variables(given: BTreeMap<String, Value>) -> Result<Variables, Invalid> {
    if given.len() > MOST_VARIABLES {
        let message = format!("Send at most {MOST_VARIABLES} variables.");
        return Err(Invalid(vec![FieldError::new("/variables", "too_many", message)]));
    }
    let wrong = given.keys().find(|name| name.is_empty() || name.chars().count() > 100);
    if let Some(name) = wrong {
        let pointer = format!("/variables/{}", name.replace('~', "~0").replace('/', "~1"));
        return Err(Invalid(vec![FieldError::new(pointer, "invalid_name", "Name it with 1 to 100 characters.")]));
    }
    Ok(given.into_iter().collect())
}

/// The name of a message or signal.
pub(crate) fn event_name(name: &str) -> Result<String, Invalid> {
    let mut checks = Checks::new();
    let name = checks.name("/name", name);
    checks.finish()?;
    Ok(name)
}

fn file(checks: &mut Checks, text: &str) {
    if text.len() > LARGEST_FILE {
        checks.refuse("/draft", "too_long", format!("The file has {} bytes; {LARGEST_FILE} are the most.", text.len()));
    }
}

fn word(checks: &mut Checks, pointer: &str, text: Option<String>) -> Option<String> {
    let text = checks.line(pointer, text)?;
    let fits = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ':'));
    if !fits || text.len() > 60 {
        checks.refuse(pointer, "invalid_key", "Write a key of small letters, digits, `_`, `-` and `:`.");
    }
    Some(text)
}

impl NewDefinition {
    /// Checked and trimmed.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        let mut checks = Checks::new();
        self.label_zh = checks.name("/label_zh", &self.label_zh);
        self.label_en = checks.name("/label_en", &self.label_en);
        match word(&mut checks, "/key", Some(std::mem::take(&mut self.key))) {
            Some(key) => self.key = key,
            None => checks.refuse("/key", "required", "This may not be empty."),
        }
        self.object = word(&mut checks, "/object", self.object.take());
        self.object_type = word(&mut checks, "/object_type", self.object_type.take());
        if let Some(text) = &self.draft {
            file(&mut checks, text);
        }
        checks.finish()?;
        Ok(self)
    }

    /// The file to begin with.
    pub(crate) fn file(&self) -> String {
        self.draft.clone().unwrap_or_else(|| {
            let id: String = self.key.chars().map(|c| if c == ':' { '_' } else { c }).collect();
            format!(
                r#"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:aftersail="urn:aftersail:bpmn:1" id="definitions" targetNamespace="urn:aftersail">
  <process id="p_{id}" isExecutable="true">
    <startEvent id="start"/>
    <endEvent id="end"/>
    <sequenceFlow id="flow" sourceRef="start" targetRef="end"/>
  </process>
</definitions>
"#
            )
        })
    }
}

impl DefinitionChange {
    /// The process as it is afterwards.
    pub(crate) fn apply(self, before: &Definition) -> Result<Definition, Invalid> {
        let mut checks = Checks::new();
        let mut after = before.clone();
        self.label_zh.require(&mut after.label_zh, "/label_zh", &mut checks);
        self.label_en.require(&mut after.label_en, "/label_en", &mut checks);
        self.draft.require(&mut after.draft, "/draft", &mut checks);
        self.object.apply(&mut after.object);
        self.object_type.apply(&mut after.object_type);
        after.label_zh = checks.name("/label_zh", &after.label_zh);
        after.label_en = checks.name("/label_en", &after.label_en);
        after.object = word(&mut checks, "/object", after.object.take());
        after.object_type = word(&mut checks, "/object_type", after.object_type.take());
        file(&mut checks, &after.draft);
        checks.finish()?;
        Ok(after)
    }
}

/// What a list without filter and search is asked for.
pub(crate) fn plain(params: &ListParams, conditions: Vec<Fragment>) -> Result<ListQuery, Problem> {
    if params.filter.is_some() {
        return Err(Problem::bad_parameter("/query/filter", "This list takes no filter."));
    }
    if params.q.is_some() {
        return Err(Problem::bad_parameter("/query/q", "This list cannot be searched."));
    }
    Ok(params.query(conditions))
}
