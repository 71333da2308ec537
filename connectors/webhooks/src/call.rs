//! One call: JSON out, a status and perhaps JSON back.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Client, Response, StatusCode, redirect};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Reach, WebhookError, reach::PublicOnly, sign};

/// How long a whole call may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest answer that is read.
const LARGEST_ANSWER: usize = 64 * 1024;
/// How much of a refusal is shown.
const SHOWN: usize = 200;

/// A receiver. The secret does not appear in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it listens.
    pub url: String,
    /// What it knows us by: `whsec_` and base64.
    pub secret: String,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).field("secret", &"***").finish()
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The same for every repetition.
    pub id: &'a str,
    /// Seconds since 1970.
    pub seconds: i64,
    /// The body.
    pub body: &'a Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// 2xx.
    pub status: u16,
    /// The answer, if it is JSON.
    pub body: Option<Value>,
}

/// A client fit for webhooks: TLS by ring unless the program has chosen another provider, no redirects, no proxies from the
/// environment, bounded waiting, and no address out of reach. Build one for each reach and share it.
///
/// # Errors
/// `Unreachable` when the system's trusted certificates cannot be loaded.
pub fn client(reach: Reach) -> Result<Client, WebhookError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race here means that another thread has installed one, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(PATIENCE);
    if !reach.private {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder.build().map_err(|error| WebhookError::Unreachable(causes(&error)))
}

impl Endpoint {
    /// Checks address and secret without calling: for forms that save one.
    ///
    /// # Errors
    /// `Address` or `Secret`.
    pub fn check(&self, reach: Reach) -> Result<(), WebhookError> {
        reach.address(&self.url)?;
        sign::key(&self.secret).map(drop)
    }

    /// Calls it once; `client` is one of [`client`] with the same reach.
    ///
    /// # Errors
    /// Whatever is no 2xx within 15 seconds; [`WebhookError::is_transient`] says whether to try again.
    pub async fn call(&self, client: &Client, reach: Reach, call: Call<'_>) -> Result<Answer, WebhookError> {
        let url = reach.address(&self.url)?;
        let body = call.body.to_string();
        let signature = sign::signature(&self.secret, call.id, call.seconds, body.as_bytes())?;
        let sent = client
            .post(url)
            .header("content-type", "application/json")
            .header("user-agent", "Aftersail")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", call.seconds.to_string())
            .header("webhook-signature", signature)
            .body(body)
            .send()
            .await
            .map_err(|error| broken(&error))?;
        let status = sent.status();
        let answer = bounded(sent).await?;
        if status.is_success() {
            return Ok(Answer { status: status.as_u16(), body: serde_json::from_slice(&answer).ok() });
        }
        let is_busy = status.is_server_error()
            || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        if is_busy {
            return Err(WebhookError::Busy { status: status.as_u16() });
        }
        let answer: String = String::from_utf8_lossy(&answer).split_whitespace().collect::<Vec<_>>().join(" ");
        Err(WebhookError::Refused { status: status.as_u16(), answer: answer.chars().take(SHOWN).collect() })
    }
}

/// Reads an answer up to its bound.
async fn bounded(mut response: Response) -> Result<Vec<u8>, WebhookError> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if answer.len() + chunk.len() > LARGEST_ANSWER {
            return Err(WebhookError::Refused {
                status: response.status().as_u16(),
                answer: "the answer is larger than 64 KiB; answer with less".to_owned(),
            });
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn broken(error: &reqwest::Error) -> WebhookError {
    WebhookError::Unreachable(if error.is_timeout() { "no answer in time".to_owned() } else { causes(error) })
}

/// The innermost cause. A client's own text is left out, for it repeats the whole address.
fn causes(error: &reqwest::Error) -> String {
    let mut innermost: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(next) = innermost.and_then(std::error::Error::source) {
        innermost = Some(next);
    }
    innermost.map_or_else(|| "the connection broke".to_owned(), ToString::to_string)
}
