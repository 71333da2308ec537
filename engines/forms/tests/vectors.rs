//! The shared vectors hold in Rust, and accepting what was accepted changes nothing.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use forms::vectors::{Vector, Vectors};
use forms::{Accepted, FieldKind, FormScope, accept};
use rules::Now;

fn run(vectors: &Vectors, case: &Vector, before: Option<&forms::Map>, input: &forms::Map) -> Accepted {
    let form = case.form.as_ref().map(|name| &vectors.forms[name]);
    let scope = FormScope { roles: &case.roles, form, now: Now::parse(&case.at).unwrap() };
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
    let kinds: BTreeSet<_> = vectors.catalogues["kinds"]
        .fields
        .iter()
        .map(|f| std::mem::discriminant(&f.kind))
        .map(|d| format!("{d:?}"))
        .collect();
    assert_eq!(kinds.len(), 35);
    assert!(FieldKind::Boolean.rule_type().is_some());
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
