//! Tasks with their candidates, and incidents.

use authz::{Permission, allows};
use bpmn::state::Key;
use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Scope, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{
    ProcessError,
    model::{Incident, ProcessTaskStatus, Task},
};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("instance_id", FieldType::Id, "instance_id").not_null(),
    Column::new("definition_id", FieldType::Id, "definition_id").not_null(),
    Column::new("node", FieldType::Text, "node").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("object", FieldType::Choice, "object"),
    Column::new("object_id", FieldType::Id, "object_id"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("assignee_id", FieldType::Id, "assignee_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("role", FieldType::Text, "role"),
    Column::new("due_at", FieldType::Time, "due_at"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("closed_at", FieldType::Time, "closed_at"),
]);

/// The list of tasks.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "process_tasks",
        columns: Task::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("due_at", "coalesce(due_at, 9223372036854775807)"),
        ],
        default_sort: "created_at",
    },
    fields: &FIELDS,
    keys: &["instance_id", "object_id"],
    search_object: None,
    archivable: false,
};

static INCIDENT_FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("instance_id", FieldType::Id, "instance_id").not_null(),
    Column::new("definition_id", FieldType::Id, "definition_id").not_null(),
    Column::new("node", FieldType::Text, "node").not_null(),
    Column::new("code", FieldType::Choice, "code").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("closed_at", FieldType::Time, "closed_at"),
]);

/// The list of incidents.
pub(crate) static INCIDENTS: Listing = Listing {
    list: List {
        table: "process_incidents",
        columns: Incident::COLUMNS,
        sorts: &[("created_at", "created_at")],
        default_sort: "-created_at",
    },
    fields: &INCIDENT_FIELDS,
    keys: &["instance_id"],
    search_object: None,
    archivable: false,
};

/// A task about to be opened.
#[derive(Debug)]
pub(crate) struct NewTask {
    pub id: Uuid,
    pub instance: Uuid,
    pub element: Key,
    pub seq: i64,
    pub node: String,
    pub name: String,
    pub definition: Uuid,
    pub object: Option<String>,
    pub object_id: Option<Uuid>,
    pub assignee: Option<Uuid>,
    pub due: Option<Timestamp>,
    pub users: Vec<Uuid>,
    pub teams: Vec<Uuid>,
    pub roles: Vec<String>,
}

const OPEN: &str = "insert into process_tasks (tenant_id, id, version, created_at, updated_at, instance_id, element, \
     seq, node, name, definition_id, object, object_id, status, assignee_id, team_id, role, due_at) \
     values ($1, $2, 1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13, $14, $15)";
const CANDIDATE: &str =
    "insert into process_task_candidates (tenant_id, task_id, kind, candidate) values ($1, $2, $3, $4)
     on conflict (tenant_id, task_id, kind, candidate) do nothing";
const CLOSE: &str = "update process_tasks set status = $4, version = version + 1, updated_at = $5, closed_at = $5, \
     closed_by = $6 where tenant_id = $1 and instance_id = $2 and element = $3 and status = 'open'";
const ASSIGN: &str = "update process_tasks set assignee_id = $4, version = version + 1, updated_at = $5
     where tenant_id = $1 and id = $2 and version = $3 and status = 'open'";
const PLACE: &str = "select instance_id, element from process_tasks where tenant_id = $1 and id = $2";
const RAISE: &str = "insert into process_incidents (tenant_id, id, created_at, instance_id, element, node, name, \
     definition_id, code, message) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, instance_id, element) where closed_at is null
     do update set code = excluded.code, message = excluded.message";
const CLEAR: &str = "update process_incidents set closed_at = $4
     where tenant_id = $1 and instance_id = $2 and element = $3 and closed_at is null";

/// The statements that open a task.
pub(crate) fn open(cx: &Context, task: NewTask) -> Vec<Stmt<'static>> {
    let (team, role) = (task.teams.first().copied(), task.roles.first().cloned());
    let mut statements = vec![stmt!(
        OPEN,
        cx.tenant(),
        task.id,
        cx.now(),
        task.instance,
        task.element as i64,
        task.seq,
        task.node,
        task.name,
        task.definition,
        task.object,
        task.object_id,
        task.assignee,
        team,
        role,
        task.due,
    )];
    let mut candidate = |kind: &'static str, name: String| {
        statements.push(stmt!(CANDIDATE, cx.tenant(), task.id, kind, name));
    };
    task.users.iter().for_each(|user| candidate("user", user.to_string()));
    task.teams.iter().for_each(|team| candidate("team", team.to_string()));
    task.roles.into_iter().for_each(|role| candidate("role", role));
    statements
}

/// The task of an element is completed or withdrawn, if it is open.
pub(crate) fn close(cx: &Context, instance: Uuid, element: Key, status: ProcessTaskStatus) -> Stmt<'static> {
    let by = (status == ProcessTaskStatus::Completed).then(|| cx.user_id()).flatten();
    stmt!(CLOSE, cx.tenant(), instance, element as i64, status, cx.now(), by)
}

/// Gives an open task of this version to somebody, or back to the queue; false when it has another or is closed.
pub(crate) async fn assign(tx: &mut Tx<'_>, task: &Task, to: Option<Uuid>) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(ASSIGN, tenant, task.id, task.version, to, now)).await? > 0)
}

/// The instance and element of a task.
pub(crate) async fn place(q: &mut impl Query, id: Uuid) -> Result<(Uuid, Key), DbError> {
    let tenant = q.cx().tenant();
    q.one::<(Uuid, i64)>(stmt!(PLACE, tenant, id)).await.map(|(instance, element)| (instance, element as Key))
}

/// An element stopped.
pub(crate) fn raise(cx: &Context, incident: &Incident) -> Stmt<'static> {
    let i = incident.clone();
    stmt!(
        RAISE,
        cx.tenant(),
        i.id,
        i.created_at,
        i.instance_id,
        i.element,
        i.node,
        i.name,
        i.definition_id,
        i.code,
        i.message,
    )
}

/// It goes on.
pub(crate) fn clear(cx: &Context, instance: Uuid, element: Key) -> Stmt<'static> {
    stmt!(CLEAR, cx.tenant(), instance, element as i64, cx.now())
}

/// Those who may take a task by what stands in it: its candidates, and everybody where it names none.
pub(crate) fn open_to(cx: &Context) -> Fragment {
    let mut binds: Vec<Value<'static>> = vec![cx.tenant().into(), Value::from(cx.actor().id.to_string())];
    let mut any = vec!["(c.kind = 'user' and c.candidate = $2)".to_owned()];
    let mut among = |kind: &str, names: Vec<String>| {
        let Some(last) = names.last().cloned() else { return };
        let count = names.len().next_power_of_two();
        let first = binds.len() + 1;
        binds.extend((0..count).map(|index| Value::from(names.get(index).unwrap_or(&last).clone())));
        let marks: Vec<String> = (first..=binds.len()).map(|number| format!("${number}")).collect();
        any.push(format!("(c.kind = '{kind}' and c.candidate in ({}))", marks.join(", ")));
    };
    among("team", cx.grants().teams.iter().map(Uuid::to_string).collect());
    among("role", cx.grants().roles.clone());
    let text = format!(
        "(exists (select 1 from process_task_candidates c where c.tenant_id = $1 and c.task_id = id and ({}))
          or not exists (select 1 from process_task_candidates c where c.tenant_id = $1 and c.task_id = id))",
        any.join(" or ")
    );
    Fragment::new(text, binds)
}

/// How far `permission` reaches among tasks: all of them; those one may take and one's own; or one's own.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    let own = Fragment::new("assignee_id = $1", vec![Value::Id(cx.actor().id)]);
    match cx.scope(permission.name()) {
        Some(Scope::All) => Fragment::new("1 = 1", Vec::new()),
        Some(Scope::Team | Scope::Region) => {
            let mut open = open_to(cx);
            open.binds.push(Value::Id(cx.actor().id));
            let text = format!("({} or assignee_id = ${})", open.text, open.binds.len());
            Fragment::new(text, open.binds)
        }
        Some(Scope::Own) => own,
        None => Fragment::new("1 = 0", Vec::new()),
    }
}

/// The task, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Task, ProcessError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(ProcessError::NotFound("task"))
}

/// Whether the caller is one of those who may take the task; whoever operates processes may take any.
pub(crate) async fn may_take(q: &mut impl Query, id: Uuid) -> Result<bool, DbError> {
    if allows(q.cx(), authz::permissions::PROCESSES_OPERATE) {
        return Ok(true);
    }
    let open = open_to(q.cx());
    Ok(objects::find::<Task>(q, &LISTING.list, id, open).await?.is_some())
}

/// The incident, if the caller reaches its instance with `permission`.
pub(crate) async fn incident(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Incident, ProcessError> {
    let scope = incident_scope(q.cx(), permission);
    objects::find(q, &INCIDENTS.list, id, scope).await?.ok_or(ProcessError::NotFound("incident"))
}

/// How far `permission` reaches among incidents: as far as among their instances.
pub(crate) fn incident_scope(cx: &Context, permission: Permission) -> Fragment {
    match cx.scope(permission.name()) {
        Some(Scope::All) => Fragment::new("1 = 1", Vec::new()),
        Some(_) => Fragment::new(
            "exists (select 1 from process_instances i where i.tenant_id = $1 and i.id = instance_id and i.started_by = $2)",
            vec![cx.tenant().into(), Value::Id(cx.actor().id)],
        ),
        None => Fragment::new("1 = 0", Vec::new()),
    }
}

/// The task as it stands, whoever asks.
pub(crate) async fn shown(q: &mut impl Query, id: Uuid) -> Result<Task, ProcessError> {
    let found = objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await?;
    found.ok_or(ProcessError::NotFound("task"))
}
