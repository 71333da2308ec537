//! All SQL of dispatch.

use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, ListQuery},
    stmt,
};
use kernel::{Context, Uuid};
use tickets::Ticket;

use crate::needs::SkillNeed;

/// Rules, in the order they were given.
pub async fn needs(q: &mut impl Query) -> Result<Vec<SkillNeed>, DbError> {
    let tenant = q.cx().tenant();
    let sql = format!(
        "select {} from skill_needs where tenant_id = $1 order by created_at, id limit 1000",
        SkillNeed::COLUMNS
    );
    q.all(stmt!(sql, tenant)).await
}

/// Takes all rules away.
pub fn clear_needs(cx: &Context) -> Stmt<'static> {
    stmt!("delete from skill_needs where tenant_id = $1", cx.tenant())
}

/// A new rule.
pub fn insert_need<'n>(cx: &Context, need: &'n SkillNeed) -> Stmt<'n> {
    stmt!(
        "insert into skill_needs (tenant_id, id, version, product_category, ticket_type, skill, min_level,
           region_required, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        cx.tenant(),
        need.id,
        need.version,
        &need.product_category,
        need.ticket_type,
        &need.skill,
        need.min_level,
        need.region_required,
        need.created_at,
        need.updated_at
    )
}

/// Waits until nobody else of this company is dispatching, until the end of the transaction.
pub async fn take_turn(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(
        "insert into dispatch_turns (tenant_id, id, taken_at) values ($1, $2, $3)
         on conflict (tenant_id, id) do update set taken_at = excluded.taken_at",
        tenant,
        Uuid::nil(),
        now
    ))
    .await?;
    Ok(())
}

/// Open tickets that nobody has, the most urgent due time first.
pub async fn unassigned(q: &mut impl Query, scope: Fragment) -> Result<Vec<Ticket>, DbError> {
    let open = Fragment::new("engineer_id is null and status_category in ('new', 'open', 'waiting')", Vec::new());
    let query = ListQuery {
        limit: db::list::LARGEST_PAGE,
        sort: Some("created_at".to_owned()),
        conditions: vec![open, scope],
        ..ListQuery::default()
    };
    let mut found = db::list::run::<Ticket>(q, &tickets::LISTING.list, &query).await?.page.items;
    tickets::own_fields(q, &mut found).await?;
    found.sort_by_key(|ticket| (ticket.resolution_due_at.is_none(), ticket.resolution_due_at, ticket.created_at));
    Ok(found)
}
