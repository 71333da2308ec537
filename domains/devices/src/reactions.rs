//! What follows from events: the text by which devices are found.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::Uuid;
use search::{Document, Indexed};

use crate::{Device, DeviceView, references::views, store};

/// Devices in the text search, with the names of product, customer and site as they were when the device last changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceSearch;

impl Indexed for DeviceSearch {
    fn object(&self) -> &'static str {
        "device"
    }

    fn table(&self) -> &'static str {
        "devices"
    }

    fn documents<'a>(&'a self, tx: &'a mut Tx<'_>, ids: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Document>, DbError>> {
        Box::pin(async move {
            let devices: Vec<Device> = objects::by_ids(tx, &store::LISTING.list, ids).await?;
            let own = objects::OwnWords::of(tx, "device").await?;
            let found = |view: DeviceView| {
                let words = own.words(&view.device.ext.0);
                document(view).text(words)
            };
            Ok(views(tx, devices).await?.into_iter().map(found).collect())
        })
    }
}

fn document(view: DeviceView) -> Document {
    let device = view.device;
    let names = [device.model.clone(), view.product_name.clone(), view.customer_name.clone()];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Document::new(device.id, device.serial_number.clone())
        .subtitle(Some(names))
        .codes([Some(device.serial_number)])
        .names([view.customer_name, view.site_name])
        .text([view.product_name, device.model, device.place, device.note])
        .reached_by([device.created_by], device.team_id, device.region_id)
        .archived(device.archived_at.is_some())
}
