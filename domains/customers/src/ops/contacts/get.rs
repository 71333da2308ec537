//! Showing one contact.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{Contact, CustomerError, api::ContactPath, contact_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContactPath>,
) -> Result<Versioned<Contact>, Problem> {
    let contact = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Contact, CustomerError> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            let mut contact = store::contact_of(r, path.id, path.contact_id).await?;
            contact_fields(r, std::slice::from_mut(&mut contact)).await?;
            Ok(contact)
        })
        .await?;
    Ok(Versioned(contact))
}
