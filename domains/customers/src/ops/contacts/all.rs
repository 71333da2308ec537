//! Contacts of all customers whom the caller reaches: listed, and shown one by one. Their tests stand with own fields.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Path, Problem, State, Versioned};

use crate::{
    ContactOfCustomer, CustomerError,
    api::ContactId,
    contact_fields,
    store::parts::{self, CONTACTS},
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<ContactOfCustomer>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            let mut page = parts::page(r, &CONTACTS, "contact", params).await?;
            contact_fields(r, &mut page.page.items).await?;
            let names = parts::customer_names(r, page.page.items.iter().map(|contact| contact.customer_id)).await?;
            Ok(page
                .map(|contact| ContactOfCustomer { customer_name: names.get(&contact.customer_id).cloned(), contact }))
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn one(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContactId>,
) -> Result<Versioned<ContactOfCustomer>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, CustomerError> {
            let mut contact = parts::contact(r, CUSTOMERS_READ, path.id).await?;
            contact_fields(r, std::slice::from_mut(&mut contact)).await?;
            let names = parts::customer_names(r, [contact.customer_id]).await?;
            Ok(ContactOfCustomer { customer_name: names.get(&contact.customer_id).cloned(), contact })
        })
        .await?;
    Ok(Versioned(found))
}
