//! Cancelling: an element or scope with everything in it, before anything else happens.

use super::Run;
use crate::effect::Effect;
use crate::state::{Key, ROOT, Status, Work};

impl Run<'_> {
    /// Ends an element from outside. Its token stays in the scope for whoever goes on with it.
    pub(super) fn cancel_element(&mut self, key: Key) {
        self.cancel_inside(key);
        let Some(element) = self.remove_element(key, true) else { return };
        match element.work {
            Work::User => self.effects.push(Effect::CloseTask { task: key }),
            Work::Job => self.effects.push(Effect::CancelJob { job: key }),
            Work::Call => self.effects.push(Effect::CancelCall { call: key }),
            _ => {}
        }
    }

    /// Ends every scope inside an element.
    pub(super) fn cancel_inside(&mut self, key: Key) {
        let Some(element) = self.element_mut(key) else { return };
        for scope in std::mem::take(&mut element.inside) {
            self.cancel_scope(scope);
        }
    }

    fn cancel_scope(&mut self, key: Key) {
        let Some(scope) = self.state.scopes.remove(&key) else { return };
        for wait in &scope.waits {
            self.close_wait(*wait);
        }
        for element in scope.elements {
            self.cancel_element(element);
        }
    }

    /// Ends everything in a scope and leaves the scope itself, without tokens, or with one for the element that is kept.
    pub(super) fn clear_scope(&mut self, key: Key, keep: Option<Key>) {
        let Some(scope) = self.scope_mut(key) else { return };
        scope.round += 1;
        scope.waiting.clear();
        let mut elements = std::mem::take(&mut scope.elements);
        scope.tokens = 0;
        if let Some(kept) = keep.filter(|kept| elements.remove(kept)) {
            scope.elements.insert(kept);
            scope.tokens = 1;
        }
        self.changed.insert(key);
        for element in elements {
            self.cancel_element(element);
        }
    }

    /// Ends a scope as a terminate end event does: it is done, and what is around it goes on.
    pub(super) fn terminate(&mut self, scope: Key) {
        self.clear_scope(scope, None);
        self.complete_scope(scope);
    }

    /// Ends the whole instance.
    pub(super) fn end_early(&mut self, status: Status) {
        self.cancel_scope(ROOT);
        self.end(status);
    }
}
