//! Who may import whom (invariants 1, 2 and 3).

use std::collections::BTreeMap;

use crate::{
    finding::Finding,
    tree::{Tree, layer_and_crate},
};

/// Domains in import order: each may import only those before it.
pub const DOMAINS: &[&str] = &[
    "identity",
    "objects",
    "views",
    "files",
    "customers",
    "products",
    "devices",
    "contracts",
    "orders",
    "processes",
    "channels",
    "tickets",
    "workforce",
    "inventory",
    "visits",
    "dispatch",
    "finance",
    "surveys",
    "connect",
    "insight",
    "desk",
];

/// Crates an engine may never see: they do input, output, threads of their own, or bring chance.
const IMPURE: &[&str] = &[
    "tokio",
    "tokio-postgres",
    "tokio-stream",
    "rusqlite",
    "postgres-types",
    "axum",
    "reqwest",
    "http-body-util",
    "tower",
    "tower-http",
    "object_store",
    "fs4",
    "rand",
    "lettre",
    "tracing-subscriber",
    "kernel",
];

/// Domains that speak to outside systems, and so may import connectors.
const SPEAKERS: &[&str] = &["channels", "connect"];

const WHY_ENGINE: &str = "engines are pure: data in, data out (invariant 1)";
const WHY_PLATFORM: &str = "the platform carries domains and engines, and so cannot know them (invariant 2)";
const WHY_KERNEL: &str = "everything imports the kernel, so it imports nothing of ours (invariant 2)";
const WHY_DOMAIN: &str = "a domain imports only those before it; effects upward travel as events (invariant 3)";
const WHY_CONNECTOR: &str = "a connector is protocol and client of an outside system, and knows nothing of ours";
const WHY_SPEAKER: &str =
    "only channels and connect speak to outside systems; others leave a message or a job (invariant 3)";
const WHY_TOOL: &str = "tools see the product from outside, as its users do";

/// `[dependencies]` of every crate. The tests of a domain may use a later one, to see what it makes of the events.
pub fn manifests(tree: &Tree) -> Vec<Finding> {
    let crates = crates(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.ending("/Cargo.toml") {
        let Some((layer, name)) = layer_and_crate(path) else { continue };
        for (line, dependency, for_tests) in dependencies(text) {
            if dependency == name {
                continue;
            }
            if let Some(why) = forbidden(&crates, layer, name, &dependency, for_tests) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line,
                    what: format!("{layer}/{name} depends on {dependency}"),
                    why,
                    mend: "move the code down to a crate both may import, take the value as an argument, or react to an event".into(),
                });
            }
        }
    }
    findings
}

/// `use other::…` and `other::path` in sources, for what a manifest alone would not show (renamed or transitive crates).
pub fn imports(tree: &Tree) -> Vec<Finding> {
    let crates = crates(tree);
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let Some((layer, name)) = layer_and_crate(path) else { continue };
        if crate::tree::is_test_file(path) {
            continue;
        }
        for (line, code) in source.code_without_tests() {
            let Some(import) =
                code.trim_start().strip_prefix("use ").or_else(|| code.trim_start().strip_prefix("pub use "))
            else {
                continue;
            };
            let first: String =
                import.trim_start_matches("::").chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let dependency = first.replace('_', "-");
            let dependency = if crates.contains_key(dependency.as_str()) { dependency } else { first };
            if dependency == name || !import.contains("::") && !crates.contains_key(dependency.as_str()) {
                continue;
            }
            if let Some(why) = forbidden(&crates, layer, name, &dependency, false) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line,
                    what: format!("{layer}/{name} imports {dependency}"),
                    why,
                    mend: "move the code down to a crate both may import, take the value as an argument, or react to an event".into(),
                });
            }
        }
    }
    findings
}

/// Our crates: package name → (layer, folder).
fn crates(tree: &Tree) -> BTreeMap<String, (String, String)> {
    let mut crates = BTreeMap::new();
    for (path, text) in tree.ending("/Cargo.toml") {
        if let Some((layer, folder)) = layer_and_crate(path) {
            let package = text
                .lines()
                .find_map(|line| line.strip_prefix("name = \""))
                .map_or(folder, |rest| rest.trim_end_matches('"'));
            crates.insert(package.to_owned(), (layer.to_owned(), folder.to_owned()));
        }
    }
    crates
}

/// Why `layer/name` may not depend on `dependency`, if it may not.
fn forbidden(
    crates: &BTreeMap<String, (String, String)>,
    layer: &str,
    name: &str,
    dependency: &str,
    for_tests: bool,
) -> Option<&'static str> {
    let ours = crates.get(dependency).map(|(layer, folder)| (layer.as_str(), folder.as_str()));
    match (layer, ours) {
        ("engines", Some(("engines", _))) => None,
        ("engines", Some(_)) => Some(WHY_ENGINE),
        ("engines", None) => (IMPURE.contains(&dependency) && !for_tests).then_some(WHY_ENGINE),
        ("platform", Some(_)) if name == "kernel" => Some(WHY_KERNEL),
        ("platform", Some((to, _))) => (to != "platform").then_some(WHY_PLATFORM),
        ("connectors", Some((to, folder))) => (to != "connectors" && folder != "testkit").then_some(WHY_CONNECTOR),
        ("domains", Some(("domains", folder))) => (rank(folder) >= rank(name) && !for_tests).then_some(WHY_DOMAIN),
        ("domains", Some(("connectors", _))) => (!SPEAKERS.contains(&name)).then_some(WHY_SPEAKER),
        ("domains", Some(("app" | "xtask" | "benches", _))) => Some(WHY_DOMAIN),
        ("xtask" | "benches", Some(_)) => Some(WHY_TOOL),
        _ => None,
    }
}

/// The place in the import order; an unknown domain stands last, and so may not be imported by any.
fn rank(domain: &str) -> usize {
    DOMAINS.iter().position(|known| *known == domain).unwrap_or(DOMAINS.len())
}

/// Dependencies of a manifest: line, name, and whether only tests use it.
fn dependencies(text: &str) -> Vec<(usize, String, bool)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            line.trim_matches(['[', ']']).clone_into(&mut section);
        } else if section.ends_with("dependencies") && !line.is_empty() && !line.starts_with('#') {
            let name: String = line.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            if !name.is_empty() {
                found.push((index + 1, name, section.contains("dev-")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &'static str, name: &str, dependencies: &str) -> (&'static str, String) {
        (path, format!("[package]\nname = \"{name}\"\n\n[dependencies]\n{dependencies}\n"))
    }

    fn found(files: &[(&str, String)]) -> Vec<String> {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        manifests(&Tree::of(&files)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_domain_may_import_an_earlier_one_and_not_a_later_one() {
        let good = [
            manifest("domains/customers/Cargo.toml", "customers", ""),
            manifest("domains/tickets/Cargo.toml", "tickets", "customers.workspace = true"),
        ];
        assert!(found(&good).is_empty());
        let bad = [
            manifest("domains/customers/Cargo.toml", "customers", "tickets.workspace = true"),
            manifest("domains/tickets/Cargo.toml", "tickets", ""),
        ];
        assert_eq!(found(&bad), ["domains/customers depends on tickets"]);
    }

    #[test]
    fn a_domain_that_is_not_in_the_order_may_not_be_imported() {
        let files = [
            manifest("domains/desk/Cargo.toml", "desk", "novelty.workspace = true"),
            manifest("domains/novelty/Cargo.toml", "novelty", ""),
        ];
        assert_eq!(found(&files).len(), 1);
    }

    #[test]
    fn the_platform_imports_no_domain_and_no_engine() {
        let files = [
            manifest("platform/db/Cargo.toml", "db", "rules.workspace = true\nkernel.workspace = true"),
            manifest("platform/kernel/Cargo.toml", "kernel", ""),
            manifest("engines/rules/Cargo.toml", "rules", ""),
        ];
        assert_eq!(found(&files), ["platform/db depends on rules"]);
    }

    #[test]
    fn the_kernel_imports_nothing_of_ours() {
        let files = [
            manifest("platform/kernel/Cargo.toml", "kernel", "db.workspace = true"),
            manifest("platform/db/Cargo.toml", "db", ""),
        ];
        assert_eq!(found(&files), ["platform/kernel depends on db"]);
    }

    #[test]
    fn an_engine_has_no_runtime_and_no_chance() {
        let files =
            [manifest("engines/calendar/Cargo.toml", "calendar", "tokio.workspace = true\njiff.workspace = true")];
        assert_eq!(found(&files), ["engines/calendar depends on tokio"]);
    }

    #[test]
    fn a_connector_and_a_tool_know_nothing_of_ours() {
        let files = [
            manifest("connectors/sms/Cargo.toml", "sms", "db.workspace = true"),
            manifest("benches/Cargo.toml", "benches", "db.workspace = true"),
            manifest("platform/db/Cargo.toml", "db", ""),
        ];
        assert_eq!(found(&files).len(), 2);
    }

    #[test]
    fn only_the_domains_that_speak_to_the_outside_import_connectors() {
        let files = [
            manifest("domains/channels/Cargo.toml", "channels", "sms.workspace = true"),
            manifest("domains/tickets/Cargo.toml", "tickets", "sms.workspace = true"),
            manifest("connectors/sms/Cargo.toml", "sms", ""),
        ];
        assert_eq!(found(&files), ["domains/tickets depends on sms"]);
    }

    #[test]
    fn an_import_in_a_source_is_seen_too() {
        let tree = Tree::of(&[
            ("platform/http/Cargo.toml", "[package]\nname = \"http-api\"\n"),
            ("engines/rules/Cargo.toml", "[package]\nname = \"rules\"\n"),
            ("engines/rules/src/lib.rs", "//! Rules.\nuse http_api::Problem;\n// use http_api::App;\nuse std::fmt;\n"),
        ]);
        let findings = imports(&tree);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].line, 2);
    }
}
