//! A mapping made ready for many lines: each line becomes values and names, or reasons why it cannot be taken.

use std::collections::HashMap;

use db::Query;
use forms::{FieldKind, RelationSettings};
use http_api::{FieldError, Problem};
use jiff::tz::TimeZone;
use kernel::Currency;
use serde_json::{Value, json};

use crate::{
    imports::{
        model::{Mapping, OnMatch, OnMissing, SourceColumn},
        suggest::related,
    },
    lists::{self, Column, ColumnKind, Key, List, ListKey, Row, find},
    sheet::{Cell, Line},
    values::{Place, Reading, Reason, Reasons, amount, parts, read, skills, text_of},
};

/// What stands in place of personal data that the caller does not see.
const MASK: &str = "***";

/// What a named thing is, besides a record.
#[derive(Debug, Clone)]
enum Named {
    /// By the first of these fields that finds one.
    Record {
        list: Box<List>,
        by: Vec<Column>,
        many: bool,
    },
    Person,
    Team,
    Region,
    Site,
}

/// One column of the file on its way to a field.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub index: usize,
    pub column: Column,
    named: Option<Named>,
    reading: Reading,
    create_missing: bool,
}

/// A mapping that was checked.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub list: List,
    /// The position in `columns` of what recognises records.
    pub key: Option<usize>,
    pub on_match: OnMatch,
    pub on_missing: OnMissing,
    pub columns: Vec<Planned>,
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Value(Value),
    /// Names of what is meant.
    Names(Vec<String>),
}

/// A line whose cells were read.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub line: i64,
    /// By position in the plan's columns.
    pub said: Vec<(usize, Said)>,
    pub key: Option<Key>,
    pub reasons: Reasons,
}

/// What names mean, by position in the plan's columns and folded name.
pub(crate) type Meanings = HashMap<(usize, String), Result<Value, Reason>>;

impl Plan {
    /// The plan of a mapping; 422 with a pointer to each mistake.
    pub fn of(
        list: &List,
        lists: &[List],
        mapping: &Mapping,
        source: &[SourceColumn],
        zone: &str,
    ) -> Result<Self, Problem> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let mut errors = Vec::new();
        let mut columns: Vec<Planned> = Vec::new();
        for (position, mapped) in mapping.columns.iter().enumerate() {
            let at = |rest: &str| format!("/mapping/columns/{position}/{rest}");
            if mapped.index >= source.len() {
                errors.push(FieldError::new(at("index"), "unknown", "The file has no such column."));
                continue;
            }
            let Some(field) = &mapped.field else { continue };
            let is_key = mapping.key.as_ref() == Some(field);
            let column =
                list.column(field).filter(|column| column.creates || column.updates || (is_key && column.keyed));
            let Some(column) = column else {
                errors.push(FieldError::new(
                    at("field"),
                    "unknown_field",
                    "There is no such field to import; choose another.",
                ));
                continue;
            };
            if columns.iter().any(|planned| planned.column.id == column.id) {
                errors.push(FieldError::new(at("field"), "repeated", "Another column goes to this field already."));
                continue;
            }
            let named = match named(column, lists, mapped.relation_by.as_deref()) {
                Ok(named) => named,
                Err(message) => {
                    errors.push(FieldError::new(at("relation_by"), "unknown_field", message));
                    continue;
                }
            };
            if mapped.format.as_ref().is_some_and(|format| format.chars().count() > 60) {
                errors.push(FieldError::new(at("format"), "too_long", "Use at most 60 characters."));
            }
            let can_create = named.as_ref().is_some_and(Named::can_create);
            if mapped.create_missing && !can_create {
                let message = "Only customers named by their name and products named by their code can be made.";
                errors.push(FieldError::new(at("create_missing"), "not_possible", message));
            }
            columns.push(Planned {
                index: mapped.index,
                column: column.clone(),
                named,
                reading: Reading {
                    format: mapped.format.clone().filter(|text| !text.trim().is_empty()),
                    zone: zone.clone(),
                },
                create_missing: mapped.create_missing,
            });
        }
        let key = match &mapping.key {
            None => None,
            Some(field) => {
                let position = columns.iter().position(|planned| planned.column.id == *field && planned.column.keyed);
                if position.is_none() {
                    let message = "Records cannot be recognised by this field, or no column of the file goes to it.";
                    errors.push(FieldError::new("/mapping/match", "unknown_field", message));
                }
                position
            }
        };
        if errors.is_empty() {
            Ok(Self { list: list.clone(), key, on_match: mapping.on_match, on_missing: mapping.on_missing, columns })
        } else {
            Err(Problem::invalid(errors))
        }
    }

    /// What is missing before lines can be written: fields that every new record must have, and permissions.
    pub fn lacks(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.columns.is_empty() {
            errors.push(FieldError::new("/mapping/columns", "required", "Choose a field for at least one column."));
        }
        let creates = self.on_missing == OnMissing::Create || self.key.is_none();
        if creates {
            if !self.list.abilities.create {
                errors.push(FieldError::new(
                    "/mapping/on_missing",
                    "forbidden",
                    "You may not add records to this list.",
                ));
            }
            let mapped = |column: &Column| self.columns.iter().any(|planned| planned.column.id == column.id);
            for column in self.list.columns.iter().filter(|column| column.required && !mapped(column)) {
                let message = format!("New records must have `{}`; choose its column.", column.label.en);
                let error = FieldError::new("/mapping/columns", "field_missing", message);
                errors.push(error.with_params(json!({ "field": column.id, "label": column.label })));
            }
        }
        if self.key.is_some() && self.on_match == OnMatch::Update && !self.list.abilities.update {
            errors.push(FieldError::new("/mapping/on_match", "forbidden", "You may not change records of this list."));
        }
        errors
    }

    /// Reads the cells of a line.
    pub fn parse(&self, line: &Line) -> Parsed {
        let mut parsed = Parsed { line: line.number as i64, said: Vec::new(), key: None, reasons: Vec::new() };
        if line.is_too_long {
            let message = "This row has more cells than the header; check quotes and delimiters.";
            parsed.reasons.push(Reason::new("columns", message));
            return parsed;
        }
        let currency = self.currency(line);
        for (position, planned) in self.columns.iter().enumerate() {
            let cell = line.cells.get(planned.index).unwrap_or(&Cell::Empty);
            match planned.read(cell, &currency) {
                Ok(Some(said)) => parsed.said.push((position, said)),
                Ok(None) => {}
                Err(reason) => parsed.reasons.push(reason.at(planned.index, cell.text())),
            }
        }
        if let Some(position) = self.key
            && parsed.reasons.is_empty()
        {
            let said = parsed.said.iter().find(|(known, _)| *known == position);
            parsed.key = match said {
                Some((_, Said::Value(value))) => Key::of(&self.list.key, &self.columns[position].column, value),
                _ => None,
            };
        }
        parsed
    }

    /// What the line's amounts are in: how many decimals they have follows from it.
    fn currency(&self, line: &Line) -> String {
        let said = self.columns.iter().find(|planned| planned.column.id == "currency" && !planned.column.own);
        let said = said.and_then(|planned| line.cells.get(planned.index)).map(Cell::text);
        said.map(|text| text.trim().to_uppercase()).filter(|text| !text.is_empty()).unwrap_or_else(|| "CNY".to_owned())
    }

    /// The series from which the record that a line makes gets its number; see [`lists::series`].
    pub fn series<'l>(&self, line: &'l Parsed) -> &'l str {
        lists::series(&self.list.key, |id| {
            let said = line.said.iter().find(|(position, _)| {
                let column = &self.columns[*position].column;
                column.id == id && !column.own
            });
            match said {
                Some((_, Said::Value(Value::String(text)))) => Some(text.as_str()),
                _ => None,
            }
        })
    }

    /// Looks up what the names of these lines mean, as far as it is not known yet.
    pub async fn understand(
        &self,
        q: &mut impl Query,
        lines: &[Parsed],
        mut known: Meanings,
    ) -> Result<Meanings, Problem> {
        for (position, planned) in self.columns.iter().enumerate() {
            let Some(named) = &planned.named else { continue };
            let mut fresh: Vec<String> = Vec::new();
            for line in lines {
                let said = line.said.iter().find(|(known, _)| *known == position);
                if let Some((_, Said::Names(names))) = said {
                    fresh
                        .extend(names.iter().filter(|name| !known.contains_key(&(position, (*name).clone()))).cloned());
                }
            }
            fresh.sort();
            fresh.dedup();
            let found = named.look_up(q, &fresh).await?;
            known.extend(found.into_iter().map(|(name, meaning)| ((position, name), meaning)));
        }
        Ok(known)
    }

    /// What a pointer into a body means: a column of the file, or a field without one.
    pub fn pointed(&self, pointer: &str, line: &Parsed) -> Option<Place> {
        let mut parts = pointer.trim_start_matches('/').split('/');
        let (outer, inner) = (parts.next()?, parts.next());
        let is = |column: &Column| match column.place.as_slice() {
            [only] => only == outer,
            [first, second] => first == outer && inner.is_none_or(|inner| inner == second),
            _ => false,
        };
        let Some((position, planned)) = self.columns.iter().enumerate().find(|(_, planned)| is(&planned.column)) else {
            let field = self.list.columns.iter().find(|column| is(column))?;
            return Some(Place::Field(field.label.clone()));
        };
        let said = line.said.iter().find(|(known, _)| *known == position).map(|(_, said)| said.text());
        Some(Place::Column(planned.index, said.unwrap_or_default()))
    }
}

impl Said {
    fn text(&self) -> String {
        match self {
            Self::Names(names) => names.join("; "),
            Self::Value(Value::String(text)) => text.clone(),
            Self::Value(value) => value.to_string(),
        }
    }
}

fn named(column: &Column, lists: &[List], by: Option<&str>) -> Result<Option<Named>, String> {
    Ok(Some(match &column.kind {
        ColumnKind::Region => Named::Region,
        ColumnKind::Site => Named::Site,
        ColumnKind::Value(FieldKind::Person) => Named::Person,
        ColumnKind::Value(FieldKind::Team) => Named::Team,
        ColumnKind::Value(FieldKind::Relation(RelationSettings { many, .. })) => {
            let Some((list, matches)) = related(column, lists) else {
                return Err("You may not see the records that this field names.".to_owned());
            };
            let mut by: Vec<Column> = match by {
                Some(by) => matches.into_iter().filter(|column| column.id == by).cloned().collect(),
                None => matches.into_iter().cloned().collect(),
            };
            if by.is_empty() {
                return Err("Records of that list cannot be named by this field; choose another.".to_owned());
            }
            // What people call its records comes first: exports write it too.
            by.sort_by_key(|column| column.id != "name");
            Named::Record { list: Box::new(list.clone()), by, many: *many }
        }
        _ => return Ok(None),
    }))
}

impl Planned {
    fn read(&self, cell: &Cell, currency: &str) -> Result<Option<Said>, Reason> {
        if cell.is_empty() || matches!(cell, Cell::Text(text) if text == MASK) {
            return Ok(None);
        }
        if let Some(named) = &self.named {
            let text = text_of(cell);
            let many = matches!(named, Named::Record { many: true, .. });
            return Ok(Some(Said::Names(if many { parts(&text) } else { vec![text] })));
        }
        let value = match &self.column.kind {
            ColumnKind::Value(kind) => read(kind, cell, &self.reading)?,
            ColumnKind::Tags => Some(json!(parts(&cell.text()))),
            ColumnKind::Skills => Some(skills(&cell.text())),
            ColumnKind::Amount => Some(amount(cell, currency.parse::<Currency>().map_or(2, Currency::digits))?),
            ColumnKind::Lines(settings) => read(&ColumnKind::in_currency(settings, currency), cell, &self.reading)?,
            ColumnKind::Region | ColumnKind::Site => None,
        };
        Ok(value.map(Said::Value))
    }

    /// The list in which what is missing is made, if it is to be.
    pub fn makes(&self) -> Option<&List> {
        match &self.named {
            Some(Named::Record { list, .. }) if self.create_missing => Some(list),
            _ => None,
        }
    }

    /// Whether several may be named.
    pub fn is_many(&self) -> bool {
        matches!(self.named, Some(Named::Record { many: true, .. }))
    }

    /// Whether it names a site, which only makes sense beside a customer.
    pub fn is_site(&self) -> bool {
        matches!(self.named, Some(Named::Site))
    }
}

fn missing(name: &str) -> Reason {
    let name: String = name.chars().take(100).collect();
    Reason::new("not_found", format!("Nothing is called `{name}`; check it, or add it first."))
}

fn ambiguous(name: &str) -> Reason {
    let name: String = name.chars().take(100).collect();
    Reason::new("ambiguous", format!("Several are called `{name}`; name it by something unique."))
}

impl Named {
    fn can_create(&self) -> bool {
        match self {
            Self::Record { list, by, many: false } => {
                let named = matches!(
                    (&list.key, by.first().map(|column| column.id.as_str()).unwrap_or_default()),
                    (ListKey::Customers, "name") | (ListKey::Products, "code")
                );
                named && list.abilities.create
            }
            _ => false,
        }
    }

    async fn look_up(
        &self,
        q: &mut impl Query,
        names: &[String],
    ) -> Result<Vec<(String, Result<Value, Reason>)>, Problem> {
        let mut found = Vec::with_capacity(names.len());
        if let Self::Record { list, by, .. } = self {
            return self.records(q, list, by, names).await;
        }
        for name in names {
            let ids: Vec<kernel::Uuid> = match self {
                Self::Person => identity::users_named(q, name).await?.into_iter().map(|user| user.id).collect(),
                Self::Team => identity::team_named(q, name).await?.into_iter().map(|team| team.id).collect(),
                Self::Region => identity::regions_named(q, name).await?.into_iter().map(|region| region.id).collect(),
                // Sites are looked up beside their customer, with the line.
                Self::Site | Self::Record { .. } => continue,
            };
            let meaning = match ids.as_slice() {
                [] => Err(missing(name)),
                [id] => Ok(json!(id)),
                _ => Err(ambiguous(name)),
            };
            found.push((name.clone(), meaning));
        }
        Ok(found)
    }

    async fn records(
        &self,
        q: &mut impl Query,
        list: &List,
        by: &[Column],
        names: &[String],
    ) -> Result<Vec<(String, Result<Value, Reason>)>, Problem> {
        let mut meanings: HashMap<&String, Result<Value, Reason>> = HashMap::new();
        for column in by {
            let fresh = names.iter().filter(|name| !meanings.contains_key(name));
            let keys: Vec<(&String, Key)> =
                fresh.filter_map(|name| Some((name, key_of(list, column, name)?))).collect();
            let asked: Vec<Key> = keys.iter().map(|(_, key)| key.clone()).collect();
            let hits = find(q, list, column, &asked).await?;
            for (name, key) in keys {
                let found = hits.get(&key.text).map(Vec::as_slice).unwrap_or_default();
                let in_use: Vec<_> = found.iter().filter(|hit| !hit.is_archived).collect();
                let meaning = match (in_use.as_slice(), found) {
                    ([hit], _) => Ok(json!(hit.id)),
                    ([], []) => continue,
                    ([], _) => Err(Reason::new("archived_target", "This record was put away; restore it first.")),
                    _ => Err(ambiguous(name)),
                };
                meanings.insert(name, meaning);
            }
        }
        Ok(names
            .iter()
            .map(|name| (name.clone(), meanings.remove(name).unwrap_or_else(|| Err(missing(name)))))
            .collect())
    }
}

/// The key that a name is in this column; none when it cannot be one.
fn key_of(list: &List, column: &Column, name: &str) -> Option<Key> {
    let ColumnKind::Value(kind) = &column.kind else { return None };
    let how = Reading { format: None, zone: TimeZone::UTC };
    let value = read(kind, &Cell::of(name), &how).ok().flatten()?;
    let value = forms_normal(column, kind, &value).unwrap_or(value);
    Key::of(&list.key, column, &value)
}

/// How a record holds what was written, for kinds with one spelling.
fn forms_normal(by: &Column, kind: &FieldKind, value: &Value) -> Option<Value> {
    if !by.own {
        return None;
    }
    let text = value.as_str()?;
    match kind {
        FieldKind::Phone => objects::phone_digits(text).map(Value::from),
        _ => Some(value.clone()),
    }
}

/// Puts values into a body; what stands inside another value is added to what is there.
pub(crate) fn body(pairs: &[(&Column, Value)], base: Option<&Row>) -> Row {
    let mut body = Row::new();
    for (column, value) in pairs {
        match column.place.as_slice() {
            [only] => {
                body.insert(only.clone(), value.clone());
            }
            [outer, inner] => {
                let start = || match (outer.as_str(), base) {
                    ("ext" | "values", _) => json!({}),
                    (_, Some(base)) if base.get(outer).is_some_and(Value::is_object) => base[outer].clone(),
                    ("covers", _) => json!({"labour": true, "parts": true, "travel": true}),
                    _ => json!({}),
                };
                let within = body.entry(outer.clone()).or_insert_with(start);
                within[inner.as_str()] = value.clone();
            }
            _ => {}
        }
    }
    body
}

/// What a record said before a body was written over it, as a body that puts it back.
pub(crate) fn before(body: &Row, base: &Row) -> Row {
    let mut before = Row::new();
    for (outer, value) in body {
        let old = base.get(outer).cloned().unwrap_or_default();
        let old = match (outer.as_str(), value) {
            ("ext" | "values", Value::Object(inner)) => {
                let part = |name: &String| (name.clone(), old.get(name).cloned().unwrap_or_default());
                Value::Object(inner.keys().map(part).collect())
            }
            _ => old,
        };
        before.insert(outer.clone(), old);
    }
    before
}
