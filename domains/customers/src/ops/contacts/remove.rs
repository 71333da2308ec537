//! Removing a contact: it leaves the customer and keeps its id. Its tests stand with changing one.

use db::{Query as _, Tx};
use http_api::{App, Caller, IfMatch, NoContent, Path, Problem, State};

use crate::{
    Contact, CustomerError,
    api::ContactPath,
    ops::contacts::update::{read, write},
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContactPath>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), CustomerError> {
            let before = read(tx, path, expected).await?;
            let gone = Contact { archived_at: Some(tx.cx().now()), is_primary: false, ..before.clone() };
            write(tx, &before, gone, "contact.removed").await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}
