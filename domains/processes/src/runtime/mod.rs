//! Runs instances durably: one command, one transaction.
//!
//! A command loads the instance (locked on PostgreSQL; SQLite has one writer), runs [`bpmn::step`], and writes state,
//! journal, waits, timers, tasks, incidents, events and what is to be said to others, all in the caller's transaction.
//! What goes to others stands in the outbox in the order in which it came about; [`Runtime::work_off`] does it one by one,
//! each in a transaction that also takes it out, so nothing is done twice and nothing is lost. Locks are taken from the
//! calling instance down to the called one, never upwards.

mod action;
mod deploy;
mod follow;
mod inputs;
mod message;
mod model;
mod outbox;
mod task;
mod timer;
mod write;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bpmn::{
    Command, Effect, Naming,
    language::{Language, Surroundings},
    model::NodeId,
    state::{Instance, Key, Variables, Work},
    step,
};
use db::{DbError, Query, Tx};
use jiff::tz::TimeZone;
use kernel::{TenantId, Uuid};
use serde_json::Value;

use crate::{
    ProcessError, Subject,
    catalogue::Deed,
    store::{definitions, instances},
};
pub use action::{handlers, recurring};
pub use deploy::Publication;
pub use follow::FollowRecords;
pub(crate) use instances::Live;
pub use message::NewMessage;
pub(crate) use model::findings;
pub use model::{Deployed, MessageKeys};
pub use timer::Timers;
use write::Order;

/// Models kept compiled at most; then the store starts anew.
const MOST_MODELS: usize = 500;

/// The deepest chain of processes that call each other.
const DEEPEST_CALL: i64 = 100;

/// The largest state of one instance, in bytes of JSON. Every step writes it whole.
pub const LARGEST_STATE: usize = 8 << 20;

/// What the runtime asks of whoever runs it: languages, keys of messages, actions.
pub trait Setting: Send + Sync + 'static {
    /// Understands the expressions and scripts of models.
    fn language(&self) -> &dyn Language;

    /// How messages and signals find each other.
    fn naming(&self) -> Naming {
        Naming::ByName
    }

    /// The world around an instance of this model that runs for this record, if for any.
    fn surroundings<'a>(&'a self, model: &'a Deployed, around: Around) -> Box<dyn Surroundings + 'a>;

    /// What does the service tasks that name this action.
    fn action(&self, name: &str) -> Option<Deed>;

    /// What is wrong with a status that a step sets.
    fn status_fault(&self, status: &str) -> Option<String> {
        let _ = status;
        None
    }

    /// What is known of records of this kind.
    fn subject(&self, object: &str) -> Option<Arc<dyn Subject>> {
        let _ = object;
        None
    }
}

/// What an instance has around it.
#[derive(Debug, Clone)]
pub struct Around {
    /// Where the company lives.
    pub zone: TimeZone,
    /// The record it runs for.
    pub record: Option<Uuid>,
}

struct Inner {
    setting: Arc<dyn Setting>,
    models: Mutex<HashMap<(TenantId, Uuid, i64), Arc<Deployed>>>,
}

/// Runs instances; cheap to clone. All it keeps in memory are compiled models, which it can make again.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runtime")
    }
}

/// What an instance is to be started with.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// BPMN id of the process; its version in force is started.
    pub process_id: String,
    /// The kind of object it runs for.
    pub object: Option<String>,
    /// The record it runs for.
    pub object_id: Option<Uuid>,
    /// Its first variables.
    pub variables: Variables,
}

/// Where a new instance comes from, besides what [`Start`] says.
#[derive(Debug, Clone, Copy, Default)]
struct Origin {
    event: Option<NodeId>,
    /// Calling instance, call activity, outermost instance, calls around it.
    parent: Option<(Uuid, Key, Uuid, i64)>,
}

/// An instance that is held until the transaction ends.
#[derive(Debug)]
pub(crate) struct Locked {
    live: Live,
    order: Order,
}

impl Locked {
    /// How many steps it has taken.
    pub(crate) fn version(&self) -> i64 {
        self.live.version
    }

    /// The BPMN id of its process.
    pub(crate) fn process(&self) -> &str {
        &self.live.state.process
    }

    /// Whether an element waits for its action.
    fn awaits_job(&self, element: Key) -> bool {
        self.live.state.elements.get(&element).is_some_and(|found| found.work == Work::Job)
    }
}

impl Runtime {
    /// Runs instances in this setting.
    pub fn new(setting: impl Setting) -> Self {
        Self(Arc::new(Inner { setting: Arc::new(setting), models: Mutex::default() }))
    }

    /// What it asks of its caller.
    pub fn setting(&self) -> &dyn Setting {
        &*self.0.setting
    }

    /// The compiled version, from memory or made now from its file.
    pub(crate) async fn model(
        &self,
        q: &mut impl Query,
        definition: Uuid,
        number: i64,
    ) -> Result<Arc<Deployed>, ProcessError> {
        let key = (q.cx().tenant(), definition, number);
        if let Some(known) = self.0.models.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let Some(xml) = definitions::xml(q, definition, number).await? else {
            return Err(ProcessError::NotFound("process version"));
        };
        let model = Deployed::read(self.setting(), definition, number, xml.as_bytes())
            .map_err(|findings| ProcessError::Unreadable(format!("version {number} of {definition}: {findings:?}")))?;
        let model = Arc::new(model);
        self.keep(key.0, Arc::clone(&model));
        Ok(model)
    }

    /// Keeps a compiled version.
    fn keep(&self, tenant: TenantId, model: Arc<Deployed>) {
        let mut kept = self.0.models.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_MODELS {
            kept.clear();
        }
        kept.insert((tenant, model.definition_id, model.number), model);
    }

    /// Where the company lives, as far as this model asks.
    async fn zone(&self, q: &mut impl Query, model: &Deployed) -> Result<TimeZone, DbError> {
        if !model.asks_for_zone {
            return Ok(TimeZone::UTC);
        }
        match identity::tenant_settings(q).await {
            Ok(company) => Ok(TimeZone::get(&company.zone).unwrap_or(TimeZone::UTC)),
            Err(DbError::NotFound) => Ok(TimeZone::UTC),
            Err(error) => Err(error),
        }
    }

    /// Starts an instance of the version in force; answers its id.
    pub async fn start(&self, tx: &mut Tx<'_>, start: Start) -> Result<Uuid, ProcessError> {
        let mut order = Order::take(tx).await?;
        self.start_from(tx, &mut order, start, Origin::default()).await
    }

    async fn start_from(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        start: Start,
        origin: Origin,
    ) -> Result<Uuid, ProcessError> {
        let Some((definition, number)) = definitions::deployed(tx, &start.process_id).await? else {
            return Err(ProcessError::NotPublished(start.process_id));
        };
        let model = self.model(tx, definition, number).await?;
        let cx = tx.cx().clone();
        let id = cx.new_id();
        let mut live = Live {
            id,
            version: 0,
            created_at: cx.now(),
            seq: order.next(),
            definition_id: definition,
            number,
            object: start.object,
            object_id: start.object_id,
            root_id: origin.parent.map_or(id, |(_, _, root, _)| root),
            parent: origin.parent.map(|(parent, call, _, _)| (parent, call)),
            depth: origin.parent.map_or(0, |(_, _, _, depth)| depth + 1),
            started_by: cx.user_id(),
            state: Instance::new(&start.process_id, number as u32),
        };
        let command = Command::Start { event: origin.event, variables: start.variables };
        let (effects, said) = self.step(tx, &model, &mut live, command).await?;
        self.write(tx, order, (live, &model), effects, said).await?;
        Ok(id)
    }

    /// Gives a command to an instance.
    ///
    /// # Errors
    /// What the instance refuses; nothing has changed then.
    pub async fn command(&self, tx: &mut Tx<'_>, id: Uuid, command: Command) -> Result<(), ProcessError> {
        let locked = self.lock(tx, id).await?;
        self.command_locked(tx, locked, command).await
    }

    /// Holds an instance until the transaction ends, so that what is looked at before a command still holds then.
    pub(crate) async fn lock(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Locked, ProcessError> {
        let (live, order) = instances::lock_in_order(tx, id).await?;
        let live = live.ok_or(ProcessError::NotFound("process instance"))?;
        Ok(Locked { live, order: Order::from(order) })
    }

    /// Gives a command to an instance that is held.
    pub(crate) async fn command_locked(
        &self,
        tx: &mut Tx<'_>,
        locked: Locked,
        command: Command,
    ) -> Result<(), ProcessError> {
        let Locked { live, mut order } = locked;
        self.command_to(tx, &mut order, live, command).await
    }

    async fn command_in(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        id: Uuid,
        command: Command,
    ) -> Result<(), ProcessError> {
        let live = instances::lock(tx, id).await?.ok_or(ProcessError::NotFound("process instance"))?;
        self.command_to(tx, order, live, command).await
    }

    /// The same for an instance that is locked already.
    async fn command_to(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        mut live: Live,
        command: Command,
    ) -> Result<(), ProcessError> {
        let model = self.model(tx, live.definition_id, live.number).await?;
        let (effects, said) = self.step(tx, &model, &mut live, command).await?;
        self.write(tx, order, (live, &model), effects, said).await
    }

    /// Runs the pure step over the record as it is now; answers also the command as the journal keeps it.
    async fn step(
        &self,
        tx: &mut Tx<'_>,
        model: &Deployed,
        live: &mut Live,
        mut command: Command,
    ) -> Result<(Vec<Effect>, String), ProcessError> {
        let mut said = serde_json::to_value(&command).unwrap_or_default();
        if let Some((name, record)) = self.record(tx, model, live).await? {
            if live.state.variables.get(&name) != Some(&record) {
                said["record"] = record.clone();
            }
            match &mut command {
                Command::Start { variables, .. } => variables.insert(name, record),
                _ => live.state.variables.insert(name, record),
            };
        }
        let zone = self.zone(tx, model).await?;
        let now = tx.cx().now().micros();
        let process = model
            .process(&live.state.process)
            .ok_or_else(|| ProcessError::Unreadable(format!("there is no process {}", live.state.process)))?;
        let around = self.setting().surroundings(model, Around { zone, record: live.object_id });
        Ok((step(process, &mut live.state, command, now, &*around)?, said.to_string()))
    }

    /// The record that an instance runs for, under the name its model calls it by, if it does.
    async fn record(
        &self,
        tx: &mut Tx<'_>,
        model: &Deployed,
        live: &Live,
    ) -> Result<Option<(String, Value)>, ProcessError> {
        let (Some(object), Some(id)) = (&live.object, live.object_id) else { return Ok(None) };
        if !model.names(object) {
            return Ok(None);
        }
        let Some(subject) = self.setting().subject(object) else { return Ok(None) };
        // A record that is gone stays as it was last seen.
        Ok(subject.record(tx, id).await?.map(|record| (object.clone(), Value::Object(record))))
    }
}
