//! What a step asks of the world, written in the transaction that stores the state.

use std::collections::{BTreeSet, VecDeque};

use bpmn::{
    Command, Effect, Mapping,
    model::{NodeId, NodeKind},
    state::{Key, Variables, Work},
};
use db::{DbError, Query as _, Stmt, Tx};
use events::NewEvent;
use jobs::NewJob;
use kernel::{Context, Uuid};
use serde_json::json;

use super::{Around, Deployed, LARGEST_STATE, Live, Runtime, action::process_actor, outbox::Item};
use crate::{
    Mark, ProcessError,
    model::{Incident, ProcessTaskStatus, Trace},
    store::{
        instances, outbox, tasks,
        tasks::NewTask,
        waits::{self, Kind},
    },
};

/// The job that works off the outbox of a tree of instances.
pub(crate) const WORK_OFF: &str = "processes.work_off";
/// The job that does a service task.
pub(crate) const ACT: &str = "processes.act";

/// Numbers of one transaction: they rise within it, and are never those of another.
#[derive(Debug)]
pub(crate) struct Order {
    next: i64,
}

impl Order {
    pub(crate) async fn take(tx: &mut Tx<'_>) -> Result<Self, DbError> {
        Ok(Self::from(instances::order(tx).await?))
    }

    /// The numbers of the transaction with this one.
    pub(crate) fn from(order: i64) -> Self {
        Self { next: order << 20 }
    }

    pub(crate) fn next(&mut self) -> i64 {
        self.next += 1;
        self.next
    }
}

/// What is gathered while the effects of a step are read.
struct Batch<'m> {
    cx: Context,
    live: Live,
    model: &'m Deployed,
    statements: Vec<Stmt<'static>>,
    trail: Vec<Trace>,
    called_off: VecDeque<Key>,
    says: bool,
    /// How far the record has come by this step.
    mark: Mark,
}

impl Batch<'_> {
    fn node(&self, id: NodeId) -> (String, String) {
        let node = self.model.process(&self.live.state.process).map(|process| process.node(id));
        node.map_or_else(Default::default, |node| (node.id.clone(), node.name.clone()))
    }

    fn is_user(&self, id: NodeId) -> bool {
        self.model
            .process(&self.live.state.process)
            .is_some_and(|process| matches!(process.node(id).kind, NodeKind::User))
    }

    /// A token came to an element that may say how far the record has come; the last one counts.
    fn reach(&mut self, node: &str) {
        let Some(mark) = self.model.marks.get(node) else { return };
        self.mark.stage = mark.stage.clone().or(self.mark.stage.take());
        self.mark.status = mark.status.clone().or(self.mark.status.take());
    }

    /// Puts something into the outbox.
    fn say(&mut self, place: (i64, i64), item: &Item) {
        self.says = true;
        self.statements.push(outbox::add(&self.cx, self.live.root_id, place, item.text()));
    }

    /// Something happened, also on the timeline of the record that the instance runs for.
    fn tell(&mut self, kind: &str, object: &str, id: Uuid, label: String, data: serde_json::Value) {
        let mut event = NewEvent::new(kind, object, id).label(label).data(data);
        if let (Some(object), Some(id)) = (&self.live.object, self.live.object_id) {
            event = event.parent(object, id);
        }
        self.statements.push(events::statement(&self.cx, &event));
    }
}

impl Runtime {
    /// Writes an instance after a step, with everything that the step asks for; then cancels what it called off.
    pub(super) async fn write(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        (live, model): (Live, &Deployed),
        effects: Vec<Effect>,
        said: String,
    ) -> Result<(), ProcessError> {
        let mut left: VecDeque<(Uuid, Key)> = self.write_one(tx, order, (live, model), effects, said, true).await?;
        // Instances that nobody waits for any more end in the same transaction, down to the last one they called.
        while let Some((parent, call)) = left.pop_front() {
            let Some(mut child) = instances::lock_called(tx, parent, call).await? else { continue };
            let model = self.model(tx, child.definition_id, child.number).await?;
            let (effects, said) = self.step(tx, &model, &mut child, Command::Cancel).await?;
            left.extend(self.write_one(tx, order, (child, &model), effects, said, false).await?);
        }
        Ok(())
    }

    /// `heard` says whether a calling instance still waits to hear of its end.
    async fn write_one(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        (mut live, model): (Live, &Deployed),
        effects: Vec<Effect>,
        said: String,
        heard: bool,
    ) -> Result<VecDeque<(Uuid, Key)>, ProcessError> {
        let new = live.version == 0;
        live.version += 1;
        let state = serde_json::to_string(&live.state).map_err(|error| ProcessError::Unreadable(error.to_string()))?;
        if state.len() > LARGEST_STATE {
            return Err(ProcessError::TooLarge(state.len()));
        }
        let cx = tx.cx().clone();
        let statements = vec![instances::write(&cx, &live, state, new)];
        let id = live.id;
        let mut batch = Batch {
            cx,
            live,
            model,
            statements,
            trail: Vec::new(),
            called_off: VecDeque::new(),
            says: false,
            mark: Mark::default(),
        };
        if new {
            let label = batch.live.state.process.clone();
            let data = json!({ "definition_id": batch.live.definition_id, "number": batch.live.number });
            batch.tell("process_instance.started", "process_instance", id, label, data);
        }
        let step = order.next();
        // Turns are taken in one order by everybody, or two steps could wait for each other.
        let names: BTreeSet<&String> = effects.iter().filter_map(awaited).collect();
        for name in names {
            waits::turn(tx, name).await?;
        }
        for effect in effects {
            self.effect(tx, order, &mut batch, effect, heard).await?;
        }
        let trail = serde_json::to_string(&batch.trail).unwrap_or_default();
        batch.statements.push(instances::note(&batch.cx, &batch.live, step, said, trail));
        if batch.says {
            let root = batch.live.root_id;
            batch.statements.push(jobs::statement(&batch.cx, &work_off(root)));
        }
        tx.execute_all(batch.statements).await?;
        self.mark(tx, &batch.live, &batch.mark).await?;
        Ok(batch.called_off.into_iter().map(|call| (id, call)).collect())
    }

    /// Writes how far the record of an instance has come.
    async fn mark(&self, tx: &mut Tx<'_>, live: &Live, mark: &Mark) -> Result<(), ProcessError> {
        let (Some(object), Some(id)) = (&live.object, live.object_id) else { return Ok(()) };
        let Some(subject) = self.setting().subject(object).filter(|_| *mark != Mark::default()) else {
            return Ok(());
        };
        let cx = tx.cx().with_actor(process_actor(live.definition_id, live.state.process.clone()));
        Ok(subject.mark(&mut tx.with_context(&cx), id, mark).await?)
    }

    async fn effect(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        batch: &mut Batch<'_>,
        effect: Effect,
        heard: bool,
    ) -> Result<(), ProcessError> {
        let id = batch.live.id;
        match effect {
            Effect::Entered { element, node } => {
                let (node, _) = batch.node(node);
                batch.reach(&node);
                batch.trail.push(Trace::Entered { node, element: element as i64 });
            }
            Effect::Left { element, node, cancelled } => {
                if batch.is_user(node) {
                    let status = if cancelled { ProcessTaskStatus::Withdrawn } else { ProcessTaskStatus::Completed };
                    batch.statements.push(tasks::close(&batch.cx, id, element, status));
                }
                let (node, _) = batch.node(node);
                batch.trail.push(Trace::Left { node, element: element as i64, cancelled });
            }
            Effect::Passed { node } => {
                let (node, _) = batch.node(node);
                batch.reach(&node);
                batch.trail.push(Trace::Passed { node });
            }
            Effect::Log { node, text } => {
                let (node, _) = batch.node(node);
                batch.trail.push(Trace::Said { node, text });
            }
            Effect::OpenTask { task, node } => self.open_task(tx, order, batch, task, node).await?,
            Effect::CloseTask { task } => {
                batch.statements.push(tasks::close(&batch.cx, id, task, ProcessTaskStatus::Withdrawn));
            }
            Effect::StartJob { job, .. } => {
                let payload = json!({ "instance": id, "element": job });
                let job = NewJob::new(ACT, payload).key(format!("{id}:{job}"));
                batch.statements.push(jobs::statement(&batch.cx, &job));
            }
            Effect::CancelJob { job } => {
                batch.statements.extend(jobs::cancel_statements(&batch.cx, ACT, &format!("{id}:{job}")));
            }
            Effect::SetTimer { wait, due } => {
                let seq = order.next();
                batch.statements.push(waits::set(&batch.cx, id, wait, due, seq));
            }
            Effect::ClearTimer { wait } => batch.statements.push(waits::clear(&batch.cx, id, wait)),
            Effect::AwaitMessage { wait, name, key } => {
                let key = key.map(|key| key.to_string());
                let seq = order.next();
                let kept = outbox::kept(tx, &name, key.as_ref()).await?.is_some();
                batch.statements.push(waits::open(&batch.cx, id, wait, (Kind::Message, name, key), seq));
                if kept {
                    batch.say((seq, 0), &Item::TakeMessage { instance: id, wait });
                }
            }
            Effect::AwaitSignal { wait, name } => {
                let seq = order.next();
                batch.statements.push(waits::open(&batch.cx, id, wait, (Kind::Signal, name, None), seq));
            }
            Effect::EndWait { wait } => batch.statements.push(waits::close(&batch.cx, id, wait)),
            Effect::ThrowMessage { name, key, variables, .. } => {
                let place = (order.next(), 0);
                batch.say(place, &Item::Message { name, key, variables });
            }
            Effect::ThrowSignal { element, name } => {
                // Whoever waits at this moment hears it: those of before, and what this step opened so far.
                tx.execute_all(std::mem::take(&mut batch.statements)).await?;
                let seq = order.next();
                let mut part = 0;
                for item in hearers(tx, &name, &Variables::new()).await? {
                    batch.say((seq, part), &item);
                    part += 1;
                }
                batch.say((seq, part), &Item::Resume { instance: id, element });
            }
            Effect::ThrowEscalation { element, code } => {
                let place = (order.next(), 0);
                let item = match batch.live.parent {
                    Some((parent, call)) => Item::Escalate { parent, call, code, instance: id, element },
                    None => Item::Resume { instance: id, element },
                };
                batch.say(place, &item);
            }
            Effect::CallProcess { call, process, variables } => {
                let place = (order.next(), 0);
                batch.say(place, &Item::Call { instance: id, call, process, variables });
            }
            Effect::CancelCall { call } => batch.called_off.push_back(call),
            Effect::RaiseIncident { element, node, code, message } => {
                Self::incident(batch, element, node, code, message);
            }
            Effect::ClearIncident { element } => batch.statements.push(tasks::clear(&batch.cx, id, element)),
            Effect::End { status } => {
                let label = batch.live.state.process.clone();
                let data = json!({ "status": batch.live.status().0.as_str() });
                batch.tell("process_instance.ended", "process_instance", id, label, data);
                if let Some((parent, call)) = batch.live.parent.filter(|_| heard) {
                    let variables = batch.live.state.variables.clone();
                    let place = (order.next(), 0);
                    batch.say(place, &Item::EndCall { parent, call, status, variables });
                }
            }
        }
        Ok(())
    }

    async fn open_task(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        batch: &mut Batch<'_>,
        element: Key,
        node: NodeId,
    ) -> Result<(), ProcessError> {
        let (node, name) = batch.node(node);
        let zone = self.zone(tx, batch.model).await?;
        let now = batch.cx.now();
        let rule = batch.model.tasks.get(&node);
        let assigned = rule.map(|rule| rule.assign(&batch.live, element, now, &zone)).unwrap_or_default();
        let task = NewTask {
            id: batch.cx.new_id(),
            instance: batch.live.id,
            element,
            seq: order.next(),
            name: if name.is_empty() { node.clone() } else { name },
            node,
            definition: batch.live.definition_id,
            object: batch.live.object.clone(),
            object_id: batch.live.object_id,
            assignee: assigned.assignee,
            due: assigned.due,
            users: assigned.users,
            teams: assigned.teams,
            roles: assigned.roles,
        };
        let data = json!({ "instance_id": task.instance, "node": task.node, "assignee_id": task.assignee });
        batch.tell("task.opened", "task", task.id, task.name.clone(), data);
        batch.statements.extend(tasks::open(&batch.cx, task));
        Ok(())
    }

    fn incident(batch: &mut Batch<'_>, element: Key, node: NodeId, code: String, message: String) {
        if batch.is_user(node) {
            // A task that stopped while leaving is done; any other is opened again when somebody retries.
            let done = batch.live.state.elements.get(&element).is_some_and(|found| found.work == Work::Leaving);
            let status = if done { ProcessTaskStatus::Completed } else { ProcessTaskStatus::Withdrawn };
            batch.statements.push(tasks::close(&batch.cx, batch.live.id, element, status));
        }
        let (node, name) = batch.node(node);
        batch.trail.push(Trace::Stopped { node: node.clone(), code: code.clone() });
        let incident = Incident {
            id: batch.cx.new_id(),
            created_at: batch.cx.now(),
            closed_at: None,
            instance_id: batch.live.id,
            element: element as i64,
            name: if name.is_empty() { node.clone() } else { name },
            node,
            definition_id: batch.live.definition_id,
            code,
            message,
        };
        batch.statements.push(tasks::raise(&batch.cx, &incident));
        let data = json!({ "node": incident.node, "code": incident.code });
        let label = batch.live.state.process.clone();
        batch.tell("process_instance.stopped", "process_instance", incident.instance_id, label, data);
    }

    /// Takes a running instance to another version of its process, all or nothing.
    pub(crate) async fn migrate(
        &self,
        tx: &mut Tx<'_>,
        mut live: Live,
        number: i64,
        mapping: &Mapping,
    ) -> Result<(), ProcessError> {
        let old = self.model(tx, live.definition_id, live.number).await?;
        let new = self.model(tx, live.definition_id, number).await?;
        let zone = self.zone(tx, &new).await?;
        let effects = {
            let (Some(from), Some(to)) = (old.process(&live.state.process), new.process(&live.state.process)) else {
                return Err(ProcessError::NotPublished(live.state.process));
            };
            let around = self.setting().surroundings(&new, Around { zone, record: live.object_id });
            let now = tx.cx().now().micros();
            let moved = bpmn::migrate(from, to, number as u32, &mut live.state, mapping, now, &*around);
            moved.map_err(ProcessError::NotMigrated)?.1
        };
        live.number = number;
        let mut order = Order::take(tx).await?;
        let said = json!({ "do": "migrate", "number": number, "mapping": mapping }).to_string();
        self.write(tx, &mut order, (live, &new), effects, said).await
    }
}

/// The name of a message that an instance begins to wait for.
fn awaited(effect: &Effect) -> Option<&String> {
    match effect {
        Effect::AwaitMessage { name, .. } => Some(name),
        _ => None,
    }
}

/// The job that works off the outbox of a tree of instances.
pub(super) fn work_off(root: Uuid) -> NewJob {
    NewJob::new(WORK_OFF, json!({ "root": root })).key(root.to_string())
}

/// What a signal does: to all that wait for it, then to start events of what is published.
pub(super) async fn hearers(tx: &mut Tx<'_>, name: &str, variables: &Variables) -> Result<Vec<Item>, DbError> {
    let waiting = waits::hearing(tx, name).await?;
    let starts = waits::starts(tx, Kind::Signal, name).await?;
    let heard =
        waiting.into_iter().map(|(instance, wait)| Item::Signal { instance, wait, variables: variables.clone() });
    let started = starts.into_iter().map(|(process, event)| Item::Start {
        process,
        event: NodeId(event),
        variables: variables.clone(),
    });
    Ok(heard.chain(started).collect())
}
