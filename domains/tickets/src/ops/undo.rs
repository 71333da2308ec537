//! One's own last action is taken back, as long as nothing has happened since and it was a moment ago.

use authz::permissions;
use axum::extract::State;
use db::{Query as _, Stmt, Tx, list::ListQuery};
use events::{Event, list_object};
use http_api::{App, Caller, IfMatch, Path, Problem, Versioned};
use serde_json::{Value, json};

use crate::{
    TicketError,
    act::{load, save},
    api::TicketPath,
    model::Ticket,
    store,
};

/// What can be undone: everything that did not reach anybody outside.
const UNDOABLE: [&str; 9] = [
    "ticket.updated",
    "ticket.assigned",
    "ticket.accepted",
    "ticket.declined",
    "ticket.started",
    "ticket.waiting",
    "ticket.resumed",
    "ticket.resolved",
    "ticket.cancelled",
];

/// Events gone through for the last thing that was done; so many looks at personal data may have come since.
const LOOKS: usize = 50;
/// For how long.
const UNDO_MICROS: i64 = 15 * 60 * 1_000_000;

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
) -> Result<Versioned<Ticket>, Problem> {
    let version = version.version();
    let ticket = app
        .db()
        .write(&cx, async move |tx| {
            let before = load(tx, path.id, version, permissions::TICKETS_UPDATE).await?;
            undo(tx, before).await
        })
        .await?;
    Ok(Versioned(ticket))
}

async fn undo(tx: &mut Tx<'_>, before: Ticket) -> Result<Ticket, TicketError> {
    let query = ListQuery { limit: LOOKS, ..ListQuery::default() };
    let page = list_object(tx, "ticket", before.id, query).await.map_err(db::DbError::from)?;
    // Who looks at something does nothing to it, and time passing is nobody's action.
    let last = page
        .page
        .items
        .into_iter()
        .find(|event: &Event| event.kind != objects::REVEALED && !event.kind.starts_with("ticket.sla_"));
    let last = last.ok_or(TicketError::CannotUndo("there is nothing to undo"))?;
    if !UNDOABLE.contains(&last.kind.as_str()) {
        return Err(TicketError::CannotUndo("the last thing that happened cannot be undone"));
    }
    let cx = tx.cx().clone();
    if last.actor.id != cx.actor().id {
        return Err(TicketError::CannotUndo("somebody else acted last; only they can undo it"));
    }
    if cx.now() - last.at > UNDO_MICROS {
        return Err(TicketError::CannotUndo("more than 15 minutes have passed; change it by hand"));
    }
    let mut after = put_back(&before, &last.data)?;
    let more: Vec<Stmt<'static>> = match last.kind.as_str() {
        "ticket.waiting" => vec![store::forget_open_pause(&cx, before.id)],
        "ticket.resumed" | "ticket.resolved" | "ticket.cancelled" if after.waiting_reason.is_some() => {
            let pauses = store::pauses(tx, before.id).await?;
            pauses.last().map(|pause| store::continue_pause(&cx, pause.id)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    save(tx, &before, &mut after, "ticket.undone", Some(("undone", json!(last.kind))), more).await?;
    Ok(after)
}

/// Sets every changed field back to where it came from.
fn put_back(ticket: &Ticket, changes: &Value) -> Result<Ticket, TicketError> {
    const BROKEN: TicketError = TicketError::CannotUndo("the change was not recorded in full");
    let mut json = serde_json::to_value(ticket).map_err(|_| BROKEN)?;
    let (Some(fields), Some(changes)) = (json.as_object_mut(), changes.as_object()) else { return Err(BROKEN) };
    if changes.keys().any(|field| field.starts_with("ext.")) {
        return Err(TicketError::CannotUndo("own fields were changed; change them back by hand"));
    }
    for (field, change) in changes {
        if let (Some(place), Some(from)) = (fields.get_mut(field), change.get("from")) {
            *place = from.clone();
        }
    }
    serde_json::from_value(json).map_err(|_| BROKEN)
}
