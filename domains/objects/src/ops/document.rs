//! The API document of one company: the operations of all, and those of its own objects with their fields.

use std::sync::{Arc, OnceLock};

use db::Read;
use forms::Catalogue;
use http_api::{App, Caller, Download, Problem, State};
use serde_json::{Map, Value, json};

use crate::{
    ObjectError,
    access::{Action, Viewer, manages, reach},
    model::ObjectDefinition,
    store::{definitions, fields},
};

/// The document of the operations that every company has; the house registers it as a service.
#[derive(Clone, Default)]
pub struct CommonDocument(Option<Arc<Source>>);

struct Source {
    make: Box<dyn Fn() -> Value + Send + Sync>,
    made: OnceLock<Value>,
}

impl CommonDocument {
    /// A document that is put together when somebody first asks for it.
    pub fn new(make: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Source { make: Box::new(make), made: OnceLock::new() })))
    }

    fn get(&self) -> Value {
        match &self.0 {
            Some(source) => source.made.get_or_init(|| (source.make)()).clone(),
            None => json!({"openapi": "3.1.0", "info": {"title": "Aftersail", "version": ""}, "paths": {}}),
        }
    }
}

pub(crate) async fn document(State(app): State<App>, Caller(cx): Caller) -> Result<Download, Problem> {
    let common = app.find::<CommonDocument>().map_or_else(|| CommonDocument::default().get(), |common| common.get());
    let document = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Value, ObjectError> {
            let mut document = common;
            for object in definitions::all(r).await? {
                let readable = reach(db::Query::cx(r), &object, Action::Read).is_some();
                if object.archived_at.is_some() || !readable {
                    continue;
                }
                let (_, mut catalogue) = fields::catalogue(r, &object.key).await?;
                if !manages(db::Query::cx(r)) {
                    let viewer = Viewer::of(db::Query::cx(r), &catalogue);
                    catalogue.fields.retain(|field| viewer.sees(field));
                }
                add(&mut document, &object, &catalogue);
            }
            Ok(document)
        })
        .await?;
    Ok(Download::inline("application/json", document.to_string()))
}

/// Adds the operations of one object.
fn add(document: &mut Value, object: &ObjectDefinition, catalogue: &Catalogue) {
    let key = object.key.as_str();
    let word: String = key.split('_').map(capitalized).collect();
    let mut values = forms::json_schema(catalogue, None);
    if let Some(values) = values.as_object_mut() {
        values.remove("$schema");
    }
    let mut partial = values.clone();
    if let Some(partial) = partial.as_object_mut() {
        for rule in ["required", "allOf"] {
            partial.remove(rule);
        }
        for property in
            partial.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
        {
            *property = json!({"anyOf": [property.clone(), {"type": "null"}]});
        }
    }
    let schemas = [
        (format!("{word}Values"), values),
        (format!("{word}Record"), record(document, &word)),
        (format!("New{word}"), body(&format!("{word}Values"))),
        (format!("{word}Change"), json!({"type": "object", "properties": {"values": partial}})),
    ];
    let known = &mut document["components"]["schemas"];
    for (name, schema) in schemas {
        known[name] = schema;
    }
    let name = &object.name.0.en;
    let answer = |status: &str, schema: Value| {
        json!({status: {"description": name, "content": {"application/json": {"schema": schema}}},
            "default": {"$ref": "#/components/responses/Problem"}})
    };
    let send = |schema: &str| json!({"required": true, "content": {"application/json": {"schema": reference(schema)}}});
    let record = reference(&format!("{word}Record"));
    let page = json!({"type": "object", "required": ["items"], "properties": {
        "items": {"type": "array", "items": record}, "next_cursor": {"type": "string"}, "total": {"type": "integer"}}});
    let query = |name: &str| json!({"name": name, "in": "query", "required": false, "schema": {"type": "string"}});
    let parameters: Vec<Value> = ["filter", "sort", "q", "cursor", "limit", "count", "archived"].map(query).into();
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let version = json!({"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string"}});
    let tag = json!(["records"]);
    let paths = &mut document["paths"];
    paths[format!("/api/v1/records/{key}")] = json!({
        "get": {"operationId": format!("list{word}"), "tags": tag, "summary": format!("List records of {name}"),
            "parameters": parameters,
            "responses": answer("200", page)},
        "post": {"operationId": format!("create{word}"), "tags": tag, "summary": format!("Create a record of {name}"),
            "requestBody": send(&format!("New{word}")), "responses": answer("201", record.clone())},
    });
    paths[format!("/api/v1/records/{key}/{{id}}")] = json!({
        "get": {"operationId": format!("get{word}"), "tags": tag, "summary": format!("Show a record of {name}"),
            "parameters": [id], "responses": answer("200", record.clone())},
        "patch": {"operationId": format!("update{word}"), "tags": tag, "summary": format!("Change a record of {name}"),
            "parameters": [id, version], "requestBody": send(&format!("{word}Change")),
            "responses": answer("200", record)},
    });
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn body(values: &str) -> Value {
    json!({"type": "object", "required": ["values"], "properties": {"values": reference(values),
        "owner_id": {"type": "string", "format": "uuid"}, "team_id": {"type": "string", "format": "uuid"},
        "region_id": {"type": "string", "format": "uuid"}}})
}

/// A record as every object has it, with this object's values; personal data may be masked, so that only the names count.
fn record(document: &Value, word: &str) -> Value {
    let common = document.pointer("/components/schemas/Record").cloned();
    let mut record = common.unwrap_or_else(|| json!({"type": "object", "properties": {}}));
    record["properties"]["values"] =
        json!({"type": "object", "description": format!("As {word}Values; personal data may be masked.")});
    record
}
