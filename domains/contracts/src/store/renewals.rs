//! What ends: factory warranties of devices that nothing covers afterwards, and contracts; and what was offered.

use authz::permissions::{CONTRACTS_READ, DEVICES_READ};
use db::{
    DbError, Query, Tx,
    list::{Fragment, List, ListPage},
    stmt,
};
use http_api::{ListParams, Problem, scope_condition};
use kernel::{Context, Uuid};
use objects::{Date, listing, listing::Listing};
use rules::{Column, FieldMap, FieldType};

use crate::renewals::{Ending, RenewalOffer};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("product_id", FieldType::Id, "product_id"),
    Column::new("began_on", FieldType::Date, "began_on"),
    Column::new("ends_on", FieldType::Date, "ends_on").not_null(),
    Column::new("offered", FieldType::Boolean, "offered").not_null(),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
]);

/// Both kinds side by side. Conditions on `ends_on` go into each half, where an index has it.
static ENDINGS: Listing = Listing {
    list: List {
        table: "(select d.tenant_id, d.id, 'warranty' as kind, d.id as device_id, cast(null as uuid) as contract_id,
                d.serial_number as name, d.customer_id, d.product_id, coalesce(d.installed_on, d.sold_on) as began_on,
                d.warranty_ends_on as ends_on, d.created_by, d.team_id, d.region_id, o.order_id as offered_order_id,
                o.order_number as offered_order_number, o.order_id is not null as offered
            from devices d
            left join renewal_offers o
                on o.tenant_id = d.tenant_id and o.subject_id = d.id and o.ends_on = d.warranty_ends_on
            where d.archived_at is null and d.status <> 'scrapped' and d.warranty_ends_on is not null
                and not exists (select 1 from contract_devices p
                    join contracts c on c.tenant_id = p.tenant_id and c.id = p.contract_id
                    where p.tenant_id = d.tenant_id and p.device_id = d.id and c.archived_at is null
                        and c.ends_on > d.warranty_ends_on)
            union all
            select c.tenant_id, c.id, 'contract' as kind, cast(null as uuid) as device_id, c.id as contract_id,
                c.number || ' ' || c.name as name, c.customer_id, cast(null as uuid) as product_id,
                c.starts_on as began_on, c.ends_on, c.created_by, cast(null as uuid) as team_id,
                cast(null as uuid) as region_id, o.order_id as offered_order_id,
                o.order_number as offered_order_number, o.order_id is not null as offered
            from contracts c
            left join renewal_offers o on o.tenant_id = c.tenant_id and o.subject_id = c.id and o.ends_on = c.ends_on
            where c.archived_at is null) as endings",
        columns: Ending::COLUMNS,
        sorts: &[("ends_on", "ends_on"), ("name", "name"), ("began_on", "coalesce(began_on, '')")],
        default_sort: "ends_on",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

/// Of each kind, what the caller reaches.
fn within_reach(cx: &Context) -> Fragment {
    let contracts = super::scope(cx, CONTRACTS_READ);
    if !authz::allows(cx, DEVICES_READ) {
        return Fragment::new(format!("kind = 'contract' and ({})", contracts.text), contracts.binds);
    }
    let devices = scope_condition(cx, DEVICES_READ, &devices::SCOPE);
    let either = [("contract", contracts), ("warranty", devices)];
    let mut both = Fragment::default();
    for (kind, scope) in either {
        let scope = scope.after(both.binds.len());
        let or = if both.text.is_empty() { "" } else { " or " };
        both.text.push_str(&format!("{or}kind = '{kind}' and ({})", scope.text));
        both.binds.extend(scope.binds);
    }
    both
}

/// A page of what ends on this day or later, within the caller's reach.
pub(crate) async fn page(q: &mut impl Query, params: &ListParams, from: Date) -> Result<ListPage<Ending>, Problem> {
    let reach = within_reach(q.cx());
    let ahead = Fragment::new("ends_on >= $1", vec![from.into()]);
    listing::page(q, &ENDINGS, params, vec![reach, ahead]).await
}

const NOTE_OFFER: &str =
    "insert into renewal_offers (tenant_id, reference, subject_id, ends_on, order_id, order_number, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// The lead for this end.
pub(crate) async fn offer(q: &mut impl Query, subject: Uuid, ends_on: Date) -> Result<Option<RenewalOffer>, DbError> {
    let text = format!(
        "select {} from renewal_offers where tenant_id = $1 and subject_id = $2 and ends_on = $3",
        RenewalOffer::COLUMNS
    );
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, subject, ends_on)).await
}

/// Notes the lead for an end.
pub(crate) async fn note_offer(
    tx: &mut Tx<'_>,
    reference: &str,
    (subject, ends_on): (Uuid, Date),
    (order_id, order_number): (Uuid, &str),
) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(NOTE_OFFER, tenant, reference, subject, ends_on, order_id, order_number, now)).await.map(drop)
}
