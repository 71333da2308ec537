//! Field catalogues and forms: what a record may hold, checked alike on the server and in the browser.
//!
//! A [`Catalogue`] describes the fields of an object: standard fields it wants to show, and the users' own. A [`Form`]
//! shows some of them to one kind of people. [`accept`] turns what somebody sent into a record that may be stored, or says
//! what is wrong with it; `web/src/shared/forms.ts` gives the same answers, and the vectors in `vectors/forms.json` hold
//! the two together ([`vectors`]). [`json_schema`] publishes the same rules for other programs, [`convert`] previews what a
//! change of a field's type does to its values.
//!
//! # Values
//!
//! A record is a JSON object of values by field id. What is empty (null, an empty text, an empty list) is left out.
//!
//! | kind | value in a record | [`rules::FieldType`] |
//! |---|---|---|
//! | `text`, `barcode` | one line of text | `text` |
//! | `long_text`, `rich_text` | text with line breaks; rich text is Markdown | `text` |
//! | `integer`, `rating` | whole number within ±(2⁵³ − 1) | `integer` |
//! | `money` | whole number of minor units of the field's currency | `integer` |
//! | `duration` | whole number of seconds, 0 or more | `integer` |
//! | `decimal`, `percent` | number with at most `scale` decimals; 12.5 is 12.5 % | `number` |
//! | `date` | `YYYY-MM-DD` | `date` |
//! | `time` | `HH:MM` | `text` |
//! | `date_time` | RFC 3339 in UTC, such as `2026-03-01T08:30:00Z` | `time` |
//! | `boolean` | true or false | `boolean` |
//! | `choice` | an option's id | `choice` |
//! | `choices` | list of options' ids | `tags` |
//! | `region` | six digits of GB/T 2260 | `text` |
//! | `person`, `team`, `signature` | UUID; a signature is a file | `id` |
//! | `relation`, `attachment`, `image`, `media` | UUID, or a list of them when `many` | `id` or `tags` |
//! | `location` | `{"lat", "lng", "system", "address"?}` in degrees | none |
//! | `phone` | digits, after `+` when abroad, with `x` and digits for an extension | `text` |
//! | `email`, `url` | text | `text` |
//! | `id_number` | 18 characters of GB 11643 | `text` |
//! | `sub_table` | list of objects by column id | none |
//! | `auto_number` | text, made by the server | `text` |
//! | `formula`, `look_up` | worked out by the server ([`compute`]) | as their `result` |
//! | `roll_up` | number, worked out by the server | `number` |
//! | `system` | who or when, kept by the server | `id` or `time` |

mod accept;
mod catalogue;
mod check;
mod convert;
mod currency;
mod form;
mod formula;
mod kind;
mod order;
mod pattern;
mod problem;
mod regions;
mod rows;
mod schema;
mod text;
mod value;
pub mod vectors;

pub use accept::{Accepted, FormScope, accept};
pub use catalogue::{Catalogue, Field, Label};
pub use check::Defect;
pub use convert::{CannotConvert, Converted, convert};
pub use currency::digits as currency_digits;
pub use form::{Channel, Form, Item, Layout, Part, Section};
pub use formula::{FieldFault, compute, defaults, needs_made, outcome, types, wider};
pub use kind::*;
pub use problem::{Problem, Wrong};
pub use regions::{region_name, regions_named};
pub use schema::json_schema;

/// A JSON object: a record, or what was sent for one.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// The most fields of an object.
pub const MAX_FIELDS: usize = 300;

/// The most filterable fields of an object.
pub const MAX_FILTERABLE: usize = 20;

/// The most options of a choice.
pub const MAX_OPTIONS: usize = 500;

/// The most columns of a sub-table.
pub const MAX_COLUMNS: usize = 40;

/// The most rows of a sub-table.
pub const MAX_ROWS: u32 = 500;

/// The most bytes of a record as JSON.
pub const MAX_RECORD_BYTES: usize = 65_536;

/// The most ids in a list of people, records or files.
pub const MAX_IDS: usize = 100;

/// The longest one-line text where the field sets no smaller limit, in characters.
pub const MAX_LINE: u32 = 500;

/// The longest text with line breaks where the field sets no smaller limit, in characters.
pub const MAX_LONG_TEXT: u32 = 20_000;

/// The most groups of fields that are unique together.
pub const MAX_GROUPS: usize = 5;

/// The most fields of such a group.
pub const MAX_GROUP: usize = 5;

/// The longest formula or pattern, in characters.
pub const MAX_EXPRESSION: usize = 2_000;
