//! What a token opens: asked by the customer's page before it shows anything.

use axum::extract::State;
use db::Read;
use http_api::{App, Json, Meta, Path, Problem};

use kernel::{Context, TenantId};

use crate::{
    ChannelError, Links,
    api::{LinkFace, LinkFaceKind, TokenPath},
};

/// Longer texts are no token of ours.
const LONGEST: usize = 200;

/// Tells a ticket's link from a device's code.
pub async fn handle(
    State(app): State<App>,
    Meta(request): Meta,
    Path(path): Path<TokenPath>,
) -> Result<Json<LinkFace>, Problem> {
    let unknown = || Problem::from(ChannelError::NotFound("link"));
    if path.token.len() > LONGEST {
        return Err(unknown());
    }
    let links = Links::new(app.db().clone(), app.world().clone());
    if let Some((link, _)) = links.find(&path.token, &request).await? {
        return Ok(Json(LinkFace { kind: LinkFaceKind::Ticket, purpose: Some(link.purpose) }));
    }
    // Which company a device's code belongs to is not known before it is found.
    let platform = Context::system(app.world().clone(), TenantId::SYSTEM);
    let token = path.token;
    let device = app.db().read(&platform, async move |r: &mut Read<'_>| devices::by_qr_token(r, &token).await).await?;
    if device.is_some() {
        return Ok(Json(LinkFace { kind: LinkFaceKind::Device, purpose: None }));
    }
    Err(unknown())
}
