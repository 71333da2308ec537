//! One way for every change of a ticket: load within scope, act, save, tell.

use authz::{Permission, ScopeColumns, scope_clause};
use db::{Query, Stmt, Tx};
use events::NewEvent;
use http_api::{App, IfMatch, Problem, Versioned};
use kernel::{Context, Timestamp, Uuid};
use serde_json::{Value, json};

use crate::{
    TicketError,
    model::{Assignment, Solution, Status, Ticket, TicketPause, WaitReason},
    sla::{
        ServiceLevels, clocks,
        facts::{self, Pending},
    },
    store,
};

/// The columns that say whose ticket it is.
pub const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["assignee_id", "created_by"], team: Some("team_id"), region: Some("region_id") };

/// What can be done with a ticket as a whole; people, processes and field commands share it.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Give it to an engineer.
    Assign(Assignment),
    /// The engineer takes it.
    Accept,
    /// The engineer gives it back.
    Decline {
        /// Why.
        reason: String,
    },
    /// Work begins.
    Start,
    /// Something outside holds it up.
    Wait {
        /// What kind of thing.
        reason: WaitReason,
        /// When it is to go on.
        until: Option<Timestamp>,
        /// In words.
        note: Option<String>,
    },
    /// It goes on.
    Resume,
    /// Solved.
    Resolve(Solution),
    /// Finished; conditions have been checked.
    Close,
    /// Open again.
    Reopen {
        /// Why.
        reason: String,
        /// Days after closing within which that is possible.
        days: i64,
    },
    /// Given up.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Goes up in another ticket.
    Merge {
        /// The other one.
        into: Box<Ticket>,
    },
    /// Somebody gave the customer a first effective answer.
    Respond,
}

impl Action {
    /// The event that tells of it.
    const fn event(&self) -> &'static str {
        match self {
            Self::Assign(_) => "ticket.assigned",
            Self::Accept => "ticket.accepted",
            Self::Decline { .. } => "ticket.declined",
            Self::Start => "ticket.started",
            Self::Wait { .. } => "ticket.waiting",
            Self::Resume => "ticket.resumed",
            Self::Resolve(_) => "ticket.resolved",
            Self::Close => "ticket.closed",
            Self::Reopen { .. } => "ticket.reopened",
            Self::Cancel { .. } => "ticket.cancelled",
            Self::Merge { .. } => "ticket.merged",
            Self::Respond => "ticket.responded",
        }
    }

    fn note(&self) -> Option<(&'static str, Value)> {
        match self {
            Self::Decline { reason } | Self::Reopen { reason, .. } | Self::Cancel { reason } => {
                Some(("reason", json!(reason)))
            }
            Self::Wait { note: Some(note), .. } => Some(("reason", json!(note))),
            Self::Merge { into } => Some(("into_number", json!(into.number))),
            _ => None,
        }
    }
}

/// The ticket within the caller's reach, at the version they saw.
pub async fn load(tx: &mut Tx<'_>, id: Uuid, version: i64, permission: Permission) -> Result<Ticket, TicketError> {
    let ticket = within_reach(tx, id, permission).await?;
    if ticket.version == version { Ok(ticket) } else { Err(TicketError::Stale) }
}

/// The ticket within the caller's reach; what lies outside does not exist.
pub async fn within_reach(q: &mut impl Query, id: Uuid, permission: Permission) -> Result<Ticket, TicketError> {
    let scope = scope_clause(q.cx(), permission, &SCOPE, 3);
    store::get_scoped(q, id, &scope).await?.ok_or(TicketError::NotFound)
}

/// Does `action` and tells of it; answers the ticket as it is afterwards.
pub async fn act(tx: &mut Tx<'_>, before: Ticket, action: Action) -> Result<Ticket, TicketError> {
    let cx = tx.cx().clone();
    let now = cx.now();
    let mut after = before.clone();
    let mut more: Vec<Stmt<'static>> = Vec::new();
    let waited = before.status == Status::Waiting;
    match &action {
        Action::Assign(to) => after.assign(to, now)?,
        Action::Accept => after.accept(now)?,
        Action::Decline { .. } => after.decline()?,
        Action::Start => after.start(now)?,
        Action::Wait { reason, until, .. } => {
            after.wait(*reason, *until)?;
            let pause =
                TicketPause { id: cx.new_id(), ticket_id: after.id, reason: *reason, from_at: now, to_at: None };
            more.push(store::insert_pause(&cx, &pause));
        }
        Action::Resume => after.resume()?,
        Action::Resolve(solution) => {
            if waited {
                tx.execute(store::end_pause(&cx, after.id)).await?;
            }
            after.resolve(solution.clone(), now)?;
        }
        Action::Close => after.close(now)?,
        Action::Reopen { days, .. } => after.reopen(now, *days)?,
        Action::Cancel { .. } => after.cancel(now)?,
        Action::Merge { into } => after.merge_into(into, now)?,
        Action::Respond => {
            after.first_response_at.get_or_insert(now);
        }
    }
    if after == before {
        return Ok(before);
    }
    if waited && after.status != Status::Waiting && !matches!(action, Action::Resolve(_)) {
        tx.execute(store::end_pause(&cx, after.id)).await?;
    }
    save(tx, &before, &mut after, action.event(), action.note(), more).await?;
    Ok(after)
}

/// Has the clocks follow a change that is about to be stored; answers what is still to be stored with it.
async fn settle(
    tx: &mut Tx<'_>,
    before: &Ticket,
    after: &mut Ticket,
    (event, note): (&'static str, Option<&(&'static str, Value)>),
    more: Vec<Stmt<'static>>,
) -> Result<Vec<Stmt<'static>>, TicketError> {
    // What another system promised is judged by its own definitions.
    if before.definitions.0.is_some() || !facts::may_matter(before, after) {
        return Ok(more);
    }
    let levels = ServiceLevels::load(tx).await?;
    if !facts::matters(&levels, before, after) {
        return Ok(more);
    }
    // Pauses are read where they are stored.
    tx.execute_all(more).await?;
    let data = told(before, after, note);
    clocks::settle(tx, &levels, before, after, Pending { kind: event, data }).await
}

/// The data of a change's event.
fn told(before: &Ticket, after: &Ticket, note: Option<&(&'static str, Value)>) -> Value {
    let mut data = events::changes(before, after);
    if let (Some((key, value)), Some(map)) = (note, data.as_object_mut()) {
        map.insert((*key).to_owned(), value.clone());
    }
    data
}

/// Writes the difference with its event, one version up.
pub async fn save(
    tx: &mut Tx<'_>,
    before: &Ticket,
    after: &mut Ticket,
    event: &'static str,
    note: Option<(&'static str, Value)>,
    more: Vec<Stmt<'static>>,
) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    after.version = before.version + 1;
    after.updated_at = cx.now();
    let more = settle(tx, before, after, (event, note.as_ref()), more).await?;
    store::update(tx, before, after).await?;
    let data = told(before, after, note.as_ref());
    let event = NewEvent::new(event, "ticket", after.id).label(&after.number).data(data);
    let mut stmts = vec![events::statement(&cx, &event)];
    stmts.extend(more);
    tx.execute_all(stmts).await?;
    Ok(())
}

/// The same for a change of fields, the company's own among them.
pub async fn save_with(
    tx: &mut Tx<'_>,
    before: &Ticket,
    after: &mut Ticket,
    own: objects::Settled,
) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    after.version = before.version + 1;
    after.updated_at = cx.now();
    let clocks = settle(tx, before, after, ("ticket.updated", None), Vec::new()).await?;
    store::update(tx, before, after).await?;
    let mut data = events::changes(before, after);
    own.tell(&mut data);
    let event = NewEvent::new("ticket.updated", "ticket", after.id).label(&after.number).data(data);
    let mut stmts = vec![events::statement(&cx, &event)];
    stmts.extend(clocks);
    stmts.extend(own.statements);
    tx.execute_all(stmts).await?;
    Ok(())
}

/// The whole of a simple action operation: one transaction, one answer.
pub async fn apply(
    app: &App,
    cx: &Context,
    id: Uuid,
    version: IfMatch,
    permission: Permission,
    action: Action,
) -> Result<Versioned<Ticket>, Problem> {
    let version = version.version();
    let ticket = app
        .db()
        .write(cx, async move |tx| {
            let before = load(tx, id, version, permission).await?;
            act(tx, before, action).await
        })
        .await;
    Ok(Versioned(ticket.map_err(|error: TicketError| Problem::from(error))?))
}
