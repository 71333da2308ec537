//! Listing the customers that belong to one: the companies of a group.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Path, Problem, State};
use objects::listing;

use crate::{Customer, api::CustomerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    params: ListParams,
) -> Result<Json<ListPage<Customer>>, Problem> {
    let conditions = vec![store::scope(&cx, CUSTOMERS_READ), store::below(path.id)];
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            let mut page: ListPage<Customer> =
                listing::page_with_own(r, &store::LISTING, "customer", &params, conditions).await?;
            let own = page.page.items.iter_mut().map(|customer| &mut customer.ext.0).collect();
            objects::shown(r, "customer", own).await?;
            Ok(page)
        })
        .await?;
    Ok(Json(page))
}
