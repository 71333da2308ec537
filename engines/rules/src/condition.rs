//! Reading: from JSON to a checked condition that can no longer go wrong.

use serde_json::{Map, Value};

use crate::field::{FieldType, Types, lower};
use crate::operand::{self, Operand};
use crate::{MAX_CONDITIONS, MAX_DEPTH, MAX_LIST, MAX_VALUES, Problem, RuleError};

/// A condition checked against the fields it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(crate) root: Node,
    json: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Leaf(Leaf),
}

/// One test of one field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaf {
    pub pointer: String,
    pub field: String,
    pub kind: FieldType,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Equal(Operand),
    NotEqual(Operand),
    Less(Operand),
    LessOrEqual(Operand),
    Greater(Operand),
    GreaterOrEqual(Operand),
    Between(Operand, Operand),
    In(Vec<Operand>),
    NotIn(Vec<Operand>),
    /// Lower-cased.
    Contains(String),
    /// Lower-cased.
    StartsWith(String),
    /// Without repetitions.
    ContainsAny(Vec<String>),
    /// Without repetitions.
    ContainsAll(Vec<String>),
    Empty,
    NotEmpty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Between,
    In,
    NotIn,
    Contains,
    StartsWith,
    ContainsAny,
    ContainsAll,
    IsEmpty,
    IsNotEmpty,
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "le" => Self::Le,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "between" => Self::Between,
            "in" => Self::In,
            "not_in" => Self::NotIn,
            "contains" => Self::Contains,
            "starts_with" => Self::StartsWith,
            "contains_any" => Self::ContainsAny,
            "contains_all" => Self::ContainsAll,
            "is_empty" => Self::IsEmpty,
            "is_not_empty" => Self::IsNotEmpty,
            _ => return None,
        })
    }

    fn applies_to(self, kind: FieldType) -> bool {
        match self {
            Self::IsEmpty | Self::IsNotEmpty => true,
            Self::Eq | Self::Ne => kind != FieldType::Tags,
            Self::In | Self::NotIn => !matches!(kind, FieldType::Tags | FieldType::Boolean),
            Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Between => {
                matches!(kind, FieldType::Integer | FieldType::Number | FieldType::Time | FieldType::Date)
            }
            Self::Contains | Self::StartsWith => kind == FieldType::Text,
            Self::ContainsAny | Self::ContainsAll => kind == FieldType::Tags,
        }
    }
}

impl Condition {
    /// Checks a condition in JSON against the fields that may be named.
    ///
    /// # Errors
    /// The first mistake, with a JSON pointer to it.
    pub fn parse(json: &Value, types: &(impl Types + ?Sized)) -> Result<Self, RuleError> {
        let root = Reader { types, conditions: 0, values: 0 }.node(json, String::new(), 1)?;
        Ok(Self { root, json: json.clone() })
    }

    /// Checks a condition in JSON text, such as the `filter` of a list.
    ///
    /// # Errors
    /// As [`Self::parse`]; text that is not JSON is malformed at the root.
    pub fn parse_text(text: &str, types: &(impl Types + ?Sized)) -> Result<Self, RuleError> {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| RuleError::new("", Problem::Malformed, format!("is not JSON: {error}")))?;
        Self::parse(&json, types)
    }

    /// The condition that every record meets: `{"all":[]}`.
    pub fn everything() -> Self {
        Self { root: Node::All(Vec::new()), json: serde_json::json!({ "all": [] }) }
    }

    /// The JSON it was read from, for storing.
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// The ids of the fields it names, in reading order, with repetitions.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields = Vec::new();
        self.root.each_leaf(&mut |leaf| fields.push(leaf.field.as_str()));
        fields
    }

    /// Whether the answer may change as time passes, because a value is relative to now.
    pub fn depends_on_now(&self) -> bool {
        let mut found = false;
        self.root.each_leaf(&mut |leaf| {
            let relative = |operand: &Operand| matches!(operand, Operand::FromNow(_));
            found |= match &leaf.test {
                Test::Equal(operand)
                | Test::NotEqual(operand)
                | Test::Less(operand)
                | Test::LessOrEqual(operand)
                | Test::Greater(operand)
                | Test::GreaterOrEqual(operand) => relative(operand),
                Test::Between(low, high) => relative(low) || relative(high),
                Test::In(operands) | Test::NotIn(operands) => operands.iter().any(relative),
                _ => false,
            };
        });
        found
    }
}

impl Node {
    fn each_leaf<'a>(&'a self, visit: &mut impl FnMut(&'a Leaf)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.each_leaf(visit)),
            Self::Not(node) => node.each_leaf(visit),
            Self::Leaf(leaf) => visit(leaf),
        }
    }
}

struct Reader<'t, T: ?Sized> {
    types: &'t T,
    conditions: usize,
    values: usize,
}

impl<T: Types + ?Sized> Reader<'_, T> {
    fn node(&mut self, json: &Value, pointer: String, depth: usize) -> Result<Node, RuleError> {
        if depth > MAX_DEPTH {
            let message = format!("conditions may be nested at most {MAX_DEPTH} deep");
            return Err(RuleError::new(pointer, Problem::TooDeep, message));
        }
        let Some(object) = json.as_object() else {
            return Err(RuleError::new(pointer, Problem::Malformed, "a condition must be an object"));
        };
        let single = if object.len() == 1 { object.iter().next() } else { None };
        match single.map(|(key, value)| (key.as_str(), value)) {
            Some(("all", nodes)) => self.group(nodes, &pointer, "all", depth).map(Node::All),
            Some(("any", nodes)) => self.group(nodes, &pointer, "any", depth).map(Node::Any),
            Some(("not", node)) => Ok(Node::Not(Box::new(self.node(node, format!("{pointer}/not"), depth + 1)?))),
            _ => self.leaf(object, pointer).map(Node::Leaf),
        }
    }

    fn group(&mut self, nodes: &Value, pointer: &str, key: &str, depth: usize) -> Result<Vec<Node>, RuleError> {
        let Some(nodes) = nodes.as_array() else {
            let message = format!("`{key}` must be a list of conditions");
            return Err(RuleError::new(format!("{pointer}/{key}"), Problem::Malformed, message));
        };
        if nodes.is_empty() {
            self.count_condition(pointer)?;
        }
        nodes
            .iter()
            .enumerate()
            .map(|(index, node)| self.node(node, format!("{pointer}/{key}/{index}"), depth + 1))
            .collect()
    }

    fn count_condition(&mut self, pointer: &str) -> Result<(), RuleError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            let message = format!("there may be at most {MAX_CONDITIONS} conditions");
            return Err(RuleError::new(pointer, Problem::TooManyConditions, message));
        }
        Ok(())
    }

    fn leaf(&mut self, object: &Map<String, Value>, pointer: String) -> Result<Leaf, RuleError> {
        self.count_condition(&pointer)?;
        let known = object.keys().all(|key| matches!(key.as_str(), "field" | "op" | "value"));
        let (Some(field), Some(op), true) = (object.get("field"), object.get("op"), known) else {
            let message =
                "a condition is {\"all\":[…]}, {\"any\":[…]}, {\"not\":…} or {\"field\":…,\"op\":…,\"value\":…}";
            return Err(RuleError::new(pointer, Problem::Malformed, message));
        };
        let field_pointer = format!("{pointer}/field");
        let Some(field) = field.as_str() else {
            return Err(RuleError::new(field_pointer, Problem::Malformed, "`field` must be a field's id"));
        };
        let Some(kind) = self.types.field_type(field) else {
            let message = format!("there is no field `{}` here", field.chars().take(80).collect::<String>());
            return Err(RuleError::new(field_pointer, Problem::UnknownField, message));
        };
        let op_pointer = format!("{pointer}/op");
        let Some(op) = op.as_str() else {
            return Err(RuleError::new(op_pointer, Problem::Malformed, "`op` must be an operator's name"));
        };
        let Some(operator) = Operator::named(op) else {
            let message = format!("there is no operator `{}`", op.chars().take(80).collect::<String>());
            return Err(RuleError::new(op_pointer, Problem::UnknownOperator, message));
        };
        if !operator.applies_to(kind) {
            let message = format!("`{op}` does not apply to a field of type {kind}");
            return Err(RuleError::new(op_pointer, Problem::OperatorNotAllowed, message));
        }
        let test = self.test(operator, kind, object.get("value"), &pointer)?;
        Ok(Leaf { pointer, field: field.to_owned(), kind, test })
    }

    fn test(&mut self, op: Operator, kind: FieldType, value: Option<&Value>, pointer: &str) -> Result<Test, RuleError> {
        let at = format!("{pointer}/value");
        let value = match (op, value) {
            (Operator::IsEmpty, None) => return Ok(Test::Empty),
            (Operator::IsNotEmpty, None) => return Ok(Test::NotEmpty),
            (Operator::IsEmpty | Operator::IsNotEmpty, Some(_)) => {
                return Err(RuleError::new(at, Problem::Malformed, "this operator takes no value"));
            }
            (_, None) => return Err(RuleError::new(pointer, Problem::Malformed, "`value` is missing")),
            (_, Some(value)) => value,
        };
        let one = || Operand::read(kind, value, &at);
        Ok(match op {
            Operator::Eq => Test::Equal(one()?),
            Operator::Ne => Test::NotEqual(one()?),
            Operator::Lt => Test::Less(one()?),
            Operator::Le => Test::LessOrEqual(one()?),
            Operator::Gt => Test::Greater(one()?),
            Operator::Ge => Test::GreaterOrEqual(one()?),
            Operator::Between => {
                let Some([low, high]) = value.as_array().map(Vec::as_slice) else {
                    return Err(RuleError::new(
                        at,
                        Problem::WrongType,
                        "must be a list of two values, the first and the last",
                    ));
                };
                let low = Operand::read(kind, low, &format!("{at}/0"))?;
                Test::Between(low, Operand::read(kind, high, &format!("{at}/1"))?)
            }
            Operator::In => Test::In(self.list(value, &at, |value, at| Operand::read(kind, value, at))?),
            Operator::NotIn => Test::NotIn(self.list(value, &at, |value, at| Operand::read(kind, value, at))?),
            Operator::Contains => Test::Contains(lower(&operand::text(value, &at)?)),
            Operator::StartsWith => Test::StartsWith(lower(&operand::text(value, &at)?)),
            Operator::ContainsAny => Test::ContainsAny(once(self.list(value, &at, operand::text)?)),
            Operator::ContainsAll => Test::ContainsAll(once(self.list(value, &at, operand::text)?)),
            Operator::IsEmpty => Test::Empty,
            Operator::IsNotEmpty => Test::NotEmpty,
        })
    }

    fn list<V>(
        &mut self,
        value: &Value,
        pointer: &str,
        read: impl Fn(&Value, &str) -> Result<V, RuleError>,
    ) -> Result<Vec<V>, RuleError> {
        let Some(values) = value.as_array() else {
            return Err(RuleError::new(pointer, Problem::WrongType, "must be a list of values"));
        };
        if values.is_empty() {
            return Err(RuleError::new(pointer, Problem::EmptyList, "must have at least one value"));
        }
        if values.len() > MAX_LIST {
            let message = format!("must have at most {MAX_LIST} values");
            return Err(RuleError::new(pointer, Problem::TooManyValues, message));
        }
        self.values += values.len();
        if self.values > MAX_VALUES {
            let message = format!("all lists together may have at most {MAX_VALUES} values");
            return Err(RuleError::new(pointer, Problem::TooManyValues, message));
        }
        values.iter().enumerate().map(|(index, value)| read(value, &format!("{pointer}/{index}"))).collect()
    }
}

/// The values without repetitions, sorted.
fn once(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TYPES: &[(&str, FieldType)] =
        &[("title", FieldType::Text), ("due_at", FieldType::Time), ("status", FieldType::Choice)];

    fn mistake(json: &Value) -> RuleError {
        Condition::parse(json, TYPES).unwrap_err()
    }

    fn nested(depth: usize) -> Value {
        (1..depth).fold(json!({"all": []}), |inner, _| json!({"not": inner}))
    }

    #[test]
    fn a_condition_remembers_its_json_and_its_fields() {
        let json = json!({"all": [
            {"field": "status", "op": "in", "value": ["open"]},
            {"not": {"field": "title", "op": "contains", "value": "漏水"}}
        ]});
        let condition = Condition::parse(&json, TYPES).unwrap();
        assert_eq!(condition.json(), &json);
        assert_eq!(condition.fields(), ["status", "title"]);
        assert!(!condition.depends_on_now());
        assert_eq!(Condition::parse_text(&json.to_string(), TYPES).unwrap(), condition);
        let relative =
            json!({"any": [{"field": "due_at", "op": "between", "value": ["2026-01-01T00:00:00Z", {"now": "PT2H"}]}]});
        assert!(Condition::parse(&relative, TYPES).unwrap().depends_on_now());
        assert_eq!(Condition::everything(), Condition::parse(&json!({"all": []}), TYPES).unwrap());
    }

    #[test]
    fn text_that_is_not_json_is_malformed() {
        let error = Condition::parse_text("{\"all\":", TYPES).unwrap_err();
        assert_eq!((error.pointer.as_str(), error.code()), ("", "malformed"));
        assert!(error.to_string().starts_with("is not JSON"));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Condition::parse(&nested(MAX_DEPTH), TYPES).is_ok());
        let error = mistake(&nested(MAX_DEPTH + 1));
        assert_eq!((error.pointer.as_str(), error.problem), ("/not/not/not/not/not/not/not/not", Problem::TooDeep));
    }

    #[test]
    fn the_number_of_conditions_is_bounded() {
        let leaf = json!({"field": "status", "op": "is_empty"});
        assert!(Condition::parse(&json!({"all": vec![&leaf; MAX_CONDITIONS]}), TYPES).is_ok());
        let error = mistake(&json!({"any": vec![&leaf; MAX_CONDITIONS + 1]}));
        assert_eq!((error.pointer.as_str(), error.problem), ("/any/200", Problem::TooManyConditions));
        // Empty groups count too, or a small text could ask for much work.
        let error = mistake(&json!({"any": vec![json!({"all": []}); MAX_CONDITIONS + 1]}));
        assert_eq!((error.pointer.as_str(), error.problem), ("/any/200", Problem::TooManyConditions));
    }

    #[test]
    fn lists_and_texts_are_bounded() {
        let list = |count: usize| json!({"field": "status", "op": "in", "value": vec!["x"; count]});
        assert!(Condition::parse(&list(MAX_LIST), TYPES).is_ok());
        let error = mistake(&list(MAX_LIST + 1));
        assert_eq!((error.pointer.as_str(), error.problem), ("/value", Problem::TooManyValues));
        let error = mistake(&json!({"all": vec![list(MAX_LIST); 11]}));
        assert_eq!((error.pointer.as_str(), error.problem), ("/all/10/value", Problem::TooManyValues));
        let text = |count: usize| json!({"field": "title", "op": "contains", "value": "梯".repeat(count)});
        assert!(Condition::parse(&text(crate::MAX_TEXT), TYPES).is_ok());
        let error = mistake(&text(crate::MAX_TEXT + 1));
        assert_eq!((error.pointer.as_str(), error.problem), ("/value", Problem::TextTooLong));
    }

    #[test]
    fn a_message_says_what_to_do() {
        let error = mistake(&json!({"all": [{"field": "due_at", "op": "lt", "value": "tomorrow"}]}));
        assert_eq!(error.to_string(), "/all/0/value: must be a time like 2026-03-01T08:30:00Z or {\"now\":\"-PT2H\"}");
    }
}
