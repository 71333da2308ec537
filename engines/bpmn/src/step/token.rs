//! Tokens: on their way along flows, entering nodes, leaving them, dying.

use super::{MOST_MOVES, Move, Run, incident};
use crate::effect::Effect;
use crate::model::{FlowId, NodeId, NodeKind};
use crate::state::{Key, Work};

impl Run<'_> {
    /// Puts one more token of a scope on a flow.
    pub(super) fn emit(&mut self, flow: FlowId, scope: Key) {
        if let Some(found) = self.scope_mut(scope) {
            found.tokens += 1;
            let round = found.round;
            self.agenda.push_back(Move::Arrive { flow, scope, round });
        }
    }

    /// A token reaches the end of its flow, unless its scope was ended or replaced meanwhile.
    pub(super) fn arrive(&mut self, flow: FlowId, scope: Key, round: u32) {
        if self.state.scopes.get(&scope).is_none_or(|scope| scope.round != round) {
            return;
        }
        let target = self.process.flow(flow).target;
        if self.moves > MOST_MOVES {
            let key = self.new_element(target, scope, Work::Beginning);
            self.stop(
                key,
                incident(
                    "endless-flow",
                    "the flow goes round without ever waiting; add a condition that ends it, or a timer",
                ),
            );
            return;
        }
        let node = self.node(target);
        let joins = match node.kind {
            NodeKind::Parallel | NodeKind::Inclusive(_) => node.incoming.len() > 1,
            _ => node.start_quantity > 1,
        };
        if joins {
            self.wait_at_join(target, flow, scope);
        } else {
            self.enter(target, scope);
        }
    }

    /// A token of the scope enters a node.
    pub(super) fn enter(&mut self, id: NodeId, scope: Key) {
        let node = self.node(id);
        match &node.kind {
            NodeKind::Start { .. }
            | NodeKind::Exclusive
            | NodeKind::Parallel
            | NodeKind::Inclusive(_)
            | NodeKind::Boundary { .. } => self.pass(id, scope),
            NodeKind::Link { target } => {
                self.effects.push(Effect::Passed { node: id });
                self.pass(*target, scope);
            }
            NodeKind::Catch { triggers, .. } if triggers.is_empty() => self.pass(id, scope),
            NodeKind::Catch { .. } | NodeKind::EventBased => self.catch(id, scope),
            NodeKind::Throw { throws } if throws.is_empty() => self.pass(id, scope),
            NodeKind::End { throws } if throws.is_empty() => {
                self.effects.push(Effect::Passed { node: id });
                self.consume(scope, 1);
            }
            NodeKind::Throw { .. } | NodeKind::End { .. } => {
                let key = self.new_element(id, scope, Work::Throw { next: 0 });
                self.throw_next(key);
            }
            _ => self.begin_activity(id, scope, None),
        }
    }

    /// A token goes through a node without staying.
    pub(super) fn pass(&mut self, id: NodeId, scope: Key) {
        self.effects.push(Effect::Passed { node: id });
        self.leave(id, scope);
    }

    /// A token of the scope leaves a node along the flows it chooses; without any it dies.
    pub(super) fn leave(&mut self, id: NodeId, scope: Key) {
        let node = self.node(id);
        if let [flow] = node.outgoing[..]
            && self.process.flow(flow).condition.is_none()
            && node.completion_quantity == 1
        {
            if let Some(found) = self.state.scopes.get(&scope) {
                let (round, joins_wait) = (found.round, !found.waiting.is_empty());
                self.agenda.push_back(Move::Arrive { flow, scope, round });
                if joins_wait {
                    self.changed.insert(scope);
                }
            }
            return;
        }
        match self.choose(id, scope) {
            Ok(flows) => {
                for flow in flows {
                    for _ in 0..node.completion_quantity {
                        self.emit(flow, scope);
                    }
                }
                self.consume(scope, 1);
            }
            Err(problem) => {
                let key = self.new_element(id, scope, Work::Leaving);
                self.stop(key, problem);
            }
        }
    }

    /// Takes tokens out of a scope; the last one completes it.
    pub(super) fn consume(&mut self, scope: Key, tokens: u32) {
        let Some(found) = self.scope_mut(scope) else { return };
        found.tokens = found.tokens.saturating_sub(tokens);
        let (empty, joins_wait) = (found.tokens == 0, !found.waiting.is_empty());
        if joins_wait {
            self.changed.insert(scope);
        }
        if empty {
            self.complete_scope(scope);
        }
    }
}
