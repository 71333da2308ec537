//! What every case and every verdict of the shared folder expects.

use bpmn_conformance::{Cases, Replay, check, mismatch, run};
use serde_json::Value;

use super::shared;

#[test]
fn every_case_leaves_the_trace_it_should() {
    let Some(folder) = shared() else { return };
    let (mut core, mut extended, mut refused, mut failed) = (0, 0, 0, Vec::new());
    for set in ["betsy", "patterns"] {
        let folder = folder.join(set);
        let cases: Cases = serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
        let mut model = |path: &str| std::fs::read(folder.join(path)).map_err(|error| error.to_string());
        for case in cases.iter() {
            let answer = run(case, &mut model, Replay::InMemory).unwrap_or_else(|error| panic!("{}: {error}", case.id));
            let stored = run(case, &mut model, Replay::Stored).unwrap();
            assert_eq!(answer, stored, "a stored state goes on as one in memory does");
            match mismatch(case, &answer) {
                None if case.level == "core" => core += 1,
                None => extended += 1,
                Some(_) if case.level == "extended" && answer.state == "refused" => {
                    assert!(answer.refusals.iter().all(|refusal| refusal.element.is_some()), "{}", case.id);
                    refused += 1;
                }
                Some(problem) => failed.push(format!("{}: {problem} {:?}", case.id, answer.refusals)),
            }
        }
    }
    println!("{core} core and {extended} extended cases pass, {refused} extended ones are refused");
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_verdict_is_right() {
    let Some(folder) = shared() else { return };
    let (mut core, mut extended, mut wrong, mut wrong_extended) = (0, 0, Vec::new(), Vec::new());
    for set in ["constraints", "patterns", "miwg"] {
        let expected: Vec<Value> =
            serde_json::from_slice(&std::fs::read(folder.join(set).join("expect.json")).unwrap()).unwrap();
        for expect in expected {
            let file = expect["file"].as_str().unwrap();
            let verdict = check(file, &std::fs::read(folder.join(set).join(file)).unwrap());
            let right = match expect["verdict"].as_str().unwrap() {
                "reject" => !verdict.accepted && !verdict.refusals.is_empty(),
                "accept" => verdict.accepted && verdict.refusals.is_empty(),
                _ => verdict.parsed,
            };
            match (right, expect["level"] == "extended") {
                (true, false) => core += 1,
                (true, true) => extended += 1,
                (false, false) => wrong.push(format!("{file}: {}", expect["description"])),
                (false, true) => wrong_extended.push(format!("{file}: {}", expect["description"])),
            }
        }
    }
    println!("{core} core and {extended} extended verdicts are right; not so:\n{}", wrong_extended.join("\n"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
