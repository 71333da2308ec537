//! Errors: they go outwards to the innermost scope that has a handler, and end the instance if there is none.

use super::Run;
use crate::model::{EventSubProcess, NodeId, NodeKind, Trigger};
use crate::state::{Inside, Key, Status};

/// Who handles an error or escalation.
#[derive(Clone, Copy)]
pub(super) enum Handler {
    /// An event sub-process of the scope.
    EventSubProcess(Key, EventSubProcess),
    /// A boundary event of the element.
    Boundary(Key, NodeId),
}

/// What travels outwards.
#[derive(Clone, Copy)]
pub(super) enum Thrown<'c> {
    Error(&'c str),
    Escalation(&'c str),
}

impl Thrown<'_> {
    /// Whether a trigger catches it: by its code, or any code.
    fn caught_by(self, trigger: &Trigger, any: bool) -> bool {
        match (self, trigger) {
            (Self::Error(code), Trigger::Error(wanted)) | (Self::Escalation(code), Trigger::Escalation(wanted)) => {
                if any {
                    wanted.is_none()
                } else {
                    wanted.as_deref() == Some(code)
                }
            }
            _ => false,
        }
    }
}

impl Run<'_> {
    /// An error is thrown by an element, or by something directly in a scope.
    pub(super) fn raise(&mut self, code: &str, element: Option<Key>, scope: Key) {
        match self.handler(Thrown::Error(code), element, scope) {
            Some(handler) => self.handle(handler),
            None => self.end_early(Status::Failed { code: code.to_owned() }),
        }
    }

    pub(super) fn handle(&mut self, handler: Handler) {
        match handler {
            Handler::EventSubProcess(scope, entry) => self.start_event_sub_process(scope, entry),
            Handler::Boundary(element, node) => self.take_boundary(element, node),
        }
    }

    /// The innermost handler: on each level one for the code comes before one for any.
    pub(super) fn handler(&self, thrown: Thrown<'_>, element: Option<Key>, scope: Key) -> Option<Handler> {
        if let Some(found) = element.and_then(|element| self.boundary_handler(thrown, element)) {
            return Some(found);
        }
        let mut key = scope;
        let mut from = None;
        loop {
            let scope = self.state.scopes.get(&key)?;
            if let Inside::Body(body) = scope.inside
                && !scope.interrupted
                && let Some(entry) = self.event_sub_process_handler(thrown, body, from)
            {
                return Some(Handler::EventSubProcess(key, entry));
            }
            let owner = scope.owner?;
            if let Some(found) = self.boundary_handler(thrown, owner) {
                return Some(found);
            }
            let owner = self.element(owner)?;
            (key, from) = (owner.scope, Some(owner.node));
        }
    }

    /// The event sub-process of a scope that handles it; the one it comes from does not handle it once more.
    fn event_sub_process_handler(
        &self,
        thrown: Thrown<'_>,
        body: crate::model::BodyId,
        from: Option<NodeId>,
    ) -> Option<EventSubProcess> {
        let entries = &self.process.body(body).event_sub_processes;
        [false, true].into_iter().find_map(|any| {
            let catches = |entry: &&EventSubProcess| match &self.node(entry.start).kind {
                NodeKind::Start { triggers } => triggers.iter().any(|trigger| thrown.caught_by(trigger, any)),
                _ => false,
            };
            entries.iter().filter(|entry| Some(entry.node) != from).find(catches).copied()
        })
    }

    fn boundary_handler(&self, thrown: Thrown<'_>, key: Key) -> Option<Handler> {
        let element = self.element(key)?;
        // Boundary events of a multi-instance activity belong to the whole, not to an item.
        if self.state.scopes.get(&element.scope).is_some_and(|scope| matches!(scope.inside, Inside::Item(_))) {
            return None;
        }
        let boundary = &self.node(element.node).boundary;
        [false, true].into_iter().find_map(|any| {
            let catches = |node: &&NodeId| match &self.node(**node).kind {
                NodeKind::Boundary { triggers, .. } => triggers.iter().any(|trigger| thrown.caught_by(trigger, any)),
                _ => false,
            };
            boundary.iter().find(catches).map(|node| Handler::Boundary(key, *node))
        })
    }
}
