//! Removing a site: it leaves the customer and keeps its id. Its tests stand with changing one.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, NoContent, Path, Problem, State};

use crate::{CustomerError, Site, api::SitePath, ops::sites::update::change};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<SitePath>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), CustomerError> {
            let now = tx.cx().now();
            let gone = |site: &Site| Ok(Site { archived_at: Some(now), ..site.clone() });
            change(tx, path, expected, "site.removed", None, gone).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}
