//! Scopes: opening the inside of a process or sub-process, completing it, replacing its flow.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use crate::effect::Effect;
use crate::model::{BodyId, EventSubProcess, NodeId};
use crate::state::{Inside, Key, Scope, Status, Variables, Work};

impl Scope {
    pub(crate) fn new(inside: Inside, owner: Option<Key>) -> Self {
        Self {
            inside,
            owner,
            elements: BTreeSet::new(),
            tokens: 0,
            round: 0,
            waiting: BTreeMap::new(),
            waits: Vec::new(),
            locals: Variables::new(),
            interrupted: false,
            completed: Vec::new(),
        }
    }
}

impl Run<'_> {
    /// Opens the inside of a sub-process, or of the process, where it begins.
    pub(super) fn open_body(&mut self, owner: Option<Key>, body: BodyId) {
        let first = self.process.body(body).first.clone();
        self.open_body_at(owner, body, &first);
    }

    /// Opens a scope with one token at each of the nodes.
    pub(super) fn open_body_at(&mut self, owner: Option<Key>, body: BodyId, first: &[NodeId]) {
        let scope = self.new_scope(owner, body);
        if let Some(found) = self.scope_mut(scope) {
            found.tokens = first.len() as u32;
        }
        self.open_event_sub_processes(scope, body);
        let Some(found) = self.state.scopes.get(&scope) else { return };
        if found.interrupted {
            return;
        }
        let round = found.round;
        if first.is_empty() {
            self.consume(scope, 0);
        }
        for node in first {
            // What an earlier one did may have ended or replaced the scope.
            if self.state.scopes.get(&scope).is_some_and(|scope| scope.round == round) {
                self.enter(*node, scope);
            }
        }
    }

    /// Opens the process with one token that leaves a node.
    pub(super) fn open_root_behind(&mut self, node: NodeId) {
        let scope = self.new_scope(None, BodyId(0));
        if let Some(found) = self.scope_mut(scope) {
            found.tokens = 1;
        }
        self.open_event_sub_processes(scope, BodyId(0));
        if self.state.scopes.get(&scope).is_some_and(|scope| !scope.interrupted) {
            self.pass(node, scope);
        }
    }

    fn new_scope(&mut self, owner: Option<Key>, body: BodyId) -> Key {
        let scope = self.state.key();
        self.state.scopes.insert(scope, Scope::new(Inside::Body(body), owner));
        if let Some(owner) = owner
            && let Some(element) = self.element_mut(owner)
        {
            element.inside.insert(scope);
        }
        scope
    }

    /// Its last token is gone: the scope is done.
    pub(super) fn complete_scope(&mut self, key: Key) {
        let Some(scope) = self.state.scopes.remove(&key) else { return };
        for wait in &scope.waits {
            self.close_wait(*wait);
        }
        let Some(owner) = scope.owner else {
            self.end(Status::Completed);
            return;
        };
        let Some(element) = self.element_mut(owner) else { return };
        element.inside.remove(&key);
        match element.work {
            // A scope that was opened again for its compensation event sub-process.
            Work::Compensate { .. } => self.compensate_next(owner),
            _ => {
                if self.is_event_sub_process(owner) {
                    self.event_sub_process_done(owner);
                } else {
                    self.complete(owner, scope.completed);
                }
            }
        }
    }

    fn is_event_sub_process(&self, element: Key) -> bool {
        self.element(element).is_some_and(|element| match self.node(element.node).kind {
            crate::model::NodeKind::SubProcess { body } => self.process.body(body).is_event_sub_process,
            _ => false,
        })
    }

    fn event_sub_process_done(&mut self, key: Key) {
        if let Some(element) = self.remove_element(key, false) {
            self.consume(element.scope, 1);
        }
    }

    /// Starts an event sub-process; an interrupting one replaces the flow of its scope.
    pub(super) fn start_event_sub_process(&mut self, scope: Key, started: EventSubProcess) {
        if started.interrupting {
            self.clear_scope(scope, None);
            let Some(found) = self.scope_mut(scope) else { return };
            found.interrupted = true;
            let waits = std::mem::take(&mut found.waits);
            for wait in waits {
                self.close_wait(wait);
            }
        }
        self.run_event_sub_process(scope, started);
    }

    /// One more token of the scope runs the event sub-process.
    pub(super) fn run_event_sub_process(&mut self, scope: Key, started: EventSubProcess) {
        let Some(found) = self.scope_mut(scope) else { return };
        found.tokens += 1;
        let key = self.new_element(started.node, scope, Work::Body);
        self.open_body_at(Some(key), started.body, &[started.start]);
    }

    /// The instance ends.
    pub(super) fn end(&mut self, status: Status) {
        self.state.status = status.clone();
        self.agenda.clear();
        self.changed.clear();
        self.effects.push(Effect::End { status });
    }
}
