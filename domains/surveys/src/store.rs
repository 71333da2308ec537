//! All SQL of surveys and recovery tasks.

use authz::{Permission, scope_clause};
use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{
    SurveyError,
    model::{RecoveryTask, Survey},
};

pub mod scores;

static SURVEY_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("ticket_id", FieldType::Id, "ticket_id").not_null(),
    Column::new("ticket_number", FieldType::Text, "ticket_number").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("sent_at", FieldType::Time, "sent_at"),
    Column::new("answered_at", FieldType::Time, "answered_at"),
    Column::new("csat", FieldType::Integer, "csat"),
    Column::new("nps", FieldType::Integer, "nps"),
    Column::new("comment", FieldType::Text, "comment"),
    Column::new("channel", FieldType::Choice, "channel"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
]);

/// The list of surveys.
pub static SURVEYS: Listing = Listing {
    list: List {
        table: "surveys",
        columns: Survey::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("answered_at", "coalesce(answered_at, 0)"),
            ("csat", "coalesce(csat, 0)"),
            ("nps", "coalesce(nps, -1)"),
        ],
        default_sort: "-created_at",
    },
    fields: &SURVEY_FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

static TASK_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("ticket_id", FieldType::Id, "ticket_id").not_null(),
    Column::new("ticket_number", FieldType::Text, "ticket_number").not_null(),
    Column::new("survey_id", FieldType::Id, "survey_id").not_null(),
    Column::new("title", FieldType::Text, "title").not_null(),
    Column::new("assignee_id", FieldType::Id, "assignee_id"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("due_at", FieldType::Time, "due_at").not_null(),
    Column::new("completed_at", FieldType::Time, "completed_at"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
]);

/// The list of recovery tasks.
pub static TASKS: Listing = Listing {
    list: List {
        table: "recovery_tasks",
        columns: RecoveryTask::COLUMNS,
        sorts: &[("due_at", "due_at"), ("created_at", "created_at"), ("status", "status")],
        default_sort: "due_at",
    },
    fields: &TASK_FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

/// Only what belongs to tickets the caller's `permission` reaches.
pub fn ticket_scope(cx: &Context, permission: Permission) -> Fragment {
    let scope = scope_clause(cx, permission, &tickets::SCOPE, 2);
    if scope.is_everything() {
        return Fragment::new("1 = 1", Vec::new());
    }
    let mut binds = vec![cx.tenant().into()];
    binds.extend(scope.binds.into_iter().map(Into::into));
    Fragment::new(format!("ticket_id in (select id from tickets where tenant_id = $1 and {})", scope.text), binds)
}

/// Tasks of tickets within reach, and one's own.
pub fn task_scope(cx: &Context, permission: Permission) -> Fragment {
    let mut reach = ticket_scope(cx, permission);
    if let Some(user) = cx.user_id() {
        reach.binds.push(user.into());
        reach.text = format!("{} or assignee_id = ${}", reach.text, reach.binds.len());
    }
    reach
}

/// A new survey.
pub fn insert<'s>(cx: &Context, survey: &'s Survey) -> Stmt<'s> {
    let s = survey;
    stmt!(
        "insert into surveys (tenant_id, id, version, ticket_id, ticket_number, customer_id, sent_at, answered_at,
           csat, nps, comment, channel, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        cx.tenant(),
        s.id,
        s.version,
        s.ticket_id,
        &s.ticket_number,
        s.customer_id,
        s.sent_at,
        s.answered_at,
        s.csat,
        s.nps,
        &s.comment,
        s.channel,
        s.created_at,
        s.updated_at
    )
}

/// Writes `after` over the row that still has `version`.
pub async fn update(tx: &mut Tx<'_>, after: &Survey, version: i64) -> Result<(), SurveyError> {
    let (s, tenant) = (after, tx.cx().tenant());
    let touched = tx
        .execute(stmt!(
            "update surveys set version = $4, sent_at = $5, answered_at = $6, csat = $7, nps = $8, comment = $9,
               channel = $10, updated_at = $11 where tenant_id = $1 and id = $2 and version = $3",
            tenant,
            s.id,
            version,
            s.version,
            s.sent_at,
            s.answered_at,
            s.csat,
            s.nps,
            &s.comment,
            s.channel,
            s.updated_at
        ))
        .await?;
    if touched == 0 { Err(SurveyError::Stale) } else { Ok(()) }
}

/// The newest survey of a ticket.
pub async fn newest_of(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<Survey>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from surveys where tenant_id = $1 and ticket_id = $2 order by created_at desc, id desc limit 1",
        Survey::COLUMNS
    );
    q.optional(stmt!(sql, tenant, ticket_id)).await
}

/// The newest surveys of a customer.
pub async fn of_customer(q: &mut impl Query, customer_id: Uuid, limit: usize) -> Result<Vec<Survey>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from surveys where tenant_id = $1 and customer_id = $2 and answered_at is not null
         order by created_at desc, id desc limit $3",
        Survey::COLUMNS
    );
    q.all(stmt!(sql, tenant, customer_id, limit)).await
}

/// The task of a survey, if its score was low.
pub async fn task_of(q: &mut impl Query, survey_id: Uuid) -> Result<Option<RecoveryTask>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!("select {} from recovery_tasks where tenant_id = $1 and survey_id = $2", RecoveryTask::COLUMNS);
    q.optional(stmt!(sql, tenant, survey_id)).await
}

/// A new task.
pub fn insert_task<'t>(cx: &Context, task: &'t RecoveryTask) -> Stmt<'t> {
    let t = task;
    stmt!(
        "insert into recovery_tasks (tenant_id, id, version, ticket_id, ticket_number, survey_id, title, assignee_id,
           assignee_name, status, result, due_at, completed_at, completed_by_name, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        cx.tenant(),
        t.id,
        t.version,
        t.ticket_id,
        &t.ticket_number,
        t.survey_id,
        &t.title,
        t.assignee_id,
        &t.assignee_name,
        t.status,
        &t.result,
        t.due_at,
        t.completed_at,
        &t.completed_by_name,
        t.created_at,
        t.updated_at
    )
}

/// Writes `after` over the row that still has `version`.
pub async fn update_task(tx: &mut Tx<'_>, after: &RecoveryTask, version: i64) -> Result<(), SurveyError> {
    let (t, tenant) = (after, tx.cx().tenant());
    let touched = tx
        .execute(stmt!(
            "update recovery_tasks set version = $4, assignee_id = $5, assignee_name = $6, status = $7, result = $8,
               due_at = $9, completed_at = $10, completed_by_name = $11, updated_at = $12
             where tenant_id = $1 and id = $2 and version = $3",
            tenant,
            t.id,
            version,
            t.version,
            t.assignee_id,
            &t.assignee_name,
            t.status,
            &t.result,
            t.due_at,
            t.completed_at,
            &t.completed_by_name,
            t.updated_at
        ))
        .await?;
    if touched == 0 { Err(SurveyError::Stale) } else { Ok(()) }
}
