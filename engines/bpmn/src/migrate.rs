//! Taking a running instance to another version of its process: planned first, then all or nothing.
//!
//! Every live element, waiting token, wait and completed activity of the instance must have its place in the new version.
//! Nodes keep their place by id, unless the caller maps them elsewhere. Events that the new version adds to what is active
//! open; events it no longer has are closed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::effect::Effect;
use crate::language::Surroundings;
use crate::model::{BodyId, FlowId, NodeId, NodeKind, Process, Repeat, Trigger};
use crate::state::{Awaits, Completed, Inside, Instance, Key, Waiter, Work};
use crate::step::open_new_events;

/// Where nodes go whose id is not the same in the new version: old id to new id.
pub type Mapping = BTreeMap<String, String>;

/// What a migration would do, or why it cannot be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationReport {
    /// Live elements with the ids of their nodes before and after.
    pub moves: Vec<Moved>,
    /// Events that the new version no longer has, by their old id.
    pub closed: Vec<String>,
    /// What has no place in the new version.
    pub refusals: Vec<NotMoved>,
}

/// A live element that goes to a node of the new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The element.
    pub element: Key,
    /// Id of its node before.
    pub from: String,
    /// Id of its node after.
    pub to: String,
}

/// Something that has no place in the new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMoved {
    /// Id of the node or flow in the old version.
    pub from: String,
    /// Stable code, such as `not-mapped`.
    pub rule: String,
    /// What to do about it.
    pub reason: String,
}

/// Says what a migration would do, and changes nothing.
pub fn plan_migration(old: &Process, new: &Process, state: &Instance, mapping: &Mapping) -> MigrationReport {
    let mut plan = Plan { old, new, mapping, report: MigrationReport::default(), gone: BTreeSet::new() };
    let mut copy = state.clone();
    plan.rewrite(&mut copy);
    plan.report
}

/// Takes an instance to another version of its process.
///
/// # Errors
/// The report when anything has no place there; the instance has not changed then.
pub fn migrate(
    old: &Process,
    new: &Process,
    version: u32,
    state: &mut Instance,
    mapping: &Mapping,
    now: i64,
    around: &dyn Surroundings,
) -> Result<(MigrationReport, Vec<Effect>), MigrationReport> {
    let mut plan = Plan { old, new, mapping, report: MigrationReport::default(), gone: BTreeSet::new() };
    let mut moved = state.clone();
    plan.rewrite(&mut moved);
    if !plan.report.refusals.is_empty() {
        return Err(plan.report);
    }
    moved.process.clone_from(&new.id);
    moved.version = version;
    let effects = open_new_events(new, &mut moved, &plan.gone, now, around);
    *state = moved;
    Ok((plan.report, effects))
}

struct Plan<'a> {
    old: &'a Process,
    new: &'a Process,
    mapping: &'a Mapping,
    report: MigrationReport,
    /// Waits of events that the new version no longer has.
    gone: BTreeSet<Key>,
}

impl Plan<'_> {
    fn rewrite(&mut self, state: &mut Instance) {
        if !state.is_running() {
            self.refuse(&self.old.id, "not-running", "the instance has ended; there is nothing to take along".into());
            return;
        }
        for scope in state.scopes.values_mut() {
            if let Inside::Body(body) = &mut scope.inside {
                *body = self.body(*body);
            }
            let waiting = std::mem::take(&mut scope.waiting);
            scope.waiting = waiting.into_iter().map(|(flow, tokens)| (self.flow(flow), tokens)).collect();
            self.completed(&mut scope.completed);
        }
        let bodies: BTreeMap<Key, Inside> = state.scopes.iter().map(|(key, scope)| (*key, scope.inside)).collect();
        for (key, element) in &mut state.elements {
            let from = self.old.node(element.node);
            let to = self.node(element.node);
            let Some(to) = to else { continue };
            let target = self.new.node(to);
            if bodies
                .get(&element.scope)
                .is_some_and(|inside| matches!(inside, Inside::Body(body) if *body != target.body))
            {
                self.refuse(
                    &from.id,
                    "other-scope",
                    format!("`{}` stands in another scope; map it to a node of the same one", target.id),
                );
            }
            self.report.moves.push(Moved { element: *key, from: from.id.clone(), to: target.id.clone() });
            element.node = to;
            match &mut element.work {
                Work::Compensate { left, .. } => self.completed(left),
                Work::Many(many) => self.completed(&mut many.inside),
                Work::Loop { inside, .. } => self.completed(inside),
                _ => {}
            }
        }
        for (key, wait) in &mut state.waits {
            self.wait(*key, wait);
        }
    }

    /// The node's place in the new version, if it is of the same kind there.
    fn node(&mut self, id: NodeId) -> Option<NodeId> {
        let from = self.old.node(id);
        let name = self.mapping.get(&from.id).unwrap_or(&from.id);
        let Some(to) = self.new.find(name) else {
            self.refuse(
                &from.id,
                "not-mapped",
                format!("the new version has no `{name}`; map it to a node that takes its place"),
            );
            return None;
        };
        let target = self.new.node(to);
        if kind(&from.kind) != kind(&target.kind) || repeats(from.repeat.as_ref()) != repeats(target.repeat.as_ref()) {
            self.refuse(
                &from.id,
                "other-kind",
                format!("`{name}` is {} in the new version; map it to {}", kind(&target.kind), kind(&from.kind)),
            );
            return None;
        }
        Some(to)
    }

    fn body(&mut self, body: BodyId) -> BodyId {
        let Some(owner) = self.old.body(body).owner else { return BodyId(0) };
        match self.node(owner).map(|owner| &self.new.node(owner).kind) {
            Some(NodeKind::SubProcess { body }) => *body,
            _ => body,
        }
    }

    /// A flow on which tokens wait: the one with its id, or the only one between the same nodes.
    fn flow(&mut self, id: FlowId) -> FlowId {
        let from = self.old.flow(id);
        let (Some(source), Some(target)) = (self.node(from.source), self.node(from.target)) else { return id };
        let fits = |flow: &FlowId| self.new.flow(*flow).target == target;
        let same = self.new.find_flow(&from.id).filter(fits);
        let found = same.or_else(|| {
            let mut between =
                self.new.node(target).incoming.iter().copied().filter(|flow| self.new.flow(*flow).source == source);
            between.next().filter(|_| between.next().is_none())
        });
        found.unwrap_or_else(|| {
            let name = from.id.clone();
            self.refuse(
                &name,
                "token-on-flow",
                "a token waits at the end of this flow, which the new version does not have; let it go on first".into(),
            );
            id
        })
    }

    fn completed(&mut self, completed: &mut Vec<Completed>) {
        for entry in completed {
            if let Some(to) = self.node(entry.node) {
                entry.node = to;
            }
            self.completed(&mut entry.inside);
        }
    }

    fn wait(&mut self, key: Key, wait: &mut crate::state::Wait) {
        let from = self.old.node(wait.node);
        let name = self.mapping.get(&from.id).unwrap_or(&from.id);
        let optional = matches!(wait.of, Waiter::Boundary(_) | Waiter::Scope(_));
        if optional && self.new.find(name).is_none() {
            self.report.closed.push(from.id.clone());
            self.gone.insert(key);
            return;
        }
        let Some(to) = self.node(wait.node) else { return };
        if !matches!(wait.of, Waiter::Pause(_))
            && !fits(&wait.awaits, self.new.node(to).triggers().get(wait.trigger as usize))
        {
            self.refuse(
                &from.id,
                "other-event",
                format!(
                    "`{name}` waits for something else in the new version; keep what it waits for, or map it elsewhere"
                ),
            );
        }
        wait.node = to;
    }

    fn refuse(&mut self, from: &str, rule: &str, reason: String) {
        let refusal = NotMoved { from: from.to_owned(), rule: rule.to_owned(), reason };
        if !self.report.refusals.contains(&refusal) {
            self.report.refusals.push(refusal);
        }
    }
}

/// Whether a wait is one for this trigger.
fn fits(awaits: &Awaits, trigger: Option<&Trigger>) -> bool {
    match (awaits, trigger) {
        (Awaits::Timer(_), Some(Trigger::Timer(_))) | (Awaits::Condition { .. }, Some(Trigger::Condition(_))) => true,
        (Awaits::Message { name, .. }, Some(Trigger::Message(awaited)))
        | (Awaits::Signal { name }, Some(Trigger::Signal(awaited))) => name == awaited,
        _ => false,
    }
}

fn repeats(repeat: Option<&Repeat>) -> u8 {
    match repeat {
        None => 0,
        Some(Repeat::Many(many)) => 1 + u8::from(many.sequential),
        Some(Repeat::Loop(_)) => 3,
    }
}

/// The kind of a node in words; only like goes to like.
fn kind(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Start { .. } => "a start event",
        NodeKind::End { .. } => "an end event",
        NodeKind::Throw { .. } | NodeKind::Link { .. } => "a throw event",
        NodeKind::Catch { .. } => "a catch event",
        NodeKind::Boundary { .. } => "a boundary event",
        NodeKind::Exclusive => "an exclusive gateway",
        NodeKind::Parallel => "a parallel gateway",
        NodeKind::Inclusive(_) => "an inclusive gateway",
        NodeKind::EventBased => "an event-based gateway",
        NodeKind::Pass => "a plain task",
        NodeKind::User => "a user task",
        NodeKind::Job { .. } => "a task that is done outside",
        NodeKind::Script { .. } => "a script task",
        NodeKind::Send { .. } => "a send task",
        NodeKind::Receive { .. } => "a receive task",
        NodeKind::SubProcess { .. } => "a sub-process",
        NodeKind::Call { .. } => "a call activity",
    }
}
