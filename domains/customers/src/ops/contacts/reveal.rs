//! Showing one of a contact's own fields that hold personal data.

use authz::permissions::CUSTOMERS_READ;
use db::Tx;
use http_api::{App, Body, Caller, Json, Path, Problem, State};
use objects::{RevealBody, Revealed};

use crate::{CustomerError, api::ContactId, store::parts};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ContactId>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, CustomerError> {
            let contact = parts::contact(tx, CUSTOMERS_READ, path.id).await?;
            Ok(objects::reveal(tx, "contact", contact.id, &contact.name, &asked).await?)
        })
        .await?;
    Ok(Json(shown))
}
