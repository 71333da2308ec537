//! Planning a visit, and calling visits off.

use db::{Db, DbError, Json, Query as _, Tx};
use events::NewEvent;
use jobs::NewJob;
use kernel::{Context, Timestamp, Uuid};
use objects::Numbers;
use serde_json::{Map, Value, json};
use tickets::Ticket;
use workforce::Engineer;

use crate::{
    VisitError,
    model::{Visit, VisitStatus},
    store,
};

/// The job that tells an engineer of a visit. Its payload: `{event, visit_id, visit_number, ticket_id, ticket_number,
/// engineer_id, user_id, starts_at, ends_at}` with `event` one of `planned`, `replanned`, `cancelled`.
pub const NOTIFY_ENGINEER: &str = "notify.engineer";

/// The next visit number of the year in the tenant's zone: `V-2026-000123`. Take it before the write.
pub async fn number(db: &Db, cx: &Context) -> Result<String, DbError> {
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let year = zone.to_datetime(cx.now().to_jiff()).year();
    let next = db.next_number(cx, &format!("V-{year}")).await?;
    Ok(format!("V-{year}-{next:06}"))
}

/// Plans a visit and lets its engineer know. Assigning the ticket is the caller's.
pub async fn plan(
    tx: &mut Tx<'_>,
    number: String,
    ticket: &Ticket,
    engineer: &Engineer,
    span: (Timestamp, Timestamp),
) -> Result<Visit, VisitError> {
    plan_with(tx, number, ticket, engineer, span, None, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
pub(crate) async fn plan_with(
    tx: &mut Tx<'_>,
    number: String,
    ticket: &Ticket,
    engineer: &Engineer,
    span: (Timestamp, Timestamp),
    sent: Option<Map<String, Value>>,
    numbers: &Numbers,
) -> Result<Visit, VisitError> {
    if !ticket.status.is_open() {
        return Err(VisitError::TicketOver(ticket.status));
    }
    if !engineer.is_available() {
        return Err(VisitError::EngineerUnavailable);
    }
    let cx = tx.cx().clone();
    let checklist = store::checklist(tx, ticket.kind).await?.entries();
    let mut visit = Visit::new(&cx, number, ticket, engineer, span, checklist);
    let own = objects::settle_ext(tx, "visit", visit.id, None, sent, numbers).await?;
    visit.ext = Json(own.values.clone());
    let mut data = json!({
        "engineer_id": visit.engineer_id, "engineer_name": visit.engineer_name, "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
    });
    own.tell(&mut data);
    let told = event(&visit, "visit.planned", data);
    let mut statements = vec![
        store::insert(&cx, &visit),
        events::statement(&cx, &told),
        jobs::statement(&cx, &notice(&visit, visit.engineer_id, visit.assignee_id, "planned")),
    ];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(visit)
}

/// Calls off the visits of a ticket that have not begun; answers how many.
pub async fn cancel_open(tx: &mut Tx<'_>, ticket_id: Uuid, reason: &str) -> Result<usize, VisitError> {
    cancel_those(tx, ticket_id, reason, |_| true).await
}

/// Calls off those visits of a ticket that have not begun and that `chosen` names; answers how many.
pub(crate) async fn cancel_those(
    tx: &mut Tx<'_>,
    ticket_id: Uuid,
    reason: &str,
    chosen: impl Fn(&Visit) -> bool + Send,
) -> Result<usize, VisitError> {
    use VisitStatus::{Accepted, Planned, Travelling};
    let mut count = 0;
    for visit in store::of_ticket(tx, ticket_id).await? {
        if matches!(visit.status, Planned | Accepted | Travelling) && chosen(&visit) {
            cancel(tx, visit, reason.to_owned()).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Calls one visit off and lets its engineer know.
pub(crate) async fn cancel(tx: &mut Tx<'_>, before: Visit, reason: String) -> Result<Visit, VisitError> {
    let cx = tx.cx().clone();
    let mut after = before.clone();
    after.cancel(reason)?;
    store::update(tx, &before, &mut after).await?;
    let told = event(&after, "visit.cancelled", events::changes(&before, &after));
    tx.execute_all(vec![
        events::statement(&cx, &told),
        jobs::statement(&cx, &notice(&after, after.engineer_id, after.assignee_id, "cancelled")),
    ])
    .await?;
    Ok(after)
}

/// An event of a visit, which also stands on its ticket's timeline.
pub(crate) fn event<'e>(visit: &Visit, kind: &'e str, data: Value) -> NewEvent<'e> {
    NewEvent::new(kind, "visit", visit.id).label(&visit.number).data(data).parent("ticket", visit.ticket_id)
}

/// The job that tells an engineer; whoever has the visit, or had it.
pub(crate) fn notice(visit: &Visit, engineer_id: Uuid, user_id: Option<Uuid>, event: &str) -> NewJob {
    let payload = json!({
        "event": event, "visit_id": visit.id, "visit_number": visit.number, "ticket_id": visit.ticket_id,
        "ticket_number": visit.ticket_number, "engineer_id": engineer_id, "user_id": user_id,
        "starts_at": visit.starts_at, "ends_at": visit.ends_at,
    });
    NewJob::new(NOTIFY_ENGINEER, payload)
}
