//! All SQL of contracts.

use std::collections::HashSet;

use authz::{Permission, ScopeColumns};
use db::{
    DbError, Query, Stmt, Tx,
    list::{Fragment, List},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};

use crate::{Contract, ContractError};

pub mod of_customer;
pub(crate) mod plans;
pub(crate) mod renewals;

/// Contracts about one device that are looked at, those that end last.
const MOST_OF_DEVICE: usize = 200;

/// Who reaches a contract besides those who reach all of them.
const SCOPE: ScopeColumns<'static> = ScopeColumns { owner: &["created_by"], team: None, region: None };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("starts_on", FieldType::Date, "starts_on").not_null(),
    Column::new("ends_on", FieldType::Date, "ends_on").not_null(),
    Column::new("response_minutes", FieldType::Integer, "response_minutes"),
    Column::new("note", FieldType::Text, "note"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of contracts.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "contracts",
        columns: Contract::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("number", "number"),
            ("name", "name"),
            ("starts_on", "starts_on"),
            ("ends_on", "ends_on"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["number"],
    search_object: Some("contract"),
    archivable: true,
};

const INSERT: &str = "insert into contracts (tenant_id, id, version, created_at, updated_at, number, customer_id, name,
        kind, starts_on, ends_on, covers, response_minutes, device_ids, note, created_by, ext)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const UPDATE: &str = "update contracts set version = $4, updated_at = $5, archived_at = $6, number = $7,
        customer_id = $8, name = $9, kind = $10, starts_on = $11, ends_on = $12, covers = $13, response_minutes = $14,
        device_ids = $15, note = $16, ext = $17
    where tenant_id = $1 and id = $2 and version = $3";
const ADD_DEVICE: &str = "insert into contract_devices (tenant_id, contract_id, device_id) values ($1, $2, $3)";
const REMOVE_DEVICE: &str = "delete from contract_devices where tenant_id = $1 and contract_id = $2 and device_id = $3";

/// How far `permission` reaches among contracts.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// Those about this device.
pub(crate) fn about_device(cx: &Context, device_id: Uuid) -> Fragment {
    Fragment::new(
        "id in (select contract_id from contract_devices where tenant_id = $1 and device_id = $2)",
        vec![cx.tenant().into(), device_id.into()],
    )
}

/// The contract with this id, archived or not, whoever asks.
pub(crate) async fn find(q: &mut impl Query, id: Uuid) -> Result<Option<Contract>, DbError> {
    objects::find(q, &LISTING.list, id, Fragment::new("1 = 1", Vec::new())).await
}

/// The contract, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Contract, ContractError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(ContractError::NotFound)
}

/// The contracts in use about this device, the one that ends last first.
pub(crate) async fn of_device(q: &mut impl Query, device_id: Uuid) -> Result<Vec<Contract>, DbError> {
    let text = format!(
        "select {} from contract_devices d join contracts c on c.tenant_id = d.tenant_id and c.id = d.contract_id
         where d.tenant_id = $1 and d.device_id = $2 and c.archived_at is null
         order by c.ends_on desc, c.id limit {MOST_OF_DEVICE}",
        Contract::columns("c")
    );
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, device_id)).await
}

/// The statements that write a new contract with its devices.
pub(crate) fn insert(cx: &Context, contract: &Contract) -> Vec<Stmt<'static>> {
    let row = stmt!(
        INSERT,
        cx.tenant(),
        contract.id,
        contract.version,
        contract.created_at,
        contract.updated_at,
        &contract.number,
        contract.customer_id,
        &contract.name,
        contract.kind,
        contract.starts_on,
        contract.ends_on,
        &contract.covers,
        &contract.response_minutes,
        &contract.device_ids,
        &contract.note,
        &contract.created_by,
        &contract.ext,
    );
    let devices = contract.device_ids.0.iter().map(|device| stmt!(ADD_DEVICE, cx.tenant(), contract.id, device));
    std::iter::once(row).chain(devices).map(Stmt::into_owned).collect()
}

/// Writes `after` over `before` with its devices; [`ContractError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Contract, after: &Contract) -> Result<(), ContractError> {
    let tenant = tx.cx().tenant();
    let stmt = stmt!(
        UPDATE,
        tenant,
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.number,
        after.customer_id,
        &after.name,
        after.kind,
        after.starts_on,
        after.ends_on,
        &after.covers,
        &after.response_minutes,
        &after.device_ids,
        &after.note,
        &after.ext,
    );
    if tx.execute(stmt).await? != 1 {
        return Err(ContractError::Stale);
    }
    let (old, new): (HashSet<_>, HashSet<_>) =
        (before.device_ids.0.iter().collect(), after.device_ids.0.iter().collect());
    let gone = old.difference(&new).map(|device| stmt!(REMOVE_DEVICE, tenant, after.id, **device));
    let added = new.difference(&old).map(|device| stmt!(ADD_DEVICE, tenant, after.id, **device));
    tx.execute_all(gone.chain(added).collect()).await?;
    Ok(())
}
