//! What an instance asks for, done to the others.

use super::clock::Due;
use super::message::Message;
use super::{DEEPEST_CALL, Engine, InstanceId, Logged};
use crate::effect::{Command, Effect};
use crate::state::{Key, Status, Variables};

impl Engine<'_> {
    pub(super) fn apply(&mut self, instance: InstanceId, effect: Effect) {
        match effect {
            Effect::SetTimer { wait, due } => self.set_timer(Due::Wait(instance, wait), due),
            Effect::ClearTimer { wait } => self.clear_timer(&Due::Wait(instance, wait)),
            Effect::AwaitMessage { wait, name, key } => self.await_message(instance, wait, name, key),
            Effect::AwaitSignal { wait, name } => {
                let order = self.order();
                self.signals.insert(order, (name, instance, wait));
                self.waits.insert((instance, wait), order);
            }
            Effect::EndWait { wait } => {
                if let Some(order) = self.waits.remove(&(instance, wait)) {
                    self.messages.remove(&order);
                    self.signals.remove(&order);
                }
            }
            Effect::ThrowMessage { name, key, variables, .. } => {
                self.correlate(Message { name, key, variables, ..Message::default() });
            }
            Effect::ThrowSignal { element, name } => {
                self.signal(&name, &Variables::new());
                self.tell(instance, Command::Resume { element });
            }
            Effect::ThrowEscalation { element, code } => self.escalate(instance, element, &code),
            Effect::CallProcess { call, process, variables } => self.call(instance, call, &process, variables),
            Effect::CancelCall { call } => {
                if let Some(child) = self.children.remove(&(instance, call)) {
                    self.tell(child, Command::Cancel);
                }
            }
            Effect::StartJob { job, .. } => {
                self.jobs.insert((instance, job));
            }
            Effect::CancelJob { job } => {
                self.jobs.remove(&(instance, job));
            }
            Effect::Left { element, .. } => {
                self.jobs.remove(&(instance, element));
            }
            Effect::Log { node, text } => self.log.push(Logged { instance, node, text }),
            Effect::End { status } => self.ended(instance, status),
            Effect::Entered { .. }
            | Effect::Passed { .. }
            | Effect::OpenTask { .. }
            | Effect::CloseTask { .. }
            | Effect::RaiseIncident { .. }
            | Effect::ClearIncident { .. } => {}
        }
    }

    /// A command to an instance that may have moved on since it was meant.
    fn tell(&mut self, instance: InstanceId, command: Command) {
        let _moved_on = self.command(instance, command);
    }

    /// An escalation goes outwards call by call until one handles it; only then does its thrower go on.
    fn escalate(&mut self, instance: InstanceId, element: Key, code: &str) {
        let mut next = self.instances.get(&instance).and_then(|live| live.parent);
        while let Some((parent, call)) = next {
            let before = self.queue.len();
            self.tell(parent, Command::Escalate { call, code: code.to_owned() });
            let passed_on = |(_, effect): &(InstanceId, Effect)| matches!(effect, Effect::ThrowEscalation { element, .. } if *element == call);
            let Some(index) = self.queue.iter().skip(before).position(passed_on) else { break };
            self.queue.remove(before + index);
            next = self.instances.get(&parent).and_then(|live| live.parent);
        }
        self.tell(instance, Command::Resume { element });
    }

    fn call(&mut self, instance: InstanceId, call: Key, process: &str, variables: Variables) {
        let wanted = self.instances.get(&instance).and_then(|live| live.state.elements.get(&call));
        if wanted.is_none() {
            return;
        }
        let depth = self.instances.get(&instance).map_or(0, |live| live.depth);
        let started = if depth >= DEEPEST_CALL {
            Err(format!("processes call each other more than {DEEPEST_CALL} deep; end the circle"))
        } else {
            self.start_at(process, None, variables, Some((instance, call))).map_err(|error| error.to_string())
        };
        if let Err(message) = started {
            self.tell(instance, Command::FailJob { job: call, message });
        }
    }

    fn ended(&mut self, instance: InstanceId, status: Status) {
        let Some(live) = self.instances.get(&instance) else { return };
        let Some((parent, call)) = live.parent else { return };
        let variables = live.state.variables.clone();
        if self.children.remove(&(parent, call)).is_some() {
            self.tell(parent, Command::EndCall { call, status, variables });
        }
    }
}
