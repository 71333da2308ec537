//! Messages: by name and key, to one catcher or start event, kept for a while if nobody waits, taken once.

use bpmn::{Command, Delivery, model::NodeId, state::Variables};
use db::{DbError, Query as _, Tx};
use kernel::Timestamp;
use serde_json::Value;

use super::{Origin, Runtime, Start, write::Order};
use crate::{
    ProcessError,
    store::{
        outbox,
        waits::{self, Kind},
    },
};

/// A message from outside.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// Its name.
    pub name: String,
    /// The key it is for.
    pub key: Option<Value>,
    /// What it carries.
    pub variables: Variables,
    /// Until when it is kept if nobody waits for it.
    pub keep_until: Option<Timestamp>,
    /// Its id: a second one with the same id is not taken.
    pub id: Option<String>,
}

/// Somebody began to wait while the message was about to be kept.
struct Again;

impl Runtime {
    /// Hands a message to whoever has waited longest for it, else to a start event; else keeps it, if it is to be kept.
    pub async fn message(&self, tx: &mut Tx<'_>, message: NewMessage) -> Result<Delivery, ProcessError> {
        let mut order = Order::take(tx).await?;
        if let Some(id) = &message.id
            && !outbox::know(tx, id).await?
        {
            return Ok(Delivery::Duplicate);
        }
        let id = message.id.clone();
        let delivery = self.correlate(tx, &mut order, message).await?;
        if let (Delivery::Unmatched, Some(id)) = (delivery, id) {
            outbox::forget(tx, &id).await?;
        }
        Ok(delivery)
    }

    pub(super) async fn correlate(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        message: NewMessage,
    ) -> Result<Delivery, ProcessError> {
        let NewMessage { name, key, variables, keep_until, .. } = message;
        let key = key.map(|key| key.to_string());
        loop {
            if self.deliver(tx, order, &name, key.as_ref(), &variables).await? {
                return Ok(Delivery::Correlated);
            }
            let Some(until) = keep_until.filter(|until| *until > tx.cx().now()) else { return Ok(Delivery::Unmatched) };
            let seq = order.next();
            let text = serde_json::to_string(&variables).unwrap_or_default();
            let (name, key) = (name.clone(), key.clone());
            // The turn is given back if this is undone, so nobody is waited for while it is held.
            let kept = tx
                .attempt(async move |tx: &mut Tx<'_>| -> Result<(), Result<Again, DbError>> {
                    waits::turn(tx, &name).await.map_err(Err)?;
                    if waits::catcher(tx, &name, key.as_ref(), i64::MIN).await.map_err(Err)?.is_some() {
                        return Err(Ok(Again));
                    }
                    let statement = outbox::keep(tx.cx(), seq, (name, key), text, until);
                    tx.execute(statement).await.map_err(Err).map(|_| ())
                })
                .await?;
            match kept {
                Ok(()) => return Ok(Delivery::Buffered),
                Err(Ok(Again)) => {}
                Err(Err(error)) => return Err(error.into()),
            }
        }
    }

    async fn deliver(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        name: &str,
        key: Option<&String>,
        variables: &Variables,
    ) -> Result<bool, ProcessError> {
        let mut after = i64::MIN;
        while let Some((instance, wait, seq)) = waits::catcher(tx, name, key, after).await? {
            after = seq;
            let command = Command::DeliverMessage { wait, variables: variables.clone() };
            match self.command_in(tx, order, instance, command).await {
                Ok(()) => return Ok(true),
                Err(error) if error.came_too_late() => {}
                Err(error) => return Err(error),
            }
        }
        for (process, event) in waits::starts(tx, Kind::Message, name).await? {
            let start = Start { process_id: process, variables: variables.clone(), ..Start::default() };
            let origin = Origin { event: Some(NodeId(event)), parent: None };
            match self.start_from(tx, order, start, origin).await {
                Ok(_) => return Ok(true),
                Err(error) if error.came_too_late() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}
