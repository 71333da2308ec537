//! Conditional events: looked at whenever variables change.

use super::Run;
use crate::model::{NodeId, Program, Trigger};
use crate::state::{Awaits, Key, Variables};

impl Run<'_> {
    /// Lets every condition that has become true since it was last false happen.
    pub(super) fn look_at_conditions(&mut self) {
        while std::mem::take(&mut self.variables_changed) && !self.state.conditions.is_empty() {
            for key in self.state.conditions.iter().copied().collect::<Vec<Key>>() {
                self.look_at(key);
            }
        }
    }

    fn look_at(&mut self, key: Key) {
        let Some(wait) = self.state.waits.get(&key) else { return };
        let Awaits::Condition { held } = wait.awaits else { return };
        let (Some(condition), Some(scope)) = (self.condition(wait.node, wait.trigger), self.scope_of(wait.of)) else {
            return;
        };
        // A condition that cannot be worked out does not hold; it is looked at again with the next change.
        let holds = self.holds(condition, scope).unwrap_or(false);
        if holds != held
            && let Some(wait) = self.state.waits.get_mut(&key)
        {
            wait.awaits = Awaits::Condition { held: holds };
        }
        if holds && !held {
            self.over(key, Variables::new());
        }
    }

    fn condition(&self, node: NodeId, trigger: u32) -> Option<&Program> {
        match self.process.node(node).triggers().get(trigger as usize) {
            Some(Trigger::Condition(condition)) => Some(condition),
            _ => None,
        }
    }
}
