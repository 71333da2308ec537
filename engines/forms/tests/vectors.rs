//! The shared vectors hold in Rust, and accepting what was accepted changes nothing.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use forms::vectors::{Vector, Vectors};
use forms::{Accepted, FieldKind, FormScope, accept};
use rules::Now;

fn run(vectors: &Vectors, case: &Vector, before: Option<&forms::Map>, input: &forms::Map) -> Accepted {
    let form = case.form.as_ref().map(|name| &vectors.forms[name]);
    let scope = FormScope { roles: &case.roles, form, now: Now::parse(&case.at).unwrap(), made: None };
    accept(&vectors.catalogues[&case.catalogue], &scope, before, input)
}

#[test]
fn the_vectors_have_no_defects_and_no_two_names_alike() {
    let vectors = forms::vectors::all().unwrap();
    for (name, catalogue) in &vectors.catalogues {
        assert_eq!(catalogue.check(), [], "{name}");
    }
    for (name, form) in &vectors.forms {
        assert_eq!(form.check(&vectors.catalogues["rules"]), [], "{name}");
    }
    let names: BTreeSet<_> = vectors.cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), vectors.cases.len());
    assert!(vectors.cases.len() >= 120);
}

#[test]
fn every_kind_has_a_case() {
    let vectors = forms::vectors::all().unwrap();
    for field in &vectors.catalogues["kinds"].fields {
        let sent = |case: &Vector| case.catalogue == "kinds" && case.input.contains_key(&field.id);
        assert!(vectors.cases.iter().any(sent), "{}", field.id);
    }
    let name = |kind: &FieldKind| serde_json::to_value(kind).unwrap()["type"].as_str().unwrap().to_owned();
    let kinds: BTreeSet<_> = vectors.catalogues["kinds"].fields.iter().map(|field| name(&field.kind)).collect();
    let schema = schemars::schema_for!(FieldKind).to_value();
    let all =
        schema["oneOf"].as_array().unwrap().iter().map(|kind| kind["properties"]["type"]["const"].as_str().unwrap());
    assert_eq!(kinds, all.map(str::to_owned).collect());
}

#[test]
fn conditions_may_name_every_field_but_places_and_tables() {
    let vectors = forms::vectors::all().unwrap();
    for field in &vectors.catalogues["kinds"].fields {
        let condition = serde_json::json!({"field": field.id, "op": "is_empty"});
        let parsed = rules::Condition::parse(&condition, &vectors.catalogues["kinds"]);
        let has_none = matches!(field.kind, FieldKind::Location | FieldKind::SubTable(_));
        assert_eq!(parsed.is_ok(), !has_none, "{}", field.id);
        assert_eq!(field.rule_type().is_some(), !has_none, "{}", field.id);
    }
}

#[test]
fn the_vectors_hold() {
    let vectors = forms::vectors::all().unwrap();
    for case in &vectors.cases {
        let accepted = run(&vectors, case, case.before.as_ref(), &case.input);
        let problems: Vec<_> =
            accepted.problems.iter().map(|problem| (problem.pointer.clone(), problem.code.clone())).collect();
        assert_eq!(problems, case.problems, "{}", case.name);
        assert_eq!(accepted.record, case.record, "{}", case.name);
    }
}

#[test]
fn accepting_an_accepted_record_changes_nothing() {
    let vectors = forms::vectors::all().unwrap();
    for case in vectors.cases.iter().filter(|case| case.problems.is_empty()) {
        let again = run(&vectors, case, Some(&case.record), &case.record);
        assert_eq!(again, Accepted { record: case.record.clone(), problems: Vec::new() }, "{}", case.name);
    }
}

#[test]
fn a_full_table_of_patterns_and_conditions_is_answered() {
    let label = serde_json::json!({"zh": "甲", "en": "A"});
    let column = |n: usize| {
        serde_json::json!({"id": format!("c{n}"), "label": label, "kind": {"type": "text", "pattern": "([a-z]{1,20}-?){1,20}"},
            "visible_if": {"any": [{"field": "c0", "op": "is_not_empty"}, {"field": "c0", "op": "is_empty"}]}})
    };
    let columns: Vec<_> = std::iter::once(serde_json::json!({"id": "c0", "label": label, "kind": {"type": "text"}}))
        .chain((1..forms::MAX_COLUMNS).map(column))
        .collect();
    let table = serde_json::json!({"id": "t", "label": label, "kind": {"type": "sub_table", "fields": columns}});
    let catalogue: forms::Catalogue =
        serde_json::from_value(serde_json::json!({"object": "x", "fields": [table]})).unwrap();
    assert_eq!(catalogue.check(), []);
    let row: forms::Map = (0..forms::MAX_COLUMNS).map(|n| (format!("c{n}"), "a".into())).collect();
    let input = serde_json::json!({"t": vec![row; forms::MAX_ROWS as usize]});
    let scope = FormScope { roles: &[], form: None, now: Now::from(0), made: None };
    let accepted = accept(&catalogue, &scope, None, input.as_object().unwrap());
    let codes: Vec<_> = accepted.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["record_too_large"]);
    assert_eq!(accepted.record["t"].as_array().unwrap().len(), forms::MAX_ROWS as usize);
}
