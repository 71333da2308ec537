//! The product's languages inside a model: condition trees, ZEN expressions, and scripts of assignments.
//!
//! | where | `language` / `scriptFormat` | text |
//! |---|---|---|
//! | conditions | `urn:aftersail:condition:1` | `{"fields": {"amount": "number"}, "condition": {…}}`: a tree of `engines/rules` with the types of what it names; `ticket.priority` names a field of the record |
//! | conditions, numbers of items, timers | none, or `urn:aftersail:zen:1` | a ZEN expression over variables, after a leading `=` or without |
//! | scripts | none, or `urn:aftersail:assignments:1` | one `name = expression` a line |
//!
//! A step must come out the same whenever it is run again, so nothing here may ask for the present time or who is there:
//! timers and variables say that.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bpmn::{
    language::{Expression, Language, Purpose, Script, ScriptEnd, ScriptRun, Source, Visible},
    state::Variables,
};
use formulas::{Formula, Kind, Outcome, Scene, Types};
use jiff::{Timestamp, tz::TimeZone};
use rules::{Condition, FieldType};
use serde::Deserialize;
use serde_json::Value;

/// Names a condition tree.
pub const CONDITION: &str = "urn:aftersail:condition:1";
/// Names a ZEN expression.
pub const ZEN: &str = "urn:aftersail:zen:1";
/// Names a script of assignments.
pub const ASSIGNMENTS: &str = "urn:aftersail:assignments:1";

/// Lines of a script at most.
const MOST_LINES: usize = 50;
/// Bytes of a condition at most.
const LONGEST_CONDITION: usize = 64 << 10;
/// What would make a step come out differently when it is run again.
const CLOCKS: [&str; 3] = ["now", "today", "me"];

/// Condition trees, ZEN expressions, assignments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Aftersail;

impl Language for Aftersail {
    fn expression(&self, source: &Source<'_>) -> Result<Arc<dyn Expression>, String> {
        match source.language {
            Some(CONDITION) if source.purpose == Purpose::Condition => Ok(Arc::new(Tree::read(source.text)?)),
            Some(CONDITION) => Err("A condition tree is true or false; write a ZEN expression here.".to_owned()),
            None | Some("" | ZEN) => {
                let outcome = match source.purpose {
                    Purpose::Condition => Outcome::Boolean,
                    Purpose::Cardinality => Outcome::Whole,
                    Purpose::Timer | Purpose::Script => Outcome::Any,
                };
                Ok(Arc::new(Zen::read(source.text, outcome)?))
            }
            Some(other) => {
                Err(format!("`{}` is no language that is understood here; use {ZEN} or {CONDITION}.", shortened(other)))
            }
        }
    }

    fn script(&self, source: &Source<'_>) -> Result<Arc<dyn Script>, String> {
        match source.language {
            None | Some("" | ASSIGNMENTS) => Ok(Arc::new(Assignments::read(source.text)?)),
            Some(other) => {
                Err(format!("`{}` is no script language that is understood here; use {ASSIGNMENTS}.", shortened(other)))
            }
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A condition as it stands in a model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fields: HashMap<String, FieldType>,
    condition: Value,
}

struct Tree(Condition);

impl Tree {
    fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST_CONDITION {
            return Err(format!("The condition is too long; {LONGEST_CONDITION} bytes are the most."));
        }
        let written: Written = serde_json::from_str(text)
            .map_err(|error| format!("Write the condition as {{\"fields\": {{…}}, \"condition\": {{…}}}}: {error}."))?;
        let condition = Condition::parse(&written.condition, &written.fields)
            .map_err(|error| format!("The condition is wrong at `{}`: {}.", error.pointer, error.message))?;
        if condition.depends_on_now() {
            return Err("The condition counts from now, which changes by itself; use a timer instead.".to_owned());
        }
        Ok(Self(condition))
    }
}

/// Variables as a record of conditions.
struct Record<'v>(&'v Visible<'v>);

impl rules::Fields for Record<'_> {
    fn value(&self, field: &str, kind: FieldType) -> Option<rules::FieldValue<'_>> {
        // `ticket.priority` is the field of a record that is kept whole under its name.
        let value = match field.split_once('.') {
            Some((record, inner)) => self.0.get(record)?.get(inner)?,
            None => self.0.get(field)?,
        };
        rules::FieldValue::from_json(kind, value)
    }
}

impl Expression for Tree {
    fn evaluate(&self, variables: &Visible<'_>) -> Result<Value, String> {
        Ok(Value::Bool(rules::evaluate(&self.0, &Record(variables), 0)))
    }
}

struct Zen {
    formula: Arc<Formula>,
    types: Types,
    outcome: Outcome,
}

impl Zen {
    fn read(text: &str, outcome: Outcome) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_prefix('=').filter(|rest| !rest.starts_with('=')).unwrap_or(text);
        let names = formulas::names(text);
        // What a variable holds is known only when it runs; lists and everything else pass as this kind.
        let types: Types = names.iter().map(|name| (name.clone(), Kind::Texts)).collect();
        let formula = Formula::compile(text, &types).map_err(|fault| fault.message)?;
        if let Some(clock) = formula.reads().iter().find(|name| CLOCKS.contains(&name.as_str())) {
            return Err(format!("`{clock}` changes by itself; use a timer, or set a variable of another name."));
        }
        Ok(Self { formula, types, outcome })
    }

    fn run(&self, values: &Variables) -> Result<Value, String> {
        let scene = Scene { now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC, me: None };
        let made = self.formula.run(values, &self.types, &scene, self.outcome).map_err(|fault| fault.message)?;
        Ok(made.unwrap_or(Value::Null))
    }
}

impl Expression for Zen {
    fn evaluate(&self, variables: &Visible<'_>) -> Result<Value, String> {
        let seen = self.formula.reads().iter().filter_map(|name| Some((name.clone(), variables.get(name)?.clone())));
        self.run(&seen.collect())
    }
}

struct Assignments(Vec<(String, Zen)>);

impl Assignments {
    fn read(text: &str) -> Result<Self, String> {
        let lines: Vec<(usize, &str)> =
            (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty()).collect();
        if lines.len() > MOST_LINES {
            return Err(format!("The script has {} assignments; {MOST_LINES} are the most.", lines.len()));
        }
        let mut all = Vec::with_capacity(lines.len());
        for (number, line) in lines {
            let wrong = |reason: &str| format!("Line {number} of the script: {reason}");
            let (name, expression) = line.split_once('=').ok_or_else(|| wrong("write `name = expression`."))?;
            let name = name.trim();
            let is_name = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
                && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            if !is_name || CLOCKS.contains(&name) {
                return Err(wrong(&format!("`{}` is no name for a variable.", shortened(name))));
            }
            let program = Zen::read(expression, Outcome::Any).map_err(|reason| wrong(&reason))?;
            all.push((name.to_owned(), program));
        }
        Ok(Self(all))
    }
}

impl Script for Assignments {
    fn run(&self, variables: &Visible<'_>, _: u32) -> ScriptRun {
        let mut set: BTreeMap<&str, Value> = BTreeMap::new();
        let mut order = Vec::new();
        for (name, program) in &self.0 {
            let value = |name: &String| {
                let value = set.get(name.as_str()).or_else(|| variables.get(name))?;
                Some((name.clone(), value.clone()))
            };
            match program.run(&program.formula.reads().iter().filter_map(value).collect()) {
                Ok(made) => {
                    order.push((name.clone(), made.clone()));
                    set.insert(name, made);
                }
                Err(reason) => {
                    let message = format!("`{name}` could not be worked out: {reason} Mend the variables and retry.");
                    return ScriptRun { log: Vec::new(), set: Vec::new(), end: ScriptEnd::Failed { message } };
                }
            }
        }
        ScriptRun { log: Vec::new(), set: order, end: ScriptEnd::Done }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expression(language: Option<&str>, purpose: Purpose, text: &str) -> Result<Arc<dyn Expression>, String> {
        Aftersail.expression(&Source { text, language, purpose })
    }

    fn variables(json: Value) -> Variables {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn a_condition_tree_decides_over_variables_and_a_missing_one_is_no_match() {
        let text = r#"{"fields": {"amount": "number"}, "condition": {"field": "amount", "op": "gt", "value": 5000}}"#;
        let tree = expression(Some(CONDITION), Purpose::Condition, text).unwrap();
        for (given, expected) in [(json!({"amount": 5001}), true), (json!({"amount": 5000}), false), (json!({}), false)]
        {
            assert_eq!(tree.evaluate(&Visible::of(&variables(given))), Ok(Value::Bool(expected)));
        }
    }

    #[test]
    fn a_condition_tree_reads_fields_of_records() {
        let text = r#"{"fields": {"ticket.priority": "choice"},
            "condition": {"field": "ticket.priority", "op": "in", "value": ["high", "critical"]}}"#;
        let tree = expression(Some(CONDITION), Purpose::Condition, text).unwrap();
        for (given, expected) in [
            (json!({"ticket": {"priority": "high"}}), true),
            (json!({"ticket": {"priority": "low"}}), false),
            (json!({"ticket": {}}), false),
            (json!({"ticket.priority": "high"}), false),
        ] {
            assert_eq!(tree.evaluate(&Visible::of(&variables(given))), Ok(Value::Bool(expected)));
        }
    }

    #[test]
    fn conditions_that_change_by_themselves_or_are_wrong_are_refused_with_a_reason() {
        let refused = |text: &str| expression(Some(CONDITION), Purpose::Condition, text).err().unwrap();
        let soon =
            r#"{"fields": {"due": "time"}, "condition": {"field": "due", "op": "lt", "value": {"now": "PT1H"}}}"#;
        assert!(refused(soon).contains("use a timer"));
        assert!(refused(r#"{"fields": {}, "condition": {"field": "x", "op": "eq", "value": 1}}"#).contains("/field"));
        assert!(refused("amount > 5").contains("fields"));
        assert!(
            refused(&format!("{{\"fields\": {{}}, \"x\": \"{}\"}}", "y".repeat(LONGEST_CONDITION))).contains("long")
        );
        assert!(expression(Some(ZEN), Purpose::Condition, "now > 5").err().unwrap().contains("use a timer"));
        assert!(expression(Some("feel"), Purpose::Condition, "a").err().unwrap().contains("feel"));
        assert!(expression(None, Purpose::Condition, "a >").is_err());
        assert!(expression(Some(CONDITION), Purpose::Cardinality, "{}").is_err());
    }

    #[test]
    fn zen_expressions_see_numbers_texts_lists_and_objects() {
        let given = variables(json!({"amount": 12.5, "vip": true, "tags": ["a", "b"], "customer": {"level": "gold"}}));
        for (purpose, text, expected) in [
            (Purpose::Condition, "amount > 10 and vip", json!(true)),
            (Purpose::Condition, "customer.level == 'gold'", json!(true)),
            (Purpose::Condition, "'c' in tags", json!(false)),
            (Purpose::Condition, "missing > 1", json!(null)),
            (Purpose::Cardinality, "len(tags)", json!(2)),
            (Purpose::Timer, "= 'PT' + string(len(tags)) + 'H'", json!("PT2H")),
        ] {
            let made = expression(None, purpose, text).unwrap().evaluate(&Visible::of(&given));
            assert_eq!(made, Ok(expected), "{text}");
        }
        let number = expression(None, Purpose::Condition, "amount").unwrap();
        assert!(number.evaluate(&Visible::of(&given)).is_err());
    }

    #[test]
    fn assignments_see_what_the_lines_above_set() {
        let source =
            Source { text: "net = price * qty\n\n  total = net * 1.06\n", language: None, purpose: Purpose::Script };
        let script = Aftersail.script(&source).unwrap();
        let run = script.run(&Visible::of(&variables(json!({"price": 100, "qty": 3}))), 0);
        assert_eq!(run.end, ScriptEnd::Done);
        assert_eq!(run.set, [("net".to_owned(), json!(300)), ("total".to_owned(), json!(318))]);
        let failed = script.run(&Visible::of(&variables(json!({"price": "x", "qty": 3}))), 0);
        assert!(matches!(failed.end, ScriptEnd::Failed { message } if message.contains("net")));
        assert!(failed.set.is_empty());
        for wrong in ["x", "1a = 2", "a = ", "now = 1", &"a = 1\n".repeat(MOST_LINES + 1)] {
            let source = Source { text: wrong, language: None, purpose: Purpose::Script };
            assert!(Aftersail.script(&source).is_err(), "{wrong}");
        }
    }
}
