//! Checks what no compiler checks (`tidy`), and generates what must follow from the code (`openapi`, `client`).

mod client;
mod finding;
mod rules;
mod scan;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo run -p xtask -- COMMAND
  tidy             check the invariants of ARCHITECTURE.md in the sources
  openapi [FILE]   write the OpenAPI document of the binary (default: target/openapi.json)
  client           generate web/src/shared/api/schema.d.ts from it
  client --check   fail when that file is not what the binary would generate";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy(),
        ["openapi"] => client::openapi("target/openapi.json"),
        ["openapi", file] => client::openapi(file),
        ["client"] => client::generate(),
        ["client", "--check"] => client::check(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every rule over every file git knows or would add, and prints what is wrong with how to mend it.
fn tidy() -> Result<String, String> {
    let tree = tree::Tree::of_repository()?;
    let mut findings = rules::check(&tree);
    findings.sort();
    findings.dedup();
    if findings.is_empty() {
        return Ok(format!("tidy: {} files, {} rules, nothing wrong", tree.len(), rules::RULES.len()));
    }
    let mut text = String::new();
    for finding in &findings {
        text.push_str(&format!("{finding}\n\n"));
    }
    Err(format!("{text}tidy: {} findings. The rules and their reasons are in ARCHITECTURE.md.", findings.len()))
}
