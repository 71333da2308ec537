//! Whatever is sent, the answer is a normal form: accepted once more as new, it stays as it is.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use forms::vectors::Vectors;
use forms::{FormScope, Map, accept};
use proptest::prelude::*;
use rules::Now;
use serde_json::{Value, json};

static VECTORS: LazyLock<Vectors> = LazyLock::new(|| forms::vectors::all().unwrap());

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ 　\\t\\r\\n]{0,3}[-+(（]?[0-9０-９]{1,12}([.．][0-9]{1,3})?[ xX转]?[0-9]{0,3}",
        "[a-zA-Z.ａ＠@]{1,8}[@＠][a-zA-Z0-9]{1,5}\\.(cn|Com)",
        "(HTTP|https)://[A-Za-z.]{1,8}[/?#]?[a-z]{0,3}",
        "20[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9](T[0-2][0-9]:30:00(\\.[0-9]{1,6})?(Z|[+-]0[0-9]:00))?",
        "[0-2][0-9]:[0-5][0-9]",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-200_i64..200).prop_map(Value::from),
        (-200_000_i64..200_000).prop_map(|n| json!(n as f64 / 1000.0)),
        any::<f64>().prop_map(|n| json!(n)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof!["lat|lng|system|address", "part|quantity|reason|kind|sum", "[a-z]{1,3}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_accepted_record_is_accepted_as_new_and_stays(sent in value(), more in value(), seconds in any::<i32>()) {
        let catalogue = &VECTORS.catalogues["kinds"];
        let scope = FormScope { roles: &[], form: None, now: Now::from(i64::from(seconds) * 1_000_000), made: None };
        for (field, sent) in catalogue.fields.iter().flat_map(|field| {
            [(field, sent.clone()), (field, json!([sent.clone(), more.clone()]))]
        }) {
            let input: Map = [(field.id.clone(), sent)].into_iter().collect();
            let first = accept(catalogue, &scope, None, &input);
            let second = accept(catalogue, &scope, None, &first.record);
            prop_assert!(second.problems.is_empty(), "{}: {:?}", field.id, second.problems);
            prop_assert_eq!(&second.record, &first.record);
            let third = accept(catalogue, &scope, Some(&first.record), &first.record);
            prop_assert_eq!(&third.record, &first.record);
        }
    }
}
