//! One ticket with what stands beside it on its page.

use authz::permissions;
use axum::extract::State;
use http_api::{App, Caller, Path, Problem, Versioned};

use crate::{
    TicketError,
    act::within_reach,
    api::{TicketDetail, TicketPath},
    store,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Versioned<TicketDetail>, Problem> {
    let detail = app
        .db()
        .read(&cx, async move |r| {
            let ticket = within_reach(r, path.id, permissions::TICKETS_READ).await?;
            let customer = match ticket.customer_id {
                Some(id) => customers::get(r, id).await?,
                None => None,
            };
            let device = match ticket.device_id {
                Some(id) => devices::get(r, id).await?,
                None => None,
            };
            let around = store::around(r, ticket.id).await?;
            Ok::<_, TicketError>(TicketDetail {
                pauses: around.pauses,
                followers: around.followers,
                links: around.links,
                attachments: around.attachments,
                customer_name: customer.map(|customer| customer.name),
                device_serial_number: device.map(|device| device.serial_number),
                ticket,
            })
        })
        .await?;
    Ok(Versioned(detail))
}
