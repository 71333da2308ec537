//! Tables and indexes: the tenant stands first in every key (invariant 7).

use crate::{
    finding::Finding,
    tree::{Tree, layer_and_crate},
};

/// Tables and indexes that are allowed not to begin with the tenant, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "events",
        "an append-only stream in commit order; its readers cross tenants and its own indexes begin with the tenant",
    ),
    ("events_xid_seq", "the stream is followed once for all tenants"),
    ("search_documents", "on SQLite the row number of the gram index is its key; its other keys begin with the tenant"),
    (
        "search_grams",
        "tenant and object are the first gram; found rows are read through search_documents, which has the wall",
    ),
    ("search_grams_grams", "the same"),
    ("search_entries_xid_change", "every node follows the documents of all tenants once for its own index"),
    ("tenants_slug", "sign-in finds the company by its short name before there is a tenant"),
    ("users_login_anywhere", "sign-in without a company finds the companies a login belongs to"),
    ("devices_qr_token", "a scanned code finds its device before there is a tenant"),
    ("jobs_run_at", "workers lease what is due, of all tenants"),
    ("jobs_lease_until", "workers take back lapsed leases, of all tenants"),
    ("process_timers_due", "timers that are due are looked for once, for all tenants"),
];

/// Whether the name stands in the list above.
fn excepted(name: &str) -> bool {
    EXCEPTIONS.iter().any(|(known, _)| *known == name)
}

const WHY: &str = "rows of companies never mix, and PostgreSQL can be sharded by tenant (invariant 7)";

/// A `create table` in a migration.
#[derive(Debug)]
pub struct Table {
    /// Line of the statement, from 1.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// The words between the brackets, with brackets and commas as words of their own.
    pub body: Vec<String>,
}

/// Every table has a tenant, first in its primary key.
pub fn tables(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in migrations(tree) {
        for table in created_tables(text) {
            if excepted(&table.name) {
                continue;
            }
            let mut report = |what: String, mend: &str| {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: table.line,
                    what,
                    why: WHY,
                    mend: mend.to_owned(),
                });
            };
            if !table.body.iter().any(|word| word == "tenant_id") {
                report(
                    format!("table {} has no tenant_id", table.name),
                    "add `tenant_id uuid not null` as the first column, or the table with its reason to EXCEPTIONS in xtask",
                );
            } else if !has(&table.body, &["primary", "key", "(", "tenant_id"]) {
                report(
                    format!("the primary key of {} does not begin with tenant_id", table.name),
                    "write `primary key (tenant_id, id)`",
                );
            }
            for at in 0..table.body.len() {
                if table.body[at] == "unique"
                    && table.body.get(at + 1).is_some_and(|word| word == "(")
                    && table.body.get(at + 2).is_none_or(|word| word != "tenant_id")
                {
                    report(
                        format!("a unique key of {} does not begin with tenant_id", table.name),
                        "put tenant_id first",
                    );
                }
            }
        }
    }
    findings
}

/// Every index begins with the tenant and is named after its table.
pub fn indexes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in migrations(tree) {
        for (line, words) in statements(text) {
            let Some(at) = words.iter().take(3).position(|word| word == "index") else { continue };
            if words.first().is_none_or(|word| word != "create") {
                continue;
            }
            let rest: Vec<&str> =
                words[at + 1..].iter().map(String::as_str).filter(|w| !matches!(*w, "if" | "not" | "exists")).collect();
            let (Some(name), Some(table)) = (rest.first(), rest.get(2)) else { continue };
            let first = rest
                .iter()
                .position(|word| *word == "(")
                .and_then(|open| rest.get(open + 1))
                .copied()
                .unwrap_or_default();
            if first != "tenant_id" && !excepted(name) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line,
                    what: format!("index {name} begins with {first}, not tenant_id"),
                    why: WHY,
                    mend: format!("write `on {table} (tenant_id, {first} …)`, or add the index with its reason to EXCEPTIONS in xtask"),
                });
            }
            if !name.starts_with(table) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line,
                    what: format!("index {name} is not named after its table {table}"),
                    why: "errors name the index, and people find its table by it",
                    mend: format!("name it {table}_<columns>"),
                });
            }
        }
    }
    findings
}

fn migrations(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending(".sql").filter(|(path, _)| {
        path.contains("/migrations/")
            && layer_and_crate(path).is_some_and(|(layer, _)| matches!(layer, "domains" | "platform"))
    })
}

/// The tables a migration creates; virtual ones belong to the text search and have no keys.
pub fn created_tables(text: &str) -> Vec<Table> {
    statements(text)
        .into_iter()
        .filter_map(|(line, words)| {
            let at = words.iter().take(4).position(|word| word == "table")?;
            if words[0] != "create" || words.iter().take(at).any(|word| word == "virtual" || word == "temporary") {
                return None;
            }
            let mut rest = words[at + 1..].iter().filter(|word| !matches!(word.as_str(), "if" | "not" | "exists"));
            let name = rest.next()?.clone();
            let open = words.iter().position(|word| word == "(")?;
            Some(Table { line, name, body: words[open + 1..].to_vec() })
        })
        .collect()
}

/// Statements of an SQL text as words with their first line; function bodies between `$$` are skipped.
fn statements(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut out = Vec::new();
    let mut current: Vec<String> = Vec::new();
    let mut begun = 1;
    let mut in_body = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.split("--").next().unwrap_or_default();
        for (part, piece) in line.split("$$").enumerate() {
            if part > 0 {
                in_body = !in_body;
            }
            if in_body {
                continue;
            }
            for (chunk, bit) in piece.split(';').enumerate() {
                if chunk > 0 && !current.is_empty() {
                    out.push((begun, std::mem::take(&mut current)));
                }
                let words = words_of(bit);
                if current.is_empty() && !words.is_empty() {
                    begun = index + 1;
                }
                current.extend(words);
            }
        }
    }
    if !current.is_empty() {
        out.push((begun, current));
    }
    out
}

/// Lower-case words, with brackets and commas as words of their own.
pub fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' || c == '$' {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(c, '(' | ')' | ',') {
            words.push(c.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn has(words: &[String], run: &[&str]) -> bool {
    words.windows(run.len()).any(|window| window.iter().zip(run).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "domains/tickets/migrations/0001_tickets.sql";

    fn what(sql: &str, rule: fn(&Tree) -> Vec<Finding>) -> Vec<String> {
        rule(&Tree::of(&[(PATH, sql)]))
            .into_iter()
            .map(|finding| format!("{}: {}", finding.line, finding.what))
            .collect()
    }

    #[test]
    fn a_table_begins_with_its_tenant() {
        let good = "create table a (\n tenant_id uuid not null, id uuid not null,\n primary key (tenant_id, id),\n unique (tenant_id, name)\n);";
        assert!(what(good, tables).is_empty());
        assert_eq!(what("-- a\ncreate table a (id uuid primary key);", tables), ["2: table a has no tenant_id"]);
        assert_eq!(
            what("create table a (tenant_id uuid, id uuid, primary key (id, tenant_id));", tables),
            ["1: the primary key of a does not begin with tenant_id"]
        );
        assert_eq!(
            what("create table a (tenant_id uuid, id uuid, primary key (tenant_id, id), unique (name));", tables),
            ["1: a unique key of a does not begin with tenant_id"]
        );
    }

    #[test]
    fn an_index_begins_with_the_tenant_and_is_named_after_its_table() {
        assert!(what("create unique index a_name on a (tenant_id, lower(name)) where name <> '';", indexes).is_empty());
        assert!(what("create index a_grams on a using gin (tenant_id, grams);", indexes).is_empty());
        assert_eq!(
            what("create table x (tenant_id uuid);\ncreate index a_name on a (name);", indexes),
            ["2: index a_name begins with name, not tenant_id"]
        );
        assert_eq!(
            what("create index by_name on a (tenant_id, name);", indexes),
            ["1: index by_name is not named after its table a"]
        );
    }

    #[test]
    fn functions_and_comments_are_not_statements() {
        let sql = "-- create table a (id uuid);\ncreate function f() returns trigger as $$\nbegin create table b (id uuid); end $$;\n";
        assert!(created_tables(sql).is_empty());
    }
}
