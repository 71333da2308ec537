//! Placeholders in a template's texts, and the escapes of the places they stand in.

use std::collections::BTreeMap;

use crate::{
    error::{Reason, SmsError},
    mobile::Mobile,
};

/// Where a text goes, which decides how values are escaped in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Path or query of an address: percent-encoded.
    Url,
    /// `application/x-www-form-urlencoded`: percent-encoded, the text around the values as well.
    Form,
    /// Inside the strings of a JSON text.
    Json,
    /// Text and attributes of XML.
    Xml,
    /// A header's value: nothing to escape, but line breaks are refused.
    Header,
    /// As it is.
    Plain,
}

/// The values of one message.
pub(crate) struct Values<'a> {
    pub mobile: &'a Mobile,
    pub text: &'a str,
    pub params: &'a BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    Value { name: &'a str, as_json: bool },
}

/// Splits a text at its placeholders.
fn pieces(template: &str) -> Result<Vec<Piece<'_>>, SmsError> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        let (before, opened) = rest.split_at(at);
        // In JSON an object may begin right before a placeholder's braces: the innermost two belong to it.
        let extra = opened.bytes().take_while(|b| *b == b'{').count() - 2;
        let inner = &opened[2 + extra..];
        let end = inner.find("}}").ok_or_else(|| SmsError::permanent(Reason::Template, "{{ }}"))?;
        let literal = &rest[..before.len() + extra];
        if !literal.is_empty() {
            found.push(Piece::Literal(literal));
        }
        let (name, as_json) = match inner[..end].split_once('|') {
            None => (inner[..end].trim(), false),
            Some((name, filter)) if filter.trim() == "json" => (name.trim(), true),
            Some(_) => return Err(unknown(&inner[..end])),
        };
        let known =
            matches!(name, "mobile" | "mobile_e164" | "text") || name.strip_prefix("param.").is_some_and(is_name);
        if !known {
            return Err(unknown(&inner[..end]));
        }
        found.push(Piece::Value { name, as_json });
        rest = &inner[end + 2..];
    }
    if !rest.is_empty() {
        found.push(Piece::Literal(rest));
    }
    Ok(found)
}

fn unknown(name: &str) -> SmsError {
    // Only what looks like a placeholder is repeated, for anything else between braces may be part of a secret.
    let shown = if name.len() <= 40 && name.chars().all(|c| is_name_char(c) || c == '|') {
        format!("{{{{{name}}}}}")
    } else {
        "{{ }}".to_owned()
    };
    SmsError::permanent(Reason::Template, shown)
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name_char)
}

/// Checks a text's placeholders without values; answers the position of the first one.
pub(crate) fn check(template: &str) -> Result<Option<usize>, SmsError> {
    let mut at = 0;
    for piece in pieces(template)? {
        match piece {
            Piece::Literal(literal) => at += literal.len(),
            Piece::Value { .. } => return Ok(Some(at)),
        }
    }
    Ok(None)
}

/// True when the text holds `{{text}}`.
pub(crate) fn uses_text(template: &str) -> bool {
    pieces(template).is_ok_and(|pieces| pieces.iter().any(|piece| matches!(piece, Piece::Value { name: "text", .. })))
}

/// Puts the values into a text, escaped for its place.
pub(crate) fn render(template: &str, place: Place, values: &Values<'_>) -> Result<String, SmsError> {
    let mut out = String::with_capacity(template.len());
    for piece in pieces(template)? {
        match piece {
            Piece::Literal(literal) if place == Place::Form => form_literal(literal, &mut out),
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Value { name, as_json } => {
                let missing = || SmsError::permanent(Reason::Parameter, name);
                let value = match name {
                    "mobile" => values.mobile.national(),
                    "mobile_e164" => values.mobile.e164(),
                    "text" => values.text,
                    _ => name.strip_prefix("param.").and_then(|param| values.params.get(param)).ok_or_else(missing)?,
                };
                let inner;
                let value = if as_json {
                    inner = json_inside(value);
                    inner.as_str()
                } else {
                    value
                };
                match place {
                    // As a whole path segment these would climb to another path, percent-encoded or not.
                    Place::Url if matches!(value, "." | "..") => return Err(missing()),
                    Place::Url | Place::Form => percent(value.as_bytes(), &mut out),
                    Place::Json => out.push_str(&json_inside(value)),
                    Place::Xml => xml(value, &mut out),
                    Place::Header if value.chars().any(char::is_control) => return Err(missing()),
                    Place::Header | Place::Plain => out.push_str(value),
                }
            }
        }
    }
    Ok(out)
}

/// The value as it stands between the quotes of a JSON string.
fn json_inside(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn push_percent(byte: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn percent(bytes: &[u8], out: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            push_percent(byte, out);
        }
    }
}

/// What an administrator wrote around the values: separators and finished percent-encodings stay, all else that
/// must not stand bare in a form is encoded, so that JSON or Chinese can be typed as it is.
fn form_literal(literal: &str, out: &mut String) {
    let bytes = literal.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let finished =
            byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        if finished || matches!(byte, b'&' | b'=' | b'+') {
            out.push(char::from(byte));
        } else {
            percent(&[byte], out);
        }
    }
}

fn xml(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // XML 1.0 has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str, place: Place, value: &str) -> Result<String, SmsError> {
        let params = BTreeMap::from([("x".to_owned(), value.to_owned())]);
        let mobile = Mobile::parse("+86 138 0013 8000").unwrap();
        render(template, place, &Values { mobile: &mobile, text: "您好&\"再见\"", params: &params })
    }

    #[test]
    fn values_are_escaped_for_their_place() {
        let cases = [
            (Place::Url, "a b&c=d/é?#%", "a%20b%26c%3Dd%2F%C3%A9%3F%23%25"),
            (Place::Form, "1+1=2&x", "1%2B1%3D2%26x"),
            (Place::Json, "\"},\n\\\u{1}", "\\\"},\\n\\\\\\u0001"),
            (Place::Xml, "<a b='c'>&\u{1}", "&lt;a b=&apos;c&apos;&gt;&amp; "),
            (Place::Plain, "a\"b\n", "a\"b\n"),
            (Place::Header, "a b", "a b"),
        ];
        for (place, value, expected) in cases {
            assert_eq!(rendered("{{param.x}}", place, value).unwrap(), expected);
        }
    }

    #[test]
    fn number_and_text_stand_where_the_template_says() {
        let template = r#"{"a":{"to":"{{ mobile }}","full":"{{mobile_e164}}","text":"{{text}}"}}"#;
        assert_eq!(
            rendered(template, Place::Json, "").unwrap(),
            r#"{"a":{"to":"13800138000","full":"+8613800138000","text":"您好&\"再见\""}}"#
        );
    }

    #[test]
    fn json_inside_json_survives_both_readings() {
        let value = "1\",\"admin\":\"\\";
        let out = rendered(r#"{"TemplateParam":"{\"code\":\"{{param.x|json}}\"}"}"#, Place::Json, value).unwrap();
        let outer: serde_json::Value = serde_json::from_str(&out).unwrap();
        let inner: serde_json::Value = serde_json::from_str(outer["TemplateParam"].as_str().unwrap()).unwrap();
        assert_eq!(inner, serde_json::json!({ "code": value }));
    }

    #[test]
    fn what_stands_around_values_in_a_form_is_made_valid() {
        let out = rendered("sign=售后&p={\"c\":\"{{param.x|json}}\"}&k=a%2Bb+c", Place::Form, "1\"");
        assert_eq!(out.unwrap(), "sign=%E5%94%AE%E5%90%8E&p=%7B%22c%22%3A%221%5C%22%22%7D&k=a%2Bb+c");
    }

    #[test]
    fn braces_next_to_a_placeholder_belong_to_the_text() {
        assert_eq!(rendered("{{{param.x}}}", Place::Plain, "1").unwrap(), "{1}");
    }

    #[test]
    fn a_missing_value_is_named_and_a_strange_placeholder_refused() {
        let error = rendered("{{param.code}}", Place::Plain, "").unwrap_err();
        assert_eq!((error.reason(), error.detail()), (Reason::Parameter, "param.code"));
        for template in ["{{phone}}", "{{param.}}", "{{text|upper}}", "{{text", "{{param.a b}}"] {
            assert_eq!(check(template).unwrap_err().reason(), Reason::Template, "{template}");
        }
    }

    #[test]
    fn values_can_neither_climb_paths_nor_break_headers() {
        for (place, value) in [(Place::Url, ".."), (Place::Url, "."), (Place::Header, "a\r\nX-Admin: 1")] {
            let error = rendered("{{param.x}}", place, value).unwrap_err();
            assert_eq!(error.reason(), Reason::Parameter);
        }
    }
}
