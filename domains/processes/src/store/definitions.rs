//! Definitions, their versions, and which of them is in force.

use std::sync::LazyLock;

use authz::{Permission, ScopeColumns};
use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{
    ProcessError,
    model::{Definition, PublishedVersion},
};

const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["created_by"], team: None, region: None };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("key", FieldType::Text, "key").not_null(),
    Column::new("label_zh", FieldType::Text, "label_zh").not_null(),
    Column::new("label_en", FieldType::Text, "label_en").not_null(),
    Column::new("object", FieldType::Choice, "object"),
    Column::new("object_type", FieldType::Choice, "object_type"),
    Column::new("published", FieldType::Integer, "published").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of processes.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "process_definitions",
        columns: Definition::COLUMNS,
        sorts: &[("created_at", "created_at"), ("updated_at", "updated_at"), ("key", "key")],
        default_sort: "key",
    },
    fields: &FIELDS,
    keys: &["key"],
    search_object: None,
    archivable: true,
};

/// The versions of a process.
pub(crate) const VERSIONS: List = List {
    table: "(select tenant_id, definition_id, definition_id as id, number, note, restores, published_at, published_by
       from process_versions) as published",
    columns: PublishedVersion::COLUMNS,
    sorts: &[("number", "number")],
    default_sort: "-number",
};

static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| Definition::COLUMNS.split(", ").collect());
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=COLUMNS.len() + 1).map(|n| format!("${n}")).collect();
    format!("insert into process_definitions (tenant_id, {}) values ({})", Definition::COLUMNS, marks.join(", "))
});

fn values(definition: &Definition) -> Vec<Value<'_>> {
    let d = definition;
    vec![
        d.id.into(),
        d.version.into(),
        d.created_at.into(),
        d.updated_at.into(),
        d.archived_at.into(),
        (&d.key).into(),
        (&d.label_zh).into(),
        (&d.label_en).into(),
        (&d.object).into(),
        (&d.object_type).into(),
        (&d.draft).into(),
        d.published.into(),
        d.created_by.into(),
    ]
}

/// How far `permission` reaches among processes.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// The process, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Definition, ProcessError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(ProcessError::NotFound("process"))
}

/// A new process.
pub(crate) fn insert<'d>(cx: &Context, definition: &'d Definition) -> Stmt<'d> {
    let mut binds = Vec::with_capacity(COLUMNS.len() + 1);
    binds.push(cx.tenant().into());
    binds.extend(values(definition));
    Stmt::new(&*INSERT, binds)
}

/// Writes what changed; [`ProcessError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Definition, after: &Definition) -> Result<(), ProcessError> {
    let mut binds: Vec<Value<'_>> = vec![tx.cx().tenant().into(), before.id.into(), before.version.into()];
    let mut sets = Vec::new();
    for ((column, old), new) in COLUMNS.iter().zip(values(before)).zip(values(after)) {
        if old != new {
            binds.push(new);
            sets.push(format!("{column} = ${}", binds.len()));
        }
    }
    let text =
        format!("update process_definitions set {} where tenant_id = $1 and id = $2 and version = $3", sets.join(", "));
    match tx.execute(Stmt::new(text, binds)).await? {
        0 => Err(ProcessError::Stale),
        _ => Ok(()),
    }
}

const ADD_VERSION: &str = "insert into process_versions (tenant_id, definition_id, number, xml, note, restores, \
     published_at, published_by) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const XML: &str = "select xml from process_versions where tenant_id = $1 and definition_id = $2 and number = $3";
const OBJECT: &str = "select object from process_definitions where tenant_id = $1 and id = $2";
const STARTABLE: &str = "select d.id as definition_id, p.number, d.object, d.object_type
     from process_deployments p join process_definitions d on d.tenant_id = p.tenant_id and d.id = p.definition_id
     where p.tenant_id = $1 and p.process_id = $2 and d.archived_at is null";
const DEPLOYED: &str = "select definition_id, number from process_deployments where tenant_id = $1 and process_id = $2";
const PROCESSES: &str =
    "select process_id from process_deployments where tenant_id = $1 and definition_id = $2 order by process_id";
const DEPLOY: &str = "insert into process_deployments (tenant_id, process_id, definition_id, number)
     values ($1, $2, $3, $4) on conflict (tenant_id, process_id) do update set number = excluded.number
     where process_deployments.definition_id = excluded.definition_id";
const UNDEPLOY: &str = "delete from process_deployments where tenant_id = $1 and process_id = $2";

/// A version is published.
pub(crate) fn add_version(
    cx: &Context,
    definition: Uuid,
    number: i64,
    xml: String,
    (note, restores): (Option<String>, Option<i64>),
) -> Stmt<'static> {
    stmt!(ADD_VERSION, cx.tenant(), definition, number, xml, note, restores, cx.now(), cx.user_id())
}

/// The file of a version.
pub(crate) async fn xml(q: &mut impl Query, definition: Uuid, number: i64) -> Result<Option<String>, DbError> {
    let tenant = q.cx().tenant();
    Ok(q.optional::<(String,)>(stmt!(XML, tenant, definition, number)).await?.map(|(xml,)| xml))
}

/// The definition and version that a process id stands for.
pub(crate) async fn deployed(q: &mut impl Query, process: &str) -> Result<Option<(Uuid, i64)>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(DEPLOYED, tenant, process)).await
}

/// The kind of object that the records of a process are of.
pub(crate) async fn object(q: &mut impl Query, definition: Uuid) -> Result<Option<String>, DbError> {
    let tenant = q.cx().tenant();
    let found: Option<(Option<String>,)> = q.optional(stmt!(OBJECT, tenant, definition)).await?;
    Ok(found.and_then(|(object,)| object))
}

/// A process that may begin by itself.
#[derive(Debug)]
pub(crate) struct Startable {
    pub definition_id: Uuid,
    pub number: i64,
    pub object: Option<String>,
    pub object_type: Option<String>,
}

db::record!(Startable { definition_id, number, object, object_type });

/// What a process id stands for, while it is in use.
pub(crate) async fn startable(q: &mut impl Query, process: &str) -> Result<Option<Startable>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(STARTABLE, tenant, process)).await
}

/// The process ids that stand for versions of a definition.
pub(crate) async fn processes(q: &mut impl Query, definition: Uuid) -> Result<Vec<String>, DbError> {
    let tenant = q.cx().tenant();
    let rows: Vec<(String,)> = q.all(stmt!(PROCESSES, tenant, definition)).await?;
    Ok(rows.into_iter().map(|(process,)| process).collect())
}

/// A process id stands for this version from now on; false when it belongs to another definition.
pub(crate) async fn deploy(tx: &mut Tx<'_>, process: &str, definition: Uuid, number: i64) -> Result<bool, DbError> {
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(DEPLOY, tenant, process, definition, number)).await? > 0)
}

/// A process id stands for nothing any more.
pub(crate) fn undeploy(cx: &Context, process: &str) -> Stmt<'static> {
    stmt!(UNDEPLOY, cx.tenant(), process.to_owned())
}

/// The versions of a process as a condition of their list.
pub(crate) fn versions_of(id: Uuid) -> Fragment {
    Fragment::new("definition_id = $1", vec![Value::Id(id)])
}

/// A version of a process.
pub(crate) async fn version(q: &mut impl Query, id: Uuid, number: i64) -> Result<PublishedVersion, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from process_versions where tenant_id = $1 and definition_id = $2 and number = $3",
        PublishedVersion::COLUMNS
    );
    q.one(stmt!(text, tenant, id, number)).await
}
