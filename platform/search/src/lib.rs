//! Text search over every object, Chinese of one or two characters included.
//!
//! Text is squeezed (compatibility forms unified, lower case, no spaces or punctuation) and cut into
//! grams; a query's grams find candidates, and the squeezed text itself decides. Documents follow the
//! event stream in batches, so that no request pays for its index. Numbers, serials and phones are
//! looked up exactly by their domains first.

mod document;
mod indexer;
mod query;
mod store;
mod text;

pub use document::Document;
pub use indexer::{Indexed, Indexer, put};
pub use query::{Hit, LARGEST, condition, found, hits, ids};
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
