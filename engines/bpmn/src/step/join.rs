//! Joins: parallel ones take a token from each flow, inclusive ones fire when nothing more can come.

use std::collections::BTreeSet;

use super::Run;
use crate::effect::Effect;
use crate::model::{FlowId, NodeId, NodeKind, Reach};
use crate::state::{Inside, Key, Scope};

impl Run<'_> {
    /// A token waits at a join, or at an activity that needs several.
    pub(super) fn wait_at_join(&mut self, id: NodeId, flow: FlowId, scope: Key) {
        let Some(found) = self.scope_mut(scope) else { return };
        *found.waiting.entry(flow).or_default() += 1;
        self.changed.insert(scope);
        let node = self.node(id);
        match node.kind {
            NodeKind::Parallel => {
                if self
                    .state
                    .scopes
                    .get(&scope)
                    .is_some_and(|scope| node.incoming.iter().all(|flow| scope.waits_on(*flow)))
                {
                    let flows = node.incoming.clone();
                    self.fire(id, scope, &flows);
                }
            }
            NodeKind::Inclusive(_) => {}
            _ => self.start_quantity(id, scope),
        }
    }

    /// An activity begins once as many tokens as it needs have come, on whichever flows.
    fn start_quantity(&mut self, id: NodeId, scope: Key) {
        let node = self.node(id);
        let Some(found) = self.scope_mut(scope) else { return };
        let present: u32 = node.incoming.iter().filter_map(|flow| found.waiting.get(flow)).sum();
        if present < node.start_quantity {
            return;
        }
        let mut needed = node.start_quantity;
        for flow in &node.incoming {
            let taken = found.waiting.get(flow).copied().unwrap_or(0).min(needed);
            for _ in 0..taken {
                found.take(*flow);
            }
            needed -= taken;
        }
        found.tokens -= node.start_quantity - 1;
        self.enter(id, scope);
    }

    /// Takes one token from each of the flows and lets one go on.
    fn fire(&mut self, id: NodeId, scope: Key, flows: &[FlowId]) {
        let Some(found) = self.scope_mut(scope) else { return };
        for flow in flows {
            found.take(*flow);
        }
        found.tokens = found.tokens.saturating_sub(flows.len() as u32 - 1);
        self.effects.push(Effect::Passed { node: id });
        self.leave(id, scope);
        self.changed.insert(scope);
    }

    /// Fires one inclusive join of the scopes that changed, if one can; says whether it did.
    pub(super) fn fire_inclusive_joins(&mut self) -> bool {
        while let Some(scope) = self.changed.pop_first() {
            if let Some((join, flows)) = self.ready_join(scope) {
                self.fire(join, scope, &flows);
                return true;
            }
        }
        false
    }

    fn ready_join(&self, scope: Key) -> Option<(NodeId, Vec<FlowId>)> {
        let found = self.state.scopes.get(&scope)?;
        let Inside::Body(body) = found.inside else { return None };
        if found.waiting.is_empty() {
            return None;
        }
        let joins = &self.process.body(body).inclusive_joins;
        joins.iter().find_map(|join| {
            let node = self.node(*join);
            let NodeKind::Inclusive(reach) = &node.kind else { return None };
            let marked: Vec<bool> = node.incoming.iter().map(|flow| found.waits_on(*flow)).collect();
            if !marked.contains(&true) {
                return None;
            }
            let blocked = self.places(found, *join).into_iter().any(|place| could_bring(reach, &marked, place));
            let flows = node.incoming.iter().zip(&marked).filter(|(_, marked)| **marked).map(|(flow, _)| *flow);
            (!blocked).then(|| (*join, flows.collect()))
        })
    }

    /// Where tokens of the scope stand, those at this join apart.
    fn places(&self, scope: &Scope, join: NodeId) -> BTreeSet<NodeId> {
        let elements = scope.elements.iter().filter_map(|key| self.element(*key)).map(|element| element.node);
        let waiting = scope.waiting.keys().map(|flow| self.process.flow(*flow).target);
        elements.chain(waiting.filter(|node| *node != join)).collect()
    }
}

/// Whether a token there could still bring what the join lacks: it reaches an empty flow, and none that has a token already.
fn could_bring(reach: &Reach, marked: &[bool], place: NodeId) -> bool {
    let reaches =
        |wanted: bool| marked.iter().enumerate().any(|(flow, marked)| *marked == wanted && reach.contains(flow, place));
    reaches(false) && !reaches(true)
}

impl Scope {
    fn waits_on(&self, flow: FlowId) -> bool {
        self.waiting.get(&flow).is_some_and(|tokens| *tokens > 0)
    }

    fn take(&mut self, flow: FlowId) {
        if let Some(tokens) = self.waiting.get_mut(&flow) {
            *tokens -= 1;
            if *tokens == 0 {
                self.waiting.remove(&flow);
            }
        }
    }
}
