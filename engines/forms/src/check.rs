//! Checking a catalogue: what is wrong with the definition itself, before any record is.

use std::collections::BTreeSet;

use rules::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::{Catalogue, Field, Level};
use crate::kind::{
    ChoiceSettings, FieldKind, MomentSettings, RelationSettings, ResultType, RollUpFunction, SubTableSettings,
    TextSettings,
};
use crate::value::{normal, number};
use crate::{
    MAX_COLUMNS, MAX_FIELDS, MAX_FILTERABLE, MAX_GROUP, MAX_GROUPS, MAX_LINE, MAX_LONG_TEXT, MAX_OPTIONS, MAX_ROWS,
    formula, order, pattern, text,
};

/// One thing that is wrong with a catalogue or a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Defect {
    /// JSON pointer into the catalogue or form.
    pub pointer: String,
    /// Stable code, for translation.
    pub code: String,
    /// A plain English sentence that says what to do.
    pub message: String,
    /// Where in an expression, in UTF-16 units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
}

pub fn defect(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Defect {
    Defect { pointer: pointer.into(), code: code.to_owned(), message: message.into(), position: None }
}

impl Catalogue {
    /// What is wrong with the catalogue, by JSON pointers into it; empty when it may be used.
    pub fn check(&self) -> Vec<Defect> {
        let mut found = Found(Vec::new());
        if self.fields.len() > MAX_FIELDS {
            // Looking at every one of very many fields would cost more than the answer is worth.
            let message = format!("Remove fields: an object may have {MAX_FIELDS}, this has {}.", self.fields.len());
            return vec![defect("/fields", "too_many_fields", message)];
        }
        let filterable = self.fields.iter().filter(|field| field.filterable && !field.retired).count();
        if filterable > MAX_FILTERABLE {
            let message = format!("Make fewer fields filterable: {MAX_FILTERABLE} may be, {filterable} are.");
            found.add("/fields", "too_many_filterable", message);
        }
        found.level(&self.fields, "/fields");
        for (index, field) in self.fields.iter().enumerate() {
            let at = format!("/fields/{index}");
            found.flags(field, &at);
            found.kind(field, &self.fields, &at);
            if let FieldKind::SubTable(table) = &field.kind {
                found.sub_table(table, &format!("{at}/kind"));
            }
        }
        found.groups(self);
        found.0
    }
}

/// The defects found so far.
struct Found(Vec<Defect>);

impl Found {
    fn add(&mut self, pointer: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(defect(pointer, code, message));
    }

    /// Ids, conditions and circles of the fields that stand beside each other.
    fn level(&mut self, fields: &[Field], base: &str) {
        let mut ids = BTreeSet::new();
        for (index, field) in fields.iter().enumerate() {
            let at = format!("{base}/{index}");
            if !is_id(&field.id) {
                let message = "Write an id of 1 to 40 letters a-z, digits and _ that begins with a letter.";
                self.add(format!("{at}/id"), "invalid_id", message);
            }
            if !ids.insert(&field.id) {
                self.add(format!("{at}/id"), "duplicate_id", format!("Choose another id; `{}` is taken.", field.id));
            }
            self.condition(field.visible_if.as_ref(), fields, &format!("{at}/visible_if"));
            self.condition(field.required_if.as_ref(), fields, &format!("{at}/required_if"));
        }
        self.0.extend(formula::check(fields, base));
        for closing in order::ordered(fields).1 {
            let index = fields.iter().position(|field| field.id == closing.id).unwrap_or_default();
            let needs = order::needs(closing, fields).join("`, `");
            let message = format!("Break the circle: `{}` needs `{needs}`, which needs it in turn.", closing.id);
            self.add(format!("{base}/{index}"), "cycle", message);
        }
    }

    fn condition(&mut self, condition: Option<&Value>, fields: &[Field], at: &str) {
        let Some(condition) = condition else { return };
        if let Err(error) = Condition::parse(condition, &Level(fields)) {
            let message = format!("Correct the condition: {}.", error.message);
            self.add(format!("{at}{}", error.pointer), error.code(), message);
        }
    }

    /// Fields that are unique together.
    fn groups(&mut self, catalogue: &Catalogue) {
        if catalogue.unique_together.len() > MAX_GROUPS {
            let message = format!("Remove groups of unique fields; {MAX_GROUPS} may be.");
            return self.add("/unique_together", "too_many_groups", message);
        }
        for (index, group) in catalogue.unique_together.iter().enumerate() {
            let at = format!("/unique_together/{index}");
            if !(2..=MAX_GROUP).contains(&group.len()) || group.iter().collect::<BTreeSet<_>>().len() != group.len() {
                self.add(&at, "out_of_range", format!("Name 2 to {MAX_GROUP} different fields."));
                continue;
            }
            for (place, id) in group.iter().enumerate() {
                let fits = |field: &Field| {
                    let computed = field.kind.is_computed();
                    !field.retired && !computed && field.rule_type().is_some_and(|kind| kind != rules::FieldType::Tags)
                };
                if !catalogue.field(id).is_some_and(fits) {
                    let message = format!("Name a field with one value that people fill in; `{id}` is none.");
                    self.add(format!("{at}/{place}"), "unknown_field", message);
                }
            }
        }
    }

    fn currency(&mut self, result: ResultType, currency: Option<&str>, at: &str) {
        let fits = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if (result == ResultType::Money) != currency.is_some() || !currency.is_none_or(fits) {
            let message = "Write a currency like CNY or USD for an amount, and none for anything else.";
            self.add(format!("{at}/currency"), "invalid_currency", message);
        }
    }

    /// Settings that don't go together with the field's kind.
    fn flags(&mut self, field: &Field, at: &str) {
        if field.default.is_some() && (field.kind.is_computed() || matches!(field.kind, FieldKind::SubTable(_))) {
            self.add(
                format!("{at}/default"),
                "default_not_allowed",
                "Remove the default; this kind of field takes none.",
            );
        }
        if field.unique && field.kind.is_computed() && !matches!(field.kind, FieldKind::AutoNumber(_)) {
            let message = "Switch unique off; the server works this value out.";
            self.add(format!("{at}/unique"), "flag_not_allowed", message);
        }
        let indexed = [("filterable", field.filterable), ("sortable", field.sortable), ("unique", field.unique)];
        for (flag, _) in indexed.into_iter().filter(|(_, on)| *on && field.rule_type().is_none()) {
            let message = format!("Switch {flag} off; values of this kind can't be compared.");
            self.add(format!("{at}/{flag}"), "flag_not_allowed", message);
        }
        if field.required && (field.read_only || field.kind.is_computed()) {
            self.add(format!("{at}/required"), "required_read_only", "Don't require what nobody can fill in.");
        }
    }

    fn kind(&mut self, field: &Field, fields: &[Field], at: &str) {
        let settings = format!("{at}/kind");
        match &field.kind {
            FieldKind::Text(limits) | FieldKind::Barcode(limits) => self.text(limits, MAX_LINE, &settings),
            FieldKind::LongText(limits) | FieldKind::RichText(limits) => self.text(limits, MAX_LONG_TEXT, &settings),
            FieldKind::Integer(limits) => self.range(limits.min, limits.max, &settings),
            FieldKind::Duration(limits) => {
                self.range(limits.min, limits.max, &settings);
                self.range(Some(0), limits.max, &settings);
            }
            FieldKind::Money(limits) => {
                self.range(limits.min, limits.max, &settings);
                let fits = limits.currency.len() == 3 && limits.currency.bytes().all(|byte| byte.is_ascii_uppercase());
                if !fits {
                    self.add(format!("{settings}/currency"), "invalid_currency", "Write a currency like CNY or USD.");
                }
            }
            FieldKind::Decimal(limits) | FieldKind::Percent(limits) => {
                self.between(limits.scale.into(), 0, 6, &format!("{settings}/scale"));
                self.range(limits.min, limits.max, &settings);
            }
            FieldKind::Date(limits) => self.moments(limits, text::is_date, "2026-03-01", &settings),
            FieldKind::Time(limits) => self.moments(limits, text::is_time, "08:30", &settings),
            FieldKind::DateTime(limits) => {
                self.moments(limits, |text| text::utc(text).is_some(), "2026-03-01T08:30:00Z", &settings);
            }
            FieldKind::Choice(choice) | FieldKind::Choices(choice) => self.choice(choice, fields, &settings),
            FieldKind::Rating(rating) => self.between(rating.max.into(), 2, 10, &format!("{settings}/max")),
            FieldKind::AutoNumber(number) => {
                self.between(number.digits.into(), 1, 12, &format!("{settings}/digits"));
                self.between(number.prefix.chars().count() as u64, 0, 20, &format!("{settings}/prefix"));
            }
            FieldKind::Formula(formula) => self.currency(formula.result, formula.currency.as_deref(), &settings),
            FieldKind::RollUp(roll_up) if roll_up.field.is_none() && roll_up.function != RollUpFunction::Count => {
                self.add(format!("{settings}/field"), "field_missing", "Name the field whose values are taken.");
            }
            FieldKind::LookUp(look_up) => {
                self.currency(look_up.result, look_up.currency.as_deref(), &settings);
                let relation = fields.iter().find(|other| other.id == look_up.relation && !other.retired);
                if let Some(FieldKind::Relation(RelationSettings { many: true, .. })) =
                    relation.map(|other| &other.kind)
                {
                    let message = format!("Name a relation to one record; `{}` leads to several.", look_up.relation);
                    self.add(format!("{settings}/relation"), "several", message);
                }
                if !relation.is_some_and(|other| matches!(other.kind, FieldKind::Relation(_))) {
                    let message = format!("Name a relation field; `{}` is none.", look_up.relation);
                    self.add(format!("{settings}/relation"), "unknown_field", message);
                }
            }
            _ => {}
        }
        self.default(field, at);
    }

    /// A default must be a value that the field itself takes.
    fn default(&mut self, field: &Field, at: &str) {
        let takes = !field.kind.is_computed() && !matches!(field.kind, FieldKind::SubTable(_));
        let Some(default) = field.default.as_ref().filter(|_| takes) else { return };
        if let Err(fault) = normal(&field.kind, default, None) {
            let message = format!("Correct the default, the field itself refuses it. {}", fault.wrong);
            self.add(format!("{at}/default{}", fault.at), "invalid_default", message);
        }
    }

    fn text(&mut self, limits: &TextSettings, longest: u32, at: &str) {
        self.range(limits.min_length, limits.max_length, at);
        if let Some(max) = limits.max_length {
            self.between(max.into(), 1, longest.into(), &format!("{at}/max_length"));
        }
        if let Some(Err(message)) = limits.pattern.as_deref().map(pattern::compile) {
            self.add(format!("{at}/pattern"), "invalid_pattern", message);
        }
        if let Some(mask) = &limits.mask {
            self.between(mask.chars().count() as u64, 1, 100, &format!("{at}/mask"));
        }
    }

    fn range<N: PartialOrd>(&mut self, min: Option<N>, max: Option<N>, at: &str) {
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            self.add(at, "empty_range", "Make the least value smaller than the greatest; now nothing fits.");
        }
    }

    fn between(&mut self, given: u64, min: u64, max: u64, at: &str) {
        if !(min..=max).contains(&given) {
            self.add(at, "out_of_range", format!("Give {min} to {max}; {} is given.", number(given as f64)));
        }
    }

    fn moments(&mut self, limits: &MomentSettings, reads: impl Fn(&str) -> bool, example: &str, at: &str) {
        for (key, limit) in [("min", &limits.min), ("max", &limits.max)] {
            if limit.as_deref().is_some_and(|limit| !reads(limit)) {
                self.add(format!("{at}/{key}"), "invalid_limit", format!("Write it like {example}."));
            }
        }
        // Instants are compared as such; days and times of day order like their texts.
        let place = |limit: &Option<String>| {
            let limit = limit.as_deref()?;
            Some(text::instant(limit).map_or((0, limit.to_owned()), |instant| (instant, String::new())))
        };
        self.range(place(&limits.min), place(&limits.max), at);
    }

    fn choice(&mut self, choice: &ChoiceSettings, fields: &[Field], at: &str) {
        let count = choice.options.len();
        if !(1..=MAX_OPTIONS).contains(&count) {
            let message = format!(
                "Give 1 to {MAX_OPTIONS} options; {count} are given. For long lists make an object and a relation to it."
            );
            return self.add(format!("{at}/options"), "too_many_options", message);
        }
        let mut ids = BTreeSet::new();
        for (index, option) in choice.options.iter().enumerate() {
            let at = format!("{at}/options/{index}");
            if !is_option_id(&option.id) {
                self.add(format!("{at}/id"), "invalid_id", "Write an id of 1 to 40 letters a-z, digits and _.");
            }
            if !ids.insert(option.id.as_str()) {
                self.add(format!("{at}/id"), "duplicate_id", format!("Choose another id; `{}` is taken.", option.id));
            }
            self.condition(option.offered_if.as_ref(), fields, &format!("{at}/offered_if"));
            if option.color.as_deref().is_some_and(|color| !is_color(color)) {
                self.add(format!("{at}/color"), "invalid_color", "Write a colour like #1677ff.");
            }
        }
        self.parents(choice, fields, at);
    }

    fn parents(&mut self, choice: &ChoiceSettings, fields: &[Field], at: &str) {
        let above = match &choice.within {
            None => Some(choice),
            Some(id) => fields.iter().find(|field| field.id == *id).and_then(|field| field.kind.choice()),
        };
        let Some(above) = above else {
            let within = choice.within.as_deref().unwrap_or_default();
            let message = format!("Name a choice beside this one; `{within}` is none.");
            return self.add(format!("{at}/within"), "unknown_field", message);
        };
        for (index, option) in choice.options.iter().enumerate() {
            let Some(parent) = &option.parent else { continue };
            let at = format!("{at}/options/{index}/parent");
            if !above.options.iter().any(|other| other.id == *parent) {
                self.add(at, "unknown_parent", format!("Name an option that exists; `{parent}` does not."));
            } else if choice.within.is_none() && is_under_itself(choice, &option.id) {
                self.add(at, "cycle", format!("Break the circle: `{}` stands below itself.", option.id));
            }
        }
    }

    fn sub_table(&mut self, table: &SubTableSettings, at: &str) {
        let base = format!("{at}/fields");
        if !(1..=MAX_COLUMNS).contains(&table.fields.len()) {
            let message = format!("Give 1 to {MAX_COLUMNS} columns; {} are given.", table.fields.len());
            return self.add(base, "too_many_columns", message);
        }
        self.range(table.min_rows, table.max_rows, at);
        if let Some(max) = table.max_rows {
            self.between(max.into(), 1, MAX_ROWS.into(), &format!("{at}/max_rows"));
        }
        self.level(&table.fields, &base);
        for (index, column) in table.fields.iter().enumerate() {
            let at = format!("{base}/{index}");
            self.column(column, &at);
            self.kind(column, &table.fields, &at);
        }
    }

    /// Rows are replaced as a whole, so that nothing can hang on a single cell of them.
    fn column(&mut self, column: &Field, at: &str) {
        let kind_fits = !matches!(
            column.kind,
            FieldKind::SubTable(_)
                | FieldKind::AutoNumber(_)
                | FieldKind::RollUp(_)
                | FieldKind::LookUp(_)
                | FieldKind::System(_)
        );
        if !kind_fits {
            self.add(
                format!("{at}/kind"),
                "not_in_sub_table",
                "Move this field out of the sub-table; it can't be a column.",
            );
        }
        let flags = [
            ("unique", column.unique),
            ("read_only", column.read_only),
            ("filterable", column.filterable),
            ("sortable", column.sortable),
            ("default_expression", column.default_expression.is_some()),
            ("see_roles", !column.see_roles.is_empty()),
            ("edit_roles", !column.edit_roles.is_empty()),
        ];
        for (flag, _) in flags.into_iter().filter(|(_, on)| *on) {
            self.add(format!("{at}/{flag}"), "not_in_sub_table", format!("Remove {flag}; a column can't have it."));
        }
        self.flags(&Field { filterable: false, sortable: false, unique: false, ..column.clone() }, at);
    }
}

fn is_id(id: &str) -> bool {
    is_option_id(id) && id.starts_with(|letter: char| letter.is_ascii_lowercase())
}

fn is_option_id(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_color(color: &str) -> bool {
    color.len() == 7 && color.strip_prefix('#').is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether the way up from an option comes back to it.
fn is_under_itself(choice: &ChoiceSettings, id: &str) -> bool {
    let parent_of = |id: &str| choice.options.iter().find(|option| option.id == id)?.parent.as_deref();
    let mut above = parent_of(id);
    for _ in 0..choice.options.len() {
        match above {
            None => return false,
            Some(parent) if parent == id => return true,
            Some(parent) => above = parent_of(parent),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(id: &str, kind: &Value, more: &Value) -> Value {
        let mut field = json!({"id": id, "kind": kind, "label": {"zh": "甲", "en": "A"}});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    }

    fn text(id: &str, more: &Value) -> Value {
        field(id, &json!({"type": "text"}), more)
    }

    fn of_kind(kind: Value) -> Vec<Value> {
        vec![field("f", &kind, &json!({}))]
    }

    fn defects(fields: Vec<Value>) -> Vec<(String, String)> {
        let catalogue: Catalogue = serde_json::from_value(json!({"object": "x", "fields": fields})).unwrap();
        let found = catalogue.check();
        assert!(found.iter().all(|defect| defect.message.ends_with('.')), "{found:?}");
        found.into_iter().map(|defect| (defect.pointer, defect.code)).collect()
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    #[test]
    fn ids_are_unique_and_written_in_small_letters() {
        assert_eq!(defects(vec![text("a", &json!({})), text("a", &json!({}))]), one("/fields/1/id", "duplicate_id"));
        for id in ["A", "1a", "", "_a", "a-b", "电梯", &"a".repeat(41)] {
            assert_eq!(defects(vec![text(id, &json!({}))]), one("/fields/0/id", "invalid_id"), "{id}");
        }
    }

    #[test]
    fn conditions_name_fields_that_exist() {
        let wrong = json!({"all": [{"field": "b", "op": "is_empty"}]});
        let fields = vec![text("a", &json!({ "visible_if": wrong }))];
        assert_eq!(defects(fields), one("/fields/0/visible_if/all/0/field", "unknown_field"));
        let wrong = json!({"field": "spot", "op": "is_empty"});
        let place = field("spot", &json!({"type": "location"}), &json!({}));
        let fields = vec![place, text("a", &json!({ "required_if": wrong }))];
        assert_eq!(defects(fields), one("/fields/1/required_if/field", "unknown_field"));
    }

    #[test]
    fn circles_are_refused_where_they_close() {
        let shown_by = |id: &str| json!({"visible_if": {"field": id, "op": "is_not_empty"}});
        let fields = vec![text("a", &shown_by("b")), text("b", &shown_by("c")), text("c", &shown_by("a"))];
        assert_eq!(defects(fields), one("/fields/2", "cycle"));
        assert_eq!(defects(vec![text("a", &shown_by("a"))]), one("/fields/0", "cycle"));
        let formula = |id: &str, expression: &str| {
            field(id, &json!({"type": "formula", "expression": expression, "result": "text"}), &json!({}))
        };
        assert_eq!(defects(vec![formula("a", "b + '1'"), formula("b", "a + 'b'")]), one("/fields/1", "cycle"));
        assert_eq!(defects(vec![formula("a", "b + '1'"), formula("b", "'a'")]), []);
        assert_eq!(defects(vec![formula("a", "b"), text("b", &shown_by("a"))]), one("/fields/1", "cycle"));
    }

    #[test]
    fn two_fields_may_require_each_other() {
        let asked_by = |id: &str| json!({"required_if": {"field": id, "op": "is_not_empty"}});
        assert_eq!(defects(vec![text("a", &asked_by("b")), text("b", &asked_by("a"))]), []);
    }

    #[test]
    fn fields_filters_and_options_are_bounded() {
        let many = |count: usize, more: Value| (0..count).map(|n| text(&format!("f{n}"), &more)).collect::<Vec<_>>();
        assert_eq!(defects(many(MAX_FIELDS, json!({}))), []);
        assert_eq!(defects(many(MAX_FIELDS + 1, json!({}))), one("/fields", "too_many_fields"));
        assert_eq!(defects(many(MAX_FILTERABLE, json!({"filterable": true}))), []);
        assert_eq!(
            defects(many(MAX_FILTERABLE + 1, json!({"filterable": true}))),
            one("/fields", "too_many_filterable")
        );
        let choice = |count: usize| {
            let option = |n| json!({"id": format!("o{n}"), "label": {"zh": "甲", "en": "A"}});
            of_kind(json!({"type": "choice", "options": (0..count).map(option).collect::<Vec<_>>()}))
        };
        assert_eq!(defects(choice(MAX_OPTIONS)), []);
        assert_eq!(defects(choice(10_000)), one("/fields/0/kind/options", "too_many_options"));
        assert_eq!(defects(choice(0)), one("/fields/0/kind/options", "too_many_options"));
    }

    #[test]
    fn option_parents_exist_and_do_not_circle() {
        let option = |id: &str, parent: &str| json!({"id": id, "label": {"zh": "甲", "en": "A"}, "parent": parent});
        let tree = |options: Value| of_kind(json!({"type": "choice", "options": options}));
        assert_eq!(defects(tree(json!([option("a", "b")]))), one("/fields/0/kind/options/0/parent", "unknown_parent"));
        let codes: Vec<_> =
            defects(tree(json!([option("a", "b"), option("b", "a")]))).into_iter().map(|d| d.1).collect();
        assert_eq!(codes, ["cycle", "cycle"]);
        let below = |within: &str| json!({"type": "choice", "within": within, "options": [option("k", "a")]});
        assert_eq!(defects(of_kind(below("g"))), one("/fields/0/kind/within", "unknown_field"));
        assert_eq!(
            defects(of_kind(below("f"))).last(),
            Some(&("/fields/0/kind/options/0/parent".into(), "unknown_parent".into()))
        );
    }

    #[test]
    fn conditions_of_options_read_right_and_do_not_circle() {
        let offered = |field: &str| {
            let tree = json!({"field": field, "op": "eq", "value": "a"});
            json!({"type": "choice", "options": [{"id": "a", "label": {"zh": "甲", "en": "A"}, "offered_if": tree}]})
        };
        assert_eq!(
            defects(of_kind(offered("gone"))),
            one("/fields/0/kind/options/0/offered_if/field", "unknown_field")
        );
        assert_eq!(defects(of_kind(offered("f"))), one("/fields/0", "cycle"));
        let two = vec![field("a", &offered("b"), &json!({})), field("b", &offered("a"), &json!({}))];
        assert_eq!(defects(two), one("/fields/1", "cycle"));
        let shown = json!({"visible_if": {"field": "b", "op": "is_not_empty"}});
        let two = vec![field("a", &json!({"type": "text"}), &shown), field("b", &offered("a"), &json!({}))];
        assert_eq!(defects(two), one("/fields/1", "cycle"));
    }

    #[test]
    fn sub_tables_are_one_level_deep() {
        let table = |columns: Vec<Value>| json!({"type": "sub_table", "fields": columns});
        let inner = field("t", &table(vec![text("a", &json!({}))]), &json!({}));
        assert_eq!(defects(of_kind(table(vec![inner]))), one("/fields/0/kind/fields/0/kind", "not_in_sub_table"));
        let unique = text("a", &json!({"unique": true}));
        assert_eq!(defects(of_kind(table(vec![unique]))), one("/fields/0/kind/fields/0/unique", "not_in_sub_table"));
        let columns = |count: usize| (0..count).map(|n| text(&format!("c{n}"), &json!({}))).collect();
        assert_eq!(defects(of_kind(table(columns(MAX_COLUMNS)))), []);
        assert_eq!(defects(of_kind(table(columns(MAX_COLUMNS + 1)))), one("/fields/0/kind/fields", "too_many_columns"));
    }

    #[test]
    fn settings_fit_their_kind() {
        for (kind, pointer, code) in [
            (json!({"type": "text", "pattern": "(?=a)"}), "/pattern", "invalid_pattern"),
            (json!({"type": "text", "min_length": 5, "max_length": 4}), "", "empty_range"),
            (json!({"type": "text", "max_length": 501}), "/max_length", "out_of_range"),
            (json!({"type": "integer", "min": 2, "max": 1}), "", "empty_range"),
            (json!({"type": "decimal", "scale": 7}), "/scale", "out_of_range"),
            (json!({"type": "money", "currency": "yuan"}), "/currency", "invalid_currency"),
            (json!({"type": "date", "min": "soon"}), "/min", "invalid_limit"),
            (
                json!({"type": "date_time", "min": "2026-01-02T00:00:00+08:00", "max": "2026-01-01T00:00:00Z"}),
                "",
                "empty_range",
            ),
            (json!({"type": "duration", "max": -1}), "", "empty_range"),
            (json!({"type": "rating", "max": 11}), "/max", "out_of_range"),
            (json!({"type": "auto_number", "digits": 0}), "/digits", "out_of_range"),
            (json!({"type": "formula", "expression": "", "result": "text"}), "/expression", "syntax"),
            (
                json!({"type": "formula", "expression": "1+".repeat(1001), "result": "number"}),
                "/expression",
                "too_long",
            ),
            (json!({"type": "formula", "expression": "1", "result": "money"}), "/currency", "invalid_currency"),
            (json!({"type": "roll_up", "object": "o", "relation": "r", "function": "sum"}), "/field", "field_missing"),
            (json!({"type": "look_up", "relation": "r", "field": "x", "result": "text"}), "/relation", "unknown_field"),
        ] {
            assert_eq!(defects(of_kind(kind.clone())), one(&format!("/fields/0/kind{pointer}"), code), "{kind}");
        }
        // 08:00 in China is midnight in UTC: instants are compared, not their texts.
        let same = json!({"type": "date_time", "min": "2026-01-01T07:00:00+08:00", "max": "2026-01-01T00:00:00Z"});
        assert_eq!(defects(of_kind(same)), []);
    }

    #[test]
    fn a_default_is_a_value_of_its_field() {
        let with = |kind: Value, default: Value| vec![field("f", &kind, &json!({ "default": default }))];
        assert_eq!(defects(with(json!({"type": "integer", "max": 5}), json!(5))), []);
        assert_eq!(
            defects(with(json!({"type": "integer", "max": 5}), json!(6))),
            one("/fields/0/default", "invalid_default")
        );
        let photos = json!({"type": "image", "many": true});
        assert_eq!(defects(with(photos, json!(["x"]))), one("/fields/0/default/0", "invalid_default"));
        let number = json!({"type": "auto_number", "digits": 4});
        assert_eq!(defects(with(number, json!("1"))), one("/fields/0/default", "default_not_allowed"));
    }

    #[test]
    fn flags_fit_their_kind() {
        let place = field("f", &json!({"type": "location"}), &json!({"filterable": true}));
        assert_eq!(defects(vec![place]), one("/fields/0/filterable", "flag_not_allowed"));
        assert_eq!(
            defects(vec![text("a", &json!({"required": true, "read_only": true}))]),
            one("/fields/0/required", "required_read_only")
        );
    }
}
