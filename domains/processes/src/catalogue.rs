//! What can be done by itself, and what each action asks for: one catalogue for processes, rules and programs.

use std::sync::Arc;

use db::{Db, DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::{Context, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use bpmn::state::Variables;

use crate::Runtime;

db::choice! {
    /// What an input takes, and so how it is asked for.
    pub enum InputKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// Yes or no.
        Boolean = "boolean",
        /// One of the input's choices.
        Choice = "choice",
        /// The key of a field of the record.
        Field = "field",
        /// A value for the field that another input names.
        Value = "value",
        /// The id of a user.
        User = "user",
        /// The id of a team.
        Team = "team",
        /// The key of a role.
        Role = "role",
        /// An address that begins with `https://` or `http://`.
        Url = "url",
        /// A duration such as `PT2H`.
        Duration = "duration",
        /// The BPMN id of a published process.
        Process = "process",
        /// The id of a webhook.
        Webhook = "webhook",
    }
}

/// One of the values an input takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ActionChoice")]
pub struct Choice {
    /// As it is written.
    pub value: String,
    /// In Chinese.
    pub label_zh: String,
    /// In English.
    pub label_en: String,
}

/// Something an action asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ActionInput")]
pub struct Input {
    /// How it is written.
    pub name: String,
    /// In Chinese.
    pub label_zh: String,
    /// In English.
    pub label_en: String,
    /// What it takes.
    pub kind: InputKind,
    /// Whether the action cannot do without it.
    pub required: bool,
    /// What is to be chosen from, for [`InputKind::Choice`].
    pub choices: Vec<Choice>,
}

impl Input {
    /// An input that may be left out.
    pub fn new(name: &str, kind: InputKind, label_zh: &str, label_en: &str) -> Self {
        Self {
            name: name.to_owned(),
            label_zh: label_zh.to_owned(),
            label_en: label_en.to_owned(),
            kind,
            required: false,
            choices: Vec::new(),
        }
    }

    /// The same, but it must be given.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with what is to be chosen from: value, Chinese, English.
    #[must_use]
    pub fn choices(mut self, choices: &[(&str, &str, &str)]) -> Self {
        let choice = |(value, zh, en): &(&str, &str, &str)| Choice {
            value: (*value).to_owned(),
            label_zh: (*zh).to_owned(),
            label_en: (*en).to_owned(),
        };
        self.choices = choices.iter().map(choice).collect();
        self
    }

    /// Says what is wrong with a value, if anything.
    pub fn fault(&self, value: &Value) -> Option<String> {
        let text = value.as_str();
        let fits = match self.kind {
            InputKind::Text | InputKind::LongText => text.is_some() || value.is_number() || value.is_boolean(),
            InputKind::Field | InputKind::Role | InputKind::Process => text.is_some_and(|text| !text.is_empty()),
            InputKind::Value => true,
            InputKind::Number => value.is_number(),
            InputKind::Boolean => value.is_boolean(),
            InputKind::Choice => self.choices.iter().any(|choice| text == Some(choice.value.as_str())),
            InputKind::User | InputKind::Team | InputKind::Webhook => {
                text.is_some_and(|text| Uuid::parse_str(text).is_ok())
            }
            InputKind::Url => text.is_some_and(|text| text.starts_with("https://") || text.starts_with("http://")),
            InputKind::Duration => {
                text.and_then(|text| text.parse::<jiff::Span>().ok()).is_some_and(jiff::Span::is_positive)
            }
        };
        if fits {
            return None;
        }
        let wanted = match self.kind {
            InputKind::Number => "a number".to_owned(),
            InputKind::Boolean => "`true` or `false`".to_owned(),
            InputKind::Choice => {
                let values: Vec<&str> = self.choices.iter().map(|choice| choice.value.as_str()).collect();
                format!("one of {}", values.join(", "))
            }
            InputKind::User => "the id of a user".to_owned(),
            InputKind::Team => "the id of a team".to_owned(),
            InputKind::Webhook => "the id of a webhook".to_owned(),
            InputKind::Url => "an address that begins with https:// or http://".to_owned(),
            InputKind::Duration => "a duration such as PT2H".to_owned(),
            _ => "a text".to_owned(),
        };
        Some(format!("`{}` takes {wanted}.", self.name))
    }

    /// A written value as this input takes it.
    pub(crate) fn read(&self, text: &str) -> Value {
        let parsed = || serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        match self.kind {
            InputKind::Number | InputKind::Boolean | InputKind::Value => parsed(),
            _ => Value::String(text.to_owned()),
        }
    }
}

/// How an action is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ActionFace")]
pub struct Face {
    /// In Chinese.
    pub label_zh: String,
    /// In English.
    pub label_en: String,
    /// The kind of object it is done to; absent when it needs none.
    pub object: Option<String>,
    /// What it asks for, in order.
    pub inputs: Vec<Input>,
}

impl Face {
    /// An action on records of this kind, or on none.
    pub fn new(object: Option<&str>, label_zh: &str, label_en: &str, inputs: Vec<Input>) -> Self {
        Self { label_zh: label_zh.to_owned(), label_en: label_en.to_owned(), object: object.map(str::to_owned), inputs }
    }
}

/// Something that is done in the database alone, in the transaction that goes on behind it: once, whatever crashes.
pub trait Action: Send + Sync {
    /// How it is shown and what it asks for.
    fn face(&self) -> Face;

    /// Does it; answers variables for whoever asked. What it wrote is undone when it fails.
    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>>;
}

/// Something that is done outside, such as a call to another system. It may happen again after a crash:
/// [`ActionRun::key`] is the same then.
pub trait Errand: Send + Sync {
    /// How it is shown and what it asks for.
    fn face(&self) -> Face;

    /// Does it; answers variables for whoever asked.
    fn run<'a>(&'a self, db: &'a Db, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>>;
}

/// An entry of the catalogue.
#[derive(Clone)]
pub enum Deed {
    /// Done in the transaction.
    Within(Arc<dyn Action>),
    /// Done outside.
    Outside(Arc<dyn Errand>),
}

impl std::fmt::Debug for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.face().label_en)
    }
}

impl Deed {
    /// How it is shown and what it asks for.
    pub fn face(&self) -> Face {
        match self {
            Self::Within(action) => action.face(),
            Self::Outside(errand) => errand.face(),
        }
    }
}

/// One time that something is to be done.
#[derive(Debug, Clone)]
pub struct ActionRun {
    /// The platform acting for the company.
    pub cx: Context,
    /// What starts and ends processes.
    pub runtime: Runtime,
    /// What asks for it, by its id: a process instance or a rule.
    pub asked_by: Uuid,
    /// The kind of object it is done to.
    pub object: Option<String>,
    /// The record it is done to.
    pub object_id: Option<Uuid>,
    /// What was given for its inputs.
    pub inputs: Variables,
    /// The variables of whoever asks.
    pub variables: Variables,
    /// The same on every try, for systems that are to recognise a repetition.
    pub key: String,
}

impl ActionRun {
    /// The text of an input; empty when it was not given.
    pub fn text(&self, name: &str) -> String {
        match self.inputs.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    /// The id in an input.
    pub fn id(&self, name: &str) -> Option<Uuid> {
        Uuid::parse_str(self.inputs.get(name)?.as_str()?).ok()
    }

    /// The record as conditions see it; none when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn seen(&self, db: &Db) -> Result<Option<Variables>, DbError> {
        let (Some(object), Some(id)) = (&self.object, self.object_id) else { return Ok(None) };
        let Some(subject) = self.runtime.setting().subject(object) else { return Ok(None) };
        db.write(&self.cx, async move |tx: &mut Tx<'_>| subject.record(tx, id).await).await
    }

    /// The record, which must be of this kind.
    ///
    /// # Errors
    /// There is none, or it is of another kind.
    pub fn record(&self, object: &str) -> Result<Uuid, ActError> {
        match self.object_id {
            Some(id) if self.object.as_deref() == Some(object) => Ok(id),
            _ => Err(ActError::Failed(format!("this step needs a {object}, and there is none; start it for one"))),
        }
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// Trying again later may help; after the last try somebody has to look.
    #[error("{0}")]
    Retry(String),
    /// Somebody has to look.
    #[error("{0}")]
    Failed(String),
    /// An error that the process can catch, by its code.
    #[error("the process error {0}")]
    Thrown(String),
    /// The database could not; trying again later may help.
    #[error(transparent)]
    Db(#[from] DbError),
}
