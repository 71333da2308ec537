//! Properties over many drawn models: whatever is well nested ends, however its tasks are completed, and always alike.
#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod support;

use bpmn::language::Plain;
use bpmn::state::{Instance, Variables};
use bpmn::{Command, Effect, step};
use proptest::prelude::*;
use support::{compile, draw};

/// A well-nested piece of a process.
#[derive(Debug, Clone)]
enum Block {
    User,
    Script,
    Sequence(Vec<Block>),
    /// Gateway kind, and which conditions are true for inclusive and exclusive splits.
    Split(Kind, Vec<(Block, bool)>),
    Sub(Box<Block>),
    Many(u8, Box<Block>),
    /// The block twice over.
    Again(Box<Block>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Exclusive,
    Parallel,
    Inclusive,
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![Just(Block::User), Just(Block::Script)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Block::Sequence),
            (
                prop_oneof![Just(Kind::Exclusive), Just(Kind::Parallel), Just(Kind::Inclusive)],
                prop::collection::vec((inner.clone(), any::<bool>()), 2..4)
            )
                .prop_map(|(kind, branches)| Block::Split(kind, branches)),
            inner.clone().prop_map(|block| Block::Sub(Box::new(block))),
            (0..4_u8, inner.clone()).prop_map(|(items, block)| Block::Many(items, Box::new(block))),
            inner.prop_map(|block| Block::Again(Box::new(block))),
        ]
    })
}

struct Drawing {
    lines: Vec<String>,
    count: u32,
}

impl Drawing {
    fn id(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{}", self.count)
    }

    /// Draws a block; gives where it begins and ends.
    fn block(&mut self, block: &Block) -> (String, String) {
        match block {
            Block::User => self.one("user", ""),
            Block::Script => self.one("script", " log x"),
            Block::Sequence(blocks) => {
                let mut ends: Option<(String, String)> = None;
                for block in blocks {
                    let (begin, end) = self.block(block);
                    ends = Some(match ends {
                        None => (begin, end),
                        Some((first, last)) => {
                            self.lines.push(format!("{last} -> {begin}"));
                            (first, end)
                        }
                    });
                }
                ends.unwrap_or_else(|| self.one("task", ""))
            }
            Block::Split(kind, branches) => {
                let tag = match kind {
                    Kind::Exclusive => "xor",
                    Kind::Parallel => "and",
                    Kind::Inclusive => "or",
                };
                let (split, join) = (self.id("split"), self.id("join"));
                self.lines.push(format!("{tag} {split} default {split}_{split}d"));
                if *kind == Kind::Parallel {
                    self.lines.pop();
                    self.lines.push(format!("{tag} {split}"));
                }
                self.lines.push(format!("{tag} {join}"));
                for (branch, taken) in branches {
                    let (begin, end) = self.block(branch);
                    let condition = if *kind == Kind::Parallel { String::new() } else { format!(" if {taken}") };
                    self.lines.push(format!("{split} -> {begin}{condition}"));
                    self.lines.push(format!("{end} -> {join}"));
                }
                if *kind != Kind::Parallel {
                    self.lines.push(format!("task {split}d"));
                    self.lines.push(format!("{split} -> {split}d"));
                    self.lines.push(format!("{split}d -> {join}"));
                }
                (split, join)
            }
            Block::Sub(inner) => self.sub("", inner),
            Block::Many(items, inner) => self.sub(
                &format!(" <multiInstanceLoopCharacteristics isSequential=\"{}\"><loopCardinality>{items}</loopCardinality></multiInstanceLoopCharacteristics>", items % 2 == 0),
                inner,
            ),
            Block::Again(inner) => self.sub(
                " <standardLoopCharacteristics loopMaximum=\"2\"><loopCondition>true</loopCondition></standardLoopCharacteristics>",
                inner,
            ),
        }
    }

    fn one(&mut self, kind: &str, rest: &str) -> (String, String) {
        let id = self.id(kind);
        self.lines.push(format!("{kind} {id}{rest}"));
        (id.clone(), id)
    }

    fn sub(&mut self, inside: &str, inner: &Block) -> (String, String) {
        let (id, start, end) = (self.id("sub"), self.id("start"), self.id("end"));
        self.lines.push(format!("sub {id}{inside} {{"));
        self.lines.push(format!("start {start}"));
        self.lines.push(format!("end {end}"));
        let (first, last) = self.block(inner);
        self.lines.push(format!("{start} -> {first}"));
        self.lines.push(format!("{last} -> {end}"));
        self.lines.push("}".into());
        (id.clone(), id)
    }
}

fn file(block: &Block) -> String {
    let mut drawing = Drawing { lines: vec!["start s".into(), "end e".into()], count: 0 };
    let (first, last) = drawing.block(block);
    drawing.lines.push(format!("s -> {first}"));
    drawing.lines.push(format!("{last} -> e"));
    draw("p", &drawing.lines.join("\n"))
}

/// Runs to the end, completing open tasks in the order that `choices` say; all effects, and the last state.
fn run(file: &str, choices: &[usize], stored: bool) -> (Vec<Effect>, Instance) {
    let process = compile(file).unwrap_or_else(|refusals| panic!("{refusals:?}\n{file}")).processes.remove(0);
    let mut state = Instance::new("p", 1);
    let mut all =
        step(&process, &mut state, Command::Start { event: None, variables: Variables::new() }, 0, &Plain).unwrap();
    for turn in 0..2_000 {
        if stored {
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        }
        let open: Vec<u64> = state.open_tasks().map(|(key, _)| key).collect();
        if open.is_empty() {
            break;
        }
        let task = open[choices[turn % choices.len()] % open.len()];
        let command = Command::CompleteTask { task, variables: Variables::new() };
        all.extend(step(&process, &mut state, command.clone(), 0, &Plain).unwrap());
        if state.is_running() {
            assert!(step(&process, &mut state.clone(), command, 0, &Plain).is_err(), "a task is completed once");
        }
    }
    (all, state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_well_nested_process_ends_whatever_the_order_and_leaves_nothing_behind(
        block in block(),
        choices in prop::collection::vec(any::<usize>(), 1..30),
    ) {
        let file = file(&block);
        let (effects, state) = run(&file, &choices, false);
        prop_assert_eq!(&state.status, &bpmn::state::Status::Completed);
        prop_assert!(state.elements.is_empty() && state.scopes.is_empty() && state.waits.is_empty());
        let entered = effects.iter().filter(|effect| matches!(effect, Effect::Entered { .. })).count();
        let left = effects.iter().filter(|effect| matches!(effect, Effect::Left { .. })).count();
        prop_assert_eq!(entered, left);
        // Stored between steps it does exactly the same.
        let (again, stored) = run(&file, &choices, true);
        prop_assert_eq!(effects, again);
        prop_assert_eq!(state, stored);
    }

    #[test]
    fn the_tasks_done_do_not_depend_on_their_order(
        block in block(),
        choices in prop::collection::vec(any::<usize>(), 1..30),
    ) {
        let file = file(&block);
        let done = |choices: &[usize]| {
            let mut nodes: Vec<u32> = run(&file, choices, false)
                .0
                .iter()
                .filter_map(|effect| match effect {
                    Effect::OpenTask { node, .. } | Effect::Log { node, .. } => Some(node.0),
                    _ => None,
                })
                .collect();
            nodes.sort_unstable();
            nodes
        };
        prop_assert_eq!(done(&choices), done(&[0]));
    }
}
