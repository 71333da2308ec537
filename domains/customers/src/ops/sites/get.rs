//! Showing one site.

use authz::permissions::CUSTOMERS_READ;
use db::Read;
use http_api::{App, Caller, Path, Problem, State, Versioned};

use crate::{CustomerError, Site, api::SitePath, site_fields, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<SitePath>,
) -> Result<Versioned<Site>, Problem> {
    let site = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Site, CustomerError> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            let mut site = store::site_of(r, path.id, path.site_id).await?;
            site_fields(r, std::slice::from_mut(&mut site)).await?;
            Ok(site)
        })
        .await?;
    Ok(Versioned(site))
}
