//! Breaks process models at random for a while and runs what is left of them: no panic, and no state that cannot be kept.
//!
//! The models are the templates that come with the product, and the shared ones where that folder is there.

use std::{
    panic::catch_unwind,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use benches::{Outcome, ended};
use bpmn_conformance::fuzz::{Round, round};
use clap::Parser;

/// Where models are: the product's own, from the root of the repository.
const OWN: [&str; 2] = ["domains/tickets/templates", "domains/finance/templates"];
const SHARED: [&str; 4] = ["betsy", "constraints", "miwg", "patterns"];

/// Breaks process models and runs them.
#[derive(Debug, Parser)]
struct Options {
    /// How long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The first seed; every round takes the next one. One that failed is printed, and `--seed N --seconds 0` repeats it.
    #[arg(long)]
    seed: Option<u64>,
    /// The folder of shared test data.
    #[arg(long, env = "AFTERSAIL_SHARED", default_value = "../shared")]
    shared: PathBuf,
}

fn main() -> ExitCode {
    ended(fuzz(&Options::parse()))
}

fn fuzz(options: &Options) -> Outcome<bool> {
    let mut models = Vec::new();
    for folder in OWN {
        read(Path::new(folder), &mut models)?;
    }
    for folder in SHARED.map(|set| options.shared.join("conformance/bpmn").join(set)) {
        if folder.is_dir() {
            read(&folder, &mut models)?;
        }
    }
    models.sort();
    let first = options.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("{} models, first seed {first}", models.len());
    let (begun, long) = (Instant::now(), Duration::from_secs(options.seconds));
    let (mut seed, mut ran) = (first, 0_u64);
    loop {
        let told = catch_unwind(|| round(&models, seed)).map_err(|_| format!("seed {seed}: a panic, see above"))??;
        ran += u64::from(told == Round::Ran);
        seed = seed.wrapping_add(1);
        if begun.elapsed() >= long {
            break;
        }
    }
    println!("{} broken models, {ran} of them accepted and run: no panic", seed.wrapping_sub(first));
    Ok(true)
}

fn read(folder: &Path, models: &mut Vec<(String, String)>) -> Outcome<()> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|end| end == "bpmn")
            && let Ok(text) = String::from_utf8(std::fs::read(&path).map_err(told)?)
        {
            models.push((path.display().to_string(), text));
        }
    }
    Ok(())
}
