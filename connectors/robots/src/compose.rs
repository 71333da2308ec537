//! What people read, and how each provider wants it written down.

use serde_json::{Value, json};

use crate::error::{Reason, RobotError};

/// A note to a chat group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note {
    /// One line that stands in the chat list and on lock screens.
    pub title: String,
    /// The lines below it, plain text; marks of Markdown in them are shown as they are, not followed.
    pub lines: Vec<String>,
    /// Where to go from here.
    pub link: Option<Link>,
    /// Mobile numbers of the members to call. WeCom and DingTalk call members by number; Feishu's robots cannot.
    pub mention_mobiles: Vec<String>,
}

/// A link and the words that carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is shown, such as 查看工单.
    pub label: String,
    /// An `http` or `https` address.
    pub url: String,
}

/// WeCom's limit for Markdown, in bytes of UTF-8.
const WECOM_MARKDOWN: usize = 4096;
/// WeCom's limit for plain text, in bytes of UTF-8.
const WECOM_TEXT: usize = 2048;
/// DingTalk's limit for a whole request is 20,000 bytes; the rest is left for the envelope, the title and the numbers.
const DINGTALK_MARKDOWN: usize = 18_000;
/// Feishu's limit for a whole request is 20 KB; the rest is left for the envelope, the title and the signature.
const FEISHU_LINES: usize = 18_000;
/// Longest title in characters; chat programs show far less.
const TITLE: usize = 100;
/// Longest link in bytes; longer ones would leave no room for the note.
const LINK: usize = 1_000;
/// Most people called in one note.
const MENTIONS: usize = 50;

/// A note checked and brought to the pieces every format is made of.
struct Pieces {
    title: String,
    lines: Vec<String>,
    link: Option<Link>,
    mobiles: Vec<String>,
}

fn pieces(note: &Note) -> Result<Pieces, RobotError> {
    let link = match &note.link {
        None => None,
        Some(link) => Some(Link { label: one_line(&link.label), url: address(&link.url)? }),
    };
    let mut title = one_line(&note.title);
    if let Some((cut, _)) = title.char_indices().nth(TITLE) {
        title.truncate(cut);
        title.push('…');
    }
    if title.is_empty() {
        return Err(RobotError::permanent(Reason::Content, "title"));
    }
    let lines = note.lines.iter().flat_map(|line| line.lines()).map(one_line).filter(|line| !line.is_empty()).collect();
    let mobiles = note.mention_mobiles.iter().filter_map(|number| mobile(number)).take(MENTIONS).collect();
    Ok(Pieces { title, lines, link, mobiles })
}

/// The body of a request to WeCom. Only plain text can call members by number, so a note that calls somebody is
/// plain text and every other one is Markdown.
pub(crate) fn wecom(note: &Note) -> Result<Value, RobotError> {
    let pieces = pieces(note)?;
    if pieces.mobiles.is_empty() {
        let head = format!("**{}**", unmarked(&pieces.title));
        let lines: Vec<_> = pieces.lines.iter().map(|line| unmarked(line)).collect();
        let tail = pieces.link.as_ref().map(marked_link);
        let content = fit(&head, &lines, tail.as_deref(), "\n", WECOM_MARKDOWN, char::len_utf8);
        return Ok(json!({"msgtype": "markdown", "markdown": {"content": content}}));
    }
    let calm = |text: &str| text.replace("<@", "＜@");
    let lines: Vec<_> = pieces.lines.iter().map(|line| calm(line)).collect();
    let tail = pieces.link.as_ref().map(|link| format!("{}: {}", calm(&link.label), link.url));
    let content = fit(&calm(&pieces.title), &lines, tail.as_deref(), "\n", WECOM_TEXT, char::len_utf8);
    Ok(json!({
        "msgtype": "text",
        "text": {"content": content, "mentioned_mobile_list": pieces.mobiles},
    }))
}

/// The body of a request to DingTalk. A member is called only when the number also stands in the text.
pub(crate) fn dingtalk(note: &Note) -> Result<Value, RobotError> {
    let pieces = pieces(note)?;
    let head = format!("#### {}", unmarked(&pieces.title));
    let lines: Vec<_> = pieces.lines.iter().map(|line| unmarked(line)).collect();
    let mut tails: Vec<String> = pieces.link.iter().map(marked_link).collect();
    if !pieces.mobiles.is_empty() {
        let called: Vec<_> = pieces.mobiles.iter().map(|m| format!("@{m}")).collect();
        tails.push(called.join(" "));
    }
    let tail = (!tails.is_empty()).then(|| tails.join("\n\n"));
    let text = fit(&head, &lines, tail.as_deref(), "\n\n", DINGTALK_MARKDOWN, escaped_length_of);
    Ok(json!({
        "msgtype": "markdown",
        "markdown": {"title": pieces.title, "text": text},
        "at": {"atMobiles": pieces.mobiles, "isAtAll": false},
    }))
}

/// The body of a request to Feishu, without its signature: a `post`, whose text nodes are never read as markup.
pub(crate) fn feishu(note: &Note) -> Result<Value, RobotError> {
    const PARAGRAPH: usize = 32;
    let pieces = pieces(note)?;
    let mut room = FEISHU_LINES;
    let mut paragraphs = Vec::new();
    for line in &pieces.lines {
        let cost = PARAGRAPH + escaped_length(line);
        if cost <= room {
            room -= cost;
            paragraphs.push(json!([{"tag": "text", "text": line}]));
            continue;
        }
        let kept = cut(line, room.saturating_sub(PARAGRAPH + '…'.len_utf8()), escaped_length_of);
        paragraphs.push(json!([{"tag": "text", "text": format!("{kept}…")}]));
        break;
    }
    if let Some(link) = &pieces.link {
        paragraphs.push(json!([{"tag": "a", "text": link.label, "href": link.url}]));
    }
    Ok(json!({
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": pieces.title, "content": paragraphs}}},
    }))
}

/// Puts head, lines and tail together so that the characters cost at most `limit`. Lines give way first, at a character's boundary
/// and with an ellipsis: the title says what it is about and the link leads to the rest.
fn fit(
    head: &str,
    lines: &[String],
    tail: Option<&str>,
    separator: &str,
    limit: usize,
    cost: fn(char) -> usize,
) -> String {
    let body = lines.join(separator);
    let parts = |body: &str| -> String {
        [Some(head), Some(body), tail]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(separator)
    };
    let cost_of = |text: &str| -> usize { text.chars().map(cost).sum() };
    let whole = parts(&body);
    if cost_of(&whole) <= limit {
        return whole;
    }
    let frame = cost_of(&parts("…"));
    let kept = cut(&body, limit.saturating_sub(frame), cost);
    parts(&format!("{}…", kept.trim_end()))
}

/// The longest beginning of `text` whose characters together cost at most `room`.
fn cut(text: &str, room: usize, cost: fn(char) -> usize) -> &str {
    let mut spent = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        spent += cost(c);
        (spent > room).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

fn escaped_length(text: &str) -> usize {
    text.chars().map(escaped_length_of).sum()
}

/// Bytes of a character inside a JSON string; control characters other than line feeds are gone by then.
fn escaped_length_of(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' => 2,
        other => other.len_utf8(),
    }
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// Customers write part of what is shown here. Backslashes do not take the meaning from a mark in these dialects
/// of Markdown, so marks are replaced by their full-width forms: they read the same and do nothing.
fn unmarked(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| match c {
            '[' => '［',
            ']' => '］',
            '<' => '＜',
            '>' => '＞',
            '*' => '＊',
            '`' => '｀',
            '|' => '｜',
            other => other,
        })
        .collect();
    // `#` and `-` mean something only at the start of a line.
    match shown.strip_prefix('#') {
        Some(rest) => format!("＃{rest}"),
        None => match shown.strip_prefix("- ") {
            Some(rest) => format!("－ {rest}"),
            None => shown,
        },
    }
}

fn marked_link(link: &Link) -> String {
    format!("[{}]({})", unmarked(&link.label), link.url)
}

fn address(text: &str) -> Result<String, RobotError> {
    let refused = || RobotError::permanent(Reason::Content, "link");
    let url = reqwest::Url::parse(text.trim()).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused());
    }
    // Brackets would end the link in Markdown before its address ends.
    let address = String::from(url).replace('(', "%28").replace(')', "%29");
    if address.len() > LINK {
        return Err(refused());
    }
    Ok(address)
}

/// Mainland numbers lose their country code, for members are known by the eleven digits.
fn mobile(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let plain = digits.strip_prefix('+').unwrap_or(digits);
    let usable = (6..=15).contains(&plain.len()) && plain.chars().all(|c| c.is_ascii_digit());
    usable.then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            title: "工单即将超时".to_owned(),
            lines: vec!["T-2026-000123 空调不制冷".to_owned()],
            link: Some(Link {
                label: "查看工单".to_owned(),
                url: "https://desk.example.com/tickets/1?a=(b)".to_owned(),
            }),
            mention_mobiles: Vec::new(),
        }
    }

    #[test]
    fn a_note_without_people_is_markdown_for_wecom() {
        assert_eq!(
            wecom(&note()).unwrap(),
            json!({"msgtype": "markdown", "markdown": {"content":
                "**工单即将超时**\nT-2026-000123 空调不制冷\n[查看工单](https://desk.example.com/tickets/1?a=%28b%29)"}})
        );
    }

    #[test]
    fn a_note_that_calls_people_is_text_for_wecom() {
        let note = Note {
            mention_mobiles: vec!["+86 138-0013-8000".to_owned(), "@all".to_owned()],
            lines: vec!["<@all> 请处理".to_owned()],
            ..note()
        };
        let body = wecom(&note).unwrap();
        assert_eq!(body["msgtype"], "text");
        assert_eq!(body["text"]["mentioned_mobile_list"], json!(["13800138000"]));
        let content = body["text"]["content"].as_str().unwrap();
        assert!(content.contains("＜@all> 请处理"), "{content}");
    }

    #[test]
    fn dingtalk_repeats_the_numbers_in_the_text() {
        let note = Note { mention_mobiles: vec!["13800138000".to_owned()], ..note() };
        let body = dingtalk(&note).unwrap();
        assert_eq!(body["at"]["atMobiles"], json!(["13800138000"]));
        let text = body["markdown"]["text"].as_str().unwrap();
        assert!(text.starts_with("#### 工单即将超时\n\n"), "{text}");
        assert!(text.ends_with("\n\n@13800138000"), "{text}");
    }

    #[test]
    fn marks_a_customer_wrote_are_shown_and_not_followed() {
        let note = Note {
            title: "# [免费](http://evil.example)".to_owned(),
            lines: vec!["<font color=red>*x*</font>\n- 项\n\u{7}".to_owned()],
            link: None,
            mention_mobiles: Vec::new(),
        };
        for body in [wecom(&note).unwrap(), dingtalk(&note).unwrap()] {
            let markdown = &body["markdown"];
            let text = markdown["content"].as_str().or(markdown["text"].as_str()).unwrap();
            assert!(!text.contains("]("), "{text}");
            assert!(!text.contains("<font"), "{text}");
            assert!(text.contains("－ 项"), "{text}");
        }
        let body = feishu(&note).unwrap();
        let nodes = &body["content"]["post"]["zh_cn"]["content"];
        assert_eq!(nodes[0][0]["tag"], "text");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_and_keeps_the_link() {
        for size in 1300..1400 {
            let note = Note { lines: vec![format!("{}{}", "a".repeat(size % 3), "漏".repeat(size))], ..note() };
            let body = wecom(&note).unwrap();
            let content = body["markdown"]["content"].as_str().unwrap();
            assert!(content.len() <= WECOM_MARKDOWN);
            assert!(content.len() > WECOM_MARKDOWN - 250);
            assert!(content.ends_with("%28b%29)"));
            let cut = content.matches('漏').count() < size;
            assert_eq!(cut, content.contains('…'));
        }
    }

    #[test]
    fn feishu_requests_stay_below_their_limit_whatever_is_escaped() {
        for filler in ["漏水", "\"\\", "a"] {
            let note = Note { lines: vec![filler.repeat(15), filler.repeat(20_000), "never".to_owned()], ..note() };
            let body = feishu(&note).unwrap();
            let size = body.to_string().len();
            assert!(size < 20_000, "{size}");
            assert!(size > 17_500, "{size}");
            let nodes = body["content"]["post"]["zh_cn"]["content"].as_array().unwrap();
            assert_eq!(nodes.len(), 3);
            assert!(nodes[1][0]["text"].as_str().unwrap().ends_with('…'));
            assert_eq!(nodes[2][0]["tag"], "a");
        }
    }

    #[test]
    fn dingtalk_requests_stay_below_their_limit_with_everything_at_its_longest() {
        for filler in ["漏水", "\"\\", "a\n"] {
            let note = Note {
                title: "\"".repeat(300),
                lines: vec![filler.repeat(20_000)],
                link: Some(Link {
                    label: "查看".to_owned(),
                    url: format!("https://desk.example.com/{}", "x".repeat(900)),
                }),
                mention_mobiles: vec!["+123456789012345".to_owned(); 80],
            };
            let size = dingtalk(&note).unwrap().to_string().len();
            assert!(size < 20_000, "{size}");
            assert!(size > 18_000, "{size}");
        }
    }

    #[test]
    fn a_note_without_title_or_with_a_strange_link_is_refused() {
        let untitled = Note { title: " \n".to_owned(), ..note() };
        let mut strange = note();
        strange.link = Some(Link { label: "x".to_owned(), url: "javascript:alert(1)".to_owned() });
        for note in [untitled, strange] {
            let error = wecom(&note).unwrap_err();
            assert_eq!(error.reason(), Reason::Content);
            assert!(!error.is_transient());
        }
    }
}
