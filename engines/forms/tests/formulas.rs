//! The shared vectors of formulas hold in Rust; the browser makes the same, or leaves it to the server.
#![allow(clippy::unwrap_used)]

use forms::{Catalogue, Field, FieldKind, Map, ResultType, compute, outcome, types};
use formulas::Scene;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Vectors {
    zone: String,
    fields: Vec<Field>,
    records: Vec<Map>,
    cases: Vec<Case>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Case {
    at: usize,
    expression: String,
    result: ResultType,
    /// Null where there is none.
    #[serde(default)]
    value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The case with what Rust makes of it: what is wrong with the formula, else its value.
fn made(vectors: &Vectors, case: &Case) -> Case {
    let scene = Scene {
        now: "2026-03-01T17:30:00Z".parse().unwrap(),
        zone: jiff::tz::TimeZone::get(&vectors.zone).unwrap(),
        me: Some("u1".into()),
    };
    let answer = |value: Value, error: Option<String>| Case { value, error, ..case.clone() };
    let found = formulas::check(&case.expression, &types(&vectors.fields), outcome(case.result, Some("CNY")));
    if let Some(fault) = found.first() {
        return answer(Value::Null, Some(fault.code.as_str().to_owned()));
    }
    let currency = (case.result == ResultType::Money).then_some("CNY");
    let kind = json!({"type": "formula", "expression": case.expression, "result": case.result, "currency": currency});
    let made: Field =
        serde_json::from_value(json!({"id": "made_here", "label": {"zh": "", "en": ""}, "kind": kind})).unwrap();
    assert!(matches!(made.kind, FieldKind::Formula(_)));
    let fields = vectors.fields.iter().cloned().chain([made]).collect();
    let catalogue = Catalogue { object: "x".into(), fields, unique_together: Vec::new() };
    let mut record = vectors.records[case.at].clone();
    let faults = compute(&catalogue, &mut record, &scene);
    match faults.into_iter().find(|fault| fault.field == "made_here") {
        Some(fault) => answer(Value::Null, Some(fault.code.to_string())),
        None => answer(record.remove("made_here").unwrap_or_default(), None),
    }
}

#[test]
fn the_vectors_of_formulas_hold() {
    let text = include_str!("../vectors/formulas.json");
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    let cases: Vec<Case> = vectors.cases.iter().map(|case| made(&vectors, case)).collect();
    let wrong = cases.iter().zip(&vectors.cases).filter(|(made, said)| made != said);
    // What Rust makes stands first, as the file would say it.
    let wrong: Vec<_> =
        wrong.map(|(made, said)| [made, said].map(|case| serde_json::to_string(case).unwrap())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.len() > 250);
}
