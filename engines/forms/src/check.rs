//! Checking a catalogue: what is wrong with the definition itself, before any record is.

use std::collections::BTreeSet;

use rules::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::{Catalogue, Field, Level};
use crate::kind::{ChoiceSettings, FieldKind, MomentSettings, RollUpFunction, SubTableSettings, TextSettings};
use crate::value::{normal, number};
use crate::{
    MAX_COLUMNS, MAX_EXPRESSION, MAX_FIELDS, MAX_FILTERABLE, MAX_LINE, MAX_LONG_TEXT, MAX_OPTIONS, MAX_ROWS, order,
    pattern, text,
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
}

pub fn defect(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Defect {
    Defect { pointer: pointer.into(), code: code.to_owned(), message: message.into() }
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

    /// Settings that don't go together with the field's kind.
    fn flags(&mut self, field: &Field, at: &str) {
        if field.default.is_some() && (field.kind.is_computed() || matches!(field.kind, FieldKind::SubTable(_))) {
            self.add(
                format!("{at}/default"),
                "default_not_allowed",
                "Remove the default; this kind of field takes none.",
            );
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
            FieldKind::Formula(formula) => {
                let length = formula.expression.chars().count() as u64;
                self.between(length, 1, MAX_EXPRESSION as u64, &format!("{settings}/expression"));
            }
            FieldKind::RollUp(roll_up) if roll_up.field.is_none() && roll_up.function != RollUpFunction::Count => {
                self.add(format!("{settings}/field"), "field_missing", "Name the field whose values are taken.");
            }
            FieldKind::LookUp(look_up) => {
                let relation = fields.iter().find(|other| other.id == look_up.relation);
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
        let instant = |text: &Option<String>| text.as_ref().map(|text| text::utc(text).unwrap_or_else(|| text.clone()));
        self.range(instant(&limits.min), instant(&limits.max), at);
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
