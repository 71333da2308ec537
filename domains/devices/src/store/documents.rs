//! SQL of devices' documents.

use db::{DbError, Query, Stmt, Tx, stmt};
use kernel::{Context, Uuid};

use crate::DeviceDocument;

/// Documents of one device at most.
const MOST: usize = 200;

const INSERT: &str = "insert into device_documents (tenant_id, id, device_id, file_id, name, media_type, size,
        created_by_name, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DELETE: &str = "delete from device_documents where tenant_id = $1 and device_id = $2 and id = $3";

/// A device's own documents, the newest first.
pub(crate) async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<DeviceDocument>, DbError> {
    let text = format!(
        "select {} from device_documents where tenant_id = $1 and device_id = $2
         order by created_at desc, id desc limit {MOST}",
        DeviceDocument::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, device_id)).await
}

pub(crate) fn insert(cx: &Context, document: &DeviceDocument) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        document.id,
        document.device_id,
        document.file_id,
        &document.name,
        &document.media_type,
        document.size,
        &document.created_by_name,
        document.created_at,
    )
    .into_owned()
}

/// Takes a document away; false when there is none.
pub(crate) async fn delete(tx: &mut Tx<'_>, device_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let stmt = stmt!(DELETE, tx.cx().tenant(), device_id, id);
    Ok(tx.execute(stmt).await? == 1)
}
