//! The API document as a page for people: plain HTML made on the server, so that the strict policy holds.

use serde_json::Value;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#1f2328}main{max-width:62rem;margin:0 auto;padding:1rem 1.5rem 6rem}\
nav{columns:3 14rem;margin:1rem 0 2rem}nav a{display:block}a{color:#0b57d0;text-decoration:none}a:hover{text-decoration:underline}\
h2{margin-top:3rem;border-bottom:1px solid #d0d7de}details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}\
summary{cursor:pointer}code{font:13px/1.4 ui-monospace,monospace}.m{display:inline-block;min-width:4.2rem;font-weight:600}\
.s{color:#59636e}table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}td,th{text-align:left;border-bottom:1px solid #eaeef2;padding:.25rem .6rem .25rem 0;vertical-align:top}\
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}a{color:#6cb6ff}details,h2,td,th{border-color:#30363d}.s{color:#9198a1}}";

/// Renders the document.
pub(crate) fn render(document: &Value) -> String {
    let mut page = String::with_capacity(256 * 1024);
    let title = text(&document["info"]["title"]);
    page.push_str("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
    escape(title, &mut page);
    page.push_str(" API</title><style>");
    page.push_str(STYLE);
    page.push_str("</style></head><body><main><h1>");
    escape(title, &mut page);
    page.push_str(" API ");
    escape(text(&document["info"]["version"]), &mut page);
    page.push_str("</h1><p>");
    escape(text(&document["info"]["description"]), &mut page);
    page.push_str(
        "</p><p><a href=\"/api/openapi.json\">OpenAPI document</a> · <a href=\"#schemas\">Schemas</a></p><nav>",
    );
    let tags: Vec<&str> = document["tags"].as_array().into_iter().flatten().map(|tag| text(&tag["name"])).collect();
    for tag in &tags {
        link(&format!("tag-{tag}"), tag, &mut page);
    }
    page.push_str("</nav>");
    for tag in &tags {
        heading(&format!("tag-{tag}"), tag, &mut page);
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation["tags"][0] == **tag {
                    render_operation(path, method, operation, &mut page);
                }
            }
        }
    }
    heading("schemas", "Schemas", &mut page);
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        page.push_str("<details id=\"schema-");
        escape(name, &mut page);
        page.push_str("\"><summary><code>");
        escape(name, &mut page);
        page.push_str("</code></summary>");
        render_schema(schema, &mut page);
        page.push_str("</details>");
    }
    page.push_str("</main></body></html>");
    page
}

fn render_operation(path: &str, method: &str, operation: &Value, page: &mut String) {
    page.push_str("<details id=\"");
    escape(text(&operation["operationId"]), page);
    page.push_str("\"><summary><code class=\"m\">");
    escape(&method.to_uppercase(), page);
    page.push_str("</code><code>");
    escape(path, page);
    page.push_str("</code> <span class=\"s\">");
    escape(text(&operation["summary"]), page);
    page.push_str("</span></summary><p>");
    escape(text(&operation["description"]), page);
    page.push_str("</p><p>Access: <code>");
    escape(text(&operation["x-access"]), page);
    page.push_str("</code> · id: <code>");
    escape(text(&operation["operationId"]), page);
    page.push_str("</code></p>");
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        page.push_str("<h4>Parameters</h4><table><tr><th>Name<th>In<th>Type<th></tr>");
        for parameter in parameters {
            row(
                text(&parameter["name"]),
                parameter["required"] == true,
                Some(text(&parameter["in"])),
                &parameter["schema"],
                text(&parameter["description"]),
                page,
            );
        }
        page.push_str("</table>");
    }
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        page.push_str("<h4>Body</h4>");
        render_content(content, page);
    }
    page.push_str("<h4>Answers</h4><table>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        page.push_str("<tr><td><code>");
        escape(status, page);
        page.push_str("</code><td>");
        if answer.get("$ref").is_some() {
            page.push_str("<a href=\"#schema-Problem\">Problem</a>");
        } else {
            escape(text(&answer["description"]), page);
            for (name, _) in answer["headers"].as_object().into_iter().flatten() {
                page.push_str(" <code>");
                escape(name, page);
                page.push_str("</code>");
            }
            if let Some(content) = answer["content"].as_object() {
                render_content(content, page);
            }
        }
        page.push_str("</tr>");
    }
    page.push_str("</table></details>");
}

fn render_content(content: &serde_json::Map<String, Value>, page: &mut String) {
    for (media, body) in content {
        page.push_str("<div><code>");
        escape(media, page);
        page.push_str("</code> ");
        kind(&body["schema"], page);
        page.push_str("</div>");
    }
}

fn render_schema(schema: &Value, page: &mut String) {
    page.push_str("<p>");
    escape(text(&schema["description"]), page);
    page.push_str("</p>");
    let Some(properties) = schema["properties"].as_object() else {
        page.push_str("<p>");
        kind(schema, page);
        page.push_str("</p>");
        return;
    };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    page.push_str("<table>");
    for (name, property) in properties {
        row(name, required.contains(&name.as_str()), None, property, text(&property["description"]), page);
    }
    page.push_str("</table>");
}

fn row(name: &str, required: bool, place: Option<&str>, schema: &Value, description: &str, page: &mut String) {
    page.push_str("<tr><td><code>");
    escape(name, page);
    page.push_str("</code>");
    if required {
        page.push_str(" <b title=\"required\">*</b>");
    }
    if let Some(place) = place {
        page.push_str("<td>");
        escape(place, page);
    }
    page.push_str("<td>");
    kind(schema, page);
    page.push_str("<td>");
    escape(description, page);
    page.push_str("</tr>");
}

/// The type in a few words, with links to schemas.
fn kind(schema: &Value, page: &mut String) {
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        link(&format!("schema-{name}"), name, page);
        return;
    }
    for choices in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = schema[choices].as_array() {
            for (index, choice) in choices.iter().enumerate() {
                if index > 0 {
                    page.push_str(" or ");
                }
                kind(choice, page);
            }
            return;
        }
    }
    if let Some(value) = schema.get("const") {
        code(&value.to_string(), page);
        return;
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        code(&values.join(" | "), page);
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(text).collect(),
        _ => Vec::new(),
    };
    if types.contains(&"array") {
        page.push_str("array of ");
        kind(&schema["items"], page);
        return;
    }
    let format = text(&schema["format"]);
    let name = if types.is_empty() { "any".to_owned() } else { types.join(" or ") };
    escape(&if format.is_empty() { name } else { format!("{name} ({format})") }, page);
    if let (true, Some(properties)) = (types.contains(&"object"), schema["properties"].as_object()) {
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        page.push(' ');
        code(&format!("{{{}}}", names.join(", ")), page);
    }
}

fn heading(id: &str, title: &str, page: &mut String) {
    page.push_str("<h2 id=\"");
    escape(id, page);
    page.push_str("\">");
    escape(title, page);
    page.push_str("</h2>");
}

fn link(id: &str, title: &str, page: &mut String) {
    page.push_str("<a href=\"#");
    escape(id, page);
    page.push_str("\">");
    escape(title, page);
    page.push_str("</a>");
}

fn code(content: &str, page: &mut String) {
    page.push_str("<code>");
    escape(content, page);
    page.push_str("</code>");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str, page: &mut String) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            other => page.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_lists_operations_and_escapes_texts() {
        let page = render(&json!({
            "info": { "title": "Aftersail", "version": "1", "description": "<b>" },
            "tags": [{ "name": "tickets" }],
            "paths": { "/api/v1/tickets/{id}": { "get": {
                "operationId": "getTicket", "summary": "One <ticket>", "tags": ["tickets"], "x-access": "tickets.read",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }],
                "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Ticket" } } } } },
            } } },
            "components": { "schemas": { "Ticket": { "type": "object", "properties": { "number": { "type": ["string", "null"] } } } } },
        }));
        assert!(page.contains("<details id=\"getTicket\">"));
        assert!(page.contains("One &lt;ticket&gt;") && !page.contains("<b>"));
        assert!(page.contains("href=\"#schema-Ticket\"") && page.contains("id=\"schema-Ticket\""));
        assert!(!page.contains("<script"));
    }
}
