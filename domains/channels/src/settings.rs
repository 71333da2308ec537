//! Settings of channels: checked when they are saved, and shown without their secrets.
//!
//! A secret is shown as `***`. Saved again as `***` it stays what it was, but only while it goes to the same place:
//! otherwise whoever may change settings could have the password sent to a server of their own.

use http_api::{FieldError, Problem};
use objects::{Checks, Invalid};
use robots::{Reach, Robot};
use serde_json::{Map, Value, json};

use crate::{Gateways, model::ChannelKind};

/// What stands in place of a secret.
pub(crate) const MASK: &str = "***";

/// Fields one may set.
const fn known(kind: ChannelKind) -> &'static [&'static str] {
    match kind {
        ChannelKind::Smtp => &["host", "port", "security", "username", "password", "from"],
        ChannelKind::Wecom | ChannelKind::Dingtalk | ChannelKind::Feishu => &["url", "secret"],
        ChannelKind::Sms => &["method", "url", "headers", "body", "content_type", "success", "allow_plain_http"],
    }
}

/// Settings ready for use.
#[derive(Debug, Clone)]
pub(crate) enum Settings {
    /// A mail server.
    Smtp(Box<mail::SmtpSettings>),
    /// A group's robot.
    Robot(Robot),
    /// An SMS provider.
    Sms(Box<sms::SmsTemplate>),
}

const fn robot_kind(kind: ChannelKind) -> Option<robots::Kind> {
    match kind {
        ChannelKind::Wecom => Some(robots::Kind::Wecom),
        ChannelKind::Dingtalk => Some(robots::Kind::Dingtalk),
        ChannelKind::Feishu => Some(robots::Kind::Feishu),
        ChannelKind::Smtp | ChannelKind::Sms => None,
    }
}

impl Gateways {
    /// Where robots may be.
    pub(crate) fn reach(self) -> Reach {
        Reach { allow_plain_http: self.private, allow_other_hosts: self.private }
    }
}

impl Settings {
    /// Reads what was stored.
    pub fn read(kind: ChannelKind, stored: Value) -> Result<Self, serde_json::Error> {
        Ok(match robot_kind(kind) {
            Some(robot) => {
                let mut stored = stored;
                stored["kind"] = serde_json::to_value(robot)?;
                Self::Robot(serde_json::from_value(stored)?)
            }
            None if kind == ChannelKind::Smtp => Self::Smtp(serde_json::from_value(stored)?),
            None => Self::Sms(serde_json::from_value(stored)?),
        })
    }

    /// Everything that can be said without sending.
    fn check(&self, gateways: Gateways) -> Result<(), String> {
        match self {
            Self::Smtp(settings) => mail::Mailer::new(settings.as_ref().clone()).map(drop).map_err(|e| e.to_string()),
            Self::Robot(robot) => robot.check(gateways.reach()).map_err(|error| error.to_string()),
            Self::Sms(template) if template.allow_plain_http && !gateways.private => {
                Err("The server does not allow SMS providers without https; set allow_plain_http to false".to_owned())
            }
            Self::Sms(template) => template.check().map_err(|error| error.to_string()),
        }
    }
}

/// New settings, checked and completed with the secrets that were kept; `old` is what is stored.
pub(crate) fn accept(kind: ChannelKind, new: Value, old: Option<&Value>, gateways: Gateways) -> Result<Value, Invalid> {
    let Value::Object(mut fields) = new else {
        return Err(invalid("/settings", "invalid_type", "Send an object."));
    };
    let mut checks = Checks::new();
    for field in fields.keys().filter(|field| !known(kind).contains(&field.as_str())) {
        checks.refuse(&format!("/settings/{field}"), "unknown_field", "There is no such setting.");
    }
    checks.finish()?;
    fields.retain(|_, value| !value.is_null());
    restore(kind, &mut fields, old)?;
    let settings = Value::Object(fields);
    let read = Settings::read(kind, settings.clone())
        .map_err(|error| invalid("/settings", "invalid_value", &format!("This cannot be read: {error}.")))?;
    read.check(gateways).map_err(|reason| invalid("/settings", "unusable", &format!("{reason}.")))?;
    Ok(settings)
}

fn invalid(pointer: &str, code: &'static str, message: &str) -> Invalid {
    Invalid(vec![FieldError::new(pointer, code, message)])
}

fn text<'v>(fields: &'v Map<String, Value>, field: &str) -> &'v str {
    fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Puts kept secrets in place of their masks.
fn restore(kind: ChannelKind, new: &mut Map<String, Value>, old: Option<&Value>) -> Result<(), Invalid> {
    let again = |field: &str| invalid(&format!("/settings/{field}"), "enter_again", "Enter this again.");
    let none = Map::new();
    let old = old.and_then(Value::as_object).unwrap_or(&none);
    let keep = |new: &mut Map<String, Value>, field: &str, same_place: bool| -> Result<(), Invalid> {
        if text(new, field) != MASK {
            return Ok(());
        }
        let kept = old.get(field).filter(|_| same_place).ok_or_else(|| again(field))?;
        new.insert(field.to_owned(), kept.clone());
        Ok(())
    };
    if kind == ChannelKind::Smtp {
        let same = ["host", "port", "security"].iter().all(|field| new.get(*field) == old.get(*field));
        return keep(new, "password", same);
    }
    // The address holds the key itself, so it is masked too; unmasked it is a new place.
    let same = text(new, "url").ends_with(MASK);
    if same {
        let kept = old.get("url").filter(|url| Some(text(new, "url")) == url.as_str().map(masked_url).as_deref());
        let kept = kept.ok_or_else(|| again("url"))?.clone();
        new.insert("url".to_owned(), kept);
    }
    if kind != ChannelKind::Sms {
        return keep(new, "secret", same);
    }
    keep(new, "body", same)?;
    let known: Vec<(String, Value)> = headers(old).map(|header| (name(header), header["value"].clone())).collect();
    if let Some(Value::Array(headers)) = new.get_mut("headers") {
        for (index, header) in headers.iter_mut().enumerate() {
            if header["value"] != MASK {
                continue;
            }
            let wanted = name(header);
            let kept = known.iter().find(|(known, _)| *known == wanted).filter(|_| same);
            let (_, value) = kept.ok_or_else(|| again(&format!("headers/{index}/value")))?;
            header["value"] = value.clone();
        }
    }
    Ok(())
}

fn headers(settings: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    settings.get("headers").and_then(Value::as_array).into_iter().flatten()
}

fn name(header: &Value) -> String {
    header["name"].as_str().unwrap_or_default().to_ascii_lowercase()
}

/// `https://host/***`: where it goes, without the key in path or query.
fn masked_url(url: &str) -> String {
    let url = url.trim();
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    format!("{}/{MASK}", &url[..end])
}

/// The settings as they are shown.
pub(crate) fn masked(kind: ChannelKind, stored: &Value) -> Value {
    let mut shown = stored.clone();
    let Some(fields) = shown.as_object_mut() else { return Value::Null };
    for field in ["password", "secret", "body"] {
        if !text(fields, field).is_empty() {
            fields.insert(field.to_owned(), json!(MASK));
        }
    }
    if kind != ChannelKind::Smtp {
        let url = masked_url(text(fields, "url"));
        fields.insert("url".to_owned(), json!(url));
    }
    if let Some(Value::Array(headers)) = fields.get_mut("headers") {
        for header in headers {
            header["value"] = json!(MASK);
        }
    }
    shown
}

/// Settings that were stored but cannot be read any more.
pub(crate) fn unreadable(kind: ChannelKind, error: &serde_json::Error) -> Problem {
    // The error may repeat a value, so only its place is told.
    Problem::internal_text(format!("stored settings of {kind}: line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Gateways = Gateways { private: false };

    fn smtp() -> Value {
        json!({"host": "mail.example.com", "port": 465, "security": "tls", "username": "u", "password": "hunter2",
               "from": "售后 <s@example.com>"})
    }

    fn sms() -> Value {
        json!({"url": "https://sms.example.com/v1?key=url-secret", "body": "{\"text\":\"{{text}}\",\"p\":\"body-secret\"}",
               "headers": [{"name": "Authorization", "value": "Bearer header-secret"}]})
    }

    fn robot() -> Value {
        json!({"url": "https://oapi.dingtalk.com/robot/send?access_token=url-secret", "secret": "SEC-secret"})
    }

    #[test]
    fn no_secret_is_ever_shown() {
        for (kind, settings) in
            [(ChannelKind::Smtp, smtp()), (ChannelKind::Sms, sms()), (ChannelKind::Dingtalk, robot())]
        {
            let shown = masked(kind, &accept(kind, settings, None, PUBLIC).unwrap()).to_string();
            assert!(!shown.contains("secret\"") || !shown.contains("-secret"), "{shown}");
            assert!(!shown.contains("hunter2") && !shown.contains("-secret"), "{shown}");
            assert!(
                shown.contains(MASK) && (shown.contains("example.com") || shown.contains("dingtalk.com")),
                "{shown}"
            );
        }
    }

    #[test]
    fn what_is_shown_can_be_saved_again_and_keeps_its_secrets() {
        for (kind, settings) in
            [(ChannelKind::Smtp, smtp()), (ChannelKind::Sms, sms()), (ChannelKind::Dingtalk, robot())]
        {
            let again = accept(kind, masked(kind, &settings), Some(&settings), PUBLIC).unwrap();
            assert_eq!(again, settings);
        }
    }

    #[test]
    fn a_secret_does_not_follow_to_another_place() {
        let change = |kind, settings: &Value, field: &str, value: Value| {
            let mut shown = masked(kind, settings);
            shown[field] = value;
            accept(kind, shown, Some(settings), PUBLIC).unwrap_err().0[0].pointer.clone()
        };
        assert_eq!(change(ChannelKind::Smtp, &smtp(), "host", json!("evil.example.com")), "/settings/password");
        assert_eq!(change(ChannelKind::Smtp, &smtp(), "security", json!("none")), "/settings/password");
        assert_eq!(change(ChannelKind::Sms, &sms(), "url", json!("https://evil.example.com/")), "/settings/body");
        assert_eq!(change(ChannelKind::Sms, &sms(), "url", json!("https://evil.example.com/***")), "/settings/url");
        let other = json!("https://oapi.dingtalk.com/robot/send?access_token=another");
        assert_eq!(change(ChannelKind::Dingtalk, &robot(), "url", other), "/settings/secret");
    }

    #[test]
    fn settings_that_cannot_work_are_refused_when_saved() {
        let refused = |kind, settings| accept(kind, settings, None, PUBLIC).unwrap_err().0[0].code.to_string();
        assert_eq!(refused(ChannelKind::Smtp, json!({"host": "h", "colour": "red"})), "unknown_field");
        assert_eq!(refused(ChannelKind::Smtp, json!({"host": "h"})), "invalid_value");
        assert_eq!(refused(ChannelKind::Smtp, json!([])), "invalid_type");
        assert_eq!(refused(ChannelKind::Wecom, json!({"url": "https://169.254.169.254/?key=x"})), "unusable");
        let plain = json!({"url": "http://10.0.0.1/sms", "allow_plain_http": true});
        assert_eq!(refused(ChannelKind::Sms, plain.clone()), "unusable");
        accept(ChannelKind::Sms, plain, None, Gateways { private: true }).unwrap();
    }
}
