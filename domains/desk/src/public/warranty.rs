//! The warranty of a device for whoever asks: by its QR code, or by serial number and company. Nothing about people and
//! places is told, and a wrong guess is answered like a device that does not exist.

use axum::extract::State;
use db::Read;
use devices::Device;
use http_api::{App, Json, Meta, Problem, Query};
use identity::{Tenant, TenantStatus};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, TenantId, Uuid};
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::device::{Scan, scanned};

/// Longer texts are no number of ours.
const LONGEST: usize = 100;

/// Which device.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// The serial number, as the plate says.
    #[schemars(length(max = 100))]
    serial: Option<String>,
    /// What the QR code carries, or together with a serial number the short name of the company. Without it the serial
    /// number is looked up in the only company of this server, if it has only one.
    #[schemars(length(max = 200))]
    code: Option<String>,
}

/// A device's warranty, as whoever asks may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicWarranty {
    /// Who looks after it.
    pub company: String,
    /// Its serial number.
    pub serial: String,
    /// What the product is called.
    pub product: Option<String>,
    /// The variant, as the plate says.
    pub model: Option<String>,
    /// The day it is about: today where the company is.
    pub on: Date,
    /// Covered, not covered, or (null) not known.
    pub covered: Option<bool>,
    /// Why: `factory_warranty`, `expired`, …
    pub reason_code: contracts::ReasonCode,
    /// The last day, when covered; the day that was the last, when over.
    pub ends_on: Option<Date>,
    /// Components with terms of their own.
    pub components: Vec<PublicComponent>,
}

/// A component's warranty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicComponent {
    /// What it is called.
    pub name: String,
    /// Covered, not covered, or (null) not known.
    pub covered: Option<bool>,
    /// Last day of its own term.
    pub ends_on: Option<Date>,
}

/// Says whether a device is covered.
pub async fn handle(
    State(app): State<App>,
    Meta(request): Meta,
    Query(asked): Query<Asked>,
) -> Result<Json<PublicWarranty>, Problem> {
    let Scan { cx, device, company } = found(&app, request, asked).await?;
    let on = Date::today(&cx);
    let read = async move |r: &mut Read<'_>| -> Result<PublicWarranty, Problem> {
        let product = match device.product_id {
            Some(id) => products::get(r, id).await?.map(|product| product.name),
            None => None,
        };
        let said = contracts::explained(r, &device, on).await?;
        let components = said.components.into_iter().map(|component| PublicComponent {
            name: component.name,
            covered: component.in_warranty,
            ends_on: component.ends_on,
        });
        Ok(PublicWarranty {
            company: company.name,
            serial: device.serial_number,
            product,
            model: device.model,
            on,
            covered: said.verdict.in_warranty,
            reason_code: said.verdict.reason_code,
            ends_on: said.verdict.until,
            components: components.collect(),
        })
    };
    Ok(Json(app.db().read(&cx, read).await?))
}

/// The device that is meant, in use, and the company that looks after it.
async fn found(app: &App, request: RequestInfo, asked: Asked) -> Result<Scan, Problem> {
    let unknown = || Problem::not_found("device");
    let text = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match (text(asked.serial), text(asked.code)) {
        (None, Some(code)) => scanned(app, request, &code, None).await,
        (Some(serial), code) if serial.len() <= LONGEST => {
            let company = company(app, code.as_deref()).await?.ok_or_else(unknown)?;
            let actor = Actor { kind: ActorKind::Customer, id: Uuid::nil(), name: "客户".to_owned() };
            let tenant = TenantId(company.id);
            let cx = Context::new(app.world().clone(), tenant, company.zone.clone(), actor, Grants::default(), request);
            let read = async move |r: &mut Read<'_>| devices::by_serial(r, &serial).await;
            let device: Result<Option<Device>, db::DbError> = app.db().read(&cx, read).await;
            let device = device?.filter(|device| device.archived_at.is_none()).ok_or_else(unknown)?;
            Ok(Scan { cx, device, company })
        }
        (Some(_), _) => Err(unknown()),
        (None, None) => Err(Problem::bad_parameter("/query/serial", "Give a serial number, or what the QR code says.")),
    }
}

/// The active company of this short name; without one the only active company there is.
async fn company(app: &App, slug: Option<&str>) -> Result<Option<Tenant>, Problem> {
    let found = if let Some(slug) = slug {
        identity::tenant_by_slug(app.db(), app.world(), slug).await?
    } else {
        let mut all = identity::tenants(app.db(), app.world()).await?;
        all.retain(|tenant| tenant.status == TenantStatus::Active);
        if all.len() == 1 { all.pop() } else { None }
    };
    Ok(found.filter(|tenant| tenant.status == TenantStatus::Active))
}
