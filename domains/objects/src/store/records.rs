//! SQL of records of the objects that people define.

use db::{
    DbError, Query, Stmt, Tx, Value,
    list::{Fragment, List},
    stmt,
};
use kernel::Context;
use rules::{Column, FieldMap, FieldType};
use uuid::Uuid;

use crate::{listing::Listing, model::StoredRecord};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("owner_id", FieldType::Id, "owner_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of records.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "records",
        columns: StoredRecord::COLUMNS,
        sorts: &[("created_at", "created_at"), ("updated_at", "updated_at"), ("number", "serial")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: Some("record"),
    archivable: true,
};

/// Only the object's records.
pub(crate) fn of_object(object: &str) -> Fragment {
    Fragment::new("object = $1", vec![Value::from(object.to_owned())])
}

/// The object's record with this id, within `scope`.
pub(crate) async fn find(
    q: &mut impl Query,
    object: &str,
    id: Uuid,
    scope: Fragment,
) -> Result<Option<StoredRecord>, DbError> {
    let found: Option<StoredRecord> = super::find(q, &LISTING.list, id, scope).await?;
    Ok(found.filter(|record| record.object == object))
}

pub(crate) fn insert(cx: &Context, record: &StoredRecord) -> Stmt<'static> {
    let text = "insert into records (tenant_id, id, version, created_at, updated_at, object, number, serial, owner_id,
        team_id, region_id, created_by, ext) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    stmt!(
        text,
        cx.tenant(),
        record.id,
        record.version,
        record.created_at,
        record.updated_at,
        &record.object,
        &record.number,
        record.serial,
        &record.owner_id,
        &record.team_id,
        &record.region_id,
        &record.created_by,
        &record.ext,
    )
    .into_owned()
}

/// Writes `after` over `before`; false when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &StoredRecord, after: &StoredRecord) -> Result<bool, DbError> {
    let text = "update records set version = $4, updated_at = $5, archived_at = $6, owner_id = $7, team_id = $8,
        region_id = $9, ext = $10 where tenant_id = $1 and id = $2 and version = $3";
    let tenant = tx.cx().tenant();
    let touched = tx
        .execute(stmt!(
            text,
            tenant,
            after.id,
            before.version,
            after.version,
            after.updated_at,
            &after.archived_at,
            &after.owner_id,
            &after.team_id,
            &after.region_id,
            &after.ext,
        ))
        .await?;
    Ok(touched == 1)
}

/// Records with these ids, of any object.
pub(crate) async fn by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<StoredRecord>, DbError> {
    super::by_ids(q, &LISTING.list, ids).await
}
