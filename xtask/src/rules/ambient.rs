//! What must come in through arguments: clock, chance, files, network, environment (invariants 1, 5 and 9).

use crate::{
    finding::Finding,
    tree::{Tree, is_test_file, layer_and_crate},
};

const IN_ENGINES: &[(&str, &str)] = &[
    ("SystemTime", "a clock"),
    ("Instant::now", "a clock"),
    ("Timestamp::now", "a clock"),
    ("Zoned::now", "a clock"),
    ("std::fs", "files"),
    ("std::net", "the network"),
    ("std::process", "processes"),
    ("std::env", "the environment"),
    ("thread::spawn", "threads that outlive the call"),
    ("getrandom", "chance"),
    ("thread_rng", "chance"),
];

/// Engines reach for nothing outside of their arguments.
pub fn engines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        // An example is a program of its own for developers, not part of the engine.
        if !path.starts_with("engines/") || is_test_file(path) || path.contains("/examples/") {
            continue;
        }
        for (line, code) in source.code_without_tests() {
            for (word, thing) in IN_ENGINES {
                if code.contains(word) {
                    findings.push(Finding {
                        path: path.to_owned(),
                        line,
                        what: format!("an engine uses {thing}: `{word}`"),
                        why: "engines are pure, so that they can be replayed and fuzzed (invariant 1)",
                        mend:
                            "take the value as an argument; the operation that calls the engine has it in its context"
                                .into(),
                    });
                }
            }
        }
    }
    findings
}

/// Crates that read the environment besides `app`, with the reason.
const READERS: &[(&str, &str)] = &[
    ("app", "it is the one place of configuration"),
    ("xtask", "a tool of developers, not part of the product"),
    ("benches", "a tool of developers, not part of the product"),
    ("testkit", "tests are told by their runner where the PostgreSQL cluster is"),
];

/// Only `app` reads the environment.
pub fn environment(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let Some((_, name)) = layer_and_crate(path) else { continue };
        // An example is a program of its own for developers; its words after `--` are no settings.
        let example = path.contains("/examples/");
        if is_test_file(path) || example || READERS.iter().any(|(reader, _)| *reader == name) {
            continue;
        }
        for (line, code) in source.code_without_tests() {
            if ["env::var", "env::vars", "env::args", "env::set_var", "option_env!"]
                .iter()
                .any(|word| code.contains(word))
            {
                findings.push(Finding {
                    path: path.to_owned(),
                    line,
                    what: "the environment is read outside of app".into(),
                    why: "settings come from one place and are checked there (invariant 5)",
                    mend: "add the setting to app's configuration and pass it in".into(),
                });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_with_a_clock_is_found_and_its_tests_are_free() {
        let tree = Tree::of(&[(
            "engines/routing/src/lib.rs",
            "//! Routes.\nfn a() { let t = std::time::Instant::now(); }\n#[cfg(test)]\nmod tests { fn b() { std::time::Instant::now(); } }\n",
        )]);
        let findings = engines(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
    }

    #[test]
    fn the_environment_belongs_to_app() {
        let text = "//! x\nfn a() { std::env::var(\"A\"); }\n";
        let tree = Tree::of(&[("app/src/main.rs", text), ("domains/tickets/src/lib.rs", text)]);
        let findings = environment(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "domains/tickets/src/lib.rs");
    }
}
