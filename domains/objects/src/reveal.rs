//! Showing one field of personal data on request. Every look is written down, whatever object the record belongs to.

use db::{Query as _, Tx};
use events::NewEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ObjectError,
    access::Viewer,
    built_in,
    store::{computed, fields},
};

/// The kind of the event that tells of a look at personal data; its data names the `field`.
pub const REVEALED: &str = "personal_data.revealed";

/// Which field to show.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealBody {
    /// The field's id.
    field: String,
}

/// What it holds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Revealed {
    /// The value; null when there is none.
    value: Value,
}

/// The kind of an object's records in events: `customer`, `record:vehicle`.
pub(crate) fn kind_in_events(object: &str) -> String {
    if built_in::built_in(object).is_some() { object.to_owned() } else { format!("record:{object}") }
}

/// Shows an own field of personal data of a record of `object`, and appends the event [`REVEALED`] to its history.
/// `label` is what people call the record. Check before that the caller may see the record.
///
/// # Errors
/// [`ObjectError::NotFound`] when the object has no such field of personal data, or the caller's roles do not see it.
pub async fn reveal(
    tx: &mut Tx<'_>,
    object: &str,
    record: Uuid,
    label: &str,
    asked: &RevealBody,
) -> Result<Revealed, ObjectError> {
    let (_, catalogue) = fields::catalogue(tx, object).await?;
    let viewer = Viewer::of(tx.cx(), &catalogue);
    let field = catalogue.field(&asked.field).filter(|field| field.personal && viewer.sees(field));
    let field = field.ok_or(ObjectError::NotFound("field of personal data"))?;
    let values = computed::values(tx, object, record).await?.unwrap_or_default();
    let kind = kind_in_events(object);
    let mut event = NewEvent::new(REVEALED, &kind, record).label(label).data(json!({"field": field.id}));
    event.parent = computed::parent(tx, object, record).await?;
    events::append(tx, event).await?;
    Ok(Revealed { value: values.get(&field.id).cloned().unwrap_or_default() })
}
