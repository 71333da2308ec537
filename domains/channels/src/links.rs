//! Links that customers open without signing in.
//!
//! A token carries its company in front of 32 random bytes, so that it is looked up by an index that begins with the
//! tenant, behind the tenant wall. Only its SHA-256 is kept: 256 bits of chance need no slow hash.

use std::time::Duration;

use authz::Permission;
use data_encoding::BASE64URL_NOPAD;
use db::{Db, DbError, Query, Read, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use http_api::{Authenticator, Credential, Identified, Problem};
use identity::TenantStatus;
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, TenantId, Uuid, World};
use qrcode::{QrCode, render::svg};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    ChannelError,
    model::{Link, LinkPurpose},
    store,
};

const TENANT_BYTES: usize = 16;
const RANDOM_BYTES: usize = 32;
/// How long a link opens, unless said otherwise.
pub const USUAL_DAYS: u32 = 60;
/// How often the last use is written down.
const TOUCH: Duration = Duration::from_mins(10);
/// A QR code's width in pixels at least; being a drawing it scales.
const QR_SIZE: u32 = 240;

/// SHA-256 of a token.
pub(crate) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn issue(world: &World, tenant: TenantId) -> String {
    let mut bytes = [0_u8; TENANT_BYTES + RANDOM_BYTES];
    bytes[..TENANT_BYTES].copy_from_slice(tenant.0.as_bytes());
    world.fill(&mut bytes[TENANT_BYTES..]);
    BASE64URL_NOPAD.encode(&bytes)
}

/// The company a token claims to belong to; `None` when it cannot be one of ours.
fn tenant_of(token: &str) -> Option<TenantId> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let tenant =
        (bytes.len() == TENANT_BYTES + RANDOM_BYTES).then(|| Uuid::from_slice(&bytes[..TENANT_BYTES]).ok())??;
    // The nil tenant is the platform itself and sees everything.
    (!tenant.is_nil()).then_some(TenantId(tenant))
}

/// A link about to be made.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The ticket it opens.
    pub ticket_id: Uuid,
    /// The customer it is made for.
    pub customer_id: Option<Uuid>,
    /// Days until it opens nothing any more.
    pub days: u32,
}

impl NewLink {
    /// A link to follow a ticket, open for 60 days.
    pub fn track(ticket_id: Uuid, customer_id: Option<Uuid>) -> Self {
        Self { purpose: LinkPurpose::Track, ticket_id, customer_id, days: USUAL_DAYS }
    }

    /// For another purpose.
    #[must_use]
    pub fn purpose(mut self, purpose: LinkPurpose) -> Self {
        self.purpose = purpose;
        self
    }
}

/// A link and its token, which is known only now.
#[derive(Clone)]
pub struct IssuedLink {
    /// The link.
    pub link: Link,
    /// 64 characters that need no escaping; see [`address`].
    pub token: String,
}

impl std::fmt::Debug for IssuedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedLink").field("link", &self.link.id).finish_non_exhaustive()
    }
}

/// Makes a link, with its event on the ticket's timeline. The actor of the transaction made it.
pub async fn issue_link(tx: &mut Tx<'_>, new: NewLink) -> Result<IssuedLink, DbError> {
    let cx = tx.cx().clone();
    let now = cx.now();
    let token = issue(cx.world(), cx.tenant());
    let link = Link {
        id: cx.new_id(),
        version: 1,
        purpose: new.purpose,
        ticket_id: new.ticket_id,
        customer_id: new.customer_id,
        expires_at: now.plus(Duration::from_hours(24) * new.days),
        revoked_at: None,
        last_used_at: None,
        created_by: cx.actor().id,
        created_by_name: cx.actor().name.clone(),
        created_at: now,
        updated_at: now,
    };
    let told = NewEvent::new("link.created", "link", link.id)
        .data(json!({ "purpose": link.purpose, "expires_at": link.expires_at }))
        .parent("ticket", link.ticket_id);
    tx.execute_all(vec![store::insert_link(&cx, &link, digest(&token)), events::statement(&cx, &told)]).await?;
    Ok(IssuedLink { link, token })
}

/// Where the holder of `token` goes.
pub fn address(public_url: &str, token: &str) -> String {
    format!("{}/s/{token}", public_url.trim_end_matches('/'))
}

/// `text` as a QR code, an SVG drawing; `None` when it is too long for one.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(QR_SIZE, QR_SIZE).build())
}

/// The link behind the caller of an operation with `Access::Token`.
pub async fn current_link(q: &mut impl Query) -> Result<Link, ChannelError> {
    let (kind, id) = (q.cx().actor().kind, q.cx().actor().id);
    if kind != ActorKind::Customer {
        return Err(ChannelError::NotFound("link"));
    }
    store::link(q, id).await?.ok_or(ChannelError::NotFound("link"))
}

/// Turns tokens into contexts: the actor is the customer, its id the link's. Register it with
/// [`AppBuilder::links`](http_api::AppBuilder::links).
#[derive(Debug, Clone)]
pub struct Links {
    db: Db,
    world: World,
}

impl Links {
    /// Looks tokens up in `db`.
    pub fn new(db: Db, world: World) -> Self {
        Self { db, world }
    }

    /// The open link with this token, and its customer's context.
    pub async fn find(&self, token: &str, request: &RequestInfo) -> Result<Option<(Link, Context)>, DbError> {
        let Some(tenant) = tenant_of(token) else { return Ok(None) };
        let system = Context::system(self.world.clone(), tenant);
        let digest = digest(token);
        let found = self
            .db
            .read(&system, async move |r: &mut Read<'_>| -> Result<_, DbError> {
                let Some(link) = store::link_by_token(r, digest).await? else { return Ok(None) };
                let company = identity::tenant_settings(r).await?;
                let customer = match link.customer_id {
                    Some(id) => customers::get(r, id).await?,
                    None => None,
                };
                Ok(Some((link, company, customer)))
            })
            .await?;
        let now = self.world.now();
        let Some((link, company, customer)) = found else { return Ok(None) };
        if !link.is_open(now) || company.status != TenantStatus::Active {
            return Ok(None);
        }
        if link.last_used_at.is_none_or(|used| now >= used.plus(TOUCH)) {
            let id = link.id;
            let touched = self.db.write(&system, async move |tx: &mut Tx<'_>| store::touch_link(tx, id).await).await;
            if let Err(error) = touched {
                // Bookkeeping must not turn a customer away.
                tracing::warn!(%error, "the last use of a link was not saved");
            }
        }
        let name = customer.map_or_else(|| "客户".to_owned(), |customer| customer.name);
        let actor = Actor { kind: ActorKind::Customer, id: link.id, name };
        let grants = Grants::default();
        let cx = Context::new(self.world.clone(), tenant, company.zone, actor, grants, request.clone());
        Ok(Some((link, cx)))
    }
}

impl Authenticator for Links {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Option<Identified>, Problem>> {
        Box::pin(async move {
            let Credential::Link(token) = credential else { return Ok(None) };
            let found = self.find(token, request).await?;
            Ok(found.map(|(_, cx)| Identified { cx, csrf_token: None }))
        })
    }
}

/// A ticket for which a link may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkTarget {
    /// Its customer.
    pub customer_id: Option<Uuid>,
}

/// Says which tickets the caller reaches. Tickets stand later in the order of domains, so whoever knows both registers
/// this at start, as a service of type `Arc<dyn TicketReach>`.
pub trait TicketReach: Send + Sync + 'static {
    /// The ticket, if `permission` reaches it for the caller.
    fn reach<'a>(
        &'a self,
        db: &'a Db,
        cx: &'a Context,
        ticket_id: Uuid,
        permission: Permission,
    ) -> BoxFuture<'a, Result<Option<LinkTarget>, DbError>>;
}

#[cfg(test)]
mod tests {
    use kernel::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn a_token_knows_its_company_and_nonsense_has_none() {
        let world = World::seeded(ManualClock::at(Timestamp(0)), 1);
        let tenant = TenantId(Uuid::from_u128(77));
        let (one, two) = (issue(&world, tenant), issue(&world, tenant));
        assert!(one.len() == 64 && one != two);
        assert_eq!(tenant_of(&one), Some(tenant));
        for wrong in ["", "abc", &one[1..], &format!("{one}A"), "漏水", &issue(&world, TenantId::SYSTEM)] {
            assert_eq!(tenant_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_becomes_a_drawing() {
        let address = address("https://service.example.com/", &"x".repeat(64));
        assert_eq!(address, format!("https://service.example.com/s/{}", "x".repeat(64)));
        assert!(qr_svg(&address).unwrap().contains("<svg"));
        assert_eq!(qr_svg(&"x".repeat(5_000)), None);
    }
}
