//! What a phone may report about a visit, and how it is merged into what the server knows.
//!
//! Phones send late, twice and out of order. So every step keeps its own time, the status only moves forward, and what
//! is added (photos, notes, parts, time, ticks) never conflicts. Only steps that claim the visit for somebody can
//! contradict what happened meanwhile: then the visit stays as it is and the step waits for a person's decision.

use std::borrow::Cow;

use db::Json;
use kernel::{Timestamp, Uuid};
use serde::Deserialize;

use crate::filling::{FilledIn, WrongValue};
use crate::model::{
    PartLine, Photo, PhotoKind, Signature, SignatureVia, TimeEntry, TimeKind, Visit, VisitNote, VisitResult,
    VisitStatus,
};

/// Characters of a text at most.
const LONGEST_TEXT: usize = 20_000;
/// Characters of a line at most.
const LONGEST_LINE: usize = 200;
/// Minutes in one booking at most: a day.
const MOST_MINUTES: i64 = 24 * 60;
/// Photos, notes, bookings or parts on one visit at most.
const MOST_ENTRIES: usize = 500;

db::choice! {
    /// What a phone reports.
    pub enum CommandKind {
        /// The engineer takes the visit.
        Accept = "accept",
        /// The engineer gives it back.
        Decline = "decline",
        /// The engineer sets out.
        Depart = "depart",
        /// The engineer has arrived.
        CheckIn = "check_in",
        /// Points of the checklist.
        Checklist = "checklist",
        /// Time spent.
        Labour = "labour",
        /// A part used.
        PartUse = "part_use",
        /// A photo, uploaded before.
        Photo = "photo",
        /// The customer's signature, or why there is none.
        Signature = "signature",
        /// What came of it.
        Result = "result",
        /// The engineer leaves.
        CheckOut = "check_out",
        /// Something to remember.
        Note = "note",
        /// A form about the ticket or its device, filled in.
        Fields = "fields",
    }
}

impl CommandKind {
    /// The event that tells of it.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Accept => "visit.accepted",
            Self::Decline => "visit.declined",
            Self::Depart => "visit.departed",
            Self::CheckIn => "visit.checked_in",
            Self::Checklist => "visit.checklist_changed",
            Self::Labour => "visit.time_booked",
            Self::PartUse => "visit.part_used",
            Self::Photo => "visit.photo_added",
            Self::Signature => "visit.signed",
            Self::Result => "visit.result_reported",
            Self::CheckOut => "visit.checked_out",
            Self::Note => "visit.noted",
            Self::Fields => "visit.form_filled_in",
        }
    }
}

/// Where the phone was.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lng: Option<f64>,
    /// How exact, in metres.
    pub accuracy_metres: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclinePayload {
    reason: String,
}

/// A point ticked or unticked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tick {
    /// The point.
    pub id: String,
    /// Ticked.
    pub done: bool,
    /// What was found.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecklistPayload {
    items: Vec<Tick>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabourPayload {
    minutes: i64,
    #[serde(default)]
    kind: Option<TimeKind>,
    #[serde(default)]
    note: Option<String>,
}

/// A part used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartPayload {
    /// The part.
    pub part_id: Uuid,
    /// How many.
    pub quantity: i64,
    /// Serial number of the piece.
    #[serde(default)]
    pub serial: Option<String>,
}

/// A photo.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoPayload {
    /// The uploaded file.
    pub file_id: Uuid,
    /// Before, after, or anything else.
    #[serde(default)]
    pub kind: Option<PhotoKind>,
    /// When it was taken, by the phone's clock; the command's time when absent.
    #[serde(default)]
    pub taken_at: Option<Timestamp>,
    /// Degrees north.
    #[serde(default)]
    pub lat: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    pub lng: Option<f64>,
    /// Digest of the bytes as the phone had them; must be the file's.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// A signature, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignaturePayload {
    /// The picture.
    #[serde(default)]
    pub file_id: Option<Uuid>,
    /// Who signed.
    #[serde(default)]
    pub signer_name: Option<String>,
    /// When, by the phone's clock; the command's time when absent.
    #[serde(default)]
    pub signed_at: Option<Timestamp>,
    /// Digest of the picture; must be the file's.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Why there is none.
    #[serde(default)]
    pub excused_reason: Option<String>,
}

/// What came of the visit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultPayload {
    /// Fixed or what is missing.
    pub result: VisitResult,
    /// In words.
    #[serde(default)]
    pub text: Option<String>,
    /// The cause found.
    #[serde(default)]
    pub cause_code: Option<String>,
    /// What was done.
    #[serde(default)]
    pub action_code: Option<String>,
    /// Resolve the ticket once the visit is done and the fault fixed.
    #[serde(default)]
    pub resolve_ticket: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotePayload {
    text: String,
}

/// A command read and checked as far as that is possible without the database.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Takes the visit.
    Accept,
    /// Gives it back, with the reason.
    Decline(String),
    /// Sets out.
    Depart,
    /// Arrived.
    CheckIn(Place),
    /// Points of the checklist.
    Checklist(Vec<Tick>),
    /// Time spent: on what, minutes, in words.
    Labour(TimeKind, i64, Option<String>),
    /// A part used; booked in the inventory first.
    PartUse(PartPayload),
    /// A photo; its file is looked up first.
    Photo(PhotoPayload),
    /// A signature or an excuse; the file is looked up first.
    Signature(SignaturePayload),
    /// What came of it.
    Result(ResultPayload),
    /// Leaves.
    CheckOut(Place),
    /// Something to remember.
    Note(String),
    /// A form filled in; its values go where they belong before.
    Fields(FilledIn),
}

/// What the database added to a step before it is merged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The booking of a part.
    pub part: Option<PartLine>,
    /// The digest of a photo's bytes.
    pub sha256: Option<String>,
}

/// Who reports, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The command.
    pub command_id: Uuid,
    /// When it happened, corrected for the phone's clock.
    pub at: Timestamp,
    /// What to add to the phone's times, in seconds; `None` when its clock is right.
    pub skew_seconds: Option<i64>,
    /// The person.
    pub by: Uuid,
    /// Their name.
    pub by_name: String,
    /// The person may act for any engineer, or a dispatcher has decided for the step.
    pub for_anybody: bool,
    /// A person has decided that the step counts, whatever happened meanwhile.
    pub decided: bool,
}

/// Why a step did not change the visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It contradicts what happened meanwhile; it is kept for a decision.
    Conflict(Reason),
    /// It can never be applied as it is.
    Rejected(Reason),
}

/// A stable code with words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code, such as `visit_reassigned`.
    pub code: &'static str,
    /// What happened and what to do.
    pub detail: Cow<'static, str>,
    /// The values that are wrong, where it is about values.
    pub errors: Vec<WrongValue>,
}

impl Reason {
    pub(crate) fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new() }
    }
}

fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::Conflict(Reason::new(code, detail))
}

pub(crate) fn rejected(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::Rejected(Reason::new(code, detail))
}

fn read<'p, T: Deserialize<'p>>(payload: &'p serde_json::Value) -> Result<T, Refusal> {
    T::deserialize(payload).map_err(|error| rejected("invalid_payload", format!("The payload is not valid: {error}.")))
}

fn text(name: &str, text: &str, longest: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let wrong = if text.is_empty() {
        "may not be empty".to_owned()
    } else if text.chars().count() > longest {
        format!("may have at most {longest} characters")
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        "may not hold control characters".to_owned()
    } else {
        return Ok(text.to_owned());
    };
    Err(rejected("invalid_text", format!("`{name}` {wrong}.")))
}

fn optional(name: &str, value: Option<String>, longest: usize) -> Result<Option<String>, Refusal> {
    value.filter(|value| !value.trim().is_empty()).map(|value| text(name, &value, longest)).transpose()
}

fn place(lat: Option<f64>, lng: Option<f64>) -> Result<(), Refusal> {
    let fits = |value: Option<f64>, limit: f64| value.is_none_or(|value| value.is_finite() && value.abs() <= limit);
    if fits(lat, 90.0) && fits(lng, 180.0) && lat.is_some() == lng.is_some() {
        return Ok(());
    }
    Err(rejected("invalid_place", "Give latitude and longitude in degrees, or neither."))
}

impl Step {
    /// Reads a command. What cannot be read is rejected with words for the person at the phone.
    pub fn read(kind: CommandKind, payload: &serde_json::Value) -> Result<Self, Refusal> {
        let empty = serde_json::json!({});
        let payload = if payload.is_null() { &empty } else { payload };
        Ok(match kind {
            CommandKind::Accept => Self::Accept,
            CommandKind::Depart => Self::Depart,
            CommandKind::Decline => Self::Decline(text("reason", &read::<DeclinePayload>(payload)?.reason, 2_000)?),
            CommandKind::CheckIn | CommandKind::CheckOut => {
                let at: Place = read(payload)?;
                place(at.lat, at.lng)?;
                if kind == CommandKind::CheckIn { Self::CheckIn(at) } else { Self::CheckOut(at) }
            }
            CommandKind::Checklist => {
                let mut items = read::<ChecklistPayload>(payload)?.items;
                for tick in &mut items {
                    tick.note = optional("note", tick.note.take(), 2_000)?;
                }
                Self::Checklist(items)
            }
            CommandKind::Labour => {
                let booked: LabourPayload = read(payload)?;
                if !(1..=MOST_MINUTES).contains(&booked.minutes) {
                    return Err(rejected("invalid_minutes", format!("Book 1 to {MOST_MINUTES} minutes at once.")));
                }
                let note = optional("note", booked.note, 2_000)?;
                Self::Labour(booked.kind.unwrap_or(TimeKind::Labour), booked.minutes, note)
            }
            CommandKind::PartUse => Self::PartUse(read(payload)?),
            CommandKind::Photo => {
                let photo: PhotoPayload = read(payload)?;
                place(photo.lat, photo.lng)?;
                Self::Photo(photo)
            }
            CommandKind::Signature => Self::Signature(read_signature(payload)?),
            CommandKind::Result => {
                let mut result: ResultPayload = read(payload)?;
                result.text = optional("text", result.text, LONGEST_TEXT)?;
                result.cause_code = optional("cause_code", result.cause_code, LONGEST_LINE)?;
                result.action_code = optional("action_code", result.action_code, LONGEST_LINE)?;
                Self::Result(result)
            }
            CommandKind::Note => Self::Note(text("text", &read::<NotePayload>(payload)?.text, LONGEST_TEXT)?),
            CommandKind::Fields => Self::Fields(read(payload)?),
        })
    }

    /// The file that must have been uploaded before, with the digest the phone gave.
    pub fn file(&self) -> Option<(Uuid, Option<&str>)> {
        match self {
            Self::Photo(photo) => Some((photo.file_id, photo.sha256.as_deref())),
            Self::Signature(signature) => signature.file_id.map(|id| (id, signature.sha256.as_deref())),
            _ => None,
        }
    }
}

fn read_signature(payload: &serde_json::Value) -> Result<SignaturePayload, Refusal> {
    let mut signature: SignaturePayload = read(payload)?;
    signature.signer_name = optional("signer_name", signature.signer_name, LONGEST_LINE)?;
    signature.excused_reason = optional("excused_reason", signature.excused_reason, 2_000)?;
    match (signature.file_id, &signature.signer_name, &signature.excused_reason) {
        (Some(_), Some(_), None) | (None, None, Some(_)) => Ok(signature),
        _ => Err(rejected(
            "invalid_signature",
            "Send the picture with the signer's name, or the reason why there is no signature.",
        )),
    }
}

/// Whether a step has room on the visit.
fn room(entries: usize) -> Result<(), Refusal> {
    if entries < MOST_ENTRIES {
        return Ok(());
    }
    Err(rejected("too_many", format!("A visit holds at most {MOST_ENTRIES} of these.")))
}

/// A time of the phone's clock, corrected like the command's own.
fn corrected(time: Option<Timestamp>, stamp: &Stamp) -> Timestamp {
    let shift = stamp.skew_seconds.unwrap_or(0).saturating_mul(1_000_000);
    // What a phone says it will do later has happened by now.
    time.map_or(stamp.at, |time| Timestamp(time.0.saturating_add(shift)).min(stamp.at))
}

impl Visit {
    /// Merges a step. On refusal the visit is as it was.
    pub fn merge(&mut self, step: Step, found: Found, stamp: &Stamp) -> Result<(), Refusal> {
        self.contradiction(&step, stamp)?;
        match step {
            Step::Accept => {
                earliest(&mut self.accepted_at, stamp.at);
                self.reach(VisitStatus::Accepted);
            }
            Step::Decline(reason) => {
                earliest(&mut self.declined_at, stamp.at);
                self.decline_reason = Some(reason);
                self.status = VisitStatus::Declined;
            }
            Step::Depart => {
                earliest(&mut self.departed_at, stamp.at);
                self.reach(VisitStatus::Travelling);
            }
            Step::CheckIn(place) => {
                if self.checked_in_at.is_none_or(|known| stamp.at <= known) || stamp.decided {
                    self.checked_in_at = Some(stamp.at);
                    (self.checked_in_lat, self.checked_in_lng) = (place.lat, place.lng);
                    self.checked_in_by = Some(stamp.by);
                }
                self.reach(VisitStatus::OnSite);
            }
            Step::CheckOut(place) => {
                if self.checked_out_at.is_none_or(|known| stamp.at >= known) || stamp.decided {
                    self.checked_out_at = Some(stamp.at);
                    (self.checked_out_lat, self.checked_out_lng) = (place.lat, place.lng);
                    self.checked_out_by = Some(stamp.by);
                }
                self.reach(VisitStatus::Done);
            }
            Step::Checklist(ticks) => self.tick(ticks, stamp)?,
            Step::Labour(kind, minutes, note) => {
                room(self.time_entries.0.len())?;
                let (command_id, at, by_name) = (stamp.command_id, stamp.at, stamp.by_name.clone());
                self.time_entries.0.push(TimeEntry { command_id, kind, minutes, note, at, by_name });
            }
            Step::PartUse(_) => {
                room(self.parts_used.0.len())?;
                self.parts_used.0.extend(found.part);
            }
            Step::Photo(photo) => self.photograph(&photo, found.sha256.unwrap_or_default(), stamp)?,
            Step::Signature(signature) => self.signed_on_device(signature, stamp),
            Step::Result(result) => self.report(result, stamp),
            Step::Note(text) => {
                room(self.notes.0.len())?;
                let (command_id, at, by_name) = (stamp.command_id, stamp.at, stamp.by_name.clone());
                self.notes.0.push(VisitNote { command_id, text, at, by_name });
                self.notes.0.sort_by_key(|note| note.at);
            }
            // They are the ticket's or the device's.
            Step::Fields(_) => {}
        }
        if stamp.skew_seconds.is_some() {
            self.clock_skew_seconds = stamp.skew_seconds;
        }
        self.recount();
        Ok(())
    }

    /// Forward, and out of given back or cancelled when a person has decided so.
    fn reach(&mut self, to: VisitStatus) {
        if matches!(self.status, VisitStatus::Declined | VisitStatus::Cancelled) {
            self.status = VisitStatus::Planned;
            self.cancel_reason = None;
        }
        self.advance(to);
    }

    /// What happened meanwhile that the step contradicts.
    fn contradiction(&self, step: &Step, stamp: &Stamp) -> Result<(), Refusal> {
        let claims = matches!(
            step,
            Step::Accept | Step::Decline(_) | Step::Depart | Step::CheckIn(_) | Step::CheckOut(_) | Step::Result(_)
        );
        if !claims || stamp.decided {
            return Ok(());
        }
        if self.status == VisitStatus::Cancelled {
            let reason = self.cancel_reason.as_deref().unwrap_or("-");
            return Err(conflict("visit_cancelled", format!("The visit was cancelled meanwhile: {reason}")));
        }
        if !stamp.for_anybody && self.assignee_id != Some(stamp.by) {
            let detail = format!("The visit was given to {} meanwhile.", self.engineer_name);
            return Err(conflict("visit_reassigned", detail));
        }
        let other = |who: Option<Uuid>| who.is_some_and(|who| who != stamp.by);
        match step {
            Step::Decline(_) if matches!(self.status, VisitStatus::OnSite | VisitStatus::Done) => {
                Err(conflict("work_begun", "Work has begun, so the visit can no longer be given back."))
            }
            Step::Accept | Step::Depart | Step::CheckIn(_) | Step::CheckOut(_) | Step::Result(_)
                if self.status == VisitStatus::Declined =>
            {
                Err(conflict("visit_declined", "The visit was given back; dispatch must plan it again."))
            }
            Step::CheckIn(_) if other(self.checked_in_by) => {
                Err(conflict("checked_in_by_other", "Somebody else has checked in already."))
            }
            Step::CheckOut(_) if other(self.checked_out_by) => {
                Err(conflict("checked_out_by_other", "Somebody else has checked out already."))
            }
            Step::Result(_) if other(self.result_by) => {
                Err(conflict("result_by_other", "Somebody else has reported a result already."))
            }
            _ => Ok(()),
        }
    }

    fn tick(&mut self, ticks: Vec<Tick>, stamp: &Stamp) -> Result<(), Refusal> {
        if let Some(unknown) = ticks.iter().find(|tick| !self.checklist.0.iter().any(|entry| entry.id == tick.id)) {
            let id: String = unknown.id.chars().take(64).collect();
            return Err(rejected("unknown_checklist_item", format!("The checklist has no point `{id}`.")));
        }
        for tick in ticks {
            let Some(entry) = self.checklist.0.iter_mut().find(|entry| entry.id == tick.id) else { continue };
            // Of two answers to one point the later one counts, whichever arrives first.
            if entry.done_at.is_none_or(|known| known <= stamp.at) {
                entry.done = tick.done;
                entry.done_at = Some(stamp.at);
                if tick.note.is_some() {
                    entry.note = tick.note;
                }
            }
        }
        Ok(())
    }

    fn photograph(&mut self, photo: &PhotoPayload, sha256: String, stamp: &Stamp) -> Result<(), Refusal> {
        if self.photos.0.iter().any(|known| known.file_id == photo.file_id) {
            return Ok(());
        }
        room(self.photos.0.len())?;
        self.photos.0.push(Photo {
            file_id: photo.file_id,
            kind: photo.kind.unwrap_or(PhotoKind::Other),
            taken_at: corrected(photo.taken_at, stamp),
            lat: photo.lat,
            lng: photo.lng,
            sha256,
            by_name: stamp.by_name.clone(),
        });
        self.photos.0.sort_by_key(|photo| photo.taken_at);
        Ok(())
    }

    /// The first signature stays; one that the customer gave through a link is never replaced.
    fn signed_on_device(&mut self, given: SignaturePayload, stamp: &Stamp) {
        if let (Some(file_id), Some(signer_name)) = (given.file_id, given.signer_name) {
            if self.signature.0.is_none() {
                let signed_at = corrected(given.signed_at, stamp);
                self.signature = Json(Some(Signature { file_id, signer_name, signed_at, via: SignatureVia::Device }));
                self.excused_reason = None;
            }
        } else if self.signature.0.is_none() {
            self.excused_reason = given.excused_reason;
        }
    }

    fn report(&mut self, given: ResultPayload, stamp: &Stamp) {
        if self.result_at.is_some_and(|known| known > stamp.at) && !stamp.decided {
            return;
        }
        self.result = Some(given.result);
        self.result_text = given.text;
        self.cause_code = given.cause_code;
        self.action_code = given.action_code;
        self.resolve_ticket = given.resolve_ticket;
        self.result_by = Some(stamp.by);
        self.result_at = Some(stamp.at);
    }
}

fn earliest(field: &mut Option<Timestamp>, at: Timestamp) {
    *field = Some(field.map_or(at, |known| known.min(at)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::blank_visit;

    fn stamp(by: u128, minutes: i64) -> Stamp {
        Stamp {
            command_id: Uuid::from_u128(1_000 + u128::from(minutes.unsigned_abs())),
            at: Timestamp(minutes * 60_000_000),
            skew_seconds: None,
            by: Uuid::from_u128(by),
            by_name: format!("员工{by}"),
            for_anybody: false,
            decided: false,
        }
    }

    fn mine() -> Visit {
        Visit { assignee_id: Some(Uuid::from_u128(7)), ..blank_visit() }
    }

    fn code(outcome: Result<(), Refusal>) -> &'static str {
        match outcome {
            Ok(()) => "applied",
            Err(Refusal::Conflict(reason) | Refusal::Rejected(reason)) => reason.code,
        }
    }

    fn merge(visit: &mut Visit, kind: CommandKind, payload: &serde_json::Value, stamp: &Stamp) -> &'static str {
        match Step::read(kind, payload) {
            Ok(step) => code(visit.merge(step, Found::default(), stamp)),
            Err(refusal) => code(Err(refusal)),
        }
    }

    #[test]
    fn claims_of_somebody_else_conflict_and_a_decision_overrules() {
        let mut visit = mine();
        let none = json!({});
        assert_eq!(merge(&mut visit, CommandKind::CheckIn, &none, &stamp(8, 1)), "visit_reassigned");
        assert_eq!(merge(&mut visit, CommandKind::Note, &json!({"text": "x"}), &stamp(8, 1)), "applied");
        let office = Stamp { for_anybody: true, ..stamp(9, 2) };
        assert_eq!(merge(&mut visit, CommandKind::CheckIn, &none, &office), "applied");
        assert_eq!(merge(&mut visit, CommandKind::CheckIn, &none, &stamp(7, 3)), "checked_in_by_other");
        assert_eq!(merge(&mut visit, CommandKind::Decline, &json!({"reason": "x"}), &stamp(7, 3)), "work_begun");
        let decided = Stamp { decided: true, ..stamp(7, 3) };
        assert_eq!(merge(&mut visit, CommandKind::CheckIn, &none, &decided), "applied");
        assert_eq!((visit.checked_in_by, visit.checked_in_at), (Some(Uuid::from_u128(7)), Some(stamp(7, 3).at)));
        assert_eq!(merge(&mut visit, CommandKind::Result, &json!({"result": "fixed"}), &stamp(7, 4)), "applied");
        let office = Stamp { for_anybody: true, ..stamp(9, 5) };
        assert_eq!(merge(&mut visit, CommandKind::Result, &json!({"result": "not_fixed"}), &office), "result_by_other");
        assert_eq!(visit.result, Some(VisitResult::Fixed));
    }

    #[test]
    fn booked_time_goes_before_the_clock() {
        let mut visit = mine();
        for (kind, minutes) in [(CommandKind::Depart, 0), (CommandKind::CheckIn, 30), (CommandKind::CheckOut, 90)] {
            assert_eq!(merge(&mut visit, kind, &json!(null), &stamp(7, minutes)), "applied");
        }
        assert_eq!((visit.travel_minutes, visit.labour_minutes), (30, 60));
        merge(&mut visit, CommandKind::Labour, &json!({"minutes": 45}), &stamp(7, 91));
        merge(&mut visit, CommandKind::Labour, &json!({"minutes": 15, "note": "第二人"}), &stamp(7, 92));
        assert_eq!((visit.travel_minutes, visit.labour_minutes), (30, 60));
        merge(&mut visit, CommandKind::Labour, &json!({"minutes": 20, "kind": "travel"}), &stamp(7, 93));
        assert_eq!((visit.travel_minutes, visit.labour_minutes), (20, 60));
    }

    #[test]
    fn a_signature_is_never_replaced_and_clears_an_excuse() {
        let mut visit = mine();
        merge(&mut visit, CommandKind::Signature, &json!({"excused_reason": "客户不在"}), &stamp(7, 1));
        let signed = |name: &str| json!({"file_id": Uuid::from_u128(1), "signer_name": name});
        merge(&mut visit, CommandKind::Signature, &signed("王"), &stamp(7, 2));
        merge(&mut visit, CommandKind::Signature, &signed("李"), &stamp(7, 3));
        merge(&mut visit, CommandKind::Signature, &json!({"excused_reason": "x"}), &stamp(7, 4));
        assert_eq!(visit.signature.0.as_ref().map(|signature| signature.signer_name.as_str()), Some("王"));
        assert_eq!(visit.excused_reason, None);
    }

    /// Every step of a visit, each at its own minute.
    fn steps() -> Vec<(CommandKind, serde_json::Value, i64)> {
        vec![
            (CommandKind::Accept, json!(null), 1),
            (CommandKind::Depart, json!(null), 2),
            (CommandKind::CheckIn, json!({"lat": 31.0, "lng": 121.0}), 10),
            (CommandKind::Checklist, json!({"items": [{"id": "safety", "done": true}]}), 11),
            (CommandKind::Checklist, json!({"items": [{"id": "safety", "done": false, "note": "?"}]}), 12),
            (CommandKind::Note, json!({"text": "一"}), 13),
            (CommandKind::Note, json!({"text": "二"}), 14),
            (CommandKind::Labour, json!({"minutes": 30}), 15),
            (CommandKind::Result, json!({"result": "needs_parts"}), 16),
            (CommandKind::Result, json!({"result": "fixed", "text": "好"}), 17),
            (CommandKind::CheckOut, json!({"lat": 31.0, "lng": 121.0}), 20),
        ]
    }

    proptest! {
        #[test]
        fn every_order_of_delivery_gives_the_same_visit(order in Just((0..11_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let (start, all) = (mine(), steps());
            let play = |order: &[usize]| {
                let mut visit = start.clone();
                for index in order {
                    let (kind, payload, minutes) = &all[*index];
                    prop_assert_eq!(merge(&mut visit, *kind, payload, &stamp(7, *minutes)), "applied");
                }
                Ok(visit)
            };
            let in_order: Vec<usize> = (0..all.len()).collect();
            let (expected, shuffled) = (play(&in_order)?, play(&order)?);
            prop_assert_eq!(expected.status, VisitStatus::Done);
            prop_assert_eq!(expected, shuffled);
        }
    }
}
