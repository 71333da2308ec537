//! Commands: each finds what it is about, or is refused before anything changes.

use super::{Run, incident};
use crate::effect::{Command, Refused};
use crate::model::{BodyId, NodeId, NodeKind};
use crate::state::{Awaits, Element, Key, ROOT, Status, Variables, Work};

impl Run<'_> {
    pub(super) fn command(&mut self, command: Command) -> Result<(), Refused> {
        if let Command::Start { event, variables } = command {
            return self.start(event, variables);
        }
        if !self.state.is_running() {
            return Err(Refused::NotRunning);
        }
        match command {
            Command::Start { .. } => {}
            Command::CompleteTask { task, variables } => {
                self.complete_work(task, "the task", &Work::User, variables)?;
            }
            Command::CompleteJob { job, variables } => self.complete_work(job, "the job", &Work::Job, variables)?,
            Command::FailJob { job, message } => {
                self.open(job, "the job or call", |work| matches!(work, Work::Job | Work::Call))?;
                self.stop(job, incident("job-failed", message));
            }
            Command::ThrowError { element, code } => {
                let scope = self.open(element, "the task or job", |work| matches!(work, Work::Job | Work::User))?.scope;
                self.raise(&code, Some(element), scope);
            }
            Command::FireTimer { wait } => self.fire_timer(wait)?,
            Command::DeliverMessage { wait, variables } => {
                self.awaited(wait, "the message wait", |awaits| matches!(awaits, Awaits::Message { .. }))?;
                self.over(wait, variables);
            }
            Command::DeliverSignal { wait, variables } => {
                self.awaited(wait, "the signal wait", |awaits| matches!(awaits, Awaits::Signal { .. }))?;
                self.over(wait, variables);
            }
            Command::Resume { element } => {
                self.open(element, "the throwing event", |work| matches!(work, Work::Throw { .. }))?;
                self.throw_next(element);
            }
            Command::Escalate { call, code } => {
                self.open(call, "the call", |work| *work == Work::Call)?;
                self.escalate_from_call(&code, call);
            }
            Command::EndCall { call, status, variables } => self.end_call(call, status, &variables)?,
            Command::SetVariables { variables } => self.write(ROOT, variables),
            Command::Retry { element } => self.retry(element)?,
            Command::Skip { element, flow } => self.skip(element, flow)?,
            Command::Cancel => self.end_early(Status::Cancelled),
        }
        Ok(())
    }

    fn start(&mut self, event: Option<NodeId>, variables: Variables) -> Result<(), Refused> {
        if self.state.status != Status::New {
            return Err(Refused::Started);
        }
        let first = match event {
            Some(event) if self.process.body(BodyId(0)).triggered.contains(&event) => vec![event],
            None if self.process.can_be_called() => self.process.body(BodyId(0)).first.clone(),
            _ => return Err(Refused::NoStart(self.process.id.clone())),
        };
        self.state.status = Status::Running;
        self.state.variables = variables;
        match event.filter(|event| matches!(self.node(*event).kind, NodeKind::Receive { .. })) {
            // A receive task that starts the process has its message already.
            Some(task) => self.open_root_behind(task),
            None => self.open_body_at(None, BodyId(0), &first),
        }
        Ok(())
    }

    fn open(&self, key: Key, what: &'static str, right: impl Fn(&Work) -> bool) -> Result<&Element, Refused> {
        self.element(key)
            .filter(|element| element.incident.is_none() && right(&element.work))
            .ok_or(Refused::NotOpen { what, key })
    }

    fn awaited(&self, key: Key, what: &'static str, right: impl Fn(&Awaits) -> bool) -> Result<&Awaits, Refused> {
        self.state
            .waits
            .get(&key)
            .map(|wait| &wait.awaits)
            .filter(|awaits| right(awaits))
            .ok_or(Refused::NotOpen { what, key })
    }

    fn complete_work(
        &mut self,
        key: Key,
        what: &'static str,
        work: &Work,
        variables: Variables,
    ) -> Result<(), Refused> {
        let scope = self.open(key, what, |found| found == work)?.scope;
        self.write(scope, variables);
        self.complete(key, Vec::new());
        Ok(())
    }

    fn fire_timer(&mut self, wait: Key) -> Result<(), Refused> {
        let awaits = self.awaited(wait, "the timer", |awaits| matches!(awaits, Awaits::Timer(_)))?;
        if let Awaits::Timer(timer) = awaits
            && timer.due > self.now
        {
            return Err(Refused::NotDue(wait));
        }
        self.over(wait, Variables::new());
        Ok(())
    }

    fn end_call(&mut self, call: Key, status: Status, variables: &Variables) -> Result<(), Refused> {
        let element = self.open(call, "the call", |work| *work == Work::Call)?;
        let (id, scope) = (element.node, element.scope);
        match status {
            Status::Failed { code } => self.raise(&code, Some(call), scope),
            Status::Completed => {
                if let NodeKind::Call { outputs, .. } = &self.node(id).kind {
                    let value = |name: &str| variables.get(name).cloned().unwrap_or_default();
                    let results = outputs.iter().map(|output| (output.to.clone(), value(&output.from))).collect();
                    self.write(scope, results);
                }
                self.complete(call, Vec::new());
            }
            Status::New | Status::Running | Status::Cancelled => {
                self.stop(
                    call,
                    incident("call-cancelled", "the called process was cancelled; retry to call it again, or skip it"),
                );
            }
        }
        Ok(())
    }
}
