//! The JSON Schema agrees with what is accepted.
#![allow(clippy::unwrap_used)]

use forms::{Catalogue, json_schema};
use jsonschema::{Validator, options};
use serde_json::{Value, json};

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).unwrap();
    options().build(schema).unwrap()
}

#[test]
fn accepted_records_fit_the_schema() {
    let vectors = forms::vectors::all().unwrap();
    for case in vectors.cases.iter().filter(|case| case.problems.is_empty()) {
        // A record from before may break limits that came later; the schema speaks of new values.
        if case.name.contains("as it was")
            || case.name.contains("as they were")
            || case.name.contains("not sent, they stay")
        {
            continue;
        }
        let form = case.form.as_ref().map(|name| &vectors.forms[name]);
        // Whoever may not set a required field need not have it; the schema speaks to those who may.
        if case.roles == ["clerk"] {
            continue;
        }
        let schema = validator(&json_schema(&vectors.catalogues[&case.catalogue], form));
        let record = Value::Object(case.record.clone());
        let errors: Vec<String> = schema.iter_errors(&record).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", case.name);
    }
}

/// What only the server can tell, by the problem's code, or by the field.
fn is_left_to_the_server(pointer: &str, code: &str) -> bool {
    matches!(code, "not_within" | "not_offered" | "record_too_large" | "option_retired" | "too_many_decimals")
        || ["/sold_on", "/opens", "/due", "/card", "/phone", "/mail", "/site", "/place", "/soon"].contains(&pointer)
}

#[test]
fn wrong_values_do_not_fit_the_schema() {
    let vectors = forms::vectors::all().unwrap();
    let mut refused = 0;
    for case in &vectors.cases {
        let Some((pointer, code)) = case.problems.first() else { continue };
        if case.problems.iter().all(|(pointer, code)| is_left_to_the_server(pointer, code)) {
            continue;
        }
        let mut whole = case.before.clone().unwrap_or_default();
        // What the server fills in by itself stands in the record; the rest is as it was sent.
        whole.extend(case.record.clone());
        whole.extend(case.input.clone());
        let form = case.form.as_ref().map(|name| &vectors.forms[name]);
        let schema = validator(&json_schema(&vectors.catalogues[&case.catalogue], form));
        assert!(!schema.is_valid(&Value::Object(whole)), "{}: {pointer} {code}", case.name);
        refused += 1;
    }
    assert!(refused > 70, "{refused}");
}

fn catalogue(fields: Value) -> Catalogue {
    serde_json::from_value(json!({"object": "x", "fields": fields})).unwrap()
}

#[test]
fn what_a_schema_cannot_say_is_left_to_the_server_in_a_comment() {
    let label = json!({"zh": "甲", "en": "A"});
    let schema = json_schema(
        &catalogue(json!([
            {"id": "a", "kind": {"type": "text"}, "label": label},
            {"id": "b", "kind": {"type": "text"}, "label": label, "required_if": {"field": "a", "op": "contains", "value": "x"}}
        ])),
        None,
    );
    assert_eq!(schema["allOf"][0], json!({"$comment": "Whether `b` is required is left to the server."}));
}

#[test]
fn a_hidden_field_is_missing_to_the_schema_too() {
    let label = json!({"zh": "甲", "en": "A"});
    let schema = validator(&json_schema(
        &catalogue(json!([
            {"id": "a", "kind": {"type": "boolean"}, "label": label},
            {"id": "b", "kind": {"type": "boolean"}, "label": label, "visible_if": {"field": "a", "op": "eq", "value": true}},
            {"id": "c", "kind": {"type": "boolean"}, "label": label, "required_if": {"field": "b", "op": "eq", "value": true}}
        ])),
        None,
    ));
    assert!(!schema.is_valid(&json!({"a": true, "b": true})));
    assert!(schema.is_valid(&json!({"a": true, "b": true, "c": false})));
    assert!(schema.is_valid(&json!({"a": false, "b": true})));
    assert!(schema.is_valid(&json!({"a": true})));
}

#[test]
fn conditions_that_multiply_are_left_to_the_server() {
    let field = |n: usize| {
        let tests = vec![json!({"field": format!("f{}", n + 1), "op": "eq", "value": true}); 200];
        let shown = if n < 4 { json!({ "all": tests }) } else { json!({"all": []}) };
        let label = json!({"zh": "甲", "en": "A"});
        json!({"id": format!("f{n}"), "kind": {"type": "boolean"}, "label": label, "required": true, "visible_if": shown})
    };
    let fields: Vec<Value> = (0..5).map(field).collect();
    let schema = json_schema(&catalogue(json!(fields)), None);
    assert!(schema.to_string().len() < 100_000, "{}", schema.to_string().len());
    assert!(schema["allOf"][0]["$comment"].is_string());
    assert!(schema["allOf"][4]["then"].is_object());
}
