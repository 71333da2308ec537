//! What an administrator sets up: the request that sends a message and the way to read its answer.

use std::fmt;

use reqwest::{
    Url,
    header::{HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Reason, SmsError},
    render::{self, Place},
};

/// The request's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// All values in the address; a body is not sent.
    Get,
    /// The usual one.
    #[default]
    Post,
    /// As the provider asks.
    Put,
}

/// One header of the request; the value may hold placeholders.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Such as `Authorization`.
    pub name: String,
    /// Such as `Bearer …`.
    pub value: String,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ***", self.name)
    }
}

/// Which answers mean that the provider has taken the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Success {
    /// Lowest HTTP status of a success.
    pub status_from: u16,
    /// Highest HTTP status of a success.
    pub status_to: u16,
    /// JSON pointer (RFC 6901) to the value that tells success from refusal, such as `/code`; the empty pointer
    /// is the whole answer, for gateways that answer with a bare `0`. Without one the status decides alone.
    pub pointer: Option<String>,
    /// The value of a success. `0` and `"0"` are the same. Without one any value but `null` and `false` will do.
    pub expected: Option<Value>,
    /// Values at the pointer after which trying again helps, such as rate limits; all others are final.
    pub retry: Vec<Value>,
    /// JSON pointer to the provider's words, such as `/message`, for the error people read.
    pub words: Option<String>,
}

impl Default for Success {
    fn default() -> Self {
        Self { status_from: 200, status_to: 299, pointer: None, expected: None, retry: Vec::new(), words: None }
    }
}

/// How one provider is asked to send a message. `Debug` shows neither address, headers nor body, for any of
/// them may hold credentials.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SmsTemplate {
    /// The request's method.
    #[serde(default)]
    pub method: Method,
    /// The address; placeholders only in path and query.
    pub url: String,
    /// Headers besides `Content-Type`.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// The body; empty for none.
    #[serde(default)]
    pub body: String,
    /// `application/json`, `application/x-www-form-urlencoded`, XML or `text/plain`, in UTF-8.
    #[serde(default = "json_type")]
    pub content_type: String,
    /// Which answers mean success.
    #[serde(default)]
    pub success: Success,
    /// Also `http` without TLS; for gateways inside one's own network and counterparts on loopback.
    #[serde(default)]
    pub allow_plain_http: bool,
}

fn json_type() -> String {
    "application/json".to_owned()
}

impl fmt::Debug for SmsTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsTemplate")
            .field("method", &self.method)
            .field("content_type", &self.content_type)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl SmsTemplate {
    /// Checks everything that can be checked without sending: for forms that save a template.
    ///
    /// # Errors
    /// `Permanent` with [`Reason::Template`] or [`Reason::Address`]; the detail names the part at fault.
    pub fn check(&self) -> Result<(), SmsError> {
        let wrong = |part: &str| SmsError::permanent(Reason::Template, part);
        self.check_url()?;
        for header in &self.headers {
            header_name(&header.name)?;
            render::check(&header.value)?;
            HeaderValue::from_str(&header.value).map_err(|_| wrong(&header.name))?;
        }
        HeaderValue::from_str(&self.content_type).map_err(|_| wrong("content_type"))?;
        let place = self.body_place()?;
        render::check(&self.body)?;
        // A placeholder's braces cannot stand outside a string in JSON, so a template that is JSON before its
        // values are put in is the same JSON after.
        let json = || serde_json::from_str::<serde::de::IgnoredAny>(&self.body);
        if place == Place::Json && !self.body.trim().is_empty() && json().is_err() {
            return Err(wrong("body: JSON"));
        }
        let success = &self.success;
        if success.status_from < 100 || success.status_to > 599 || success.status_from > success.status_to {
            return Err(wrong("success: status"));
        }
        for pointer in [&success.pointer, &success.words].into_iter().flatten() {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                return Err(wrong("success: pointer"));
            }
        }
        if success.pointer.is_none() && (success.expected.is_some() || !success.retry.is_empty()) {
            return Err(wrong("success: pointer"));
        }
        Ok(())
    }

    fn check_url(&self) -> Result<(), SmsError> {
        let url = self.url.trim();
        let fixed = match render::check(url)? {
            Some(at) => &url[..at],
            None => url,
        };
        let begins_path = fixed.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?']));
        let whole = render::check(url)?.is_none();
        if !begins_path && !whole {
            return Err(SmsError::permanent(Reason::Address, "host"));
        }
        self.parse_url(fixed).map(|_| ())
    }

    /// Parses an address and applies the rules for all of them.
    pub(crate) fn parse_url(&self, url: &str) -> Result<Url, SmsError> {
        let refused = |why: &str| SmsError::permanent(Reason::Address, why);
        let url = Url::parse(url).map_err(|_| refused("URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if self.allow_plain_http => {}
            _ => return Err(refused("https")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(refused("URL"));
        }
        Ok(url)
    }

    /// How values are escaped in the body, which the content type decides.
    pub(crate) fn body_place(&self) -> Result<Place, SmsError> {
        let kind = self.content_type.to_ascii_lowercase();
        let mut parts = kind.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let utf8 = parts.all(|parameter| match parameter.split_once('=') {
            Some(("charset", charset)) => matches!(charset.trim_matches('"'), "utf-8" | "utf8"),
            _ => true,
        });
        let place = match media {
            "application/json" => Some(Place::Json),
            "application/x-www-form-urlencoded" => Some(Place::Form),
            "application/xml" | "text/xml" => Some(Place::Xml),
            "text/plain" => Some(Place::Plain),
            other if other.ends_with("+json") => Some(Place::Json),
            other if other.ends_with("+xml") => Some(Place::Xml),
            _ => None,
        };
        place.filter(|_| utf8).ok_or_else(|| SmsError::permanent(Reason::Template, "content_type"))
    }

    /// Everything in the template that may be a credential, for striking it out of what providers answer.
    pub(crate) fn hidden(&self) -> Vec<String> {
        const SHORTEST: usize = 6;
        let mut hidden = Vec::new();
        for header in &self.headers {
            hidden.push(header.value.clone());
            hidden.extend(header.value.split_whitespace().map(str::to_owned));
        }
        if let Ok(url) = Url::parse(self.url.trim()) {
            hidden.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
        }
        match self.body_place() {
            Ok(Place::Json) => {
                if let Ok(body) = serde_json::from_str(&self.body) {
                    strings(&body, &mut hidden);
                }
            }
            Ok(Place::Form) => {
                let values = self.body.split('&').filter_map(|pair| pair.split_once('='));
                hidden.extend(values.map(|(_, value)| value.to_owned()));
            }
            _ => {}
        }
        hidden.retain(|text| text.len() >= SHORTEST && !text.contains("{{"));
        // Longest first, so that a part of a secret does not spoil the search for the whole.
        hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
        hidden
    }
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A header a template may set: not one that says how the message is framed or where it goes.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, SmsError> {
    const OURS: [&str; 6] = ["host", "content-type", "content-length", "transfer-encoding", "connection", "te"];
    HeaderName::from_bytes(name.as_bytes())
        .ok()
        .filter(|name| !OURS.contains(&name.as_str()))
        .ok_or_else(|| SmsError::permanent(Reason::Template, "header"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template() -> SmsTemplate {
        serde_json::from_value(json!({
            "url": "https://sms.example.com/v1/{{mobile}}?key=url-secret",
            "headers": [{"name": "Authorization", "value": "Bearer header-secret"}],
            "body": "{\"to\":\"{{mobile}}\",\"text\":\"{{text}}\",\"password\":\"body-secret\"}",
            "success": {"pointer": "/code", "expected": 0},
        }))
        .unwrap()
    }

    #[test]
    fn a_template_is_saved_and_read_back() {
        let template = template();
        template.check().unwrap();
        assert_eq!(template.method, Method::Post);
        assert_eq!(template.content_type, "application/json");
        assert_eq!((template.success.status_from, template.success.status_to), (200, 299));
        let again: SmsTemplate = serde_json::from_value(serde_json::to_value(&template).unwrap()).unwrap();
        assert_eq!(again, template);
    }

    #[test]
    fn debug_shows_no_credentials() {
        let shown = format!("{:?}", template());
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("Authorization"), "{shown}");
    }

    #[test]
    fn templates_that_cannot_work_are_refused_when_saved() {
        let broken: [(&str, Value, Reason); 14] = [
            ("url", json!("http://sms.example.com/"), Reason::Address),
            ("url", json!("https://{{param.host}}/send"), Reason::Address),
            ("url", json!("https://sms.example.com{{param.host}}/"), Reason::Address),
            ("url", json!("https://user:word@sms.example.com/"), Reason::Address),
            ("url", json!("sms.example.com"), Reason::Address),
            ("url", json!("https://sms.example.com/{{phone}}"), Reason::Template),
            ("body", json!("{\"to\": {{mobile}}}"), Reason::Template),
            ("body", json!("{\"to\": \"{{mobile}}\""), Reason::Template),
            ("content_type", json!("application/json; charset=gbk"), Reason::Template),
            ("content_type", json!("image/png"), Reason::Template),
            ("headers", json!([{"name": "Host", "value": "x"}]), Reason::Template),
            ("headers", json!([{"name": "X-A", "value": "a\r\nX-B: b"}]), Reason::Template),
            ("success", json!({"pointer": "code"}), Reason::Template),
            ("success", json!({"expected": 0}), Reason::Template),
        ];
        for (field, value, reason) in broken {
            let mut written = serde_json::to_value(template()).unwrap();
            written[field] = value.clone();
            let template: SmsTemplate = serde_json::from_value(written).unwrap();
            let error = template.check().unwrap_err();
            assert_eq!(error.reason(), reason, "{field} {value}");
            assert!(!error.is_transient());
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn credentials_are_known_wherever_they_stand() {
        let hidden = template().hidden();
        for secret in ["url-secret", "header-secret", "body-secret"] {
            assert!(hidden.iter().any(|text| text == secret), "{secret}");
        }
        assert!(!hidden.iter().any(|text| text.contains("mobile")));
    }
}
