//! Models that somebody broke: whatever they are, the answer is a verdict or a trace, never a panic.

use bpmn_conformance::fuzz::{Round, round};

use super::{models, shared};

const MUTATIONS: u64 = 5_000;

#[test]
fn no_broken_model_makes_a_panic() {
    let Some(folder) = shared() else { return };
    let models: Vec<(String, String)> =
        models(&folder).into_iter().filter_map(|(file, bytes)| Some((file, String::from_utf8(bytes).ok()?))).collect();
    let ran = (0..MUTATIONS).filter(|seed| round(&models, *seed).unwrap() == Round::Ran).count();
    // Mutations that only ever break the markup would prove little.
    assert!(ran > MUTATIONS as usize / 20, "only {ran} of {MUTATIONS} were still accepted");
}
