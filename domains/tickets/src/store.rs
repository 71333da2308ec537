//! All SQL of tickets.

use std::sync::LazyLock;

use db::{DbError, Query, Stmt, Tx, Value, stmt};
use kernel::{Context, Uuid};

use crate::{
    TicketError,
    api::{Attachment, Follower, TicketLink},
    model::{Ticket, TicketPause},
    sla::BusinessCalendar,
};

pub mod of_customer;
pub mod of_devices;
pub mod sla;

static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Ticket::COLUMNS.split(", ").collect());

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=COLUMNS.len() + 1).map(|n| format!("${n}")).collect();
    format!("insert into tickets (tenant_id, {}) values ({})", Ticket::COLUMNS, marks.join(", "))
});

static BY_ID: LazyLock<String> =
    LazyLock::new(|| format!("select {} from tickets where tenant_id = $1 and id = $2", Ticket::COLUMNS));

static BY_NUMBER: LazyLock<String> =
    LazyLock::new(|| format!("select {} from tickets where tenant_id = $1 and number = $2", Ticket::COLUMNS));

static BY_REF: LazyLock<String> =
    LazyLock::new(|| format!("select {} from tickets where tenant_id = $1 and external_ref = $2", Ticket::COLUMNS));

/// The ticket's values in the order of `Ticket::COLUMNS`.
fn values(ticket: &Ticket) -> Vec<Value<'_>> {
    let t = ticket;
    vec![
        t.id.into(),
        t.version.into(),
        (&t.number).into(),
        (&t.title).into(),
        (&t.description).into(),
        t.kind.into(),
        t.priority.into(),
        t.status.into(),
        t.status_category.into(),
        (&t.stage).into(),
        t.status_before_wait.into(),
        t.source.into(),
        t.customer_id.into(),
        t.contact_id.into(),
        (&t.contact_name).into(),
        (&t.contact_phone).into(),
        t.site_id.into(),
        t.device_id.into(),
        (&t.address).into(),
        (&t.problem_type).into(),
        (&t.cause_code).into(),
        (&t.action_code).into(),
        (&t.resolution).into(),
        (&t.tags).into(),
        t.engineer_id.into(),
        t.assignee_id.into(),
        t.team_id.into(),
        t.region_id.into(),
        t.warranty.0.as_ref().map_or(Value::Null, Value::json),
        t.response_due_at.into(),
        t.resolution_due_at.into(),
        t.first_response_at.into(),
        t.assigned_at.into(),
        t.resolved_at.into(),
        t.first_resolved_at.into(),
        t.closed_at.into(),
        t.waiting_reason.into(),
        t.waiting_until.into(),
        t.reopen_count.into(),
        t.reassign_count.into(),
        t.sla_met.into(),
        t.first_contact.into(),
        t.definitions.0.as_ref().map_or(Value::Null, Value::json),
        t.merged_into_id.into(),
        t.split_from_id.into(),
        (&t.external_ref).into(),
        t.created_by.into(),
        (&t.created_by_name).into(),
        t.created_at.into(),
        t.updated_at.into(),
        (&t.ext).into(),
    ]
}

/// A new ticket.
pub fn insert<'t>(cx: &Context, ticket: &'t Ticket) -> Stmt<'t> {
    let mut binds = Vec::with_capacity(COLUMNS.len() + 1);
    binds.push(cx.tenant().into());
    binds.extend(values(ticket));
    Stmt::new(&*INSERT, binds)
}

/// Writes what changed, and nothing else: an index is touched only when its column is named.
/// Demands that the row still has the version `before` had.
pub async fn update(tx: &mut Tx<'_>, before: &Ticket, after: &Ticket) -> Result<(), TicketError> {
    let (old, new) = (values(before), values(after));
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), before.id.into(), before.version.into()];
    let mut sets = Vec::new();
    for ((column, old), new) in COLUMNS.iter().zip(old).zip(new) {
        if old != new {
            binds.push(new);
            sets.push(format!("{column} = ${}", binds.len()));
        }
    }
    if sets.is_empty() {
        return Ok(());
    }
    let sql = format!("update tickets set {} where tenant_id = $1 and id = $2 and version = $3", sets.join(", "));
    match tx.execute(Stmt::new(sql, binds)).await? {
        0 => Err(TicketError::Stale),
        _ => Ok(()),
    }
}

/// One ticket, whoever may see it.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let found = q.optional(stmt!(&*BY_ID, tenant, id)).await?;
    seen(q, found).await
}

/// What the caller may see of the tickets' own fields. What is left out or masked here stays in the row, because updates
/// write what changed and nothing else.
pub async fn own_fields(q: &mut impl Query, tickets: &mut [Ticket]) -> Result<(), DbError> {
    objects::shown(q, "ticket", tickets.iter_mut().map(|ticket| &mut ticket.ext.0).collect()).await
}

async fn seen(q: &mut impl Query, mut found: Option<Ticket>) -> Result<Option<Ticket>, DbError> {
    own_fields(q, found.as_mut_slice()).await?;
    Ok(found)
}

async fn all_seen(q: &mut impl Query, stmt: Stmt<'_>) -> Result<Vec<Ticket>, DbError> {
    let mut found = q.all(stmt).await?;
    own_fields(q, &mut found).await?;
    Ok(found)
}

/// All of a ticket's own values, for whoever changes them.
pub async fn own_values(q: &mut impl Query, id: Uuid) -> Result<serde_json::Map<String, serde_json::Value>, DbError> {
    let tenant = q.cx().tenant();
    let (values,): (db::Json<_>,) =
        q.one(stmt!("select ext from tickets where tenant_id = $1 and id = $2", tenant, id)).await?;
    Ok(values.0)
}

/// One ticket within a scope condition whose binds start at `$3`.
pub async fn get_scoped(q: &mut impl Query, id: Uuid, scope: &authz::ScopeFragment) -> Result<Option<Ticket>, DbError> {
    let mut binds = vec![q.cx().tenant().into(), Value::Id(id)];
    if scope.is_everything() {
        let found = q.optional(Stmt::new(&*BY_ID, binds)).await?;
        return seen(q, found).await;
    }
    binds.extend(scope.binds.iter().map(|id| Value::Id(*id)));
    let found = q.optional(Stmt::new(format!("{} and {}", *BY_ID, scope.text), binds)).await?;
    seen(q, found).await
}

/// By the number people say.
pub async fn by_number(q: &mut impl Query, number: &str) -> Result<Option<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let found = q.optional(stmt!(&*BY_NUMBER, tenant, number)).await?;
    seen(q, found).await
}

/// By its number in another system.
pub async fn by_external_ref(q: &mut impl Query, external_ref: &str) -> Result<Option<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let found = q.optional(stmt!(&*BY_REF, tenant, external_ref)).await?;
    seen(q, found).await
}

/// Several tickets; unknown ids are left out.
pub async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Ticket>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut binds: Vec<Value<'_>> = vec![q.cx().tenant().into()];
    binds.extend(ids.iter().map(|id| Value::Id(*id)));
    let marks: Vec<String> = (2..=binds.len()).map(|n| format!("${n}")).collect();
    let sql = format!("select {} from tickets where tenant_id = $1 and id in ({})", Ticket::COLUMNS, marks.join(", "));
    all_seen(q, Stmt::new(sql, binds)).await
}

/// Open tickets of the same device or customer, newest first.
pub async fn open_of(
    q: &mut impl Query,
    device_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from tickets where tenant_id = $1 and (device_id = $2 or customer_id = $3)
         and status_category in ('new', 'open', 'waiting') order by created_at desc, id desc limit $4",
        Ticket::COLUMNS
    );
    all_seen(q, stmt!(sql, tenant, device_id, customer_id, limit)).await
}

/// Tickets of a device or customer, newest first, whatever their status.
pub async fn history_of(
    q: &mut impl Query,
    device_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from tickets where tenant_id = $1 and (device_id = $2 or customer_id = $3)
         order by created_at desc, id desc limit $4",
        Ticket::COLUMNS
    );
    all_seen(q, stmt!(sql, tenant, device_id, customer_id, limit)).await
}

/// How many open tickets each engineer has.
pub async fn open_by_engineer(q: &mut impl Query) -> Result<Vec<(Uuid, i64)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        "select engineer_id, count(*) from tickets where tenant_id = $1 and engineer_id is not null
         and status_category in ('open', 'waiting') group by engineer_id",
        tenant
    ))
    .await
}

/// The pauses of a ticket, oldest first.
pub async fn pauses(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<TicketPause>, DbError> {
    let stmt = select_pauses(q.cx(), ticket_id);
    q.all(stmt).await
}

fn select_pauses(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    let sql = format!(
        "select {} from ticket_pauses where tenant_id = $1 and ticket_id = $2 order by from_at, id",
        TicketPause::COLUMNS
    );
    stmt!(sql, cx.tenant(), ticket_id)
}

/// A new pause.
pub fn insert_pause(cx: &Context, pause: &TicketPause) -> Stmt<'static> {
    stmt!(
        "insert into ticket_pauses (tenant_id, id, ticket_id, reason, from_at, to_at) values ($1, $2, $3, $4, $5, $6)",
        cx.tenant(),
        pause.id,
        pause.ticket_id,
        pause.reason,
        pause.from_at,
        pause.to_at
    )
}

/// Ends the open pause of a ticket.
pub fn end_pause(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    stmt!(
        "update ticket_pauses set to_at = $3 where tenant_id = $1 and ticket_id = $2 and to_at is null",
        cx.tenant(),
        ticket_id,
        cx.now()
    )
}

/// Takes back the open pause, as if the ticket had not waited.
pub fn forget_open_pause(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    stmt!("delete from ticket_pauses where tenant_id = $1 and ticket_id = $2 and to_at is null", cx.tenant(), ticket_id)
}

/// Takes every pause away, before an import writes them anew.
pub fn delete_pauses(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    stmt!("delete from ticket_pauses where tenant_id = $1 and ticket_id = $2", cx.tenant(), ticket_id)
}

/// Opens the last pause again.
pub fn continue_pause(cx: &Context, pause_id: Uuid) -> Stmt<'static> {
    stmt!("update ticket_pauses set to_at = null where tenant_id = $1 and id = $2", cx.tenant(), pause_id)
}

/// The tenant's business calendars, the default one first.
pub async fn calendars(q: &mut impl Query) -> Result<Vec<BusinessCalendar>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from calendars where tenant_id = $1 order by is_default desc, name limit 200",
        BusinessCalendar::COLUMNS
    );
    q.all(stmt!(sql, tenant)).await
}

/// One calendar.
pub async fn calendar(q: &mut impl Query, id: Uuid) -> Result<Option<BusinessCalendar>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from calendars where tenant_id = $1 and id = $2", BusinessCalendar::COLUMNS);
    q.optional(stmt!(sql, tenant, id)).await
}

/// A new calendar.
pub fn insert_calendar<'c>(cx: &Context, calendar: &'c BusinessCalendar) -> Stmt<'c> {
    stmt!(
        "insert into calendars (tenant_id, id, version, name, calendar, holidays, is_default, history, created_at,
           updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        cx.tenant(),
        calendar.id,
        calendar.version,
        &calendar.name,
        &calendar.calendar,
        calendar.holidays,
        calendar.is_default,
        &calendar.history,
        calendar.created_at,
        calendar.updated_at
    )
}

/// A changed calendar; touches no row when its version has moved on.
pub fn update_calendar<'c>(cx: &Context, calendar: &'c BusinessCalendar, version: i64) -> Stmt<'c> {
    stmt!(
        "update calendars set version = version + 1, name = $4, calendar = $5, holidays = $6, is_default = $7,
           history = $8, updated_at = $9
         where tenant_id = $1 and id = $2 and version = $3",
        cx.tenant(),
        calendar.id,
        version,
        &calendar.name,
        &calendar.calendar,
        calendar.holidays,
        calendar.is_default,
        &calendar.history,
        cx.now()
    )
}

/// Takes the default mark from every other calendar.
pub fn only_default(cx: &Context, id: Uuid) -> Stmt<'static> {
    stmt!(
        "update calendars set is_default = $3, version = version + 1 where tenant_id = $1 and id <> $2 and is_default",
        cx.tenant(),
        id,
        false
    )
}

/// A message in the conversation with the customer, or an internal note.
pub fn insert_message<'m>(cx: &Context, message: &'m crate::api::Message) -> Stmt<'m> {
    stmt!(
        "insert into ticket_messages (tenant_id, id, ticket_id, kind, body, author_kind, author_id, author_name,
           file_ids, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        cx.tenant(),
        message.id,
        message.ticket_id,
        message.kind,
        &message.body,
        message.author_kind.as_str(),
        message.author_id,
        &message.author_name,
        &message.file_ids,
        message.created_at
    )
}

/// The conversation of a ticket, oldest first; without internal notes when `visible_only`.
pub async fn messages(
    q: &mut impl Query,
    ticket_id: Uuid,
    visible_only: bool,
) -> Result<Vec<crate::api::Message>, DbError> {
    let tenant = q.cx().tenant();
    let only = if visible_only { "and kind <> 'note'" } else { "" };
    let sql = format!(
        "select {} from ticket_messages where tenant_id = $1 and ticket_id = $2 {only} order by created_at, id limit 500",
        crate::api::Message::COLUMNS
    );
    q.all(stmt!(sql, tenant, ticket_id)).await
}

/// Who follows a ticket.
pub async fn followers(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Follower>, DbError> {
    let stmt = select_followers(q.cx(), ticket_id);
    q.all(stmt).await
}

fn select_followers(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    let sql = format!(
        "select {} from ticket_followers where tenant_id = $1 and ticket_id = $2 order by created_at limit 200",
        Follower::COLUMNS
    );
    stmt!(sql, cx.tenant(), ticket_id)
}

/// Adds a follower; twice is once.
pub fn follow(cx: &Context, ticket_id: Uuid, user_id: Uuid) -> Stmt<'static> {
    stmt!(
        "insert into ticket_followers (tenant_id, ticket_id, user_id, created_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, ticket_id, user_id) do nothing",
        cx.tenant(),
        ticket_id,
        user_id,
        cx.now()
    )
}

/// Takes a follower away.
pub fn unfollow(cx: &Context, ticket_id: Uuid, user_id: Uuid) -> Stmt<'static> {
    stmt!(
        "delete from ticket_followers where tenant_id = $1 and ticket_id = $2 and user_id = $3",
        cx.tenant(),
        ticket_id,
        user_id
    )
}

/// Links of a ticket, in both directions.
pub async fn links(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<TicketLink>, DbError> {
    let stmt = select_links(q.cx(), ticket_id);
    q.all(stmt).await
}

fn select_links(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    let sql = format!(
        "select {} from ticket_links where tenant_id = $1 and (from_id = $2 or to_id = $2) order by created_at limit 200",
        TicketLink::COLUMNS
    );
    stmt!(sql, cx.tenant(), ticket_id)
}

/// A new link; the same pair again changes its kind.
pub fn insert_link(cx: &Context, link: &TicketLink) -> Stmt<'static> {
    stmt!(
        "insert into ticket_links (tenant_id, id, from_id, to_id, kind, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, from_id, to_id) do update set kind = excluded.kind",
        cx.tenant(),
        link.id,
        link.from_id,
        link.to_id,
        link.kind,
        link.created_at
    )
}

/// Takes a link away.
pub fn delete_link(cx: &Context, ticket_id: Uuid, link_id: Uuid) -> Stmt<'static> {
    stmt!(
        "delete from ticket_links where tenant_id = $1 and id = $3 and (from_id = $2 or to_id = $2)",
        cx.tenant(),
        ticket_id,
        link_id
    )
}

/// Attachments of a ticket, oldest first.
pub async fn attachments(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Attachment>, DbError> {
    let stmt = select_attachments(q.cx(), ticket_id);
    q.all(stmt).await
}

fn select_attachments(cx: &Context, ticket_id: Uuid) -> Stmt<'static> {
    let sql = format!(
        "select {} from ticket_attachments where tenant_id = $1 and ticket_id = $2 order by created_at, id limit 500",
        Attachment::COLUMNS
    );
    stmt!(sql, cx.tenant(), ticket_id)
}

/// What stands around a ticket.
pub struct Around {
    pub pauses: Vec<TicketPause>,
    pub followers: Vec<Follower>,
    pub links: Vec<TicketLink>,
    pub attachments: Vec<Attachment>,
}

/// [`pauses`], [`followers`], [`links`] and [`attachments`] in two round trips.
pub async fn around(q: &mut impl Query, ticket_id: Uuid) -> Result<Around, DbError> {
    let cx = q.cx().clone();
    let (pauses, followers) = q.both(select_pauses(&cx, ticket_id), select_followers(&cx, ticket_id)).await?;
    let (links, attachments) = q.both(select_links(&cx, ticket_id), select_attachments(&cx, ticket_id)).await?;
    Ok(Around { pauses, followers, links, attachments })
}

/// A new attachment.
pub fn insert_attachment<'a>(cx: &Context, attachment: &'a Attachment) -> Stmt<'a> {
    stmt!(
        "insert into ticket_attachments (tenant_id, id, ticket_id, file_id, name, media_type, size, created_by_name,
           created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        cx.tenant(),
        attachment.id,
        attachment.ticket_id,
        attachment.file_id,
        &attachment.name,
        &attachment.media_type,
        attachment.size,
        &attachment.created_by_name,
        attachment.created_at
    )
}

/// Takes an attachment away; the file itself stays until nobody names it.
pub fn delete_attachment(cx: &Context, ticket_id: Uuid, id: Uuid) -> Stmt<'static> {
    stmt!(
        "delete from ticket_attachments where tenant_id = $1 and ticket_id = $2 and id = $3",
        cx.tenant(),
        ticket_id,
        id
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Priority, Source, TicketType};
    use kernel::{TenantId, World};

    #[test]
    fn every_column_has_its_value() {
        let cx = Context::system(World::real(), TenantId::SYSTEM);
        let ticket = Ticket::new(&cx, "T".into(), TicketType::Repair, Priority::Low, Source::Staff);
        assert_eq!(values(&ticket).len(), COLUMNS.len());
    }
}
