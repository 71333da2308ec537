//! Escalations: they travel as errors do, and without a handler have no effect.

use super::Run;
use super::error::Thrown;
use crate::effect::Effect;
use crate::state::Key;

impl Run<'_> {
    /// An element throws an escalation; says whether it goes on at once.
    ///
    /// One that nobody here handles goes to the caller of the process, and its thrower waits for the answer: a handler there
    /// may end it.
    pub(super) fn escalate(&mut self, code: &str, element: Key) -> bool {
        let Some(scope) = self.element(element).map(|element| element.scope) else { return false };
        if let Some(handler) = self.handler(Thrown::Escalation(code), None, scope) {
            self.handle(handler);
            return self.element(element).is_some();
        }
        self.effects.push(Effect::ThrowEscalation { element, code: code.to_owned() });
        false
    }

    /// A called process threw an escalation.
    pub(super) fn escalate_from_call(&mut self, code: &str, call: Key) {
        let Some(scope) = self.element(call).map(|element| element.scope) else { return };
        match self.handler(Thrown::Escalation(code), Some(call), scope) {
            Some(handler) => self.handle(handler),
            // Further out, nobody waits for an answer: the called process waits for that of its own caller only.
            None => self.effects.push(Effect::ThrowEscalation { element: call, code: code.to_owned() }),
        }
    }
}
