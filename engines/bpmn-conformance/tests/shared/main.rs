//! The shared models and cases, where that folder is there: every verdict, every trace, every round trip, and mutations.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may fail where it stands, and finds the data by the environment

mod mutations;
mod roundtrip;
mod verdicts;

use std::path::PathBuf;

/// The folder of the shared models; none where it is not there and nobody demands it.
fn shared() -> Option<PathBuf> {
    let root = std::env::var("AFTERSAIL_SHARED").map_or_else(|_| PathBuf::from("../shared"), PathBuf::from);
    let root =
        if root.is_absolute() { root } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(root) };
    let folder = root.join("conformance/bpmn");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("AFTERSAIL_REQUIRE_SHARED").is_err(), "{} is demanded but missing", folder.display());
    eprintln!("no shared models at {}", folder.display());
    None
}

/// Every model in the folder, in the order of paths.
fn models(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut models = Vec::new();
    for set in ["betsy", "constraints", "miwg", "patterns"] {
        for entry in std::fs::read_dir(folder.join(set)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "bpmn") {
                models.push((format!("{set}/{}", path.file_name().unwrap().display()), std::fs::read(&path).unwrap()));
            }
        }
    }
    models.sort();
    models
}
