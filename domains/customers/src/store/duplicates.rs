//! Which customers share a number, a name or an address.

use db::{
    DbError, Query, Stmt, Value,
    list::{Fragment, where_clause},
    stmt,
};
use kernel::Uuid;

use crate::{Customer, duplicates::Likeness, store};

/// Customers of one group at most; what more of them share tells nobody apart.
const MOST_OF_GROUP: i64 = 20;

/// Where a reason's values stand: customer and value, of those in use.
const fn values(reason: Likeness) -> &'static str {
    match reason {
        Likeness::Phone => {
            "select id as customer_id, phone_digits as value from customers
               where tenant_id = $1 and archived_at is null and phone_digits is not null
             union select p.customer_id, p.digits from customer_phones p
               join customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
               where p.tenant_id = $1 and c.archived_at is null
             union select p.customer_id, p.phone_digits from contacts p
               join customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
               where p.tenant_id = $1 and p.archived_at is null and p.phone_digits is not null and c.archived_at is null"
        }
        Likeness::Name => {
            "select id as customer_id, name_key as value from customers
               where tenant_id = $1 and name_key <> '' and archived_at is null"
        }
        Likeness::Address => {
            "select id as customer_id, address_key as value from customers
               where tenant_id = $1 and address_key <> '' and archived_at is null"
        }
    }
}

/// Values that two or more customers in use share, at most `limit`, each with its customers.
pub(crate) async fn shared(q: &mut impl Query, reason: Likeness, limit: usize) -> Result<Vec<(String, Uuid)>, DbError> {
    let (tenant, values) = (q.cx().tenant(), values(reason));
    let text = format!(
        "with told as ({values}), shared as (select value from told group by value
             having count(*) between 2 and {MOST_OF_GROUP} order by value limit $2)
         select told.value, told.customer_id from shared join told on told.value = shared.value
         order by told.value, told.customer_id"
    );
    q.all(stmt!(text, tenant, limit)).await
}

/// Other customers in use that share a value with this one, the first of them by id.
pub(crate) async fn sharing(q: &mut impl Query, reason: Likeness, customer: &Customer) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let text = match reason {
        Likeness::Phone => {
            "with own as (select phone_digits as digits from customers where tenant_id = $1 and id = $2
                 union select digits from customer_phones where tenant_id = $1 and customer_id = $2
                 union select phone_digits from contacts
                   where tenant_id = $1 and customer_id = $2 and archived_at is null),
               others as (select id from customers where tenant_id = $1 and phone_digits in (select digits from own)
                 union select customer_id from customer_phones where tenant_id = $1 and digits in (select digits from own)
                 union select customer_id from contacts where tenant_id = $1 and archived_at is null
                   and phone_digits in (select digits from own))
             select c.id from others o join customers c on c.tenant_id = $1 and c.id = o.id
             where c.id <> $2 and c.archived_at is null order by c.id limit $3"
        }
        Likeness::Name => {
            "select c.id from customers o join customers c on c.tenant_id = $1 and c.name_key = o.name_key
             where o.tenant_id = $1 and o.id = $2 and o.name_key <> '' and c.id <> $2 and c.archived_at is null
             order by c.id limit $3"
        }
        Likeness::Address => {
            "select c.id from customers o join customers c on c.tenant_id = $1 and c.address_key = o.address_key
             where o.tenant_id = $1 and o.id = $2 and o.address_key <> '' and c.id <> $2 and c.archived_at is null
             order by c.id limit $3"
        }
    };
    let rows: Vec<(Uuid,)> = q.all(stmt!(text, tenant, customer.id, MOST_OF_GROUP)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Of these customers those within `scope`.
pub(crate) async fn within(q: &mut impl Query, ids: &[Uuid], scope: &Fragment) -> Result<Vec<Customer>, DbError> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let clause = where_clause(q.cx(), &[objects::among("id", some), scope.clone()]);
        let text = format!("select {} from customers where {}", store::LISTING.list.columns, clause.text);
        let binds: Vec<Value<'_>> = clause.binds;
        all.extend(q.all::<Customer>(Stmt::new(text, binds)).await?);
    }
    Ok(all)
}
