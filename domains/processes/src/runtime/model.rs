//! A published file, compiled: its processes, who its tasks are for, what its messages are keyed by.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use bpmn::{
    Problem as Finding, check,
    language::{Expression, Purpose, Source},
    model::{NodeKind, Process, Trigger},
    xml::{Document, ElementId},
};
use kernel::Uuid;

use super::{Setting, inputs::Inputs, task::TaskRule};
use crate::{Mark, catalogue::Face, language::CONDITION};

/// Characters of a stage at most.
const LONGEST_STAGE: usize = 40;

/// A version of a definition, ready to run.
pub struct Deployed {
    /// Its definition.
    pub definition_id: Uuid,
    /// Its number.
    pub number: i64,
    /// Its executable processes in document order.
    pub processes: Vec<Arc<Process>>,
    /// What its messages are keyed by.
    pub keys: MessageKeys,
    pub(crate) tasks: BTreeMap<String, TaskRule>,
    pub(crate) actions: BTreeMap<String, Step>,
    /// How far a record has come, by the elements that say so.
    pub(crate) marks: BTreeMap<String, Mark>,
    /// What starts its processes by itself, by their ids.
    pub(crate) begins: BTreeMap<String, Begin>,
    /// Names that something is read from.
    named: BTreeSet<String>,
    /// Whether it has timers, for which the company's zone matters.
    pub(super) asks_for_zone: bool,
}

/// What a service task does.
#[derive(Clone)]
pub(crate) struct Step {
    pub action: String,
    pub inputs: Inputs,
}

/// What happens to a record for a process to start: `aftersail:on` of its start event, `aftersail:fields`, and
/// `aftersail:if`.
#[derive(Clone)]
pub(crate) struct Begin {
    /// `created` or `updated`.
    pub on: &'static str,
    /// The fields one of which must have changed; any when there are none.
    pub fields: BTreeSet<String>,
    /// What must hold for the record.
    pub condition: Option<Arc<dyn Expression>>,
}

impl fmt::Debug for Begin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_conditional = self.condition.is_some();
        f.debug_struct("Begin")
            .field("on", &self.on)
            .field("fields", &self.fields)
            .field("if", &is_conditional)
            .finish()
    }
}

/// For a message's name, the expression that gives its key.
#[derive(Clone, Default)]
pub struct MessageKeys(pub BTreeMap<String, Arc<dyn Expression>>);

impl fmt::Debug for MessageKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Debug for Deployed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployed")
            .field("definition", &self.definition_id)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a file, and what is doubtful.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub refusals: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

/// Judges a file without keeping anything.
pub(crate) fn findings(setting: &dyn Setting, xml: &[u8]) -> Findings {
    match Reading::of(setting, xml) {
        Ok((_, warnings)) => Findings { refusals: Vec::new(), warnings },
        Err(findings) => findings,
    }
}

impl Deployed {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that speaks against running it.
    pub fn read(setting: &dyn Setting, definition_id: Uuid, number: i64, xml: &[u8]) -> Result<Self, Vec<Finding>> {
        let (reading, _) = Reading::of(setting, xml).map_err(|findings| findings.refusals)?;
        let asks_for_zone = reading.processes.iter().any(|process| {
            process.nodes().any(|(_, node)| node.triggers().iter().any(|one| matches!(one, Trigger::Timer(_))))
        }) || reading.tasks.values().any(|rule| rule.due.is_some());
        let Reading { processes, keys, tasks, actions, marks, begins } = reading;
        let named = named(&String::from_utf8_lossy(xml));
        Ok(Self { definition_id, number, processes, keys, tasks, actions, marks, begins, named, asks_for_zone })
    }

    /// Whether its texts read something from this name, as `ticket.priority` does.
    pub(crate) fn names(&self, object: &str) -> bool {
        self.named.contains(object)
    }

    /// One of its processes.
    pub fn process(&self, id: &str) -> Option<&Arc<Process>> {
        self.processes.iter().find(|process| process.id == id)
    }
}

struct Reading {
    processes: Vec<Arc<Process>>,
    keys: MessageKeys,
    tasks: BTreeMap<String, TaskRule>,
    actions: BTreeMap<String, Step>,
    marks: BTreeMap<String, Mark>,
    begins: BTreeMap<String, Begin>,
}

impl Reading {
    fn of(setting: &dyn Setting, xml: &[u8]) -> Result<(Self, Vec<Finding>), Findings> {
        let refused = |refusals| Findings { refusals, warnings: Vec::new() };
        let document = Document::read(xml)
            .map_err(|error| refused(vec![finding(None, "not-xml", format!("The file cannot be read: {error}."))]))?;
        if document.bpmn_name(document.root()) != "definitions" {
            let reason = "The file is no BPMN 2.0: its root is no `definitions` element of the BPMN namespace.";
            return Err(refused(vec![finding(None, "not-bpmn", reason.to_owned())]));
        }
        let checked = check(&document, setting.language(), setting.naming());
        let Some(model) = checked.model else {
            return Err(Findings { refusals: checked.refusals, warnings: checked.warnings });
        };
        let mut own = Own { setting, document: &document, refusals: Vec::new() };
        let keys = own.keys();
        let lanes = own.lanes();
        own.calendars();
        let (mut tasks, mut actions, mut marks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut begins = BTreeMap::new();
        for (process, node) in
            model.processes.iter().flat_map(|process| process.nodes().map(move |(_, node)| (process, node)))
        {
            if let Some(mark) = own.mark(&node.id, node.element) {
                marks.insert(node.id.clone(), mark);
            }
            if let Some(begin) = own.begin(&node.id, node.element) {
                begins.insert(process.id.clone(), begin);
            }
            match &node.kind {
                NodeKind::User => {
                    let rule = own.task(&node.id, node.element, lanes.get(&node.id).copied());
                    tasks.insert(node.id.clone(), rule);
                }
                NodeKind::Job { .. } => {
                    if let Some(action) = own.action(&node.id, node.element) {
                        actions.insert(node.id.clone(), action);
                    }
                }
                _ => {}
            }
        }
        let refusals = own.refusals;
        if model.processes.is_empty() {
            let reason = "Mark the process as executable (`isExecutable`), or nothing can be started.";
            return Err(refused(vec![finding(None, "nothing-executable", reason.to_owned())]));
        }
        if !refusals.is_empty() {
            return Err(Findings { refusals, warnings: model.warnings });
        }
        Ok((Self { processes: model.processes, keys, tasks, actions, marks, begins }, model.warnings))
    }
}

/// Reads what the product adds to BPMN.
struct Own<'a> {
    setting: &'a dyn Setting,
    document: &'a Document,
    refusals: Vec<Finding>,
}

impl Own<'_> {
    fn refuse(&mut self, element: &str, rule: &str, reason: String) {
        self.refusals.push(finding(Some(element), rule, reason));
    }

    fn expression(&mut self, element: &str, text: &str) -> Option<Arc<dyn Expression>> {
        self.compiled(element, Source { text, language: None, purpose: Purpose::Timer })
    }

    fn compiled(&mut self, element: &str, source: Source<'_>) -> Option<Arc<dyn Expression>> {
        match self.setting.language().expression(&source) {
            Ok(program) => Some(program),
            Err(reason) => {
                self.refuse(element, "expression", reason);
                None
            }
        }
    }

    /// `<message name="paid" aftersail:key="order_id">`
    fn keys(&mut self) -> MessageKeys {
        let mut keys = BTreeMap::new();
        for (_, element) in self.document.elements().filter(|(id, _)| self.document.is(*id, "message")) {
            let (Some(name), Some(text)) = (element.attribute("name"), element.own_attribute("key")) else { continue };
            if let Some(program) = self.expression(element.attribute("id").unwrap_or_default(), text) {
                keys.insert(name.to_owned(), program);
            }
        }
        MessageKeys(keys)
    }

    /// Timers in working time need a calendar, and none is within reach here.
    fn calendars(&mut self) {
        let timed = self.document.elements().filter(|(_, element)| element.own_attribute("calendar").is_some());
        let ids: Vec<String> =
            timed.map(|(_, element)| element.attribute("id").unwrap_or_default().to_owned()).collect();
        for id in ids {
            let reason = "Timers in working time cannot be published yet; write the time as it passes.";
            self.refuse(&id, "no-calendar", reason.to_owned());
        }
    }

    /// The lane that each node stands in.
    fn lanes(&self) -> BTreeMap<String, ElementId> {
        let mut lanes = BTreeMap::new();
        for (id, _) in self.document.elements().filter(|(id, _)| self.document.is(*id, "lane")) {
            for node in self.document.children_named(id, "flowNodeRef") {
                lanes.insert(self.document.text(node).trim().to_owned(), id);
            }
        }
        lanes
    }

    fn task(&mut self, id: &str, element: ElementId, lane: Option<ElementId>) -> TaskRule {
        let (rule, wrong) = TaskRule::read(self.document, element, lane, self.setting.language());
        for reason in wrong {
            self.refuse(id, "task-rule", reason);
        }
        rule
    }

    /// `aftersail:stage` and `aftersail:status` of an element.
    fn mark(&mut self, id: &str, element: ElementId) -> Option<Mark> {
        let read = |name| {
            let text = self.document.element(element).own_attribute(name).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let mark = Mark { stage: read("stage"), status: read("status") };
        if mark.stage.as_ref().is_some_and(|stage| stage.chars().count() > LONGEST_STAGE) {
            self.refuse(id, "stage", format!("The stage is too long; {LONGEST_STAGE} characters are the most."));
        }
        if let Some(fault) = mark.status.as_ref().and_then(|status| self.setting.status_fault(status)) {
            self.refuse(id, "status", fault);
        }
        (mark != Mark::default()).then_some(mark)
    }

    /// `aftersail:on` and `aftersail:fields` of a start event.
    fn begin(&mut self, id: &str, element: ElementId) -> Option<Begin> {
        let start = self.document.element(element);
        let on = match start.own_attribute("on").map(str::trim).filter(|on| !on.is_empty() && *on != "manual")? {
            "created" => "created",
            "changed" => "updated",
            other => {
                let reason = format!("`{other}` starts nothing; write `created`, `changed` or `manual`.");
                self.refuse(id, "trigger", reason);
                return None;
            }
        };
        if !self.document.is(element, "startEvent") {
            self.refuse(id, "trigger", "Only a start event begins a process by itself.".to_owned());
            return None;
        }
        let fields = start.own_attribute("fields").unwrap_or_default().split(',').map(str::trim);
        let fields = fields.filter(|field| !field.is_empty()).map(str::to_owned).collect();
        let condition = match start.own_attribute("if").map(str::trim).filter(|text| !text.is_empty()) {
            None => None,
            // A tree cannot fail, so a record that does not fit never needs somebody to look at it.
            Some(text) => {
                Some(self.compiled(id, Source { text, language: Some(CONDITION), purpose: Purpose::Condition })?)
            }
        };
        Some(Begin { on, fields, condition })
    }

    /// The action a service task names, with what it gives; one that nobody does is refused.
    fn action(&mut self, id: &str, element: ElementId) -> Option<Step> {
        let name = self.document.element(element).own_attribute("action").unwrap_or_default();
        if let Some(deed) = self.setting.action(name) {
            let face: Face = deed.face();
            let (inputs, wrong) = Inputs::read(self.document, element, &face, self.setting.language());
            for reason in wrong {
                self.refuse(id, "input", reason);
            }
            return Some(Step { action: name.to_owned(), inputs });
        }
        let reason = if name.is_empty() {
            "Say which action this step does, or make it a script task.".to_owned()
        } else {
            format!("There is no action `{name}`; choose one of the catalogue.")
        };
        self.refuse(id, "unknown-action", reason);
        None
    }
}

/// The words of a text that something is read from: those before a dot.
fn named(text: &str) -> BTreeSet<String> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words = text.match_indices('.').filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before
            .rfind(|letter| !is_word(letter))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        (start < at).then(|| before[start..].to_owned())
    });
    words.collect()
}

pub(super) fn finding(element: Option<&str>, rule: &str, reason: String) -> Finding {
    Finding { element: element.map(str::to_owned), rule: rule.to_owned(), reason }
}
