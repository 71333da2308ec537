//! Cargo manifests: versions in one place, the same lints everywhere, a reason for every dependency.

use crate::{
    finding::Finding,
    tree::{Tree, layer_and_crate},
};

const REASONS: &str = "docs/adr/0002-dependencies.md";

/// Versions and sources stand in `[workspace.dependencies]` alone.
pub fn versions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in crate_manifests(tree) {
        let Ok(manifest) = text.parse::<toml::Table>() else { continue };
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
            for (name, value) in dependencies {
                let from_workspace = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                let itself = value.get("path").and_then(toml::Value::as_str) == Some(".");
                if !from_workspace && !itself {
                    findings.push(Finding {
                        path: path.to_owned(),
                        line: line_of(text, name),
                        what: format!("{name} has a version or source of its own"),
                        why: "one version of everything, seen in one place",
                        mend: format!("put it in [workspace.dependencies] and write `{name}.workspace = true`"),
                    });
                }
            }
        }
    }
    findings
}

/// Every crate takes the workspace's lints.
pub fn lints(tree: &Tree) -> Vec<Finding> {
    crate_manifests(tree)
        .filter(|(_, text)| !text.contains("[lints]\nworkspace = true"))
        .map(|(path, _)| Finding {
            path: path.to_owned(),
            line: 0,
            what: "the workspace's lints are not taken".into(),
            why: "no unwrap, no unsafe, no ambient time: everywhere (invariant 12)",
            mend: "add [lints] with workspace = true".into(),
        })
        .collect()
}

/// Every dependency has its line with a reason.
pub fn reasons(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.get("Cargo.toml") else { return Vec::new() };
    let reasons = tree.get(REASONS).unwrap_or_default();
    let Ok(table) = manifest.parse::<toml::Table>() else { return Vec::new() };
    let Some(dependencies) = table.get("workspace").and_then(|w| w.get("dependencies")).and_then(toml::Value::as_table)
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (name, value) in dependencies {
        if value.get("path").is_none() && !reasons.contains(&format!("| `{name}` |")) {
            findings.push(Finding {
                path: "Cargo.toml".into(),
                line: line_of(manifest, name),
                what: format!("{name} has no line in {REASONS}"),
                why: "every dependency is code we answer for",
                mend: "say there in one line what it is for, why this one, and its licence".into(),
            });
        }
    }
    findings
}

fn crate_manifests(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending("Cargo.toml").filter(|(path, _)| layer_and_crate(path).is_some())
}

fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(name)).map_or(0, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_outside_of_the_workspace_is_found() {
        let tree = Tree::of(&[(
            "app/Cargo.toml",
            "[package]\nname = \"app\"\n[dependencies]\nserde = \"1\"\ntokio.workspace = true\naxum = { workspace = true, optional = true }\n",
        )]);
        let findings = versions(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 4);
        assert_eq!(lints(&tree).len(), 1);
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let tree = Tree::of(&[
            (
                "Cargo.toml",
                "[workspace.dependencies]\nserde = \"1\"\ntokio = \"1\"\nkernel = { path = \"platform/kernel\" }\n",
            ),
            (REASONS, "| `serde` | reads and writes JSON | MIT |\n"),
        ]);
        let findings = reasons(&tree);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].what.starts_with("tokio"));
    }
}
