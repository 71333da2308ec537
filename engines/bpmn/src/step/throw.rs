//! Throwing: what intermediate throw events and end events do, one definition after the other.

use serde_json::Value;

use super::{Run, incident};
use crate::effect::Effect;
use crate::model::{NodeId, NodeKind, Throw};
use crate::state::{AfterCompensation, Incident, Key, Work};

impl Run<'_> {
    /// Throws what comes next, until something has to be waited for or all is thrown.
    pub(super) fn throw_next(&mut self, key: Key) {
        loop {
            let Some(element) = self.element(key) else { return };
            let (id, scope) = (element.node, element.scope);
            let Work::Throw { next } = element.work else { return };
            let (throws, ends) = match &self.node(id).kind {
                NodeKind::Throw { throws } => (throws, false),
                NodeKind::End { throws } => (throws, true),
                _ => return,
            };
            let Some(throw) = throws.get(next as usize) else {
                self.remove_element(key, false);
                if ends {
                    self.consume(scope, 1);
                } else {
                    self.leave(id, scope);
                }
                return;
            };
            self.set_work(key, Work::Throw { next: next + 1 });
            match throw {
                Throw::Message(name) => {
                    if let Err(problem) = self.throw_message(id, scope, name) {
                        self.set_work(key, Work::Throw { next });
                        self.stop(key, problem);
                        return;
                    }
                }
                Throw::Signal(name) => {
                    self.effects.push(Effect::ThrowSignal { element: key, name: name.clone() });
                    return;
                }
                Throw::Escalation(code) => {
                    if !self.escalate(code, key) {
                        return;
                    }
                }
                Throw::Error(code) => {
                    self.raise(code, None, scope);
                    return;
                }
                Throw::Terminate => {
                    self.remove_element(key, false);
                    self.terminate(scope);
                    return;
                }
                Throw::Cancel => {
                    self.cancel_transaction(key, scope);
                    return;
                }
                Throw::Compensation(activity) => {
                    let left = self.take_completed(scope, *activity);
                    self.set_work(key, Work::Compensate { left, then: AfterCompensation::Throw(next + 1) });
                    self.compensate_next(key);
                    return;
                }
            }
        }
    }

    pub(super) fn throw_message(&mut self, node: NodeId, scope: Key, name: &str) -> Result<(), Incident> {
        let key = self.message_key(name, scope)?;
        let variables = crate::state::Variables::new();
        self.effects.push(Effect::ThrowMessage { node, name: name.to_owned(), key, variables });
        Ok(())
    }

    pub(super) fn message_key(&self, name: &str, scope: Key) -> Result<Option<Value>, Incident> {
        self.around.message_key(name, &self.visible(scope)).map_err(|problem| {
            incident("message-key-failed", format!("the key of the message `{name}` failed: {problem}"))
        })
    }
}
