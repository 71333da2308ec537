//! Catching: intermediate events, event-based gateways, boundary events, event sub-processes.

use super::Run;
use crate::model::{NodeId, NodeKind};
use crate::state::{Inside, Key, Waiter, Work};

impl Run<'_> {
    /// A token stays at a catch event or event-based gateway.
    pub(super) fn catch(&mut self, id: NodeId, scope: Key) {
        let key = self.new_element(id, scope, Work::Catch);
        self.catch_again(key);
    }

    /// Opens what a catch event or event-based gateway waits for; also after an incident.
    pub(super) fn catch_again(&mut self, key: Key) {
        let Some(element) = self.element(key) else { return };
        let id = element.node;
        self.set_work(key, Work::Catch);
        let opened = match &self.node(id).kind {
            NodeKind::Catch { triggers, .. } | NodeKind::Receive { triggers } => {
                self.open_triggers(Waiter::Element(key), id, triggers)
            }
            NodeKind::EventBased => self.open_alternatives(key, id),
            _ => Ok(()),
        };
        if let Err(problem) = opened {
            if let Some(element) = self.element_mut(key) {
                element.work = Work::Beginning;
                for wait in std::mem::take(&mut element.waits) {
                    self.close_wait(wait);
                }
            }
            self.stop(key, problem);
        }
    }

    /// Opens every event behind an event-based gateway, until one of them has happened already.
    fn open_alternatives(&mut self, key: Key, gateway: NodeId) -> Result<(), crate::state::Incident> {
        for flow in &self.node(gateway).outgoing {
            let target = self.process.flow(*flow).target;
            if let NodeKind::Catch { triggers, .. } | NodeKind::Receive { triggers } = &self.node(target).kind
                && self.element(key).is_some()
            {
                self.open_triggers(Waiter::Element(key), target, triggers)?;
            }
        }
        Ok(())
    }

    /// A catch event, receive task or alternative of a gateway has what it waited for.
    pub(super) fn caught(&mut self, key: Key, wait: Key, node: NodeId) {
        let Some(element) = self.element(key) else { return };
        let (own, scope) = (element.node, element.scope);
        match &self.node(own).kind {
            NodeKind::EventBased => {
                // Exactly one wins: the losers are withdrawn with the gateway.
                self.remove_element(key, false);
                self.pass(node, scope);
            }
            NodeKind::Catch { all: true, .. } => {
                self.close_wait(wait);
                let Some(element) = self.element_mut(key) else { return };
                element.waits.retain(|other| *other != wait);
                if element.waits.is_empty() {
                    self.remove_element(key, false);
                    self.leave(own, scope);
                }
            }
            NodeKind::Catch { .. } => {
                self.remove_element(key, false);
                self.leave(own, scope);
            }
            _ => self.complete(key, Vec::new()),
        }
    }

    /// A boundary event happened: an interrupting one ends the activity first.
    pub(super) fn boundary_caught(&mut self, key: Key, wait: Key, node: NodeId) {
        if !self.interrupts(node) {
            self.keep_open(wait);
        }
        self.take_boundary(key, node);
    }

    pub(super) fn interrupts(&self, boundary: NodeId) -> bool {
        matches!(self.node(boundary).kind, NodeKind::Boundary { interrupting: true, .. })
    }

    /// A token leaves the activity by one of its boundary events.
    pub(super) fn take_boundary(&mut self, key: Key, node: NodeId) {
        let Some(element) = self.element(key) else { return };
        let (scope, compensates) = (element.scope, element.compensates);
        if self.interrupts(node) {
            self.cancel_element(key);
        } else if let Some(found) = self.scope_mut(scope) {
            found.tokens += 1;
        }
        self.pass(node, scope);
        // A compensation handler that is interrupted is over for the one who waits for it.
        if let Some(thrower) = compensates.filter(|_| self.interrupts(node)) {
            self.compensate_next(thrower);
        }
    }

    /// The start event of an event sub-process happened.
    pub(super) fn event_sub_process_caught(&mut self, scope: Key, wait: Key, start: NodeId) {
        let Some(Inside::Body(body)) = self.state.scopes.get(&scope).map(|scope| scope.inside) else { return };
        let entries = &self.process.body(body).event_sub_processes;
        let Some(entry) = entries.iter().find(|entry| entry.start == start).copied() else { return };
        if !entry.interrupting {
            self.keep_open(wait);
            self.forget_closed(scope);
        }
        self.start_event_sub_process(scope, entry);
    }

    fn forget_closed(&mut self, scope: Key) {
        let Some(found) = self.state.scopes.get_mut(&scope) else { return };
        let waits = &self.state.waits;
        found.waits.retain(|wait| waits.contains_key(wait));
    }
}
