//! A customer's sites, by name. They are few, so there is one page.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Json, Path, Problem, State};
use kernel::Page;

use crate::{CustomerError, Site, api::CustomerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Json<Page<Site>>, Problem> {
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<Site>, CustomerError> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            Ok(crate::sites(r, path.id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
