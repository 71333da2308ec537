//! A ticket's links for its customer.

use std::sync::Arc;

use authz::{Permission, permissions};
use axum::extract::State;
use db::{DbError, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, FieldError, Json, NoContent, Path, Problem};
use kernel::{Context, Uuid};
use objects::Invalid;

use crate::{
    ChannelError, LinkTarget, NewLink, TicketReach,
    api::{CreateLink, TicketLinkPath, TicketPath},
    links::{USUAL_DAYS, address, issue_link, qr_svg},
    model::{Link, LinkPurpose, NewLinkAnswer},
    store,
};

/// The ticket, if the caller reaches it.
async fn target(app: &App, cx: &Context, id: Uuid, permission: Permission) -> Result<LinkTarget, Problem> {
    let tickets = app.get::<Arc<dyn TicketReach>>();
    let found = tickets.reach(app.db(), cx, id, permission).await?;
    Ok(found.ok_or(ChannelError::NotFound("ticket"))?)
}

/// Lists the links that still open, newest first.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<Json<Vec<Link>>, Problem> {
    target(&app, &cx, path.id, permissions::TICKETS_READ).await?;
    let links = app.db().read(&cx, async move |r: &mut Read<'_>| store::open_links(r, path.id).await).await?;
    Ok(Json(links))
}

/// Makes a new link; its address is answered this once.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    Body(body): Body<CreateLink>,
) -> Result<Created<NewLinkAnswer>, Problem> {
    let days = body.days.unwrap_or(USUAL_DAYS);
    if !(1..=365).contains(&days) {
        let wrong = FieldError::new("/days", "out_of_range", "Use 1 to 365 days.");
        return Err(ChannelError::from(Invalid(vec![wrong])).into());
    }
    let target = target(&app, &cx, path.id, permissions::TICKETS_REPLY).await?;
    let new = NewLink {
        purpose: body.purpose.unwrap_or(LinkPurpose::Track),
        ticket_id: path.id,
        customer_id: target.customer_id,
        days,
    };
    let issued = app.db().write(&cx, async move |tx: &mut Tx<'_>| issue_link(tx, new).await).await?;
    let url = address(&app.settings().public_url, &issued.token);
    let qr_svg = qr_svg(&url).unwrap_or_default();
    Ok(Created(NewLinkAnswer { link: issued.link, url, qr_svg }))
}

/// Takes a link back; it opens nothing from now on.
pub async fn revoke(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketLinkPath>,
) -> Result<NoContent, Problem> {
    target(&app, &cx, path.id, permissions::TICKETS_REPLY).await?;
    let TicketLinkPath { id, link_id } = path;
    let revoked = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<bool, DbError> {
            let revoked = store::revoke_link(tx, id, link_id).await?;
            if revoked {
                events::append(tx, NewEvent::new("link.revoked", "link", link_id).parent("ticket", id)).await?;
            }
            Ok(revoked)
        })
        .await?;
    if revoked { Ok(NoContent) } else { Err(ChannelError::NotFound("link").into()) }
}
