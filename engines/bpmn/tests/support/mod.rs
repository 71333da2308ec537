//! Small models drawn in a few words, and a world to run them in.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bpmn::language::{Plain, Surroundings};
use bpmn::state::{Instance, Key, Variables};
use bpmn::{Command, Delivery, Engine, InstanceId, Message, Naming, Problem, model::Model, xml::Document};
use bpmn_conformance::Dialect;
use serde_json::Value;

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;

/// A file from one line per element: `start s`, `user u`, `script a log A; set n = 1`, `xor g default g_a`,
/// `on b of u stays timer PT1M`, `sub p {` … `}`, and flows `a -> b if n > 1`. A flow has the id `a_b`.
/// What follows the id of an activity in `<…>` goes inside it.
pub fn draw(process: &str, lines: &str) -> String {
    let mut top = String::new();
    let mut body = String::new();
    let mut open: Vec<&str> = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line == "}" {
            body.push_str(&format!("</{}>", open.pop().unwrap()));
            continue;
        }
        if let Some((from, rest)) = line.split_once(" -> ") {
            let (to, condition) = rest.split_once(" if ").map_or((rest, None), |(to, text)| (to, Some(text)));
            let condition = condition
                .map(|text| format!("<conditionExpression>{}</conditionExpression>", text.replace('<', "&lt;")))
                .unwrap_or_default();
            body.push_str(&format!(
                "<sequenceFlow id=\"{from}_{to}\" sourceRef=\"{from}\" targetRef=\"{to}\">{condition}</sequenceFlow>"
            ));
            continue;
        }
        let mut words = line.splitn(3, ' ');
        let (kind, id, rest) = (words.next().unwrap(), words.next().unwrap_or(""), words.next().unwrap_or(""));
        let inside = rest.find('<').map_or("", |at| &rest[at..]);
        match kind {
            "start" | "end" | "throw" | "catch" => {
                let tag = match kind {
                    "start" => "startEvent",
                    "end" => "endEvent",
                    "throw" => "intermediateThrowEvent",
                    _ => "intermediateCatchEvent",
                };
                let (stays, rest) =
                    rest.strip_prefix("stays ").map_or(("", rest), |rest| (" isInterrupting=\"false\"", rest));
                body.push_str(&format!("<{tag} id=\"{id}\"{stays}>{}</{tag}>", definition(id, rest, &mut top)));
            }
            "on" => {
                let rest = rest.strip_prefix("of ").unwrap();
                let (host, rest) = rest.split_once(' ').unwrap();
                let (stays, rest) =
                    rest.strip_prefix("stays ").map_or(("", rest), |rest| (" cancelActivity=\"false\"", rest));
                body.push_str(&format!(
                    "<boundaryEvent id=\"{id}\" attachedToRef=\"{host}\"{stays}>{}</boundaryEvent>",
                    definition(id, rest, &mut top)
                ));
                if let Some(handler) = rest.strip_prefix("compensate ") {
                    body.push_str(&format!(
                        "<association id=\"{id}_{handler}\" sourceRef=\"{id}\" targetRef=\"{handler}\"/>"
                    ));
                }
            }
            "user" => body.push_str(&format!("<userTask id=\"{id}\">{inside}</userTask>")),
            "service" => body.push_str(&format!("<serviceTask id=\"{id}\">{inside}</serviceTask>")),
            "task" => body.push_str(&format!("<task id=\"{id}\">{inside}</task>")),
            "script" | "undo" => {
                let script = rest.split('<').next().unwrap().replace(';', "\n");
                let undo = if kind == "undo" { " isForCompensation=\"true\"" } else { "" };
                body.push_str(&format!("<scriptTask id=\"{id}\"{undo}><script>{script}</script>{inside}</scriptTask>"));
            }
            "call" => body.push_str(&format!(
                "<callActivity id=\"{id}\" calledElement=\"{}\">{inside}</callActivity>",
                rest.split(' ').next().unwrap()
            )),
            "receive" => {
                top.push_str(&format!("<message id=\"m_{id}\" name=\"{rest}\"/>"));
                body.push_str(&format!("<receiveTask id=\"{id}\" messageRef=\"m_{id}\"/>"));
            }
            "xor" | "and" | "or" | "events" => {
                let tag = match kind {
                    "xor" => "exclusiveGateway",
                    "and" => "parallelGateway",
                    "or" => "inclusiveGateway",
                    _ => "eventBasedGateway",
                };
                let default =
                    rest.strip_prefix("default ").map(|flow| format!(" default=\"{flow}\"")).unwrap_or_default();
                body.push_str(&format!("<{tag} id=\"{id}\"{default}/>"));
            }
            "sub" | "eventsub" | "transaction" => {
                let tag = if kind == "transaction" { "transaction" } else { "subProcess" };
                let event = if kind == "eventsub" { " triggeredByEvent=\"true\"" } else { "" };
                body.push_str(&format!("<{tag} id=\"{id}\"{event}>{}", inside.trim_end_matches('{')));
                open.push(tag);
            }
            "raw" => body.push_str(line.strip_prefix("raw ").unwrap()),
            _ => panic!("{line}"),
        }
    }
    format!(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" id=\"d_{process}\" targetNamespace=\"urn:t\">{top}<process id=\"{process}\" isExecutable=\"true\">{body}</process></definitions>"
    )
}

fn definition(id: &str, text: &str, top: &mut String) -> String {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (kind, rest) = (kind.trim(), rest.trim().replace('<', "&lt;"));
    match kind {
        "" => String::new(),
        "timer" => {
            let tag = if rest.starts_with('R') {
                "timeCycle"
            } else if rest.starts_with('P') {
                "timeDuration"
            } else {
                "timeDate"
            };
            format!("<timerEventDefinition><{tag}>{rest}</{tag}></timerEventDefinition>")
        }
        "condition" => {
            format!("<conditionalEventDefinition><condition>{rest}</condition></conditionalEventDefinition>")
        }
        "message" | "signal" | "error" | "escalation" => {
            if rest.is_empty() {
                return format!("<{kind}EventDefinition/>");
            }
            let code =
                if matches!(kind, "error" | "escalation") { format!(" {kind}Code=\"{rest}\"") } else { String::new() };
            top.push_str(&format!("<{kind} id=\"{kind}_{id}\" name=\"{rest}\"{code}/>"));
            format!("<{kind}EventDefinition {kind}Ref=\"{kind}_{id}\"/>")
        }
        "compensate" => "<compensateEventDefinition/>".to_owned(),
        "undoes" => format!("<compensateEventDefinition activityRef=\"{rest}\"/>"),
        "link" => format!("<linkEventDefinition name=\"{rest}\"/>"),
        "terminate" | "cancel" => format!("<{kind}EventDefinition/>"),
        _ => panic!("{text}"),
    }
}

pub fn compile(file: &str) -> Result<Model, Vec<Problem>> {
    let document = Document::read(file.as_bytes()).unwrap();
    let checked = bpmn::check(&document, Dialect::Plain.language(), Naming::ByName);
    checked.model.ok_or(checked.refusals)
}

/// The codes for which a model is refused.
pub fn refused(file: &str) -> Vec<String> {
    compile(file).err().unwrap_or_default().into_iter().map(|problem| problem.rule).collect()
}

pub fn variables(values: Value) -> Variables {
    values.as_object().cloned().unwrap_or_default()
}

/// An engine with one deployed file, states stored and loaded after every step.
pub struct World {
    pub engine: Engine<'static>,
    pub main: InstanceId,
}

impl World {
    /// Deploys a file and starts its process with variables.
    pub fn start(file: &str, process: &str, values: Value) -> Self {
        Self::start_in(&Plain, file, process, values)
    }

    pub fn start_in(around: &'static dyn Surroundings, file: &str, process: &str, values: Value) -> Self {
        Self::start_files(around, &[file], process, values)
    }

    pub fn start_files(around: &'static dyn Surroundings, files: &[&str], process: &str, values: Value) -> Self {
        let mut engine = Engine::new(around, 0);
        engine.after_each_step(store_and_load);
        for file in files {
            engine.deploy(&compile(file).unwrap_or_else(|refusals| panic!("{refusals:?}")));
        }
        let main = engine.start(process, variables(values)).unwrap();
        assert!(engine.settle());
        Self { engine, main }
    }

    /// Draws one process, deploys it and starts it.
    pub fn of(lines: &str) -> Self {
        Self::with(lines, Value::Null)
    }

    pub fn with(lines: &str, values: Value) -> Self {
        Self::start(&draw("p", lines), "p", values)
    }

    pub fn log(&self) -> Vec<&str> {
        self.engine.log().iter().map(|line| line.text.as_str()).collect()
    }

    /// Ids of open user tasks of all instances.
    pub fn tasks(&self) -> Vec<String> {
        self.open().into_iter().map(|(_, _, id)| id).collect()
    }

    fn open(&self) -> Vec<(InstanceId, Key, String)> {
        let instances = self.engine.instances();
        instances
            .flat_map(|(instance, live)| {
                live.state
                    .open_tasks()
                    .map(move |(key, element)| (instance, key, live.process.node(element.node).id.clone()))
            })
            .collect()
    }

    /// Completes the open task with this id that was opened first; says whether there was one.
    pub fn complete(&mut self, task: &str) -> bool {
        self.complete_with(task, Value::Null)
    }

    pub fn complete_with(&mut self, task: &str, values: Value) -> bool {
        let Some((instance, task, _)) = self.open().into_iter().find(|(_, _, id)| id == task) else { return false };
        let command = Command::CompleteTask { task, variables: variables(values) };
        self.engine.command(instance, command).unwrap();
        assert!(self.engine.settle());
        true
    }

    pub fn tell(&mut self, command: Command) -> bool {
        let told = self.engine.command(self.main, command).is_ok();
        assert!(self.engine.settle());
        told
    }

    pub fn signal(&mut self, name: &str) {
        self.engine.signal(name, &Variables::new());
        assert!(self.engine.settle());
    }

    pub fn message(&mut self, name: &str) -> Delivery {
        let delivery = self.engine.message(Message { name: name.into(), ..Message::default() });
        assert!(self.engine.settle());
        delivery
    }

    pub fn advance(&mut self, by: i64) {
        assert!(self.engine.advance_to(self.engine.now() + by));
    }

    pub fn state(&self) -> &Instance {
        &self.engine.instance(self.main).unwrap().state
    }

    pub fn done(&self) -> bool {
        self.state().status == bpmn::state::Status::Completed
    }

    /// The element that stopped at an incident, with its code.
    pub fn incident(&self) -> Option<(Key, String)> {
        let key = *self.state().incidents.first()?;
        Some((key, self.state().elements[&key].incident.as_ref()?.code.clone()))
    }
}

fn store_and_load(state: &mut Instance) {
    let text = serde_json::to_string(state).unwrap();
    let loaded: Instance = serde_json::from_str(&text).unwrap();
    assert_eq!(*state, loaded);
    *state = loaded;
}
