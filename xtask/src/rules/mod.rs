//! The rules, each one function from the tree to what is wrong in it.

mod ambient;
mod docs;
mod layers;
mod manifests;
mod migrations;
mod places;
mod shape;
mod sql;
mod words;

use crate::{finding::Finding, tree::Tree};

/// A rule: reads the tree, returns what breaks it.
pub type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule, by name.
pub const RULES: &[(&str, Rule)] = &[
    ("layers: manifests", layers::manifests),
    ("layers: imports", layers::imports),
    ("ambient: engines", ambient::engines),
    ("ambient: environment", ambient::environment),
    ("sql: places", sql::places),
    ("sql: foreign writes", sql::foreign_writes),
    ("migrations: tables", migrations::tables),
    ("migrations: indexes", migrations::indexes),
    ("shape: length", shape::length),
    ("shape: opening", shape::opening),
    ("shape: names", shape::names),
    ("words: unfinished", words::unfinished),
    ("words: tests that do not run", words::skipped),
    ("places: hosts and paths", places::hosts_and_paths),
    ("places: lock files", places::lock_files),
    ("manifests: versions", manifests::versions),
    ("manifests: lints", manifests::lints),
    ("manifests: reasons", manifests::reasons),
    ("docs: both languages", docs::both_languages),
    ("docs: links", docs::links),
];

/// Everything that is wrong.
pub fn check(tree: &Tree) -> Vec<Finding> {
    RULES.iter().flat_map(|(_, rule)| rule(tree)).collect()
}
