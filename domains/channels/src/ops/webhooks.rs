//! Setting up the other systems that processes and rules call.

use std::sync::Arc;

use axum::extract::State;
use db::{Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, HasLocation, HasVersion, IdempotencyKey, IfMatch, Json, ListParams,
    NoContent, Path, Problem, Versioned,
};
use kernel::{Context, Uuid};
use objects::{Checks, listing};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use webhooks::{Endpoint, new_secret};

use crate::{
    ChannelError, Gateways,
    api::{MessagePath, TestAnswer},
    store::webhooks as store,
    webhooks::{self as domain, Webhook},
};

/// The most that a company sets up.
const MOST: i64 = 200;
const LONGEST_NAME: usize = 100;
const LONGEST_URL: usize = 2_000;

/// A system to call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// What people choose it by; unlike all others.
    pub name: String,
    /// Where it listens: `https://…`.
    pub url: String,
}

/// What is changed about one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhook {
    /// Another name.
    pub name: Option<String>,
    /// Another address. The secret stays; rotate it when the receiver is another one.
    pub url: Option<String>,
    /// Whether it may be called.
    pub enabled: Option<bool>,
}

/// A system with the secret that its calls are signed with, which is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookWithSecret {
    /// The system.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and base64, as Standard Webhooks has it; absent when a request is repeated.
    pub secret: Option<String>,
}

impl HasVersion for WebhookWithSecret {
    fn version(&self) -> i64 {
        self.webhook.version
    }
}

impl HasLocation for WebhookWithSecret {
    fn location(&self) -> String {
        self.webhook.location()
    }
}

/// A system by its name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookName {
    /// Its id.
    pub id: Uuid,
    /// What people choose it by.
    pub name: String,
}

fn gateways(app: &App) -> Gateways {
    app.find::<Gateways>().map(|gateways| *gateways).unwrap_or_default()
}

fn secret(cx: &Context) -> String {
    let mut random = [0; 32];
    cx.world().fill(&mut random);
    new_secret(&random)
}

/// Checks name and address; answers them as they are kept.
async fn accepted(
    tx: &mut Tx<'_>,
    id: Option<Uuid>,
    (name, url): (&str, &str),
    gateways: Gateways,
) -> Result<(String, String), ChannelError> {
    let (name, url) = (name.trim().to_owned(), url.trim().to_owned());
    let mut checks = Checks::new();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        checks.refuse("/name", "invalid_length", "Enter a name of 1 to 100 characters.");
    } else if store::named(tx, &name).await?.is_some_and(|other| Some(other) != id) {
        checks.refuse("/name", "taken", "Another webhook has this name.");
    }
    let endpoint = Endpoint { url: url.clone(), secret: secret(tx.cx()) };
    if url.chars().count() > LONGEST_URL {
        checks.refuse("/url", "invalid_length", "Enter an address of at most 2,000 characters.");
    } else if let Err(error) = endpoint.check(gateways.webhooks()) {
        checks.refuse("/url", "unusable", format!("{error}."));
    }
    checks.finish()?;
    Ok((name, url))
}

async fn told(tx: &mut Tx<'_>, kind: &str, webhook: &Webhook) -> Result<(), ChannelError> {
    // The address may hold a key of the receiver's: the audit says where it leads, not the whole of it.
    let host = reqwest::Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let event = NewEvent::new(kind, "webhook", webhook.id)
        .label(&webhook.name)
        .data(json!({ "host": host, "enabled": webhook.enabled }));
    events::append(tx, event).await?;
    Ok(())
}

async fn found(tx: &mut Tx<'_>, id: Uuid) -> Result<Webhook, ChannelError> {
    store::get(tx, id).await?.ok_or(ChannelError::NotFound("webhook"))
}

/// Lists them.
pub async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Webhook>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            listing::page::<Webhook>(r, &store::LISTING, &params, Vec::new()).await
        })
        .await?;
    Ok(Json(page))
}

/// Those that may be called, by name, for whoever draws processes.
pub async fn names(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<WebhookName>>, Problem> {
    let all = app.db().read(&cx, async |r: &mut Read<'_>| store::names(r).await).await?;
    Ok(Json(all.into_iter().map(|(id, name)| WebhookName { id, name }).collect()))
}

/// Shows one.
pub async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
) -> Result<Versioned<Webhook>, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::get(r, path.id).await).await?;
    Ok(Versioned(found.ok_or(ChannelError::NotFound("webhook"))?))
}

/// Sets one up.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    idempotency: IdempotencyKey,
    Body(body): Body<CreateWebhook>,
) -> Result<Created<WebhookWithSecret>, Problem> {
    let gateways = gateways(&app);
    let (id, key) = (cx.new_id(), secret(&cx));
    let wanted = body.clone();
    // The stored answer of a repeatable request must not hold the secret, so it leaves the transaction beside it.
    let made: Arc<Mutex<Option<String>>> = Arc::default();
    let out = Arc::clone(&made);
    let Created(mut created) = app
        .create(&cx, idempotency, &body, "createWebhook", async move |tx: &mut Tx<'_>| {
            if store::count(tx).await? >= MOST {
                let full = FieldError::new("/name", "too_many", "There are 200 webhooks; delete one first.");
                return Err(ChannelError::Invalid(objects::Invalid(vec![full])));
            }
            let (name, url) = accepted(tx, None, (&wanted.name, &wanted.url), gateways).await?;
            store::insert(tx, id, &name, &Endpoint { url, secret: key.clone() }, true).await?;
            let webhook = found(tx, id).await?;
            told(tx, "webhook.created", &webhook).await?;
            *out.lock() = Some(key);
            Ok::<_, ChannelError>(WebhookWithSecret { webhook, secret: None })
        })
        .await?;
    created.secret = made.lock().take().filter(|_| created.webhook.id == id);
    Ok(Created(created))
}

/// Changes one.
pub async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
    seen: IfMatch,
    Body(body): Body<UpdateWebhook>,
) -> Result<Versioned<Webhook>, Problem> {
    let gateways = gateways(&app);
    let webhook = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<_, Problem> {
            let mut webhook = found(tx, path.id).await?;
            seen.check(webhook.version)?;
            let name = body.name.unwrap_or_else(|| webhook.name.clone());
            let url = body.url.unwrap_or_else(|| webhook.url.clone());
            (webhook.name, webhook.url) = accepted(tx, Some(webhook.id), (&name, &url), gateways).await?;
            webhook.enabled = body.enabled.unwrap_or(webhook.enabled);
            store::update(tx, &webhook).await?;
            let webhook = found(tx, path.id).await?;
            told(tx, "webhook.updated", &webhook).await?;
            Ok(webhook)
        })
        .await?;
    Ok(Versioned(webhook))
}

/// Gives one another secret; calls are signed with it from now on.
pub async fn rotate(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
    seen: IfMatch,
) -> Result<Versioned<WebhookWithSecret>, Problem> {
    let key = secret(&cx);
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<_, Problem> {
            let webhook = found(tx, path.id).await?;
            seen.check(webhook.version)?;
            store::new_secret(tx, webhook.id, &key).await?;
            let webhook = found(tx, path.id).await?;
            told(tx, "webhook.secret_rotated", &webhook).await?;
            Ok(WebhookWithSecret { webhook, secret: Some(key) })
        })
        .await?;
    Ok(Versioned(shown))
}

/// Takes one away; steps that call it wait as incidents.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
    seen: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<_, Problem> {
            let webhook = found(tx, path.id).await?;
            seen.check(webhook.version)?;
            store::delete(tx, webhook.id).await?;
            told(tx, "webhook.deleted", &webhook).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

/// Calls one with a test event, at once.
pub async fn test(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MessagePath>,
) -> Result<Json<TestAnswer>, Problem> {
    let id = path.id;
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::endpoint(r, id).await).await?;
    let (endpoint, _) = found.ok_or(ChannelError::NotFound("webhook"))?;
    let reach = gateways(&app).webhooks();
    let body = json!({ "type": "test", "timestamp": cx.now(), "data": {} });
    let key = cx.new_id().to_string();
    let outcome = match webhooks::client(reach) {
        Ok(client) => domain::call(app.db(), &cx, (id, &endpoint), (&client, reach), (&key, &body)).await,
        Err(error) => Err(error),
    };
    Ok(Json(match outcome {
        Ok(answer) => TestAnswer { ok: true, message: format!("HTTP {}", answer.status) },
        Err(error) => TestAnswer { ok: false, message: error.to_string() },
    }))
}
