//! The in-memory reader: does this record meet the condition?

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::condition::{Condition, Leaf, Node, Test};
use crate::field::{FieldType, FieldValue, lower};
use crate::moment::Now;
use crate::operand::Operand;

/// A record whose fields can be asked for. JSON objects are records; a domain's own types can be too.
pub trait Fields {
    /// The value of a field of this type; `None` when it is missing.
    fn value(&self, field: &str, kind: FieldType) -> Option<FieldValue<'_>>;
}

impl Fields for Map<String, Value> {
    fn value(&self, field: &str, kind: FieldType) -> Option<FieldValue<'_>> {
        FieldValue::from_json(kind, self.get(field)?)
    }
}

impl Fields for Value {
    fn value(&self, field: &str, kind: FieldType) -> Option<FieldValue<'_>> {
        self.as_object()?.value(field, kind)
    }
}

/// Whether the record meets the condition, with relative times counted from `now`.
pub fn evaluate(condition: &Condition, record: &dyn Fields, now: impl Into<Now>) -> bool {
    node(&condition.root, record, now.into())
}

fn node(tree: &Node, record: &dyn Fields, now: Now) -> bool {
    match tree {
        Node::All(nodes) => nodes.iter().all(|tree| node(tree, record, now)),
        Node::Any(nodes) => nodes.iter().any(|tree| node(tree, record, now)),
        Node::Not(tree) => !node(tree, record, now),
        Node::Leaf(leaf) => {
            let value = record.value(&leaf.field, leaf.kind).and_then(|value| value.of(leaf.kind));
            test(leaf, value.as_ref(), now)
        }
    }
}

fn test(leaf: &Leaf, value: Option<&FieldValue<'_>>, now: Now) -> bool {
    let order = |operand: &Operand| compare(value?, &operand.resolve(leaf.kind, now));
    let is = |operand: &Operand| order(operand) == Some(Ordering::Equal);
    match &leaf.test {
        Test::Equal(operand) => is(operand),
        Test::NotEqual(operand) => !is(operand),
        Test::Less(operand) => order(operand).is_some_and(Ordering::is_lt),
        Test::LessOrEqual(operand) => order(operand).is_some_and(Ordering::is_le),
        Test::Greater(operand) => order(operand).is_some_and(Ordering::is_gt),
        Test::GreaterOrEqual(operand) => order(operand).is_some_and(Ordering::is_ge),
        Test::Between(low, high) => order(low).is_some_and(Ordering::is_ge) && order(high).is_some_and(Ordering::is_le),
        Test::In(operands) => operands.iter().any(is),
        Test::NotIn(operands) => !operands.iter().any(is),
        Test::Contains(part) => matches!(value, Some(FieldValue::Text(text)) if lower(text).contains(part)),
        Test::StartsWith(part) => matches!(value, Some(FieldValue::Text(text)) if lower(text).starts_with(part)),
        Test::ContainsAny(wanted) => {
            matches!(value, Some(FieldValue::Tags(tags)) if wanted.iter().any(|one| tags.iter().any(|tag| tag == one)))
        }
        Test::ContainsAll(wanted) => {
            matches!(value, Some(FieldValue::Tags(tags)) if wanted.iter().all(|one| tags.iter().any(|tag| tag == one)))
        }
        Test::Empty => is_empty(value),
        Test::NotEmpty => !is_empty(value),
    }
}

fn is_empty(value: Option<&FieldValue<'_>>) -> bool {
    match value {
        None => true,
        Some(FieldValue::Text(text)) => text.is_empty(),
        Some(FieldValue::Tags(tags)) => tags.is_empty(),
        Some(_) => false,
    }
}

/// How the value stands to an operand of the same type.
fn compare(value: &FieldValue<'_>, operand: &Operand) -> Option<Ordering> {
    match (value, operand) {
        (FieldValue::Text(a), Operand::Text(b)) | (FieldValue::Date(a), Operand::Date(b)) => {
            Some(a.as_ref().cmp(b.as_str()))
        }
        (FieldValue::Integer(a), Operand::Integer(b)) | (FieldValue::Time(a), Operand::Time(b)) => Some(a.cmp(b)),
        (FieldValue::Number(a), Operand::Number(b)) => a.partial_cmp(b),
        (FieldValue::Boolean(a), Operand::Boolean(b)) => Some(a.cmp(b)),
        (FieldValue::Id(a), Operand::Id(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_our_own_can_be_a_record() {
        struct Ticket {
            priority: i64,
            due_at: Option<i64>,
        }
        impl Fields for Ticket {
            fn value(&self, field: &str, _: FieldType) -> Option<FieldValue<'_>> {
                match field {
                    "priority" => Some(FieldValue::Integer(self.priority)),
                    "due_at" => self.due_at.map(FieldValue::Time),
                    _ => None,
                }
            }
        }
        let types: &[(&str, FieldType)] = &[("priority", FieldType::Number), ("due_at", FieldType::Time)];
        let json = serde_json::json!({"all": [
            {"field": "priority", "op": "le", "value": 2.5},
            {"field": "due_at", "op": "lt", "value": {"now": "PT1H"}},
        ]});
        let condition = Condition::parse(&json, types).unwrap();
        assert!(evaluate(&condition, &Ticket { priority: 2, due_at: Some(3_599_999_999) }, 0));
        assert!(!evaluate(&condition, &Ticket { priority: 2, due_at: Some(3_600_000_000) }, 0));
        assert!(!evaluate(&condition, &Ticket { priority: 3, due_at: Some(0) }, 0));
        assert!(!evaluate(&condition, &Ticket { priority: 2, due_at: None }, 0));
    }

    /// Every operator on every type is held by the shared vectors.
    #[test]
    fn the_vectors_hold_in_memory() {
        let vectors = crate::vectors::all().unwrap();
        assert!(vectors.len() >= 80);
        for vector in vectors {
            let now = Now::parse(&vector.at).unwrap();
            match Condition::parse(&vector.condition, &vector.fields) {
                Ok(condition) => {
                    assert_eq!(Some(evaluate(&condition, &vector.record, now)), vector.expect, "{}", vector.name);
                }
                Err(error) => {
                    assert_eq!(
                        Some(error.pointer.as_str()),
                        vector.error_pointer.as_deref(),
                        "{}: {error}",
                        vector.name
                    );
                    assert_eq!(Some(error.code()), vector.error_code.as_deref(), "{}: {error}", vector.name);
                }
            }
        }
    }
}
