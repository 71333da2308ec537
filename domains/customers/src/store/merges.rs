//! Merges, and the rows that went along.

use db::{DbError, Query, Stmt, Tx, list::Fragment, list::List, stmt};
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{CustomerError, merging::CustomerMerge};

/// Rows that went along with one merge and are looked at together.
const AT_ONCE: usize = 200;

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("into_id", FieldType::Id, "into_id").not_null(),
    Column::new("from_id", FieldType::Id, "from_id").not_null(),
    Column::new("state", FieldType::Choice, "state").not_null(),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
]);

/// The list of merges.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "customer_merges",
        columns: CustomerMerge::COLUMNS,
        sorts: &[("created_at", "created_at")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

/// The merge with this id, whoever asks.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<CustomerMerge>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

pub(crate) fn insert(cx: &Context, merge: &CustomerMerge) -> Stmt<'static> {
    stmt!(
        "insert into customer_merges (tenant_id, id, version, created_at, updated_at, into_id, from_id, fields, moved,
           state, created_by, created_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        cx.tenant(),
        merge.id,
        merge.version,
        merge.created_at,
        merge.updated_at,
        merge.into_id,
        merge.from_id,
        &merge.fields,
        &merge.moved,
        merge.state,
        &merge.created_by,
        &merge.created_by_name,
    )
    .into_owned()
}

/// Writes state and counts over the version that was read.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    before: &CustomerMerge,
    after: &CustomerMerge,
) -> Result<(), CustomerError> {
    let stmt = stmt!(
        "update customer_merges set version = $4, updated_at = $5, moved = $6, state = $7
         where tenant_id = $1 and id = $2 and version = $3",
        tx.cx().tenant(),
        before.id,
        before.version,
        after.version,
        after.updated_at,
        &after.moved,
        after.state,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(CustomerError::Stale) }
}

/// Forgets what merges changed of this customer, or of the customers that went into it.
pub(crate) async fn forget_fields(tx: &mut Tx<'_>, customer: Uuid) -> Result<(), DbError> {
    let stmt = stmt!(
        "update customer_merges set fields = '{}' where tenant_id = $1 and (into_id = $2 or from_id = $2)",
        tx.cx().tenant(),
        customer,
    );
    tx.execute(stmt).await.map(drop)
}

/// The merge with this id; nobody else changes it before the transaction ends.
pub(crate) async fn held(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<CustomerMerge>, DbError> {
    let (tenant, columns) = (tx.cx().tenant(), CustomerMerge::COLUMNS);
    let lock = if tx.engine() == db::Engine::Postgres { " for update" } else { "" };
    let text = format!("select {columns} from customer_merges where tenant_id = $1 and id = $2{lock}");
    tx.optional(stmt!(text, tenant, id)).await
}

/// Whether records still follow another merge of the same customers that stands before this one.
pub(crate) async fn is_preceded(q: &mut impl Query, merge: &CustomerMerge) -> Result<bool, DbError> {
    let tenant = q.cx().tenant();
    let found: Option<(i64,)> = q
        .optional(stmt!(
            "select 1 + 0 from customer_merges where tenant_id = $1 and following is not null and id <> $2
             and (into_id in ($3, $4) or from_id in ($3, $4))
             and following < coalesce((select following from customer_merges where tenant_id = $1 and id = $2),
                9223372036854775807)
             limit 1",
            tenant,
            merge.id,
            merge.into_id,
            merge.from_id
        ))
        .await?;
    Ok(found.is_some())
}

/// Puts a merge behind those that records follow already.
pub(crate) async fn set_following(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let text = "update customer_merges set following =
          (select coalesce(max(following), 0) + 1 from customer_merges where tenant_id = $1)
        where tenant_id = $1 and id = $2";
    tx.execute(stmt!(text, tenant, id)).await.map(drop)
}

/// Notes that no record follows the merge any more.
pub(crate) async fn clear_following(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let text = "update customer_merges set following = null where tenant_id = $1 and id = $2";
    tx.execute(stmt!(text, tenant, id)).await.map(drop)
}

/// How many rows of one kind went along.
pub(crate) async fn count_remembered(q: &mut impl Query, merge: Uuid, object: &str) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    let text = "select count(*) from customer_merge_rows where tenant_id = $1 and merge_id = $2 and object = $3";
    let (count,): (i64,) = q.one(stmt!(text, tenant, merge, object)).await?;
    Ok(count)
}

/// Remembers rows that went along.
pub(crate) async fn remember(tx: &mut Tx<'_>, merge: Uuid, object: &str, rows: &[Uuid]) -> Result<(), DbError> {
    let tenant = tx.cx().tenant();
    let statements = rows
        .iter()
        .map(|row| {
            stmt!(
                "insert into customer_merge_rows (tenant_id, merge_id, object, record_id) values ($1, $2, $3, $4)
                 on conflict do nothing",
                tenant,
                merge,
                object.to_owned(),
                *row
            )
        })
        .collect();
    tx.execute_all(statements).await
}

/// The rows of one kind that went along.
pub(crate) async fn remembered(q: &mut impl Query, merge: Uuid, object: &str) -> Result<Vec<Uuid>, DbError> {
    let mut all = Vec::new();
    loop {
        let after = all.last().copied().unwrap_or(Uuid::nil());
        let some = remembered_after(q, merge, object, after, AT_ONCE).await?;
        let last = some.len() < AT_ONCE;
        all.extend(some);
        if last {
            return Ok(all);
        }
    }
}

/// The next rows of one kind that went along, behind `after`, by id.
pub(crate) async fn remembered_after(
    q: &mut impl Query,
    merge: Uuid,
    object: &str,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let text = "select record_id from customer_merge_rows where tenant_id = $1 and merge_id = $2 and object = $3
        and record_id > $4 order by record_id limit $5";
    let found: Vec<(Uuid,)> = q.all(stmt!(text, tenant, merge, object, after, limit)).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
