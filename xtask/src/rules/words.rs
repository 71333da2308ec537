//! Unfinished work and tests that do not run.

use crate::{
    finding::Finding,
    tree::{Tree, is_rust},
};

// Written in two pieces, so that this file does not find itself.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("HA", "CK"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
];
const SKIPPED: &[&str] = &[
    concat!("#[ig", "nore"),
    concat!(".sk", "ip("),
    concat!(".on", "ly("),
    concat!("test.fix", "me"),
    concat!("it.to", "do"),
    concat!("xi", "t("),
];

fn is_source(path: &str) -> bool {
    [".rs", ".ts", ".tsx", ".mjs", ".sql", ".toml", ".md"].iter().any(|end| path.ends_with(end))
}

/// Marks of unfinished work.
pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    search(
        tree,
        UNFINISHED,
        "unfinished work",
        "main is always whole; what is left out is said in an issue, not in the code",
        "finish it, or leave it out",
    )
}

/// Tests that do not run.
pub fn skipped(tree: &Tree) -> Vec<Finding> {
    search(
        tree,
        SKIPPED,
        "a test that does not run",
        "a test that never runs proves nothing",
        "make it pass, or delete it with its reason in the commit",
    )
}

fn search(tree: &Tree, words: &[&str], what: &str, why: &'static str, mend: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| is_source(path)) {
        for (index, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| stands_alone(line, word)) {
                // `iterator.skip(n)` is Rust; only test frameworks of the web call it on a test.
                if is_rust(path) && word.starts_with('.') {
                    continue;
                }
                findings.push(Finding {
                    path: path.to_owned(),
                    line: index + 1,
                    what: format!("{what}: `{word}`"),
                    why,
                    mend: mend.to_owned(),
                });
            }
        }
    }
    findings
}

/// Whether `word` stands in the line and is no part of a longer word.
fn stands_alone(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_end = word.ends_with('(') || !word.ends_with(is_letter);
        !(word.starts_with(is_letter) && before.is_some_and(is_letter)) && (open_end || !after.is_some_and(is_letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found_and_other_words_are_not() {
        let mark = format!("// {}: later\n", UNFINISHED[0]);
        let tree = Tree::of(&[("app/src/a.rs", &mark), ("app/src/b.rs", "// MASTODON_TODOS\nlet exit = edit(1);\n")]);
        let findings = unfinished(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "app/src/a.rs");
    }

    #[test]
    fn a_skipped_test_is_found_in_both_languages() {
        let rust = format!("{}]\nfn a() {{ b.iter().skip(1) }}\n", SKIPPED[0]);
        let web = format!("test{}'x')\nexit(1)\n", SKIPPED[1]);
        let tree = Tree::of(&[("app/src/a.rs", &rust), ("web/src/a.test.ts", &web)]);
        let places: Vec<(String, usize)> =
            skipped(&tree).into_iter().map(|finding| (finding.path, finding.line)).collect();
        assert_eq!(places, [("app/src/a.rs".to_owned(), 1), ("web/src/a.test.ts".to_owned(), 1)]);
    }
}
