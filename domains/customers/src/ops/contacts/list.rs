//! A customer's contacts, the primary one first. They are few, so there is one page.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem, State};
use kernel::Page;

use crate::{Contact, CustomerError, api::CustomerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Json<Page<Contact>>, Problem> {
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<Contact>, CustomerError> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            Ok(crate::contacts(r, path.id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
