//! Formulas of a catalogue: what they may name, checking them, and working them out for a record.

use std::collections::BTreeSet;

use formulas::{Formula, Kind, Outcome, Scene, Types};
use rules::FieldType;
use serde_json::Value;

use crate::{
    Map,
    catalogue::{Catalogue, Field},
    check::{Defect, defect},
    currency::digits,
    kind::{FieldKind, FormulaSettings, ResultType, YUAN},
    order,
};

/// A field whose value could not be worked out; it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's id.
    pub field: String,
    /// Stable code, for translation.
    pub code: &'static str,
    /// A plain English sentence.
    pub message: String,
}

/// What formulas see of a field; `None` for what they cannot name.
fn kind(field: &Field) -> Option<Kind> {
    Some(match &field.kind {
        FieldKind::SubTable(table) => {
            let columns = table.fields.iter().filter(|column| !column.retired);
            Kind::Rows(columns.filter_map(|column| Some((column.id.clone(), kind(column)?))).collect())
        }
        FieldKind::Location => Kind::Place,
        other => match (other.rule_type()?, other.currency()) {
            (FieldType::Integer | FieldType::Number, Some(currency)) => Kind::Money(digits(currency)),
            (FieldType::Integer | FieldType::Number, None) => Kind::Number,
            (FieldType::Text | FieldType::Choice | FieldType::Id, _) => Kind::Text,
            (FieldType::Boolean, _) => Kind::Boolean,
            (FieldType::Date, _) => Kind::Date,
            (FieldType::Time, _) => Kind::Time,
            (FieldType::Tags, _) => Kind::Texts,
        },
    })
}

/// The fields in use that formulas of the same level may name.
pub fn types(fields: &[Field]) -> Types {
    let used = fields.iter().filter(|field| !field.retired);
    used.filter_map(|field| Some((field.id.clone(), kind(field)?))).collect()
}

/// What a formula with this result has to make; an amount without a currency is in yuan.
pub fn outcome(result: ResultType, currency: Option<&str>) -> Outcome {
    match result {
        ResultType::Text => Outcome::Text,
        ResultType::Number => Outcome::Number,
        ResultType::Money => Outcome::Money(digits(currency.unwrap_or(YUAN))),
        ResultType::Boolean => Outcome::Boolean,
        ResultType::Date => Outcome::Date,
        ResultType::Time => Outcome::Time,
    }
}

fn made_by(formula: &FormulaSettings) -> Outcome {
    outcome(formula.result, formula.currency.as_deref())
}

/// What a default by expression has to make.
fn outcome_of(kind: &FieldKind) -> Outcome {
    if let Some(currency) = kind.currency() {
        return Outcome::Money(digits(currency));
    }
    match kind.rule_type() {
        Some(FieldType::Text | FieldType::Choice | FieldType::Id) => Outcome::Text,
        Some(FieldType::Integer) => Outcome::Whole,
        Some(FieldType::Number) => Outcome::Number,
        Some(FieldType::Boolean) => Outcome::Boolean,
        Some(FieldType::Date) => Outcome::Date,
        Some(FieldType::Time) => Outcome::Time,
        Some(FieldType::Tags) | None => Outcome::Any,
    }
}

/// What is wrong with the formulas and the defaults by expression of one level.
pub(crate) fn check(fields: &[Field], base: &str) -> Vec<Defect> {
    let mut defects = Vec::new();
    let known = types(fields);
    for (index, field) in fields.iter().enumerate() {
        let at = format!("{base}/{index}");
        if let FieldKind::Formula(formula) = &field.kind
            && !field.retired
        {
            let found = formulas::check(&formula.expression, &known, made_by(formula));
            let sound = found.is_empty();
            defects.extend(found.into_iter().map(|fault| told(format!("{at}/kind/expression"), fault)));
            if sound {
                defects.extend(leaks(field, fields, &formulas::names(&formula.expression), &at));
            }
        }
        if let Some(expression) = &field.default_expression {
            let allowed = !field.kind.is_computed() && !matches!(field.kind, FieldKind::SubTable(_));
            if !allowed || field.default.is_some() {
                let message = "Remove the default by expression; this field takes none, or has a default already.";
                defects.push(defect(format!("{at}/default_expression"), "default_not_allowed", message));
                continue;
            }
            let above = types(&fields[..index]);
            let found = formulas::check(expression, &above, outcome_of(&field.kind));
            defects.extend(found.into_iter().map(|fault| told(format!("{at}/default_expression"), fault)));
        }
    }
    defects
}

fn told(pointer: String, fault: formulas::Fault) -> Defect {
    Defect { position: fault.position, ..defect(pointer, fault.code.as_str(), fault.message) }
}

/// What a formula would show to people who may not see what it is made of.
fn leaks(field: &Field, fields: &[Field], names: &BTreeSet<String>, at: &str) -> Vec<Defect> {
    let read = fields.iter().filter(|other| names.contains(&other.id));
    read.flat_map(|source| wider(field, source, &source.id, at)).collect()
}

/// What a computed field would show of `source` to people who may not see it.
pub fn wider(field: &Field, source: &Field, name: &str, at: &str) -> Vec<Defect> {
    let mut defects = Vec::new();
    if source.personal && !field.personal {
        let message = format!("Mark this field as personal data too; it shows `{name}`.");
        defects.push(defect(format!("{at}/personal"), "personal_source", message));
    }
    let kept = !source.see_roles.is_empty();
    let narrower = !field.see_roles.is_empty() && field.see_roles.iter().all(|role| source.see_roles.contains(role));
    if kept && !narrower {
        let message = format!("Let only roles see this field that may see `{name}`, which it shows.");
        defects.push(defect(format!("{at}/see_roles"), "wider_than_source", message));
    }
    defects
}

/// Works out every formula of a record, rows of sub-tables included, each after those it needs. What cannot be worked
/// out has no value and is told; everything else goes on.
pub fn compute(catalogue: &Catalogue, record: &mut Map, scene: &Scene) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if !catalogue.fields.iter().any(has_formulas) {
        return faults;
    }
    let known = types(&catalogue.fields);
    for field in order::ordered(&catalogue.fields).0.into_iter().filter(|field| !field.retired) {
        match &field.kind {
            FieldKind::Formula(formula) => {
                let made = work_out(&formula.expression, &known, record, scene, made_by(formula));
                put(record, &field.id, made, &field.id, &mut faults);
            }
            FieldKind::SubTable(table) if has_formulas(field) => {
                let columns = types(&table.fields);
                let ordered = order::ordered(&table.fields).0;
                let Some(Value::Array(rows)) = record.get_mut(&field.id) else { continue };
                for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                    for column in ordered.iter().filter(|column| !column.retired) {
                        let FieldKind::Formula(formula) = &column.kind else { continue };
                        let made = work_out(&formula.expression, &columns, row, scene, made_by(formula));
                        put(row, &column.id, made, &field.id, &mut faults);
                    }
                }
            }
            _ => {}
        }
    }
    faults.dedup_by(|a, b| a.field == b.field);
    faults
}

fn has_formulas(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Formula(_) => !field.retired,
        FieldKind::SubTable(table) => !field.retired && table.fields.iter().any(has_formulas),
        _ => false,
    }
}

fn work_out(
    expression: &str,
    known: &Types,
    record: &Map,
    scene: &Scene,
    outcome: Outcome,
) -> Result<Option<Value>, formulas::Fault> {
    Formula::compile(expression, known)?.run(record, known, scene, outcome)
}

fn put(
    record: &mut Map,
    id: &str,
    made: Result<Option<Value>, formulas::Fault>,
    field: &str,
    faults: &mut Vec<FieldFault>,
) {
    match made {
        Ok(Some(value)) => {
            record.insert(id.to_owned(), value);
        }
        Ok(None) => {
            record.remove(id);
        }
        Err(fault) => {
            record.remove(id);
            let code = fault.code.as_str();
            faults.push(FieldFault { field: field.to_owned(), code, message: fault.message });
        }
    }
}

/// Defaults by expression of a new record, for fields that `sent` does not name; each knows the fields above it. One that
/// fails is left out.
pub fn defaults(catalogue: &Catalogue, sent: &Map, scene: &Scene) -> Map {
    let mut made = Map::new();
    let mut record = sent.clone();
    for (index, field) in catalogue.fields.iter().enumerate() {
        let Some(expression) = field.default_expression.as_ref().filter(|_| !field.retired) else { continue };
        if sent.contains_key(&field.id) {
            continue;
        }
        let above = types(&catalogue.fields[..index]);
        if let Ok(Some(value)) = work_out(expression, &above, &record, scene, outcome_of(&field.kind)) {
            record.insert(field.id.clone(), value.clone());
            made.insert(field.id.clone(), value);
        }
    }
    made
}

/// Whether a condition of the catalogue asks for a value that the server works out, or a field has a default by
/// expression, so that accepting has to know them.
pub fn needs_made(catalogue: &Catalogue) -> bool {
    let conditions = |field: &Field| {
        let options = field.kind.choice().into_iter().flat_map(|choice| &choice.options);
        let offered = options.filter_map(|option| option.offered_if.as_ref());
        let all = [&field.visible_if, &field.required_if].into_iter().flatten().chain(offered);
        let parsed = all.filter_map(|tree| order::parsed(Some(tree), &catalogue.fields));
        parsed.flat_map(|tree| tree.fields().into_iter().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    catalogue.fields.iter().any(|field| {
        field.default_expression.is_some()
            || conditions(field).iter().any(|id| catalogue.field(id).is_some_and(|named| named.kind.is_computed()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalogue(fields: Value) -> Catalogue {
        serde_json::from_value(json!({"object": "x", "fields": fields})).unwrap()
    }

    fn field(id: &str, kind: &Value, more: &Value) -> Value {
        let mut field = json!({"id": id, "kind": kind, "label": {"zh": "甲", "en": "A"}});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    }

    fn formula(id: &str, expression: &str, result: &str) -> Value {
        field(id, &json!({"type": "formula", "expression": expression, "result": result}), &json!({}))
    }

    fn scene() -> Scene {
        let now = "2026-03-01T17:30:00Z".parse().unwrap();
        Scene { now, zone: jiff::tz::TimeZone::UTC, me: Some("u1".to_owned()) }
    }

    fn map(json: Value) -> Map {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn formulas_follow_each_other_and_rows_come_first() {
        let columns = json!([
            field("qty", &json!({"type": "integer"}), &json!({})),
            field("price", &json!({"type": "money", "currency": "CNY"}), &json!({})),
            field(
                "line",
                &json!({"type": "formula", "expression": "qty * price", "result": "money", "currency": "CNY"}),
                &json!({})
            ),
        ]);
        let catalogue = catalogue(json!([
            field(
                "gross",
                &json!({"type": "formula", "expression": "net * 1.13", "result": "money", "currency": "CNY"}),
                &json!({})
            ),
            field(
                "net",
                &json!({"type": "formula", "expression": "sum(map(items, #.line))", "result": "money", "currency": "CNY"}),
                &json!({})
            ),
            field("items", &json!({"type": "sub_table", "fields": columns}), &json!({})),
        ]));
        assert_eq!(catalogue.check(), []);
        let mut record = map(json!({"items": [{"qty": 3, "price": 1999}, {"qty": 1, "price": 5}]}));
        assert_eq!(compute(&catalogue, &mut record, &scene()), []);
        assert_eq!((&record["net"], &record["gross"]), (&json!(6002), &json!(6782)));
        assert_eq!(record["items"][0]["line"], json!(5997));
    }

    #[test]
    fn amounts_are_in_the_main_unit_of_their_currency_wherever_they_come_from() {
        let money = |currency: &str| json!({"type": "money", "currency": currency});
        let made = |id: &str, expression: &str, currency: &str| {
            let kind = json!({"type": "formula", "expression": expression, "result": "money", "currency": currency});
            field(id, &kind, &json!({}))
        };
        let found = |kind: &str, more: Value| {
            let mut kind = json!({"type": kind, "relation": "link"});
            kind.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            kind
        };
        let looked_up = found("look_up", json!({"field": "x", "result": "money", "currency": "JPY"}));
        let rolled_up = found("roll_up", json!({"object": "y", "function": "sum", "field": "x", "currency": "CNY"}));
        let counted = found("roll_up", json!({"object": "y", "function": "count"}));
        let columns = json!([field("fee", &money("CNY"), &json!({})), made("half", "fee / 2 + 1", "CNY")]);
        let catalogue = catalogue(json!([
            field("price", &money("CNY"), &json!({})),
            field("yen", &money("JPY"), &json!({"default_expression": "price * 20"})),
            field("seats", &json!({"type": "integer"}), &json!({"default_expression": "price / 3"})),
            field("link", &json!({"type": "relation", "object": "y"}), &json!({})),
            field("theirs", &looked_up, &json!({})),
            field("all", &rolled_up, &json!({})),
            field("many", &counted, &json!({})),
            field("lines", &json!({"type": "sub_table", "fields": columns}), &json!({})),
            made("more", "price + 100", "CNY"),
            made("again", "more + 0.01", "CNY"),
            made("sums", "all + theirs / 20 + many + sum(map(lines, #.half))", "CNY"),
            formula("plain", "all / many", "number"),
        ]));
        assert_eq!(catalogue.check(), []);
        let sent = map(json!({"price": 1999}));
        assert_eq!(defaults(&catalogue, &sent, &scene()), map(json!({"yen": 400, "seats": 7})));
        let mut record = map(json!({
            "price": 1999, "all": 1050, "theirs": 300, "many": 2, "lines": [{"fee": 333}],
        }));
        assert_eq!(compute(&catalogue, &mut record, &scene()), []);
        assert_eq!((&record["more"], &record["again"]), (&json!(11_999), &json!(12_000)));
        // 3.33 / 2 + 1 is 2.665, which is kept as 2.67: what others read is what people see.
        assert_eq!(record["lines"][0]["half"], json!(267));
        assert_eq!((&record["sums"], &record["plain"]), (&json!(3017), &json!(5.25)));
    }

    #[test]
    fn a_bad_formula_leaves_the_others_alone() {
        let catalogue = catalogue(json!([
            field("a", &json!({"type": "integer"}), &json!({})),
            formula("big", "a * 99999999999999999999", "number"),
            formula("next", "a + 1", "number"),
        ]));
        let mut record = map(json!({"a": 7, "big": 1}));
        let faults = compute(&catalogue, &mut record, &scene());
        assert_eq!(
            faults.iter().map(|fault| (fault.field.as_str(), fault.code)).collect::<Vec<_>>(),
            [("big", "overflow")]
        );
        assert_eq!(record, map(json!({"a": 7, "next": 8})));
    }

    #[test]
    fn defaults_know_the_fields_above_and_who_asks() {
        let text = json!({"type": "text"});
        let sound = catalogue(json!([
            field("day", &json!({"type": "date"}), &json!({"default_expression": "today"})),
            field("due", &json!({"type": "date"}), &json!({"default_expression": "day.add(7, 'day')"})),
            field("who", &json!({"type": "person"}), &json!({"default_expression": "me"})),
            field("kept", &text, &json!({"default_expression": "'x'"})),
        ]));
        assert_eq!(sound.check(), []);
        let made = defaults(&sound, &map(json!({"kept": "mine"})), &scene());
        assert_eq!(made, map(json!({"day": "2026-03-01", "due": "2026-03-08", "who": "u1"})));
        let wrong = catalogue(json!([
            field("a", &text, &json!({"default_expression": "b"})),
            field("b", &text, &json!({"default": "x", "default_expression": "'y'"})),
        ]));
        let codes: Vec<_> = wrong.check().into_iter().map(|defect| (defect.pointer, defect.code)).collect();
        let at = |index: usize| format!("/fields/{index}/default_expression");
        assert_eq!(codes, [(at(0), "unknown_field".to_owned()), (at(1), "default_not_allowed".to_owned())]);
    }

    #[test]
    fn formulas_do_not_show_what_their_readers_may_not_see() {
        let text = json!({"type": "text"});
        let shown = catalogue(json!([
            field("phone", &text, &json!({"personal": true})),
            field("secret", &text, &json!({"see_roles": ["boss"]})),
            formula("both", "phone + secret", "text"),
        ]));
        let codes: Vec<_> = shown.check().into_iter().map(|defect| defect.code).collect();
        assert_eq!(codes, ["personal_source", "wider_than_source"]);
    }
}
