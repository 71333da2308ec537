//! Adding a site. It lies in its customer's region unless another is named.

use authz::permissions::CUSTOMERS_UPDATE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Path, Problem, State};
use objects::{Checks, Numbers, first_values};

use crate::{Customer, CustomerError, NewSite, Site, api::CustomerPath, site_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    key: IdempotencyKey,
    Body(body): Body<NewSite>,
) -> Result<Created<Site>, Problem> {
    let new = body.clone();
    let numbers = if new.ext.is_some() { objects::numbers(app.db(), &cx, "site").await? } else { Numbers::new() };
    app.create(&cx, key, &(path.id, &body), "createSite", async move |tx: &mut Tx<'_>| -> Result<_, CustomerError> {
        let customer = store::reached(tx, CUSTOMERS_UPDATE, path.id).await?;
        let mut site = insert_with(tx, &customer, new, &numbers).await?;
        site_fields(tx, std::slice::from_mut(&mut site)).await?;
        Ok(site)
    })
    .await
}

/// Adds a site to a customer, with its event.
pub async fn insert_site(tx: &mut Tx<'_>, customer: &Customer, new: NewSite) -> Result<Site, CustomerError> {
    insert_with(tx, customer, new, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
async fn insert_with(
    tx: &mut Tx<'_>,
    customer: &Customer,
    new: NewSite,
    numbers: &Numbers,
) -> Result<Site, CustomerError> {
    let mut new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let own = objects::settle_ext(tx, "site", id, None, new.ext.take(), numbers).await?;
    let site = Site {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        customer_id: customer.id,
        name: new.name,
        address: Json(new.address.unwrap_or_default()),
        lat: new.lat,
        lng: new.lng,
        region_id: new.region_id.or(customer.region_id),
        access_note: new.access_note,
        ext: Json(own.values.clone()),
    };
    let mut told = first_values(&site);
    own.tell(&mut told);
    let event = NewEvent::new("site.created", "site", site.id)
        .label(site.name.as_str())
        .data(told)
        .parent("customer", customer.id);
    let mut statements = vec![store::insert_site(&cx, &site), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(site)
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_site_lies_in_its_customers_region_unless_it_says_otherwise {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let (region, other) = (Uuid::from_u128(77), Uuid::from_u128(78));
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "region_id": region})).await.ok(201);
            let path = format!("/api/v1/customers/{}/sites", made.id());
            let site = api.post(&t.cx, &path, json!({"name": "A座", "address": {"street": "世纪大道1号"}})).await.ok(201);
            assert_eq!(site.json["region_id"], json!(region));
            let site = api.post(&t.cx, &path, json!({"name": "B座", "region_id": other})).await.ok(201);
            assert_eq!(site.json["region_id"], json!(other));
            assert_eq!(api.get(&t.cx, &path).await.ok(200).column("name"), ["A座", "B座"]);
            let refused = api.post(&t.cx, &path, json!({"name": "C座", "lat": 100.0, "lng": 1.0})).await;
            assert_eq!(refused.errors(), ["/lat out_of_range"]);
            api.post(&t.other, &path, json!({"name": "D座"})).await.refused(404, "not_found");
        }
    }
}
