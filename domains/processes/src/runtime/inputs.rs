//! What a service task gives its action: `<aftersail:input name="…" value="…"/>` among its extension elements.

use std::sync::Arc;

use bpmn::{
    language::{Expression, Language, Purpose, Source, Visible},
    state::Variables,
    xml::{Document, ElementId, Namespace},
};
use serde_json::Value;

use crate::catalogue::{Face, Input};

/// A value as written, or worked out when the step is done.
#[derive(Clone)]
enum Given {
    Fixed(Value),
    Computed(Arc<dyn Expression>),
}

/// What one step gives its action.
#[derive(Clone, Default)]
pub(crate) struct Inputs(Vec<(Input, Given)>);

impl Inputs {
    /// Reads them as the action wants them; also says what is wrong.
    pub(super) fn read(
        document: &Document,
        element: ElementId,
        face: &Face,
        language: &dyn Language,
    ) -> (Self, Vec<String>) {
        let (mut inputs, mut wrong) = (Vec::new(), Vec::new());
        for (name, text) in written(document, element) {
            let Some(input) = face.inputs.iter().find(|input| input.name == name) else {
                wrong.push(format!("The action asks for no `{name}`; remove it."));
                continue;
            };
            if inputs.iter().any(|(known, _): &(Input, Given)| known.name == name) {
                wrong.push(format!("`{name}` is given twice; leave one."));
                continue;
            }
            if let Some(expression) = text.strip_prefix('=') {
                let source = Source { text: expression.trim(), language: None, purpose: Purpose::Timer };
                match language.expression(&source) {
                    Ok(program) => inputs.push((input.clone(), Given::Computed(program))),
                    Err(reason) => wrong.push(format!("`{name}`: {reason}")),
                }
                continue;
            }
            if text.is_empty() {
                continue;
            }
            let value = input.read(text);
            wrong.extend(input.fault(&value));
            inputs.push((input.clone(), Given::Fixed(value)));
        }
        for input in face.inputs.iter().filter(|input| input.required) {
            if !inputs.iter().any(|(known, _)| known.name == input.name) && wrong.is_empty() {
                wrong.push(format!("Say what `{}` is; the action cannot do without it.", input.name));
            }
        }
        (Self(inputs), wrong)
    }

    /// The values now, over these variables.
    ///
    /// # Errors
    /// What cannot be worked out, or does not fit, with what to do.
    pub(super) fn values(&self, variables: &Variables) -> Result<Variables, String> {
        let mut values = Variables::new();
        for (input, given) in &self.0 {
            let value = match given {
                Given::Fixed(value) => value.clone(),
                Given::Computed(program) => program
                    .evaluate(&Visible::of(variables))
                    .map_err(|reason| format!("`{}` cannot be worked out: {reason}", input.name))?,
            };
            if value.is_null() {
                if input.required {
                    return Err(format!("`{}` came out empty; mend the variables and retry", input.name));
                }
                continue;
            }
            if let Some(fault) = input.fault(&value) {
                return Err(format!("{fault} Mend the variables and retry."));
            }
            values.insert(input.name.clone(), value);
        }
        Ok(values)
    }
}

fn written(document: &Document, element: ElementId) -> impl Iterator<Item = (&str, &str)> {
    document.children_named(element, "extensionElements").flat_map(|extension| document.children(extension)).filter_map(
        |child| {
            let child = document.element(child);
            let is_input = child.namespace == Namespace::Aftersail && child.local_name() == "input";
            is_input
                .then(|| (child.attribute("name").unwrap_or_default(), child.attribute("value").unwrap_or_default()))
        },
    )
}
