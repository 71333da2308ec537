//! Documents: Chinese and English say the same, and links lead somewhere.

use std::collections::BTreeSet;

use crate::{finding::Finding, tree::Tree};

const GUIDE: &str = "docs/guide/";

/// Every page of the guide exists in both languages with the same outline; so does the README.
pub fn both_languages(tree: &Tree) -> Vec<Finding> {
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, _) in tree.files() {
        for (from, to) in [("zh-CN/", "en/"), ("en/", "zh-CN/")] {
            if let Some(name) = path.strip_prefix(&format!("{GUIDE}{from}")) {
                pairs.insert((path.to_owned(), format!("{GUIDE}{to}{name}")));
            }
        }
    }
    if tree.get("README.md").is_some() || tree.get("README.zh-CN.md").is_some() {
        pairs.insert(("README.md".into(), "README.zh-CN.md".into()));
        pairs.insert(("README.zh-CN.md".into(), "README.md".into()));
    }
    let mut findings = Vec::new();
    for (path, twin) in &pairs {
        let Some(text) = tree.get(path) else { continue };
        let Some(other) = tree.get(twin) else {
            findings.push(Finding {
                path: path.clone(),
                line: 0,
                what: format!("{twin} is missing"),
                why: "Chinese and English readers get the same guide",
                mend: "write it".into(),
            });
            continue;
        };
        let (outline, other_outline) = (outline(text), outline(other));
        if path < twin && outline != other_outline {
            findings.push(Finding {
                path: path.clone(),
                line: 0,
                what: format!("its outline {outline:?} is not that of {twin} {other_outline:?} (levels of headings)"),
                why: "Chinese and English readers get the same guide",
                mend: "bring the missing section over".into(),
            });
        }
    }
    findings
}

/// Links from one tracked document to another file of the repository.
pub fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (index, line) in text.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let target = target.split('#').next().unwrap_or_default();
                if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let place = join(folder, target);
                let exists = tree
                    .files()
                    .any(|(file, _)| file == place || file.starts_with(&format!("{}/", place.trim_end_matches('/'))));
                if !exists {
                    findings.push(Finding {
                        path: path.to_owned(),
                        line: index + 1,
                        what: format!("the link to {target} leads nowhere"),
                        why: "a reader follows it",
                        mend: "mend the path".into(),
                    });
                }
            }
        }
    }
    findings
}

/// The levels of headings, in order, outside of code blocks.
fn outline(text: &str) -> Vec<usize> {
    let mut in_code = false;
    let mut levels = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if !in_code && line.starts_with('#') {
            levels.push(line.chars().take_while(|c| *c == '#').count());
        }
    }
    levels
}

fn join(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_in_one_language_is_found() {
        let tree = Tree::of(&[
            ("docs/guide/en/install.md", "# Install\n"),
            ("docs/guide/zh-CN/backup.md", "# 备份\n"),
            ("docs/guide/en/backup.md", "# Backup\n## How\n"),
        ]);
        let findings = both_languages(&tree);
        assert_eq!(findings.len(), 2, "{findings:?}");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let tree = Tree::of(&[
            ("docs/a.md", "[x](b.md) [y](../README.md#top) [z](https://example.org) [f](adr)\n"),
            ("README.md", ""),
            ("docs/adr/1.md", ""),
        ]);
        let findings = links(&tree);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].what.contains("b.md"));
    }
}
