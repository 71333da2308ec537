//! Sites of all customers whom the caller reaches: listed, and shown one by one. Their tests stand with own fields.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Path, Problem, State, Versioned};

use crate::{
    CustomerError, SiteOfCustomer,
    api::SiteId,
    site_fields,
    store::parts::{self, SITES},
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<SiteOfCustomer>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            let mut page = parts::page(r, &SITES, "site", params).await?;
            site_fields(r, &mut page.page.items).await?;
            let names = parts::customer_names(r, page.page.items.iter().map(|site| site.customer_id)).await?;
            Ok(page.map(|site| SiteOfCustomer { customer_name: names.get(&site.customer_id).cloned(), site }))
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn one(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<SiteId>,
) -> Result<Versioned<SiteOfCustomer>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, CustomerError> {
            let mut site = parts::site(r, CUSTOMERS_READ, path.id).await?;
            site_fields(r, std::slice::from_mut(&mut site)).await?;
            let names = parts::customer_names(r, [site.customer_id]).await?;
            Ok(SiteOfCustomer { customer_name: names.get(&site.customer_id).cloned(), site })
        })
        .await?;
    Ok(Versioned(found))
}
