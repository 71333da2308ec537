//! The condition tree: one filter language, compiled to SQL and evaluated in memory.
//!
//! Conditions are data. Lists, data scopes, rules, prices and forms all say *which records* with the same tree, and three
//! readers answer alike: SQL on SQLite and PostgreSQL ([`to_sql`]), Rust ([`evaluate`]) and TypeScript
//! (`web/src/shared/conditions.ts`). The vectors in `vectors/conditions.json` hold the three together ([`vectors`]).
//!
//! # The tree
//!
//! A condition is a JSON object of exactly one of these shapes, and nothing else may stand in it:
//!
//! | shape | true when |
//! |---|---|
//! | `{"all": [conditions]}` | every one is true; an empty list is true |
//! | `{"any": [conditions]}` | at least one is true; an empty list is false |
//! | `{"not": condition}` | it is false |
//! | `{"field": "status", "op": "eq", "value": "open"}` | the field's value meets the test |
//!
//! Fields are named by stable id and have a [`FieldType`]. Which operators a type has, and what their value is:
//!
//! | type | a value in JSON | operators |
//! |---|---|---|
//! | `text` | text | `eq` `ne` `in` `not_in` `contains` `starts_with` `is_empty` `is_not_empty` |
//! | `choice` | text, the choice's id | `eq` `ne` `in` `not_in` `is_empty` `is_not_empty` |
//! | `id` | UUID with hyphens | `eq` `ne` `in` `not_in` `is_empty` `is_not_empty` |
//! | `boolean` | true or false | `eq` `ne` `is_empty` `is_not_empty` |
//! | `integer` | whole number within ±(2⁵³ − 1) | `eq` `ne` `lt` `le` `gt` `ge` `between` `in` `not_in` `is_empty` `is_not_empty` |
//! | `number` | number | as integer |
//! | `time` | RFC 3339 with up to 6 decimals, such as `2026-03-01T08:30:00Z`, or a relative time | as integer |
//! | `date` | `YYYY-MM-DD`, or a relative time | as integer |
//! | `tags` | (list of texts) | `contains_any` `contains_all` `is_empty` `is_not_empty` |
//!
//! `in`, `not_in`, `contains_any` and `contains_all` take a list of 1 to 500 values, `between` a list of two, both
//! included. `is_empty` and `is_not_empty` take no value. All others take one.
//!
//! `eq`, `in` and the tag operators compare exactly. `contains` and `starts_with` compare lower-cased text ([`lower`]).
//!
//! A relative time is `{"now": "-PT2H"}`: an ISO 8601 duration of days (of 24 hours), hours, minutes and seconds, added to
//! the instant the caller passes in ([`Now`]). For a `date` it is the local date of that instant.
//!
//! # Missing values
//!
//! There are two answers, true and false, never a third. A field that the record doesn't have, null, or a value of another
//! type is *missing*. For a missing value `ne`, `not_in` and `is_empty` are true and every other operator is false; `not`
//! turns that round like any other answer. An empty text or choice and an empty list of tags are empty, yet not missing.
//!
//! # Limits
//!
//! Trees are at most [`MAX_DEPTH`] deep (a single test is 1 deep) with at most [`MAX_CONDITIONS`] tests and empty groups,
//! [`MAX_LIST`] values in one list and [`MAX_VALUES`] in all, and texts of at most [`MAX_TEXT`] characters. What breaks a
//! limit, names no field or doesn't fit its type is a [`RuleError`] with a JSON pointer to the wrong node.

mod condition;
mod error;
mod evaluate;
mod field;
mod moment;
mod operand;
mod sql;
pub mod vectors;

pub use condition::Condition;
pub use error::{Problem, RuleError};
pub use evaluate::{Fields, evaluate};
pub use field::{Column, FieldMap, FieldType, FieldValue, Rows, Types, lower};
pub use moment::Now;
pub use sql::{Bind, Dialect, Fragment, to_sql};

/// The deepest nesting of a tree.
pub const MAX_DEPTH: usize = 8;

/// The most tests in a tree, empty groups counted as one each.
pub const MAX_CONDITIONS: usize = 200;

/// The most values in one list.
pub const MAX_LIST: usize = 500;

/// The most values in all lists of a tree together; databases bound the values of one statement.
pub const MAX_VALUES: usize = 5000;

/// The longest text in a condition, in characters.
pub const MAX_TEXT: usize = 1000;
