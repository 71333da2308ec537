//! SQL of service levels: what a company settled, what happened to a ticket, and the copies of its clocks.

use calendar::HolidayYear;
use db::{DbError, Json, Query, Stmt, Value, stmt};
use kernel::{Context, Timestamp, Uuid};

use crate::{
    model::Ticket,
    sla::{Settings, SlaPolicy, clocks::Kept},
};

type StoredSettings = (i64, Json<Vec<SlaPolicy>>, Json<Vec<HolidayYear>>);

/// What is stored of a company's service levels; `None` while it has what every company starts with.
pub async fn settings(q: &mut impl Query) -> Result<Option<Settings>, DbError> {
    let tenant = q.cx().tenant();
    let sql = "select version, policies, holiday_years from service_settings where tenant_id = $1";
    let found: Option<StoredSettings> = q.optional(stmt!(sql, tenant)).await?;
    Ok(found.map(|(version, policies, years)| Settings { version, policies: policies.0, holiday_years: years.0 }))
}

/// Puts `settings` over those of its version; touches no row when these have moved on.
pub fn put_settings(cx: &Context, settings: &Settings) -> Stmt<'static> {
    let (policies, years) = (Value::json(&settings.policies), Value::json(&settings.holiday_years));
    let sql = if settings.version == 0 {
        "insert into service_settings (tenant_id, version, policies, holiday_years, updated_at)
         values ($1, $2 + 1, $3, $4, $5) on conflict (tenant_id) do nothing"
    } else {
        "update service_settings set version = version + 1, policies = $3, holiday_years = $4, updated_at = $5
         where tenant_id = $1 and version = $2"
    };
    stmt!(sql, cx.tenant(), settings.version, policies, years, cx.now())
}

/// Something that happened to a ticket, as its event tells it.
#[derive(Debug)]
pub struct Happened {
    pub kind: String,
    pub at: Timestamp,
    pub data: Json<serde_json::Value>,
}

impl db::FromRow for Happened {
    fn from_row(row: &db::RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self { kind: row.get(0)?, at: row.get(1)?, data: row.get(2)? })
    }
}

/// Events read for one ticket; what comes after so many is not looked at.
const MOST_EVENTS: i64 = 5_000;

/// Changes of a ticket, and arrivals of its visits, in order.
pub async fn happened(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Happened>, DbError> {
    let tenant = q.cx().tenant();
    let sql = "select kind, at, data from events where tenant_id = $1 and parent_id = $2
               and ((object = 'ticket' and object_id = $2 and kind not in ('ticket.created', 'ticket.noted',
                     'ticket.replied', 'ticket.customer_wrote', 'ticket.sla_warned', 'ticket.sla_breached',
                     'ticket.sla_escalated', 'ticket.sla_recomputed'))
                 or kind = 'visit.checked_in')
               order by seq limit $3";
    q.all(stmt!(sql, tenant, ticket_id, MOST_EVENTS)).await
}

/// Changes of a customer from an instant on, in order.
pub async fn customer_changes(q: &mut impl Query, id: Uuid, from: Timestamp) -> Result<Vec<Happened>, DbError> {
    let tenant = q.cx().tenant();
    let sql = "select kind, at, data from events where tenant_id = $1 and parent_id = $2 and object = 'customer'
               and kind = 'customer.updated' and at >= $3 order by seq limit $4";
    q.all(stmt!(sql, tenant, id, from, MOST_EVENTS)).await
}

/// Who wrote when: whether it was the customer.
pub async fn conversation(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<(bool, Timestamp)>, DbError> {
    let tenant = q.cx().tenant();
    let sql = "select kind, created_at from ticket_messages where tenant_id = $1 and ticket_id = $2
               and (kind = 'customer' or (kind = 'reply' and author_kind = 'user'))
               order by created_at, id limit $3";
    let rows: Vec<(String, Timestamp)> = q.all(stmt!(sql, tenant, ticket_id, MOST_EVENTS)).await?;
    Ok(rows.into_iter().map(|(kind, at)| (kind == "customer", at)).collect())
}

/// The copy of a ticket's clocks.
pub async fn clocks(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<Kept>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from ticket_clocks where tenant_id = $1 and ticket_id = $2", Kept::COLUMNS);
    q.optional(stmt!(sql, tenant, ticket_id)).await
}

/// Puts a newer copy over the one there is.
pub fn put_clocks(cx: &Context, kept: &Kept) -> Stmt<'static> {
    stmt!(
        "insert into ticket_clocks (tenant_id, ticket_id, revision, policy_id, next_at, clocks, told, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, ticket_id) do update set revision = ticket_clocks.revision + 1,
           policy_id = excluded.policy_id, next_at = excluded.next_at, clocks = excluded.clocks, told = excluded.told,
           updated_at = excluded.updated_at",
        cx.tenant(),
        kept.ticket_id,
        kept.revision,
        kept.policy_id,
        kept.next_at,
        Value::json(&kept.clocks),
        Value::json(&kept.told),
        cx.now()
    )
}

/// The same unless somebody else has since put one: then it touches no row.
pub fn replace_clocks(cx: &Context, kept: &Kept) -> Stmt<'static> {
    stmt!(
        "update ticket_clocks set revision = revision + 1, policy_id = $4, next_at = $5, clocks = $6, told = $7,
           updated_at = $8
         where tenant_id = $1 and ticket_id = $2 and revision = $3",
        cx.tenant(),
        kept.ticket_id,
        kept.revision,
        kept.policy_id,
        kept.next_at,
        Value::json(&kept.clocks),
        Value::json(&kept.told),
        cx.now()
    )
}

/// The ids of open tickets after `after`, in order; of those alone that have no clocks yet if `missing`.
pub async fn open_after(q: &mut impl Query, after: Uuid, missing: bool, limit: usize) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let without = if missing {
        "and not exists (select 1 from ticket_clocks c where c.tenant_id = $1 and c.ticket_id = tickets.id)"
    } else {
        ""
    };
    let sql = format!(
        "select id from tickets where tenant_id = $1 and id > $2 and status_category in ('new', 'open', 'waiting')
         and definitions is null {without} order by id limit $3"
    );
    let rows: Vec<(Uuid,)> = q.all(stmt!(sql, tenant, after, limit as i64)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Open tickets of a customer.
pub async fn open_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from tickets where tenant_id = $1 and customer_id = $2
         and status_category in ('new', 'open', 'waiting') and definitions is null order by created_at, id limit 1000",
        Ticket::COLUMNS
    );
    q.all(stmt!(sql, tenant, customer_id)).await
}

/// A ticket as it is stored, with all its own values.
pub async fn whole(q: &mut impl Query, id: Uuid) -> Result<Option<Ticket>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from tickets where tenant_id = $1 and id = $2", Ticket::COLUMNS);
    q.optional(stmt!(sql, tenant, id)).await
}

/// Takes a calendar away.
pub fn delete_calendar(cx: &Context, id: Uuid) -> Stmt<'static> {
    stmt!("delete from calendars where tenant_id = $1 and id = $2", cx.tenant(), id)
}
