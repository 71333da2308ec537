//! Models that somebody broke: whatever they are, the answer is a verdict or a trace, never a panic.

use bpmn::language::Plain;
use bpmn::state::Variables;
use bpmn::{Command, Engine};

use super::{models, shared};

const MUTATIONS: u64 = 5_000;
/// Larger ones say nothing more and take long.
const LARGEST: usize = 16_000;

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

fn broken(text: &str, chance: &mut Chance) -> Vec<u8> {
    let mut text = text.to_owned();
    for _ in 0..=chance.below(3) {
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
                let kinds = [
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
                let from = kinds[chance.below(kinds.len())];
                text = text.replace(from, kinds[chance.below(kinds.len())]);
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

/// Starts everything that was accepted and prods it for a while.
fn prod(bytes: &[u8], chance: &mut Chance) -> bool {
    let Ok(read) = bpmn_conformance::read(bytes, None) else { return false };
    let Some(model) = read.checked.model else { return false };
    let mut engine = Engine::new(&Plain, 0);
    engine.deploy(&model);
    for process in &model.processes {
        let _starts_by_events = engine.start(&process.id, Variables::new());
    }
    if !engine.settle() {
        return true;
    }
    for _ in 0..20 {
        let open: Vec<_> = engine
            .instances()
            .flat_map(|(id, live)| live.state.elements.keys().map(move |key| (id, *key)).collect::<Vec<_>>())
            .collect();
        if open.is_empty() {
            break;
        }
        let (instance, key) = open[chance.below(open.len())];
        let variables = Variables::new();
        let command = match chance.below(8) {
            0 => Command::Retry { element: key },
            1 => Command::Skip { element: key, flow: None },
            2 => Command::CompleteJob { job: key, variables },
            3 => Command::ThrowError { element: key, code: "ERR_CODE".into() },
            4 => Command::EndCall { call: key, status: bpmn::state::Status::Completed, variables },
            _ => Command::CompleteTask { task: key, variables },
        };
        let _refused = engine.command(instance, command);
        let target = engine.now() + 5_000_000;
        if !engine.settle() || !engine.advance_to(target) {
            break;
        }
    }
    true
}

#[test]
fn no_broken_model_makes_a_panic() {
    let Some(folder) = shared() else { return };
    let models: Vec<(String, String)> = models(&folder)
        .into_iter()
        .filter(|(_, bytes)| bytes.len() <= LARGEST)
        .filter_map(|(file, bytes)| Some((file, String::from_utf8(bytes).ok()?)))
        .collect();
    let mut chance = Chance(2026);
    let mut accepted = 0;
    for _ in 0..MUTATIONS {
        let (file, text) = &models[chance.below(models.len())];
        let bytes = broken(text, &mut chance);
        let _verdict = bpmn_conformance::check(file, &bytes);
        if let Ok(written) = bpmn_conformance::roundtrip(&bytes) {
            assert_eq!(bpmn_conformance::roundtrip(written.as_bytes()).unwrap(), written, "{file}");
        }
        accepted += usize::from(prod(&bytes, &mut chance));
    }
    // Mutations that only ever break the markup would prove little.
    assert!(accepted > MUTATIONS as usize / 20, "only {accepted} of {MUTATIONS} were still accepted");
}
