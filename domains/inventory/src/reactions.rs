//! What parts are found by in the text search, and the parts that jobs build into devices.

use db::{DbError, Tx};
use devices::{NewDevicePart, Origin};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use objects::Date;
use search::{Document, Indexed};

use crate::store;

/// Parts in the text search: code, name, note and own fields that may be searched.
#[derive(Debug, Clone, Copy, Default)]
pub struct PartDocuments;

impl Indexed for PartDocuments {
    fn object(&self) -> &'static str {
        "part"
    }

    fn table(&self) -> &'static str {
        "parts"
    }

    fn affected(&self, event: &Event) -> Option<Uuid> {
        // A use changes the stock, never the words.
        (event.object == "part" && !matches!(event.kind.as_str(), "part.used" | "part.returned"))
            .then_some(event.object_id)
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let parts = store::by_ids(tx, ids).await?;
            let own = objects::OwnWords::of(tx, "part").await?;
            Ok(parts
                .into_iter()
                .map(|part| {
                    Document::new(part.id, part.name)
                        .subtitle(Some(part.code.clone()))
                        .codes([Some(part.code)])
                        .text([part.note])
                        .text(own.words(&part.ext.0))
                        .archived(part.archived_at.is_some())
                })
                .collect())
        })
    }
}

/// Notes parts used on a device's jobs in the device's file, and takes them out when a booking is taken back.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltInParts;

impl Consumer for BuiltInParts {
    fn name(&self) -> &'static str {
        "inventory.built_in_parts"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["part.used", "part.returned"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let Some(use_id) = event.data["use_id"].as_str().and_then(|id| id.parse().ok()) else { return Ok(()) };
            let outcome = if event.kind == "part.returned" {
                devices::withdraw_part(tx, use_id, event.data["reason"].as_str().unwrap_or("-")).await
            } else {
                build_in(tx, use_id).await
            };
            outcome.map_err(|error| match error {
                devices::DeviceError::Db(error) => error.into(),
                other => ConsumerError::failed(other),
            })
        })
    }
}

/// Notes what was used in the device of the ticket; nothing happens for a ticket without one.
async fn build_in(tx: &mut Tx<'_>, use_id: Uuid) -> Result<(), devices::DeviceError> {
    let Some(used) = store::get_use(tx, use_id).await?.filter(|used| used.returned_at.is_none()) else { return Ok(()) };
    let Some(device_id) = tickets::get(tx, used.ticket_id).await?.and_then(|ticket| ticket.device_id) else {
        return Ok(());
    };
    let Some(device) = devices::get(tx, device_id).await? else { return Ok(()) };
    let new = NewDevicePart {
        part_id: Some(used.part_id),
        name: used.part_name,
        serial_number: used.serial,
        quantity: i32::try_from(used.quantity).ok(),
        installed_on: Some(Date::of(used.used_at, db::Query::cx(tx).zone())),
        ..NewDevicePart::default()
    };
    let origin = Origin { ticket_id: Some(used.ticket_id), visit_id: used.visit_id, use_id: Some(use_id) };
    devices::install_part(tx, &device, new, origin).await.map(drop)
}
