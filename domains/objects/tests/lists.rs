//! Lists over own fields agree with the conditions evaluated in memory, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use desk::{api, define, field, listed, migrations};
use objects::testing::{Api, encoded};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rules::{Condition, FieldType, evaluate};
use serde_json::{Value, json};

/// Records and conditions tried on each engine.
const RECORDS: usize = 24;
const CONDITIONS: usize = 150;

const KINDS: [(&str, FieldType); 9] = [
    ("text", FieldType::Text),
    ("whole", FieldType::Integer),
    ("amount", FieldType::Number),
    ("flag", FieldType::Boolean),
    ("day", FieldType::Date),
    ("moment", FieldType::Time),
    ("state", FieldType::Choice),
    ("marks", FieldType::Tags),
    ("friend", FieldType::Id),
];

fn options() -> Value {
    json!(["a", "b", "c", "d"].map(|id| json!({"id": id, "label": {"zh": id, "en": id}})))
}

fn fields() -> Vec<Value> {
    vec![
        field("text", json!({"type": "text"}), listed()),
        field("whole", json!({"type": "integer"}), listed()),
        field("amount", json!({"type": "decimal", "scale": 2}), listed()),
        field("flag", json!({"type": "boolean"}), listed()),
        field("day", json!({"type": "date"}), listed()),
        field("moment", json!({"type": "date_time"}), listed()),
        field("state", json!({"type": "choice", "options": options()}), listed()),
        field("marks", json!({"type": "choices", "options": options()}), json!({"filterable": true})),
        field("friend", json!({"type": "relation", "object": "thing"}), listed()),
    ]
}

/// A value of the type; `friends` are records that exist.
fn value(kind: FieldType, friends: &[String]) -> BoxedStrategy<Value> {
    match kind {
        FieldType::Text => proptest::sample::select(vec!["电梯", "电梯漏水", "50%_\\", "Ä", "ä", "a'b", "A B", "$1"])
            .prop_map(Value::from)
            .boxed(),
        FieldType::Integer => (-3..4_i64).prop_map(Value::from).boxed(),
        FieldType::Number => (-6..7_i32).prop_map(|n| json!(f64::from(n) / 4.0)).boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        FieldType::Date => (1..5).prop_map(|day| json!(format!("2026-03-0{day}"))).boxed(),
        FieldType::Time => (0..4).prop_map(|hour| json!(format!("2026-03-01T22:0{hour}:00Z"))).boxed(),
        FieldType::Choice => proptest::sample::select(vec!["a", "b", "c", "d"]).prop_map(Value::from).boxed(),
        FieldType::Tags => {
            proptest::sample::subsequence(vec!["a", "b", "c", "d"], 0..=3).prop_map(|tags| json!(tags)).boxed()
        }
        FieldType::Id if friends.is_empty() => Just(Value::Null).boxed(),
        FieldType::Id => proptest::sample::select(friends.to_vec()).prop_map(Value::from).boxed(),
    }
}

fn record(friends: &[String]) -> BoxedStrategy<Value> {
    KINDS.iter().fold(Just(json!({})).boxed(), |record, &(id, kind)| {
        (record, proptest::option::weighted(0.7, value(kind, friends)))
            .prop_map(move |(mut record, value)| {
                if let Some(value) = value {
                    record[id] = value;
                }
                record
            })
            .boxed()
    })
}

fn leaf(friends: &[String]) -> BoxedStrategy<Value> {
    let friends = friends.to_vec();
    proptest::sample::select(KINDS.to_vec())
        .prop_flat_map(move |(id, kind)| {
            let one = value(kind, &friends);
            let many = proptest::collection::vec(value(kind, &friends), 1..4);
            let ordered = matches!(kind, FieldType::Integer | FieldType::Number | FieldType::Time | FieldType::Date);
            let mut ops: Vec<BoxedStrategy<Value>> = vec![
                Just(json!({"field": id, "op": "is_empty"})).boxed(),
                Just(json!({"field": id, "op": "is_not_empty"})).boxed(),
            ];
            if kind == FieldType::Tags {
                let tags = proptest::sample::subsequence(vec!["a", "b", "c", "d"], 1..=3);
                for op in ["contains_any", "contains_all"] {
                    ops.push(tags.clone().prop_map(move |v| json!({"field": id, "op": op, "value": v})).boxed());
                }
                return proptest::strategy::Union::new(ops).boxed();
            }
            let mut with_one: Vec<&'static str> = vec!["eq", "ne"];
            if ordered {
                with_one.extend(["lt", "le", "gt", "ge"]);
            }
            for op in with_one {
                ops.push(one.clone().prop_map(move |v| json!({"field": id, "op": op, "value": v})).boxed());
            }
            if kind == FieldType::Text {
                for op in ["contains", "starts_with"] {
                    let part = proptest::sample::select(vec!["电", "漏水", "%", "_", "ä", "a", "'"]);
                    ops.push(part.prop_map(move |v| json!({"field": id, "op": op, "value": v})).boxed());
                }
            }
            if kind != FieldType::Boolean {
                for op in ["in", "not_in"] {
                    ops.push(many.clone().prop_map(move |v| json!({"field": id, "op": op, "value": v})).boxed());
                }
            }
            if ordered {
                let two = (one.clone(), one);
                ops.push(two.prop_map(move |(a, b)| json!({"field": id, "op": "between", "value": [a, b]})).boxed());
            }
            proptest::strategy::Union::new(ops).boxed()
        })
        .boxed()
}

fn tree(friends: &[String]) -> BoxedStrategy<Value> {
    leaf(friends)
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(|nodes| json!({"all": nodes})),
                proptest::collection::vec(inner.clone(), 0..3).prop_map(|nodes| json!({"any": nodes})),
                inner.prop_map(|node| json!({"not": node})),
            ]
        })
        .boxed()
}

fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

async fn ids(api: &Api, cx: &kernel::Context, filter: &Value, sort: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let filter = encoded(&filter.to_string());
        let path = format!("/api/v1/records/thing?limit=7&sort={sort}&cursor={cursor}&filter={filter}&count=true");
        let page = api.get(cx, &path).await.ok(200);
        all.extend(page.column("id").into_iter().map(|id| id.as_str().unwrap().to_owned()));
        if let Some(next) = page.json["next_cursor"].as_str() {
            next.clone_into(&mut cursor);
            continue;
        }
        assert_eq!(page.json["total"], json!(all.len()), "{sort} {filter}");
        return all;
    }
}

/// Whether an operator exists for the type is the language's to say; what does not parse is passed over.
fn parsed(tree: &Value) -> Option<Condition> {
    Condition::parse(tree, &KINDS[..]).ok()
}

testkit::both! {
    migrations(), |t| filters_over_own_fields_find_what_the_condition_says {
        let api = api(t);
        define(&api, &t.cx, "thing", &fields()).await;
        let mut runner = runner();
        let (mut records, mut friends): (Vec<(String, Value)>, Vec<String>) = (Vec::new(), Vec::new());
        for _ in 0..RECORDS {
            let values = record(&friends).new_tree(&mut runner).unwrap().current();
            let made = api.post(&t.cx, "/api/v1/records/thing", json!({"values": values})).await.ok(201);
            if friends.len() < 4 {
                friends.push(made.id());
            }
            records.push((made.id(), made.json["values"].clone()));
        }
        // The same object of another company, to be found by nobody here.
        define(&api, &t.other, "thing", &fields()).await;
        api.post(&t.other, "/api/v1/records/thing", json!({"values": {"text": "电梯", "whole": 1}})).await.ok(201);
        let trees = tree(&friends);
        let mut tried = 0;
        for round in 0..CONDITIONS {
            let tree = trees.new_tree(&mut runner).unwrap().current();
            let Some(condition) = parsed(&tree) else { continue };
            tried += 1;
            let mut expected: Vec<&String> =
                records.iter().filter(|(_, values)| evaluate(&condition, values, t.cx.now().micros())).map(|(id, _)| id).collect();
            expected.sort();
            let (field, kind) = KINDS[round % KINDS.len()];
            let own = if round % 2 == 0 { field.to_owned() } else { format!("-{field}") };
            for sort in ["created_at", if kind == FieldType::Tags { "number" } else { &own }] {
                let mut found = ids(&api, &t.cx, &tree, sort).await;
                found.sort();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{tree} by {sort}");
            }
        }
        assert!(tried > CONDITIONS / 2, "only {tried} conditions were tried");
    }

    migrations(), |t| own_fields_sort_by_value_with_the_empty_ones_last {
        let api = api(t);
        define(&api, &t.cx, "thing", &fields()).await;
        for values in [
            json!({"whole": 3, "text": "b"}), json!({}), json!({"whole": -1, "text": "a"}), json!({"whole": 3}),
            json!({"text": "c"}), json!({"whole": 10, "day": "2026-03-02"}), json!({"whole": 2}),
        ] {
            api.post(&t.cx, "/api/v1/records/thing", json!({ "values": values })).await.ok(201);
        }
        let all = json!({"all": []});
        let sorted = async |sort: &str, column: &str| desk::found(&api, &t.cx, "thing", &all, sort, column).await;
        let gone = Value::Null;
        let up = [json!(-1), json!(2), json!(3), json!(3), json!(10), gone.clone(), gone.clone()];
        assert_eq!(sorted("whole", "whole").await, up);
        let down = [json!(10), json!(3), json!(3), json!(2), json!(-1), gone.clone(), gone];
        assert_eq!(sorted("-whole", "whole").await, down);
        assert_eq!(sorted("-text", "text").await[..3], [json!("c"), json!("b"), json!("a")]);
        let tree = json!({"field": "whole", "op": "ge", "value": 3});
        assert_eq!(desk::found(&api, &t.cx, "thing", &tree, "-whole", "whole").await, [json!(10), json!(3), json!(3)]);
        for (query, pointer) in [("sort=marks", "/query/sort"), ("sort=nothing", "/query/sort"), ("sort=whole&cursor=abc", "/query/cursor")] {
            let refused = api.get(&t.cx, &format!("/api/v1/records/thing?{query}")).await;
            refused.refused(400, "invalid_parameter");
            assert_eq!(refused.errors(), [format!("{pointer} invalid_value")]);
        }
        let first = api.get(&t.cx, "/api/v1/records/thing?sort=whole&limit=2").await.ok(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        api.get(&t.cx, &format!("/api/v1/records/thing?sort=text&cursor={cursor}")).await.refused(400, "invalid_parameter");
    }
}
