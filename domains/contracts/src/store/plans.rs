//! SQL of maintenance plans and of how far they have come.

use authz::{Permission, ScopeColumns};
use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, Uuid};
use objects::{Date, listing::Listing};
use rules::{Column, FieldMap, FieldType};

use crate::{ContractError, MaintenancePlan, MaintenanceState};

/// Plans that make tickets at most.
pub(crate) const MOST_PLANS: usize = 500;

/// Who reaches a plan besides those who reach all of them.
const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["created_by"], team: None, region: None };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("active", FieldType::Boolean, "active").not_null(),
    Column::new("starts_on", FieldType::Date, "starts_on").not_null(),
    Column::new("ends_on", FieldType::Date, "ends_on"),
    Column::new("every_days", FieldType::Integer, "every_days"),
    Column::new("every_months", FieldType::Integer, "every_months"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of plans.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "maintenance_plans",
        columns: MaintenancePlan::COLUMNS,
        sorts: &[
            ("name", "name"),
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("starts_on", "starts_on"),
        ],
        default_sort: "name",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: true,
};

const INSERT: &str = "insert into maintenance_plans (tenant_id, id, version, created_at, updated_at, name, scope,
        every_days, every_months, meter, lead_days, minutes, ticket, starts_on, ends_on, active, note, created_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const UPDATE: &str =
    "update maintenance_plans set version = $4, updated_at = $5, archived_at = $6, name = $7, scope = $8,
        every_days = $9, every_months = $10, meter = $11, lead_days = $12, minutes = $13, ticket = $14, starts_on = $15,
        ends_on = $16, active = $17, note = $18
    where tenant_id = $1 and id = $2 and version = $3";
const NOTE_STATE: &str = "insert into maintenance_states (tenant_id, plan_id, device_id, last_done_on, last_due_on,
        last_meter)
    values ($1, $2, $3, $4, $4, $5)
    on conflict (tenant_id, plan_id, device_id) do update
    set last_done_on = excluded.last_done_on, last_due_on = excluded.last_due_on, last_meter = excluded.last_meter";
/// A job is claimed once; a device that waits for another job of the plan is left alone.
const CLAIM: &str = "insert into maintenance_dues (tenant_id, plan_id, device_id, due_on, skipped, created_at)
    select $1, $2, $3, $4, $5, $6
    where not exists (select 1 from maintenance_states
        where tenant_id = $1 and plan_id = $2 and device_id = $3 and open_due_on is not null)
    on conflict (tenant_id, plan_id, device_id, due_on) do nothing";
const OPEN: &str = "insert into maintenance_states (tenant_id, plan_id, device_id, open_due_on)
    values ($1, $2, $3, $4)
    on conflict (tenant_id, plan_id, device_id) do update set open_due_on = excluded.open_due_on, open_ticket_id = null";
const TICKET_OF_DUE: &str = "update maintenance_dues set ticket_id = $5
    where tenant_id = $1 and plan_id = $2 and device_id = $3 and due_on = $4";
const TICKET_OF_STATE: &str = "update maintenance_states set open_ticket_id = $5
    where tenant_id = $1 and plan_id = $2 and device_id = $3 and open_due_on = $4";
const SETTLE_DUE: &str = "update maintenance_dues set done_on = $5, skipped = $6
    where tenant_id = $1 and plan_id = $2 and device_id = $3 and due_on = $4";
const SETTLE_STATE: &str = "update maintenance_states set open_due_on = null, open_ticket_id = null, last_due_on = $4,
        last_done_on = coalesce($6, last_done_on), last_meter = coalesce($7, last_meter)
    where tenant_id = $1 and plan_id = $2 and device_id = $3 and open_ticket_id = $5";

/// How far `permission` reaches among plans.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// The plan with this id, archived or not, whoever asks.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<MaintenancePlan>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The plan, if the caller reaches it with `permission`.
pub(crate) async fn reached(
    q: &mut impl Query,
    permission: Permission,
    id: Uuid,
) -> Result<MaintenancePlan, ContractError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(ContractError::PlanNotFound)
}

/// The plans that make tickets, by name.
pub(crate) async fn active(q: &mut impl Query) -> Result<Vec<MaintenancePlan>, DbError> {
    let text = format!(
        "select {} from maintenance_plans where tenant_id = $1 and archived_at is null and active = $2
         order by name, id limit {MOST_PLANS}",
        MaintenancePlan::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, true)).await
}

pub(crate) fn insert(cx: &Context, plan: &MaintenancePlan) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        plan.id,
        plan.version,
        plan.created_at,
        plan.updated_at,
        &plan.name,
        &plan.scope,
        &plan.every_days,
        &plan.every_months,
        &plan.meter,
        plan.lead_days,
        plan.minutes,
        &plan.ticket,
        plan.starts_on,
        plan.ends_on,
        plan.active,
        &plan.note,
        &plan.created_by,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`ContractError::Stale`] when somebody was faster.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    before: &MaintenancePlan,
    after: &MaintenancePlan,
) -> Result<(), ContractError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.name,
        &after.scope,
        &after.every_days,
        &after.every_months,
        &after.meter,
        after.lead_days,
        after.minutes,
        &after.ticket,
        after.starts_on,
        after.ends_on,
        after.active,
        &after.note,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(ContractError::Stale) }
}

/// How far a plan has come with these devices; those it has not begun with are left out.
pub(crate) async fn states(
    q: &mut impl Query,
    plan_id: Uuid,
    device_ids: &[Uuid],
) -> Result<Vec<MaintenanceState>, DbError> {
    let of_plan = Fragment::new("plan_id = $1", vec![plan_id.into()]);
    let mut found = Vec::new();
    for ids in device_ids.chunks(500) {
        let clause = db::list::where_clause(q.cx(), &[of_plan.clone(), objects::among("device_id", ids)]);
        let text = format!("select {} from maintenance_states where {}", MaintenanceState::COLUMNS, clause.text);
        let some: Vec<MaintenanceState> = q.all(Stmt::new(text, clause.binds)).await?;
        found.extend(some);
    }
    Ok(found)
}

/// Notes when the job was last done on a device, and what the meter showed.
pub(crate) fn note_state(cx: &Context, state: &MaintenanceState) -> Stmt<'static> {
    stmt!(NOTE_STATE, cx.tenant(), state.plan_id, state.device_id, state.last_done_on, &state.last_meter).into_owned()
}

/// Claims a job; false when somebody has.
pub(crate) async fn claim(tx: &mut Tx<'_>, plan_id: Uuid, device_id: Uuid, due_on: Date) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    if tx.execute(stmt!(CLAIM, tenant, plan_id, device_id, due_on, false, now)).await? == 0 {
        return Ok(false);
    }
    tx.execute(stmt!(OPEN, tenant, plan_id, device_id, due_on)).await?;
    Ok(true)
}

/// Notes the ticket of a claimed job.
pub(crate) async fn ticket_made(
    tx: &mut Tx<'_>,
    plan_id: Uuid,
    device_id: Uuid,
    due_on: Date,
    ticket_id: Uuid,
) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let both = [TICKET_OF_DUE, TICKET_OF_STATE];
    tx.execute_all(both.map(|text| stmt!(text, tenant, plan_id, device_id, due_on, ticket_id)).into()).await
}

/// Plan, device and day of the job whose ticket this is, unless it is settled.
pub(crate) async fn open_job(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<(Uuid, Uuid, Date)>, DbError> {
    let tenant = q.cx().tenant();
    let text = "select plan_id, device_id, due_on from maintenance_dues
        where tenant_id = $1 and ticket_id = $2 and done_on is null and skipped = $3";
    q.optional(stmt!(text, tenant, ticket_id, false)).await
}

/// Settles a job: done on a day, or given up.
pub(crate) async fn settle(
    tx: &mut Tx<'_>,
    (plan_id, device_id, due_on): (Uuid, Uuid, Date),
    ticket_id: Uuid,
    done_on: Option<Date>,
    meter: Option<f64>,
) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute_all(vec![
        stmt!(SETTLE_DUE, tenant, plan_id, device_id, due_on, done_on, done_on.is_none()),
        stmt!(SETTLE_STATE, tenant, plan_id, device_id, due_on, ticket_id, done_on, &meter),
    ])
    .await
}
