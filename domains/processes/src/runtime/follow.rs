//! Processes follow what happens to records: it starts them, ends their waits, and changes what their conditions see.
//!
//! What happens is an event of the product, such as `ticket.created` or `visit.completed`; it concerns its own record and
//! the one on whose timeline it stands. Everything here happens in the transaction that moves the cursor, so once.

use std::{sync::Arc, time::Duration};

use bpmn::{Command, language::Visible, model::NodeId, state::Variables};
use db::{Query as _, Tx};
use events::{Consumer, ConsumerError, Event, NewEvent};
use futures_util::future::BoxFuture;
use kernel::{ActorKind, Uuid};
use serde_json::{Value, json};

use super::{Origin, Runtime, Start, write::Order};
use crate::{
    ProcessError,
    store::{
        definitions::{self, Startable},
        instances,
        waits::{self, Kind},
    },
};

/// How often a process may begin by itself for one record within [`WITHIN`]: more is a circle of processes that start each
/// other.
const MOST_STARTS: i64 = 20;
const WITHIN: Duration = Duration::from_hours(1);

/// Starts processes, and goes on with those that wait, when something happens to their records.
#[derive(Debug, Clone)]
pub struct FollowRecords(pub Runtime);

impl Consumer for FollowRecords {
    fn name(&self) -> &'static str {
        "processes.follow_records"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn wants(&self, event: &Event) -> bool {
        let known = |object: &str| self.0.setting().subject(object).is_some();
        known(&event.object) || known(&event.parent_object)
    }

    /// A company without processes pays one look for many events.
    fn handle_batch<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            if waits::listens(tx).await? {
                for event in events {
                    self.handle(tx, event).await?;
                }
            }
            Ok(())
        })
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            self.0.happened(tx, event).await.map_err(|error| match error {
                ProcessError::Db(error) => error.into(),
                other => ConsumerError::failed(other),
            })
        })
    }
}

impl Runtime {
    /// Tells all processes that something happened to a record.
    async fn happened(&self, tx: &mut Tx<'_>, event: &Event) -> Result<(), ProcessError> {
        let mut records = vec![(event.object.as_str(), event.object_id)];
        records.extend(event.parent());
        records.retain(|(object, _)| self.setting().subject(object).is_some());
        let mut order = Order::take(tx).await?;
        for record in records {
            self.go_on(tx, &mut order, event, record).await?;
            if event.object_id == record.1 && self.setting().subject(record.0).is_some_and(|of| of.ends(&event.kind)) {
                self.end(tx, &mut order, event, record).await?;
                continue;
            }
            self.begin(tx, &mut order, event, record).await?;
        }
        Ok(())
    }

    /// Ends the waits for it, and lets the instances of the record look at it anew.
    async fn go_on(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        event: &Event,
        (object, id): (&str, Uuid),
    ) -> Result<(), ProcessError> {
        let key = Value::String(id.to_string()).to_string();
        let mut after = i64::MIN;
        while let Some((instance, wait, seq)) = waits::catcher(tx, &event.kind, Some(&key), after).await? {
            after = seq;
            let command = Command::DeliverMessage { wait, variables: Variables::new() };
            late_is_fine(self.command_in(tx, order, instance, command).await)?;
        }
        for instance in instances::running_for(tx, object, id).await? {
            let Some(live) = instances::lock(tx, instance).await? else { continue };
            if live.state.conditions.is_empty() {
                continue;
            }
            let model = self.model(tx, live.definition_id, live.number).await?;
            let Some((name, record)) = self.record(tx, &model, &live).await? else { continue };
            let variables = Variables::from_iter([(name, record)]);
            late_is_fine(self.command_to(tx, order, live, Command::SetVariables { variables }).await)?;
        }
        Ok(())
    }

    /// Cancels what still runs for a record that is no more; the process that brought this about goes to its own end.
    async fn end(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        event: &Event,
        (object, id): (&str, Uuid),
    ) -> Result<(), ProcessError> {
        for instance in instances::running_for(tx, object, id).await? {
            let Some(live) = instances::lock(tx, instance).await? else { continue };
            if !is_own_doing(event, live.definition_id) {
                late_is_fine(self.command_to(tx, order, live, Command::Cancel).await)?;
            }
        }
        Ok(())
    }

    /// Starts what begins with it.
    async fn begin(
        &self,
        tx: &mut Tx<'_>,
        order: &mut Order,
        event: &Event,
        (object, id): (&str, Uuid),
    ) -> Result<(), ProcessError> {
        let mut starts: Vec<(String, Option<NodeId>)> = Vec::new();
        for (process, node) in waits::starts(tx, Kind::Message, &event.kind).await? {
            starts.push((process, Some(NodeId(node))));
        }
        if event.object_id == id {
            let updated = format!("{object}.updated");
            let mut kinds = vec![event.kind.as_str()];
            // Fields change with what is done to a record too: assigning it, resolving it.
            if event.kind != updated && event.object == object && !event.kind.ends_with(".created") {
                kinds.push(&updated);
            }
            for kind in kinds {
                let found = waits::starts(tx, Kind::Record, kind).await?;
                starts.extend(found.into_iter().map(|(process, _)| (process, None)));
            }
        }
        for (process, node) in starts {
            let Some(found) = definitions::startable(tx, &process).await? else { continue };
            if found.object.as_deref() != Some(object) || is_own_doing(event, found.definition_id) {
                continue;
            }
            if !self.is_wanted(tx, event, (object, id), &found, (&process, node.is_none())).await? {
                continue;
            }
            if instances::started_since(tx, found.definition_id, id, tx.cx().now().minus(WITHIN)).await? >= MOST_STARTS
            {
                let told = NewEvent::new("process.held_back", "process", found.definition_id)
                    .label(process)
                    .parent(object, id)
                    .data(json!({ "event": event.kind, "starts": MOST_STARTS }));
                events::append(tx, told).await?;
                continue;
            }
            let start = Start {
                process_id: process,
                object: Some(object.to_owned()),
                object_id: Some(id),
                variables: Variables::new(),
            };
            late_is_fine(self.start_from(tx, order, start, Origin { event: node, parent: None }).await.map(drop))?;
        }
        Ok(())
    }

    /// Whether a process is for records of this type, and the change is one that it begins with.
    async fn is_wanted(
        &self,
        tx: &mut Tx<'_>,
        event: &Event,
        (object, id): (&str, Uuid),
        found: &Startable,
        (process, by_record): (&str, bool),
    ) -> Result<bool, ProcessError> {
        let mut condition = None;
        if by_record {
            let model = self.model(tx, found.definition_id, found.number).await?;
            let Some(begin) = model.begins.get(process) else { return Ok(false) };
            let is_named = event.kind.strip_prefix(object).and_then(|kind| kind.strip_prefix('.')) == Some(begin.on);
            let has_changed = begin.fields.iter().any(|field| has_changed(&event.data, field));
            let is_meant = has_changed || (is_named && begin.fields.is_empty());
            if !is_meant {
                return Ok(false);
            }
            condition.clone_from(&begin.condition);
        }
        if condition.is_none() && found.object_type.is_none() {
            return Ok(true);
        }
        let Some(subject) = self.setting().subject(object).map(|subject| Arc::clone(&subject)) else {
            return Ok(false);
        };
        let Some(record) = subject.record(tx, id).await? else { return Ok(false) };
        let kind = record.get("type").and_then(Value::as_str);
        if found.object_type.is_some() && found.object_type.as_deref() != kind {
            return Ok(false);
        }
        let Some(condition) = condition else { return Ok(true) };
        let seen = Variables::from_iter([(object.to_owned(), Value::Object(record))]);
        Ok(condition.evaluate(&Visible::of(&seen)) == Ok(Value::Bool(true)))
    }
}

/// What a process did itself does not begin it again.
fn is_own_doing(event: &Event, definition: Uuid) -> bool {
    event.actor.kind == ActorKind::System && event.actor.id == definition
}

fn has_changed(data: &Value, field: &str) -> bool {
    data.get(field).is_some() || data.get("ext").is_some_and(|own| own.get(field).is_some())
}

fn late_is_fine(outcome: Result<(), ProcessError>) -> Result<(), ProcessError> {
    match outcome {
        Err(error) if error.came_too_late() => Ok(()),
        other => other,
    }
}
