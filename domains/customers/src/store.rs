//! All SQL of customers, contacts and sites.

use authz::{Permission, ScopeColumns};
use db::{
    DbError, Engine, Query, Sql, Stmt, Tx,
    list::{Fragment, List, where_clause},
    stmt,
};
use http_api::scope_condition;
use kernel::{Context, Uuid};
use objects::{among, listing::Listing, phone_digits};
use rules::{Column, FieldMap, FieldType};

use crate::{
    Contact, Customer, CustomerError, Site,
    keys::{address_key, name_key},
    layout::Row,
};

pub(crate) mod documents;
pub(crate) mod duplicates;
pub(crate) mod merges;
pub(crate) mod parts;

/// Customers found by one telephone number at most.
const MOST_BY_PHONE: usize = 20;
/// Contacts, and sites, of one customer shown at most.
const MOST_NESTED: usize = 500;

/// Who reaches a customer besides those who reach all of them; contacts and sites follow their customer.
const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["owner_id", "created_by"], team: None, region: Some("region_id") };

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("level", FieldType::Choice, "level").not_null(),
    Column::new("phone", FieldType::Text, "phone"),
    Column::new("email", FieldType::Text, "email"),
    Column::new("province", FieldType::Text, "address->>'province'"),
    Column::new("city", FieldType::Text, "address->>'city'"),
    Column::new("district", FieldType::Text, "address->>'district'"),
    Column::new("street", FieldType::Text, "address->>'street'"),
    Column::new("note", FieldType::Text, "note"),
    Column::new("tags", FieldType::Tags, "tags"),
    Column::new("owner_id", FieldType::Id, "owner_id"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("parent_id", FieldType::Id, "parent_id"),
    Column::new("merged_into_id", FieldType::Id, "merged_into_id"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list of customers.
pub(crate) static LISTING: Listing = Listing {
    list: List {
        table: "customers",
        columns: Customer::COLUMNS,
        sorts: &[("created_at", "created_at"), ("updated_at", "updated_at"), ("name", "name")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["name"],
    search_object: Some("customer"),
    archivable: true,
};

const INSERT: &str = "insert into customers (tenant_id, id, version, created_at, updated_at, name, kind, level, phone,
        phone_digits, email, address, lat, lng, note, tags, owner_id, region_id, created_by, ext, phones, parent_id,
        merged_into_id, name_key, address_key, erased_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
        $24, $25, $26)";
const ADD_PHONE: &str = "insert into customer_phones (tenant_id, customer_id, digits) values ($1, $2, $3)
    on conflict do nothing";
const REMOVE_PHONES: &str = "delete from customer_phones where tenant_id = $1 and customer_id = $2";
const UPDATE: &str = "update customers set version = $4, updated_at = $5, archived_at = $6, name = $7, kind = $8,
        level = $9, phone = $10, phone_digits = $11, email = $12, address = $13, lat = $14, lng = $15, note = $16,
        tags = $17, owner_id = $18, region_id = $19, ext = $20, phones = $21, parent_id = $22, merged_into_id = $23,
        name_key = $24, address_key = $25, erased_at = $26
    where tenant_id = $1 and id = $2 and version = $3";
const INSERT_CONTACT: &str = "insert into contacts (tenant_id, id, version, created_at, updated_at, customer_id, name,
        phone, phone_digits, email, title, is_primary, ext)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE_CONTACT: &str =
    "update contacts set version = $4, updated_at = $5, archived_at = $6, name = $7, phone = $8,
        phone_digits = $9, email = $10, title = $11, is_primary = $12, ext = $13
    where tenant_id = $1 and id = $2 and version = $3";
const INSERT_SITE: &str = "insert into sites (tenant_id, id, version, created_at, updated_at, customer_id, name,
        address, lat, lng, region_id, access_note, ext)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE_SITE: &str = "update sites set version = $4, updated_at = $5, archived_at = $6, name = $7, address = $8,
        lat = $9, lng = $10, region_id = $11, access_note = $12, ext = $13
    where tenant_id = $1 and id = $2 and version = $3";

/// How far `permission` reaches among customers.
pub(crate) fn scope(cx: &Context, permission: Permission) -> Fragment {
    scope_condition(cx, permission, &SCOPE)
}

/// Rows of which this column names a customer within reach.
pub(crate) fn within(cx: &Context, permission: Permission, column: &str) -> Fragment {
    let scope = scope(cx, permission);
    if cx.scope(permission.name()) == Some(kernel::Scope::All) {
        return scope;
    }
    let mut binds = scope.binds;
    binds.push(cx.tenant().into());
    let tenant = binds.len();
    let text = format!("{column} in (select id from customers where tenant_id = ${tenant} and ({}))", scope.text);
    Fragment::new(text, binds)
}

/// Those of whose own numbers, or a contact's, one has these digits; `$1` and `$2` are the tenant and the digits.
pub(crate) fn with_phone(cx: &Context, digits: &str) -> Fragment {
    Fragment::new(
        "id in (select id from customers where tenant_id = $1 and phone_digits = $2
            union select customer_id from customer_phones where tenant_id = $1 and digits = $2
            union select customer_id from contacts where tenant_id = $1 and phone_digits = $2 and archived_at is null)",
        vec![cx.tenant().into(), digits.to_owned().into()],
    )
}

/// Customers in use with this number, the one changed last first.
pub(crate) async fn by_phone(q: &mut impl Query, digits: &str) -> Result<Vec<Customer>, DbError> {
    let clause = where_clause(q.cx(), &[with_phone(q.cx(), digits), Fragment::new("archived_at is null", Vec::new())]);
    let columns = Customer::COLUMNS;
    let text = format!(
        "select {columns} from customers where {} order by updated_at desc, id limit {MOST_BY_PHONE}",
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

/// How the customer's page is laid out, if somebody changed it.
pub(crate) async fn layout(q: &mut impl Query) -> Result<Option<Row>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(format!("select {} from customer_layouts where tenant_id = $1", Row::COLUMNS), tenant)).await
}

/// Writes the layout over the version that was read; 0 for none.
pub(crate) async fn put_layout(tx: &mut Tx<'_>, row: &Row, version: i64) -> Result<(), CustomerError> {
    let stmt = stmt!(
        "insert into customer_layouts (tenant_id, id, version, updated_at, layout) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update set version = excluded.version, updated_at = excluded.updated_at,
           layout = excluded.layout where customer_layouts.version = $6",
        tx.cx().tenant(),
        row.id,
        row.version,
        row.updated_at,
        &row.layout,
        version,
    );
    one_row(tx.execute(stmt).await?)
}

/// Those that belong to this customer.
pub(crate) fn below(parent: Uuid) -> Fragment {
    Fragment::new("parent_id = $1", vec![parent.into()])
}

/// The customers in use that belong to this one, within the caller's reach, by name.
pub(crate) async fn children(q: &mut impl Query, id: Uuid, limit: usize) -> Result<Vec<Customer>, DbError> {
    let in_use = Fragment::new("archived_at is null", Vec::new());
    let clause = where_clause(q.cx(), &[below(id), in_use, scope(q.cx(), authz::permissions::CUSTOMERS_READ)]);
    let columns = Customer::COLUMNS;
    let text = format!("select {columns} from customers where {} order by name, id limit {limit}", clause.text);
    q.all(Stmt::new(text, clause.binds)).await
}

/// The customers that went into this one.
pub(crate) async fn merged_into(q: &mut impl Query, id: Uuid) -> Result<Vec<Customer>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from customers where tenant_id = $1 and merged_into_id = $2 order by id limit $3",
        Customer::COLUMNS
    );
    q.all(stmt!(text, tenant, id, MOST_NESTED)).await
}

const TAKE_TURNS: Sql = Sql::pair("select 1", "select pg_advisory_xact_lock(hashtextextended($1::text, 4712))::text");

/// Whoever changes who belongs to whom takes turns with others who do, or two of them could close a circle.
pub(crate) async fn take_turns(tx: &mut Tx<'_>) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        let tenant = tx.cx().tenant().0.to_string();
        tx.execute(stmt!(TAKE_TURNS, tenant)).await?;
    }
    Ok(())
}

/// The customer and those above it, from the nearest up, at most `levels`.
pub(crate) async fn line_up(q: &mut impl Query, id: Uuid, levels: i64) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid,)> = q
        .all(stmt!(
            "with recursive above(id, parent_id, level) as (
                 select id, parent_id, cast(1 as bigint) from customers where tenant_id = $1 and id = $2
                 union all select c.id, c.parent_id, a.level + 1 from above a
                   join customers c on c.tenant_id = $1 and c.id = a.parent_id where a.level < $3)
             select id from above order by level",
            tenant,
            id,
            levels
        ))
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many levels there are from this customer down to the lowest below it, itself included; at most `levels`.
pub(crate) async fn height(q: &mut impl Query, id: Uuid, levels: i64) -> Result<i64, DbError> {
    let tenant = q.cx().tenant();
    let (height,): (i64,) = q
        .one(stmt!(
            "with recursive below(id, level) as (
                 select id, cast(1 as bigint) from customers where tenant_id = $1 and id = $2
                 union all select c.id, b.level + 1 from below b
                   join customers c on c.tenant_id = $1 and c.parent_id = b.id where b.level < $3)
             select coalesce(max(level), 0) from below",
            tenant,
            id,
            levels
        ))
        .await?;
    Ok(height)
}

/// The customer in use with exactly this name that was created first.
pub(crate) async fn by_name(q: &mut impl Query, name: &str) -> Result<Option<Customer>, DbError> {
    let columns = Customer::COLUMNS;
    let text = format!(
        "select {columns} from customers where tenant_id = $1 and name = $2 and archived_at is null order by id limit 1"
    );
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, name)).await
}

/// The customer, if the caller reaches it with `permission`.
pub(crate) async fn reached(q: &mut impl Query, permission: Permission, id: Uuid) -> Result<Customer, CustomerError> {
    let scope = scope(q.cx(), permission);
    objects::find(q, &LISTING.list, id, scope).await?.ok_or(CustomerError::NotFound("customer"))
}

/// The statements that write a new customer with its numbers.
pub(crate) fn insert(cx: &Context, customer: &Customer) -> Vec<Stmt<'static>> {
    let row = stmt!(
        INSERT,
        cx.tenant(),
        customer.id,
        customer.version,
        customer.created_at,
        customer.updated_at,
        &customer.name,
        customer.kind,
        customer.level,
        &customer.phone,
        customer.phone.as_deref().and_then(phone_digits),
        &customer.email,
        &customer.address,
        &customer.lat,
        &customer.lng,
        &customer.note,
        &customer.tags,
        &customer.owner_id,
        &customer.region_id,
        &customer.created_by,
        &customer.ext,
        &customer.phones,
        &customer.parent_id,
        &customer.merged_into_id,
        name_key(&customer.name),
        address_key(&customer.address.0),
        &customer.erased_at,
    );
    std::iter::once(row.into_owned()).chain(more_phones(cx, customer)).collect()
}

/// The statements that write the numbers after the first where callers are looked for.
fn more_phones(cx: &Context, customer: &Customer) -> Vec<Stmt<'static>> {
    let digits = customer.phones.0.iter().skip(1).filter_map(|phone| phone_digits(&phone.number));
    digits.map(|digits| stmt!(ADD_PHONE, cx.tenant(), customer.id, digits)).collect()
}

/// Writes `after` over `before`; [`CustomerError::Stale`] when somebody was faster.
pub(crate) async fn update(tx: &mut Tx<'_>, before: &Customer, after: &Customer) -> Result<(), CustomerError> {
    let stmt = stmt!(
        UPDATE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.name,
        after.kind,
        after.level,
        &after.phone,
        after.phone.as_deref().and_then(phone_digits),
        &after.email,
        &after.address,
        &after.lat,
        &after.lng,
        &after.note,
        &after.tags,
        &after.owner_id,
        &after.region_id,
        &after.ext,
        &after.phones,
        &after.parent_id,
        &after.merged_into_id,
        name_key(&after.name),
        address_key(&after.address.0),
        &after.erased_at,
    );
    one_row(tx.execute(stmt).await?)?;
    if before.phones != after.phones {
        let mut statements = vec![stmt!(REMOVE_PHONES, tx.cx().tenant(), after.id)];
        statements.extend(more_phones(tx.cx(), after));
        tx.execute_all(statements).await?;
    }
    Ok(())
}

/// The contacts of the customer, removed or not.
pub(crate) async fn all_contacts(q: &mut impl Query, customer: Uuid) -> Result<Vec<Contact>, DbError> {
    all_of(q, &parts::CONTACTS.list, customer).await
}

/// The sites of the customer, removed or not.
pub(crate) async fn all_sites(q: &mut impl Query, customer: Uuid) -> Result<Vec<Site>, DbError> {
    all_of(q, &parts::SITES.list, customer).await
}

async fn all_of<T: db::FromRow>(q: &mut impl Query, list: &List, customer: Uuid) -> Result<Vec<T>, DbError> {
    let tenant = q.cx().tenant();
    let text = format!(
        "select {} from {} where tenant_id = $1 and customer_id = $2 order by id limit $3",
        list.columns, list.table
    );
    q.all(stmt!(text, tenant, customer, MOST_NESTED * 4)).await
}

/// Contacts in use of these customers: the primary one first, then by name.
pub(crate) async fn contacts(q: &mut impl Query, customers: &[Uuid]) -> Result<Vec<Contact>, DbError> {
    let text = "order by customer_id, case when is_primary then 0 else 1 end, name, id";
    nested(q, &parts::CONTACTS.list, customers, text).await
}

/// Sites in use of these customers, by name.
pub(crate) async fn sites(q: &mut impl Query, customers: &[Uuid]) -> Result<Vec<Site>, DbError> {
    nested(q, &parts::SITES.list, customers, "order by customer_id, name, id").await
}

async fn nested<T: db::FromRow>(
    q: &mut impl Query,
    list: &List,
    customers: &[Uuid],
    order: &str,
) -> Result<Vec<T>, DbError> {
    let in_use = Fragment::new("archived_at is null", Vec::new());
    let clause = where_clause(q.cx(), &[among("customer_id", customers), in_use]);
    let limit = customers.len() * MOST_NESTED;
    let text = format!("select {} from {} where {} {order} limit {limit}", list.columns, list.table, clause.text);
    q.all(Stmt::new(text, clause.binds)).await
}

/// The contact with this id, removed or not.
pub(crate) async fn contact(q: &mut impl Query, id: Uuid) -> Result<Option<Contact>, DbError> {
    objects::find(q, &parts::CONTACTS.list, id, everywhere()).await
}

/// The contacts with these ids, removed or not.
pub(crate) async fn contacts_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Contact>, DbError> {
    objects::by_ids(q, &parts::CONTACTS.list, ids).await
}

/// The contact in use of this customer.
pub(crate) async fn contact_of(q: &mut impl Query, customer: Uuid, id: Uuid) -> Result<Contact, CustomerError> {
    objects::find(q, &parts::CONTACTS.list, id, in_use_of(customer)).await?.ok_or(CustomerError::NotFound("contact"))
}

pub(crate) fn insert_contact(cx: &Context, contact: &Contact) -> Stmt<'static> {
    stmt!(
        INSERT_CONTACT,
        cx.tenant(),
        contact.id,
        contact.version,
        contact.created_at,
        contact.updated_at,
        contact.customer_id,
        &contact.name,
        &contact.phone,
        contact.phone.as_deref().and_then(phone_digits),
        &contact.email,
        &contact.title,
        contact.is_primary,
        &contact.ext,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`CustomerError::Stale`] when somebody was faster.
pub(crate) async fn update_contact(tx: &mut Tx<'_>, before: &Contact, after: &Contact) -> Result<(), CustomerError> {
    let stmt = stmt!(
        UPDATE_CONTACT,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.name,
        &after.phone,
        after.phone.as_deref().and_then(phone_digits),
        &after.email,
        &after.title,
        after.is_primary,
        &after.ext,
    );
    one_row(tx.execute(stmt).await?)
}

/// The site with this id, removed or not.
pub(crate) async fn site(q: &mut impl Query, id: Uuid) -> Result<Option<Site>, DbError> {
    objects::find(q, &parts::SITES.list, id, everywhere()).await
}

/// The sites with these ids, removed or not.
pub(crate) async fn sites_by_ids(q: &mut impl Query, ids: &[Uuid]) -> Result<Vec<Site>, DbError> {
    objects::by_ids(q, &parts::SITES.list, ids).await
}

/// The site in use of this customer.
pub(crate) async fn site_of(q: &mut impl Query, customer: Uuid, id: Uuid) -> Result<Site, CustomerError> {
    objects::find(q, &parts::SITES.list, id, in_use_of(customer)).await?.ok_or(CustomerError::NotFound("site"))
}

pub(crate) fn insert_site(cx: &Context, site: &Site) -> Stmt<'static> {
    stmt!(
        INSERT_SITE,
        cx.tenant(),
        site.id,
        site.version,
        site.created_at,
        site.updated_at,
        site.customer_id,
        &site.name,
        &site.address,
        &site.lat,
        &site.lng,
        &site.region_id,
        &site.access_note,
        &site.ext,
    )
    .into_owned()
}

/// Writes `after` over `before`; [`CustomerError::Stale`] when somebody was faster.
pub(crate) async fn update_site(tx: &mut Tx<'_>, before: &Site, after: &Site) -> Result<(), CustomerError> {
    let stmt = stmt!(
        UPDATE_SITE,
        tx.cx().tenant(),
        after.id,
        before.version,
        after.version,
        after.updated_at,
        &after.archived_at,
        &after.name,
        &after.address,
        &after.lat,
        &after.lng,
        &after.region_id,
        &after.access_note,
        &after.ext,
    );
    one_row(tx.execute(stmt).await?)
}

fn everywhere() -> Fragment {
    Fragment::new("1 = 1", Vec::new())
}

fn in_use_of(customer: Uuid) -> Fragment {
    Fragment::new("customer_id = $1 and archived_at is null", vec![customer.into()])
}

fn one_row(touched: u64) -> Result<(), CustomerError> {
    if touched == 1 { Ok(()) } else { Err(CustomerError::Stale) }
}
