//! Showing one customer.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{Customer, CustomerError, api::CustomerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Versioned<Customer>, Problem> {
    let customer = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Customer, CustomerError> {
            let mut customer = store::reached(r, CUSTOMERS_READ, path.id).await?;
            objects::shown(r, "customer", vec![&mut customer.ext.0]).await?;
            Ok(customer)
        })
        .await?;
    Ok(Versioned(customer))
}

#[cfg(test)]
mod tests {
    use kernel::{Grants, Scope, Uuid};
    use objects::testing::{Api, member, person};
    use serde_json::json;

    use super::*;
    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| what_lies_outside_tenant_or_scope_does_not_exist {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let region = Uuid::from_u128(77);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "owner_id": Uuid::from_u128(7), "region_id": region})).await.ok(201);
            let path = format!("/api/v1/customers/{}", made.id());
            api.get(&t.cx, &path).await.ok(200);
            api.get(&t.other, &path).await.refused(404, "not_found");
            api.get(&person(&t.cx, 7, &[(CUSTOMERS_READ, Scope::Own)]), &path).await.ok(200);
            api.get(&person(&t.cx, 8, &[(CUSTOMERS_READ, Scope::Own)]), &path).await.refused(404, "not_found");
            let grants = |regions| Grants {
                permissions: [(CUSTOMERS_READ.name().to_owned(), Scope::Region)].into(), regions, ..Grants::default()
            };
            api.get(&member(&t.cx, 8, grants(vec![region])), &path).await.ok(200);
            api.get(&member(&t.cx, 8, grants(vec![Uuid::from_u128(78)])), &path).await.refused(404, "not_found");
            api.get(&person(&t.cx, 9, &[]), &path).await.refused(403, "forbidden");
            api.get(&t.cx, "/api/v1/customers/no-id").await.refused(400, "invalid_parameter");
        }
    }
}
