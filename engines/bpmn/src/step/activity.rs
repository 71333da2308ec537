//! Activities: beginning, doing their work, completing.

use super::Run;
use crate::effect::Effect;
use crate::model::{NodeId, NodeKind, Repeat};
use crate::state::{Completed, Inside, Key, Waiter, Work};

impl Run<'_> {
    /// A token enters an activity; boundary events open first, and one of them may end it before it does anything.
    pub(super) fn begin_activity(&mut self, id: NodeId, scope: Key, compensates: Option<Key>) {
        let key = self.new_element(id, scope, Work::Beginning);
        if let Some(element) = self.element_mut(key) {
            element.compensates = compensates;
        }
        self.begin_again(key);
    }

    /// Opens the boundary events and begins; also after an incident.
    pub(super) fn begin_again(&mut self, key: Key) {
        if let Err(problem) = self.open_boundary(key) {
            // All of them open, or none: another try begins anew.
            let opened = self.element_mut(key).map(|element| std::mem::take(&mut element.boundary));
            for wait in opened.into_iter().flatten() {
                self.close_wait(wait);
            }
            self.stop(key, problem);
            return;
        }
        let Some(element) = self.element(key) else { return };
        match &self.node(element.node).repeat {
            Some(Repeat::Many(many)) => self.begin_many(key, many),
            Some(Repeat::Loop(_)) => {
                self.set_work(key, Work::Loop { round: 0, inside: Vec::new() });
                self.loop_next(key);
            }
            None => self.begin(key),
        }
    }

    /// Does the work of an activity or of one item of it.
    pub(super) fn begin(&mut self, key: Key) {
        let Some(element) = self.element(key) else { return };
        let (id, scope) = (element.node, element.scope);
        match &self.node(id).kind {
            NodeKind::User => {
                self.set_work(key, Work::User);
                self.effects.push(Effect::OpenTask { task: key, node: id });
            }
            NodeKind::Job { .. } => {
                self.set_work(key, Work::Job);
                self.effects.push(Effect::StartJob { job: key, node: id });
            }
            NodeKind::Script { script } => self.run_script(key, script, 0),
            NodeKind::Send { message } => match self.throw_message(id, scope, message) {
                Ok(()) => self.complete(key, Vec::new()),
                Err(problem) => self.stop(key, problem),
            },
            NodeKind::Receive { triggers } => {
                self.set_work(key, Work::Catch);
                if let Err(problem) = self.open_triggers(Waiter::Element(key), id, triggers) {
                    self.set_work(key, Work::Beginning);
                    self.stop(key, problem);
                }
            }
            NodeKind::SubProcess { body } => {
                self.set_work(key, Work::Body);
                self.open_body(Some(key), *body);
            }
            NodeKind::Call { process, inputs, .. } => {
                self.set_work(key, Work::Call);
                let visible = self.visible(scope);
                let variables = if inputs.is_empty() {
                    visible.all()
                } else {
                    let value = |name: &str| visible.get(name).cloned().unwrap_or_default();
                    inputs.iter().map(|input| (input.to.clone(), value(&input.from))).collect()
                };
                self.effects.push(Effect::CallProcess { call: key, process: process.clone(), variables });
            }
            _ => self.complete(key, Vec::new()),
        }
    }

    /// An activity is done; `inside` is what completed in it and could be compensated.
    pub(super) fn complete(&mut self, key: Key, inside: Vec<Completed>) {
        let Some(element) = self.remove_element(key, false) else { return };
        let (node, scope) = (element.node, element.scope);
        if let Some(thrower) = element.compensates {
            if let Some(scope) = self.scope_mut(scope) {
                scope.tokens = scope.tokens.saturating_sub(1);
            }
            self.compensate_next(thrower);
            return;
        }
        if self.state.scopes.get(&scope).is_some_and(|scope| matches!(scope.inside, Inside::Item(_))) {
            self.item_done(scope, inside);
            return;
        }
        self.remember(node, scope, inside);
        self.leave(node, scope);
    }

    /// Notes a completed activity if it, or something in it, can be compensated.
    fn remember(&mut self, id: NodeId, scope: Key, inside: Vec<Completed>) {
        let node = self.node(id);
        let handler = node.compensated_by.is_some()
            || match node.kind {
                NodeKind::SubProcess { body } => self.process.body(body).compensation.is_some(),
                _ => false,
            };
        if (handler || !inside.is_empty())
            && let Some(scope) = self.scope_mut(scope)
        {
            scope.completed.push(Completed { node: id, inside });
        }
    }
}
