//! Incidents: an element stops, and an operator tries again or goes on without it.

use super::Run;
use crate::effect::{Effect, Refused};
use crate::model::{FlowId, NodeKind, Repeat};
use crate::state::{Incident, Key, Work};

impl Run<'_> {
    pub(super) fn stop(&mut self, key: Key, problem: Incident) {
        let Some(element) = self.element_mut(key) else { return };
        let node = element.node;
        element.incident = Some(problem.clone());
        self.state.incidents.insert(key);
        let Incident { code, message } = problem;
        self.effects.push(Effect::RaiseIncident { element: key, node, code, message });
    }

    fn clear(&mut self, key: Key) {
        if let Some(element) = self.element_mut(key) {
            element.incident = None;
        }
        self.state.incidents.remove(&key);
        self.effects.push(Effect::ClearIncident { element: key });
    }

    fn stopped(&self, key: Key) -> Result<Work, Refused> {
        match self.element(key) {
            Some(element) if element.incident.is_some() => Ok(element.work.clone()),
            _ => Err(Refused::NotOpen { what: "the incident at element", key }),
        }
    }

    pub(super) fn retry(&mut self, key: Key) -> Result<(), Refused> {
        let work = self.stopped(key)?;
        self.clear(key);
        let Some(element) = self.element(key) else { return Ok(()) };
        let (id, scope) = (element.node, element.scope);
        match work {
            Work::Leaving => {
                self.remove_element(key, false);
                self.leave(id, scope);
            }
            Work::Throw { .. } => self.throw_next(key),
            Work::Many(_) => {
                let sequential = matches!(&self.node(id).repeat, Some(Repeat::Many(many)) if many.sequential);
                self.many_go_on(key, false, sequential);
            }
            Work::Loop { .. } => self.loop_next(key),
            _ => self.begin_stopped(key),
        }
        Ok(())
    }

    /// Begins again what stopped before or during its work.
    fn begin_stopped(&mut self, key: Key) {
        let Some(element) = self.element(key) else { return };
        let (id, scope) = (element.node, element.scope);
        let item =
            self.state.scopes.get(&scope).is_some_and(|scope| matches!(scope.inside, crate::state::Inside::Item(_)));
        match &self.node(id).kind {
            NodeKind::SubProcess { body } if self.process.body(*body).is_event_sub_process => {
                self.remove_element(key, false);
                let entry = match self.state.scopes.get(&scope).map(|scope| scope.inside) {
                    Some(crate::state::Inside::Body(around)) => {
                        self.process.body(around).event_sub_processes.iter().find(|entry| entry.node == id).copied()
                    }
                    _ => None,
                };
                if let Some(entry) = entry {
                    self.open_event_sub_process(scope, entry);
                }
                self.consume(scope, 1);
            }
            _ if !self.node(id).is_activity() => {
                if matches!(self.node(id).kind, NodeKind::Catch { .. } | NodeKind::EventBased) {
                    self.catch_again(key);
                } else {
                    self.remove_element(key, false);
                    self.enter(id, scope);
                }
            }
            _ if item => self.begin(key),
            _ => self.begin_again(key),
        }
    }

    pub(super) fn skip(&mut self, key: Key, flow: Option<FlowId>) -> Result<(), Refused> {
        let work = self.stopped(key)?;
        let Some(element) = self.element(key) else { return Ok(()) };
        let (id, scope) = (element.node, element.scope);
        let node = self.node(id);
        if let Work::Leaving = work {
            let flow = flow.filter(|flow| node.outgoing.contains(flow)).ok_or(Refused::NoFlow(key))?;
            self.remove_element(key, false);
            self.emit(flow, scope);
            self.consume(scope, 1);
            return Ok(());
        }
        self.cancel_inside(key);
        if matches!(work, Work::Job) {
            self.effects.push(Effect::CancelJob { job: key });
        }
        if node.is_activity()
            && !matches!(node.kind, NodeKind::SubProcess { body } if self.process.body(body).is_event_sub_process)
        {
            self.complete(key, Vec::new());
        } else if matches!(node.kind, NodeKind::Catch { .. } | NodeKind::Throw { .. }) {
            self.remove_element(key, false);
            self.leave(id, scope);
        } else if matches!(node.kind, NodeKind::EventBased) {
            let flow = flow.filter(|flow| node.outgoing.contains(flow)).ok_or(Refused::NoFlow(key))?;
            self.remove_element(key, false);
            self.pass(self.process.flow(flow).target, scope);
        } else {
            self.remove_element(key, false);
            self.consume(scope, 1);
        }
        Ok(())
    }
}
