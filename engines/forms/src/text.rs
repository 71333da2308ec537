//! One spelling of the same text: spaces, widths, telephone numbers, addresses.

use rules::{FieldType, FieldValue};
use serde_json::Value;

/// The first two digits of region codes (GB/T 2260): the provinces.
const PROVINCES: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// What Rust and JavaScript together call a space.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{FEFF}'
}

/// Without spaces at both ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// One line: control characters become spaces, none stand at the ends.
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    trim(&spaced).to_owned()
}

/// Lines that end with `\n`, without other control characters but tabs, and without spaces at both ends.
pub fn lines(text: &str) -> String {
    let printable: String =
        text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t')).collect();
    trim(&printable.replace("\r\n", "\n").replace('\r', "\n")).to_owned()
}

/// One line with full-width letters, digits and signs made half-width.
pub fn half_width(text: &str) -> String {
    let narrow: String = text.chars().map(narrow).collect();
    one_line(&narrow)
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '\u{3000}' => ' ',
        letter => letter,
    }
}

/// A telephone number by its digits; `None` when it is none. See the table of values in the crate's documentation.
pub fn phone(text: &str) -> Option<String> {
    let text = half_width(text).to_ascii_lowercase();
    let (main, extension) = split_extension(&text)?;
    let bare: String = main
        .chars()
        .filter(|&letter| !(is_space(letter) || matches!(letter, '-' | '‐' | '–' | '—' | '(' | ')' | '.' | '/')))
        .collect();
    let dialled = bare.strip_prefix("00").map_or(bare.clone(), |rest| format!("+{rest}"));
    let number = domestic(&dialled).unwrap_or(dialled);
    is_dialable(&number).then(|| match extension {
        Some(extension) => format!("{number}x{extension}"),
        None => number,
    })
}

/// The number and its extension: `转`, `分机`, `ext.`, `x` or `#` stand between them.
fn split_extension(text: &str) -> Option<(&str, Option<&str>)> {
    let marks = ["转", "分机", "ext.", "ext", "x", "#"];
    let found = marks.iter().filter_map(|mark| text.find(mark).map(|at| (at, *mark))).min_by_key(|(at, _)| *at);
    let Some((at, mark)) = found else { return Some((text, None)) };
    let extension = trim(&text[at + mark.len()..]);
    let fits = (1..=6).contains(&extension.len()) && is_digits(extension);
    fits.then_some((&text[..at], Some(extension)))
}

/// As it is dialled inside China, for a number that carries China's country code.
fn domestic(dialled: &str) -> Option<String> {
    if let Some(rest) = dialled.strip_prefix("86").filter(|rest| is_mobile(rest)) {
        return Some(rest.to_owned());
    }
    let rest = dialled.strip_prefix("+86").filter(|rest| is_digits(rest) && !rest.starts_with("00"))?;
    if is_mobile(rest) || ["0", "400", "800"].iter().any(|start| rest.starts_with(start)) {
        return Some(rest.to_owned());
    }
    (9..=11).contains(&rest.len()).then(|| format!("0{rest}"))
}

fn is_dialable(number: &str) -> bool {
    if let Some(abroad) = number.strip_prefix('+') {
        return is_digits(abroad) && (6..=15).contains(&abroad.len()) && !abroad.starts_with('0');
    }
    let mobile_like = number.len() == 11 && number.starts_with('1');
    is_digits(number) && (3..=15).contains(&number.len()) && (!mobile_like || is_mobile(number))
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && is_digits(digits) && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A mail address with its domain in lower case; `None` when it is none.
pub fn email(text: &str) -> Option<String> {
    let text = half_width(text);
    let (name, domain) = text.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let name_fits = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte));
    (name_fits && is_domain(&domain) && text.len() <= 254).then(|| format!("{name}@{domain}"))
}

/// At least two labels of letters, digits and inner hyphens.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// An http or https address with scheme and host in lower case; `None` when it is none.
pub fn url(text: &str) -> Option<String> {
    let text = one_line(text);
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let clean = |letter: char| !is_space(letter) && !matches!(letter, '<' | '>' | '"' | '\\');
    let fits = matches!(scheme.as_str(), "http" | "https")
        && !host.is_empty()
        && !host.contains('@')
        && rest.chars().all(clean)
        && text.chars().count() <= 2_000;
    fits.then(|| format!("{scheme}://{}{path}", host.to_ascii_lowercase()))
}

/// A resident identity card number whose region, birthday and check digit fit (GB 11643); `None` when it is none.
pub fn id_number(text: &str) -> Option<String> {
    /// 2 to the power of the digit's place, modulo 11 (ISO 7064, MOD 11-2).
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let text = half_width(text).to_ascii_uppercase();
    if text.len() != 18 || !text.is_ascii() || !is_digits(&text[..17]) || !is_province(&text) {
        return None;
    }
    let birthday = format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14]);
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = CHECKS.get(sum as usize % 11)?;
    (is_date(&birthday) && text.as_bytes().last() == Some(check)).then_some(text)
}

/// A region's six digits; `None` when they begin with no province.
pub fn region(text: &str) -> Option<String> {
    let text = half_width(text);
    (text.len() == 6 && is_digits(&text) && is_province(&text)).then_some(text)
}

fn is_province(text: &str) -> bool {
    PROVINCES.iter().any(|province| text.starts_with(province))
}

/// Whether the text is a day `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    FieldValue::from_json(FieldType::Date, &Value::from(text)).is_some()
}

/// Whether the text is a time of day `HH:MM`.
pub fn is_time(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once(':') else { return false };
    let below = |part: &str, limit: u8| part.len() == 2 && is_digits(part) && part.parse().is_ok_and(|n: u8| n < limit);
    below(hour, 24) && below(minute, 60)
}

/// Microseconds since 1970 of an RFC 3339 text.
pub fn instant(text: &str) -> Option<i64> {
    match FieldValue::from_json(FieldType::Time, &Value::from(text)) {
        Some(FieldValue::Time(micros)) => Some(micros),
        _ => None,
    }
}

/// The same instant in UTC, without zeros at the end of the decimals; `None` outside of the years 1 to 9999.
pub fn utc(text: &str) -> Option<String> {
    let micros = instant(text)?;
    let (day, of_day) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (seconds, decimals) = (of_day / 1_000_000, of_day % 1_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!(".{decimals:06}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let written = format!("{}T{clock}{fraction}Z", date_of_day(day));
    (instant(&written) == Some(micros)).then_some(written)
}

/// `YYYY-MM-DD` of a day since 1970-01-01; Howard Hinnant's civil_from_days.
fn date_of_day(day: i64) -> String {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + i64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_phone_become_the_same() {
        for (written, wanted) in [
            ("１３８ 0013-8000", "13800138000"),
            ("+86 138 0013 8000", "13800138000"),
            ("8613800138000", "13800138000"),
            ("(021) 6888 1234 转 801", "02168881234x801"),
            ("0086 21 6888 1234", "02168881234"),
            ("+49 30 901820", "+4930901820"),
            ("400-820-1234 EXT. 9", "4008201234x9"),
            ("110", "110"),
        ] {
            assert_eq!(phone(written).as_deref(), Some(wanted), "{written}");
            assert_eq!(phone(wanted).as_deref(), Some(wanted), "{wanted}");
        }
        for wrong in ["", "12", "12800138000", "abc", "138001380001234567", "021-68881234转", "+0123456", "138a0013800"]
        {
            assert_eq!(phone(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn identity_cards_need_their_check_digit_and_a_day_that_exists() {
        assert_eq!(id_number("11010519491231002x").as_deref(), Some("11010519491231002X"));
        for wrong in ["110105194912310021", "11010519490231002X", "99010519491231002X", "1101051949123100"] {
            assert_eq!(id_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(utc("2026-03-01T08:30:00.500+08:00").as_deref(), Some("2026-03-01T00:30:00.5Z"));
        assert_eq!(utc("1969-12-31T23:59:59.999999Z").as_deref(), Some("1969-12-31T23:59:59.999999Z"));
        assert_eq!(utc("0001-01-01T00:00:00+08:00"), None);
        assert_eq!(utc("9999-12-31T23:59:59-01:00"), None);
    }

    #[test]
    fn addresses_are_lower_case_where_case_does_not_matter() {
        assert_eq!(email(" Li.Lei@Example.COM ").as_deref(), Some("Li.Lei@example.com"));
        assert_eq!(url("HTTPS://Example.com/A?b").as_deref(), Some("https://example.com/A?b"));
        for wrong in ["a@b", "@example.com", "a b@example.com", "a@-b.com", "李@example.com"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        for wrong in ["ftp://example.com", "https://", "javascript:alert(1)", "https://a b", "https://u:p@host/"] {
            assert_eq!(url(wrong), None, "{wrong}");
        }
    }
}
