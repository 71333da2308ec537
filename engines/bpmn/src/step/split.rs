//! Which flows a token takes when it leaves a node.

use serde_json::Value;

use super::{Run, incident};
use crate::model::{FlowId, NodeId, NodeKind, Program};
use crate::state::{Incident, Key};

impl Run<'_> {
    pub(super) fn choose(&self, id: NodeId, scope: Key) -> Result<Vec<FlowId>, Incident> {
        let node = self.node(id);
        if node.outgoing.is_empty() || matches!(node.kind, NodeKind::Parallel) {
            return Ok(node.outgoing.clone());
        }
        let exclusive = matches!(node.kind, NodeKind::Exclusive);
        let inclusive = matches!(node.kind, NodeKind::Inclusive(_));
        let mut taken = Vec::new();
        let mut some_true = false;
        for flow in node.outgoing.iter().copied().filter(|flow| Some(*flow) != node.default) {
            let holds = match &self.process.flow(flow).condition {
                None => true,
                Some(condition) => self.holds(condition, scope)?,
            };
            if holds {
                taken.push(flow);
                some_true |= exclusive || inclusive || self.process.flow(flow).condition.is_some();
                if exclusive {
                    break;
                }
            }
        }
        // An unconditional flow out of an activity is taken beside the others and does not make up for them.
        if !some_true && let Some(default) = node.default {
            taken.push(default);
        }
        if taken.is_empty() {
            return Err(incident(
                "no-true-flow",
                format!(
                    "no condition of the flows out of `{}` is true and none is the default; correct the variables and retry, or choose a flow",
                    node.id
                ),
            ));
        }
        Ok(taken)
    }

    /// Whether a condition holds: true does, false and null do not, anything else is a mistake.
    pub(super) fn holds(&self, condition: &Program, scope: Key) -> Result<bool, Incident> {
        truth(&condition.text, condition.run.evaluate(&self.visible(scope)))
    }
}

pub(super) fn truth(text: &str, value: Result<Value, String>) -> Result<bool, Incident> {
    match value {
        Ok(Value::Bool(holds)) => Ok(holds),
        Ok(Value::Null) => Ok(false),
        Ok(other) => Err(incident(
            "condition-not-boolean",
            format!("the condition `{text}` gives {other}, which is neither true nor false"),
        )),
        Err(problem) => Err(incident("expression-failed", format!("the condition `{text}` failed: {problem}"))),
    }
}
