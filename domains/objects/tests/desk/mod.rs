//! What the tests of objects share: a house with everything objects touch, and short ways to define things.

#![allow(dead_code)] // each test file uses some of it

use http_api::http::Method;
use jobs::Workers;
use kernel::{Context, Grants};
use objects::testing::{Api, Reply, encoded, member};
use serde_json::{Value, json};
use testkit::TestDb;

/// Everything objects touch.
pub fn migrations() -> Vec<db::Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
    ]
    .concat()
}

/// The operations of objects in this database.
pub fn api(t: &TestDb) -> Api {
    Api::new(&t.db, &t.world, [objects::routes()])
}

/// Runs all jobs that wait.
pub async fn work(t: &TestDb) {
    let workers = objects::handlers().into_iter().fold(Workers::new(t.db.clone(), t.world.clone()), Workers::add);
    workers.drain().await.unwrap();
}

/// Somebody with these roles and no permission.
pub fn with_roles(cx: &Context, number: u128, roles: &[&str]) -> Context {
    member(cx, number, Grants { roles: roles.iter().map(|role| (*role).to_owned()).collect(), ..Grants::default() })
}

/// A field of this kind.
pub fn field(id: &str, kind: Value, more: Value) -> Value {
    let mut field = json!({"id": id, "label": {"zh": id, "en": id}, "kind": kind});
    field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    field
}

/// Filterable and sortable.
pub fn listed() -> Value {
    json!({"filterable": true, "sortable": true})
}

/// Saves the fields of an object over this version.
pub async fn put_fields(api: &Api, cx: &Context, object: &str, version: i64, fields: &[Value]) -> Reply {
    let body = json!({"catalogue": {"object": object, "fields": fields}});
    let path = format!("/api/v1/objects/{object}/fields");
    api.send(cx, Method::PUT, &path, &[("if-match", &format!("\"{version}\""))], Some(body)).await
}

/// Defines an object that the role `sales` uses fully, `watcher` reads, and `own` uses for its own records.
pub async fn define(api: &Api, cx: &Context, key: &str, fields: &[Value]) {
    let roles = json!({
        "sales": {"read": "all", "create": "all", "update": "all"},
        "watcher": {"read": "all"},
        "own": {"read": "own", "create": "own", "update": "own"},
        "team": {"read": "team"},
    });
    let body = json!({"key": key, "name": {"zh": "车辆", "en": "Vehicle"}, "number_prefix": "VH", "roles": roles});
    api.post(cx, "/api/v1/objects", body).await.ok(201);
    put_fields(api, cx, key, 0, fields).await.ok(200);
}

/// The records that fulfil the filter in the order of `sort`, all pages, by one value.
pub async fn found(api: &Api, cx: &Context, object: &str, filter: &Value, sort: &str, column: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!(
            "/api/v1/records/{object}?limit=3&sort={sort}&cursor={cursor}&filter={}",
            encoded(&filter.to_string())
        );
        let page = api.get(cx, &path).await.ok(200);
        all.extend(page.column("values").into_iter().map(|values| values[column].clone()));
        match page.json["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}
