//! Multi-instance activities and standard loops: each item or round is a scope of its own with one element in it.

use serde_json::Value;

use super::split::truth;
use super::{Move, Run, incident};
use crate::model::{Many as Model, Repeat};
use crate::state::{Completed, Incident, Inside, Key, Many, Scope, Variables, Work};

/// The most items of one activity.
const MOST_ITEMS: u64 = 1_000_000;

impl Run<'_> {
    /// Counts the items, once and for all, and begins them.
    pub(super) fn begin_many(&mut self, key: Key, model: &Model) {
        let Some(scope) = self.element(key).map(|element| element.scope) else { return };
        let (total, items) = match self.count(model, scope) {
            Ok(counted) => counted,
            Err(problem) => {
                self.stop(key, problem);
                return;
            }
        };
        let results = if model.results.is_some() { vec![Value::Null; total as usize] } else { Vec::new() };
        self.set_work(key, Work::Many(Many { total, begun: 0, completed: 0, items, results, inside: Vec::new() }));
        if total == 0 {
            self.finish_many(key);
        } else if model.sequential {
            if let Some(item) = self.next_item(key) {
                self.begin(item);
            }
        } else {
            for _ in 0..total {
                if let Some(element) = self.next_item(key) {
                    self.agenda.push_back(Move::Begin { element });
                }
            }
        }
    }

    fn count(&self, model: &Model, scope: Key) -> Result<(u32, Vec<Value>), Incident> {
        let visible = self.visible(scope);
        if let Some(collection) = &model.collection {
            return match visible.get(collection) {
                Some(Value::Array(items)) if items.len() as u64 <= MOST_ITEMS => {
                    Ok((items.len() as u32, items.clone()))
                }
                Some(Value::Array(_)) => {
                    Err(incident("too-many-items", format!("`{collection}` has more than {MOST_ITEMS} items")))
                }
                _ => Err(incident(
                    "no-collection",
                    format!("the variable `{collection}` holds no list to go through; set it and retry"),
                )),
            };
        }
        let Some(cardinality) = &model.cardinality else { return Ok((0, Vec::new())) };
        let text = &cardinality.text;
        let value = cardinality.run.evaluate(&visible).map_err(|problem| {
            incident("expression-failed", format!("the number of items `{text}` failed: {problem}"))
        })?;
        match value.as_u64().filter(|total| *total <= MOST_ITEMS) {
            Some(total) => Ok((total as u32, Vec::new())),
            None => Err(incident(
                "invalid-cardinality",
                format!("the number of items `{text}` gives {value}, which is no whole number from 0 to {MOST_ITEMS}"),
            )),
        }
    }

    /// Makes the next item, ready to begin.
    fn next_item(&mut self, key: Key) -> Option<Key> {
        let element = self.state.elements.get_mut(&key)?;
        let Some(Repeat::Many(model)) = &self.process.node(element.node).repeat else { return None };
        let Work::Many(many) = &mut element.work else { return None };
        let index = many.begun;
        many.begun += 1;
        let mut locals = Variables::new();
        locals.insert("loopCounter".to_owned(), Value::from(index + 1));
        if let Some(name) = &model.item {
            locals.insert(name.clone(), many.items.get(index as usize).cloned().unwrap_or_default());
        }
        if let Some(name) = &model.result {
            locals.insert(name.clone(), Value::Null);
        }
        Some(self.round(key, index, locals))
    }

    /// Opens the scope of one item or round with its element.
    fn round(&mut self, key: Key, index: u32, locals: Variables) -> Key {
        let scope = self.state.key();
        self.state.scopes.insert(scope, Scope { tokens: 1, locals, ..Scope::new(Inside::Item(index), Some(key)) });
        let node = self.state.elements.get_mut(&key).map(|element| {
            element.inside.insert(scope);
            element.node
        });
        self.new_element(node.unwrap_or(crate::model::NodeId(0)), scope, Work::Beginning)
    }

    /// One item or round is done.
    pub(super) fn item_done(&mut self, scope: Key, mut inside: Vec<Completed>) {
        let Some(found) = self.state.scopes.get(&scope) else { return };
        let (Inside::Item(index), Some(owner)) = (found.inside, found.owner) else { return };
        let Some(element) = self.state.elements.get_mut(&owner) else { return };
        match (&mut element.work, &self.process.node(element.node).repeat) {
            (Work::Many(many), Some(Repeat::Many(model))) => {
                many.completed += 1;
                many.inside.append(&mut inside);
                if let (Some(name), Some(result)) = (&model.result, many.results.get_mut(index as usize)) {
                    *result = found.locals.get(name).cloned().unwrap_or_default();
                }
                self.many_next(owner, scope, model);
            }
            (Work::Loop { inside: before, .. }, _) => {
                before.append(&mut inside);
                self.close_round(owner, scope);
                self.loop_next(owner);
            }
            _ => {}
        }
    }

    fn close_round(&mut self, owner: Key, scope: Key) {
        self.state.scopes.remove(&scope);
        if let Some(element) = self.element_mut(owner) {
            element.inside.remove(&scope);
        }
    }

    /// After an item: is the condition met, is there another, or are all done?
    fn many_next(&mut self, key: Key, scope: Key, model: &Model) {
        let Some(Work::Many(many)) = self.element(key).map(|element| &element.work) else { return };
        let (total, begun, completed) = (many.total, many.begun, many.completed);
        let met = model.completion.as_ref().map_or(Ok(false), |condition| {
            let counters = [
                ("numberOfInstances", Value::from(total)),
                ("numberOfActiveInstances", Value::from(begun - completed)),
                ("numberOfCompletedInstances", Value::from(completed)),
                ("numberOfTerminatedInstances", Value::from(0)),
            ];
            truth(&condition.text, condition.run.evaluate(&self.visible(scope).counting(&counters)))
        });
        self.close_round(key, scope);
        match met {
            Err(problem) => self.stop(key, problem),
            Ok(met) => self.many_go_on(key, met, model.sequential),
        }
    }

    /// Begins the next item, ends the activity, or lets the others go on.
    pub(super) fn many_go_on(&mut self, key: Key, met: bool, sequential: bool) {
        let Some(Work::Many(many)) = self.element(key).map(|element| &element.work) else { return };
        if met || many.completed >= many.total {
            self.finish_many(key);
        } else if sequential
            && many.begun == many.completed
            && let Some(element) = self.next_item(key)
        {
            // Items that do not wait must not pile up on the stack.
            self.agenda.push_back(Move::Begin { element });
        }
    }

    fn finish_many(&mut self, key: Key) {
        let Some(element) = self.state.elements.get_mut(&key) else { return };
        let scope = element.scope;
        let Some(Repeat::Many(model)) = &self.process.node(element.node).repeat else { return };
        let Work::Many(many) = &mut element.work else { return };
        let (results, inside) = (std::mem::take(&mut many.results), std::mem::take(&mut many.inside));
        if let Some(variable) = &model.results {
            self.state.assign(scope, variable, Value::Array(results));
            self.variables_changed = true;
        }
        self.cancel_inside(key);
        self.complete(key, inside);
    }

    /// Begins the next round of a standard loop, or ends it.
    pub(super) fn loop_next(&mut self, key: Key) {
        let Some(element) = self.element(key) else { return };
        let scope = element.scope;
        let Some(Repeat::Loop(model)) = &self.node(element.node).repeat else { return };
        let Work::Loop { round, .. } = element.work else { return };
        let again = if model.maximum.is_some_and(|maximum| round >= maximum) {
            Ok(false)
        } else if round == 0 && !model.test_before {
            Ok(true)
        } else {
            let counters = [("loopCounter", Value::from(round))];
            model.condition.as_ref().map_or(Ok(true), |condition| {
                truth(&condition.text, condition.run.evaluate(&self.visible(scope).counting(&counters)))
            })
        };
        match again {
            Err(problem) => self.stop(key, problem),
            Ok(false) => {
                let inside = match self.element_mut(key).map(|element| &mut element.work) {
                    Some(Work::Loop { inside, .. }) => std::mem::take(inside),
                    _ => Vec::new(),
                };
                self.complete(key, inside);
            }
            Ok(true) => {
                if let Some(Work::Loop { round, .. }) = self.element_mut(key).map(|element| &mut element.work) {
                    *round += 1;
                }
                let mut locals = Variables::new();
                locals.insert("loopCounter".to_owned(), Value::from(round + 1));
                let element = self.round(key, round, locals);
                self.agenda.push_back(Move::Begin { element });
            }
        }
    }
}
