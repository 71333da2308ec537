//! Forms that engineers fill in on site: their values belong to the ticket, to its device, or to the visit itself.

use db::Tx;
use devices::DeviceError;
use forms::Channel;
use http_api::{FieldError, Problem};
use kernel::Uuid;
use objects::{Numbers, ObjectError, Settled};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tickets::TicketError;

use crate::{
    VisitError,
    field::{Reason, Refusal, rejected},
    model::Visit,
};

db::choice! {
    /// What a form is about.
    pub enum FilledOf {
        /// The visit's ticket.
        Ticket = "ticket",
        /// The device that the ticket is about.
        Device = "device",
        /// The visit.
        Visit = "visit",
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

/// A value that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WrongValue {
    /// JSON pointer into `values`, such as `/load`.
    pub pointer: String,
    /// Stable code, such as `too_large`.
    pub code: String,
    /// What to do about it.
    pub message: String,
    /// The numbers and words the message speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<serde_json::Value>,
}

impl WrongValue {
    fn of(error: &FieldError) -> Self {
        let pointer = error.pointer.strip_prefix("/ext").unwrap_or(&error.pointer).to_owned();
        Self { pointer, code: error.code.to_string(), message: error.message.clone(), params: error.params.clone() }
    }
}

/// Puts what was filled in where it belongs: engineers fill in what a form for them asks, whatever else they may change.
/// Values of the visit itself are answered, for whoever is about to write it.
pub(crate) async fn fill_in(
    tx: &mut Tx<'_>,
    visit: &Visit,
    filled: &FilledIn,
) -> Result<Result<Option<Settled>, Refusal>, VisitError> {
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
        FilledOf::Visit => objects::settle_ext(tx, "visit", visit.id, Some(&visit.ext.0), Some(ext), &Numbers::new())
            .await
            .map(Some)
            .map_err(VisitError::from),
        FilledOf::Ticket => tickets::fill_in(tx, ticket, ext).await.map(|_| None).map_err(VisitError::from),
        FilledOf::Device => match ticket.device_id.or(visit.device_id) {
            Some(id) => devices::fill_in(tx, id, ext).await.map(|()| None).map_err(VisitError::from),
            None => return Ok(Err(rejected("unknown_device", "The ticket names no device to fill this in about."))),
        },
    };
    match done {
        // The database is not to blame on whoever fills the form in.
        Err(
            VisitError::Ticket(TicketError::Own(error))
            | VisitError::Device(DeviceError::Own(error))
            | VisitError::Own(error),
        ) if !matches!(error, ObjectError::Db(_)) => Ok(Err(wrong(&error.into()))),
        done => done.map(Ok),
    }
}

/// The values that are wrong: in words for whoever reads the outcome, and one by one for the page that shows the form.
fn wrong(problem: &Problem) -> Refusal {
    let errors: Vec<WrongValue> = problem.errors().iter().map(WrongValue::of).collect();
    let words: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", error.pointer.trim_start_matches('/'), error.message)).collect();
    let detail = if words.is_empty() { problem.detail().to_owned() } else { words.join(" ") };
    Refusal::Rejected(Reason { errors, ..Reason::new("invalid_values", detail) })
}
