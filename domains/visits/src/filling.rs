//! Forms that engineers fill in on site: their values belong to the ticket, or to its device.

use db::Tx;
use devices::DeviceError;
use forms::Channel;
use http_api::{FieldError, Problem};
use kernel::Uuid;
use objects::ObjectError;
use serde::Deserialize;
use serde_json::json;
use tickets::TicketError;

use crate::{
    VisitError,
    field::{Refusal, rejected},
    model::Visit,
};

db::choice! {
    /// What a form is about.
    pub enum FilledOf {
        /// The visit's ticket.
        Ticket = "ticket",
        /// The device that the ticket is about.
        Device = "device",
    }
}

/// A form filled in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilledIn {
    /// What it is about.
    pub of: FilledOf,
    /// The form.
    pub form: Uuid,
    /// The version that the phone had.
    pub form_version: i64,
    /// Values by field id; null empties one.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// Puts what was filled in where it belongs: engineers fill in what a form for them asks, whatever else they may change.
pub(crate) async fn fill_in(
    tx: &mut Tx<'_>,
    visit: &Visit,
    filled: &FilledIn,
) -> Result<Result<(), Refusal>, VisitError> {
    if objects::channel_of(tx, filled.form).await? != Some(Channel::Engineer) {
        let detail = "This form is not for engineers any more. Reload the page and fill in what it asks now.";
        return Ok(Err(rejected("form_not_yours", detail)));
    }
    let mut ext = filled.values.clone();
    ext.insert("$form".to_owned(), json!(filled.form));
    ext.insert("$form_version".to_owned(), json!(filled.form_version));
    let Some(ticket) = tickets::get(tx, visit.ticket_id).await? else {
        return Ok(Err(rejected("unknown_ticket", "The ticket of this visit no longer exists.")));
    };
    let done = match filled.of {
        FilledOf::Ticket => tickets::fill_in(tx, ticket, ext).await.map(|_| ()).map_err(VisitError::from),
        FilledOf::Device => match ticket.device_id.or(visit.device_id) {
            Some(id) => devices::fill_in(tx, id, ext).await.map_err(VisitError::from),
            None => return Ok(Err(rejected("unknown_device", "The ticket names no device to fill this in about."))),
        },
    };
    match done {
        // The database is not to blame on whoever fills the form in.
        Err(VisitError::Ticket(TicketError::Own(error)) | VisitError::Device(DeviceError::Own(error)))
            if !matches!(error, ObjectError::Db(_)) =>
        {
            Ok(Err(rejected("invalid_values", in_words(&error.into()))))
        }
        done => done.map(Ok),
    }
}

/// What is wrong, each value by its field.
fn in_words(problem: &Problem) -> String {
    let named = |error: &FieldError| match error.pointer.strip_prefix("/ext/") {
        Some(field) => format!("{field}: {}", error.message),
        None => error.message.clone(),
    };
    let errors: Vec<String> = problem.errors().iter().map(named).collect();
    if errors.is_empty() { problem.detail().to_owned() } else { errors.join(" ") }
}
