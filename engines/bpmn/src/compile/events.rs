//! What events wait for and what they throw.

use super::{Compiler, Numbers};
use crate::language::Purpose;
use crate::model::{Throw, Timer, TimerText, Trigger};
use crate::timer::{Schedule, TimerKind};
use crate::xml::ElementId;

impl Compiler<'_, '_> {
    pub(super) fn triggers(&mut self, index: usize) -> Vec<Trigger> {
        let outline = self.outline;
        let definitions = &outline.nodes[index].definitions;
        definitions.iter().filter_map(|definition| self.trigger(index, *definition)).collect()
    }

    fn trigger(&mut self, index: usize, definition: ElementId) -> Option<Trigger> {
        let outline = self.outline;
        Some(match outline.document.bpmn_name(definition) {
            "timerEventDefinition" => Trigger::Timer(self.timer(index, definition)?),
            "messageEventDefinition" => Trigger::Message(self.named(definition, "messageRef")?),
            "signalEventDefinition" => Trigger::Signal(self.named(definition, "signalRef")?),
            "conditionalEventDefinition" => {
                let condition = outline.document.child_named(definition, "condition")?;
                Trigger::Condition(self.expression(condition, outline.nodes[index].element, Purpose::Condition)?)
            }
            "errorEventDefinition" => Trigger::Error(self.code(definition, "error")),
            "escalationEventDefinition" => Trigger::Escalation(self.code(definition, "escalation")),
            "cancelEventDefinition" => Trigger::Cancel,
            "compensateEventDefinition" => Trigger::Compensation,
            _ => return None,
        })
    }

    /// The code of an error or escalation; one without a code is known by its id.
    fn code(&self, definition: ElementId, kind: &str) -> Option<String> {
        let outline = self.outline;
        let element = outline.referenced(definition, &format!("{kind}Ref"))?;
        outline
            .attribute(element, &format!("{kind}Code"))
            .map(str::trim)
            .filter(|code| !code.is_empty())
            .or_else(|| outline.id(element))
            .map(str::to_owned)
    }

    fn timer(&mut self, index: usize, definition: ElementId) -> Option<Timer> {
        let outline = self.outline;
        let id = outline.id(outline.nodes[index].element);
        let called = outline.called(index);
        let kinds =
            [("timeDate", TimerKind::Date), ("timeDuration", TimerKind::Duration), ("timeCycle", TimerKind::Cycle)];
        let mut texts = kinds
            .into_iter()
            .filter_map(|(name, kind)| outline.document.child_named(definition, name).map(|element| (kind, element)));
        let (Some((kind, element)), None) = (texts.next(), texts.next()) else {
            self.problems.refuse(
                id,
                "missing-timer",
                format!("The timer {called} needs exactly one of date, duration and cycle. Give it one."),
            );
            return None;
        };
        let text = outline.document.text(element);
        if text.is_empty() {
            self.problems.refuse(
                id,
                "missing-timer",
                format!("The timer {called} has no time. Write one, such as PT30M."),
            );
            return None;
        }
        let schedule = match Schedule::parse(kind, &text) {
            Ok(schedule) => TimerText::Fixed(schedule),
            Err(problem) => {
                // What is no ISO 8601 may still be an expression that gives it.
                let refusals = self.problems.refusals.len();
                if let Some(program) = self.expression(element, outline.nodes[index].element, Purpose::Timer) {
                    TimerText::Computed(program)
                } else {
                    self.problems.refusals.truncate(refusals);
                    self.problems.refuse(id, "invalid-timer", format!("The timer {called} cannot run: {problem}."));
                    return None;
                }
            }
        };
        let calendar = outline
            .document
            .element(definition)
            .own_attribute("calendar")
            .or_else(|| outline.document.element(element).own_attribute("calendar"))
            .map(str::to_owned);
        Some(Timer { kind, schedule, calendar })
    }

    pub(super) fn throws(&mut self, index: usize, numbers: Option<&Numbers>) -> Vec<Throw> {
        let outline = self.outline;
        let mut throws = Vec::new();
        for definition in &outline.nodes[index].definitions {
            let throw = match outline.document.bpmn_name(*definition) {
                "messageEventDefinition" => self.named(*definition, "messageRef").map(Throw::Message),
                "signalEventDefinition" => self.named(*definition, "signalRef").map(Throw::Signal),
                "errorEventDefinition" => self.code(*definition, "error").map(Throw::Error),
                "escalationEventDefinition" => self.code(*definition, "escalation").map(Throw::Escalation),
                "terminateEventDefinition" => Some(Throw::Terminate),
                "cancelEventDefinition" => Some(Throw::Cancel),
                "compensateEventDefinition" => self.compensation(index, *definition, numbers),
                _ => None,
            };
            throws.extend(throw);
        }
        // What ends the scope comes last, so that nothing thrown beside it is lost.
        throws.sort_by_key(|throw| matches!(throw, Throw::Error(_) | Throw::Terminate | Throw::Cancel));
        throws
    }

    fn compensation(&mut self, index: usize, definition: ElementId, numbers: Option<&Numbers>) -> Option<Throw> {
        let outline = self.outline;
        let Some(name) = outline.reference_text(definition, "activityRef") else {
            return Some(Throw::Compensation(None));
        };
        let activity = outline.reference(&name).and_then(|element| outline.node(element));
        let activity = activity.filter(|activity| outline.is_activity(*activity));
        let Some(activity) = activity else {
            self.problems.refuse(
                outline.id(outline.nodes[index].element),
                "broken-reference",
                format!(
                    "{} compensates `{name}`, which is no activity of the process. Choose one, or leave it out to compensate all.",
                    outline.called(index)
                ),
            );
            return None;
        };
        numbers.and_then(|numbers| numbers.nodes.get(&activity)).map(|activity| Throw::Compensation(Some(*activity)))
    }
}
