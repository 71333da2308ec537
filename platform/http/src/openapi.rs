//! The API document: OpenAPI 3.1, put together from what routes, arguments and answers say about themselves.

use std::collections::{BTreeMap, BTreeSet};

use authz::Access;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{Routes, problem::ProblemBody, routes::Route};

/// An operation being documented; arguments and answers add themselves.
pub struct OperationDoc<'g> {
    path: &'static str,
    requests: &'g mut SchemaGenerator,
    answers: &'g mut SchemaGenerator,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: BTreeMap<u16, Value>,
    problems: BTreeSet<u16>,
}

impl OperationDoc<'_> {
    /// Adds the template's parameters, typed by the properties of `T` (or by `T` itself when it is one value).
    pub fn path_parameters<T: JsonSchema>(&mut self) {
        let schema = T::json_schema(self.requests).to_value();
        let names = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        for name in names {
            let name = name.trim_start_matches('*');
            let typed = schema.pointer(&format!("/properties/{name}")).cloned();
            let typed = typed.unwrap_or_else(|| if schema["type"] == "object" { json!({}) } else { schema.clone() });
            self.add_parameter(name, "path", true, typed);
        }
    }

    /// Adds one query parameter for each property of `T`.
    pub fn query_parameters<T: JsonSchema>(&mut self) {
        let schema = T::json_schema(self.requests).to_value();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, typed) in schema["properties"].as_object().into_iter().flatten() {
            self.add_parameter(name, "query", required.contains(&name.as_str()), typed.clone());
        }
    }

    /// Adds one query parameter.
    pub fn query_parameter(&mut self, name: &str, schema: Value) {
        self.add_parameter(name, "query", false, schema);
    }

    /// Adds a request header.
    pub fn header(&mut self, name: &str, required: bool, description: &str) {
        self.add_parameter(name, "header", required, json!({ "type": "string", "description": description }));
    }

    fn add_parameter(&mut self, name: &str, place: &str, required: bool, schema: Value) {
        if self.parameters.iter().any(|known| known["name"] == name && known["in"] == place) {
            return;
        }
        let mut schema = without_null(schema);
        let description = schema.as_object_mut().and_then(|members| members.remove("description"));
        let mut parameter = json!({ "name": name, "in": place, "required": required, "schema": schema });
        if let Some(description) = description {
            parameter["description"] = description;
        }
        self.parameters.push(parameter);
    }

    /// Sets a JSON request body.
    pub fn json_body<T: JsonSchema>(&mut self) {
        let schema = self.requests.subschema_for::<T>().to_value();
        self.body("application/json", schema);
    }

    /// Sets a request body of any media type.
    pub fn body(&mut self, media_type: &str, schema: Value) {
        self.body = Some(json!({ "required": true, "content": { media_type: { "schema": schema } } }));
    }

    /// Adds a JSON answer.
    pub fn json_answer<T: JsonSchema>(&mut self, status: u16, description: &str) {
        let schema = self.answers.subschema_for::<T>().to_value();
        self.answer(status, description, "application/json", schema);
    }

    /// Adds an answer of any media type.
    pub fn answer(&mut self, status: u16, description: &str, media_type: &str, schema: Value) {
        let answer = json!({ "description": description, "content": { media_type: { "schema": schema } } });
        self.responses.insert(status, answer);
    }

    /// Adds an answer without a body.
    pub fn empty_answer(&mut self, status: u16, description: &str) {
        self.responses.insert(status, json!({ "description": description }));
    }

    /// Adds a header to an answer.
    pub fn answer_header(&mut self, status: u16, name: &str, description: &str) {
        if let Some(answer) = self.responses.get_mut(&status) {
            answer["headers"][name] = json!({ "description": description, "schema": { "type": "string" } });
        }
    }

    /// Adds problems it may answer.
    pub fn problems(&mut self, statuses: &[u16]) {
        self.problems.extend(statuses);
    }
}

/// A parameter is absent rather than null.
fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema["type"].as_array() {
        let kept: Vec<Value> = types.iter().filter(|kind| *kind != "null").cloned().collect();
        schema["type"] = if let [only] = kept.as_slice() { only.clone() } else { Value::Array(kept) };
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let kept: Vec<Value> = choices.iter().filter(|choice| choice["type"] != "null").cloned().collect();
        if let [only] = kept.as_slice() {
            let description = schema.get("description").cloned();
            let mut only = only.clone();
            if let Some(description) = description {
                only["description"] = description;
            }
            return only;
        }
    }
    if let Some(members) = schema.as_object_mut() {
        if members.get("default").is_some_and(Value::is_null) {
            members.remove("default");
        }
        members.retain(|name, value| !(value.is_null() && (name == "type" || name == "anyOf")));
        if let Some(Value::Array(values)) = members.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
    }
    schema
}

/// The API document of these routes.
pub fn document(all: &[Routes]) -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut requests = settings().for_deserialize().into_generator();
    let mut answers = settings().for_serialize().into_generator();
    let problem = answers.subschema_for::<ProblemBody<'static>>().to_value();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut tags = Vec::new();
    for route in all.iter().flat_map(|routes| &routes.routes) {
        if !tags.contains(&route.tag) {
            tags.push(route.tag);
        }
        let operation = describe(route, &mut requests, &mut answers);
        paths.entry(route.path).or_default().insert(route.method.as_str().to_ascii_lowercase(), operation);
    }
    let (schemas, renamed) = join(answers.take_definitions(true), requests.take_definitions(true));
    for operation in paths.values_mut().flat_map(Map::values_mut) {
        for part in ["parameters", "requestBody"] {
            if let Some(value) = operation.get_mut(part) {
                rename(value, &renamed);
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aftersail",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Times are RFC 3339 in UTC, amounts are integers in minor units, ids are UUIDs. Lists are paged by `cursor`. \
                Errors are problem+json (RFC 9457) with a stable `code`. A change names the version it saw in `If-Match`; \
                a create may carry an `Idempotency-Key`. Browsers use the session cookie and send `X-CSRF-Token`; programs send an API key as bearer token.",
        },
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "What went wrong and what to do.",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::SESSION_COOKIE },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

fn describe(route: &Route, requests: &mut SchemaGenerator, answers: &mut SchemaGenerator) -> Value {
    let mut doc = OperationDoc {
        path: route.path,
        requests,
        answers,
        parameters: Vec::new(),
        body: None,
        responses: BTreeMap::new(),
        problems: BTreeSet::new(),
    };
    (route.document)(&mut doc);
    if route.path.contains('{') && !doc.parameters.iter().any(|parameter| parameter["in"] == "path") {
        doc.path_parameters::<String>();
    }
    let open = matches!(route.access, Access::Public | Access::Token);
    match route.access {
        Access::Public | Access::Token => doc.problems(&[429]),
        Access::SignedIn => doc.problems(&[401]),
        Access::Needs(_) => doc.problems(&[401, 403]),
    }
    if !open && !matches!(route.method, http::Method::GET) {
        // A cookie session that changes something needs its CSRF token.
        doc.problems(&[403]);
    }
    let mut responses = Map::new();
    for (status, answer) in doc.responses {
        responses.insert(status.to_string(), answer);
    }
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    for status in doc.problems {
        responses.insert(status.to_string(), problem.clone());
    }
    responses.insert("default".to_owned(), problem);
    let security = if open { json!([]) } else { json!([{ "session": [] }, { "bearer": [] }]) };
    let mut operation = json!({
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.tag],
        "x-access": route.access.label(),
        "security": security,
        "parameters": doc.parameters,
        "responses": responses,
    });
    if let Some(description) = route.description {
        operation["description"] = description.into();
    }
    if let Some(body) = doc.body {
        operation["requestBody"] = body;
    }
    operation
}

const PREFIX: &str = "#/components/schemas/";

/// One namespace for both directions: a type that reads otherwise than it is answered (defaults make fields
/// optional in requests only) stands twice, the request's as `…Input`, and so does everything that refers to one.
fn join(answers: Map<String, Value>, requests: Map<String, Value>) -> (Map<String, Value>, BTreeMap<String, String>) {
    let mut differing: BTreeSet<String> = requests
        .iter()
        .filter(|(name, schema)| answers.get(*name).is_some_and(|answer| answer != *schema))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<String> = requests
            .iter()
            .filter(|(name, schema)| {
                answers.contains_key(*name) && !differing.contains(*name) && refers(schema, &differing)
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        differing.extend(more);
    }
    let mut renamed = BTreeMap::new();
    for name in differing {
        let mut input = format!("{name}Input");
        while answers.contains_key(&input) || requests.contains_key(&input) {
            input.push('_');
        }
        renamed.insert(name, input);
    }
    let mut schemas = answers;
    for (name, mut schema) in requests {
        rename(&mut schema, &renamed);
        let name = renamed.get(&name).cloned().unwrap_or(name);
        schemas.entry(name).or_insert(schema);
    }
    (schemas, renamed)
}

fn refers(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, value)| match value {
            Value::String(target) if key == "$ref" => {
                target.strip_prefix(PREFIX).is_some_and(|name| names.contains(name))
            }
            other => refers(other, names),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, names)),
        _ => false,
    }
}

fn rename(schema: &mut Value, renamed: &BTreeMap<String, String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(name) = target.strip_prefix(PREFIX).and_then(|name| renamed.get(name)) {
                            *target = format!("{PREFIX}{name}");
                        }
                    }
                    other => rename(other, renamed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, renamed)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{Body, Json, Path, Problem, Query};

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Part {
        #[serde(default)]
        count: i64,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Box1 {
        part: Part,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct BoxPath {
        #[allow(dead_code)]
        id: kernel::Uuid,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Asked {
        /// How many.
        #[allow(dead_code)]
        limit: Option<u32>,
        #[allow(dead_code)]
        since: kernel::Timestamp,
    }

    async fn change(_: Path<BoxPath>, _: Query<Asked>, Body(body): Body<Box1>) -> Result<Json<Box1>, Problem> {
        Ok(Json(body))
    }

    fn made() -> Value {
        document(&[Routes::new("boxes").put(
            "/api/v1/boxes/{id}",
            Access::SignedIn,
            "changeBox",
            "Change a box",
            change,
        )])
    }

    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::String(target) if key == "$ref" => found.push(target.clone()),
                        other => refs(other, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_resolves() {
        let document = made();
        let mut found = Vec::new();
        refs(&document, &mut found);
        assert!(found.len() > 5);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn requests_and_answers_that_differ_stand_apart() {
        let document = made();
        let schemas = &document["components"]["schemas"];
        assert!(schemas["PartInput"]["required"].is_null());
        assert_eq!(schemas["Part"]["required"], json!(["count"]));
        assert_eq!(schemas["Box1Input"]["properties"]["part"]["$ref"], "#/components/schemas/PartInput");
        let operation = &document["paths"]["/api/v1/boxes/{id}"]["put"];
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(body, "#/components/schemas/Box1Input");
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(answer, "#/components/schemas/Box1");
    }

    #[test]
    fn an_operation_says_who_may_call_it_and_what_it_takes() {
        let document = made();
        let operation = &document["paths"]["/api/v1/boxes/{id}"]["put"];
        assert_eq!(operation["x-access"], "signed_in");
        assert_eq!(operation["operationId"], "changeBox");
        assert_eq!(
            operation["parameters"],
            json!([
                { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } },
                { "name": "limit", "in": "query", "required": false, "description": "How many.",
                  "schema": { "type": "integer", "format": "uint32", "minimum": 0 } },
                { "name": "since", "in": "query", "required": true, "description": "RFC 3339, UTC",
                  "schema": { "type": "string", "format": "date-time" } },
            ])
        );
        for status in ["401", "403", "415", "422", "default"] {
            assert_eq!(operation["responses"][status]["$ref"], "#/components/responses/Problem", "{status}");
        }
    }
}
