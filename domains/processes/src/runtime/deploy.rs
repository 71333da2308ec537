//! Publishing: a file becomes a version that never changes, and its processes stand for it from then on.

use bpmn::model::Trigger;
use db::{Query as _, Tx};
use kernel::Uuid;

use super::{Around, Deployed, Runtime, model::finding, timer::start_wait, write::Order};
use crate::{
    ProcessError,
    store::{
        definitions,
        waits::{self, Kind},
    },
};

/// What is to be published.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Its definition.
    pub definition: Uuid,
    /// The number it gets.
    pub number: i64,
    /// The file.
    pub xml: String,
    /// What its publisher says about it.
    pub note: Option<String>,
    /// The earlier version that it brings back.
    pub restores: Option<i64>,
}

/// Where among the starts of a process the one stands that records bring about.
const RECORD_PLACE: u32 = u32::MAX;

impl Runtime {
    /// Publishes a file: running instances keep their version; start events are those of this one from now on.
    ///
    /// # Errors
    /// Everything that speaks against the file, or that a process in it belongs to another definition.
    pub async fn publish(&self, tx: &mut Tx<'_>, publication: Publication) -> Result<(), ProcessError> {
        let Publication { definition, number, xml, note, restores } = publication;
        let model =
            Deployed::read(self.setting(), definition, number, xml.as_bytes()).map_err(ProcessError::Unsound)?;
        let cx = tx.cx().clone();
        let mut order = Order::take(tx).await?;
        let mut statements = vec![definitions::add_version(&cx, definition, number, xml, (note, restores))];
        for process in definitions::processes(tx, definition).await? {
            statements.push(waits::remove_starts(&cx, &process));
            statements.push(waits::clear_starts(&cx, definition, &process));
            if model.process(&process).is_none() {
                statements.push(definitions::undeploy(&cx, &process));
            }
        }
        let zone = self.zone(tx, &model).await?;
        for (place, process) in model.processes.iter().enumerate() {
            if !definitions::deploy(tx, &process.id, definition, number).await? {
                return Err(ProcessError::ProcessTaken(process.id.clone()));
            }
            for ((event, trigger), place) in process.starts().zip(0_u32..) {
                let (kind, name) = match trigger {
                    Trigger::Message(name) => (Kind::Message, name),
                    Trigger::Signal(name) => (Kind::Signal, name),
                    _ => continue,
                };
                statements.push(waits::add_start(&cx, &process.id, (event.0, place), kind, name));
            }
            if let Some(begin) = model.begins.get(&process.id) {
                let Some(object) = definitions::object(tx, definition).await? else {
                    let reason = "Say which kind of records the process runs for, or let it start by hand.";
                    return Err(ProcessError::Unsound(vec![finding(None, "trigger", reason.to_owned())]));
                };
                let name = format!("{object}.{}", begin.on);
                statements.push(waits::add_start(&cx, &process.id, (0, RECORD_PLACE), Kind::Record, &name));
            }
            let timers = {
                let around = self.setting().surroundings(&model, Around { zone: zone.clone(), record: None });
                process.start_timers(cx.now().micros(), &*around)
            };
            for timer in timers {
                let cycle = serde_json::to_string(&timer.running).unwrap_or_default();
                let wait = start_wait(place, &timer);
                let seq = order.next();
                statements.push(waits::set_start(&cx, definition, &process.id, wait, (timer.running.due, cycle), seq));
            }
        }
        tx.execute_all(statements).await?;
        Ok(())
    }
}
