//! The page of a device: what whoever stands before it may know.

use axum::extract::State;
use db::{DbError, Read};
use devices::Device;
use forms::Channel;
use http_api::{App, Json, Meta, Path, Problem};
use identity::{Tenant, TenantStatus};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, TenantId, Timestamp};
use objects::{FormToFill, form_to_fill};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tickets::Status;

use super::{
    QrPath,
    face::{DeviceFace, device_face},
};

/// Longer texts are no token of ours.
const LONGEST: usize = 200;

/// Somebody before a device.
pub struct Scan {
    /// Acting as the customer; the actor's id is the device's.
    pub cx: Context,
    /// The device.
    pub device: Device,
    /// Who looks after it.
    pub company: Tenant,
}

/// Finds the device whose code was scanned, and its company. Whoever scanned acts as a customer called `name`.
pub async fn scanned(app: &App, request: RequestInfo, qr_token: &str, name: Option<&str>) -> Result<Scan, Problem> {
    let unknown = || Problem::not_found("device");
    if qr_token.len() > LONGEST {
        return Err(unknown());
    }
    // Which company a device's code belongs to is not known before it is found.
    let platform = Context::system(app.world().clone(), TenantId::SYSTEM);
    let token = qr_token.to_owned();
    let found: Result<_, DbError> =
        app.db().read(&platform, async move |r: &mut Read<'_>| devices::by_qr_token(r, &token).await).await;
    let (tenant, device) = found?.ok_or_else(unknown)?;
    let system = Context::system(app.world().clone(), tenant);
    let company = app.db().read(&system, async |r: &mut Read<'_>| identity::tenant_settings(r).await).await?;
    if company.status != TenantStatus::Active {
        return Err(unknown());
    }
    let actor = Actor { kind: ActorKind::Customer, id: device.id, name: name.unwrap_or("客户").to_owned() };
    let cx = Context::new(app.world().clone(), tenant, company.zone.clone(), actor, Grants::default(), request);
    Ok(Scan { cx, device, company })
}

/// A fault of the device that is known already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFault {
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub created_at: Timestamp,
}

/// A device as whoever stands before it sees it: nothing about people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DevicePage {
    /// Who looks after it.
    pub company: String,
    /// The device.
    pub device: DeviceFace,
    /// What the place is called.
    pub site_name: Option<String>,
    /// Where exactly it stands.
    pub place: Option<String>,
    /// The newest report that is being worked on.
    pub open_ticket: Option<KnownFault>,
    /// What a report asks beyond its standard fields.
    pub form: Option<FormToFill>,
}

/// Shows the device.
pub async fn handle(
    State(app): State<App>,
    Meta(request): Meta,
    Path(path): Path<QrPath>,
) -> Result<Json<DevicePage>, Problem> {
    let Scan { cx, device, company } = scanned(&app, request, &path.qr_token, None).await?;
    let read = async move |r: &mut Read<'_>| -> Result<DevicePage, Problem> {
        let site_name = match device.site_id {
            Some(id) => customers::site(r, id).await?.map(|site| site.name),
            None => None,
        };
        let open = tickets::open_of(r, Some(device.id), None, 1).await?;
        let open_ticket = open.into_iter().next().map(|ticket| KnownFault {
            number: ticket.number,
            status: ticket.status,
            created_at: ticket.created_at,
        });
        let place = device.place.clone();
        let device = device_face(r, device).await?;
        let form = form_to_fill(r, "ticket", Channel::Customer).await?;
        Ok(DevicePage { company: company.name, device, site_name, place, open_ticket, form })
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
