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

/// Any command about any key.
fn command() -> impl Strategy<Value = Command> {
    let variables = || Variables::from_iter([("n".to_owned(), 1.into())]);
    (0..18_u8, 0..90_u64).prop_map(move |(kind, key)| match kind {
        0 => Command::Start { event: None, variables: variables() },
        1 => Command::CompleteJob { job: key, variables: variables() },
        2 => Command::FailJob { job: key, message: "broken".into() },
        3 => Command::ThrowError { element: key, code: "X".into() },
        4 => Command::FireTimer { wait: key },
        5 => Command::DeliverMessage { wait: key, variables: variables() },
        6 => Command::DeliverSignal { wait: key, variables: variables() },
        7 => Command::Resume { element: key },
        8 => Command::Escalate { call: key, code: "X".into() },
        9 => Command::EndCall { call: key, status: bpmn::state::Status::Completed, variables: variables() },
        10 => Command::Retry { element: key },
        11 => Command::Skip { element: key, flow: None },
        _ => Command::CompleteTask { task: key, variables: variables() },
    })
}

/// What holds of every state between steps.
fn sound(state: &Instance) {
    for (key, scope) in &state.scopes {
        let waiting: u32 = scope.waiting.values().sum();
        assert_eq!(scope.tokens, scope.elements.len() as u32 + waiting, "tokens of scope {key}");
        assert!(scope.tokens > 0, "scope {key} has ended and is still there");
        assert!(scope.elements.iter().all(|element| state.elements[element].scope == *key));
        assert!(scope.owner.is_none_or(|owner| state.elements[&owner].inside.contains(key)));
    }
    for (key, element) in &state.elements {
        assert!(state.scopes[&element.scope].elements.contains(key), "element {key} is in no scope");
        assert!(element.waits.iter().chain(&element.boundary).all(|wait| state.waits.contains_key(wait)));
        assert_eq!(element.incident.is_some(), state.incidents.contains(key));
    }
    assert_eq!(state.scopes.is_empty(), !state.is_running());
}

/// A process with one of everything.
const EVERYTHING: &str = "start s\nand g\nuser u\non ut of u stays timer R/PT1M\non um of u message m\nscript us log A\nend ue\nend uf\nsub b {\nstart bs\nservice j\non jc of j compensate ju\nundo ju log UNDO\nuser bu\nthrow bt escalation X\nend be error X\nbs -> j\nj -> bu\nbu -> bt\nbt -> be\neventsub x {\nstart xs stays signal sig\nuser xu\nend xe\nxs -> xu\nxu -> xe\n}\n}\non bx of b error X\nthrow bc compensate\non be2 of b stays escalation X\nend bend\nend bend2\nend bend3\ncall c other\nevents ev\ncatch em message m\ncatch et timer PT5M\nxor em2\nend evend\nor o\nuser oa\nuser ob\nor oj\nxor od default od_oe\nend oe\nend of\nuser many <multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>\ntransaction t {\nstart ts\nuser tu\non tc of tu compensate tcu\nundo tcu log TUNDO\nend te cancel\nts -> tu\ntu -> te\n}\non tb of t cancel\nend tend\nend tend2\nend mend\nend cend\ns -> g\ng -> u\nu -> ue\nut -> us\nus -> uf\num -> bend3\ng -> b\nb -> bend\nbx -> bc\nbc -> bend2\nbe2 -> oa\ng -> c\nc -> cend\ng -> ev\nev -> em\nev -> et\nem -> em2\net -> em2\nem2 -> evend\ng -> o\no -> oa if n > 0\no -> ob if true\noa -> oj\nob -> oj\noj -> od\nod -> oe\nod -> of if n > 3\ng -> many\nmany -> mend\ng -> t\nt -> tend\ntb -> tend2\neventsub stop {\nstart stops message halt\nscript sa log STOP\nend se terminate\nstops -> sa\nsa -> se\n}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

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

    #[test]
    fn any_command_is_done_or_refused_and_leaves_a_sound_state(
        commands in prop::collection::vec((command(), 0..600_000_000_i64), 1..120),
    ) {
        let process = compile(&draw("p", EVERYTHING)).unwrap_or_else(|refusals| panic!("{refusals:?}")).processes.remove(0);
        let mut state = Instance::new("p", 1);
        let start = Command::Start { event: None, variables: Variables::new() };
        step(&process, &mut state, start, 0, &Plain).unwrap();
        let mut now = 0;
        for (command, later) in commands {
            now += later;
            let before = state.clone();
            if step(&process, &mut state, command, now, &Plain).is_err() {
                prop_assert_eq!(&state, &before);
            }
            sound(&state);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[<>/a-c=\"' &;!?\\[\\]-]{0,120}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(document) = bpmn::xml::Document::read(bytes) {
                let written = document.write();
                prop_assert_eq!(bpmn::xml::Document::read(written.as_bytes()).unwrap().write(), written);
            }
        }
    }

    #[test]
    fn a_cycle_never_leaves_its_grid_and_never_stands_still(
        start in 0..4_000_000_000_000_000_i64,
        period in 1..100_000_i64,
        lates in prop::collection::vec(0..10_000_000_000_i64, 1..20),
    ) {
        use bpmn::timer::{Schedule, TimerKind};
        let schedule = Schedule::parse(TimerKind::Cycle, &format!("R/PT{period}S")).unwrap();
        let mut timer = schedule.start(start, None, &Plain).unwrap();
        for late in lates {
            let now = timer.due + late;
            timer = timer.next(now, None, &Plain).unwrap().unwrap();
            prop_assert!(timer.due > now && timer.due - now <= period * 1_000_000);
            prop_assert_eq!((timer.due - start) % (period * 1_000_000), 0);
        }
    }
}
