//! Fuzzing: models that somebody broke, started and prodded. Whatever they are, the answer is a verdict or a trace, never a
//! panic, and what an instance is can be written down and read again at every moment.
//!
//! Each round has its own seed, so one that fails can be repeated alone.

use bpmn::language::Plain;
use bpmn::state::{Instance, Status, Variables};
use bpmn::{Command, Engine, Mapping, plan_migration};
use serde_json::{Value, json};

/// Larger ones say nothing more and take long.
const LARGEST: usize = 16_000;
/// How often an instance is prodded.
const PRODS: usize = 20;

/// Elements that are put in each other's places.
const KINDS: [&str; 24] = [
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "userTask",
    "scriptTask",
    "subProcess",
    "transaction",
    "callActivity",
    "receiveTask",
    "endEvent",
    "intermediateThrowEvent",
    "intermediateCatchEvent",
    "boundaryEvent",
    "signalEventDefinition",
    "messageEventDefinition",
    "errorEventDefinition",
    "escalationEventDefinition",
    "compensateEventDefinition",
    "terminateEventDefinition",
    "timeDuration",
    "timeCycle",
    "timeDate",
    "standardLoopCharacteristics",
];

/// A generator with a seed (Steele, Lea and Flood's SplitMix64), so that every run breaks the same models.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Pieces between double quotes or tags: what can be moved around without always breaking the markup.
fn pieces(text: &str, open: char, close: char) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(begin) = text[rest..].find(open).map(|at| rest + at + 1) {
        let Some(end) = text[begin..].find(close).map(|at| begin + at) else { break };
        found.push((begin, end));
        rest = end + 1;
    }
    found
}

/// The model with up to three things about it changed.
fn broken(text: &str, chance: &mut Chance) -> Vec<u8> {
    let mut text = text.to_owned();
    for _ in 0..chance.below(4) {
        let values = pieces(&text, '"', '"');
        let tags = pieces(&text, '<', '>');
        if values.len() < 2 || tags.len() < 2 {
            break;
        }
        match chance.below(6) {
            // One value in the place of another: references that lead elsewhere, ids twice, kinds changed.
            0 | 1 => {
                let (from, to) = (values[chance.below(values.len())], values[chance.below(values.len())]);
                let value = text[from.0..from.1].to_owned();
                text.replace_range(to.0..to.1, &value);
            }
            // One tag in the place of another.
            2 => {
                let (from, to) = (tags[chance.below(tags.len())], tags[chance.below(tags.len())]);
                let tag = text[from.0..from.1].to_owned();
                text.replace_range(to.0..to.1, &tag);
            }
            // A tag twice, or gone.
            3 => {
                let tag = tags[chance.below(tags.len())];
                let copy = format!("<{}>", &text[tag.0..tag.1]);
                text.insert_str(tag.1 + 1, &copy);
            }
            4 => {
                let tag = tags[chance.below(tags.len())];
                text.replace_range(tag.0 - 1..=tag.1, "");
            }
            // One kind of element everywhere for another.
            _ => {
                let from = KINDS[chance.below(KINDS.len())];
                text = text.replace(from, KINDS[chance.below(KINDS.len())]);
            }
        }
    }
    let mut bytes = text.into_bytes();
    if chance.below(10) == 0 {
        let at = chance.below(bytes.len());
        bytes[at] = chance.next() as u8;
    }
    bytes
}

/// What may come with an answer: of every kind, so that conditions meet what they do not expect.
fn variables(chance: &mut Chance) -> Variables {
    let mut variables = Variables::new();
    for _ in 0..chance.below(3) {
        let name = ["n", "x", "amount", "items", "approved", "loopCounter"][chance.below(6)];
        let value = match chance.below(7) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1),
            3 => json!(1.5),
            4 => json!("文字"),
            5 => json!([1, 2, 3]),
            _ => json!({ "a": 1 }),
        };
        variables.insert(name.to_owned(), value);
    }
    variables
}

fn command(chance: &mut Chance, key: u64) -> Command {
    let variables = variables(chance);
    match chance.below(14) {
        0 => Command::Retry { element: key },
        1 => Command::Skip { element: key, flow: None },
        2 => Command::CompleteJob { job: key, variables },
        3 => Command::ThrowError { element: key, code: "ERR_CODE".into() },
        4 => Command::EndCall { call: key, status: Status::Completed, variables },
        5 => Command::FailJob { job: key, message: "no answer".into() },
        6 => Command::FireTimer { wait: key },
        7 => Command::DeliverMessage { wait: key, variables },
        8 => Command::SetVariables { variables },
        9 if chance.below(8) == 0 => Command::Cancel,
        _ => Command::CompleteTask { task: key, variables },
    }
}

/// What is written down is what is read again.
fn keeps(state: &Instance) -> Result<(), String> {
    let written = serde_json::to_vec(state).map_err(|error| format!("the state cannot be written: {error}"))?;
    let read: Instance =
        serde_json::from_slice(&written).map_err(|error| format!("the state cannot be read again: {error}"))?;
    if read == *state { Ok(()) } else { Err("the state is another after it was written and read".to_owned()) }
}

/// Starts everything that was accepted and prods it for a while; says whether it was accepted.
fn prod(bytes: &[u8], chance: &mut Chance) -> Result<bool, String> {
    let Ok(read) = crate::read(bytes, None) else { return Ok(false) };
    let Some(model) = read.checked.model else { return Ok(false) };
    let mut engine = Engine::new(&Plain, 0);
    engine.deploy(&model);
    for process in &model.processes {
        let _starts_by_events = engine.start(&process.id, variables(chance));
    }
    let mut goes_on = engine.settle();
    for _ in 0..PRODS {
        let mut open = Vec::new();
        for (id, live) in engine.instances() {
            keeps(&live.state)?;
            open.extend(live.state.elements.keys().map(|key| (id, *key)));
        }
        if !goes_on || open.is_empty() {
            break;
        }
        let (instance, key) = open[chance.below(open.len())];
        let _refused = engine.command(instance, command(chance, key));
        let later = engine.now() + 5_000_000;
        goes_on = engine.settle() && engine.advance_to(later);
    }
    for (_, live) in engine.instances() {
        for process in &model.processes {
            let _report = plan_migration(process, &model.processes[0], &live.state, &Mapping::default());
        }
    }
    Ok(true)
}

/// What came of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// The model was refused, as most broken ones are.
    Refused,
    /// It was accepted and run.
    Ran,
}

/// Breaks one of the models and runs what is left of it; `seed` says which and how.
///
/// # Errors
/// What does not hold, with the model that shows it.
pub fn round(models: &[(String, String)], seed: u64) -> Result<Round, String> {
    let mut chance = Chance(seed);
    let fitting: Vec<&(String, String)> = models.iter().filter(|(_, text)| text.len() <= LARGEST).collect();
    let Some((file, text)) = fitting.get(chance.below(fitting.len())) else {
        return Err("there are no models small enough to break".to_owned());
    };
    let bytes = broken(text, &mut chance);
    let said = |what: &str| format!("{file}, seed {seed}: {what}\n{}", String::from_utf8_lossy(&bytes));
    let _verdict = crate::check(file, &bytes);
    if let Ok(written) = crate::roundtrip(&bytes)
        && crate::roundtrip(written.as_bytes()).ok().as_deref() != Some(written.as_str())
    {
        return Err(said("written and read again, the model is another one"));
    }
    match prod(&bytes, &mut chance) {
        Ok(true) => Ok(Round::Ran),
        Ok(false) => Ok(Round::Refused),
        Err(what) => Err(said(&what)),
    }
}
