//! Catalogues of any shape, sound or not, never make the engine panic.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use forms::{Catalogue, FormScope, Map, accept, compute, defaults, json_schema};
use proptest::prelude::*;
use rules::Now;
use serde_json::{Value, json};

fn id() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("items"), Just("Bad id"), Just("")].prop_map(str::to_owned)
}

fn expression() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("a"),
        Just("b"),
        Just("c"),
        Just("items"),
        Just("+"),
        Just("*"),
        Just("("),
        Just(")"),
        Just("map(items, #.a)"),
        Just("sum("),
        Just("'x'"),
        Just("1"),
        Just("today"),
        Just(".add(1,'day')"),
        Just("?"),
        Just(":"),
        Just("??")
    ];
    proptest::collection::vec(part, 0..7).prop_map(|parts| parts.join(" "))
}

fn condition() -> impl Strategy<Value = Value> {
    (id(), prop_oneof![Just("eq"), Just("is_empty"), Just("gt"), Just("contains_any"), Just("what")], value())
        .prop_map(|(field, op, value)| json!({"all": [{"field": field, "op": op, "value": value}]}))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9电梯 :-]{0,12}".prop_map(Value::from),
        Just(json!("2026-03-01")),
        Just(json!([])),
        Just(json!(["x", 1])),
        Just(json!([{"a": 1, "b": "x"}])),
        Just(json!({"lat": 1, "lng": 2, "system": "wgs84"})),
    ]
}

fn result(few: u8) -> &'static str {
    ["text", "number", "date", "time"][usize::from(few % 4)]
}

fn plain_kind() -> impl Strategy<Value = Value> {
    (0_usize..20, any::<i64>(), any::<i64>(), id(), expression(), any::<u8>()).prop_map(|(which, low, high, id, text, few)| {
        match which {
            0 => json!({"type": "text", "min_length": few, "pattern": text, "mask": text}),
            1 => json!({"type": "integer", "min": low, "max": high}),
            2 => json!({"type": "decimal", "scale": few, "min": low, "max": high}),
            3 => json!({"type": "money", "currency": text, "min": low}),
            4 => json!({"type": "date", "min": text}),
            5 => json!({"type": "date_time"}),
            6 => json!({"type": "boolean"}),
            7 => json!({"type": "choice", "within": id, "options": [{"id": "x", "label": {"zh": "x", "en": "x"}, "parent": "x"}]}),
            8 => json!({"type": "choices", "options": []}),
            9 => json!({"type": "relation", "object": id, "many": few % 2 == 0}),
            10 => json!({"type": "location"}),
            11 => json!({"type": "rating", "max": few}),
            12 => json!({"type": "auto_number", "digits": few}),
            13 | 14 => json!({"type": "formula", "expression": text, "result": result(few)}),
            15 => json!({"type": "formula", "expression": text, "result": "money", "currency": "CNY"}),
            16 => json!({"type": "look_up", "relation": id, "field": id, "result": "text"}),
            17 => json!({"type": "roll_up", "object": id, "relation": id, "function": "sum"}),
            18 => json!({"type": "duration", "max": high}),
            _ => json!({"type": "phone"}),
        }
    })
}

fn field(kind: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let flags = proptest::collection::vec(any::<bool>(), 8);
    (id(), kind, flags, proptest::option::of(condition()), proptest::option::of(value()), proptest::option::of(expression()))
        .prop_map(|(id, kind, flags, tree, default, expression)| {
            let mut field = json!({"id": id, "kind": kind, "label": {"zh": "甲", "en": "A"}, "required": flags[0],
                "unique": flags[1], "filterable": flags[2], "sortable": flags[3], "personal": flags[4], "retired": flags[5]});
            if let Some(tree) = tree {
                field[if flags[6] { "visible_if" } else { "required_if" }] = tree;
            }
            if let Some(default) = default.filter(|default| !default.is_null()) {
                field["default"] = default;
            }
            if let Some(expression) = expression.filter(|_| flags[7]) {
                field["default_expression"] = json!(expression);
            }
            field
        })
}

fn catalogue() -> impl Strategy<Value = Value> {
    let table = proptest::collection::vec(field(plain_kind()), 0..4)
        .prop_map(|columns| json!({"type": "sub_table", "fields": columns, "min_rows": 1}));
    let fields = proptest::collection::vec(field(prop_oneof![4 => plain_kind(), 1 => table]), 0..6);
    (fields, proptest::collection::vec(proptest::collection::vec(id(), 0..3), 0..2))
        .prop_map(|(fields, groups)| json!({"object": "x", "fields": fields, "unique_together": groups}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_catalogue_is_checked_and_used_without_a_panic(
        catalogue in catalogue(),
        sent in proptest::collection::vec((id(), value()), 0..5),
    ) {
        let Ok(catalogue) = serde_json::from_value::<Catalogue>(catalogue) else { return Ok(()) };
        let defects = catalogue.check();
        prop_assert!(defects.iter().all(|defect| defect.pointer.starts_with('/') && !defect.message.is_empty()));
        let sent: Map = sent.into_iter().collect();
        let scene = formulas::Scene {
            now: "2026-03-01T00:00:00Z".parse().unwrap(),
            zone: jiff::tz::TimeZone::UTC,
            me: None,
        };
        let made = defaults(&catalogue, &sent, &scene);
        let scope = FormScope { roles: &[], form: None, now: Now::from(0), made: Some(&made) };
        let mut record = accept(&catalogue, &scope, None, &sent).record;
        let before = record.clone();
        compute(&catalogue, &mut record, &scene);
        // What nobody worked out stays as it was accepted.
        for field in catalogue.fields.iter().filter(|field| !field.kind.is_computed()) {
            let is_table = matches!(field.kind, forms::FieldKind::SubTable(_));
            prop_assert!(is_table || record.get(&field.id) == before.get(&field.id) || duplicated(&catalogue, &field.id));
        }
        json_schema(&catalogue, None);
    }
}

fn duplicated(catalogue: &Catalogue, id: &str) -> bool {
    catalogue.fields.iter().filter(|field| field.id == id).count() > 1
}
