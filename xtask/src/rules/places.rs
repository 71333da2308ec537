//! Names of places that belong to one machine or one registry.

use crate::{finding::Finding, tree::Tree};

// Written in two pieces, so that this file does not find itself.
const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("pypi", ".org"),
    concat!("deb.", "debian"),
    concat!("files.python", "hosted"),
];
const PATHS: &[&str] = &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

/// Neither registry hosts nor folders of somebody's machine stand in tracked files.
pub fn hosts_and_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        // Cargo writes its registry into its own lock file and offers no choice.
        if path == "Cargo.lock" || path == "LICENSE" {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let host = HOSTS.iter().find(|host| line.contains(**host));
            let place = PATHS.iter().find(|place| {
                line.contains(&format!(" {place}"))
                    || line.contains(&format!("\"{place}"))
                    || line.contains(&format!("={place}"))
                    || line.contains(&format!("`{place}"))
                    || line.starts_with(**place)
            });
            if let Some(word) = host {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: index + 1,
                    what: format!("a package registry is named: {word}"),
                    why: "companies behind a mirror build it unchanged",
                    mend: if path.ends_with("package-lock.json") {
                        "run npm install in this folder again: its .npmrc has omit-lockfile-registry-resolved=true"
                            .into()
                    } else {
                        "name the package alone".into()
                    },
                });
            }
            if let (Some(word), false) = (place, line.contains("/home/aftersail") || line.contains("/home/you")) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: index + 1,
                    what: format!("a folder of one machine: {word}…"),
                    why: "it exists nowhere else",
                    mend: "make it relative, or a setting".into(),
                });
            }
        }
    }
    findings
}

/// Lock files exist beside every package.json and name no address.
pub fn lock_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, _) in tree.files().filter(|(path, _)| path.ends_with("package.json") && !path.contains("node_modules")) {
        let folder = path.trim_end_matches("package.json");
        let lock = format!("{folder}package-lock.json");
        if tree.get(&lock).is_none() {
            findings.push(Finding {
                path: path.to_owned(),
                line: 0,
                what: "there is no package-lock.json beside it".into(),
                why: "the same packages everywhere",
                mend: format!("run npm install in {folder} and add {lock}"),
            });
        }
        let npmrc = tree.get(&format!("{folder}.npmrc")).unwrap_or_default();
        if !npmrc.contains("omit-lockfile-registry-resolved=true") {
            findings.push(Finding {
                path: format!("{folder}.npmrc"),
                line: 0,
                what: "omit-lockfile-registry-resolved=true is missing".into(),
                why: "companies behind a mirror build it unchanged",
                mend: "add the line".into(),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_and_a_machine_folder_are_found() {
        let host = format!("see https://{}/x\n", HOSTS[0]);
        let folder = format!("cd {}me\n", PATHS[1]);
        let tree = Tree::of(&[
            ("README.md", &host),
            ("docs/a.md", &folder),
            ("docs/b.md", "open /home/aftersail and web/home/page\n"),
            ("Cargo.lock", &host),
        ]);
        let paths: Vec<String> = hosts_and_paths(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["README.md", "docs/a.md"]);
    }

    #[test]
    fn a_package_without_a_lock_file_is_found() {
        let tree = Tree::of(&[("web/package.json", "{}"), ("web/.npmrc", "omit-lockfile-registry-resolved=true\n")]);
        assert_eq!(lock_files(&tree).len(), 1);
    }
}
