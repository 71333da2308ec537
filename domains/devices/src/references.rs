//! What a device refers to: product, customer and site, looked up and checked together.

use std::collections::HashMap;

use customers::{Customer, Site};
use db::{DbError, Query};
use kernel::Uuid;
use objects::Checks;
use products::{EffectiveRule, Product};

use crate::{Device, DeviceError, DeviceView, NewDevice};

/// The records a device refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct References {
    pub product: Option<Product>,
    pub customer: Option<Customer>,
    pub site: Option<Site>,
    pub parent: Option<Device>,
    pub dealer: Option<Customer>,
    pub lessee: Option<Customer>,
    /// How the product's warranty counts.
    pub rule: EffectiveRule,
}

/// Devices within devices at most.
const DEEPEST: usize = 5;

impl References {
    /// Looks them up for a new device, or the one with this id; what does not exist, a site of another customer, and a
    /// device that would be its own component are pointed at.
    pub(crate) async fn of(q: &mut impl Query, new: &NewDevice, own: Option<Uuid>) -> Result<Self, DeviceError> {
        let mut found = Self::default();
        let mut checks = Checks::new();
        if let Some(id) = new.product_id {
            found.product = products::get(q, id).await?;
            if found.product.is_none() {
                checks.refuse("/product_id", "unknown", "There is no such product; choose one of the list.");
            }
        }
        if let Some(id) = new.customer_id {
            found.customer = customers::get(q, id).await?;
            if found.customer.is_none() {
                checks.refuse("/customer_id", "unknown", "There is no such customer; choose one of the list.");
            }
        }
        if let Some(id) = new.site_id {
            found.site = customers::site(q, id).await?.filter(|site| Some(site.customer_id) == new.customer_id);
            if found.site.is_none() {
                checks.refuse("/site_id", "unknown", "The customer has no such site; choose one of theirs.");
            }
        }
        for (pointer, id) in [("/dealer_id", new.dealer_id), ("/lessee_id", new.lessee_id)] {
            let Some(id) = id else { continue };
            let customer = customers::get(q, id).await?;
            if customer.is_none() {
                checks.refuse(pointer, "unknown", "There is no such customer; choose one of the list.");
            }
            if pointer == "/dealer_id" { found.dealer = customer } else { found.lessee = customer }
        }
        if let Some(id) = new.parent_id {
            found.parent = crate::store::find(q, id).await?;
            match &found.parent {
                None => checks.refuse("/parent_id", "unknown", "There is no such device; choose one of the list."),
                Some(parent) => check_line(q, parent, own, &mut checks).await?,
            }
        }
        checks.finish()?;
        if let Some(product) = &found.product {
            found.rule = products::warranty_of(q, product).await?;
        }
        Ok(found)
    }

    /// The region of the place where the device stands.
    pub(crate) fn region_id(&self) -> Option<Uuid> {
        let of_site = self.site.as_ref().and_then(|site| site.region_id);
        of_site.or_else(|| self.customer.as_ref().and_then(|customer| customer.region_id))
    }

    /// The device with its names.
    pub(crate) fn view(self, device: Device) -> DeviceView {
        DeviceView {
            device,
            product_name: self.product.map(|product| product.name),
            customer_name: self.customer.map(|customer| customer.name),
            site_name: self.site.map(|site| site.name),
            parent_serial_number: self.parent.map(|parent| parent.serial_number),
            dealer_name: self.dealer.map(|customer| customer.name),
            lessee_name: self.lessee.map(|customer| customer.name),
        }
    }
}

/// Points at a parent that stands within the device itself, or too deep.
async fn check_line(
    q: &mut impl Query,
    parent: &Device,
    own: Option<Uuid>,
    checks: &mut Checks,
) -> Result<(), DbError> {
    let mut above = Some(parent.clone());
    for depth in 1.. {
        let Some(device) = above else { return Ok(()) };
        if Some(device.id) == own {
            checks.refuse("/parent_id", "cycle", "A device cannot be a component of itself; choose another one.");
            return Ok(());
        }
        if depth >= DEEPEST {
            let message = format!("Devices may stand {DEEPEST} deep in each other at most; choose one further out.");
            checks.refuse("/parent_id", "too_deep", message);
            return Ok(());
        }
        above = match device.parent_id {
            Some(id) => crate::store::find(q, id).await?,
            None => None,
        };
    }
    Ok(())
}

/// What the caller may see of the devices' own fields.
pub(crate) async fn own_fields(q: &mut impl Query, devices: &mut [Device]) -> Result<(), DbError> {
    objects::shown(q, "device", devices.iter_mut().map(|device| &mut device.ext.0).collect()).await
}

/// Devices with the names of what they refer to, in the same order.
pub(crate) async fn views(q: &mut impl Query, mut devices: Vec<Device>) -> Result<Vec<DeviceView>, DbError> {
    own_fields(q, &mut devices).await?;
    let ids = |of: fn(&Device) -> Option<Uuid>| devices.iter().filter_map(of).collect::<Vec<_>>();
    let products = products::by_ids(q, &ids(|device| device.product_id)).await?;
    let mut wanted = ids(|device| device.customer_id);
    wanted.extend(ids(|device| device.dealer_id));
    wanted.extend(ids(|device| device.lessee_id));
    wanted.sort_unstable();
    wanted.dedup();
    let customers = customers::by_ids(q, &wanted).await?;
    let parents: Vec<Device> = objects::by_ids(q, &crate::store::LISTING.list, &ids(|device| device.parent_id)).await?;
    let parents: HashMap<_, _> = parents.into_iter().map(|parent| (parent.id, parent.serial_number)).collect();
    let sites = customers::sites_by_ids(q, &ids(|device| device.site_id)).await?;
    let products: HashMap<_, _> = products.into_iter().map(|product| (product.id, product.name)).collect();
    let customers: HashMap<_, _> = customers.into_iter().map(|customer| (customer.id, customer.name)).collect();
    let sites: HashMap<_, _> = sites.into_iter().map(|site| (site.id, site.name)).collect();
    let name = |names: &HashMap<Uuid, String>, id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
    let view = |device: Device| DeviceView {
        product_name: name(&products, device.product_id),
        customer_name: name(&customers, device.customer_id),
        site_name: name(&sites, device.site_id),
        parent_serial_number: name(&parents, device.parent_id),
        dealer_name: name(&customers, device.dealer_id),
        lessee_name: name(&customers, device.lessee_id),
        device,
    };
    Ok(devices.into_iter().map(view).collect())
}

/// One device with the names of what it refers to.
pub(crate) async fn view(q: &mut impl Query, device: Device) -> Result<DeviceView, DbError> {
    views(q, vec![device]).await?.pop().ok_or(DbError::NotFound)
}
