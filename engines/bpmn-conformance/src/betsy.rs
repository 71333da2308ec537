//! The dialect `betsy`: scripts of one word, and conditions over a text and a number.

use std::sync::Arc;

use bpmn::language::{Expression, Language, Purpose, Script, ScriptEnd, ScriptRun, Source, Visible};
use serde_json::Value;

/// Reads the dialect.
pub(crate) struct Betsy;

/// Ten seconds, as scripts that wait do.
const TEN_SECONDS: i64 = 10_000_000;

impl Language for Betsy {
    fn expression(&self, source: &Source<'_>) -> Result<Arc<dyn Expression>, String> {
        if source.purpose == Purpose::Timer {
            return Err("times are written in ISO 8601, not computed".into());
        }
        let text = source.text.trim();
        let text = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim();
        let node = parse(text)?;
        if let (Purpose::Condition, Node::Value(value)) = (source.purpose, &node)
            && !value.is_boolean()
        {
            return Err(format!("it always gives {value}, which is neither true nor false"));
        }
        Ok(Arc::new(node))
    }

    fn script(&self, source: &Source<'_>) -> Result<Arc<dyn Script>, String> {
        let word = source.text.trim();
        match word {
            "CREATE_LOG_FILE"
            | "CREATE_MARKER_FILE"
            | "INCREMENT_INTEGER_VARIABLE"
            | "INCREMENT_INTEGER_VARIABLE_AND_LOG"
            | "SET_STRING_DATA"
            | "LOG_DATA"
            | "WAIT_TEN_SECONDS"
            | "CREATE_TIMESTAMP_LOG_1"
            | "CREATE_TIMESTAMP_LOG_2"
            | "THROW_ERROR" => {}
            _ if word
                .strip_prefix("SCRIPT_task")
                .is_some_and(|number| matches!(number, "1" | "2" | "3" | "4" | "5")) => {}
            _ => return Err(format!("`{word}` is none of the words that the dialect has")),
        }
        Ok(Arc::new(Word(word.to_owned())))
    }
}

struct Word(String);

impl Script for Word {
    fn run(&self, variables: &Visible<'_>, round: u32) -> ScriptRun {
        let mut run = ScriptRun { log: Vec::new(), set: Vec::new(), end: ScriptEnd::Done };
        let increment = || {
            let number = variables.get("integerVariable").and_then(Value::as_i64).unwrap_or(0);
            ("integerVariable".to_owned(), Value::from(number.saturating_add(1)))
        };
        match self.0.as_str() {
            "CREATE_MARKER_FILE" => run.log.push("MARKER_exists".into()),
            "INCREMENT_INTEGER_VARIABLE" => run.set.push(increment()),
            "INCREMENT_INTEGER_VARIABLE_AND_LOG" => {
                run.set.push(increment());
                run.log.push("INCREMENT".into());
            }
            "SET_STRING_DATA" => run.set.push(("data".into(), "String".into())),
            "LOG_DATA" => {
                let right = variables.get("data").is_some_and(|data| data == "String");
                run.log.push(if right { "DATA_correct" } else { "DATA_wrong" }.into());
            }
            "WAIT_TEN_SECONDS" if round == 0 => run.end = ScriptEnd::Pause { microseconds: TEN_SECONDS },
            "THROW_ERROR" => run.end = ScriptEnd::Error { code: "ERR_CODE".into() },
            word => {
                if let Some(number) = word.strip_prefix("CREATE_TIMESTAMP_LOG_") {
                    if round == 0 {
                        run.log.push(format!("TIMESTAMP_{number}_begin"));
                        run.end = ScriptEnd::Pause { microseconds: TEN_SECONDS };
                    } else {
                        run.log.push(format!("TIMESTAMP_{number}_end"));
                    }
                } else if word.starts_with("SCRIPT_") {
                    run.log.push(word.to_owned());
                }
            }
        }
        run
    }
}

/// A parsed expression.
enum Node {
    Value(Value),
    Name(String),
    Contains { name: String, part: String },
    Not(Box<Node>),
    Compare { name: String, operator: String, number: i64 },
}

fn parse(text: &str) -> Result<Node, String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('!') {
        return Ok(Node::Not(Box::new(positive(rest.trim())?)));
    }
    positive(text)
}

fn positive(text: &str) -> Result<Node, String> {
    let wrong = || format!("`{text}` is none of the expressions that the dialect has");
    if let Ok(number) = text.parse::<i64>() {
        return Ok(Node::Value(number.into()));
    }
    if let "true" | "false" = text {
        return Ok(Node::Value(Value::Bool(text == "true")));
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    if text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(word) {
        return Ok(Node::Name(text.to_owned()));
    }
    let length = text.find(|c: char| !word(c)).ok_or_else(wrong)?;
    let (name, rest) = text.split_at(length);
    let rest = rest.trim();
    if name.is_empty() {
        return Err(wrong());
    }
    if let Some(call) = rest.strip_prefix(".contains(").and_then(|rest| rest.strip_suffix(')')) {
        let part = call.trim().strip_prefix('"').and_then(|part| part.strip_suffix('"')).ok_or_else(wrong)?;
        return Ok(Node::Contains { name: name.to_owned(), part: part.to_owned() });
    }
    let operator =
        ["<=", ">=", "==", "!=", "<", ">"].into_iter().find(|operator| rest.starts_with(operator)).ok_or_else(wrong)?;
    let number = rest.get(operator.len()..).unwrap_or_default().trim().parse::<i64>().map_err(|_| wrong())?;
    Ok(Node::Compare { name: name.to_owned(), operator: operator.to_owned(), number })
}

impl Expression for Node {
    fn evaluate(&self, variables: &Visible<'_>) -> Result<Value, String> {
        Ok(match self {
            Self::Value(value) => value.clone(),
            Self::Name(name) => variables.get(name).cloned().unwrap_or_default(),
            Self::Contains { name, part } => Value::Bool(
                variables.get(name).and_then(Value::as_str).is_some_and(|text| text.contains(part.as_str())),
            ),
            Self::Not(inside) => match inside.evaluate(variables)? {
                Value::Bool(holds) => Value::Bool(!holds),
                other => return Err(format!("{other} is neither true nor false")),
            },
            Self::Compare { name, operator, number } => match variables.get(name).and_then(Value::as_i64) {
                None => Value::Null,
                Some(value) => Value::Bool(match operator.as_str() {
                    "<=" => value <= *number,
                    ">=" => value >= *number,
                    "==" => value == *number,
                    "!=" => value != *number,
                    "<" => value < *number,
                    _ => value > *number,
                }),
            },
        })
    }
}
