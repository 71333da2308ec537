//! Timers on the engine's clock: each fires at its own due time, or once after an outage.

use std::sync::Arc;

use super::{Engine, InstanceId};
use crate::effect::Command;
use crate::language::{Surroundings, Visible};
use crate::model::{NodeId, Process, TimerText, Trigger};
use crate::state::{Key, Variables};
use crate::timer::{Running, Schedule};

/// What a timer belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A wait of an instance.
    Wait(InstanceId, Key),
    /// A start event of the latest version of a process.
    Start(String, NodeId, u32),
}

impl Engine<'_> {
    /// Moves the clock; every timer on the way fires at its own due time, and the engine settles after each.
    ///
    /// Says false when the world never came to rest.
    pub fn advance_to(&mut self, instant: i64) -> bool {
        while let Some(due) = self.next_due().filter(|due| *due <= instant) {
            self.now = self.now.max(due);
            if !self.settle() {
                return false;
            }
        }
        self.now = self.now.max(instant);
        true
    }

    /// Lets the clock leap as after an outage: what is overdue fires late, missed turns of a cycle once.
    ///
    /// Says false when the world never came to rest.
    pub fn jump_to(&mut self, instant: i64) -> bool {
        self.now = self.now.max(instant);
        self.settle()
    }

    /// When the next timer is due, microseconds UTC.
    pub fn next_due(&self) -> Option<i64> {
        self.timers.keys().next().map(|(due, _)| *due)
    }

    pub(super) fn set_timer(&mut self, of: Due, due: i64) {
        self.clear_timer(&of);
        let at = (due, self.order());
        self.timers.insert(at, of.clone());
        self.timer_of.insert(of, at);
    }

    pub(super) fn clear_timer(&mut self, of: &Due) {
        if let Some(at) = self.timer_of.remove(of) {
            self.timers.remove(&at);
        }
    }

    /// Fires the timer that has been due longest; says whether there was one.
    pub(super) fn fire_due_timer(&mut self) -> bool {
        let Some(entry) = self.timers.first_entry().filter(|entry| entry.key().0 <= self.now) else { return false };
        let of = entry.remove();
        self.timer_of.remove(&of);
        match of {
            Due::Wait(instance, wait) => {
                let _gone = self.command(instance, Command::FireTimer { wait });
            }
            Due::Start(process, event, trigger) => self.start_by_timer(&process, event, trigger),
        }
        true
    }

    /// Sets the timers of a process's start events, instead of those of its earlier version.
    pub(super) fn set_start_timers(&mut self, process: &Arc<Process>) {
        let old: Vec<Due> = self
            .timer_of
            .keys()
            .filter(|of| matches!(of, Due::Start(id, _, _) if *id == process.id))
            .cloned()
            .collect();
        for of in old {
            self.clear_timer(&of);
        }
        self.start_cycles.retain(|(id, _, _), _| *id != process.id);
        for StartTimer { event, trigger, running } in process.start_timers(self.now, self.around) {
            self.set_timer(Due::Start(process.id.clone(), event, trigger), running.due);
            self.start_cycles.insert((process.id.clone(), event, trigger), running);
        }
    }

    fn start_by_timer(&mut self, process: &str, event: NodeId, trigger: u32) {
        let key = (process.to_owned(), event, trigger);
        if let Some(running) = self.start_cycles.remove(&key)
            && let Some((model, _)) = self.latest(process)
        {
            let fired = StartTimer { event, trigger, running };
            if let Some(next) = model.next_start(&fired, self.now, self.around) {
                self.set_timer(Due::Start(process.to_owned(), event, trigger), next.running.due);
                self.start_cycles.insert(key, next.running);
            }
        }
        let _refused = self.start_at(process, Some(event), Variables::new(), None);
    }
}

/// A timer of a start event that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTimer {
    /// The start event.
    pub event: NodeId,
    /// Which of its triggers.
    pub trigger: u32,
    /// How far it is.
    pub running: Running,
}

impl Process {
    /// The timers of its start events, begun at `now`; one whose text or calendar gives no instant is left out.
    pub fn start_timers(&self, now: i64, around: &dyn Surroundings) -> Vec<StartTimer> {
        let begun = |(event, trigger, schedule, calendar): (NodeId, u32, Schedule, Option<&str>)| {
            let running = schedule.start(now, calendar, around).ok()?;
            Some(StartTimer { event, trigger, running })
        };
        timers(self).filter_map(begun).collect()
    }

    /// What is left of such a timer after it fired at `now`; none when that was the last time.
    pub fn next_start(&self, fired: &StartTimer, now: i64, around: &dyn Surroundings) -> Option<StartTimer> {
        let (_, _, _, calendar) =
            timers(self).find(|(event, trigger, _, _)| (*event, *trigger) == (fired.event, fired.trigger))?;
        let running = fired.running.next(now, calendar, around).ok()??;
        Some(StartTimer { running, ..*fired })
    }
}

/// The timers among the start events of a process.
fn timers(process: &Process) -> impl Iterator<Item = (NodeId, u32, Schedule, Option<&str>)> {
    process.starts_numbered().filter_map(|(event, index, trigger)| {
        let Trigger::Timer(timer) = trigger else { return None };
        let schedule = match &timer.schedule {
            TimerText::Fixed(schedule) => schedule.clone(),
            TimerText::Computed(program) => {
                let value = program.run.evaluate(&Visible::of(&Variables::new())).ok()?;
                Schedule::parse(timer.kind, value.as_str()?).ok()?
            }
        };
        Some((event, index, schedule, timer.calendar.as_deref()))
    })
}
