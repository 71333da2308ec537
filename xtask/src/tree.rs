//! The files of the repository, read once.

use std::{collections::BTreeMap, fs, process::Command};

use crate::scan::Source;

/// Every text file git tracks or would add, by path from the root.
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the repository around the current folder.
    pub fn of_repository() -> Result<Self, String> {
        let root = git(&["rev-parse", "--show-toplevel"])?;
        let root = root.trim();
        let listed = git(&["-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"])?;
        let mut files = BTreeMap::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            // Binary files and files deleted but not yet committed have nothing to check.
            if let Ok(text) = fs::read_to_string(format!("{root}/{path}")) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Self { files })
    }

    /// A tree for tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every file, in the order of its path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Files whose path ends so.
    pub fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| path.ends_with(end))
    }

    /// Rust files, scanned.
    pub fn rust(&self) -> impl Iterator<Item = (&str, Source)> {
        self.ending(".rs").map(|(path, text)| (path, Source::of(text)))
    }
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").args(arguments).output().map_err(|error| format!("git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("git: {error}"))
}

/// Folders that hold crates of one kind: `domains/tickets/src/lib.rs` is in crate `tickets` of layer `domains`.
pub fn layer_and_crate(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.split('/');
    let layer = parts.next()?;
    match layer {
        "domains" | "engines" | "platform" | "connectors" => Some((layer, parts.next()?)),
        "app" | "xtask" | "benches" => Some((layer, layer)),
        _ => None,
    }
}

/// Whether it is a Rust file.
#[allow(clippy::case_sensitive_file_extension_comparisons)] // git knows the case, and so does cargo
pub fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// Whether a Rust file is all tests: integration tests, and test modules in a file of their own.
pub fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}
