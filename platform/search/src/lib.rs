//! Text search over every object, Chinese of one or two characters included.
//!
//! Lists are searched in the database: text is squeezed (compatibility forms unified, lower case, no spaces or
//! punctuation) and cut into grams; a query's grams find candidates, and the squeezed text itself decides. Documents
//! follow the event stream in batches, so that no request pays for its index. Numbers, serials and phones are looked up
//! exactly by their domains first.
//!
//! The box over everything is searched in an [`Index`] that each node keeps in its own folder. It follows the entries,
//! which are written beside the documents: ranked, tolerant of typing errors, found by pinyin, counted by kind. Whatever
//! is wrong with it, it is made again from the entries.

mod alike;
mod document;
mod fields;
mod find;
mod highlight;
mod index;
mod indexer;
mod listed;
mod query;
mod rebuild;
mod shown;
mod sound;
mod store;
mod text;
mod words;

pub use document::Document;
pub use find::{Asked, Findings, Located, MOST, Reach};
pub use highlight::{Highlight, Piece};
pub use index::{Index, Progress, SearchError};
pub use indexer::{Indexed, Indexer, put};
pub use listed::{Hit, LARGEST, condition, found, hits, ids};
pub use rebuild::{Rebuild, rebuild_job};
pub use shown::{Shown, shown};
pub use text::squeeze;

/// The structure of the index.
pub fn migrations() -> Vec<db::Migration> {
    vec![
        db::migration!(
            "search",
            1,
            "search",
            "../migrations/0001_search.sqlite.sql",
            "../migrations/0001_search.postgres.sql"
        ),
        db::migration!(
            "search",
            2,
            "merge",
            "../migrations/0002_merge.sqlite.sql",
            "../migrations/0002_merge.postgres.sql"
        ),
        db::migration!(
            "search",
            3,
            "entries",
            "../migrations/0003_entries.sqlite.sql",
            "../migrations/0003_entries.postgres.sql"
        ),
    ]
}
