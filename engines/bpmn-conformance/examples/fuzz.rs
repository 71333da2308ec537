//! Breaks process models at random for a while and runs what is left of them: no panic, and no state that cannot be kept.
//!
//! `fuzz SECONDS [SEED]`; `fuzz 0 SEED` repeats a round that failed. The models are the templates that come with the
//! product, and the shared ones where their folder is there (`AFTERSAIL_SHARED`).
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a check may fail where it stands, and finds the data by the environment

use std::{
    env,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bpmn_conformance::fuzz::{Round, round};

fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse::<u64>().expect("fuzz SECONDS [SEED]"));
    let long = Duration::from_secs(arguments.next().unwrap_or(60));
    let first = arguments.next().unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 32);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = env::var("AFTERSAIL_SHARED").map_or_else(|_| root.join("../shared"), |folder| root.join(folder));
    let mut models = Vec::new();
    for own in ["domains/tickets/templates", "domains/finance/templates"] {
        read(&root.join(own), &mut models);
    }
    for set in ["betsy", "constraints", "miwg", "patterns"] {
        read(&shared.join("conformance/bpmn").join(set), &mut models);
    }
    models.sort();
    println!("{} models, first seed {first}", models.len());
    let begun = Instant::now();
    let (mut seed, mut ran) = (first, 0_u64);
    loop {
        let told = std::panic::catch_unwind(|| round(&models, seed));
        let told = told.unwrap_or_else(|_| panic!("seed {seed}: a panic, see above")).unwrap();
        ran += u64::from(told == Round::Ran);
        seed = seed.wrapping_add(1);
        if begun.elapsed() >= long {
            break;
        }
    }
    println!("{} broken models, {ran} of them accepted and run: no panic", seed.wrapping_sub(first));
}

/// The models of a folder, if it is there.
fn read(folder: &PathBuf, models: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|end| end == "bpmn")
            && let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap())
        {
            models.push((path.display().to_string(), text));
        }
    }
}
