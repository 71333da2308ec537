//! What an import needs beyond creating: a calendar for a tenant without one, and a newer state of the same ticket.

use calendar::Calendar;
use db::{Json, Query as _, Tx};
use kernel::Uuid;

use crate::{
    TicketError,
    act::save,
    model::{Ticket, TicketPause},
    sla::BusinessCalendar,
    store,
};

/// Makes `calendar` the default of a tenant that has none yet.
pub async fn ensure_calendar(tx: &mut Tx<'_>, name: &str, calendar: Calendar) -> Result<(), TicketError> {
    if !store::calendars(tx).await?.is_empty() {
        return Ok(());
    }
    let cx = tx.cx().clone();
    let calendar = BusinessCalendar {
        id: cx.new_id(),
        version: 1,
        name: name.to_owned(),
        calendar: Json(calendar),
        holidays: None,
        is_default: true,
        history: Json(Vec::new()),
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    tx.execute(store::insert_calendar(&cx, &calendar)).await?;
    Ok(())
}

/// Puts a newer state of an imported ticket over the one read before; its number and id stay.
pub async fn overwrite_imported(
    tx: &mut Tx<'_>,
    id: Uuid,
    mut newer: Ticket,
    pauses: Vec<TicketPause>,
) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    let before = store::get(tx, id).await?.ok_or(TicketError::NotFound)?;
    newer.id = before.id;
    newer.number.clone_from(&before.number);
    newer.created_by = before.created_by;
    newer.created_by_name.clone_from(&before.created_by_name);
    save(tx, &before, &mut newer, "ticket.imported", None, vec![store::delete_pauses(&cx, id)]).await?;
    for mut pause in pauses {
        pause.ticket_id = id;
        tx.execute(store::insert_pause(&cx, &pause)).await?;
    }
    Ok(())
}
