//! What a device refers to: product, customer and site, looked up and checked together.

use std::collections::HashMap;

use customers::{Customer, Site};
use db::{DbError, Query};
use kernel::Uuid;
use objects::Checks;
use products::Product;

use crate::{Device, DeviceError, DeviceView, NewDevice};

/// The records a device refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct References {
    pub product: Option<Product>,
    pub customer: Option<Customer>,
    pub site: Option<Site>,
}

impl References {
    /// Looks them up; what does not exist, and a site of another customer, is pointed at.
    pub(crate) async fn of(q: &mut impl Query, new: &NewDevice) -> Result<Self, DeviceError> {
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
        checks.finish()?;
        Ok(found)
    }

    /// How long the product's factory warranty lasts.
    pub(crate) fn warranty_months(&self) -> Option<i32> {
        self.product.as_ref().and_then(|product| product.warranty_months)
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
        }
    }
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
    let customers = customers::by_ids(q, &ids(|device| device.customer_id)).await?;
    let sites = customers::sites_by_ids(q, &ids(|device| device.site_id)).await?;
    let products: HashMap<_, _> = products.into_iter().map(|product| (product.id, product.name)).collect();
    let customers: HashMap<_, _> = customers.into_iter().map(|customer| (customer.id, customer.name)).collect();
    let sites: HashMap<_, _> = sites.into_iter().map(|site| (site.id, site.name)).collect();
    let name = |names: &HashMap<Uuid, String>, id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
    let view = |device: Device| DeviceView {
        product_name: name(&products, device.product_id),
        customer_name: name(&customers, device.customer_id),
        site_name: name(&sites, device.site_id),
        device,
    };
    Ok(devices.into_iter().map(view).collect())
}

/// One device with the names of what it refers to.
pub(crate) async fn view(q: &mut impl Query, mut device: Device) -> Result<DeviceView, DbError> {
    own_fields(q, std::slice::from_mut(&mut device)).await?;
    let product = match device.product_id {
        Some(id) => products::get(q, id).await?,
        None => None,
    };
    let customer = match device.customer_id {
        Some(id) => customers::get(q, id).await?,
        None => None,
    };
    let site = match device.site_id {
        Some(id) => customers::site(q, id).await?,
        None => None,
    };
    Ok(References { product, customer, site }.view(device))
}
