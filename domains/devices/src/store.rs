//! All SQL of devices.

pub(crate) mod documents;
pub(crate) mod meters;
pub(crate) mod parts;

use authz::{Permission, ScopeColumns};
use db::{
    DbError, FromRow, Query, RowRef, Stmt, Tx,
    list::{Fragment, List, ListQuery},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, TenantId, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{Device, DeviceError};

/// Devices of one customer shown at once at most.
const MOST_OF_CUSTOMER: usize = 500;

/// Components shown of one device at most.
const MOST_COMPONENTS: usize = 200;

/// Who reaches a device besides those who reach all of them.
pub const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["created_by"], team: Some("team_id"), region: Some("region_id") };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("serial_number", FieldType::Text, "serial_number").not_null(),
    Column::new("product_id", FieldType::Id, "product_id"),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("site_id", FieldType::Id, "site_id"),
    Column::new("model", FieldType::Text, "model"),
    Column::new("sold_on", FieldType::Date, "sold_on"),
    Column::new("installed_on", FieldType::Date, "installed_on"),
    Column::new("warranty_starts_on", FieldType::Date, "warranty_starts_on"),
    Column::new("warranty_ends_on", FieldType::Date, "warranty_ends_on"),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("place", FieldType::Text, "place"),
    Column::new("note", FieldType::Text, "note"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("parent_id", FieldType::Id, "parent_id"),
    Column::new("building", FieldType::Text, "building"),
    Column::new("floor", FieldType::Text, "floor"),
    Column::new("first_used_on", FieldType::Date, "first_used_on"),
    Column::new("dealer_id", FieldType::Id, "dealer_id"),
    Column::new("lessee_id", FieldType::Id, "lessee_id"),
    Column::new("scrapped_on", FieldType::Date, "scrapped_on"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of devices.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "devices",
        columns: Device::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("serial_number", "serial_number"),
            ("warranty_ends_on", "coalesce(warranty_ends_on, '')"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["serial_number"],
    search_object: Some("device"),
    archivable: true,
};

const INSERT: &str = "insert into devices (tenant_id, id, version, created_at, updated_at, serial_number, product_id,
        customer_id, site_id, model, sold_on, installed_on, warranty_starts_on, warranty_ends_on, status, place, lat,
        lng, qr_token, note, region_id, team_id, created_by, ext, parent_id, building, floor, first_used_on, dealer_id,
        lessee_id, scrapped_on, scrap_reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
        $24, $25, $26, $27, $28, $29, $30, $31, $32)";
const UPDATE: &str = "update devices set version = $4, updated_at = $5, archived_at = $6, serial_number = $7,
        product_id = $8, customer_id = $9, site_id = $10, model = $11, sold_on = $12, installed_on = $13,
        warranty_starts_on = $14, warranty_ends_on = $15, status = $16, place = $17, lat = $18, lng = $19,
        qr_token = $20, note = $21, region_id = $22, team_id = $23, ext = $24, parent_id = $25, building = $26,
        floor = $27, first_used_on = $28, dealer_id = $29, lessee_id = $30, scrapped_on = $31, scrap_reason = $32
    where tenant_id = $1 and id = $2 and version = $3";

/// How far `permission` reaches among devices.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// The device with this id, archived or not, whoever asks.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<Device>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The device, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Device, DeviceError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(DeviceError::NotFound)
}

/// The device with this folded serial number, archived or not.
pub(crate) async fn by_serial(q: &mut impl Query, serial_number: &str) -> Result<Option<Device>, DbError> {
    let text = format!("select {} from devices where tenant_id = $1 and serial_number = $2", Device::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, serial_number)).await
}

/// A customer's devices in use, by serial number.
pub(crate) async fn of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<Vec<Device>, DbError> {
    let columns = Device::COLUMNS;
    let text = format!(
        "select {columns} from devices where tenant_id = $1 and customer_id = $2 and archived_at is null
         order by serial_number limit {MOST_OF_CUSTOMER}"
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, customer_id)).await
}

/// Those of these devices, at most 200, that lie within a scope, in no order.
pub(crate) async fn reached_among(q: &mut impl Query, scope: Fragment, ids: &[Uuid]) -> Result<Vec<Device>, DbError> {
    let narrow = Some(LISTING.list.narrow(q.cx(), &[objects::among("id", ids)]));
    let query = ListQuery { limit: ids.len(), conditions: vec![scope], narrow, ..ListQuery::default() };
    Ok(db::list::run(q, &LISTING.list, &query).await?.page.items)
}

/// Components of a device in use, by serial number.
pub(crate) async fn components(q: &mut impl Query, parent_id: Uuid) -> Result<Vec<Device>, DbError> {
    let columns = Device::COLUMNS;
    let text = format!(
        "select {columns} from devices where tenant_id = $1 and parent_id = $2 and archived_at is null
         order by serial_number limit {MOST_COMPONENTS}"
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, parent_id)).await
}

/// Devices of a product that work and are not put away, by id, behind `after`.
pub(crate) async fn working_of_product(
    q: &mut impl Query,
    product_id: Uuid,
    after: Uuid,
    most: i64,
) -> Result<Vec<Device>, DbError> {
    let columns = Device::COLUMNS;
    let text = format!(
        "select {columns} from devices where tenant_id = $1 and product_id = $2 and id > $3 and archived_at is null
           and status = 'in_service' order by id limit $4"
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, product_id, after, most)).await
}

/// A device with its company.
struct Anywhere(TenantId, Device);

impl FromRow for Anywhere {
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
        Ok(Self(row.get(row.len() - 1)?, Device::from_row(row)?))
    }
}

/// The device in use whose code carries this token, of whatever company.
pub(crate) async fn by_qr_token(q: &mut impl Query, token: &str) -> Result<Option<(TenantId, Device)>, DbError> {
    let columns = Device::COLUMNS;
    let text = format!("select {columns}, tenant_id from devices where qr_token = $1 and archived_at is null");
    let found: Option<Anywhere> = q.optional(stmt!(text, token)).await?;
    // Own fields are for people of the company, not for whoever scans a code.
    Ok(found.map(|Anywhere(tenant, device)| (tenant, Device { ext: db::Json::default(), ..device })))
}

pub(crate) fn insert(cx: &Context, device: &Device) -> Stmt<'static> {
    stmt!(
        INSERT,
        cx.tenant(),
        device.id,
        device.version,
        device.created_at,
        device.updated_at,
        &device.serial_number,
        &device.product_id,
        &device.customer_id,
        &device.site_id,
        &device.model,
        device.sold_on,
        device.installed_on,
        device.warranty_starts_on,
        device.warranty_ends_on,
        device.status,
        &device.place,
        &device.lat,
        &device.lng,
        &device.qr_token,
        &device.note,
        &device.region_id,
        &device.team_id,
        &device.created_by,
        &device.ext,
        &device.parent_id,
        &device.building,
        &device.floor,
        device.first_used_on,
        &device.dealer_id,
        &device.lessee_id,
        device.scrapped_on,
        &device.scrap_reason,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`DeviceError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Device, after: &Device) -> Result<(), DeviceError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.serial_number,
        &after.product_id,
        &after.customer_id,
        &after.site_id,
        &after.model,
        after.sold_on,
        after.installed_on,
        after.warranty_starts_on,
        after.warranty_ends_on,
        after.status,
        &after.place,
        &after.lat,
        &after.lng,
        &after.qr_token,
        &after.note,
        &after.region_id,
        &after.team_id,
        &after.ext,
        &after.parent_id,
        &after.building,
        &after.floor,
        after.first_used_on,
        &after.dealer_id,
        &after.lessee_id,
        after.scrapped_on,
        &after.scrap_reason,
    );
    if tx.execute(stmt).await? == 1 { Ok(()) } else { Err(DeviceError::Stale) }
}
