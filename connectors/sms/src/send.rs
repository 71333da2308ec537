//! Sends one message by a template and reads the provider's answer.

use std::{collections::BTreeMap, fmt, time::Duration};

use reqwest::{Client, Response, StatusCode, header, redirect};
use serde_json::Value;

use crate::{
    error::{Reason, SmsError},
    mobile::Mobile,
    render::{self, Place, Values},
    template::{self, Method, SmsTemplate},
};

/// One message. `Debug` shows neither number nor text, for texts carry one-time codes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sms {
    /// The receiver's number as people write it; see [`Mobile::parse`].
    pub mobile: String,
    /// The whole text, for providers that send texts as they are; at most 500 characters.
    pub text: String,
    /// Values for `{{param.name}}`, for providers that fill in an approved text.
    pub params: BTreeMap<String, String>,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms")
            .field("mobile", &Mobile::parse(&self.mobile))
            .field("text", &format_args!("{} characters", self.text.chars().count()))
            .field("params", &self.params.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// How long a whole call may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest answer that is read.
const LARGEST_ANSWER: usize = 64 * 1024;
/// Longest text in characters, as mainland carriers take it.
const LONGEST_TEXT: usize = 500;

/// A client fit for sending: TLS by ring unless the program has chosen another provider, no redirects, no proxies
/// from the environment, bounded waiting. Build one and share it.
///
/// # Errors
/// `Permanent` with [`Reason::Unreachable`] when the system's trusted certificates cannot be loaded.
pub fn client() -> Result<Client, SmsError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race here means that another thread has installed one, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(PATIENCE)
        .build()
        .map_err(|error| SmsError::permanent(Reason::Unreachable, cause(&error)))
}

impl SmsTemplate {
    /// Sends one message; `Ok` means the provider has taken it. `client` must not follow redirects, as the one of
    /// [`client`] does not.
    ///
    /// # Errors
    /// `Permanent` for bad numbers and texts, missing values, broken templates and refusals; `Transient` for rate
    /// limits (429 or a value of `success.retry`), busy or unreachable providers and timeouts. After a
    /// `Transient` timeout the provider may have taken the message; only a `{{param.…}}` that the provider
    /// treats as the message's own id keeps a second attempt from becoming a second message.
    pub async fn send(&self, client: &Client, sms: &Sms) -> Result<(), SmsError> {
        let request = self.request(client, sms)?;
        let response = request.timeout(PATIENCE).send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let answer = bounded(response).await?;
        self.read(status, &answer).map_err(|error| self.scrubbed(error, sms))
    }

    fn request(&self, client: &Client, sms: &Sms) -> Result<reqwest::RequestBuilder, SmsError> {
        self.check()?;
        let mobile = Mobile::parse(&sms.mobile).ok_or_else(|| SmsError::permanent(Reason::Mobile, ""))?;
        let shown = [&self.url, &self.body];
        let headers = self.headers.iter().map(|header| &header.value);
        if shown.into_iter().chain(headers).any(|part| render::uses_text(part)) {
            let length = sms.text.trim().chars().count();
            if length == 0 || length > LONGEST_TEXT {
                return Err(SmsError::permanent(Reason::Content, length.to_string()));
            }
        }
        let values = Values { mobile: &mobile, text: &sms.text, params: &sms.params };
        let url = self.parse_url(&render::render(self.url.trim(), Place::Url, &values)?)?;
        let method = match self.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut request = client.request(method, url);
        for header in &self.headers {
            let value = render::render(&header.value, Place::Header, &values)?;
            let mut value = header::HeaderValue::from_str(&value)
                .map_err(|_| SmsError::permanent(Reason::Parameter, &header.name))?;
            value.set_sensitive(true);
            request = request.header(template::header_name(&header.name)?, value);
        }
        if self.method != Method::Get && !self.body.is_empty() {
            let body = render::render(&self.body, self.body_place()?, &values)?;
            request = request.header(header::CONTENT_TYPE, &self.content_type).body(body);
        }
        Ok(request)
    }

    fn read(&self, status: StatusCode, answer: &[u8]) -> Result<(), SmsError> {
        let success = &self.success;
        let parsed = serde_json::from_slice::<Value>(answer).ok();
        let at = |pointer: &Option<String>| {
            let pointer = pointer.as_deref()?;
            parsed.as_ref()?.pointer(pointer)
        };
        let value = at(&success.pointer);
        let told = [value, at(&success.words)]
            .into_iter()
            .flatten()
            .filter(|value| !value.is_object() && !value.is_array())
            .map(plain);
        let detail = std::iter::once(status.as_str().to_owned()).chain(told).collect::<Vec<_>>().join(" ");
        if value.is_some_and(|value| success.retry.iter().any(|retry| same(retry, value))) {
            return Err(SmsError::transient(Reason::RateLimited, detail));
        }
        let expected_status = (success.status_from..=success.status_to).contains(&status.as_u16());
        if !expected_status {
            return Err(refusal(status, detail));
        }
        if success.pointer.is_none() {
            return Ok(());
        }
        match (value, &success.expected) {
            (Some(value), Some(expected)) if same(expected, value) => Ok(()),
            (Some(value), None) if !matches!(value, Value::Null | Value::Bool(false)) => Ok(()),
            (Some(_), _) => Err(SmsError::permanent(Reason::Refused, detail)),
            // Not what this provider answers: a proxy's page, or a template that looks in the wrong place.
            (None, _) => Err(SmsError::transient(Reason::Unreadable, detail)),
        }
    }

    /// Providers repeat parts of a request in their answers; credentials, number and text must not come back.
    fn scrubbed(&self, error: SmsError, sms: &Sms) -> SmsError {
        let mut hidden = self.hidden();
        if let Some(mobile) = Mobile::parse(&sms.mobile) {
            hidden.push(mobile.e164().to_owned());
            hidden.push(mobile.national().to_owned());
        }
        hidden.push(sms.text.clone());
        hidden.extend(sms.params.values().cloned());
        hidden.retain(|text| text.chars().count() >= 4);
        let clean = |detail: String| hidden.iter().fold(detail, |text, secret| text.replace(secret, "***"));
        match error {
            SmsError::Permanent { reason, detail } => SmsError::Permanent { reason, detail: clean(detail) },
            SmsError::Transient { reason, detail } => SmsError::Transient { reason, detail: clean(detail) },
        }
    }
}

/// A status outside the range of success.
fn refusal(status: StatusCode, detail: String) -> SmsError {
    match status.as_u16() {
        300..=399 | 404 | 405 | 410 => SmsError::permanent(Reason::Address, detail),
        401 | 403 => SmsError::permanent(Reason::Credentials, detail),
        429 => SmsError::transient(Reason::RateLimited, detail),
        408 | 500..=599 => SmsError::transient(Reason::Busy, detail),
        _ => SmsError::permanent(Reason::Refused, detail),
    }
}

/// Providers write the same code as a number in one answer and as a string in the next.
fn same(expected: &Value, found: &Value) -> bool {
    expected == found || plain(expected) == plain(found)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads an answer up to its bound.
async fn bounded(mut response: Response) -> Result<Vec<u8>, SmsError> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if answer.len() + chunk.len() > LARGEST_ANSWER {
            return Err(SmsError::transient(Reason::Unreadable, "> 64 KiB"));
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn broken(error: &reqwest::Error) -> SmsError {
    if error.is_timeout() {
        return SmsError::transient(Reason::Timeout, "");
    }
    SmsError::transient(Reason::Unreachable, cause(error))
}

/// The innermost cause of a client's error. Its own text is left out, for it repeats the whole address.
fn cause(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(success: &Value, status: u16, answer: &str) -> Option<(bool, Reason)> {
        let template: SmsTemplate = serde_json::from_value(json!({
            "url": "https://sms.example.com/",
            "success": success,
        }))
        .unwrap();
        template
            .read(StatusCode::from_u16(status).unwrap(), answer.as_bytes())
            .err()
            .map(|error| (error.is_transient(), error.reason()))
    }

    #[test]
    fn the_template_says_which_answers_are_successes() {
        let cases = [
            (json!({}), 200, "anything"),
            (json!({"status_from": 202, "status_to": 202}), 202, ""),
            (json!({"pointer": "/code", "expected": 0}), 200, r#"{"code":0}"#),
            (json!({"pointer": "/code", "expected": 0}), 200, r#"{"code":"0"}"#),
            (json!({"pointer": "/Code", "expected": "OK"}), 200, r#"{"Code":"OK"}"#),
            (json!({"pointer": "/a/0/b", "expected": true}), 200, r#"{"a":[{"b":true}]}"#),
            (json!({"pointer": "/id"}), 201, r#"{"id":"SM1"}"#),
            (json!({"pointer": "", "expected": 0}), 200, "0"),
        ];
        for (success, status, answer) in cases {
            assert_eq!(outcome(&success, status, answer), None, "{success}");
        }
    }

    #[test]
    fn all_other_answers_are_sorted() {
        let code = json!({"pointer": "/code", "expected": 0, "retry": [22, "isv.BUSINESS_LIMIT_CONTROL"]});
        let cases = [
            (200, r#"{"code":2}"#, false, Reason::Refused),
            (200, r#"{"code":22}"#, true, Reason::RateLimited),
            (400, r#"{"code":"isv.BUSINESS_LIMIT_CONTROL"}"#, true, Reason::RateLimited),
            (200, "<html>", true, Reason::Unreadable),
            (200, r#"{"status":0}"#, true, Reason::Unreadable),
            (302, "", false, Reason::Address),
            (404, "", false, Reason::Address),
            (401, "", false, Reason::Credentials),
            (400, r#"{"code":0}"#, false, Reason::Refused),
            (429, "", true, Reason::RateLimited),
            (503, "", true, Reason::Busy),
        ];
        for (status, answer, transient, reason) in cases {
            assert_eq!(outcome(&code, status, answer), Some((transient, reason)), "{status} {answer}");
        }
        let found = json!({"pointer": "/ok"});
        assert_eq!(outcome(&found, 200, r#"{"ok":false}"#), Some((false, Reason::Refused)));
    }

    #[test]
    fn debug_of_a_message_hides_number_and_text() {
        let sms = Sms {
            mobile: "13800138000".to_owned(),
            text: "验证码 482913".to_owned(),
            params: BTreeMap::from([("code".to_owned(), "482913".to_owned())]),
        };
        let shown = format!("{sms:?}");
        assert!(shown.contains("138****8000"), "{shown}");
        assert!(!shown.contains("482913"), "{shown}");
    }
}
