//! Formulas, look-ups and roll-ups of records, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use desk::{api, define, field, listed, migrations, put_fields, with_roles, work};
use kernel::Context;
use objects::testing::{Api, encoded};
use serde_json::{Value, json};

const PROJECTS: &str = "/api/v1/records/project";
const TASKS: &str = "/api/v1/records/task";

fn text(id: &str, more: Value) -> Value {
    field(id, json!({"type": "text"}), more)
}

fn money(id: &str) -> Value {
    field(id, json!({"type": "money", "currency": "CNY"}), json!({}))
}

fn formula(id: &str, expression: &str, result: &str, more: Value) -> Value {
    let mut kind = json!({"type": "formula", "expression": expression, "result": result});
    if result == "money" {
        kind["currency"] = json!("CNY");
    }
    field(id, kind, more)
}

fn task_fields() -> Vec<Value> {
    vec![
        text("name", json!({})),
        field("qty", json!({"type": "integer"}), json!({})),
        money("price"),
        formula("total", "qty * price", "money", listed()),
        field("project", json!({"type": "relation", "object": "project"}), json!({})),
        field(
            "project_name",
            json!({"type": "look_up", "relation": "project", "field": "name", "result": "text"}),
            listed(),
        ),
        formula("title", "project_name + ': ' + name", "text", json!({})),
    ]
}

fn roll_up(id: &str, function: &str, source: Option<&str>) -> Value {
    let mut kind = json!({"type": "roll_up", "object": "task", "relation": "project", "function": function});
    if let Some(source) = source {
        kind["field"] = json!(source);
    }
    field(id, kind, listed())
}

/// Projects with tasks: tasks show their project's name, projects count and sum their tasks.
async fn projects(api: &Api, cx: &Context) {
    define(api, cx, "project", &[text("name", json!({}))]).await;
    define(api, cx, "task", &task_fields()).await;
    let fields = vec![
        text("name", json!({})),
        roll_up("tasks", "count", None),
        roll_up("worth", "sum", Some("total")),
        roll_up("dearest", "max", Some("price")),
        formula("with_tax", "worth * 1.13", "money", json!({})),
    ];
    put_fields(api, cx, "project", 1, &fields).await.ok(200);
}

fn codes(errors: &[String]) -> Vec<&str> {
    errors.iter().map(String::as_str).collect()
}

testkit::both! {
    migrations(), |t| formulas_are_worked_out_with_every_write_and_listed {
        let api = api(t);
        projects(&api, &t.cx).await;
        let make = async |qty: i32| {
            api.post(&t.cx, TASKS, json!({"values": {"name": "甲", "qty": qty, "price": 1999, "total": 1}})).await.ok(201)
        };
        let (three, two) = (make(3).await, make(2).await);
        assert_eq!(three.json["values"]["total"], json!(5997));
        assert_eq!((&three.json["computing"], &three.json["faults"]), (&json!([]), &json!([])));
        let tree = json!({"field": "total", "op": "gt", "value": 4000}).to_string();
        let found = api.get(&t.cx, &format!("{TASKS}?sort=-total&filter={}", encoded(&tree))).await.ok(200);
        assert_eq!(found.column("id"), [json!(three.id())]);
        let path = format!("{TASKS}/{}", two.id());
        let changed = api.patch(&t.cx, &path, 1, json!({"values": {"qty": 4}})).await.ok(200);
        assert_eq!(changed.json["values"]["total"], json!(7996));
        let emptied = api.patch(&t.cx, &path, 2, json!({"values": {"qty": null}})).await.ok(200);
        assert_eq!(emptied.json["values"].get("total"), None);
    }

    migrations(), |t| a_formula_that_fails_says_so_and_saves_the_rest {
        let api = api(t);
        let fields = [field("a", json!({"type": "integer"}), json!({})), formula("big", "a * 9999999999999999", "number", json!({}))];
        define(&api, &t.cx, "vehicle", &fields).await;
        let made = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"a": 7}})).await.ok(201);
        assert_eq!(made.json["values"], json!({"a": 7}));
        assert_eq!((&made.json["faults"][0]["field"], &made.json["faults"][0]["code"]), (&json!("big"), &json!("overflow")));
        let path = format!("/api/v1/records/vehicle/{}", made.id());
        let states = api.get(&t.cx, &format!("/api/v1/objects/vehicle/states?ids={}", made.id())).await.ok(200);
        assert_eq!(states.json["items"][0]["faults"][0]["field"], json!("big"));
        let mended = api.patch(&t.cx, &path, 1, json!({"values": {"a": 0}})).await.ok(200);
        assert_eq!((&mended.json["values"]["big"], &mended.json["faults"]), (&json!(0), &json!([])));
        let list = api.get(&t.cx, "/api/v1/records/vehicle").await.ok(200);
        assert_eq!(list.column("faults"), [json!([])]);
    }

    migrations(), |t| a_roll_up_of_amounts_is_in_what_they_are_in {
        let api = api(t);
        projects(&api, &t.cx).await;
        let said = api.get(&t.cx, "/api/v1/objects/project/fields").await.ok(200);
        let currency = |index: usize| said.json["catalogue"]["fields"][index]["kind"]["currency"].clone();
        assert_eq!([1, 2, 3].map(currency), [json!(null), json!("CNY"), json!("CNY")]);
    }

    migrations(), |t| roll_ups_follow_in_the_background_and_say_so {
        let api = api(t);
        projects(&api, &t.cx).await;
        let project = api.post(&t.cx, PROJECTS, json!({"values": {"name": "一期"}})).await.ok(201);
        assert_eq!((&project.json["values"]["tasks"], &project.json["values"]["worth"]), (&json!(0), &json!(0)));
        let path = format!("{PROJECTS}/{}", project.id());
        let task = async |qty: i32, price: i32| {
            let values = json!({"name": "甲", "qty": qty, "price": price, "project": project.id()});
            api.post(&t.cx, TASKS, json!({"values": values})).await.ok(201)
        };
        let (first, second) = (task(2, 100).await, task(1, 250).await);
        let waiting = api.get(&t.cx, &path).await.ok(200);
        assert_eq!(waiting.json["computing"], json!(["dearest", "tasks", "worth"]));
        work(t).await;
        let told = async || {
            let shown = api.get(&t.cx, &path).await.ok(200).json;
            assert_eq!(shown["computing"], json!([]));
            assert_eq!(shown["version"], json!(1));
            let value = |id: &str| shown["values"][id].clone();
            (value("tasks"), value("worth"), value("dearest"), value("with_tax"))
        };
        assert_eq!(told().await, (json!(2), json!(450), json!(250), json!(509)));
        let second_path = format!("{TASKS}/{}", second.id());
        api.patch(&t.cx, &second_path, 1, json!({"values": {"price": 300}})).await.ok(200);
        work(t).await;
        assert_eq!(told().await, (json!(2), json!(500), json!(300), json!(565)));
        api.act(&t.cx, &format!("{second_path}/archive"), 2).await.ok(200);
        work(t).await;
        assert_eq!(told().await, (json!(1), json!(200), json!(100), json!(226)));
        api.patch(&t.cx, &format!("{TASKS}/{}", first.id()), 1, json!({"values": {"project": null}})).await.ok(200);
        work(t).await;
        assert_eq!(told().await, (json!(0), json!(0), Value::Null, json!(0)));
        // Whoever read the project before may still change it.
        api.patch(&t.cx, &path, 1, json!({"values": {"name": "二期"}})).await.ok(200);
    }

    migrations(), |t| look_ups_are_there_at_once_and_follow_the_other_record {
        let api = api(t);
        projects(&api, &t.cx).await;
        let project = api.post(&t.cx, PROJECTS, json!({"values": {"name": "一期"}})).await.ok(201);
        let values = json!({"name": "甲", "project": project.id()});
        let task = api.post(&t.cx, TASKS, json!({"values": values})).await.ok(201);
        assert_eq!(task.json["values"]["title"], json!("一期: 甲"));
        api.patch(&t.cx, &format!("{PROJECTS}/{}", project.id()), 1, json!({"values": {"name": "二期"}})).await.ok(200);
        work(t).await;
        let path = format!("{TASKS}/{}", task.id());
        let shown = api.get(&t.cx, &path).await.ok(200);
        assert_eq!((&shown.json["values"]["title"], &shown.json["version"]), (&json!("二期: 甲"), &json!(1)));
        let timeline = api.get(&t.cx, &format!("{path}/timeline")).await.ok(200);
        assert_eq!(timeline.column("kind"), ["record.computed", "record.created"]);
        let tree = json!({"field": "project_name", "op": "eq", "value": "二期"}).to_string();
        let found = api.get(&t.cx, &format!("{TASKS}?filter={}", encoded(&tree))).await.ok(200);
        assert_eq!(found.column("id"), [json!(task.id())]);
    }

    migrations(), |t| fields_that_come_later_are_worked_out_for_all_records {
        let api = api(t);
        projects(&api, &t.cx).await;
        let task = api.post(&t.cx, TASKS, json!({"values": {"name": "甲", "qty": 3, "price": 5}})).await.ok(201);
        let mut fields = task_fields();
        fields.push(formula("double", "total * 2", "number", listed()));
        put_fields(&api, &t.cx, "task", 1, &fields).await.ok(200);
        work(t).await;
        let shown = api.get(&t.cx, &format!("{TASKS}/{}", task.id())).await.ok(200);
        assert_eq!(shown.json["values"]["double"], json!(0.3));
        let sorted = api.get(&t.cx, &format!("{TASKS}?sort=double")).await.ok(200);
        assert_eq!(sorted.column("id"), [json!(task.id())]);
    }

    migrations(), |t| bad_definitions_say_what_is_wrong {
        let api = api(t);
        projects(&api, &t.cx).await;
        let put = async |object: &str, version: i64, fields: Vec<Value>| put_fields(&api, &t.cx, object, version, &fields).await;
        let wrong = put("task", 1, vec![formula("a", "b +", "number", json!({})), formula("c", "nope", "text", json!({}))]).await;
        wrong.refused(422, "invalid_catalogue");
        let pointer = |index: usize| format!("/catalogue/fields/{index}/kind/expression");
        assert!(wrong.errors().contains(&format!("{} unknown_field", pointer(1))), "{:?}", wrong.errors());
        let circle = vec![formula("a", "b", "number", json!({})), formula("b", "a", "number", json!({}))];
        assert!(put("task", 1, circle).await.errors().contains(&"/catalogue/fields/1 cycle".to_owned()));
        let mut around = task_fields();
        around.push(field("worth", json!({"type": "look_up", "relation": "project", "field": "worth", "result": "number"}), json!({})));
        around.push(field("price2", json!({"type": "look_up", "relation": "nobody", "field": "x", "result": "text"}), json!({})));
        let errors = put("task", 1, around).await.errors();
        assert_eq!(codes(&errors), ["/catalogue/fields/8/kind/relation unknown_field"]);
        // The sum of tasks may not be a part of the tasks' own totals.
        let mut around = task_fields();
        around[3] = formula("total", "worth / 2", "money", listed());
        around.push(field("worth", json!({"type": "look_up", "relation": "project", "field": "worth", "result": "number"}), json!({})));
        let errors = put("task", 1, around).await.errors();
        assert!(codes(&errors).iter().all(|error| error.ends_with("cycle")) && !errors.is_empty(), "{errors:?}");
        let gone = vec![field("boat", json!({"type": "relation", "object": "boat"}), json!({}))];
        assert_eq!(codes(&put("task", 1, gone).await.errors())[0], "/catalogue/fields/0/kind/object unknown_object");
        let bomb = vec![text("name", json!({})), formula("a", &format!("{}1{}", "(".repeat(950), ")".repeat(950)), "number", json!({}))];
        assert_eq!(codes(&put("task", 1, bomb).await.errors()), ["/catalogue/fields/1/kind/expression too_deep"]);
        let options: Vec<Value> = (0..10_000).map(|n| json!({"id": format!("o{n}"), "label": {"zh": "甲", "en": "A"}})).collect();
        let many = vec![field("c", json!({"type": "choice", "options": options}), json!({}))];
        assert_eq!(codes(&put("task", 1, many).await.errors()), ["/catalogue/fields/0/kind/options too_many_options"]);
    }

    migrations(), |t| formulas_are_tried_out_while_they_are_written {
        let api = api(t);
        projects(&api, &t.cx).await;
        let path = "/api/v1/objects/task/formula/preview";
        let ask = async |body: Value| api.post(&t.cx, path, body).await.ok(200).json;
        let made = ask(json!({"expression": "qty * price", "result": "money", "values": {"qty": 2, "price": 150}})).await;
        assert_eq!((&made["value"], &made["error"], &made["needs"]), (&json!(300), &Value::Null, &json!(["price", "qty"])));
        assert!(made["took_us"].as_u64().unwrap() < 100_000);
        let wrong = ask(json!({"expression": "qty * prize", "result": "money"})).await;
        assert_eq!((&wrong["error"]["code"], &wrong["error"]["position"]), (&json!("unknown_field"), &json!(6)));
        let task = api.post(&t.cx, TASKS, json!({"values": {"name": "甲", "qty": 3, "price": 5}})).await.ok(201);
        let made = ask(json!({"expression": "total + 1", "result": "number", "record_id": task.id()})).await;
        assert_eq!(made["value"], json!(1.15));
        let ask_for = |currency: &str| json!({"expression": "total * 20 + 1", "result": "money", "currency": currency, "record_id": task.id()});
        assert_eq!(ask(ask_for("CNY")).await["value"], json!(400));
        assert_eq!(ask(ask_for("JPY")).await["value"], json!(4));
        let bomb = ask(json!({"expression": "1+".repeat(3000), "result": "number"})).await;
        assert_eq!(bomb["error"]["code"], json!("too_long"));
        let sales = with_roles(&t.cx, 7, &["sales"]);
        api.post(&sales, path, json!({"expression": "1", "result": "number"})).await.refused(403, "forbidden");
        let fields = api.get(&t.cx, "/api/v1/objects/customer/look-up-fields").await.ok(200);
        assert_eq!(fields.json["items"][0]["id"], json!("name"));
    }

    migrations(), |t| defaults_by_expression_know_who_and_when {
        let api = api(t);
        let fields = [
            field("day", json!({"type": "date"}), json!({"default_expression": "today"})),
            field("due", json!({"type": "date"}), json!({"default_expression": "day.add(7, 'day')", "required": true})),
            field("note", json!({"type": "text"}), json!({"visible_if": {"field": "late", "op": "eq", "value": true}})),
            formula("late", "due > day", "boolean", json!({})),
        ];
        define(&api, &t.cx, "vehicle", &fields).await;
        let made = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {"day": "2026-03-01", "note": "x"}})).await.ok(201);
        assert_eq!(made.json["values"], json!({"day": "2026-03-01", "due": "2026-03-08", "late": true, "note": "x"}));
        let made = api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": {}})).await.ok(201);
        assert!(made.json["values"]["day"].as_str().unwrap() < made.json["values"]["due"].as_str().unwrap());
    }
}

#[test]
fn formulas_count_amounts_as_money_is_shown() {
    // Every code that could be one: the engine keeps its own list, for it knows nothing of the platform.
    let letter = |place: u32, at: u32| char::from(b'A' + u8::try_from(at / 26_u32.pow(place) % 26).unwrap());
    for at in 0..26_u32.pow(3) {
        let code: String = (0..3).map(|place| letter(place, at)).collect();
        assert_eq!(forms::currency_digits(&code), code.parse::<kernel::Currency>().unwrap().digits(), "{code}");
    }
}
