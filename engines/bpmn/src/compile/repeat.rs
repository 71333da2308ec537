//! Loops and multi-instance activities.

use super::Compiler;
use crate::language::Purpose;
use crate::model::{Loop, Many, Repeat};
use crate::xml::ElementId;

impl Compiler<'_, '_> {
    pub(super) fn repeat(&mut self, index: usize) -> Option<Repeat> {
        let document = self.outline.document;
        let element = self.outline.nodes[index].element;
        if let Some(many) = document.child_named(element, "multiInstanceLoopCharacteristics") {
            return Some(Repeat::Many(self.many(element, many)));
        }
        let standard = document.child_named(element, "standardLoopCharacteristics")?;
        let maximum = match self.outline.attribute(standard, "loopMaximum") {
            None => None,
            Some(text) => {
                let maximum = text.trim().parse::<u32>().ok();
                if maximum.is_none() {
                    self.problems.refuse(
                        self.outline.id(element),
                        "loop-maximum",
                        format!(
                            "The loop of {} runs at most `{text}` times. Write a whole number.",
                            self.outline.called(index)
                        ),
                    );
                }
                maximum
            }
        };
        let condition = self.part(element, standard, "loopCondition", Purpose::Condition);
        if condition.is_none() && maximum.is_none() && document.child_named(standard, "loopCondition").is_none() {
            self.problems.refuse(
                self.outline.id(element),
                "endless-loop",
                format!(
                    "The loop of {} has neither a condition nor a maximum, so it would never end. Give it one.",
                    self.outline.called(index)
                ),
            );
        }
        Some(Repeat::Loop(Loop { test_before: self.outline.flag(standard, "testBefore", false), condition, maximum }))
    }

    fn many(&mut self, element: ElementId, many: ElementId) -> Many {
        let outline = self.outline;
        let item = |name: &str| {
            let item = outline.document.child_named(many, name)?;
            let called = outline.attribute(item, "name").filter(|name| !name.trim().is_empty());
            called.or_else(|| outline.id(item)).map(|name| name.trim().to_owned())
        };
        Many {
            sequential: outline.flag(many, "isSequential", false),
            cardinality: self.part(element, many, "loopCardinality", Purpose::Cardinality),
            collection: self.data(
                element,
                many,
                "loopDataInputRef",
                "dataInputAssociation",
                ["targetRef", "sourceRef"],
            ),
            item: item("inputDataItem"),
            results: self.data(element, many, "loopDataOutputRef", "dataOutputAssociation", ["sourceRef", "targetRef"]),
            result: item("outputDataItem"),
            completion: self.part(element, many, "completionCondition", Purpose::Condition),
        }
    }

    fn part(
        &mut self,
        owner: ElementId,
        parent: ElementId,
        name: &str,
        purpose: Purpose,
    ) -> Option<crate::model::Program> {
        let part = self.outline.document.child_named(parent, name)?;
        self.expression(part, owner, purpose)
    }

    /// The variable behind a loop's data reference: the far end of the association of the task's data input or output.
    fn data(
        &self,
        element: ElementId,
        many: ElementId,
        reference: &str,
        association: &str,
        [near, far]: [&str; 2],
    ) -> Option<String> {
        let outline = self.outline;
        let name = outline.reference_text(many, reference)?;
        let name = name.trim();
        let associated = outline
            .document
            .children_named(element, association)
            .find(|found| outline.reference_text(*found, near).is_some_and(|text| text.trim() == name))
            .and_then(|found| outline.reference_text(found, far));
        Some(self.variable(associated.as_deref().unwrap_or(name)))
    }
}
