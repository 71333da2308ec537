//! Waits: for time, messages, signals and conditions; opened, closed, and what happens when one is over.

use super::{Run, incident};
use crate::effect::Effect;
use crate::model::{EventSubProcess, NodeId, NodeKind, Timer, TimerText, Trigger};
use crate::state::{Awaits, Incident, Key, Variables, Wait, Waiter, Work};
use crate::timer::{Running, Schedule};

impl Run<'_> {
    /// Opens a wait for each trigger that somebody or something outside sets off.
    pub(super) fn open_triggers(&mut self, of: Waiter, node: NodeId, triggers: &[Trigger]) -> Result<(), Incident> {
        let mut holding = Vec::new();
        for (index, trigger) in triggers.iter().enumerate() {
            let Some(scope) = self.scope_of(of) else { break };
            let awaits = match trigger {
                Trigger::Timer(timer) => Awaits::Timer(self.start_timer(timer, scope)?),
                Trigger::Message(name) => Awaits::Message { name: name.clone(), key: self.message_key(name, scope)? },
                Trigger::Signal(name) => Awaits::Signal { name: name.clone() },
                Trigger::Condition(condition) => Awaits::Condition { held: self.holds(condition, scope)? },
                Trigger::Error(_) | Trigger::Escalation(_) | Trigger::Cancel | Trigger::Compensation => continue,
            };
            let holds = awaits == Awaits::Condition { held: true };
            let wait = self.add_wait(of, node, index as u32, awaits);
            if holds {
                holding.push(wait);
            }
        }
        for wait in holding {
            self.over(wait, Variables::new());
        }
        Ok(())
    }

    pub(super) fn add_wait(&mut self, of: Waiter, node: NodeId, trigger: u32, awaits: Awaits) -> Key {
        let wait = self.state.key();
        self.effects.extend(match &awaits {
            Awaits::Timer(timer) => Some(Effect::SetTimer { wait, due: timer.due }),
            Awaits::Message { name, key } => Some(Effect::AwaitMessage { wait, name: name.clone(), key: key.clone() }),
            Awaits::Signal { name } => Some(Effect::AwaitSignal { wait, name: name.clone() }),
            Awaits::Condition { .. } => {
                self.state.conditions.insert(wait);
                None
            }
        });
        self.state.waits.insert(wait, Wait { of, node, trigger, awaits });
        match of {
            Waiter::Element(key) | Waiter::Pause(key) => {
                if let Some(element) = self.element_mut(key) {
                    element.waits.push(wait);
                }
            }
            Waiter::Boundary(key) => {
                if let Some(element) = self.element_mut(key) {
                    element.boundary.push(wait);
                }
            }
            Waiter::Scope(key) => {
                if let Some(scope) = self.scope_mut(key) {
                    scope.waits.push(wait);
                }
            }
        }
        wait
    }

    pub(super) fn close_wait(&mut self, key: Key) {
        let Some(wait) = self.state.waits.remove(&key) else { return };
        match wait.awaits {
            Awaits::Timer(_) => self.effects.push(Effect::ClearTimer { wait: key }),
            Awaits::Message { .. } | Awaits::Signal { .. } => self.effects.push(Effect::EndWait { wait: key }),
            Awaits::Condition { .. } => {
                self.state.conditions.remove(&key);
            }
        }
    }

    fn start_timer(&self, timer: &Timer, scope: Key) -> Result<Running, Incident> {
        let problem = |message: String| incident("timer-failed", message);
        let calendar = timer.calendar.as_deref();
        match &timer.schedule {
            TimerText::Fixed(schedule) => schedule.start(self.now, calendar, self.around).map_err(problem),
            TimerText::Computed(program) => {
                let value = program.run.evaluate(&self.visible(scope)).map_err(problem)?;
                let text = value.as_str().ok_or_else(|| {
                    problem(format!("`{}` gives {value} instead of a time in ISO 8601", program.text))
                })?;
                let schedule = Schedule::parse(timer.kind, text).map_err(problem)?;
                schedule.start(self.now, calendar, self.around).map_err(problem)
            }
        }
    }

    /// Opens the boundary events of an activity; an item's belong to the activity as a whole.
    pub(super) fn open_boundary(&mut self, key: Key) -> Result<(), Incident> {
        let Some(element) = self.element(key) else { return Ok(()) };
        if !element.boundary.is_empty() {
            return Ok(());
        }
        for boundary in &self.node(element.node).boundary {
            if let NodeKind::Boundary { triggers, .. } = &self.node(*boundary).kind
                && self.element(key).is_some()
            {
                self.open_triggers(Waiter::Boundary(key), *boundary, triggers)?;
            }
        }
        Ok(())
    }

    /// Opens the event sub-processes of a scope. One whose timer cannot be set stops as an incident of its own.
    pub(super) fn open_event_sub_processes(&mut self, scope: Key, body: crate::model::BodyId) {
        for entry in &self.process.body(body).event_sub_processes {
            if self.state.scopes.get(&scope).is_none_or(|scope| scope.interrupted) {
                return;
            }
            self.open_event_sub_process(scope, *entry);
        }
    }

    pub(super) fn open_event_sub_process(&mut self, scope: Key, entry: EventSubProcess) {
        let NodeKind::Start { triggers } = &self.node(entry.start).kind else { return };
        if let Err(problem) = self.open_triggers(Waiter::Scope(scope), entry.start, triggers) {
            if let Some(found) = self.scope_mut(scope) {
                found.tokens += 1;
            }
            let key = self.new_element(entry.node, scope, Work::Beginning);
            self.stop(key, problem);
        }
    }

    /// The scope whose variables a wait sees.
    pub(super) fn scope_of(&self, of: Waiter) -> Option<Key> {
        match of {
            Waiter::Element(key) | Waiter::Boundary(key) | Waiter::Pause(key) => {
                self.element(key).map(|element| element.scope)
            }
            Waiter::Scope(key) => self.state.scopes.contains_key(&key).then_some(key),
        }
    }

    /// What was waited for has come.
    pub(super) fn over(&mut self, key: Key, variables: Variables) {
        let Some(wait) = self.state.waits.get(&key) else { return };
        let (of, node) = (wait.of, wait.node);
        if let Some(scope) = self.scope_of(of) {
            self.write(scope, variables);
        }
        match of {
            Waiter::Pause(element) => {
                self.close_own(element, key);
                if let (Some(Work::Script { round }), NodeKind::Script { script }) =
                    (self.element(element).map(|element| element.work.clone()), &self.node(node).kind)
                {
                    self.run_script(element, script, round);
                }
            }
            Waiter::Element(element) => self.caught(element, key, node),
            Waiter::Boundary(element) => self.boundary_caught(element, key, node),
            Waiter::Scope(scope) => self.event_sub_process_caught(scope, key, node),
        }
    }

    /// Sets a repeating timer for its next turn, or closes a wait that is over for good; messages and signals stay open.
    pub(super) fn keep_open(&mut self, key: Key) {
        let Some(wait) = self.state.waits.get(&key) else { return };
        let Awaits::Timer(timer) = &wait.awaits else { return };
        let calendar = match self.node(wait.node).triggers().get(wait.trigger as usize) {
            Some(Trigger::Timer(timer)) => timer.calendar.as_deref(),
            _ => None,
        };
        match timer.next(self.now, calendar, self.around) {
            Ok(Some(next)) => {
                self.effects.push(Effect::SetTimer { wait: key, due: next.due });
                if let Some(wait) = self.state.waits.get_mut(&key) {
                    wait.awaits = Awaits::Timer(next);
                }
            }
            // A calendar that is gone ends the cycle; the firing it had still counts.
            Ok(None) | Err(_) => self.close_wait(key),
        }
    }

    fn close_own(&mut self, element: Key, wait: Key) {
        self.close_wait(wait);
        if let Some(element) = self.element_mut(element) {
            element.waits.retain(|other| *other != wait);
        }
    }

    /// Writes variables where they live as seen from a scope.
    pub(super) fn write(&mut self, scope: Key, variables: Variables) {
        for (name, value) in variables {
            self.state.assign(scope, &name, value);
            self.variables_changed = true;
        }
    }
}
