//! The SQL reader: a condition becomes the text of a WHERE clause and its values.
//!
//! SQL has a third answer, NULL. A WHERE clause takes it for false, and so do AND and OR as long as nothing turns them
//! round: if each NULL below them were false, they would be true for the same records. So tests stand bare, where an index
//! can serve them, and only under NOT a `coalesce` makes two answers out of three.

use std::fmt::Write as _;

use crate::condition::{Condition, Leaf, Node, Test};
use crate::field::{FieldMap, FieldType, Place, Rows};
use crate::moment::Now;
use crate::operand::Operand;
use crate::{Problem, RuleError};

/// Which database the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.39 or later, with a `lower()` registered that does what [`crate::lower`] does.
    Sqlite,
    /// PostgreSQL 14 or later.
    Postgres,
}

/// A value to bind. A time is an `Int` in microseconds, a date a `Text`.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// bigint.
    Int(i64),
    /// double precision.
    Number(f64),
    /// text.
    Text(String),
    /// boolean; 0 or 1 on SQLite.
    Bool(bool),
    /// uuid; a blob of 16 bytes on SQLite.
    Id([u8; 16]),
}

/// A piece of SQL that is one boolean expression, safe to put beside AND or OR without more parentheses.
///
/// It belongs into a WHERE clause: there, and below AND and OR, its NULL counts as false. Don't put it under NOT; negate
/// the condition instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// The expression, with placeholders `$n` numbered on from the first one asked for, each used once.
    pub text: String,
    /// The values, in the order of their numbers.
    pub binds: Vec<Bind>,
}

/// Compiles a condition for one database. Relative times are counted from `now`; values are bound from `$first_bind` on.
///
/// # Errors
/// [`Problem::UnknownField`] or [`Problem::WrongType`] when the map has other fields than those the condition was checked
/// against; never when it was checked against this map.
pub fn to_sql(
    condition: &Condition,
    fields: &FieldMap,
    dialect: Dialect,
    first_bind: usize,
    now: impl Into<Now>,
) -> Result<Fragment, RuleError> {
    let mut writer = Writer { fields, dialect, first_bind, now: now.into(), binds: Vec::new() };
    let text = writer.node(&condition.root)?;
    Ok(Fragment { text, binds: writer.binds })
}

struct Writer<'m> {
    fields: &'m FieldMap,
    dialect: Dialect,
    first_bind: usize,
    now: Now,
    binds: Vec<Bind>,
}

impl Writer<'_> {
    fn node(&mut self, tree: &Node) -> Result<String, RuleError> {
        match tree {
            Node::All(nodes) => self.group(nodes, " AND ", "1 = 1"),
            Node::Any(nodes) => self.group(nodes, " OR ", "1 = 0"),
            Node::Not(node) => Ok(format!("NOT coalesce({}, false)", self.node(node)?)),
            Node::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn group(&mut self, nodes: &[Node], between: &str, empty: &str) -> Result<String, RuleError> {
        let parts = nodes.iter().map(|node| self.node(node)).collect::<Result<Vec<_>, _>>()?;
        Ok(joined(parts, between, empty))
    }

    fn leaf(&mut self, leaf: &Leaf) -> Result<String, RuleError> {
        let fields = self.fields;
        let Some(place) = fields.place(&leaf.field) else {
            let message = format!("there is no field `{}` here", leaf.field);
            return Err(RuleError::new(format!("{}/field", leaf.pointer), Problem::UnknownField, message));
        };
        if place.kind != leaf.kind {
            let message = format!("`{}` is of type {} here, not {}", leaf.field, place.kind, leaf.kind);
            return Err(RuleError::new(format!("{}/field", leaf.pointer), Problem::WrongType, message));
        }
        if let Some(rows) = place.rows {
            return Ok(self.in_rows(rows, leaf));
        }
        let column = &self.column(place);
        let kind = leaf.kind;
        Ok(match &leaf.test {
            Test::Equal(operand) => format!("{column} = {}", self.bind(kind, operand)),
            Test::NotEqual(operand) => self.not_equal(column, place, operand),
            Test::Less(operand) => format!("{column} < {}", self.bind(kind, operand)),
            Test::LessOrEqual(operand) => format!("{column} <= {}", self.bind(kind, operand)),
            Test::Greater(operand) => format!("{column} > {}", self.bind(kind, operand)),
            Test::GreaterOrEqual(operand) => format!("{column} >= {}", self.bind(kind, operand)),
            Test::Between(low, high) => {
                let low = self.bind(kind, low);
                format!("({column} >= {low} AND {column} <= {})", self.bind(kind, high))
            }
            Test::In(operands) => match operands.as_slice() {
                [operand] => format!("{column} = {}", self.bind(kind, operand)),
                operands => format!("{column} IN ({})", self.bind_all(kind, operands)),
            },
            Test::NotIn(operands) => match operands.as_slice() {
                [operand] => self.not_equal(column, place, operand),
                operands if place.nullable => {
                    format!("({column} IS NULL OR {column} NOT IN ({}))", self.bind_all(kind, operands))
                }
                operands => format!("{column} NOT IN ({})", self.bind_all(kind, operands)),
            },
            Test::Contains(part) => self.like(column, &format!("%{}%", escaped(part))),
            Test::StartsWith(part) => self.like(column, &format!("{}%", escaped(part))),
            Test::ContainsAny(tags) => self.contains_any(column, tags),
            Test::ContainsAll(tags) => self.contains_all(column, tags),
            Test::Empty => self.empty(column, kind),
            Test::NotEmpty => self.not_empty(column, kind),
        })
    }

    /// A test of values that stand in rows of their own. What is true of missing values asks for records without a row.
    fn in_rows(&mut self, rows: &Rows, leaf: &Leaf) -> String {
        let (value, kind) = (rows.value, leaf.kind);
        let owner = self.placeholder(Bind::Id(rows.owner), "uuid");
        let mut without = false;
        let mut grouped = String::new();
        let compare = |writer: &mut Self, sign: &str, operand: &Operand| {
            format!(" AND {value} {sign} {}", writer.bind_row(kind, operand))
        };
        let test = match &leaf.test {
            Test::Equal(operand) => compare(self, "=", operand),
            Test::NotEqual(operand) => {
                without = true;
                compare(self, "=", operand)
            }
            Test::Less(operand) => compare(self, "<", operand),
            Test::LessOrEqual(operand) => compare(self, "<=", operand),
            Test::Greater(operand) => compare(self, ">", operand),
            Test::GreaterOrEqual(operand) => compare(self, ">=", operand),
            Test::Between(low, high) => compare(self, ">=", low) + &compare(self, "<=", high),
            Test::In(operands) | Test::NotIn(operands) => {
                without = matches!(leaf.test, Test::NotIn(_));
                let places: Vec<String> = operands.iter().map(|operand| self.bind_row(kind, operand)).collect();
                format!(" AND {value} IN ({})", places.join(", "))
            }
            Test::Contains(part) => format!(" AND {}", self.like(value, &format!("%{}%", escaped(part)))),
            Test::StartsWith(part) => format!(" AND {}", self.like(value, &format!("{}%", escaped(part)))),
            Test::ContainsAny(tags) => format!(" AND {value} IN ({})", self.bind_texts(tags)),
            Test::ContainsAll(tags) => {
                grouped = format!(" GROUP BY {} HAVING count(DISTINCT {value}) = {}", rows.record, tags.len());
                format!(" AND {value} IN ({})", self.bind_texts(tags))
            }
            Test::Empty => {
                without = true;
                String::new()
            }
            Test::NotEmpty => String::new(),
        };
        let not = if without { "NOT " } else { "" };
        let Rows { id, from, record, owner_column, .. } = rows;
        if rows.lazy {
            let one = format!("{record} = {id} AND {owner_column} = {owner}");
            return format!("{not}EXISTS (SELECT 1 FROM {from} AND {one}{test}{grouped})");
        }
        format!("{id} {not}IN (SELECT {record} FROM {from} AND {owner_column} = {owner}{test}{grouped})")
    }

    /// A value as rows hold it.
    fn bind_row(&mut self, kind: FieldType, operand: &Operand) -> String {
        match operand.resolve(kind, self.now) {
            Operand::Integer(number) if kind != FieldType::Time => {
                self.placeholder(Bind::Number(number as f64), "double precision")
            }
            Operand::Boolean(flag) => self.placeholder(Bind::Number(f64::from(u8::from(flag))), "double precision"),
            Operand::Id(id) => {
                let mut digits = String::with_capacity(32);
                for byte in id {
                    let _ = write!(digits, "{byte:02x}");
                }
                let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
                self.placeholder(Bind::Text(parts.join("-")), "text")
            }
            _ => self.bind(kind, operand),
        }
    }

    /// The field's expression, in parentheses unless it is a plain name.
    fn column(&self, place: Place<'_>) -> String {
        let text = match self.dialect {
            Dialect::Sqlite => place.sqlite,
            Dialect::Postgres => place.postgres,
        };
        let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"'));
        if plain { text.to_owned() } else { format!("({text})") }
    }

    fn not_equal(&mut self, column: &str, place: Place<'_>, operand: &Operand) -> String {
        let unlike = if place.nullable { "IS DISTINCT FROM" } else { "<>" };
        format!("{column} {unlike} {}", self.bind(place.kind, operand))
    }

    fn like(&mut self, column: &str, pattern: &str) -> String {
        format!("lower({column}) LIKE {} ESCAPE '\\'", self.bind_text(pattern))
    }

    fn contains_any(&mut self, column: &str, tags: &[String]) -> String {
        match self.dialect {
            Dialect::Sqlite => {
                let wanted = self.bind_texts(tags);
                format!("EXISTS (SELECT 1 FROM json_each({column}) AS tag WHERE tag.value IN ({wanted}))")
            }
            Dialect::Postgres => joined(self.contained(column, tags), " OR ", "1 = 0"),
        }
    }

    fn contains_all(&mut self, column: &str, tags: &[String]) -> String {
        match self.dialect {
            Dialect::Sqlite => {
                // One count instead of one EXISTS a tag keeps the expression flat, whose depth SQLite bounds.
                let wanted = self.bind_texts(tags);
                let found = format!("SELECT count(DISTINCT tag.value) FROM json_each({column}) AS tag");
                format!("({found} WHERE tag.value IN ({wanted})) = {}", tags.len())
            }
            Dialect::Postgres => joined(self.contained(column, tags), " AND ", "1 = 1"),
        }
    }

    /// One containment a tag: a GIN index serves each, and every value stays a scalar.
    fn contained(&mut self, column: &str, tags: &[String]) -> Vec<String> {
        tags.iter().map(|tag| format!("{column} @> jsonb_build_array({})", self.bind_text(tag))).collect()
    }

    fn empty(&self, column: &str, kind: FieldType) -> String {
        match (kind, self.dialect) {
            (FieldType::Text | FieldType::Choice, _) => format!("({column} IS NULL OR {column} = '')"),
            (FieldType::Tags, Dialect::Sqlite) => format!("coalesce(json_array_length({column}), 0) = 0"),
            (FieldType::Tags, Dialect::Postgres) => {
                format!("({column} IS NULL OR jsonb_typeof({column}) <> 'array' OR {column} = '[]'::jsonb)")
            }
            _ => format!("{column} IS NULL"),
        }
    }

    fn not_empty(&self, column: &str, kind: FieldType) -> String {
        match (kind, self.dialect) {
            (FieldType::Text | FieldType::Choice, _) => format!("{column} <> ''"),
            (FieldType::Tags, Dialect::Sqlite) => format!("json_array_length({column}) > 0"),
            (FieldType::Tags, Dialect::Postgres) => {
                format!("(jsonb_typeof({column}) = 'array' AND {column} <> '[]'::jsonb)")
            }
            _ => format!("{column} IS NOT NULL"),
        }
    }

    fn bind(&mut self, kind: FieldType, operand: &Operand) -> String {
        match operand.resolve(kind, self.now) {
            Operand::Text(text) | Operand::Date(text) => self.placeholder(Bind::Text(text), "text"),
            Operand::Integer(number) | Operand::Time(number) | Operand::FromNow(number) => {
                self.placeholder(Bind::Int(number), "bigint")
            }
            Operand::Number(number) => self.placeholder(Bind::Number(number), "double precision"),
            Operand::Boolean(flag) => self.placeholder(Bind::Bool(flag), "boolean"),
            Operand::Id(id) => self.placeholder(Bind::Id(id), "uuid"),
        }
    }

    fn bind_all(&mut self, kind: FieldType, operands: &[Operand]) -> String {
        let places: Vec<String> = operands.iter().map(|operand| self.bind(kind, operand)).collect();
        places.join(", ")
    }

    fn bind_text(&mut self, text: &str) -> String {
        self.placeholder(Bind::Text(text.to_owned()), "text")
    }

    fn bind_texts(&mut self, texts: &[String]) -> String {
        let places: Vec<String> = texts.iter().map(|text| self.bind_text(text)).collect();
        places.join(", ")
    }

    /// PostgreSQL infers a placeholder's type from its surroundings, which can be another than the value's: say it.
    fn placeholder(&mut self, value: Bind, postgres_type: &str) -> String {
        let number = self.first_bind + self.binds.len();
        self.binds.push(value);
        match self.dialect {
            Dialect::Sqlite => format!("${number}"),
            Dialect::Postgres => format!("${number}::{postgres_type}"),
        }
    }
}

/// The parts joined to one expression that needs no more parentheses.
fn joined(mut parts: Vec<String>, between: &str, empty: &str) -> String {
    match parts.len() {
        0 => empty.to_owned(),
        1 => parts.swap_remove(0),
        _ => format!("({})", parts.join(between)),
    }
}

/// Text whose wildcards mean themselves in LIKE … ESCAPE '\'.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if matches!(letter, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::field::Column;

    static FIELDS: FieldMap = FieldMap::new(&[
        Column::new("status", FieldType::Choice, "t.status").not_null(),
        Column::new("title", FieldType::Text, "t.title").not_null(),
        Column::new("note", FieldType::Text, "t.note"),
        Column::new("due_at", FieldType::Time, "t.due_at"),
        Column::new("sold_on", FieldType::Date, "t.sold_on"),
        Column::new("customer_id", FieldType::Id, "t.customer_id"),
        Column::new("tags", FieldType::Tags, "t.tags"),
        Column::new("urgent", FieldType::Boolean, "t.urgent"),
        Column::pair("floors", FieldType::Integer, "t.ext->>'f1'", "(t.ext->>'f1')::bigint"),
    ]);

    fn compile(json: &Value, dialect: Dialect) -> Fragment {
        let condition = Condition::parse(json, &FIELDS).unwrap();
        to_sql(&condition, &FIELDS, dialect, 3, 0).unwrap()
    }

    fn texts(json: &Value) -> (String, String) {
        (compile(json, Dialect::Sqlite).text, compile(json, Dialect::Postgres).text)
    }

    #[test]
    fn simple_tests_stand_bare_so_that_indexes_serve_them() {
        let json = json!({"all": [
            {"field": "status", "op": "in", "value": ["new", "open"]},
            {"field": "customer_id", "op": "eq", "value": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"},
            {"any": [{"field": "due_at", "op": "lt", "value": {"now": "PT1S"}}, {"field": "urgent", "op": "eq", "value": true}]},
        ]});
        let fragment = compile(&json, Dialect::Postgres);
        assert_eq!(
            fragment.text,
            "(t.status IN ($3::text, $4::text) AND t.customer_id = $5::uuid AND (t.due_at < $6::bigint OR t.urgent = $7::boolean))"
        );
        let id = [0x01, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0x7e, 0x5f, 0x8a, 0x9b, 0x0c, 0x1d, 0x2e, 0x3f, 0x4a, 0x5b];
        assert_eq!(
            fragment.binds,
            [Bind::Text("new".into()), Bind::Text("open".into()), Bind::Id(id), Bind::Int(1_000_000), Bind::Bool(true)]
        );
        assert_eq!(
            compile(&json, Dialect::Sqlite).text,
            "(t.status IN ($3, $4) AND t.customer_id = $5 AND (t.due_at < $6 OR t.urgent = $7))"
        );
    }

    #[test]
    fn negations_have_two_answers() {
        let (sqlite, postgres) = texts(&json!({"not": {"field": "note", "op": "eq", "value": "x"}}));
        assert_eq!(sqlite, "NOT coalesce(t.note = $3, false)");
        assert_eq!(postgres, "NOT coalesce(t.note = $3::text, false)");
        assert_eq!(texts(&json!({"field": "note", "op": "ne", "value": "x"})).0, "t.note IS DISTINCT FROM $3");
        assert_eq!(texts(&json!({"field": "title", "op": "ne", "value": "x"})).0, "t.title <> $3");
        assert_eq!(
            texts(&json!({"field": "note", "op": "not_in", "value": ["x", "y"]})).0,
            "(t.note IS NULL OR t.note NOT IN ($3, $4))"
        );
        assert_eq!(
            texts(&json!({"field": "status", "op": "not_in", "value": ["x", "y"]})).0,
            "t.status NOT IN ($3, $4)"
        );
    }

    #[test]
    fn wildcards_in_text_mean_themselves() {
        let fragment = compile(&json!({"field": "title", "op": "contains", "value": "50%_\\Ä"}), Dialect::Sqlite);
        assert_eq!(fragment.text, "lower(t.title) LIKE $3 ESCAPE '\\'");
        assert_eq!(fragment.binds, [Bind::Text("%50\\%\\_\\\\ä%".into())]);
    }

    #[test]
    fn tags_and_expressions_have_their_own_text_on_each_engine() {
        let (sqlite, postgres) = texts(&json!({"field": "tags", "op": "contains_all", "value": ["b", "a", "b"]}));
        assert_eq!(
            sqlite,
            "(SELECT count(DISTINCT tag.value) FROM json_each(t.tags) AS tag WHERE tag.value IN ($3, $4)) = 2"
        );
        assert_eq!(postgres, "(t.tags @> jsonb_build_array($3::text) AND t.tags @> jsonb_build_array($4::text))");
        let (sqlite, postgres) = texts(&json!({"field": "floors", "op": "gt", "value": 9}));
        assert_eq!(sqlite, "(t.ext->>'f1') > $3");
        assert_eq!(postgres, "((t.ext->>'f1')::bigint) > $3::bigint");
    }

    #[test]
    fn groups_without_conditions_are_constant() {
        assert_eq!(texts(&json!({"all": []})).0, "1 = 1");
        assert_eq!(texts(&json!({"any": [{"any": []}]})).0, "1 = 0");
    }

    #[test]
    fn values_in_rows_of_their_own_are_asked_for_there() {
        let rows = |field: &str| Rows {
            from: format!("field_index WHERE field = '{field}'"),
            record: "record_id",
            value: "value",
            owner_column: "tenant_id",
            owner: [7; 16],
            id: "id",
            lazy: field == "crew",
        };
        let map = FieldMap::new(&[]).with_rows("price", FieldType::Integer, rows("price")).with_rows(
            "crew",
            FieldType::Tags,
            rows("crew"),
        );
        let text = |json: &Value| {
            let condition = Condition::parse(json, &map).unwrap();
            to_sql(&condition, &map, Dialect::Postgres, 1, 0).unwrap()
        };
        let found = text(&json!({"field": "price", "op": "between", "value": [1, 2]}));
        assert_eq!(
            found.text,
            "id IN (SELECT record_id FROM field_index WHERE field = 'price' AND tenant_id = $1::uuid \
             AND value >= $2::double precision AND value <= $3::double precision)"
        );
        assert_eq!(found.binds, [Bind::Id([7; 16]), Bind::Number(1.0), Bind::Number(2.0)]);
        let found = text(&json!({"field": "price", "op": "ne", "value": 1}));
        assert!(found.text.starts_with("id NOT IN (SELECT record_id"), "{}", found.text);
        let found = text(&json!({"field": "crew", "op": "contains_all", "value": ["b", "a"]}));
        assert!(found.text.ends_with("GROUP BY record_id HAVING count(DISTINCT value) = 2)"), "{}", found.text);
        assert!(found.text.starts_with("EXISTS (SELECT 1 FROM field_index"), "{}", found.text);
    }

    #[test]
    fn a_map_with_other_fields_is_refused() {
        let types: &[(&str, FieldType)] = &[("status", FieldType::Text), ("gone", FieldType::Text)];
        let condition =
            |field: &str| Condition::parse(&json!({"all": [{"field": field, "op": "is_empty"}]}), types).unwrap();
        let error = to_sql(&condition("gone"), &FIELDS, Dialect::Sqlite, 1, 0).unwrap_err();
        assert_eq!((error.pointer.as_str(), error.problem), ("/all/0/field", Problem::UnknownField));
        let error = to_sql(&condition("status"), &FIELDS, Dialect::Sqlite, 1, 0).unwrap_err();
        assert_eq!(error.problem, Problem::WrongType);
    }
}
