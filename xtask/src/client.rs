//! The OpenAPI document of the binary, and the TypeScript client types generated from it.

use std::{fs, process::Command};

const SCHEMA: &str = "web/src/shared/api/schema.d.ts";
const DOCUMENT: &str = "target/openapi.json";
const FRESH: &str = "target/schema.d.ts";

/// Writes the OpenAPI document to `file`.
pub fn openapi(file: &str) -> Result<String, String> {
    let text = run(Command::new("cargo").args(["run", "--quiet", "--locked", "-p", "aftersail", "--", "openapi"]))?;
    if !text.trim_start().starts_with('{') {
        return Err("aftersail openapi printed no JSON document".to_owned());
    }
    if let Some(folder) = std::path::Path::new(file).parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(file, text).map_err(|error| format!("{file}: {error}"))?;
    Ok(format!("wrote {file}"))
}

/// Generates the client types where the web app imports them from.
pub fn generate() -> Result<String, String> {
    types(SCHEMA)?;
    Ok(format!("wrote {SCHEMA}"))
}

/// Fails when the client types are not those of the present binary.
pub fn check() -> Result<String, String> {
    types(FRESH)?;
    let fresh = fs::read_to_string(FRESH).map_err(|error| format!("{FRESH}: {error}"))?;
    let kept = fs::read_to_string(SCHEMA).map_err(|error| format!("{SCHEMA}: {error}"))?;
    if fresh == kept {
        return Ok(format!("{SCHEMA} is what the binary generates"));
    }
    let line = fresh
        .lines()
        .zip(kept.lines())
        .position(|(a, b)| a != b)
        .unwrap_or(fresh.lines().count().min(kept.lines().count()));
    Err(format!(
        "{SCHEMA}:{}: stale: the API changed and the client did not follow.\n    now:  {}\n    was:  {}\n    mend: cargo run -p xtask -- client",
        line + 1,
        fresh.lines().nth(line).unwrap_or("(end of file)").trim(),
        kept.lines().nth(line).unwrap_or("(end of file)").trim(),
    ))
}

fn types(to: &str) -> Result<(), String> {
    openapi(DOCUMENT)?;
    let document = fs::canonicalize(DOCUMENT).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let folder = std::env::current_dir().map_err(|error| error.to_string())?;
    // The generator is locked in xtask/package-lock.json; nothing is fetched here.
    run(Command::new("npx")
        .args(["--no-install", "openapi-typescript"])
        .arg(document)
        .arg("--output")
        .arg(folder.join(to))
        .current_dir("xtask"))?;
    Ok(())
}

fn run(command: &mut Command) -> Result<String, String> {
    let name = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} failed:\n{}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{name}: {error}"))
}
