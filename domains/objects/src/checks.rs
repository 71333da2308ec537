//! Checking what people typed: every mistake is gathered, each with a pointer to its field and what to do about it.

use std::ops::RangeInclusive;

use http_api::{FieldError, Problem};
use unicode_normalization::UnicodeNormalization;

use crate::{Date, phone_digits};

/// Characters of a name or any other single line at most.
const LONGEST_LINE: usize = 200;
/// Characters of a long text at most.
const LONGEST_TEXT: usize = 20_000;
/// Tags on one record at most.
const MOST_TAGS: usize = 50;

/// Fields that are not valid; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) are not valid", .0.len())]
pub struct Invalid(pub Vec<FieldError>);

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid.0)
    }
}

/// Gathers the mistakes of one body.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<FieldError>,
}

/// A code or serial number as it is stored and compared: trimmed, full-width letters folded to plain ones, in capitals,
/// one space where there were several.
pub fn folded_code(text: &str) -> String {
    let folded: String = text.nfkc().collect::<String>().to_uppercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Checks {
    /// No mistake yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a mistake; the message says what to do.
    pub fn refuse(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, code, message));
    }

    /// All mistakes, or none.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.errors.is_empty() { Ok(()) } else { Err(Invalid(self.errors)) }
    }

    /// A name that must be there: one line of at most 200 characters, trimmed.
    pub fn name(&mut self, pointer: &str, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.refuse(pointer, "required", "This may not be empty.");
        }
        self.bounded(pointer, text, LONGEST_LINE, false);
        text.to_owned()
    }

    /// A code or serial number that must be there, folded; see [`folded_code`].
    pub fn code(&mut self, pointer: &str, text: &str) -> String {
        let code = folded_code(text);
        if code.is_empty() {
            self.refuse(pointer, "required", "This may not be empty.");
        }
        self.bounded(pointer, &code, 100, false);
        code
    }

    /// One line that may be empty.
    pub fn line(&mut self, pointer: &str, text: Option<String>) -> Option<String> {
        self.optional(pointer, text, LONGEST_LINE, false)
    }

    /// Several lines that may be empty, at most 20,000 characters.
    pub fn text(&mut self, pointer: &str, text: Option<String>) -> Option<String> {
        self.optional(pointer, text, LONGEST_TEXT, true)
    }

    /// A telephone number as people write it: Chinese mobile or landline, service or foreign number.
    pub fn phone(&mut self, pointer: &str, text: Option<String>) -> Option<String> {
        let text = self.optional(pointer, text, 60, false)?;
        if phone_digits(&text).is_none() {
            let message = "Write a telephone number, such as 13800138000, 021-68881234 or +49 30 901820.";
            self.refuse(pointer, "invalid_phone", message);
        }
        Some(text)
    }

    /// A mail address.
    pub fn email(&mut self, pointer: &str, text: Option<String>) -> Option<String> {
        let text = self.optional(pointer, text, 254, false)?;
        if !is_email(&text) {
            self.refuse(pointer, "invalid_email", "Write a mail address, such as service@example.com.");
        }
        Some(text)
    }

    /// A place in degrees (WGS 84): both coordinates or none.
    pub fn place(&mut self, lat: Option<f64>, lng: Option<f64>) {
        let mut degrees = |pointer: &str, value: Option<f64>, limit: f64| {
            if value.is_some_and(|value| !value.is_finite() || value.abs() > limit) {
                self.refuse(pointer, "out_of_range", format!("Use degrees between -{limit} and {limit}."));
            }
        };
        degrees("/lat", lat, 90.0);
        degrees("/lng", lng, 180.0);
        match (lat, lng) {
            (Some(_), None) => self.refuse("/lng", "required", "Give both coordinates, or none."),
            (None, Some(_)) => self.refuse("/lat", "required", "Give both coordinates, or none."),
            _ => {}
        }
    }

    /// Tags: trimmed, without empty ones and repetitions; at most 50 of 50 characters.
    pub fn tags(&mut self, pointer: &str, tags: Vec<String>) -> Vec<String> {
        let mut kept: Vec<String> = Vec::with_capacity(tags.len());
        for (index, tag) in tags.into_iter().enumerate() {
            let tag = tag.trim();
            self.bounded(&format!("{pointer}/{index}"), tag, 50, false);
            if !tag.is_empty() && !kept.iter().any(|known| known == tag) {
                kept.push(tag.to_owned());
            }
        }
        if kept.len() > MOST_TAGS {
            self.refuse(pointer, "too_many", format!("Use at most {MOST_TAGS} tags."));
        }
        kept
    }

    /// A whole number within bounds.
    pub fn within(&mut self, pointer: &str, number: Option<i32>, bounds: RangeInclusive<i32>) {
        if number.is_some_and(|number| !bounds.contains(&number)) {
            let message = format!("Use a whole number from {} to {}.", bounds.start(), bounds.end());
            self.refuse(pointer, "out_of_range", message);
        }
    }

    /// Two days in order; the mistake is noted at the later one's pointer.
    pub fn in_order(&mut self, from: Option<Date>, to: Option<Date>, pointer: &str) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.refuse(pointer, "before_start", format!("This lies before {from}; choose a later day."));
        }
    }

    fn optional(&mut self, pointer: &str, text: Option<String>, longest: usize, lines: bool) -> Option<String> {
        let text = text?;
        let text = text.trim();
        self.bounded(pointer, text, longest, lines);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn bounded(&mut self, pointer: &str, text: &str, longest: usize, lines: bool) {
        if text.chars().count() > longest {
            self.refuse(pointer, "too_long", format!("Use at most {longest} characters."));
        }
        if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
            self.refuse(pointer, "control_character", "Remove line breaks and control characters.");
        }
    }
}

/// `name@host.tld`, nothing exotic: what mail servers accept in practice.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && host.contains('.')
        && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(check: impl FnOnce(&mut Checks)) -> Vec<(String, String)> {
        let mut checks = Checks::new();
        check(&mut checks);
        let errors = checks.finish().err().map(|invalid| invalid.0).unwrap_or_default();
        errors.into_iter().map(|error| (error.pointer, error.code.into_owned())).collect()
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(Checks::new().name("/name", "  王芳 "), "王芳");
        assert_eq!(refused(|c| drop(c.name("/name", " \t"))), [("/name".into(), "required".into())]);
        assert_eq!(refused(|c| drop(c.name("/name", &"长".repeat(201)))), [("/name".into(), "too_long".into())]);
        assert_eq!(refused(|c| drop(c.name("/name", "a\0b"))), [("/name".into(), "control_character".into())]);
        assert!(refused(|c| drop(c.text("/note", Some("一\n二".into())))).is_empty());
        assert_eq!(Checks::new().text("/note", Some("  ".into())), None);
    }

    #[test]
    fn codes_are_folded() {
        assert_eq!(folded_code(" ｓｎ－１２３　 a\tb "), "SN-123 A B");
        assert_eq!(refused(|c| drop(c.code("/code", "　"))), [("/code".into(), "required".into())]);
    }

    #[test]
    fn mail_addresses_are_told_from_other_texts() {
        for good in ["a@b.cn", "li.si+x@mail.example.com", "张三@例子.中国"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.cn", "a@", "a@b", "a b@c.cn", "a@b..cn", "a@-b.cn", ".a@b.cn", "a@b.cn\n"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_place_has_two_coordinates_in_range() {
        assert!(refused(|c| c.place(Some(31.23), Some(121.47))).is_empty());
        assert_eq!(refused(|c| c.place(Some(31.23), None)), [("/lng".into(), "required".into())]);
        assert_eq!(refused(|c| c.place(Some(91.0), Some(f64::NAN))).len(), 2);
    }

    #[test]
    fn tags_lose_repetitions_and_blanks() {
        let tags = ["重点", " 重点 ", "", "电梯"].map(str::to_owned).to_vec();
        assert_eq!(Checks::new().tags("/tags", tags), ["重点", "电梯"]);
        let many = (0..51).map(|n| n.to_string()).collect();
        assert_eq!(refused(|c| drop(c.tags("/tags", many))), [("/tags".into(), "too_many".into())]);
    }
}
