//! Other systems that processes and rules call: who they are, and the action that calls one.

use std::sync::OnceLock;

use bpmn::state::Variables;
use db::{Db, Read, Tx, record};
use futures_util::future::BoxFuture;
use http_api::{HasLocation, HasVersion};
use kernel::{Context, Timestamp, Uuid};
use processes::{ActError, ActionRun, Errand, Face, Input, InputKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webhooks::{Answer, Call, Endpoint, Reach, WebhookError};

use crate::{Gateways, store::webhooks as store};

/// What a call is named unless the step says otherwise.
const USUAL_EVENT: &str = "process.step";

/// Another system that is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// What people choose it by.
    pub name: String,
    /// Where it listens.
    pub url: String,
    /// Whether it may be called; steps that call one that is switched off wait as incidents.
    pub enabled: bool,
    /// When it was set up.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// The last call.
    pub called_at: Option<Timestamp>,
    /// Why the last call failed; absent when it worked.
    pub last_error: Option<String>,
}

record!(Webhook { id, version, name, url, enabled, created_at, updated_at, called_at, last_error });

impl HasVersion for Webhook {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Webhook {
    fn location(&self) -> String {
        format!("/api/v1/webhooks/{}", self.id)
    }
}

impl Gateways {
    /// How far webhooks may go.
    pub(crate) fn webhooks(self) -> Reach {
        Reach { private: self.private }
    }
}

/// Calls one, and writes down how it went.
pub(crate) async fn call(
    db: &Db,
    cx: &Context,
    (id, endpoint): (Uuid, &Endpoint),
    (client, reach): (&reqwest::Client, Reach),
    (key, body): (&str, &Value),
) -> Result<Answer, WebhookError> {
    let call = Call { id: key, seconds: cx.now().millis().div_euclid(1000), body };
    let outcome = endpoint.call(client, reach, call).await;
    let error = outcome.as_ref().err().map(ToString::to_string);
    // How it went is for people to look at; that it cannot be kept changes nothing about the call.
    let kept = db.write(cx, async move |tx: &mut Tx<'_>| store::called(tx, id, error.as_deref()).await).await;
    if let Err(error) = kept {
        tracing::warn!(%error, "how a webhook answered could not be kept");
    }
    outcome
}

/// The action `webhook.call`.
#[derive(Debug)]
pub struct CallWebhook {
    gateways: Gateways,
    client: OnceLock<reqwest::Client>,
}

impl CallWebhook {
    /// One that goes as far as these gateways allow.
    pub fn new(gateways: Gateways) -> Self {
        Self { gateways, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&reqwest::Client, WebhookError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = webhooks::client(self.gateways.webhooks())?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn answered(error: WebhookError) -> ActError {
    if error.is_transient() { ActError::Retry(error.to_string()) } else { ActError::Failed(error.to_string()) }
}

impl Errand for CallWebhook {
    fn face(&self) -> Face {
        let inputs = vec![
            Input::new("webhook", InputKind::Webhook, "系统", "System").required(),
            Input::new("event", InputKind::Text, "事件名称", "Name of the event"),
            Input::new("data", InputKind::LongText, "附带内容", "What to send along"),
            Input::new("answer", InputKind::Text, "结果存入变量", "Keep the answer in"),
        ];
        Face::new(None, "调用外部系统（Webhook）", "Call another system (webhook)", inputs)
    }

    fn run<'a>(&'a self, db: &'a Db, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let Some(id) = run.id("webhook") else {
                return Err(ActError::Failed("choose which system to call".to_owned()));
            };
            let found = db.read(&run.cx, async move |r: &mut Read<'_>| store::endpoint(r, id).await).await?;
            let endpoint = match found {
                Some((endpoint, true)) => endpoint,
                Some(_) => {
                    return Err(ActError::Failed("the webhook is switched off; switch it on, then retry".into()));
                }
                None => return Err(ActError::Failed("the webhook is no longer there; choose another one".into())),
            };
            let event = Some(run.text("event")).filter(|event| !event.is_empty());
            let body = json!({
                "type": event.unwrap_or_else(|| USUAL_EVENT.to_owned()),
                "timestamp": run.cx.now(),
                "data": {
                    "object": run.object,
                    "id": run.object_id,
                    "record": run.seen(db).await?,
                    "asked_by": run.asked_by,
                    "data": run.inputs.get("data"),
                },
            });
            let client = self.client().map_err(answered)?;
            let through = (client, self.gateways.webhooks());
            let answer = call(db, &run.cx, (id, &endpoint), through, (&run.key, &body)).await.map_err(answered)?;
            let kept = Some(run.text("answer")).filter(|name| !name.is_empty());
            Ok(kept.into_iter().map(|name| (name, answer.body.clone().unwrap_or(Value::Null))).collect())
        })
    }
}
