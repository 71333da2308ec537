//! Instances with their states, the journal, and the numbers that order everything.

use authz::{Permission, ScopeColumns};
use bpmn::state::{Instance, Key, Status};
use db::{
    DbError, Query, Sql, Stmt, Tx, Value,
    list::{Fragment, List},
    record, stmt,
};
use http_api::scope_condition;
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{
    ProcessError,
    model::{InstanceStatus, InstanceView, JournalEntry},
};

/// Who reaches an instance besides those who reach all of them.
const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["started_by"], team: None, region: None };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("definition_id", FieldType::Id, "definition_id").not_null(),
    Column::new("number", FieldType::Integer, "number").not_null(),
    Column::new("process_id", FieldType::Text, "process_id").not_null(),
    Column::new("object", FieldType::Choice, "object"),
    Column::new("object_id", FieldType::Id, "object_id"),
    Column::new("parent_id", FieldType::Id, "parent_id"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("incidents", FieldType::Integer, "incidents").not_null(),
    Column::new("started_by", FieldType::Id, "started_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
    Column::new("ended_at", FieldType::Time, "ended_at"),
]);

/// The list of instances.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "process_instances",
        columns: InstanceView::COLUMNS,
        sorts: &[("created_at", "created_at"), ("updated_at", "updated_at")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["object_id"],
    search_object: None,
    archivable: false,
};

const RUNNING_FOR: &str = "select id from process_instances
     where tenant_id = $1 and object_id = $2 and object = $3 and status = 'running' order by id";
const STARTED_SINCE: &str = "select count(*) from process_instances
     where tenant_id = $1 and object_id = $2 and definition_id = $3 and created_at >= $4";

/// The steps of an instance.
pub(crate) const JOURNAL: List = List {
    table: "(select tenant_id, instance_id, instance_id as id, number, seq, at, actor_id, trail from process_journal) as steps",
    columns: JournalEntry::COLUMNS,
    sorts: &[("number", "number")],
    default_sort: "number",
};

#[derive(Debug)]
pub(crate) struct Row {
    id: Uuid,
    version: i64,
    created_at: Timestamp,
    seq: i64,
    definition_id: Uuid,
    number: i64,
    object: Option<String>,
    object_id: Option<Uuid>,
    root_id: Uuid,
    parent_id: Option<Uuid>,
    parent_element: Option<i64>,
    depth: i64,
    started_by: Option<Uuid>,
    state: String,
}

record!(Row {
    id,
    version,
    created_at,
    seq,
    definition_id,
    number,
    object,
    object_id,
    root_id,
    parent_id,
    parent_element,
    depth,
    started_by,
    state,
});

/// An instance in hand.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub id: Uuid,
    /// How many steps it has taken.
    pub version: i64,
    pub created_at: Timestamp,
    pub seq: i64,
    pub definition_id: Uuid,
    pub number: i64,
    pub object: Option<String>,
    pub object_id: Option<Uuid>,
    pub root_id: Uuid,
    pub parent: Option<(Uuid, Key)>,
    pub depth: i64,
    pub started_by: Option<Uuid>,
    pub state: Instance,
}

impl TryFrom<Row> for Live {
    type Error = ProcessError;

    fn try_from(row: Row) -> Result<Self, ProcessError> {
        let state = serde_json::from_str(&row.state)
            .map_err(|error| ProcessError::Unreadable(format!("the state of instance {}: {error}", row.id)))?;
        let element = row.parent_element.map(|element| element as Key);
        Ok(Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            seq: row.seq,
            definition_id: row.definition_id,
            number: row.number,
            object: row.object,
            object_id: row.object_id,
            root_id: row.root_id,
            parent: row.parent_id.zip(element),
            depth: row.depth,
            started_by: row.started_by,
            state,
        })
    }
}

impl Live {
    /// The word for how it stands, and the code of the error that ended it.
    pub(crate) fn status(&self) -> (InstanceStatus, Option<String>) {
        match &self.state.status {
            Status::New | Status::Running => (InstanceStatus::Running, None),
            Status::Completed => (InstanceStatus::Completed, None),
            Status::Failed { code } => (InstanceStatus::Failed, Some(code.clone())),
            Status::Cancelled => (InstanceStatus::Cancelled, None),
        }
    }
}

macro_rules! columns {
    () => {
        "id, version, created_at, seq, definition_id, number, object, object_id, root_id, parent_id, parent_element, \
         depth, started_by, state"
    };
}

macro_rules! locked {
    ($text:expr) => {
        Sql::pair($text, concat!($text, " for update"))
    };
}

const LOCK: Sql = locked!(concat!("select ", columns!(), " from process_instances where tenant_id = $1 and id = $2"));
const CALLED: Sql = locked!(concat!(
    "select ",
    columns!(),
    " from process_instances where tenant_id = $1 and parent_id = $2 and parent_element = $3 and status = 'running'"
));
const READ: &str = concat!("select ", columns!(), " from process_instances where tenant_id = $1 and id = $2");
const ORDER: Sql = Sql::pair(
    "insert into process_order (tenant_id, last) values ($1, 1)
     on conflict (tenant_id) do update set last = process_order.last + 1 returning last",
    "select nextval('process_order') where $1::uuid is not null",
);
const INSERT: &str = "insert into process_instances (tenant_id, id, version, created_at, updated_at, ended_at, seq, \
     definition_id, number, process_id, object, object_id, root_id, parent_id, parent_element, depth, status, \
     error_code, incidents, started_by, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
     $15, $16, $17, $18, $19, $20, $21)";
const UPDATE: &str = "update process_instances set version = $3, updated_at = $4, ended_at = $5, number = $6, \
     process_id = $7, status = $8, error_code = $9, incidents = $10, state = $11 where tenant_id = $1 and id = $2";
const NOTE: &str = "insert into process_journal (tenant_id, instance_id, number, seq, at, actor_id, command, trail) \
     values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// The next number of this transaction; two of them never are alike.
pub(crate) async fn order(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let tenant = tx.cx().tenant();
    tx.one::<(i64,)>(stmt!(&ORDER, tenant)).await.map(|(number,)| number)
}

/// The running instances for a record, oldest first.
pub(crate) async fn running_for(q: &mut impl Query, object: &str, id: Uuid) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid,)> = q.all(stmt!(RUNNING_FOR, tenant, id, object)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How often a process was started for a record since then.
pub(crate) async fn started_since(
    q: &mut impl Query,
    definition: Uuid,
    id: Uuid,
    since: Timestamp,
) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    Ok(q.optional::<(i64,)>(stmt!(STARTED_SINCE, tenant, id, definition, since)).await?.map_or(0, |(count,)| count))
}

/// The instance, which stays as it is until this transaction ends, and the transaction's number: one round trip.
pub(crate) async fn lock_in_order(tx: &mut Tx<'_>, id: Uuid) -> Result<(Option<Live>, i64), ProcessError> {
    let tenant = tx.cx().tenant();
    let (row, order) = tx.pair::<Row, (i64,)>(stmt!(&LOCK, tenant, id), stmt!(&ORDER, tenant)).await?;
    let (order,) = order.ok_or(DbError::NotFound)?;
    Ok((row.map(Live::try_from).transpose()?, order))
}

/// The instance, which stays as it is until this transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Live>, ProcessError> {
    let tenant = tx.cx().tenant();
    tx.optional::<Row>(stmt!(&LOCK, tenant, id)).await?.map(Live::try_from).transpose()
}

/// The running instance that a call activity started.
pub(crate) async fn lock_called(tx: &mut Tx<'_>, parent: Uuid, call: Key) -> Result<Option<Live>, ProcessError> {
    let tenant = tx.cx().tenant();
    tx.optional::<Row>(stmt!(&CALLED, tenant, parent, call as i64)).await?.map(Live::try_from).transpose()
}

/// The instance as it stands, for looking at.
pub(crate) async fn read(q: &mut impl Query, id: Uuid) -> Result<Option<Live>, ProcessError> {
    let tenant = q.cx().tenant();
    q.optional::<Row>(stmt!(READ, tenant, id)).await?.map(Live::try_from).transpose()
}

/// Writes an instance that is new, or changed.
pub(crate) fn write(cx: &Context, live: &Live, state: String, new: bool) -> Stmt<'static> {
    let (status, error) = live.status();
    let (now, ended) = (cx.now(), (status != InstanceStatus::Running).then(|| cx.now()));
    let incidents = live.state.incidents.len();
    let process = live.state.process.clone();
    if new {
        let (parent, element) = live.parent.map_or((None, None), |(parent, call)| (Some(parent), Some(call as i64)));
        return stmt!(
            INSERT,
            cx.tenant(),
            live.id,
            live.version,
            live.created_at,
            now,
            ended,
            live.seq,
            live.definition_id,
            live.number,
            process,
            live.object.clone(),
            live.object_id,
            live.root_id,
            parent,
            element,
            live.depth,
            status,
            error,
            incidents,
            live.started_by,
            state,
        );
    }
    stmt!(UPDATE, cx.tenant(), live.id, live.version, now, ended, live.number, process, status, error, incidents, state,)
}

/// Writes down a step.
pub(crate) fn note(cx: &Context, live: &Live, seq: i64, command: String, trail: String) -> Stmt<'static> {
    stmt!(NOTE, cx.tenant(), live.id, live.version, seq, cx.now(), cx.user_id(), command, trail)
}

/// The instance, if the caller reaches it with `permission`.
pub(crate) async fn reached(
    q: &mut impl Query,
    permission: Permission,
    id: Uuid,
) -> Result<InstanceView, ProcessError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(ProcessError::NotFound("process instance"))
}

/// How far `permission` reaches among instances.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// The steps of an instance as a condition of their list.
pub(crate) fn steps_of(id: Uuid) -> Fragment {
    Fragment::new("instance_id = $1", vec![Value::Id(id)])
}

/// The first steps of an instance, in order.
pub(crate) async fn first_steps(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<JournalEntry>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from process_journal where tenant_id = $1 and instance_id = $2 order by number limit $3",
        JournalEntry::COLUMNS
    );
    q.all(stmt!(text, tenant, id, limit)).await
}

/// The instance as it is shown, whoever asks.
pub(crate) async fn view(q: &mut impl Query, id: Uuid) -> Result<InstanceView, ProcessError> {
    let found = objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await?;
    found.ok_or(ProcessError::NotFound("process instance"))
}
