//! Compensation: handlers of completed activities run one at a time, the last completed first, while the thrower waits.

use super::Run;
use crate::model::{NodeId, NodeKind};
use crate::state::{AfterCompensation, Completed, Inside, Key, Scope, Work};

impl Run<'_> {
    /// Takes what a compensation event in this scope compensates: all of it, or the completions of one activity.
    ///
    /// In an event sub-process that is what completed in the scope it belongs to.
    pub(super) fn take_completed(&mut self, scope: Key, activity: Option<NodeId>) -> Vec<Completed> {
        let outer = self.scope_around_event_sub_process(scope);
        let mut taken = Vec::new();
        for key in outer.into_iter().chain([scope]) {
            let Some(found) = self.scope_mut(key) else { continue };
            match activity {
                None => taken.append(&mut found.completed),
                Some(activity) => {
                    let (matching, others) = std::mem::take(&mut found.completed)
                        .into_iter()
                        .partition(|completed| completed.node == activity);
                    found.completed = others;
                    taken.extend::<Vec<Completed>>(matching);
                }
            }
        }
        taken
    }

    fn scope_around_event_sub_process(&self, scope: Key) -> Option<Key> {
        let found = self.state.scopes.get(&scope)?;
        let Inside::Body(body) = found.inside else { return None };
        if !self.process.body(body).is_event_sub_process {
            return None;
        }
        self.element(found.owner?).map(|owner| owner.scope)
    }

    /// Compensates the next one, or goes on if none is left.
    pub(super) fn compensate_next(&mut self, key: Key) {
        loop {
            let Some(element) = self.element_mut(key) else { return };
            let scope = element.scope;
            let Work::Compensate { left, then } = &mut element.work else { return };
            let then = *then;
            let Some(next) = left.pop() else {
                match then {
                    AfterCompensation::Throw(next) => {
                        self.set_work(key, Work::Throw { next });
                        self.throw_next(key);
                    }
                    AfterCompensation::Cancel => self.leave_transaction(scope),
                }
                return;
            };
            let node = self.process.node(next.node);
            if let Some(handler) = node.compensated_by {
                if let Some(scope) = self.scope_mut(scope) {
                    scope.tokens += 1;
                }
                self.begin_activity(handler, scope, Some(key));
                return;
            }
            if let NodeKind::SubProcess { body } = node.kind
                && let Some(handler) = self.process.body(body).compensation
            {
                let inside = self.state.key();
                let opened =
                    Scope { completed: next.inside, interrupted: true, ..Scope::new(Inside::Body(body), Some(key)) };
                self.state.scopes.insert(inside, opened);
                if let Some(element) = self.element_mut(key) {
                    element.inside.insert(inside);
                }
                self.run_event_sub_process(inside, handler);
                return;
            }
            // Without a handler of its own, a sub-process is compensated through what it contained.
            if let Some(Work::Compensate { left, .. }) = self.element_mut(key).map(|element| &mut element.work) {
                left.extend(next.inside);
            }
        }
    }

    /// A cancel end event: everything else in the transaction ends, what completed is compensated, and it is left.
    pub(super) fn cancel_transaction(&mut self, key: Key, scope: Key) {
        self.clear_scope(scope, Some(key));
        let Some(found) = self.scope_mut(scope) else { return };
        found.interrupted = true;
        let (waits, left) = (std::mem::take(&mut found.waits), std::mem::take(&mut found.completed));
        for wait in waits {
            self.close_wait(wait);
        }
        self.set_work(key, Work::Compensate { left, then: AfterCompensation::Cancel });
        self.compensate_next(key);
    }

    fn leave_transaction(&mut self, scope: Key) {
        let Some(mut owner) = self.state.scopes.get(&scope).and_then(|scope| scope.owner) else { return };
        // The cancel event of a multi-instance transaction belongs to the whole.
        while let Some(around) = self.element(owner).and_then(|element| self.state.scopes.get(&element.scope))
            && let (Inside::Item(_), Some(outer)) = (around.inside, around.owner)
        {
            owner = outer;
        }
        let Some(element) = self.element(owner) else { return };
        let boundary = self.node(element.node).boundary.iter().copied().find(|node| self.catches_cancel(*node));
        match boundary {
            Some(boundary) => self.take_boundary(owner, boundary),
            None => self.terminate(scope),
        }
    }

    fn catches_cancel(&self, boundary: NodeId) -> bool {
        match &self.node(boundary).kind {
            NodeKind::Boundary { triggers, .. } => {
                triggers.iter().any(|trigger| matches!(trigger, crate::model::Trigger::Cancel))
            }
            _ => false,
        }
    }
}
