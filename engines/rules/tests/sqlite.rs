//! The SQL reader on a real SQLite: it answers the shared vectors, and answers random trees as the in-memory reader does.

#![allow(clippy::unwrap_used, reason = "the whole file is a test")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use rules::{Bind, Condition, Dialect, FieldMap, FieldType, FieldValue, Now, evaluate, to_sql};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, ToSql};
use serde_json::{Value, json};

/// A database whose `lower` is the one the SQL reader relies on.
fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("lower", 1, flags, |context| {
            Ok(context.get::<Option<String>>(0)?.map(|text| rules::lower(&text)))
        })
        .unwrap();
    connection
}

fn column_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text | FieldType::Choice | FieldType::Date | FieldType::Tags => "text",
        FieldType::Integer | FieldType::Time => "bigint",
        FieldType::Number => "double precision",
        FieldType::Boolean => "boolean",
        FieldType::Id => "uuid",
    }
}

fn stored(kind: FieldType, value: &Value) -> Stored {
    match FieldValue::from_json(kind, value) {
        None => Stored::Null,
        Some(FieldValue::Text(text) | FieldValue::Date(text)) => Stored::Text(text.into_owned()),
        Some(FieldValue::Integer(number) | FieldValue::Time(number)) => Stored::Integer(number),
        Some(FieldValue::Number(number)) => Stored::Real(number),
        Some(FieldValue::Boolean(flag)) => Stored::Integer(i64::from(flag)),
        Some(FieldValue::Id(id)) => Stored::Blob(id.to_vec()),
        // As it stands: an array may hold more than texts.
        Some(FieldValue::Tags(_)) => Stored::Text(value.to_string()),
    }
}

fn bound(bind: &Bind) -> Stored {
    match bind {
        Bind::Int(number) => Stored::Integer(*number),
        Bind::Number(number) => Stored::Real(*number),
        Bind::Text(text) => Stored::Text(text.clone()),
        Bind::Bool(flag) => Stored::Integer(i64::from(*flag)),
        Bind::Id(id) => Stored::Blob(id.to_vec()),
    }
}

/// Puts the record into a table of one row and asks whether the condition finds it.
fn found(
    connection: &Connection,
    fields: &BTreeMap<String, FieldType>,
    condition: &Condition,
    record: &Value,
    now: Now,
) -> bool {
    connection.execute_batch("drop table if exists records").unwrap();
    let columns = std::iter::once("row_id integer".to_owned());
    let columns: Vec<String> =
        columns.chain(fields.iter().map(|(id, kind)| format!("{id} {}", column_type(*kind)))).collect();
    connection.execute_batch(&format!("create table records ({})", columns.join(", "))).unwrap();
    let values: Vec<Stored> = fields.iter().map(|(id, kind)| stored(*kind, &record[id])).collect();
    let places = vec!["?"; values.len() + 1].join(", ");
    let row: Vec<&dyn ToSql> =
        std::iter::once(&1 as &dyn ToSql).chain(values.iter().map(|value| value as &dyn ToSql)).collect();
    connection.execute(&format!("insert into records values ({places})"), row.as_slice()).unwrap();

    let map = fields.iter().fold(FieldMap::default(), |map, (id, kind)| {
        map.with(id, *kind, format!("records.{id}"), format!("records.{id}"))
    });
    // Another value comes first, as the tenant does in lists.
    let fragment = to_sql(condition, &map, Dialect::Sqlite, 2, now).unwrap();
    let mut statement =
        connection.prepare(&format!("select count(*) from records where row_id = $1 and {}", fragment.text)).unwrap();
    statement.raw_bind_parameter(statement.parameter_index("$1").unwrap().unwrap(), 1).unwrap();
    for (index, bind) in fragment.binds.iter().enumerate() {
        let place = statement.parameter_index(&format!("${}", index + 2)).unwrap().unwrap();
        statement.raw_bind_parameter(place, bound(bind)).unwrap();
    }
    let mut rows = statement.raw_query();
    let count: i64 = rows.next().unwrap().unwrap().get(0).unwrap();
    count == 1
}

#[test]
fn the_vectors_hold_on_sqlite() {
    let connection = database();
    let mut asked = 0;
    for vector in rules::vectors::all().unwrap() {
        if let Some(expect) = vector.expect {
            let condition = Condition::parse(&vector.condition, &vector.fields).unwrap();
            let now = Now::parse(&vector.at).unwrap();
            let answer = found(&connection, &vector.fields, &condition, &vector.record, now);
            assert_eq!(answer, expect, "{}", vector.name);
            asked += 1;
        }
    }
    assert!(asked >= 80);
}

#[test]
fn the_largest_tree_runs_on_sqlite() {
    let fields = BTreeMap::from([("tags".to_owned(), FieldType::Tags), ("title".to_owned(), FieldType::Text)]);
    let words: Vec<String> = (0..rules::MAX_LIST).map(|number| format!("标签{number}")).collect();
    let every = json!({"field": "tags", "op": "contains_all", "value": words});
    let mut leaves = vec![every; rules::MAX_VALUES / rules::MAX_LIST];
    leaves.resize(
        rules::MAX_CONDITIONS,
        json!({"not": {"field": "title", "op": "contains", "value": "%".repeat(rules::MAX_TEXT)}}),
    );
    let tree = (0..rules::MAX_DEPTH - 3).fold(json!({"all": leaves}), |inner, _| json!({"any": [inner]}));
    let condition = Condition::parse(&tree, &fields).unwrap();
    let connection = database();
    let record = json!({"tags": words, "title": "%".repeat(999)});
    assert!(found(&connection, &fields, &condition, &record, Now::from(0)));
    assert!(!found(&connection, &fields, &condition, &json!({"tags": words, "title": "%".repeat(1000)}), Now::from(0)));
    assert!(!found(&connection, &fields, &condition, &json!({"tags": words[1..], "title": ""}), Now::from(0)));
}

const KINDS: [(&str, FieldType); 9] = [
    ("title", FieldType::Text),
    ("status", FieldType::Choice),
    ("floors", FieldType::Integer),
    ("price", FieldType::Number),
    ("urgent", FieldType::Boolean),
    ("due_at", FieldType::Time),
    ("sold_on", FieldType::Date),
    ("customer_id", FieldType::Id),
    ("tags", FieldType::Tags),
];

/// Few texts, close to each other and full of traps, so that conditions and records meet.
const TEXTS: [&str; 12] = ["", "a", "A", "ab", "%", "_", "\\", "漏水", "电梯漏水", "ΑΣ", "ας", "İi'\""];

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![4 => proptest::sample::select(&TEXTS[..]).prop_map(Value::from), 1 => "\\PC{0,3}".prop_map(Value::from)]
}

fn fixed(kind: FieldType) -> BoxedStrategy<Value> {
    match kind {
        FieldType::Text | FieldType::Choice | FieldType::Tags => text().boxed(),
        FieldType::Integer => (-3..4i64).prop_map(Value::from).boxed(),
        FieldType::Number => {
            prop_oneof![(-3..4i64).prop_map(Value::from), (-6..7i32).prop_map(|n| json!(f64::from(n) / 4.0))].boxed()
        }
        FieldType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        FieldType::Time => (0..4, prop_oneof![Just("Z"), Just(".5Z"), Just("+01:00")])
            .prop_map(|(hour, end)| json!(format!("2026-07-01T0{hour}:00:00{end}")))
            .boxed(),
        FieldType::Date => (1..5).prop_map(|day| json!(format!("2026-07-0{day}"))).boxed(),
        FieldType::Id => (0..4).prop_map(|n| json!(format!("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5{n}"))).boxed(),
    }
}

fn operand(kind: FieldType) -> BoxedStrategy<Value> {
    match kind {
        FieldType::Time => {
            prop_oneof![3 => fixed(kind), 1 => (-3..4i64).prop_map(|n| json!({"now": if n < 0 { format!("-PT{}H", -n) } else { format!("PT{n}H") }}))].boxed()
        }
        FieldType::Date => {
            prop_oneof![3 => fixed(kind), 1 => (0..4i64).prop_map(|n| json!({"now": format!("P{n}D")}))].boxed()
        }
        _ => fixed(kind),
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    proptest::sample::select(&KINDS[..]).prop_flat_map(|(field, kind)| {
        let ordered = matches!(kind, FieldType::Integer | FieldType::Number | FieldType::Time | FieldType::Date);
        let mut choices: Vec<BoxedStrategy<Value>> = vec![
            Just(json!({"field": field, "op": "is_empty"})).boxed(),
            Just(json!({"field": field, "op": "is_not_empty"})).boxed(),
        ];
        let mut one = |ops: &[&'static str]| {
            for &op in ops {
                choices.push(
                    operand(kind).prop_map(move |value| json!({"field": field, "op": op, "value": value})).boxed(),
                );
            }
        };
        if kind != FieldType::Tags {
            one(&["eq", "ne"]);
        }
        if ordered {
            one(&["lt", "le", "gt", "ge"]);
        }
        if kind == FieldType::Text {
            one(&["contains", "starts_with"]);
        }
        let mut list = |ops: &[&'static str], sizes: std::ops::Range<usize>| {
            for &op in ops {
                let values = proptest::collection::vec(operand(kind), sizes.clone());
                choices.push(values.prop_map(move |values| json!({"field": field, "op": op, "value": values})).boxed());
            }
        };
        match kind {
            FieldType::Tags => list(&["contains_any", "contains_all"], 1..4),
            FieldType::Boolean => {}
            _ => list(&["in", "not_in"], 1..4),
        }
        if ordered {
            list(&["between"], 2..3);
        }
        proptest::strategy::Union::new(choices)
    })
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|nodes| json!({"all": nodes})),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|nodes| json!({"any": nodes})),
            inner.prop_map(|node| json!({"not": node})),
        ]
    })
}

fn record() -> impl Strategy<Value = Value> {
    let values: Vec<BoxedStrategy<(&'static str, Option<Value>)>> = KINDS
        .iter()
        .map(|&(field, kind)| {
            let value = match kind {
                FieldType::Tags => proptest::collection::vec(text(), 0..4).prop_map(Value::from).boxed(),
                _ => fixed(kind),
            };
            proptest::option::weighted(0.7, value).prop_map(move |value| (field, value)).boxed()
        })
        .collect();
    values.prop_map(|fields| {
        fields
            .into_iter()
            .filter_map(|(field, value)| value.map(|value| (field.to_owned(), value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn random_trees_have_one_answer_in_memory_and_on_sqlite(tree in tree(), records in proptest::collection::vec(record(), 3)) {
        let fields: BTreeMap<String, FieldType> = KINDS.iter().map(|&(id, kind)| (id.to_owned(), kind)).collect();
        let condition = Condition::parse(&tree, &fields).unwrap();
        let opposite = Condition::parse(&json!({"not": tree}), &fields).unwrap();
        let now = Now::parse("2026-07-01T02:00:00+08:00").unwrap();
        let connection = database();
        for record in records {
            let answer = evaluate(&condition, &record, now);
            prop_assert_eq!(found(&connection, &fields, &condition, &record, now), answer, "{}", record);
            prop_assert_eq!(found(&connection, &fields, &opposite, &record, now), !answer, "not, {}", record);
        }
    }
}
