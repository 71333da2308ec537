//! Where SQL may stand, and whose tables it may write (invariants 3 and 4).

use std::collections::BTreeMap;

use crate::{
    finding::Finding,
    rules::migrations::{created_tables, words_of},
    tree::{Tree, is_test_file, layer_and_crate},
};

/// SQL stands in `store.rs` (or `store/…`) of a domain, in its migrations, and in the platform.
pub fn places(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let Some((layer, _)) = layer_and_crate(path) else { continue };
        // The rules engine writes fragments, never statements; tools talk to raw databases to measure the machine.
        if matches!(layer, "platform" | "benches" | "xtask") || is_test_file(path) || is_store(path) {
            continue;
        }
        for literal in source.literals_without_tests() {
            if is_statement(&literal.text) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: literal.line,
                    what: format!("SQL outside of a store: \"{}\"", excerpt(&literal.text)),
                    why: "all SQL of a domain is read and changed in one file (invariant 4)",
                    mend: "make it a function in the domain's store.rs and call that".into(),
                });
            }
        }
    }
    findings
}

/// A domain never writes another's tables.
pub fn foreign_writes(tree: &Tree) -> Vec<Finding> {
    let mut owner: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in tree.ending(".sql") {
        if let Some((_, name)) = layer_and_crate(path) {
            for table in created_tables(text) {
                owner.insert(table.name, name.to_owned());
            }
        }
    }
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let Some(("domains", name)) = layer_and_crate(path) else { continue };
        if is_test_file(path) {
            continue;
        }
        for literal in source.literals_without_tests() {
            for table in written(&literal.text) {
                if owner.get(&table).is_some_and(|owner| owner != name) {
                    findings.push(Finding {
                        path: path.to_owned(),
                        line: literal.line,
                        what: format!("{name} writes the table {table} of {}", owner[&table]),
                        why: "a domain's rules hold only if nobody writes past them (invariant 3)",
                        mend: format!("call a function of {} that takes the transaction", owner[&table]),
                    });
                }
            }
        }
    }
    findings
}

fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || path.contains("/store/")
}

/// Whether the text is a statement, and not a sentence that begins with the same word.
fn is_statement(text: &str) -> bool {
    let words = words_of(text);
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    // Prose begins with one capital letter: "Select a customer from the list". Statements are written in one case.
    let mut letters = text.trim_start().chars();
    if letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase) {
        return false;
    }
    match word(0) {
        "select" => {
            words.iter().any(|word| word == "from") && (text.contains('$') || text.contains(',') || text.contains('*'))
        }
        "insert" => word(1) == "into",
        "update" => word(2) == "set",
        "delete" => word(1) == "from" && words.len() > 2,
        "with" => words.iter().any(|word| word == "select") && words.iter().any(|word| word == "as"),
        "create" | "drop" | "alter" => matches!(word(1), "table" | "index") && words.len() > 2,
        _ => false,
    }
}

/// Tables a statement writes.
fn written(text: &str) -> Vec<String> {
    let words = words_of(text);
    let mut tables = Vec::new();
    for at in 0..words.len() {
        let word = |offset: usize| words.get(at + offset).map_or("", String::as_str);
        if let ("insert", "into", table) | ("delete", "from", table) | ("update", table, "set") =
            (word(0), word(1), word(2))
        {
            tables.push(table.to_owned());
        }
    }
    tables
}

fn excerpt(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    if line.len() < text.len() { format!("{line}…") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: (&str, &str) = (
        "domains/tickets/migrations/0001_tickets.sql",
        "create table tickets (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));",
    );

    #[test]
    fn a_statement_outside_of_a_store_is_found() {
        let text = "//! x\nconst A: &str = \"select id, title from tickets where tenant_id = $1\";\n";
        let tree = Tree::of(&[("domains/tickets/src/ops/list.rs", text), ("domains/tickets/src/store.rs", text)]);
        let findings = places(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].path.as_str(), findings[0].line), ("domains/tickets/src/ops/list.rs", 2));
    }

    #[test]
    fn prose_is_not_a_statement() {
        for prose in
            ["Select a customer from the list, please", "update the ticket", "delete from", "with a view", "select one"]
        {
            assert!(!is_statement(prose), "{prose}");
        }
        for statement in [
            "insert into t values ($1)",
            "UPDATE t SET a = 1",
            "delete from t where a = $1",
            "with x as (select 1) select * from x",
        ] {
            assert!(is_statement(statement), "{statement}");
        }
    }

    #[test]
    fn a_domain_writes_only_its_own_tables() {
        let text = "//! x\nconst A: &str = \"update tickets set title = $2 where tenant_id = $1\";\n";
        let tree =
            Tree::of(&[MIGRATION, ("domains/tickets/src/store.rs", text), ("domains/visits/src/store.rs", text)]);
        let findings = foreign_writes(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "domains/visits/src/store.rs");
    }
}
