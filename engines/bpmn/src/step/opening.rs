//! After a migration: events that the new version adds to what is active open, and those it lost close.

use std::collections::BTreeSet;

use super::Run;
use crate::effect::Effect;
use crate::language::Surroundings;
use crate::model::{NodeId, NodeKind, Process};
use crate::state::{Inside, Instance, Key, Waiter};

/// Closes the waits that are gone and opens those that are new, and runs on if one of them has happened already.
pub(crate) fn open_new_events(
    process: &Process,
    state: &mut Instance,
    gone: &BTreeSet<Key>,
    now: i64,
    around: &dyn Surroundings,
) -> Vec<Effect> {
    let mut run = Run::new(process, state, now, around);
    run.variables_changed = true;
    for wait in gone {
        run.forget(*wait);
    }
    for key in run.state.elements.keys().copied().collect::<Vec<_>>() {
        run.open_new_boundary(key);
    }
    for key in run.state.scopes.keys().copied().collect::<Vec<_>>() {
        run.open_new_event_sub_processes(key);
    }
    // New flows may let a join fire that waited in vain, or make another wait.
    run.changed.extend(run.state.scopes.keys().copied());
    run.settle();
    run.effects
}

impl Run<'_> {
    fn forget(&mut self, wait: Key) {
        self.close_wait(wait);
        for element in self.state.elements.values_mut() {
            element.boundary.retain(|other| *other != wait);
        }
        for scope in self.state.scopes.values_mut() {
            scope.waits.retain(|other| *other != wait);
        }
    }

    fn open_already(&self, waits: &[Key]) -> BTreeSet<NodeId> {
        waits.iter().filter_map(|wait| self.state.waits.get(wait)).map(|wait| wait.node).collect()
    }

    fn open_new_boundary(&mut self, key: Key) {
        let Some(element) = self.element(key) else { return };
        let item = self.state.scopes.get(&element.scope).is_some_and(|scope| matches!(scope.inside, Inside::Item(_)));
        if item {
            return;
        }
        let open = self.open_already(&element.boundary);
        for boundary in self.node(element.node).boundary.iter().filter(|boundary| !open.contains(boundary)) {
            if let NodeKind::Boundary { triggers, .. } = &self.node(*boundary).kind
                && self.element(key).is_some()
                && let Err(problem) = self.open_triggers(Waiter::Boundary(key), *boundary, triggers)
            {
                self.stop(key, problem);
            }
        }
    }

    fn open_new_event_sub_processes(&mut self, key: Key) {
        let Some(scope) = self.state.scopes.get(&key).filter(|scope| !scope.interrupted) else { return };
        let Inside::Body(body) = scope.inside else { return };
        let open = self.open_already(&scope.waits);
        for entry in self.process.body(body).event_sub_processes.iter().filter(|entry| !open.contains(&entry.start)) {
            if self.state.scopes.get(&key).is_some_and(|scope| !scope.interrupted) {
                self.open_event_sub_process(key, *entry);
            }
        }
    }
}
