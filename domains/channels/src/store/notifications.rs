//! What people were told.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::notifications::{Notification, UserNote};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("title", FieldType::Text, "title").not_null(),
    Column::new("object", FieldType::Choice, "object"),
    Column::new("object_id", FieldType::Id, "object_id"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("read_at", FieldType::Time, "read_at"),
]);

/// The list.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "notifications",
        columns: Notification::COLUMNS,
        sorts: &[("created_at", "created_at")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

const INSERT: &str = "insert into notifications (tenant_id, id, user_id, created_at, title, body, object, object_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)";
const UNREAD: &str = "select count(*) from (
       select 1 from notifications where tenant_id = $1 and user_id = $2 and read_at is null limit 100) as newest";
const READ: &str = "update notifications set read_at = coalesce(read_at, $4)
     where tenant_id = $1 and id = $2 and user_id = $3";
const READ_ALL: &str =
    "update notifications set read_at = $3 where tenant_id = $1 and user_id = $2 and read_at is null";
const PURGE: &str = "delete from notifications where tenant_id = $1 and created_at < $2";

/// One more for this person.
pub(crate) fn insert(cx: &Context, user: Uuid, note: &UserNote) -> Stmt<'static> {
    let (object, id) = note.about.clone().unzip();
    stmt!(INSERT, cx.tenant(), cx.new_id(), user, cx.now(), note.title.clone(), note.body.clone(), object, id)
}

/// Those of one person.
pub(crate) fn of(user: Uuid) -> Fragment {
    Fragment::new("user_id = $1", vec![user.into()])
}

/// How many the caller has not read, at most 100.
pub(crate) async fn unread(q: &mut impl Query) -> Result<i64, DbError> {
    let (tenant, me) = (q.cx().tenant(), q.cx().actor().id);
    Ok(q.optional::<(i64,)>(stmt!(UNREAD, tenant, me)).await?.map_or(0, |(count,)| count))
}

/// The caller has read this one; false when there is none.
pub(crate) async fn read(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let (tenant, me, now) = (tx.cx().tenant(), tx.cx().actor().id, tx.cx().now());
    Ok(tx.execute(stmt!(READ, tenant, id, me, now)).await? > 0)
}

/// The caller has read all.
pub(crate) async fn read_all(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let (tenant, me, now) = (tx.cx().tenant(), tx.cx().actor().id, tx.cx().now());
    tx.execute(stmt!(READ_ALL, tenant, me, now)).await.map(drop)
}

/// Forgets those from before.
pub(crate) async fn purge(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    tx.execute(stmt!(PURGE, tenant, before)).await.map(drop)
}
