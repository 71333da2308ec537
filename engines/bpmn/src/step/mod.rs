//! One step of one instance: a command goes in, the state changes, effects come out.
//!
//! A step runs until every token waits. Tokens under way stand on an agenda, first in first out, so branches take turns.
//! Inclusive joins are looked at when nothing else can move, and only in scopes where something did.

mod activity;
mod cancel;
mod command;
mod compensation;
mod condition;
mod error;
mod escalation;
mod event;
mod incident;
mod join;
mod many;
mod opening;
mod scope;
mod script;
mod split;
mod throw;
mod token;
mod wait;

use std::collections::{BTreeSet, VecDeque};

use crate::effect::{Command, Effect, Refused};
use crate::language::{Surroundings, Visible};
use crate::model::{FlowId, Node, NodeId, Process};
use crate::state::{Element, FORMAT, Incident, Instance, Key, Scope, Status, Work};

pub(crate) use opening::open_new_events;

/// The most moves of tokens in one step; a flow that goes round for ever stops at an incident.
pub const MOST_MOVES: u32 = 250_000;

/// Runs one command against an instance until every token waits.
///
/// The same process, state, command and instant always give the same state and effects. Effects are in the order in which
/// they came about; state and effects belong into one transaction.
///
/// # Errors
/// [`Refused`] when the command does not fit the state; nothing has changed then.
pub fn step(
    process: &Process,
    state: &mut Instance,
    command: Command,
    now: i64,
    around: &dyn Surroundings,
) -> Result<Vec<Effect>, Refused> {
    if state.format != FORMAT {
        return Err(Refused::Format(state.format));
    }
    if state.process != process.id {
        return Err(Refused::OtherModel(process.id.clone()));
    }
    if state.status != Status::New && !state.is_running() {
        return Err(Refused::NotRunning);
    }
    let mut run = Run::new(process, state, now, around);
    run.command(command)?;
    run.settle();
    Ok(run.effects)
}

/// A step under way.
struct Run<'a> {
    process: &'a Process,
    state: &'a mut Instance,
    now: i64,
    around: &'a dyn Surroundings,
    agenda: VecDeque<Move>,
    effects: Vec<Effect>,
    /// Scopes in which a token moved or died since their joins were looked at.
    changed: BTreeSet<Key>,
    /// Whether a variable was written since conditions were looked at.
    variables_changed: bool,
    moves: u32,
}

impl<'a> Run<'a> {
    /// With nothing done yet.
    fn new(process: &'a Process, state: &'a mut Instance, now: i64, around: &'a dyn Surroundings) -> Self {
        Self {
            process,
            state,
            now,
            around,
            agenda: VecDeque::new(),
            effects: Vec::new(),
            changed: BTreeSet::new(),
            variables_changed: false,
            moves: 0,
        }
    }
}

/// Something on the agenda.
enum Move {
    /// A token on a flow, of a round of its scope.
    Arrive { flow: FlowId, scope: Key, round: u32 },
    /// An item of a parallel multi-instance activity that begins.
    Begin { element: Key },
}

impl<'a> Run<'a> {
    fn settle(&mut self) {
        loop {
            while let Some(next) = self.agenda.pop_front() {
                self.moves += 1;
                match next {
                    Move::Arrive { flow, scope, round } => self.arrive(flow, scope, round),
                    Move::Begin { element } => self.begin(element),
                }
                self.look_at_conditions();
            }
            self.look_at_conditions();
            if self.agenda.is_empty() && !self.fire_inclusive_joins() {
                break;
            }
        }
    }

    fn node(&self, id: NodeId) -> &'a Node {
        self.process.node(id)
    }

    fn element(&self, key: Key) -> Option<&Element> {
        self.state.elements.get(&key)
    }

    fn element_mut(&mut self, key: Key) -> Option<&mut Element> {
        self.state.elements.get_mut(&key)
    }

    fn scope_mut(&mut self, key: Key) -> Option<&mut Scope> {
        self.state.scopes.get_mut(&key)
    }

    fn visible(&self, scope: Key) -> Visible<'_> {
        Visible::at(self.state, scope)
    }

    fn set_work(&mut self, key: Key, work: Work) {
        if let Some(element) = self.element_mut(key) {
            element.work = work;
        }
    }

    /// A token of the scope comes to stay at a node.
    fn new_element(&mut self, node: NodeId, scope: Key, work: Work) -> Key {
        let key = self.state.key();
        self.state.elements.insert(
            key,
            Element {
                node,
                scope,
                work,
                waits: Vec::new(),
                boundary: Vec::new(),
                incident: None,
                inside: BTreeSet::new(),
                compensates: None,
            },
        );
        if let Some(scope) = self.scope_mut(scope) {
            scope.elements.insert(key);
        }
        self.effects.push(Effect::Entered { element: key, node });
        key
    }

    /// Takes an element away with its waits; its token stays in the scope for whoever goes on with it.
    fn remove_element(&mut self, key: Key, cancelled: bool) -> Option<Element> {
        let element = self.state.elements.remove(&key)?;
        for wait in element.waits.iter().chain(&element.boundary) {
            self.close_wait(*wait);
        }
        if let Some(scope) = self.scope_mut(element.scope) {
            scope.elements.remove(&key);
            if !scope.waiting.is_empty() {
                self.changed.insert(element.scope);
            }
        }
        if element.incident.is_some() {
            self.state.incidents.remove(&key);
            self.effects.push(Effect::ClearIncident { element: key });
        }
        self.effects.push(Effect::Left { element: key, node: element.node, cancelled });
        Some(element)
    }
}

fn incident(code: &str, message: impl Into<String>) -> Incident {
    Incident { code: code.to_owned(), message: message.into() }
}
