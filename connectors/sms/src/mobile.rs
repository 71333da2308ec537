//! Mobile numbers as people write them, brought to the one form providers take.

use std::fmt;

/// A mobile number that can receive SMS. Shown with its middle covered.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile {
    /// `+`, country code and number, as in `+8613800138000`.
    e164: String,
}

impl Mobile {
    /// Reads a number written with spaces, dashes, brackets or full-width digits, with or without the country
    /// code. Numbers without one are mainland numbers. `None` when it is no mobile number.
    pub fn parse(written: &str) -> Option<Self> {
        const LONGEST: usize = 40;
        let mut digits = String::new();
        for c in written.trim().chars().take(LONGEST) {
            match c {
                '0'..='9' => digits.push(c),
                // Full-width forms, as Chinese keyboards type them, lie at a fixed distance.
                '０'..='９' => digits.push(char::from_u32(u32::from(c) - 0xFEE0)?),
                '+' | '＋' if digits.is_empty() => digits.push('+'),
                ' ' | '\u{3000}' | '\u{a0}' | '-' | '－' | '–' | '.' | '(' | ')' | '（' | '）' => {}
                _ => return None,
            }
        }
        if let Some(national) =
            ["+86", "0086", "86", ""].iter().filter_map(|code| digits.strip_prefix(code)).find(|rest| is_mainland(rest))
        {
            return Some(Self { e164: format!("+86{national}") });
        }
        let abroad = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"))?;
        let plausible = (8..=15).contains(&abroad.len())
            && abroad.bytes().all(|b| b.is_ascii_digit())
            && !abroad.starts_with('0')
            // A mainland number that is not a mobile number is not saved by its country code.
            && !abroad.starts_with("86");
        plausible.then(|| Self { e164: format!("+{abroad}") })
    }

    /// `+`, country code and number.
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// Mainland numbers as eleven digits, all others as [`Mobile::e164`].
    pub fn national(&self) -> &str {
        self.e164.strip_prefix("+86").unwrap_or(&self.e164)
    }

    /// The number with its middle covered, as in `138****8000`.
    pub fn covered(&self) -> String {
        let number = self.national();
        let tail = number.len().saturating_sub(4);
        let head = tail.saturating_sub(4);
        format!("{}****{}", &number[..head], &number[tail..])
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", self.covered())
    }
}

fn is_mainland(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && matches!(bytes[1], b'3'..=b'9') && bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mainland_numbers_are_read_as_people_write_them() {
        for written in [
            "13800138000",
            " 138 0013 8000 ",
            "138-0013-8000",
            "+8613800138000",
            "+86 138 0013 8000",
            "(+86) 138-0013-8000",
            "008613800138000",
            "8613800138000",
            "１３８００１３８０００",
            "＋８６　１３８００１３８０００",
        ] {
            let mobile = Mobile::parse(written);
            assert_eq!(mobile.as_ref().map(Mobile::national), Some("13800138000"), "{written}");
            assert_eq!(mobile.as_ref().map(Mobile::e164), Some("+8613800138000"));
        }
    }

    #[test]
    fn numbers_abroad_keep_their_country_code() {
        let mobile = Mobile::parse("+852 5123 4567").unwrap();
        assert_eq!(mobile.national(), "+85251234567");
        assert_eq!(Mobile::parse("0085251234567"), Some(mobile));
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        for written in [
            "",
            "110",
            "12800138000",
            "1380013800",
            "138001380000",
            "021-62345678",
            "+86 21 62345678",
            "13800138000x",
            "13800138000,13900139000",
            "1380013+8000",
            "+0123456789",
            "手机",
        ] {
            assert_eq!(Mobile::parse(written), None, "{written}");
        }
    }

    #[test]
    fn debug_covers_the_middle() {
        let shown = format!("{:?}", Mobile::parse("13800138000").unwrap());
        assert_eq!(shown, "Mobile(138****8000)");
    }
}
