//! A catalogue as a JSON Schema, so that other programs can check a record before they send it.

use std::cell::Cell;

use rules::FieldType;
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Field};
use crate::form::{Form, Item};
use crate::kind::{ChoiceSettings, DecimalSettings, FieldKind, ResultType, SystemFact, TextSettings};
use crate::value::LARGEST;
use crate::{MAX_IDS, MAX_LINE, MAX_LONG_TEXT, MAX_ROWS, Map, order};

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// A document of JSON Schema 2020-12, without references to other documents, that every accepted record fits; with a
/// form, one that was filled in with it.
///
/// A record that fits may still be refused: only the server knows check digits, which option is offered when, limits
/// of instants, and conditions with parts that JSON Schema can't say (texts compared without case, days and times). The
/// `$comment`s say where.
pub fn json_schema(catalogue: &Catalogue, form: Option<&Form>) -> Value {
    let items = form.map(Form::items);
    let asked = |field: &Field| match &items {
        None => Some(field.required),
        Some(items) => items
            .get(field.id.as_str())
            .filter(|item| !item.is_read_only())
            .map(|item| field.required || Item::is_required(item)),
    };
    let mut schema = level(&catalogue.fields, asked);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(catalogue.object));
    Value::Object(schema)
}

/// The schema of a record or a row. `asked` says whether a field is required, or `None` when nobody can fill it in.
fn level(fields: &[Field], asked: impl Fn(&Field) -> Option<bool>) -> Map {
    let (mut properties, mut required, mut rules) = (Map::new(), Vec::new(), Vec::new());
    for field in fields {
        properties.insert(field.id.clone(), property(field));
        let Some(always) = asked(field).filter(|_| field.takes_input()) else { continue };
        match condition_to_require(field, fields, always) {
            Requires::Always => required.push(field.id.clone()),
            Requires::If(condition) => {
                rules.push(json!({"if": condition, "then": {"required": [field.id]}}));
            }
            Requires::Unsaid => rules.push(json!({
                "$comment": format!("Whether `{}` is required is left to the server.", field.id)
            })),
            Requires::Never => {}
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !rules.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(rules));
    }
    schema
}

enum Requires {
    Always,
    Never,
    If(Value),
    /// It depends on something that JSON Schema can't say.
    Unsaid,
}

fn condition_to_require(field: &Field, fields: &[Field], always: bool) -> Requires {
    if !always && field.required_if.is_none() {
        return Requires::Never;
    }
    let reach = Reach { fields, depth: 0, tests_left: &Cell::new(MOST_TESTS) };
    let mut conditions = Vec::new();
    if !always && let Some(condition) = &field.required_if {
        conditions.push(translate(condition, reach));
    }
    if let Some(condition) = &field.visible_if {
        conditions.push(translate(condition, reach));
    }
    match conditions.into_iter().collect::<Option<Vec<_>>>() {
        None => Requires::Unsaid,
        Some(conditions) if conditions.is_empty() => Requires::Always,
        Some(conditions) => Requires::If(json!({ "allOf": conditions })),
    }
}

/// How far conditions are followed from field to field before they are left to the server.
const DEEPEST: usize = 4;

/// The most tests that one rule may grow to while conditions are followed.
const MOST_TESTS: usize = 500;

/// The fields a condition may name, and how much may still be written.
#[derive(Clone, Copy)]
struct Reach<'a> {
    fields: &'a [Field],
    depth: usize,
    tests_left: &'a Cell<usize>,
}

/// A condition as a schema of the records that meet it; `None` when it can't be said.
fn translate(condition: &Value, reach: Reach<'_>) -> Option<Value> {
    // Only what reads right is translated, so that each shape below is what it seems.
    order::parsed(Some(condition), reach.fields)?;
    node(condition, reach)
}

fn node(condition: &Value, reach: Reach<'_>) -> Option<Value> {
    let group =
        |nodes: &Value| -> Option<Vec<Value>> { nodes.as_array()?.iter().map(|inner| node(inner, reach)).collect() };
    if let Some(nodes) = condition.get("all") {
        let nodes = group(nodes)?;
        return Some(if nodes.is_empty() { json!(true) } else { json!({ "allOf": nodes }) });
    }
    if let Some(nodes) = condition.get("any") {
        let nodes = group(nodes)?;
        return Some(if nodes.is_empty() { json!(false) } else { json!({ "anyOf": nodes }) });
    }
    if let Some(inner) = condition.get("not") {
        return Some(json!({ "not": node(inner, reach)? }));
    }
    leaf(condition, reach)
}

/// A test of one field. A hidden field is missing, whatever the record holds.
fn leaf(condition: &Value, reach: Reach<'_>) -> Option<Value> {
    reach.tests_left.set(reach.tests_left.get().checked_sub(1)?);
    let id = condition.get("field")?.as_str()?;
    let field = reach.fields.iter().find(|field| field.id == id)?;
    let (test, turned) = test(field.rule_type()?, condition.get("op")?.as_str()?, condition.get("value"))?;
    let mut all = vec![json!({"properties": { id: test }, "required": [id]})];
    if let Some(shown) = &field.visible_if {
        let depth = (reach.depth < DEEPEST).then_some(reach.depth + 1)?;
        all.push(translate(shown, Reach { depth, ..reach })?);
    }
    let met = json!({ "allOf": all });
    Some(if turned { json!({ "not": met }) } else { met })
}

/// The schema of a value that is there, and whether the answer is turned round. Empty values stand in no record.
fn test(kind: FieldType, op: &str, value: Option<&Value>) -> Option<(Value, bool)> {
    let known = match op {
        "is_not_empty" => return Some((json!(true), false)),
        "is_empty" => return Some((json!(true), true)),
        _ => value?,
    };
    let comparable = match kind {
        FieldType::Choice | FieldType::Boolean | FieldType::Integer | FieldType::Number | FieldType::Tags => true,
        FieldType::Text => matches!(op, "eq" | "ne" | "in" | "not_in"),
        // Relative days, instants and ids in other spellings are equal without being the same text.
        FieldType::Date | FieldType::Time | FieldType::Id => false,
    };
    if !comparable {
        return None;
    }
    Some(match op {
        "eq" => (json!({ "const": known }), false),
        "ne" => (json!({ "const": known }), true),
        "in" => (json!({ "enum": known }), false),
        "not_in" => (json!({ "enum": known }), true),
        "lt" => (json!({ "exclusiveMaximum": known }), false),
        "le" => (json!({ "maximum": known }), false),
        "gt" => (json!({ "exclusiveMinimum": known }), false),
        "ge" => (json!({ "minimum": known }), false),
        "between" => (json!({ "minimum": known.get(0)?, "maximum": known.get(1)? }), false),
        "contains_any" => (json!({ "contains": { "enum": known } }), false),
        "contains_all" => {
            let each = known.as_array()?.iter().map(|one| json!({ "contains": { "const": one } }));
            (json!({ "allOf": each.collect::<Vec<_>>() }), false)
        }
        _ => return None,
    })
}

/// The schema of a field's value, with its names.
fn property(field: &Field) -> Value {
    if field.retired {
        return json!({ "deprecated": true, "$comment": "No longer in use; its data is kept." });
    }
    let mut schema = kind(&field.kind);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), json!(field.label.en));
        if field.read_only || field.kind.is_computed() {
            schema.insert("readOnly".to_owned(), json!(true));
        }
        if let Some(default) = &field.default {
            schema.insert("default".to_owned(), default.clone());
        }
        if field.kind.choice().is_some_and(|choice| choice.within.is_some()) {
            let comment = "The server checks that it belongs to what is chosen above.";
            schema.insert("$comment".to_owned(), json!(comment));
        } else if field.kind.choice().is_some_and(|choice| choice.options.iter().any(|one| one.offered_if.is_some())) {
            let comment = "The server checks that it is offered with what else is filled in.";
            schema.insert("$comment".to_owned(), json!(comment));
        }
    }
    schema
}

fn kind(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text(limits) | FieldKind::Barcode(limits) => text(limits, MAX_LINE),
        FieldKind::LongText(limits) | FieldKind::RichText(limits) => text(limits, MAX_LONG_TEXT),
        FieldKind::Integer(limits) => whole(limits.min, limits.max),
        FieldKind::Duration(limits) => whole(Some(limits.min.unwrap_or(0).max(0)), limits.max),
        FieldKind::Money(limits) => {
            with(whole(limits.min, limits.max), "description", json!(format!("Minor units of {}.", limits.currency)))
        }
        FieldKind::Rating(limits) => whole(Some(1), Some(limits.max.into())),
        FieldKind::Decimal(limits) | FieldKind::Percent(limits) => decimal(limits),
        FieldKind::Date(limits) => {
            let bounds = json!([limits.min, limits.max]);
            let comment = format!("The server checks that the day exists and lies within {bounds}.");
            json!({"type": "string", "format": "date", "pattern": "^\\d{4}-\\d{2}-\\d{2}$", "$comment": comment})
        }
        FieldKind::Time(_) => json!({"type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"}),
        FieldKind::DateTime(_) => instant(),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Choice(choice) => json!({"type": "string", "enum": options(choice)}),
        FieldKind::Choices(choice) => {
            let max = choice.max_chosen.unwrap_or(crate::MAX_OPTIONS as u32);
            many(json!({"type": "string", "enum": options(choice)}), max)
        }
        FieldKind::Region => json!({"type": "string", "pattern": "^[1-8]\\d{5}$"}),
        FieldKind::Person | FieldKind::Team | FieldKind::Signature => id(),
        FieldKind::Relation(settings) => one_or_many(settings.many),
        FieldKind::Attachment(files) | FieldKind::Image(files) | FieldKind::Media(files) => one_or_many(files.many),
        FieldKind::Location => location(),
        FieldKind::Phone => json!({"type": "string", "pattern": "^\\+?\\d{3,15}(x\\d{1,6})?$"}),
        FieldKind::Email => {
            json!({"type": "string", "format": "email", "maxLength": 254, "pattern": "^[^@\\s]+@[^@\\s]+$"})
        }
        FieldKind::Url => json!({"type": "string", "format": "iri", "maxLength": 2000, "pattern": "^https?://"}),
        FieldKind::IdNumber => json!({"type": "string", "pattern": "^\\d{17}[0-9X]$"}),
        FieldKind::SubTable(table) => {
            let row = level(&table.fields, |column| Some(column.required));
            let max = table.max_rows.unwrap_or(MAX_ROWS);
            json!({"type": "array", "items": row, "minItems": table.min_rows.unwrap_or(1).max(1), "maxItems": max})
        }
        FieldKind::AutoNumber(_) => json!({ "type": "string" }),
        FieldKind::Formula(formula) => result(formula.result),
        FieldKind::LookUp(look_up) => result(look_up.result),
        FieldKind::RollUp(_) => json!({ "type": "number" }),
        FieldKind::System(system) => match system.of {
            SystemFact::CreatedBy | SystemFact::UpdatedBy => id(),
            SystemFact::CreatedAt | SystemFact::UpdatedAt => instant(),
        },
    }
}

fn with(mut schema: Value, key: &str, value: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(key.to_owned(), value);
    }
    schema
}

fn text(limits: &TextSettings, longest: u32) -> Value {
    let min = limits.min_length.unwrap_or(1).max(1);
    let schema = json!({"type": "string", "minLength": min, "maxLength": limits.max_length.unwrap_or(longest)});
    let patterns: Vec<String> =
        [limits.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$")), limits.mask.as_deref().map(mask_pattern)]
            .into_iter()
            .flatten()
            .collect();
    match patterns.as_slice() {
        [] => schema,
        [pattern] => with(schema, "pattern", json!(pattern)),
        patterns => {
            let each = patterns.iter().map(|pattern| json!({ "pattern": pattern }));
            with(schema, "allOf", each.collect())
        }
    }
}

/// A mask as a regular expression.
fn mask_pattern(mask: &str) -> String {
    let sign = |letter: char| match letter {
        '9' => "[0-9]".to_owned(),
        'A' => "[A-Za-z]".to_owned(),
        '*' => "[A-Za-z0-9]".to_owned(),
        sign if "^$\\.+?()[]{}|/".contains(sign) => format!("\\{sign}"),
        sign => sign.to_string(),
    };
    format!("^{}$", mask.chars().map(sign).collect::<String>())
}

fn whole(min: Option<i64>, max: Option<i64>) -> Value {
    json!({"type": "integer", "minimum": min.unwrap_or(-LARGEST), "maximum": max.unwrap_or(LARGEST)})
}

fn decimal(limits: &DecimalSettings) -> Value {
    let mut schema = json!({"type": "number", "$comment": format!("At most {} decimals.", limits.scale)});
    for (key, limit) in [("minimum", limits.min), ("maximum", limits.max)] {
        if let Some(limit) = limit {
            schema = with(schema, key, crate::value::number(limit));
        }
    }
    schema
}

fn instant() -> Value {
    json!({"type": "string", "format": "date-time", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z$"})
}

fn options(choice: &ChoiceSettings) -> Vec<&str> {
    choice.options.iter().map(|option| option.id.as_str()).collect()
}

fn id() -> Value {
    json!({"type": "string", "format": "uuid", "pattern": UUID})
}

fn one_or_many(several: bool) -> Value {
    if several { many(id(), MAX_IDS as u32) } else { id() }
}

fn many(entry: Value, max: u32) -> Value {
    json!({"type": "array", "items": entry, "uniqueItems": true, "minItems": 1, "maxItems": max})
}

fn location() -> Value {
    json!({
        "type": "object",
        "properties": {
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lng": {"type": "number", "minimum": -180, "maximum": 180},
            "system": {"enum": ["wgs84", "gcj02", "bd09"]},
            "address": {"type": "string", "minLength": 1, "maxLength": MAX_LINE}
        },
        "required": ["lat", "lng", "system"],
        "additionalProperties": false
    })
}

fn result(result: ResultType) -> Value {
    match result {
        ResultType::Text => json!({ "type": "string" }),
        ResultType::Number => json!({ "type": "number" }),
        ResultType::Money => whole(None, None),
        ResultType::Boolean => json!({ "type": "boolean" }),
        ResultType::Date => json!({"type": "string", "format": "date"}),
        ResultType::Time => instant(),
    }
}
