//! Script tasks.

use super::{Run, incident};
use crate::effect::Effect;
use crate::language::ScriptEnd;
use crate::model::ScriptProgram;
use crate::state::{Awaits, Key, Waiter, Work};
use crate::timer::Running;

impl Run<'_> {
    pub(super) fn run_script(&mut self, key: Key, script: &ScriptProgram, round: u32) {
        let Some(element) = self.element(key) else { return };
        let (node, scope) = (element.node, element.scope);
        let run = script.run.run(&self.visible(scope), round);
        for (name, value) in run.set {
            self.state.assign(scope, &name, value);
            self.variables_changed = true;
        }
        self.effects.extend(run.log.into_iter().map(|text| Effect::Log { node, text }));
        match run.end {
            ScriptEnd::Done => self.complete(key, Vec::new()),
            ScriptEnd::Error { code } => self.raise(&code, Some(key), scope),
            ScriptEnd::Failed { message } => self.stop(key, incident("script-failed", message)),
            ScriptEnd::Pause { microseconds } => {
                self.set_work(key, Work::Script { round: round + 1 });
                let timer = Running { due: self.now.saturating_add(microseconds), cycle: None };
                self.add_wait(Waiter::Pause(key), node, 0, Awaits::Timer(timer));
            }
        }
    }
}
