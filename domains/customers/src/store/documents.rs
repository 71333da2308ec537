//! SQL of customers' documents.

use db::{DbError, Query, Stmt, Tx, stmt};
use kernel::{Context, Uuid};

use crate::CustomerDocument;

const INSERT: &str = "insert into customer_documents (tenant_id, id, version, updated_at, customer_id, file_id, name,
        media_type, size, created_by_name, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const DELETE: &str = "delete from customer_documents where tenant_id = $1 and customer_id = $2 and id = $3";
const DELETE_ALL: &str = "delete from customer_documents where tenant_id = $1 and customer_id = $2";

/// A customer's documents, the newest first.
pub(crate) async fn of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    limit: usize,
) -> Result<Vec<CustomerDocument>, DbError> {
    let text = format!(
        "select {} from customer_documents where tenant_id = $1 and customer_id = $2
         order by created_at desc, id desc limit $3",
        CustomerDocument::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, customer_id, limit)).await
}

pub(crate) fn insert(cx: &Context, document: &CustomerDocument) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        document.id,
        document.version,
        document.updated_at,
        document.customer_id,
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
pub(crate) async fn delete(tx: &mut Tx<'_>, customer_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let stmt = stmt!(DELETE, tx.cx().tenant(), customer_id, id);
    Ok(tx.execute(stmt).await? == 1)
}

/// Takes all documents of a customer away.
pub(crate) async fn delete_all(tx: &mut Tx<'_>, customer_id: Uuid) -> Result<(), DbError> {
    let stmt = stmt!(DELETE_ALL, tx.cx().tenant(), customer_id);
    tx.execute(stmt).await?;
    Ok(())
}
