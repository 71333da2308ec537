//! How much work an expression is for a record: an upper bound, worked out before it runs.

use serde_json::Value;

use crate::{
    MAX_STEPS,
    shape::{Gives, Shape, weight_of_text},
};

/// How big a value may be.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Members of the list, if it is one.
    count: u64,
    /// The weight of the heaviest member; of the value itself when it is no list.
    each: u64,
    /// The weight of all of it.
    total: u64,
}

const SMALL: Extent = Extent { count: 1, each: 2, total: 2 };

impl Extent {
    const fn one(weight: u64) -> Self {
        Self { count: weight, each: weight, total: weight }
    }

    fn list(count: u64, each: u64) -> Self {
        Self { count, each, total: count.saturating_mul(each).saturating_add(1) }
    }

    fn or(self, other: Self) -> Self {
        Self { count: self.count.max(other.count), each: self.each.max(other.each), total: self.total.max(other.total) }
    }
}

/// The steps of one run. `value` gives the value of a field; unknown ones count as small.
pub(crate) fn steps<'v>(shape: &Shape, value: &impl Fn(&str) -> Option<&'v Value>) -> u64 {
    let mut meter = Meter { value, elements: Vec::new(), steps: 0 };
    let made = meter.go(shape);
    meter.steps.saturating_add(made.total)
}

struct Meter<'f, F> {
    value: &'f F,
    elements: Vec<Extent>,
    steps: u64,
}

impl<'v, F: Fn(&str) -> Option<&'v Value>> Meter<'_, F> {
    fn work(&mut self, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
    }

    fn go(&mut self, shape: &Shape) -> Extent {
        self.work(1);
        match shape {
            Shape::Constant(weight) => Extent::one(*weight),
            Shape::Field(id) => (self.value)(id).map_or(SMALL, extent),
            Shape::Element(level) => {
                let at = self.elements.len().checked_sub(level + 1);
                at.and_then(|at| self.elements.get(at)).map_or(SMALL, |list| Extent::one(list.each))
            }
            Shape::Part(of) => {
                let of = self.go(of);
                Extent { count: of.each, each: of.each, total: of.each.max(of.total.min(of.each)) }
            }
            Shape::Either(shapes) => {
                let made = self.each_of(shapes);
                made.into_iter().fold(Extent::one(1), Extent::or)
            }
            Shape::Joined(shapes) => {
                let total = self.sum_of(shapes);
                self.work(total);
                Extent::one(total)
            }
            Shape::List(shapes) => {
                let made = self.each_of(shapes);
                let each = made.iter().map(|part| part.total).max().unwrap_or(1);
                Extent::list(made.len() as u64, each)
            }
            Shape::Pieces(shapes) => {
                let total = self.sum_of(shapes);
                let count = total.saturating_mul(16);
                self.work(count);
                Extent { count, each: total, total: count }
            }
            Shape::Flat(list) => {
                let list = self.go(list);
                self.work(list.total);
                Extent { count: list.total, each: list.each, total: list.total }
            }
            Shape::Small(shapes) => {
                let total = self.sum_of(shapes);
                self.work(total);
                SMALL
            }
            Shape::Each { list, body, gives } => self.each(list, body, *gives),
        }
    }

    fn each_of(&mut self, shapes: &[Shape]) -> Vec<Extent> {
        shapes.iter().map(|shape| self.go(shape)).collect()
    }

    fn sum_of(&mut self, shapes: &[Shape]) -> u64 {
        self.each_of(shapes).into_iter().fold(1, |sum, part| sum.saturating_add(part.total))
    }

    fn each(&mut self, list: &Shape, body: &Shape, gives: Gives) -> Extent {
        let list = self.go(list);
        let before = self.steps;
        self.elements.push(list);
        let made = self.go(body);
        self.elements.pop();
        let once = (self.steps - before).saturating_add(made.total).saturating_add(1);
        self.steps = before.saturating_add(once.saturating_mul(list.count)).saturating_add(list.total);
        match gives {
            Gives::Small => SMALL,
            Gives::Some => list,
            Gives::Bodies => Extent::list(list.count, made.total),
            Gives::BodiesFlat => Extent::list(list.count.saturating_mul(made.count), made.each),
        }
    }
}

/// The size of a value of a record.
fn extent(value: &Value) -> Extent {
    match value {
        Value::Array(members) => {
            let weights: Vec<u64> = members.iter().map(weight).collect();
            Extent {
                count: members.len() as u64,
                each: weights.iter().copied().max().unwrap_or(1),
                total: weights.iter().sum::<u64>() + 1,
            }
        }
        one => Extent::one(weight(one)),
    }
}

fn weight(value: &Value) -> u64 {
    match value {
        Value::String(text) => weight_of_text(text),
        Value::Array(members) => 1 + members.iter().map(weight).sum::<u64>(),
        Value::Object(members) => 1 + members.values().map(weight).sum::<u64>(),
        _ => 1,
    }
}

/// Whether so many steps are too many.
pub(crate) const fn is_too_many(steps: u64) -> bool {
    steps > MAX_STEPS
}
