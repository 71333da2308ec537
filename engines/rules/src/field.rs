//! Fields: their types, where they stand in SQL, and the values they have in a record.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::moment;

/// The type of a field; it decides the operators and the form of their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Free text.
    Text,
    /// Whole number; also money in minor units.
    Integer,
    /// Number with decimals.
    Number,
    /// Yes or no.
    Boolean,
    /// Instant, microseconds UTC in columns.
    Time,
    /// Calendar date, text `YYYY-MM-DD` in columns.
    Date,
    /// Reference to a record.
    Id,
    /// One of a fixed list, by its id.
    Choice,
    /// List of texts, a JSON array in columns.
    Tags,
}

impl FieldType {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::Date => "date",
            Self::Id => "id",
            Self::Choice => "choice",
            Self::Tags => "tags",
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Anything that knows the type of each field a condition may name.
pub trait Types {
    /// The type of the field; `None` when there is no such field.
    fn field_type(&self, field: &str) -> Option<FieldType>;
}

impl Types for BTreeMap<String, FieldType> {
    fn field_type(&self, field: &str) -> Option<FieldType> {
        self.get(field).copied()
    }
}

impl<S: std::hash::BuildHasher> Types for HashMap<String, FieldType, S> {
    fn field_type(&self, field: &str) -> Option<FieldType> {
        self.get(field).copied()
    }
}

impl Types for [(&str, FieldType)] {
    fn field_type(&self, field: &str) -> Option<FieldType> {
        self.iter().find(|(id, _)| *id == field).map(|&(_, kind)| kind)
    }
}

/// Where a standard field stands in SQL. The expressions are trusted text: they go into statements as they are, so write
/// them in code and qualify their columns where a statement joins tables. They may stand twice in a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    id: &'static str,
    kind: FieldType,
    sqlite: &'static str,
    postgres: &'static str,
    nullable: bool,
}

impl Column {
    /// A field whose expression is the same on both engines and may be null.
    pub const fn new(id: &'static str, kind: FieldType, sql: &'static str) -> Self {
        Self::pair(id, kind, sql, sql)
    }

    /// A field whose expression differs between the engines.
    pub const fn pair(id: &'static str, kind: FieldType, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { id, kind, sqlite, postgres, nullable: true }
    }

    /// The same field, never null: its tests become simpler SQL.
    #[must_use]
    pub const fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }
}

/// A field found in a [`FieldMap`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub kind: FieldType,
    pub sqlite: &'a str,
    pub postgres: &'a str,
    pub nullable: bool,
    pub rows: Option<&'a Rows>,
}

/// A field whose values stand in rows of another table: none for a record that lacks it, one for each value it has.
/// All of it is trusted text, as in a [`Column`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The table and which of its rows, such as `field_index_text WHERE object = 'vehicle' AND field = 'plate'`.
    pub from: String,
    /// The column with the record's id.
    pub record: &'static str,
    /// The column with the value. A time is there as in columns, a number and a boolean (0 or 1) as double precision, a
    /// text, choice, date, tag and id (with hyphens) as text.
    pub value: &'static str,
    /// The column that must have `owner`, bound as an id.
    pub owner_column: &'static str,
    /// Whose rows they are.
    pub owner: [u8; 16],
    /// The outer record's id.
    pub id: &'static str,
    /// Whether a test looks at one record at a time instead of gathering all that pass: better when many do.
    pub lazy: bool,
}

/// The fields of one list: their types and SQL expressions. Standard fields are constant:
///
/// ```
/// use rules::{Column, FieldMap, FieldType};
///
/// static FIELDS: FieldMap = FieldMap::new(&[
///     Column::new("status", FieldType::Choice, "status").not_null(),
///     Column::new("due_at", FieldType::Time, "resolution_due_at"),
/// ]);
/// # use rules::Types;
/// # assert_eq!(FIELDS.field_type("due_at"), Some(FieldType::Time));
/// ```
#[derive(Debug, Clone, Default)]
pub struct FieldMap {
    columns: &'static [Column],
    own: BTreeMap<String, Own>,
}

#[derive(Debug, Clone)]
struct Own {
    kind: FieldType,
    sqlite: String,
    postgres: String,
    rows: Option<Rows>,
}

impl FieldMap {
    /// The standard fields.
    pub const fn new(columns: &'static [Column]) -> Self {
        Self { columns, own: BTreeMap::new() }
    }

    /// The map with one more field that may be null, known only at run time, such as a custom field. Its expressions are
    /// trusted too: check the field's key against the catalogue before it becomes part of one. Standard fields win.
    #[must_use]
    pub fn with(
        mut self,
        id: impl Into<String>,
        kind: FieldType,
        sqlite: impl Into<String>,
        postgres: impl Into<String>,
    ) -> Self {
        self.own.insert(id.into(), Own { kind, sqlite: sqlite.into(), postgres: postgres.into(), rows: None });
        self
    }

    /// The map with one more field whose values stand in rows of their own. Standard fields win.
    #[must_use]
    pub fn with_rows(mut self, id: impl Into<String>, kind: FieldType, rows: Rows) -> Self {
        let own = Own { kind, sqlite: String::new(), postgres: String::new(), rows: Some(rows) };
        self.own.insert(id.into(), own);
        self
    }

    /// Every field's id and type, standard fields first.
    pub fn types(&self) -> impl Iterator<Item = (&str, FieldType)> {
        let standard = self.columns.iter().map(|column| (column.id, column.kind));
        standard.chain(self.own.iter().map(|(id, own)| (id.as_str(), own.kind)))
    }

    pub(crate) fn place(&self, field: &str) -> Option<Place<'_>> {
        let standard = self.columns.iter().find(|column| column.id == field).map(|column| Place {
            kind: column.kind,
            sqlite: column.sqlite,
            postgres: column.postgres,
            nullable: column.nullable,
            rows: None,
        });
        standard.or_else(|| {
            self.own.get(field).map(|own| Place {
                kind: own.kind,
                sqlite: &own.sqlite,
                postgres: &own.postgres,
                nullable: true,
                rows: own.rows.as_ref(),
            })
        })
    }
}

impl Types for FieldMap {
    fn field_type(&self, field: &str) -> Option<FieldType> {
        self.place(field).map(|place| place.kind)
    }
}

/// A record's value of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue<'a> {
    /// Of a text or choice field.
    Text(Cow<'a, str>),
    /// Of an integer field; a number field takes it too.
    Integer(i64),
    /// Of a number field.
    Number(f64),
    /// Of a boolean field.
    Boolean(bool),
    /// Of a time field, microseconds UTC.
    Time(i64),
    /// Of a date field, `YYYY-MM-DD`.
    Date(Cow<'a, str>),
    /// Of an id field, the UUID's bytes.
    Id([u8; 16]),
    /// Of a tags field.
    Tags(Vec<Cow<'a, str>>),
}

impl<'a> FieldValue<'a> {
    /// The value as it stands in JSON; `None` when it is null or not of the type, both of which mean missing.
    pub fn from_json(kind: FieldType, value: &'a Value) -> Option<Self> {
        match kind {
            FieldType::Text | FieldType::Choice => value.as_str().map(|text| Self::Text(text.into())),
            FieldType::Integer => whole(value).map(Self::Integer),
            FieldType::Number => value.as_f64().filter(|number| number.is_finite()).map(Self::Number),
            FieldType::Boolean => value.as_bool().map(Self::Boolean),
            FieldType::Time => value.as_str().and_then(moment::parse_time).map(Self::Time),
            FieldType::Date => value.as_str().filter(|text| moment::is_date(text)).map(|text| Self::Date(text.into())),
            FieldType::Id => value.as_str().and_then(moment::parse_id).map(Self::Id),
            // A member that is no text equals no tag, as none may contain NUL; yet the list is not empty.
            FieldType::Tags => {
                let tags = value.as_array()?.iter().map(|tag| Cow::from(tag.as_str().unwrap_or("\0")));
                Some(Self::Tags(tags.collect()))
            }
        }
    }

    /// The value if a field of this type can have it.
    pub(crate) fn of(self, kind: FieldType) -> Option<Self> {
        match (self, kind) {
            (Self::Integer(number), FieldType::Number) => Some(Self::Number(number as f64)),
            (value, kind) => value.fits(kind).then_some(value),
        }
    }

    fn fits(&self, kind: FieldType) -> bool {
        match self {
            Self::Text(_) => matches!(kind, FieldType::Text | FieldType::Choice),
            Self::Integer(_) => kind == FieldType::Integer,
            Self::Number(number) => kind == FieldType::Number && number.is_finite(),
            Self::Boolean(_) => kind == FieldType::Boolean,
            Self::Time(_) => kind == FieldType::Time,
            Self::Date(_) => kind == FieldType::Date,
            Self::Id(_) => kind == FieldType::Id,
            Self::Tags(_) => kind == FieldType::Tags,
        }
    }
}

/// A whole number; `5.0` is one, because JavaScript can't tell it from `5`.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    /// 2⁵³: up to here every whole number is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
    })
}

/// Lower-cases text character by character, each to one character, as `lower()` of PostgreSQL does and as SQLite's must
/// be registered to do. The length in characters stays, and no character looks at its neighbours (final sigma).
pub fn lower(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            // The only letter whose full lower case is longer than one character.
            'İ' => 'i',
            letter => letter.to_lowercase().next().unwrap_or(letter),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_one_letter_for_one_letter() {
        assert_eq!(lower("İÄΟΔΟΣ ＡＢＣ 电梯 Ǆ"), "iäοδοσ ａｂｃ 电梯 ǆ");
        for letter in '\0'..=char::MAX {
            let count = letter.to_lowercase().count();
            assert!(count == 1 || letter == 'İ', "{letter:?} becomes {count} letters");
        }
    }

    #[test]
    fn values_of_another_type_are_missing() {
        let json =
            serde_json::json!({"n": 5.0, "f": 5.5, "big": 9_007_199_254_740_992_u64, "t": "x", "tags": ["a", 1, null]});
        assert_eq!(FieldValue::from_json(FieldType::Integer, &json["n"]), Some(FieldValue::Integer(5)));
        assert_eq!(FieldValue::from_json(FieldType::Integer, &json["f"]), None);
        assert_eq!(FieldValue::from_json(FieldType::Text, &json["n"]), None);
        assert_eq!(FieldValue::from_json(FieldType::Date, &json["t"]), None);
        assert_eq!(FieldValue::from_json(FieldType::Number, &json["absent"]), None);
        assert_eq!(
            FieldValue::from_json(FieldType::Tags, &json["tags"]),
            Some(FieldValue::Tags(vec!["a".into(), "\0".into(), "\0".into()]))
        );
        assert_eq!(FieldValue::Integer(2).of(FieldType::Number), Some(FieldValue::Number(2.0)));
        assert_eq!(FieldValue::Number(2.0).of(FieldType::Integer), None);
        assert_eq!(FieldValue::Number(f64::NAN).of(FieldType::Number), None);
    }

    #[test]
    fn a_field_map_knows_standard_and_own_fields() {
        static FIELDS: FieldMap = FieldMap::new(&[Column::new("title", FieldType::Text, "t.title").not_null()]);
        let map = FIELDS.clone().with("f7", FieldType::Number, "t.ext->>'f7'", "(t.ext->>'f7')::float8").with(
            "title",
            FieldType::Number,
            "x",
            "x",
        );
        assert_eq!(map.field_type("title"), Some(FieldType::Text));
        assert_eq!(map.field_type("f7"), Some(FieldType::Number));
        assert_eq!(map.field_type("f8"), None);
        assert!(map.place("f7").unwrap().nullable);
        assert_eq!(map.types().count(), 3);
    }
}
