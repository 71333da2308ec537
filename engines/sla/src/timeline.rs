//! The life of one clock, in pieces in which one policy and one version of one calendar count.

use calendar::Pause;

use crate::history::{History, Round, Wait};
use crate::{Metric, PauseCause, Policy, ServiceCalendar, ServiceLevels, Target};

/// A time in which the same rules count; the last piece has no end and goes up to `i64::MAX`.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub from: i64,
    pub to: i64,
    pub policy: Option<&'a Policy>,
    /// `None` while nothing is promised.
    pub counting: Option<Counting<'a>>,
}

/// How time is counted.
#[derive(Debug)]
pub(crate) struct Counting<'a> {
    pub target: &'a Target,
    pub calendar_id: &'a str,
    pub calendar: &'a ServiceCalendar,
    /// Rising and apart, within the piece.
    pub stops: Vec<Stop>,
    pauses: Vec<Pause>,
}

/// A time in which the clock stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub from: i64,
    pub to: Option<i64>,
    pub causes: Vec<PauseCause>,
}

/// When an amount of working time is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    At(i64),
    /// Not as long as the clock stands still.
    Held,
    /// Not within the years that a calendar looks ahead.
    Beyond,
}

impl Reach {
    pub const fn at(self) -> Option<i64> {
        match self {
            Self::At(at) => Some(at),
            Self::Held | Self::Beyond => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Timeline<'a> {
    /// At least one.
    pub pieces: Vec<Piece<'a>>,
}

impl<'a> Timeline<'a> {
    pub fn new(levels: &'a ServiceLevels, history: &History<'a>, round: &Round) -> Self {
        // What comes after a clock's end doesn't change it.
        let end = round.end.map(|(at, _)| at);
        let horizon = end.unwrap_or(i64::MAX);
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        for (index, span) in history.spans.iter().enumerate() {
            let from = span.from.max(round.from);
            let to = history.spans.get(index + 1).map_or(i64::MAX, |next| next.from);
            let over = to <= round.from || (from > round.from && from >= horizon);
            if over {
                continue;
            }
            let target = span.policy.and_then(|policy| Some((policy, policy.targets.get(&round.metric)?)));
            let Some((policy, target)) = target else {
                pieces.push(Piece { from, to, policy: span.policy, counting: None });
                continue;
            };
            let calendar_id = target.calendar.as_ref().unwrap_or(&policy.calendar);
            // Checked policies name calendars that exist.
            let versions = levels.calendar(calendar_id).map(|calendar| calendar.versions(from, to.min(horizon)));
            for (from, calendar) in versions.into_iter().flatten() {
                let stops = stops(&history.waits, policy, round.metric, end);
                let counting = Counting { target, calendar_id, calendar, stops, pauses: Vec::new() };
                pieces.push(Piece { from, to, policy: span.policy, counting: Some(counting) });
            }
        }
        // Each piece ends where the next begins; what comes after an end was left out, so the last one is open.
        for index in 0..pieces.len() {
            pieces[index].to = pieces.get(index + 1).map_or(i64::MAX, |next| next.from);
        }
        for piece in &mut pieces {
            let (from, to) = (piece.from, piece.to);
            if let Some(counting) = &mut piece.counting {
                counting.keep_within(from, to);
            }
        }
        Self { pieces }
    }

    /// The rules that apply now, or applied when the clock ended.
    pub fn current(&self) -> Option<&Piece<'a>> {
        self.pieces.last()
    }

    /// From when the policy applied that applies now.
    pub fn policy_since(&self) -> i64 {
        let id = |piece: &Piece<'_>| piece.policy.map(|policy| policy.id.clone());
        let Some(last) = self.current() else { return i64::MIN };
        self.pieces.iter().rev().take_while(|piece| id(piece) == id(last)).last().map_or(i64::MIN, |piece| piece.from)
    }

    /// Since when the clock stands still, through pauses that follow one upon another; `None` when it runs.
    pub fn paused_since(&self, now: i64) -> Option<i64> {
        let stops = self.pieces.iter().filter_map(|piece| piece.counting.as_ref()).flat_map(|counting| &counting.stops);
        let mut since = None;
        for stop in stops.rev() {
            let holds = match since {
                None => stop.from <= now && stop.to.is_none_or(|to| now < to),
                Some(later) => stop.to == Some(later),
            };
            if holds {
                since = Some(stop.from);
            } else if since.is_some() {
                break;
            }
        }
        since
    }

    /// The working time used by an instant.
    pub fn used(&self, at: i64) -> i64 {
        self.pieces.iter().map(|piece| piece.worked(piece.from, at)).sum()
    }

    /// The earliest instant by which that much working time is used: the inverse of [`Self::used`].
    pub fn reach(&self, amount: i64) -> Reach {
        let mut left = amount;
        for piece in &self.pieces {
            let Some(counting) = &piece.counting else { continue };
            if piece.to < i64::MAX {
                let rise = piece.worked(piece.from, piece.to);
                if rise < left {
                    left -= rise;
                    continue;
                }
            }
            return match counting.calendar.hours.add_working(piece.from, left, &counting.pauses) {
                Ok(Some(at)) => Reach::At(at),
                Ok(None) => Reach::Held,
                Err(_) => Reach::Beyond,
            };
        }
        Reach::Held
    }
}

impl Piece<'_> {
    /// The working time between two instants, as far as they lie in the piece.
    pub fn worked(&self, from: i64, to: i64) -> i64 {
        let (from, to) = (from.max(self.from), to.min(self.to));
        self.counting.as_ref().map_or(0, |counting| counting.calendar.hours.working_micros(from, to, &counting.pauses))
    }
}

impl Counting<'_> {
    fn keep_within(&mut self, from: i64, to: i64) {
        let open = to == i64::MAX;
        self.stops.retain(|stop| stop.from < to && stop.to.is_none_or(|end| from < end));
        for stop in &mut self.stops {
            stop.from = stop.from.max(from);
            stop.to = if open { stop.to } else { Some(stop.to.map_or(to, |end| end.min(to))) };
        }
        self.pauses = self.stops.iter().map(|stop| Pause { from: stop.from, to: stop.to }).collect();
    }
}

/// When a metric's clock stands still under a policy, overlaps joined.
fn stops(waits: &[Wait], policy: &Policy, metric: Metric, end: Option<i64>) -> Vec<Stop> {
    let stopping = |wait: &&Wait| match &wait.cause {
        PauseCause::Ended { .. } => true,
        PauseCause::Status { status, category, reason } => policy
            .pauses
            .iter()
            .any(|rule| rule.stops(metric, Some((status.as_str(), category.as_str())), reason.as_deref())),
        PauseCause::Hold { reason, .. } => {
            policy.pauses.iter().any(|rule| rule.stops(metric, None, Some(reason.as_str())))
        }
    };
    let mut stops: Vec<Stop> = waits
        .iter()
        .filter(stopping)
        .map(|wait| {
            let to = match (wait.to, end) {
                (Some(to), Some(end)) => Some(to.min(end)),
                (to, end) => to.or(end),
            };
            Stop { from: wait.from, to, causes: vec![wait.cause.clone()] }
        })
        .filter(|stop| stop.to.is_none_or(|to| stop.from < to))
        .collect();
    stops.sort_by_key(|stop| (stop.from, stop.to.unwrap_or(i64::MAX)));
    let mut joined: Vec<Stop> = Vec::with_capacity(stops.len());
    for stop in stops {
        match joined.last_mut() {
            Some(last) if last.to.is_none_or(|to| stop.from < to) => {
                last.to = last.to.zip(stop.to).map(|(one, other)| one.max(other));
                last.causes
                    .extend(stop.causes.into_iter().filter(|cause| !last.causes.contains(cause)).collect::<Vec<_>>());
            }
            _ => joined.push(stop),
        }
    }
    joined
}
