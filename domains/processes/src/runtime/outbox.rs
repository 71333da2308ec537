//! What instances have to say to each other: done one by one, in order, each in a transaction of its own.

use bpmn::{
    Command, Effect,
    model::NodeId,
    state::{Key, Status, Variables},
};
use db::{Query as _, Tx};
use kernel::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    DEEPEST_CALL, Origin, Runtime, Start,
    message::NewMessage,
    write::{Order, hearers, work_off},
};
use crate::{
    ProcessError,
    store::{instances, outbox, waits},
};

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub(super) enum Item {
    /// A call activity calls a process.
    Call { instance: Uuid, call: Key, process: String, variables: Variables },
    /// A called process ended.
    EndCall { parent: Uuid, call: Key, status: Status, variables: Variables },
    /// An escalation leaves a called process; `element` of `instance` threw it and waits.
    Escalate { parent: Uuid, call: Key, code: String, instance: Uuid, element: Key },
    /// A throwing element goes on.
    Resume { instance: Uuid, element: Key },
    /// A signal reaches somebody who waits.
    Signal { instance: Uuid, wait: Key, variables: Variables },
    /// A signal starts a process.
    Start { process: String, event: NodeId, variables: Variables },
    /// A message was thrown.
    Message { name: String, key: Option<Value>, variables: Variables },
    /// A wait opened for which a message is kept.
    TakeMessage { instance: Uuid, wait: Key },
}

impl Item {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Runtime {
    /// Does what stands first in the outbox of a tree of instances (of all, without one); false when there is nothing.
    pub async fn work_off(&self, tx: &mut Tx<'_>, root: Option<Uuid>) -> Result<bool, ProcessError> {
        let Some((seq, part, root, text)) = outbox::first(tx, root).await? else { return Ok(false) };
        outbox::remove(tx, (seq, part)).await?;
        let item: Item = serde_json::from_str(&text)
            .map_err(|error| ProcessError::Unreadable(format!("place {seq}.{part} of the outbox: {error}")))?;
        let mut order = Order::take(tx).await?;
        match item {
            Item::Call { instance, call, process, variables } => {
                self.call(tx, &mut order, (instance, call), process, variables).await?;
            }
            Item::EndCall { parent, call, status, variables } => {
                self.tell(tx, &mut order, parent, Command::EndCall { call, status, variables }).await?;
            }
            Item::Escalate { parent, call, code, instance, element } => {
                let next = self.escalate(tx, &mut order, (parent, call), &code).await?;
                let item = match next {
                    Some((parent, call)) => Item::Escalate { parent, call, code, instance, element },
                    None => Item::Resume { instance, element },
                };
                // At the same place, so that nothing comes between a throw and its end.
                let statement = outbox::add(tx.cx(), root, (seq, part + 1), item.text());
                tx.execute(statement).await?;
            }
            Item::Resume { instance, element } => {
                self.tell(tx, &mut order, instance, Command::Resume { element }).await?;
            }
            Item::Signal { instance, wait, variables } => {
                self.tell(tx, &mut order, instance, Command::DeliverSignal { wait, variables }).await?;
            }
            Item::Start { process, event, variables } => {
                let start = Start { process_id: process, variables, ..Start::default() };
                let origin = Origin { event: Some(event), parent: None };
                too_late(self.start_from(tx, &mut order, start, origin).await.map(|_| ()))?;
            }
            Item::Message { name, key, variables } => {
                let message = NewMessage { name, key, variables, ..NewMessage::default() };
                self.correlate(tx, &mut order, message).await?;
            }
            Item::TakeMessage { instance, wait } => self.take_kept(tx, &mut order, instance, wait).await?,
        }
        Ok(true)
    }

    /// A command to an instance that may have moved on since it was meant.
    async fn tell(&self, tx: &mut Tx<'_>, order: &mut Order, id: Uuid, command: Command) -> Result<(), ProcessError> {
        too_late(self.command_in(tx, order, id, command).await)
    }

    async fn call(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        (instance, call): (Uuid, Key),
        process: String,
        variables: Variables,
    ) -> Result<(), ProcessError> {
        let Some(live) = instances::lock(tx, instance).await? else { return Ok(()) };
        if !live.state.is_running() || !live.state.elements.contains_key(&call) {
            return Ok(());
        }
        let refused = if live.depth >= DEEPEST_CALL {
            Some(format!("processes call each other more than {DEEPEST_CALL} deep; end the circle"))
        } else {
            let start =
                Start { process_id: process, object: live.object.clone(), object_id: live.object_id, variables };
            let origin = Origin { event: None, parent: Some((instance, call, live.root_id, live.depth)) };
            match self.start_from(tx, order, start, origin).await {
                Ok(_) => None,
                Err(error) if error.came_too_late() => Some(error.to_string()),
                Err(error) => return Err(error),
            }
        };
        match refused {
            Some(message) => too_late(self.command_to(tx, order, live, Command::FailJob { job: call, message }).await),
            None => Ok(()),
        }
    }

    /// Hands an escalation to the call activity; if that does not handle it, gives the next one outwards.
    async fn escalate(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        (parent, call): (Uuid, Key),
        code: &str,
    ) -> Result<Option<(Uuid, Key)>, ProcessError> {
        let Some(mut live) = instances::lock(tx, parent).await? else { return Ok(None) };
        let model = self.model(tx, live.definition_id, live.number).await?;
        let command = Command::Escalate { call, code: code.to_owned() };
        let (mut effects, said) = match self.step(tx, &model, &mut live, command).await {
            Ok(done) => done,
            Err(error) => return too_late(Err(error)).map(|()| None),
        };
        let passed = effects
            .iter()
            .position(|effect| matches!(effect, Effect::ThrowEscalation { element, .. } if *element == call));
        let next = passed.and(live.parent);
        if let Some(index) = passed {
            effects.remove(index);
        }
        self.write(tx, order, (live, &model), effects, said).await?;
        Ok(next)
    }

    /// Throws a signal from outside: all that wait now hear it, and start events of what is published.
    pub async fn signal(&self, tx: &mut Tx<'_>, name: &str, variables: &Variables) -> Result<usize, ProcessError> {
        let items = hearers(tx, name, variables).await?;
        if items.is_empty() {
            return Ok(0);
        }
        let mut order = Order::take(tx).await?;
        let cx = tx.cx().clone();
        let (root, seq) = (cx.new_id(), order.next());
        let mut statements: Vec<_> =
            items.iter().zip(0..).map(|(item, part)| outbox::add(&cx, root, (seq, part), item.text())).collect();
        statements.push(jobs::statement(&cx, &work_off(root)));
        tx.execute_all(statements).await?;
        Ok(items.len())
    }

    /// A wait for which a message is kept takes it, unless either is gone.
    async fn take_kept(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        instance: Uuid,
        wait: Key,
    ) -> Result<(), ProcessError> {
        let Some(live) = instances::lock(tx, instance).await? else { return Ok(()) };
        let Some((name, key)) = waits::awaited(tx, instance, wait).await? else { return Ok(()) };
        // Another wait may take the same message at this moment; then the next one is tried.
        while let Some((id, variables)) = outbox::kept(tx, &name, key.as_ref()).await? {
            if outbox::taken(tx, id).await? {
                let variables = serde_json::from_str(&variables)
                    .map_err(|error| ProcessError::Unreadable(format!("a kept message: {error}")))?;
                return self.command_to(tx, order, live, Command::DeliverMessage { wait, variables }).await;
            }
        }
        Ok(())
    }
}

/// A command that came too late changes nothing, and that is all.
pub(super) fn too_late(outcome: Result<(), ProcessError>) -> Result<(), ProcessError> {
    match outcome {
        Err(error) if error.came_too_late() => Ok(()),
        other => other,
    }
}
