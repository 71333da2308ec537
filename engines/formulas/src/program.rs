//! Formulas that were compiled: checking, keeping and running them.

use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use serde_json::{Map, Value};
use zen_expression::{
    Expression, Isolate,
    compiler::Opcode,
    intellisense::{
        IntelliSense,
        diagnostic::{Diagnostic, DiagnosticSource, Severity},
    },
    variable::{Variable, VariableType},
    vm::VM,
};

use crate::{
    MAX_TEXT, cost,
    fault::{Code, Fault},
    shape::{self, Reading, Shape},
    types::{NAMES, Outcome, Scene, Types, object},
    value,
};

/// An expression ready to run, for any record and on any thread.
#[derive(Debug)]
pub struct Formula {
    code: Arc<[Opcode]>,
    shape: Shape,
    reads: BTreeSet<String>,
}

/// What was compiled lately, by the types it knew and its text.
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);
type Kept = HashMap<(String, String), Arc<Formula>>;
/// The names in expressions that were read lately.
static NAMED: LazyLock<Mutex<HashMap<String, Arc<BTreeSet<String>>>>> = LazyLock::new(Mutex::default);
/// Formulas kept at most; then the store starts anew, which costs some microseconds each.
const MOST_KEPT: usize = 4_096;
/// Makes a day or time of a text, the same on every server.
static MOMENT: LazyLock<Option<Arc<[Opcode]>>> =
    LazyLock::new(|| compiled("d(text, 'UTC')").ok().map(|expression| Arc::clone(expression.bytecode())));

/// The names that an expression reads, fields or not; none when it does not read as an expression.
pub fn names(source: &str) -> Arc<BTreeSet<String>> {
    if let Some(known) = NAMED.lock().unwrap_or_else(PoisonError::into_inner).get(source) {
        return Arc::clone(known);
    }
    let read = guarded(|| Ok(reading(source, None).map(|reading| reading.reads).unwrap_or_default()));
    let names = Arc::new(read.unwrap_or_default());
    let mut kept = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(source.to_owned(), Arc::clone(&names));
    names
}

/// Everything that is wrong with an expression over these fields, in the order of the text; empty when it may be saved.
pub fn check(source: &str, types: &Types, outcome: Outcome) -> Vec<Fault> {
    guarded(|| match checked(source, types, outcome) {
        Ok(()) => Ok(Vec::new()),
        Err(faults) => Ok(faults),
    })
    .unwrap_or_else(|fault| vec![fault])
}

fn checked(source: &str, types: &Types, outcome: Outcome) -> Result<(), Vec<Fault>> {
    let reading = reading(source, Some(types))?;
    if !reading.faults.is_empty() {
        return Err(reading.faults);
    }
    let all = all_types(types);
    let mut faults = Vec::new();
    let mut sense = IntelliSense::new();
    let analysis = sense.analyze(source, &all);
    for diagnostic in analysis.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        faults.push(told(source, diagnostic));
    }
    // Only the strict reading knows columns that don't exist; its other findings are about missing values.
    let strict = IntelliSense::new().with_strict(true).analyze(source, &all);
    for diagnostic in strict.diagnostics.iter().filter(|found| found.code == Some("type.unknown-member")) {
        let name = diagnostic.args.get("name").cloned().unwrap_or_default();
        let message = format!("Name a column that exists; `{name}` does not.");
        faults.push(Fault::new(Code::UnknownField, message).at(source, diagnostic.span));
    }
    if faults.is_empty() && !gives(&analysis.return_type, outcome) {
        let message = format!("Make {}; this makes {}.", expected(outcome), analysis.return_type);
        faults.push(Fault::new(Code::WrongResult, message));
    }
    if faults.is_empty() && cost::is_too_many(cost::steps(&reading.shape, &|_| None)) {
        faults.push(too_costly());
    }
    if faults.is_empty() {
        Formula::build(source, types).map_err(|fault| vec![fault])?;
        return Ok(());
    }
    faults.sort_by_key(|fault| fault.position);
    faults.dedup();
    Err(faults)
}

/// The tree of an expression, read.
fn reading(source: &str, types: Option<&Types>) -> Result<Reading, Vec<Fault>> {
    let length = source.chars().count();
    if source.trim().is_empty() {
        return Err(vec![Fault::new(Code::Syntax, "Write an expression.")]);
    }
    if length > MAX_TEXT {
        let message = format!("Shorten the formula; {MAX_TEXT} characters are the most, this has {length}.");
        return Err(vec![Fault::new(Code::TooLong, message)]);
    }
    let mut sense = IntelliSense::new();
    let reading = sense.with_ast(source, false, |root, metadata| shape::read(source, root, metadata, types));
    reading.ok_or_else(|| {
        let analysis = sense.analyze(source, &VariableType::Any);
        let errors = analysis.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let mut faults: Vec<Fault> = errors.map(|found| told(source, found)).collect();
        // That it is incomplete goes without saying beside where and why.
        if faults.len() > 1 {
            faults.retain(|fault| fault.code != Code::Syntax || fault.length > 0 || fault.position != Some(0));
        }
        if faults.is_empty() { vec![Fault::new(Code::Syntax, "Complete the expression.")] } else { faults }
    })
}

/// The types of all names.
fn all_types(types: &Types) -> VariableType {
    let names = NAMES.iter().filter(|(name, _)| !types.contains_key(*name)).map(|(name, kind)| (*name, kind));
    object(types.iter().map(|(id, kind)| (id.as_str(), kind)).chain(names))
}

/// What the language found, in our words.
fn told(source: &str, found: &Diagnostic) -> Fault {
    let argument = |name: &str| found.args.get(name).map(String::as_str).unwrap_or_default();
    let (code, message) = match (found.source, found.code) {
        (_, Some("expr.unknown-function")) => {
            (Code::UnknownFunction, format!("Use a function that exists; `{}` does not.", argument("name")))
        }
        (_, Some("expr.unknown-method")) => {
            (Code::UnknownFunction, format!("Use a method that exists; `{}` does not.", argument("name")))
        }
        (_, Some("expr.unterminated-string")) => (Code::Syntax, "Close the quotes.".to_owned()),
        (_, Some("expr.unexpected-token")) => {
            (Code::Syntax, format!("Correct this; `{}` does not fit here.", argument("token")))
        }
        (_, Some("expr.missing-value" | "expr.two-operands" | "expr.unexpected-end")) => {
            (Code::Syntax, "Complete the expression; something is missing here.".to_owned())
        }
        (DiagnosticSource::TypeCheck, _) => (Code::TypeMismatch, format!("{}.", found.message.trim_end_matches('.'))),
        (DiagnosticSource::Compiler, _) => (Code::Syntax, format!("{}.", found.message.trim_end_matches('.'))),
        _ => (Code::Syntax, "Correct the expression here.".to_owned()),
    };
    Fault::new(code, message).at(source, found.span)
}

/// Whether a type can be what the field holds.
fn gives(made: &VariableType, outcome: Outcome) -> bool {
    match (made, outcome) {
        (VariableType::Any | VariableType::Null, _) | (_, Outcome::Any) => true,
        (VariableType::Nullable(inner), outcome) => gives(inner, outcome),
        (kind, outcome) => is_plainly(kind, outcome),
    }
}

fn is_plainly(made: &VariableType, outcome: Outcome) -> bool {
    matches!(
        (made, outcome),
        (VariableType::String | VariableType::Const(_) | VariableType::Enum(..), Outcome::Text)
            | (VariableType::Number, Outcome::Number | Outcome::Whole | Outcome::Money(_))
            | (VariableType::Bool, Outcome::Boolean)
            | (VariableType::Date, Outcome::Date | Outcome::Time)
    )
}

const fn expected(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Text => "a text",
        Outcome::Number | Outcome::Whole => "a number",
        Outcome::Money(_) => "an amount",
        Outcome::Boolean => "yes or no",
        Outcome::Date => "a day",
        Outcome::Time => "a time",
        Outcome::Any => "a value",
    }
}

fn too_costly() -> Fault {
    Fault::new(Code::TooCostly, "The formula goes through too many values; use shorter lists or fewer lists in lists.")
}

fn compiled(source: &str) -> Result<Expression<zen_expression::expression::Standard>, Fault> {
    Isolate::new().compile_standard(source).map_err(|error| Fault::new(Code::Syntax, format!("{error}.")))
}

/// Runs what belongs to somebody else's code, which must not take us with it.
fn guarded<T>(run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let failed = |_| Err(Fault::new(Code::Failed, "The formula could not be worked out."));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(failed)
}

impl Formula {
    /// The formula of an expression over these fields, compiled now or before. A formula that [`check`] refuses may fail
    /// here or when it runs.
    pub fn compile(source: &str, types: &Types) -> Result<Arc<Self>, Fault> {
        // Which names are days decides how texts beside them are read.
        let moments: Vec<&str> = types.iter().filter(|(_, kind)| kind.is_moment()).map(|(id, _)| id.as_str()).collect();
        let key = (source.to_owned(), moments.join(","));
        if let Some(known) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let formula = Arc::new(guarded(|| Self::build(source, types))?);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&formula));
        Ok(formula)
    }

    fn build(source: &str, types: &Types) -> Result<Self, Fault> {
        let first = |faults: Vec<Fault>| {
            faults.into_iter().next().unwrap_or_else(|| Fault::new(Code::Syntax, "Correct the expression."))
        };
        let reading = reading(source, Some(types)).map_err(first)?;
        if !reading.faults.is_empty() {
            return Err(first(reading.faults));
        }
        let mut inserts = reading.inserts;
        inserts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut text = source.to_owned();
        for (at, piece) in inserts.into_iter().filter(|(at, _)| source.is_char_boundary(*at)) {
            text.insert_str(at, piece);
        }
        let code = Arc::clone(compiled(&text)?.bytecode());
        Ok(Self { code, shape: reading.shape, reads: reading.reads })
    }

    /// The names it reads: fields, and perhaps `now`, `today` and `me`.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }

    /// The value for a record; `None` for nothing. A formula that fails because a value is missing makes nothing.
    pub fn run(
        &self,
        values: &Map<String, Value>,
        types: &Types,
        scene: &Scene,
        outcome: Outcome,
    ) -> Result<Option<Value>, Fault> {
        if cost::is_too_many(cost::steps(&self.shape, &|id| values.get(id))) {
            return Err(too_costly());
        }
        let result = guarded(|| {
            let mut vm = VM::new();
            let environment = self.environment(values, types, scene);
            let expression = Expression::new_standard(Arc::clone(&self.code));
            match expression.evaluate_with(environment, &mut vm) {
                Ok(result) => value::leaving(&result, outcome, &scene.zone),
                Err(error) => Err(failed(&error.to_string())),
            }
        });
        match result {
            Err(fault) if fault.code != Code::TooLong && self.misses(values, types) => Ok(None),
            other => other,
        }
    }

    /// Whether a field that it reads has no value.
    fn misses(&self, values: &Map<String, Value>, types: &Types) -> bool {
        self.reads.iter().any(|id| types.contains_key(id) && !values.contains_key(id))
    }

    fn environment(&self, values: &Map<String, Value>, types: &Types, scene: &Scene) -> Variable {
        let fields = types.iter().filter(|(id, _)| self.reads.contains(*id));
        let environment = value::record(fields, values, &scene.zone, &moment);
        let Variable::Object(members) = &environment else { return environment };
        for (name, _) in NAMES.iter().filter(|(name, _)| self.reads.contains(*name) && !types.contains_key(*name)) {
            let wall = value::wall_clock(scene.now, &scene.zone);
            let own = match *name {
                "now" => moment(&wall),
                "today" => moment(wall.get(..10).unwrap_or_default()),
                _ => scene.me.as_deref().map_or(Variable::Null, |me| Variable::String(me.into())),
            };
            members.borrow_mut().insert(Variable::key(name), own);
        }
        environment
    }
}

/// A day or time of its text, as if in UTC.
fn moment(text: &str) -> Variable {
    let Some(code) = MOMENT.as_ref() else { return Variable::Null };
    let environment = Variable::empty_object();
    if let Variable::Object(members) = &environment {
        members.borrow_mut().insert(Variable::key("text"), Variable::String(text.into()));
    }
    let made = Expression::new_standard(Arc::clone(code)).evaluate(environment);
    made.ok().filter(|made| made.as_str().is_some()).unwrap_or(Variable::Null)
}

/// A failed run in our words.
fn failed(error: &str) -> Fault {
    if error.contains("overflow") {
        return Fault::new(Code::Overflow, "A number becomes larger than a record can hold.");
    }
    Fault::new(Code::Failed, "The formula does not fit these values.")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{MAX_DEPTH, types::Kind};

    fn types() -> Types {
        let row = [("name", Kind::Text), ("qty", Kind::Number), ("price", Kind::Number)];
        [
            ("name", Kind::Text),
            ("price", Kind::Number),
            ("qty", Kind::Number),
            ("urgent", Kind::Boolean),
            ("due", Kind::Date),
            ("made", Kind::Time),
            ("tags", Kind::Texts),
            ("items", Kind::Rows(row.map(|(id, kind)| (id.to_owned(), kind)).into())),
            ("spot", Kind::Place),
        ]
        .map(|(id, kind)| (id.to_owned(), kind))
        .into()
    }

    fn scene() -> Scene {
        // 01:30 on 2 March in Shanghai.
        Scene {
            now: "2026-03-01T17:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            me: Some("u1".to_owned()),
        }
    }

    fn values() -> Map<String, Value> {
        json!({
            "name": "电梯", "price": 1999, "qty": 3, "urgent": true, "due": "2026-03-05", "made": "2026-03-01T17:00:00Z",
            "tags": ["a", "b"], "items": [{"name": "泵", "qty": 2, "price": 150}, {"qty": 1, "price": 99}],
            "spot": {"lat": 31.2, "lng": 121.4, "system": "wgs84"},
        })
        .as_object()
        .unwrap()
        .clone()
    }

    fn run(source: &str, outcome: Outcome) -> Result<Option<Value>, Code> {
        let formula = Formula::compile(source, &types()).map_err(|fault| fault.code)?;
        formula.run(&values(), &types(), &scene(), outcome).map_err(|fault| fault.code)
    }

    #[track_caller]
    fn makes(source: &str, outcome: Outcome, expected: Value) {
        assert_eq!(check(source, &types(), outcome), [], "{source}");
        assert_eq!(run(source, outcome), Ok(Some(expected)), "{source}");
    }

    #[track_caller]
    fn refused(source: &str, outcome: Outcome, code: Code, position: Option<usize>) {
        let found: Vec<_> =
            check(source, &types(), outcome).into_iter().map(|fault| (fault.code, fault.position)).collect();
        assert_eq!(found, [(code, position)], "{source}");
    }

    #[test]
    fn numbers_are_exact() {
        makes("price * qty", Outcome::Whole, json!(5997));
        makes("0.1 + 0.2", Outcome::Number, json!(0.3));
        makes("price / 3", Outcome::Number, json!(666.333_333));
        makes("price * 0.075", Outcome::Whole, json!(150));
        makes("round(price / 7, 2)", Outcome::Number, json!(285.57));
        makes("-2.5", Outcome::Whole, json!(-3));
        makes("sum(map(items, #.qty * #.price))", Outcome::Whole, json!(399));
        makes("len(items) + count(items, #.qty > 1)", Outcome::Number, json!(3));
        makes("max([price, qty, 5])", Outcome::Number, json!(1999));
        makes("spot.lat", Outcome::Number, json!(31.2));
    }

    #[test]
    fn amounts_are_in_the_main_unit_and_leave_in_minor_units() {
        let rows = [("qty", Kind::Number), ("each", Kind::Money(2))].map(|(id, kind)| (id.to_owned(), kind)).into();
        let types: Types = [
            ("yuan", Kind::Money(2)),
            ("yen", Kind::Money(0)),
            ("dinar", Kind::Money(3)),
            ("huge", Kind::Money(2)),
            ("mean", Kind::Money(2)),
            ("items", Kind::Rows(rows)),
        ]
        .map(|(id, kind)| (id.to_owned(), kind))
        .into();
        let values = json!({
            "yuan": 1990, "yen": 500, "dinar": 1_500, "huge": LARGEST_MINOR, "mean": 33.5,
            "items": [{"qty": 3, "each": 10}, {"qty": 1, "each": 1}],
        });
        let values = values.as_object().unwrap();
        let run = |source: &str, outcome: Outcome| {
            assert_eq!(check(source, &types, outcome), [], "{source}");
            let formula = Formula::compile(source, &types).unwrap();
            formula.run(values, &types, &scene(), outcome).map_err(|fault| fault.code)
        };
        for (source, outcome, expected) in [
            ("yuan + 100", Outcome::Money(2), json!(11_990)),
            ("yuan", Outcome::Number, json!(19.9)),
            ("yuan * 0.075", Outcome::Money(2), json!(149)),
            ("yuan / 8", Outcome::Money(2), json!(249)),
            ("-yuan / 8", Outcome::Money(2), json!(-249)),
            ("yuan * 20.5", Outcome::Money(0), json!(408)),
            ("yen * 1.5", Outcome::Money(0), json!(750)),
            ("yen + 1", Outcome::Money(2), json!(50_100)),
            ("dinar + 0.0005", Outcome::Money(3), json!(1_501)),
            ("sum(map(items, #.qty * #.each))", Outcome::Money(2), json!(31)),
            ("sum(map(items, #.qty * #.each))", Outcome::Number, json!(0.31)),
            ("yuan > 19.8 and yuan < 20", Outcome::Boolean, json!(true)),
            ("string(yuan)", Outcome::Text, json!("19.9")),
            ("huge", Outcome::Money(2), json!(LARGEST_MINOR)),
            ("huge / 3 * 3", Outcome::Money(2), json!(LARGEST_MINOR)),
            ("mean", Outcome::Number, json!(0.335)),
            ("yuan", Outcome::Whole, json!(20)),
        ] {
            assert_eq!(run(source, outcome), Ok(Some(expected)), "{source}");
        }
        assert_eq!(run("huge * 100", Outcome::Money(2)), Err(Code::Overflow));
        assert_eq!(run("huge + 0.01", Outcome::Money(2)), Err(Code::Overflow));
    }

    /// The largest amount that a record can hold.
    const LARGEST_MINOR: i64 = 9_007_199_254_740_991;

    #[test]
    fn texts_and_choices_are_put_together() {
        makes("name + ' ' + string(qty)", Outcome::Text, json!("电梯 3"));
        makes("`${name}-${qty}`", Outcome::Text, json!("电梯-3"));
        makes("price > 1000 ? 'dear' : 'cheap'", Outcome::Text, json!("dear"));
        makes("'a' in tags and urgent", Outcome::Boolean, json!(true));
        makes("qty in [1..5] and qty not in (3..9)", Outcome::Boolean, json!(true));
        makes("me", Outcome::Text, json!("u1"));
    }

    #[test]
    fn days_and_times_stand_in_the_companys_zone() {
        makes("today", Outcome::Date, json!("2026-03-02"));
        makes("due.diff(today, 'day')", Outcome::Number, json!(3));
        makes("due.add(1, 'month')", Outcome::Date, json!("2026-04-05"));
        makes("made.hour()", Outcome::Number, json!(1));
        makes("made.add(90, 'minute')", Outcome::Time, json!("2026-03-01T18:30:00Z"));
        makes("made", Outcome::Date, json!("2026-03-02"));
        makes("now", Outcome::Time, json!("2026-03-01T17:30:00Z"));
        makes("due > '2026-03-04' and '2026-03-06' > due", Outcome::Boolean, json!(true));
        makes("due == '2026-03-05'", Outcome::Boolean, json!(true));
        makes("d('2026-12-31').diff(due, 'day')", Outcome::Number, json!(301));
        makes("due.diff('2026-03-01', 'day')", Outcome::Number, json!(4));
        makes("due.format('%Y/%m')", Outcome::Text, json!("2026/03"));
        makes("due < now", Outcome::Boolean, json!(false));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        refused("price * ", Outcome::Number, Code::Syntax, Some(7));
        refused("price * prize", Outcome::Number, Code::UnknownField, Some(8));
        refused("name + '电梯' + wrong", Outcome::Text, Code::UnknownField, Some(14));
        refused("sqrt(price)", Outcome::Number, Code::UnknownFunction, Some(0));
        refused("name * 2", Outcome::Number, Code::TypeMismatch, Some(0));
        refused("price", Outcome::Text, Code::WrongResult, None);
        refused("map(items, #.wheel)", Outcome::Any, Code::UnknownField, Some(11));
        refused("rand(5)", Outcome::Number, Code::NotAllowed, Some(0));
        refused("d()", Outcome::Date, Code::NotAllowed, Some(0));
        refused("len(name)", Outcome::Number, Code::NotAllowed, Some(0));
        refused("map([1..1000000], #)", Outcome::Any, Code::NotAllowed, Some(2));
        refused("due.format('%Q')", Outcome::Text, Code::NotAllowed, Some(0));
        refused("", Outcome::Text, Code::Syntax, None);
    }

    #[test]
    fn bombs_are_refused() {
        refused(&"1+".repeat(1_001), Outcome::Number, Code::TooLong, None);
        let deep = format!("{}1{}", "(".repeat(900), ")".repeat(900));
        assert_eq!(check(&deep, &types(), Outcome::Number).first().map(|fault| fault.code), Some(Code::TooDeep));
        assert_eq!(check(&"-".repeat(1_900), &types(), Outcome::Number).len(), 1);
        assert_eq!(check(&"[".repeat(1_900), &types(), Outcome::Number).len(), 1);
        let row = json!({"name": "x".repeat(100), "qty": 1, "price": 1});
        let many = json!({"items": vec![row; 500], "name": "长".repeat(20_000)}).as_object().unwrap().clone();
        for bomb in [
            "count(items, some(items, all(items, #.qty == 2)))",
            "len(flatMap(items, map(items, map(items, #.name + #.name))))",
            "len(split(name + name + name + name + name + name + name + name + name + name, ''))",
        ] {
            assert_eq!(check(bomb, &types(), Outcome::Number), [], "{bomb}");
            let formula = Formula::compile(bomb, &types()).unwrap();
            let result = formula.run(&many, &types(), &scene(), Outcome::Number);
            assert_eq!(result.map_err(|fault| fault.code), Err(Code::TooCostly), "{bomb}");
        }
        let formula = Formula::compile("sum(map(items, #.qty * #.price))", &types()).unwrap();
        assert_eq!(formula.run(&many, &types(), &scene(), Outcome::Number), Ok(Some(json!(500))));
    }

    #[test]
    fn a_run_that_fails_says_why_and_missing_values_make_nothing() {
        // The language itself makes nothing of a division by zero.
        assert_eq!(run("price / (qty - 3)", Outcome::Number), Ok(None));
        assert_eq!(run("price * 99999999999999999999999999", Outcome::Number), Err(Code::Overflow));
        let formula = Formula::compile("price * qty", &types()).unwrap();
        let without = json!({"price": 3}).as_object().unwrap().clone();
        assert_eq!(formula.run(&without, &types(), &scene(), Outcome::Number), Ok(None));
        let formula = Formula::compile("price * (qty ?? 2)", &types()).unwrap();
        assert_eq!(formula.run(&without, &types(), &scene(), Outcome::Number), Ok(Some(json!(6))));
    }

    #[test]
    fn depth_is_the_only_bound_of_plain_sums() {
        let sum = |terms: usize| vec!["1"; terms].join("+");
        assert_eq!(check(&sum(MAX_DEPTH), &types(), Outcome::Number), []);
        refused_code(&sum(MAX_DEPTH + 50), Code::TooDeep);
    }

    #[track_caller]
    fn refused_code(source: &str, code: Code) {
        assert_eq!(check(source, &types(), Outcome::Number).first().map(|fault| fault.code), Some(code));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(source in "[a-z#$\\[\\](){}.,:?'`\"0-9+*/^<>=!& -]{0,60}") {
            for outcome in [Outcome::Number, Outcome::Any] {
                if check(&source, &types(), outcome).is_empty() {
                    let formula = Formula::compile(&source, &types()).unwrap();
                    let _ = formula.run(&values(), &types(), &scene(), outcome);
                }
            }
        }

        #[test]
        fn parts_of_the_language_put_together_never_panic(parts in proptest::collection::vec(prop_oneof![
            Just("price"), Just("items"), Just("due"), Just("name"), Just("tags"), Just("+"), Just("*"), Just("/"), Just("^"),
            Just("("), Just(")"), Just("["), Just("]"), Just(".."), Just("map("), Just("filter("), Just("#"), Just(","),
            Just(".add("), Just("'day'"), Just(".format("), Just("'%Y'"), Just("9999999999"), Just("?"), Just(":"), Just("??"),
            Just("max("), Just("round("), Just("d("), Just("-"), Just("split("), Just("in"), Just("not"), Just("0.5"),
        ], 0..14)) {
            let source = parts.join(" ");
            if check(&source, &types(), Outcome::Any).is_empty() {
                let formula = Formula::compile(&source, &types()).unwrap();
                let _ = formula.run(&values(), &types(), &scene(), Outcome::Any);
            }
        }
    }
}
