//! `aftersail bpmn`: models and cases of the conformance folder, answered in lines of JSON.

use std::{io::Write as _, path::Path};

use crate::config::BpmnCommand;

/// Answers on standard output; a model that is refused is an answer too.
pub fn run(command: BpmnCommand) -> Result<(), String> {
    match command {
        BpmnCommand::Check { files } => files.iter().try_for_each(|file| check(file)),
        BpmnCommand::Roundtrip { file } => {
            say(&bpmn_conformance::roundtrip(&read(&file)?).map_err(|problem| problem.reason)?)
        }
        BpmnCommand::Trace { file, id } => {
            let folder = Path::new(&file).parent().unwrap_or(Path::new("")).to_owned();
            let model = |path: &str| read(folder.join(path));
            say(&bpmn_conformance::trace(&read(&file)?, id.as_deref(), model)?)
        }
    }
}

fn check(file: &str) -> Result<(), String> {
    let verdict = match read(file) {
        Ok(bytes) => bpmn_conformance::check(file, &bytes),
        Err(problem) => bpmn_conformance::unreadable(file, &problem),
    };
    say(&(serde_json::to_string(&verdict).map_err(|error| error.to_string())? + "\n"))
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, String> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn say(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}
