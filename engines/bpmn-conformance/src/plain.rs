//! The dialect `plain`: whole numbers, comparisons, `and`, `or`, and scripts of one statement per line.

use std::sync::Arc;

use bpmn::language::{Expression, Language, Purpose, Script, ScriptEnd, ScriptRun, Source, Visible};
use serde_json::Value;

/// Reads the dialect.
pub(crate) struct Plain;

impl Language for Plain {
    fn expression(&self, source: &Source<'_>) -> Result<Arc<dyn Expression>, String> {
        if source.purpose == Purpose::Timer {
            return Err("times are written in ISO 8601, not computed".into());
        }
        let node = parse(source.text)?;
        if let (Purpose::Condition, Node::Value(value)) = (source.purpose, &node)
            && !value.is_boolean()
        {
            return Err(format!("it always gives {value}, which is neither true nor false"));
        }
        Ok(Arc::new(node))
    }

    fn script(&self, source: &Source<'_>) -> Result<Arc<dyn Script>, String> {
        let lines = source.text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(Arc::new(Statements(lines.map(statement).collect::<Result<_, _>>()?)))
    }
}

struct Statements(Vec<Statement>);

enum Statement {
    Log(String),
    Set(String, Node),
    Throw(String),
    Fail,
}

fn statement(line: &str) -> Result<Statement, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match word {
        "log" => Ok(Statement::Log(rest.to_owned())),
        "set" => {
            let (name, text) =
                rest.split_once('=').ok_or_else(|| format!("`{line}` sets nothing; write set NAME = EXPR"))?;
            Ok(Statement::Set(name.trim().to_owned(), parse(text)?))
        }
        "throw" if !rest.is_empty() => Ok(Statement::Throw(rest.to_owned())),
        "fail" => Ok(Statement::Fail),
        _ => Err(format!("`{line}` is no statement; write log, set, throw or fail")),
    }
}

impl Script for Statements {
    fn run(&self, variables: &Visible<'_>, _round: u32) -> ScriptRun {
        let mut run = ScriptRun { log: Vec::new(), set: Vec::new(), end: ScriptEnd::Done };
        for statement in &self.0 {
            // A statement sees what those before it have set.
            let get = |name: &str| match run.set.iter().rev().find(|(set, _): &&(String, Value)| set == name) {
                Some((_, value)) => value.clone(),
                None => variables.get(name).cloned().unwrap_or_default(),
            };
            match statement {
                Statement::Log(text) => {
                    let text = fill(text, &get);
                    run.log.push(text);
                }
                Statement::Set(name, node) => {
                    let value = node.value(&get);
                    run.set.push((name.clone(), value));
                }
                Statement::Throw(code) => {
                    run.end = ScriptEnd::Error { code: code.clone() };
                    break;
                }
                Statement::Fail => {
                    run.end = ScriptEnd::Failed { message: "the script says that it failed".into() };
                    break;
                }
            }
        }
        run
    }
}

/// Puts values in place of `{name}`.
fn fill(text: &str, get: &dyn Fn(&str) -> Value) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        match get(name.trim()) {
            Value::String(text) => filled.push_str(&text),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled + rest
}

/// A parsed expression.
enum Node {
    Value(Value),
    Name(String),
    Two(Operator, Box<Node>, Box<Node>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
}

impl Node {
    fn value(&self, get: &dyn Fn(&str) -> Value) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Name(name) => get(name),
            Self::Two(operator, left, right) => {
                let (left, right) = (left.value(get), right.value(get));
                if let Operator::And | Operator::Or = operator {
                    let (left, right) = (left == Value::Bool(true), right == Value::Bool(true));
                    return Value::Bool(if *operator == Operator::And { left && right } else { left || right });
                }
                let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) else { return Value::Null };
                match operator {
                    Operator::Less => Value::Bool(left < right),
                    Operator::LessOrEqual => Value::Bool(left <= right),
                    Operator::Greater => Value::Bool(left > right),
                    Operator::GreaterOrEqual => Value::Bool(left >= right),
                    _ => Value::from(left.saturating_add(right)),
                }
            }
        }
    }
}

impl Expression for Node {
    fn evaluate(&self, variables: &Visible<'_>) -> Result<Value, String> {
        Ok(self.value(&|name| variables.get(name).cloned().unwrap_or_default()))
    }
}

fn parse(text: &str) -> Result<Node, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let node = parser.level(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some(token) => Err(format!("`{token}` was not expected")),
    }
}

/// The words and signs of an expression.
pub(crate) fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
        } else if rest.starts_with("<=") || rest.starts_with(">=") {
            2
        } else if "<>()+".contains(first) {
            1
        } else {
            return Err(format!("`{first}` is no part of the language"));
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: &'t [String],
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    /// One level of precedence: `or`, `and`, comparisons, `+`, then single values.
    fn level(&mut self, level: u8) -> Result<Node, String> {
        if level == 4 {
            return self.single();
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.tokens.get(self.at).and_then(|token| operator(token, level)) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Node::Two(operator, Box::new(left), Box::new(right));
            if level == 2 {
                break;
            }
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Node, String> {
        let token = self.tokens.get(self.at).ok_or("the expression ends too early")?;
        self.at += 1;
        match token.as_str() {
            "true" => Ok(Node::Value(Value::Bool(true))),
            "false" => Ok(Node::Value(Value::Bool(false))),
            "(" => {
                self.depth += 1;
                if self.depth > 50 {
                    return Err("it is nested too deeply".into());
                }
                let inside = self.level(0)?;
                self.depth -= 1;
                if self.tokens.get(self.at).is_some_and(|token| token == ")") {
                    self.at += 1;
                    Ok(inside)
                } else {
                    Err("a bracket is not closed".into())
                }
            }
            number if number.starts_with(|c: char| c.is_ascii_digit()) => number
                .parse::<i64>()
                .map(|number| Node::Value(number.into()))
                .map_err(|_| format!("`{number}` is no number")),
            "and" | "or" => Err(format!("`{token}` was not expected")),
            name if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => Ok(Node::Name(name.to_owned())),
            other => Err(format!("`{other}` was not expected")),
        }
    }
}

fn operator(token: &str, level: u8) -> Option<Operator> {
    Some(match (level, token) {
        (0, "or") => Operator::Or,
        (1, "and") => Operator::And,
        (2, "<") => Operator::Less,
        (2, "<=") => Operator::LessOrEqual,
        (2, ">") => Operator::Greater,
        (2, ">=") => Operator::GreaterOrEqual,
        (3, "+") => Operator::Plus,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        let variables = json!({"n": 3, "go": true}).as_object().unwrap().clone();
        parse(text).unwrap().evaluate(&Visible::of(&variables)).unwrap()
    }

    #[test]
    fn comparisons_bind_tighter_than_and_and_or() {
        assert_eq!(value("n > 2 and n <= 3 or false"), json!(true));
        assert_eq!(value("n + 1 < 4"), json!(false));
        assert_eq!(value("go and (n < 1 or n >= 3)"), json!(true));
    }

    #[test]
    fn what_is_missing_is_null() {
        assert_eq!(value("missing"), json!(null));
        assert_eq!(value("missing > 1"), json!(null));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "n > > (", "(n", "n n", "n ==", "1x", "and"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
