//! All SQL of visits, field commands, conflicts and checklists.

use std::sync::LazyLock;

use authz::ScopeColumns;
use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};
use tickets::TicketType;

use crate::{
    VisitError,
    checklist::{ChecklistTemplate, built_in},
    conflict::{ConflictStatus, FieldConflict},
    model::Visit,
};

pub mod of_customer;
pub mod of_devices;

/// Visits looked at in one go at most.
const MOST: i64 = 5_000;

/// The columns that say whose visit it is.
pub const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["assignee_id"], team: Some("team_id"), region: Some("region_id") };

/// A conflict concerns who sent the step and who has the visit.
pub const CONFLICT_SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["sent_by", "assignee_id"], team: None, region: None };

const LIST: List = List {
    table: "visits",
    columns: Visit::COLUMNS,
    sorts: &[
        ("starts_at", "starts_at"),
        ("number", "number"),
        ("engineer_name", "engineer_name"),
        ("created_at", "created_at"),
        ("updated_at", "updated_at"),
    ],
    default_sort: "-starts_at",
};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("ticket_id", FieldType::Id, "ticket_id").not_null(),
    Column::new("ticket_number", FieldType::Text, "ticket_number").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("device_id", FieldType::Id, "device_id"),
    Column::new("engineer_id", FieldType::Id, "engineer_id").not_null(),
    Column::new("engineer_name", FieldType::Text, "engineer_name").not_null(),
    Column::new("assignee_id", FieldType::Id, "assignee_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("result", FieldType::Choice, "result"),
    Column::new("starts_at", FieldType::Time, "starts_at").not_null(),
    Column::new("ends_at", FieldType::Time, "ends_at").not_null(),
    Column::new("checked_in_at", FieldType::Time, "checked_in_at"),
    Column::new("checked_out_at", FieldType::Time, "checked_out_at"),
    Column::new("labour_minutes", FieldType::Integer, "labour_minutes").not_null(),
    Column::new("travel_minutes", FieldType::Integer, "travel_minutes").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of visits.
pub static LISTING: Listing =
    Listing { list: LIST, fields: &FIELDS, keys: &[], search_object: None, archivable: false };

static CONFLICT_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("visit_id", FieldType::Id, "visit_id").not_null(),
    Column::new("ticket_id", FieldType::Id, "ticket_id").not_null(),
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("sent_by", FieldType::Id, "sent_by").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
]);

const CONFLICT_LIST: List = List {
    table: "field_conflicts",
    columns: FieldConflict::COLUMNS,
    sorts: &[("created_at", "created_at"), ("updated_at", "updated_at")],
    default_sort: "-created_at",
};

/// The list of conflicts.
pub static CONFLICTS: Listing =
    Listing { list: CONFLICT_LIST, fields: &CONFLICT_FIELDS, keys: &[], search_object: None, archivable: false };

static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Visit::COLUMNS.split(", ").collect());

static INSERT: LazyLock<String> = LazyLock::new(|| insert_text("visits", Visit::COLUMNS));
static INSERT_CONFLICT: LazyLock<String> = LazyLock::new(|| insert_text("field_conflicts", FieldConflict::COLUMNS));

fn insert_text(table: &str, columns: &str) -> String {
    let marks: Vec<String> = (1..=columns.split(", ").count() + 1).map(|n| format!("${n}")).collect();
    format!("insert into {table} (tenant_id, {columns}) values ({})", marks.join(", "))
}

/// The visit's values in the order of `Visit::COLUMNS`.
fn values(visit: &Visit) -> Vec<Value<'_>> {
    let v = visit;
    vec![
        v.id.into(),
        v.version.into(),
        (&v.number).into(),
        v.ticket_id.into(),
        (&v.ticket_number).into(),
        v.customer_id.into(),
        v.device_id.into(),
        v.engineer_id.into(),
        (&v.engineer_name).into(),
        v.assignee_id.into(),
        (&v.past_user_ids).into(),
        v.team_id.into(),
        v.region_id.into(),
        v.starts_at.into(),
        v.ends_at.into(),
        v.status.into(),
        v.accepted_at.into(),
        v.declined_at.into(),
        (&v.decline_reason).into(),
        v.departed_at.into(),
        v.checked_in_at.into(),
        v.checked_in_lat.into(),
        v.checked_in_lng.into(),
        v.checked_in_by.into(),
        v.checked_out_at.into(),
        v.checked_out_lat.into(),
        v.checked_out_lng.into(),
        v.checked_out_by.into(),
        (&v.checklist).into(),
        (&v.time_entries).into(),
        v.labour_minutes.into(),
        v.travel_minutes.into(),
        (&v.parts_used).into(),
        (&v.notes).into(),
        (&v.photos).into(),
        v.result.into(),
        (&v.result_text).into(),
        (&v.cause_code).into(),
        (&v.action_code).into(),
        v.result_by.into(),
        v.result_at.into(),
        v.resolve_ticket.into(),
        v.signature.0.as_ref().map_or(Value::Null, Value::json),
        (&v.excused_reason).into(),
        v.clock_skew_seconds.into(),
        (&v.cancel_reason).into(),
        v.created_by.into(),
        (&v.created_by_name).into(),
        v.created_at.into(),
        v.updated_at.into(),
        (&v.ext).into(),
    ]
}

/// A new visit.
pub fn insert<'v>(cx: &Context, visit: &'v Visit) -> Stmt<'v> {
    let mut binds = Vec::with_capacity(COLUMNS.len() + 1);
    binds.push(cx.tenant().into());
    binds.extend(values(visit));
    Stmt::new(&*INSERT, binds)
}

/// Writes what changed, one version up; demands that the row still has the version `before` had.
pub async fn update(tx: &mut Tx<'_>, before: &Visit, after: &mut Visit) -> Result<(), VisitError> {
    after.version = before.version + 1;
    after.updated_at = tx.cx().now();
    let (old, new) = (values(before), values(after));
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), before.id.into(), before.version.into()];
    let mut sets = Vec::new();
    for ((column, old), new) in COLUMNS.iter().zip(old).zip(new) {
        if old != new {
            binds.push(new);
            sets.push(format!("{column} = ${}", binds.len()));
        }
    }
    let sql = format!("update visits set {} where tenant_id = $1 and id = $2 and version = $3", sets.join(", "));
    match tx.execute(Stmt::new(sql, binds)).await? {
        0 => Err(VisitError::Stale),
        _ => Ok(()),
    }
}

fn select(rest: &str) -> String {
    format!("select {} from visits where tenant_id = $1 and {rest}", Visit::COLUMNS)
}

/// One visit, whoever may see it.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Visit>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(select("id = $2"), tenant, id)).await
}

/// One visit within a scope.
pub async fn within(q: &mut impl Query, id: Uuid, scope: Fragment) -> Result<Visit, VisitError> {
    objects::find(q, &LIST, id, scope).await?.ok_or(VisitError::NotFound)
}

/// The visits of a ticket, oldest first.
pub async fn of_ticket(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Visit>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(select("ticket_id = $2 order by starts_at, id limit $3"), tenant, ticket_id, MOST)).await
}

/// Visits of the whole company that touch a span of time and are not called off, by start.
pub async fn between(q: &mut impl Query, from: Timestamp, to: Timestamp) -> Result<Vec<Visit>, DbError> {
    let tenant = q.cx().tenant();
    let text = select(
        "starts_at < $3 and ends_at > $2 and status not in ('cancelled', 'declined') order by starts_at, id limit $4",
    );
    q.all(stmt!(text, tenant, from, to, MOST)).await
}

/// Visits of one engineer that start in a span of time, whatever became of them, by start.
pub async fn of_engineer(
    q: &mut impl Query,
    engineer_id: Uuid,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Visit>, DbError> {
    let tenant = q.cx().tenant();
    let text = select("engineer_id = $2 and starts_at >= $3 and starts_at < $4 order by starts_at, id limit $5");
    q.all(stmt!(text, tenant, engineer_id, from, to, MOST)).await
}

/// How often each engineer finished a visit to this device, and to this customer.
pub async fn served(
    q: &mut impl Query,
    device_id: Option<Uuid>,
    customer_id: Option<Uuid>,
) -> Result<Vec<(Uuid, i64, i64)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        "select engineer_id, sum(case when device_id = $2 then 1 else 0 end),
           sum(case when customer_id = $3 then 1 else 0 end) from visits
         where tenant_id = $1 and status = 'done' and (device_id = $2 or customer_id = $3) group by engineer_id",
        tenant,
        device_id,
        customer_id
    ))
    .await
}

/// A command as it came and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCommand {
    pub client_id: Uuid,
    pub visit_id: Uuid,
    pub outcome: String,
    pub conflict_id: Option<Uuid>,
    pub visit_version: i64,
    pub applied_at: Timestamp,
    pub clock_skew_seconds: Option<i64>,
}

db::record!(StoredCommand { client_id, visit_id, outcome, conflict_id, visit_version, applied_at, clock_skew_seconds });

/// What became of a command delivered before.
pub async fn command(q: &mut impl Query, client_id: Uuid) -> Result<Option<StoredCommand>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from field_commands where tenant_id = $1 and client_id = $2", StoredCommand::COLUMNS);
    q.optional(stmt!(sql, tenant, client_id)).await
}

/// What a phone sent besides its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent<'a> {
    pub kind: crate::field::CommandKind,
    pub payload: &'a serde_json::Value,
    pub based_on_version: Option<i64>,
    pub device_time: Timestamp,
}

/// Keeps a command; a second one with the same id is refused by the key.
pub fn insert_command<'a>(cx: &Context, stored: &'a StoredCommand, sent: &Sent<'a>) -> Stmt<'a> {
    // Only objects and arrays can stand in the column; a payload without content is an empty object.
    let payload = if sent.payload.is_object() { Value::json(sent.payload) } else { Value::Json("{}".into()) };
    stmt!(
        "insert into field_commands (tenant_id, client_id, visit_id, kind, payload, based_on_version, device_time,
           applied_at, clock_skew_seconds, received_at, sent_by, sent_by_name, outcome, conflict_id, visit_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        cx.tenant(),
        stored.client_id,
        stored.visit_id,
        sent.kind,
        payload,
        sent.based_on_version,
        sent.device_time,
        stored.applied_at,
        stored.clock_skew_seconds,
        cx.now(),
        cx.actor().id,
        cx.actor().name.clone(),
        &stored.outcome,
        stored.conflict_id,
        stored.visit_version
    )
}

/// A new conflict.
pub fn insert_conflict<'c>(cx: &Context, conflict: &'c FieldConflict) -> Stmt<'c> {
    let c = conflict;
    let payload = if c.payload.is_object() { Value::json(&c.payload) } else { Value::Json("{}".into()) };
    stmt!(
        &*INSERT_CONFLICT,
        cx.tenant(),
        c.id,
        c.version,
        c.client_id,
        c.visit_id,
        &c.visit_number,
        c.ticket_id,
        c.kind,
        payload,
        c.device_time,
        c.applied_at,
        &c.code,
        &c.detail,
        c.sent_by,
        &c.sent_by_name,
        c.assignee_id,
        c.status,
        c.resolved_by,
        &c.resolved_by_name,
        c.resolved_at,
        c.created_at,
        c.updated_at
    )
}

/// One conflict within a scope.
pub async fn conflict(q: &mut impl Query, id: Uuid, scope: Fragment) -> Result<FieldConflict, VisitError> {
    objects::find(q, &CONFLICT_LIST, id, scope).await?.ok_or(VisitError::ConflictNotFound)
}

/// Marks an open conflict as decided; false when it was decided already.
pub async fn decide(tx: &mut Tx<'_>, id: Uuid, status: ConflictStatus) -> Result<bool, DbError> {
    let cx = tx.cx().clone();
    let (actor, now) = (cx.actor(), cx.now());
    let touched = tx
        .execute(stmt!(
            "update field_conflicts set status = $3, resolved_by = $4, resolved_by_name = $5, resolved_at = $6,
               updated_at = $6, version = version + 1 where tenant_id = $1 and id = $2 and status = 'open'",
            cx.tenant(),
            id,
            status,
            actor.id,
            &actor.name,
            now
        ))
        .await?;
    Ok(touched > 0)
}

/// Open conflicts of a ticket.
pub async fn open_conflicts(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<FieldConflict>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from field_conflicts where tenant_id = $1 and ticket_id = $2 and status = 'open'
         order by created_at, id limit 200",
        FieldConflict::COLUMNS
    );
    q.all(stmt!(sql, tenant, ticket_id)).await
}

/// Open conflicts that concern a user: sent by them, or about a visit of theirs.
pub async fn conflicts_of_user(q: &mut impl Query, user_id: Uuid) -> Result<Vec<FieldConflict>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from field_conflicts where tenant_id = $1 and status = 'open' and (sent_by = $2 or assignee_id = $2)
         order by created_at, id limit 200",
        FieldConflict::COLUMNS
    );
    q.all(stmt!(sql, tenant, user_id)).await
}

/// The checklist of a kind of service: the tenant's, or the one that the product brings.
pub async fn checklist(q: &mut impl Query, ticket_type: TicketType) -> Result<ChecklistTemplate, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from checklist_templates where tenant_id = $1 and ticket_type = $2",
        ChecklistTemplate::COLUMNS
    );
    Ok(q.optional(stmt!(sql, tenant, ticket_type)).await?.unwrap_or_else(|| built_in(ticket_type)))
}

/// The checklists of all kinds of service.
pub async fn checklists(q: &mut impl Query) -> Result<Vec<ChecklistTemplate>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from checklist_templates where tenant_id = $1", ChecklistTemplate::COLUMNS);
    let own: Vec<ChecklistTemplate> = q.all(stmt!(sql, tenant)).await?;
    let one = |kind: &TicketType| own.iter().find(|known| known.ticket_type == *kind).cloned();
    Ok(TicketType::ALL.iter().map(|kind| one(kind).unwrap_or_else(|| built_in(*kind))).collect())
}

/// Sets the checklist of a kind of service over the one with `version` (0: none yet).
pub async fn put_checklist(tx: &mut Tx<'_>, template: &ChecklistTemplate, version: i64) -> Result<(), VisitError> {
    let tenant = tx.cx().tenant();
    let t = template;
    let stmt = if version == 0 {
        stmt!(
            "insert into checklist_templates (tenant_id, id, version, ticket_type, items, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, ticket_type) do nothing",
            tenant,
            t.id,
            t.version,
            t.ticket_type,
            &t.items,
            t.created_at,
            t.updated_at
        )
    } else {
        stmt!(
            "update checklist_templates set version = $4, items = $5, updated_at = $6
             where tenant_id = $1 and ticket_type = $2 and version = $3",
            tenant,
            t.ticket_type,
            version,
            t.version,
            &t.items,
            t.updated_at
        )
    };
    if tx.execute(stmt).await? == 0 { Err(VisitError::Stale) } else { Ok(()) }
}
