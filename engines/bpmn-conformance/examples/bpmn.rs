//! The conformance command without the rest of the program: `check FILE…`, `roundtrip FILE`, `trace CASE.json [--id ID]`.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answered = match words.as_slice() {
        ["check", files @ ..] if !files.is_empty() => files.iter().try_for_each(|file| check(file)),
        ["roundtrip", file] => roundtrip(file),
        ["trace", file] => trace(file, None),
        ["trace", file, "--id", id] => trace(file, Some(id)),
        _ => Err("usage: bpmn check FILE… | roundtrip FILE | trace CASE.json [--id ID]".into()),
    };
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn print(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn check(file: &str) -> Result<(), String> {
    let verdict = match read(Path::new(file)) {
        Ok(bytes) => bpmn_conformance::check(file, &bytes),
        Err(problem) => bpmn_conformance::unreadable(file, &problem),
    };
    print(&(serde_json::to_string(&verdict).map_err(|error| error.to_string())? + "\n"))
}

fn roundtrip(file: &str) -> Result<(), String> {
    print(&bpmn_conformance::roundtrip(&read(Path::new(file))?).map_err(|problem| problem.reason)?)
}

fn trace(file: &str, id: Option<&str>) -> Result<(), String> {
    let path = Path::new(file);
    let folder = path.parent().unwrap_or(Path::new("."));
    print(&bpmn_conformance::trace(&read(path)?, id, |model| read(&folder.join(model)))?)
}
