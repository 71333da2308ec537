//! A message as the server kept it, and what a mail reader would show of it.

use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};

/// One message the server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Address of `MAIL FROM`.
    pub from: String,
    /// Addresses of `RCPT TO`, in order.
    pub to: Vec<String>,
    /// Headers and body as they came, dots unstuffed, lines ended by `CRLF`.
    pub raw: Vec<u8>,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The user who had signed in.
    pub signed_in_as: Option<String>,
}

impl Received {
    /// The first header of this name, unfolded and decoded; `None` when there is none.
    pub fn header(&self, name: &str) -> Option<String> {
        let (headers, _) = split(&self.raw);
        header(&headers, name).map(|value| decode_words(&value))
    }

    /// The decoded subject, empty when there is none.
    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The plain-text body with `\n` line ends, decoded; `None` when there is none.
    pub fn text(&self) -> Option<String> {
        part(&self.raw, "text/plain")
    }

    /// The HTML body with `\n` line ends, decoded; `None` when there is none.
    pub fn html(&self) -> Option<String> {
        part(&self.raw, "text/html")
    }
}

fn split(raw: &[u8]) -> (String, &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n");
    let (headers, body) = match end {
        Some(at) => (&raw[..at], &raw[at + 4..]),
        None => (raw, &raw[raw.len()..]),
    };
    (String::from_utf8_lossy(headers).into_owned(), body)
}

fn header(headers: &str, name: &str) -> Option<String> {
    let unfolded = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.split("\r\n").find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn part(raw: &[u8], wanted: &str) -> Option<String> {
    let (headers, body) = split(raw);
    let kind = header(&headers, "Content-Type").unwrap_or_else(|| "text/plain".to_owned());
    let media = kind.split(';').next().unwrap_or_default().trim();
    if media.to_ascii_lowercase().starts_with("multipart/") {
        let boundary = kind.split(';').find_map(|parameter| {
            let (key, value) = parameter.trim().split_once('=')?;
            key.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"').to_owned())
        })?;
        let text = String::from_utf8_lossy(body).into_owned();
        let text = format!("\r\n{text}");
        let delimiter = format!("\r\n--{boundary}");
        return text
            .split(&delimiter)
            .skip(1)
            .take_while(|section| !section.starts_with("--"))
            .find_map(|section| part(section.strip_prefix("\r\n")?.as_bytes(), wanted));
    }
    if !media.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let encoding = header(&headers, "Content-Transfer-Encoding").unwrap_or_default();
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "base64" => BASE64_MIME_PERMISSIVE.decode(body).ok()?,
        "quoted-printable" => quoted_printable(body)?,
        _ => body.to_vec(),
    };
    let text = String::from_utf8(bytes).ok()?;
    Some(text.replace("\r\n", "\n").trim_end_matches('\n').to_owned())
}

fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'=', [b'\r', b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..]) => {
                bytes.push(hex(*high)? << 4 | hex(*low)?);
                after
            }
            (b'=', _) => return None,
            (plain, after) => {
                bytes.push(plain);
                after
            }
        };
    }
    Some(bytes)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Decodes the encoded words of RFC 2047; blanks between two of them belong to neither.
fn decode_words(value: &str) -> String {
    let mut shown = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let Some((decoded, tail)) = decode_word(word) else {
            shown.push_str(before);
            shown.push_str("=?");
            rest = &word[2..];
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            shown.push_str(before);
        }
        shown.push_str(&decoded);
        rest = tail;
        after_word = true;
    }
    shown.push_str(rest);
    shown
}

/// Decodes one `=?utf-8?b?…?=` at the start. Every word must hold whole characters by itself.
fn decode_word(word: &str) -> Option<(String, &str)> {
    let (charset, rest) = word.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (text, tail) = rest.split_once("?=")?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "b" => BASE64.decode(text.as_bytes()).ok()?,
        "q" => quoted_printable(text.replace('_', " ").as_bytes())?,
        _ => return None,
    };
    Some((String::from_utf8(bytes).ok()?, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(raw: &str) -> Received {
        Received {
            from: String::new(),
            to: Vec::new(),
            raw: raw.as_bytes().to_vec(),
            encrypted: false,
            signed_in_as: None,
        }
    }

    #[test]
    fn encoded_words_are_joined_without_the_blank_between_them() {
        let mail = mail("Subject: =?utf-8?b?5bel5Y2V?=\r\n =?utf-8?Q?_T=2D1?= open\r\n\r\n");
        assert_eq!(mail.subject(), "工单 T-1 open");
        assert_eq!(mail.header("to"), None);
    }

    #[test]
    fn a_word_that_splits_a_character_is_left_as_it_is() {
        let mail = mail("Subject: =?utf-8?b?5bc=?=\r\n\r\n");
        assert_eq!(mail.subject(), "=?utf-8?b?5bc=?=");
    }

    #[test]
    fn parts_are_found_by_their_kind() {
        let mail = mail(concat!(
            "Content-Type: multipart/alternative;\r\n boundary=\"xy\"\r\n\r\n",
            "--xy\r\nContent-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E6=BC=8F=\r\n=E6=B0=B4\r\n",
            "--xy\r\nContent-Type: text/html; charset=utf-8\r\n",
            "Content-Transfer-Encoding: base64\r\n\r\nPGI+5ryP\r\n5rC0PC9iPg==\r\n--xy--\r\n"
        ));
        assert_eq!(mail.text().as_deref(), Some("漏水"));
        assert_eq!(mail.html().as_deref(), Some("<b>漏水</b>"));
    }
}
