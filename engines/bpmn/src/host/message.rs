//! Messages between instances and from outside: by name and key, kept for a while if nobody waits, taken once.

use serde_json::Value;

use super::{Engine, InstanceId, keys_match};
use crate::effect::Command;
use crate::model::Trigger;
use crate::state::{Key, Variables};

/// A message on its way.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// The key it is for.
    pub key: Option<Value>,
    /// What it carries.
    pub variables: Variables,
    /// How long it is kept if nobody waits for it, in microseconds.
    pub keep: i64,
    /// Its id: a second one with the same id is not taken.
    pub id: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// A catcher took it, or it started a process.
    Correlated,
    /// Nobody waits for it yet; it is kept.
    Buffered,
    /// Nobody waits for it; it is gone.
    Unmatched,
    /// One with its id was taken before.
    Duplicate,
}

/// A wait for a message.
#[derive(Debug)]
pub(super) struct MessageWait {
    pub name: String,
    pub key: Option<Value>,
    pub instance: InstanceId,
    pub wait: Key,
}

/// A message that is kept.
#[derive(Debug)]
pub(super) struct Buffered {
    name: String,
    key: Option<Value>,
    variables: Variables,
    until: i64,
}

impl Engine<'_> {
    pub(super) fn correlate(&mut self, message: Message) -> Delivery {
        let Message { name, key, variables, keep, id } = message;
        if id.as_ref().is_some_and(|id| self.known_messages.contains(id)) {
            return Delivery::Duplicate;
        }
        let delivery = if self.deliver(&name, key.as_ref(), &variables) {
            Delivery::Correlated
        } else if keep > 0 {
            self.buffer.push(Buffered { name, key, variables, until: self.now.saturating_add(keep) });
            Delivery::Buffered
        } else {
            Delivery::Unmatched
        };
        if delivery != Delivery::Unmatched {
            self.known_messages.extend(id);
        }
        delivery
    }

    /// Hands a message to the catcher that has waited longest, else to a start event.
    fn deliver(&mut self, name: &str, key: Option<&Value>, variables: &Variables) -> bool {
        let waiting: Vec<(InstanceId, Key)> = self
            .messages
            .values()
            .filter(|wait| wait.name == name && keys_match(wait.key.as_ref(), key))
            .map(|wait| (wait.instance, wait.wait))
            .collect();
        for (instance, wait) in waiting {
            if self.command(instance, Command::DeliverMessage { wait, variables: variables.clone() }).is_ok() {
                return true;
            }
        }
        let starts = self.starts_by(|trigger| matches!(trigger, Trigger::Message(awaited) if awaited == name));
        starts.into_iter().any(|(process, event)| self.start_at(&process, Some(event), variables.clone(), None).is_ok())
    }

    /// A wait for a message opens: it takes one that was kept for it, else it is remembered.
    pub(super) fn await_message(&mut self, instance: InstanceId, wait: Key, name: String, key: Option<Value>) {
        let now = self.now;
        self.buffer.retain(|buffered| buffered.until > now);
        let kept = self
            .buffer
            .iter()
            .position(|buffered| buffered.name == name && keys_match(key.as_ref(), buffered.key.as_ref()));
        let order = self.order();
        self.messages.insert(order, MessageWait { name, key, instance, wait });
        self.waits.insert((instance, wait), order);
        if let Some(kept) = kept {
            let message = self.buffer.remove(kept);
            let command = Command::DeliverMessage { wait, variables: message.variables.clone() };
            if self.command(instance, command).is_err() {
                // The wait was over before its turn came: the message stays for the next one.
                self.buffer.insert(kept, message);
            }
        }
    }
}
