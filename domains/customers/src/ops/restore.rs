//! Taking a customer back into the lists. Its tests stand with archiving.

use db::Tx;
use http_api::{App, Caller, IfMatch, Path, Problem, State, Versioned};

use crate::{Customer, CustomerError, api::CustomerPath, ops::update::change};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    expected: IfMatch,
) -> Result<Versioned<Customer>, Problem> {
    let customer = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Customer, CustomerError> {
            let take_back = |customer: &Customer| Ok(Customer { archived_at: None, ..customer.clone() });
            change(tx, path.id, expected, "customer.restored", take_back).await
        })
        .await?;
    Ok(Versioned(customer))
}
