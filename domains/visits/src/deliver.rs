//! Taking in what phones report: once, in any order, with nothing lost.

use authz::permissions::VISITS_WORK;
use db::{Db, DbError, Json, Query as _, Tx};
use http_api::{Problem, scope_condition};
use inventory::{InventoryError, NewUse};
use kernel::{Context, Scope, Timestamp, Uuid};
use objects::Settled;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tickets::TicketError;

use crate::{
    VisitError,
    conflict::{ConflictStatus, FieldConflict},
    field::{CommandKind, Found, Reason, Refusal, Stamp, Step, rejected},
    filling::{WrongValue, fill_in},
    model::{PartLine, Visit},
    own_fields,
    plan::event,
    store::{self, Sent, StoredCommand},
    ticket_steps,
};

/// Commands in one delivery at most.
pub const LARGEST_BATCH: usize = 100;
/// A phone's clock may be off by this much without being corrected, in seconds.
const TOLERATED_SKEW_SECONDS: i64 = 60;
/// How often a step is tried again when others change the same visit at that moment.
const ATTEMPTS: usize = 8;

/// What a phone sends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandBatch {
    /// The phone's clock at sending; tells how far off it is.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// In the order they were made; at most 100.
    #[schemars(length(max = 100))]
    pub commands: Vec<FieldCommand>,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldCommand {
    /// The phone's own id for it; the same on every delivery.
    pub client_id: Uuid,
    /// The visit.
    pub visit_id: Uuid,
    /// What: accept, decline, depart, check_in, checklist, labour, part_use, photo, signature, result, check_out, note, fields.
    #[schemars(length(max = 64))]
    pub kind: String,
    /// When, by the phone's clock.
    pub device_time: Timestamp,
    /// The version of the visit the phone knew.
    #[serde(default)]
    pub based_on_version: Option<i64>,
    /// Details, by kind: decline `{reason}`; check_in and check_out `{lat, lng, accuracy_metres}`; checklist `{items:
    /// [{id, done, note}]}`; labour `{minutes, kind: labour|travel, note}`; part_use `{part_id, quantity, serial}`;
    /// photo `{file_id, kind: before|after|other, taken_at, lat, lng, sha256}`; signature `{file_id, signer_name,
    /// signed_at, sha256}` or `{excused_reason}`; result `{result, text, cause_code, action_code, resolve_ticket}`;
    /// note `{text}`; fields `{of: ticket|device|visit, form, form_version, values: {field id: value}}`.
    #[serde(default)]
    pub payload: Value,
}

db::choice! {
    /// What became of a command.
    pub enum Outcome {
        /// It counts.
        Applied = "applied",
        /// It had been delivered before; see `first_outcome`.
        Duplicate = "duplicate",
        /// It contradicts what happened meanwhile and waits for a decision.
        Conflict = "conflict",
        /// It cannot be applied as it is; see `problem`.
        Rejected = "rejected",
    }
}

/// Why a command was rejected or conflicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandProblem {
    /// Stable code, such as `visit_reassigned` or `unknown_part`.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// For `invalid_values`, each value that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongValue>,
}

impl From<Reason> for CommandProblem {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code.to_owned(), detail: reason.detail.into_owned(), errors: reason.errors }
    }
}

/// What became of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommandOutcome {
    /// The command.
    pub client_id: Uuid,
    /// What became of it.
    pub outcome: Outcome,
    /// For duplicates: what became of it the first time.
    pub first_outcome: Option<Outcome>,
    /// The visit's version after it.
    pub version: Option<i64>,
    /// When it counts as having happened.
    pub applied_at: Option<Timestamp>,
    /// For conflicts: where it waits for a decision.
    pub conflict_id: Option<Uuid>,
    /// For conflicts: the visit as it is.
    pub visit: Option<Visit>,
    /// Why it was rejected or conflicts.
    pub problem: Option<CommandProblem>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchOutcome {
    /// The server's clock.
    pub server_time: Timestamp,
    /// What was added to the phone's times, in seconds; absent when its clock is right.
    pub clock_skew_seconds: Option<i64>,
    /// One for each command, in order.
    pub results: Vec<CommandOutcome>,
}

/// Why a step ended without an answer of its own; everything of the attempt is undone.
enum Attempt {
    Refused(Reason),
    Failed(VisitError),
}

impl From<DbError> for Attempt {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<VisitError> for Attempt {
    fn from(error: VisitError) -> Self {
        Self::Failed(error)
    }
}

impl Attempt {
    /// Whether somebody else was quicker, so that another try may succeed.
    const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Failed(
                VisitError::Stale | VisitError::Ticket(TicketError::Stale) | VisitError::Db(DbError::Unique { .. })
            )
        )
    }
}

/// Takes a delivery in, each command in a transaction of its own and in order. A failing database ends it with an
/// error; what was taken in before stays, and counts as duplicate when it is sent again.
pub async fn deliver_batch(db: &Db, cx: &Context, batch: CommandBatch) -> Result<BatchOutcome, Problem> {
    if batch.commands.len() > LARGEST_BATCH {
        let message = format!("Send at most {LARGEST_BATCH} commands at once; send the rest after them.");
        return Err(Problem::invalid_field("/commands", "too_many", message));
    }
    let now = cx.now();
    let skew_seconds = skew(now, batch.sent_at);
    let mut results = Vec::with_capacity(batch.commands.len());
    for command in batch.commands {
        results.push(deliver(db, cx, command, skew_seconds).await?);
    }
    Ok(BatchOutcome { server_time: now, clock_skew_seconds: skew_seconds, results })
}

/// How far behind the server the phone's clock is, when that matters.
fn skew(now: Timestamp, sent_at: Option<Timestamp>) -> Option<i64> {
    let seconds = (now.0.saturating_sub(sent_at?.0)) / 1_000_000;
    (seconds.abs() > TOLERATED_SKEW_SECONDS).then_some(seconds)
}

async fn deliver(
    db: &Db,
    cx: &Context,
    command: FieldCommand,
    skew_seconds: Option<i64>,
) -> Result<CommandOutcome, VisitError> {
    let client_id = command.client_id;
    let Ok(kind) = command.kind.parse::<CommandKind>() else {
        let known = CommandKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        let detail = format!("This kind of command is not known. Known are: {known}.");
        return Ok(refused(client_id, Reason::new("unknown_kind", detail)));
    };
    let step = match Step::read(kind, &command.payload) {
        Ok(step) => step,
        Err(Refusal::Rejected(reason) | Refusal::Conflict(reason)) => {
            return Ok(refused(client_id, reason));
        }
    };
    for attempt in 1.. {
        let (command, step) = (command.clone(), step.clone());
        let outcome =
            db.write(cx, async move |tx: &mut Tx<'_>| take_in(tx, &command, kind, step, skew_seconds).await).await;
        match outcome {
            Ok(outcome) => return Ok(outcome),
            Err(Attempt::Refused(reason)) => return Ok(refused(client_id, reason)),
            Err(failure) if failure.may_pass() && attempt < ATTEMPTS => {}
            Err(Attempt::Failed(error)) => return Err(error),
        }
    }
    Err(VisitError::Stale)
}

fn refused(client_id: Uuid, reason: Reason) -> CommandOutcome {
    CommandOutcome {
        client_id,
        outcome: Outcome::Rejected,
        first_outcome: None,
        version: None,
        applied_at: None,
        conflict_id: None,
        visit: None,
        problem: Some(reason.into()),
    }
}

fn duplicate(stored: StoredCommand) -> CommandOutcome {
    CommandOutcome {
        client_id: stored.client_id,
        outcome: Outcome::Duplicate,
        first_outcome: stored.outcome.parse().ok(),
        version: Some(stored.visit_version),
        applied_at: Some(stored.applied_at),
        conflict_id: stored.conflict_id,
        visit: None,
        problem: None,
    }
}

/// One command in one transaction.
async fn take_in(
    tx: &mut Tx<'_>,
    command: &FieldCommand,
    kind: CommandKind,
    step: Step,
    skew_seconds: Option<i64>,
) -> Result<CommandOutcome, Attempt> {
    if let Some(stored) = store::command(tx, command.client_id).await? {
        return Ok(duplicate(stored));
    }
    let cx = tx.cx().clone();
    let Some((before, for_anybody)) = reach(tx, command.visit_id).await? else {
        return Err(Attempt::Refused(Reason::new("unknown_visit", "There is no such visit, or it was never yours.")));
    };
    let shift = skew_seconds.unwrap_or(0).saturating_mul(1_000_000);
    let stamp = Stamp {
        command_id: command.client_id,
        // Nothing happens later than it is reported.
        at: Timestamp(command.device_time.0.saturating_add(shift)).min(cx.now()),
        skew_seconds,
        by: cx.actor().id,
        by_name: cx.actor().name.clone(),
        for_anybody,
        decided: false,
    };
    let mut stored = StoredCommand {
        client_id: command.client_id,
        visit_id: before.id,
        outcome: Outcome::Applied.as_str().to_owned(),
        conflict_id: None,
        visit_version: before.version + 1,
        applied_at: stamp.at,
        clock_skew_seconds: skew_seconds,
    };
    let sent = Sent {
        kind,
        payload: &command.payload,
        based_on_version: command.based_on_version,
        device_time: command.device_time,
    };
    match apply(tx, &before, kind, step, &command.payload, &stamp).await? {
        Ok(after) => {
            stored.visit_version = after.version;
            tx.execute(store::insert_command(&cx, &stored, &sent)).await?;
            Ok(CommandOutcome {
                client_id: command.client_id,
                outcome: Outcome::Applied,
                first_outcome: None,
                version: Some(after.version),
                applied_at: Some(stamp.at),
                conflict_id: None,
                visit: None,
                problem: None,
            })
        }
        Err(Refusal::Rejected(reason)) => Err(Attempt::Refused(reason)),
        Err(Refusal::Conflict(reason)) => {
            let conflict = new_conflict(&cx, command, kind, &before, &stamp, &reason);
            let conflict_id = conflict.id;
            Outcome::Conflict.as_str().clone_into(&mut stored.outcome);
            stored.conflict_id = Some(conflict_id);
            stored.visit_version = before.version;
            let data =
                json!({ "step": kind, "code": reason.code, "detail": reason.detail, "conflict_id": conflict_id });
            let told = event(&before, "visit.conflict_found", data);
            tx.execute_all(vec![
                store::insert_conflict(&cx, &conflict),
                store::insert_command(&cx, &stored, &sent),
                events::statement(&cx, &told),
            ])
            .await?;
            let mut before = before;
            own_fields(tx, std::slice::from_mut(&mut before)).await?;
            Ok(CommandOutcome {
                client_id: command.client_id,
                outcome: Outcome::Conflict,
                first_outcome: None,
                version: Some(before.version),
                applied_at: None,
                conflict_id: Some(conflict_id),
                visit: Some(before),
                problem: Some(reason.into()),
            })
        }
    }
}

/// The visit, if the caller has it, had it, or may act for whoever has it; and whether the latter.
async fn reach(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<(Visit, bool)>, VisitError> {
    let cx = tx.cx().clone();
    let wide = cx.scope(VISITS_WORK.name()).is_some_and(|scope| scope > Scope::Own);
    let scope = scope_condition(&cx, VISITS_WORK, &store::SCOPE);
    match store::within(tx, id, scope).await {
        Ok(visit) => Ok(Some((visit, wide))),
        Err(VisitError::NotFound) => {
            let visit = store::get(tx, id).await?;
            Ok(visit.filter(|visit| visit.belongs_to(cx.actor().id)).map(|visit| (visit, false)))
        }
        Err(error) => Err(error),
    }
}

/// Looks up what the step needs, merges it, saves the visit with its event, and lets the ticket follow.
pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    before: &Visit,
    kind: CommandKind,
    step: Step,
    payload: &Value,
    stamp: &Stamp,
) -> Result<Result<Visit, Refusal>, VisitError> {
    let (found, own) = match find(tx, before, &step, stamp).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let filled = if let Step::Fields(filled) = &step { Some((filled.of, filled.form)) } else { None };
    let mut after = before.clone();
    if let Err(refusal) = after.merge(step, found, stamp) {
        return Ok(Err(refusal));
    }
    if let Some(own) = own.as_ref().filter(|own| own.changed) {
        after.ext = Json(own.values.clone());
    }
    store::update(tx, before, &mut after).await?;
    // What was filled in is told, and masked, by whatever it was filled in about.
    let told = filled.map_or_else(|| payload.clone(), |(of, form)| json!({ "of": of, "form": form }));
    let mut data = json!({ "details": told, "at": stamp.at });
    if let Value::Object(fields) = &mut data {
        if after.status != before.status {
            fields.insert("status".to_owned(), json!({ "from": before.status, "to": after.status }));
        }
        if let Some(seconds) = stamp.skew_seconds {
            fields.insert("clock_skew_seconds".to_owned(), json!(seconds));
        }
    }
    if let Some(own) = own {
        own.tell(&mut data);
        tx.execute_all(own.statements).await?;
    }
    events::append(tx, event(&after, kind.event(), data)).await?;
    ticket_steps::follow(tx, &after, kind).await?;
    Ok(Ok(after))
}

/// Files must have been uploaded, with the bytes the phone meant; parts are booked; what was filled in about the visit
/// itself is to be written with it.
async fn find(
    tx: &mut Tx<'_>,
    visit: &Visit,
    step: &Step,
    stamp: &Stamp,
) -> Result<Result<(Found, Option<Settled>), Refusal>, VisitError> {
    let (mut found, mut own) = (Found::default(), None);
    if let Some((file_id, sha256)) = step.file() {
        let Some(file) = files::get(tx, file_id).await? else {
            return Ok(Err(rejected("unknown_file", "The file has not arrived. Upload it, then send this again.")));
        };
        if sha256.is_some_and(|sent| !sent.trim().eq_ignore_ascii_case(&file.sha256)) {
            let detail = "The file that arrived is not the one that was taken. Upload it again.";
            return Ok(Err(rejected("checksum_mismatch", detail)));
        }
        if !file.media_type.starts_with("image/") {
            return Ok(Err(rejected("not_a_picture", "Photos and signatures must be pictures.")));
        }
        found.sha256 = Some(file.sha256);
    }
    if let Step::Fields(filled) = step {
        match fill_in(tx, visit, filled).await? {
            Ok(settled) => own = settled,
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    if let Step::PartUse(part) = step {
        let new = NewUse {
            ticket_id: visit.ticket_id,
            visit_id: Some(visit.id),
            part_id: part.part_id,
            quantity: part.quantity,
            serial: part.serial.clone(),
            used_at: stamp.at,
        };
        let used = match inventory::record_use(tx, new).await {
            Ok(used) => used,
            Err(InventoryError::NotFound) => {
                return Ok(Err(rejected("unknown_part", "There is no such part in the parts list.")));
            }
            Err(InventoryError::Invalid(invalid)) => {
                let detail = invalid.0.first().map(|error| error.message.clone()).unwrap_or_default();
                return Ok(Err(rejected("invalid_part_use", detail)));
            }
            Err(error) => return Err(error.into()),
        };
        found.part = Some(PartLine {
            use_id: used.id,
            part_id: used.part_id,
            code: used.part_code,
            name: used.part_name,
            unit: used.unit,
            quantity: used.quantity,
            serial: used.serial,
        });
    }
    Ok(Ok((found, own)))
}

fn new_conflict(
    cx: &Context,
    command: &FieldCommand,
    kind: CommandKind,
    visit: &Visit,
    stamp: &Stamp,
    reason: &Reason,
) -> FieldConflict {
    let now = cx.now();
    FieldConflict {
        id: cx.new_id(),
        version: 1,
        client_id: command.client_id,
        visit_id: visit.id,
        visit_number: visit.number.clone(),
        ticket_id: visit.ticket_id,
        kind,
        payload: command.payload.clone(),
        device_time: command.device_time,
        applied_at: stamp.at,
        code: reason.code.to_owned(),
        detail: reason.detail.to_string(),
        sent_by: stamp.by,
        sent_by_name: stamp.by_name.clone(),
        assignee_id: visit.assignee_id,
        status: ConflictStatus::Open,
        resolved_by: None,
        resolved_by_name: None,
        resolved_at: None,
        created_at: now,
        updated_at: now,
    }
}
