//! Telephone numbers: kept as people write them, compared by their digits.

use unicode_normalization::UnicodeNormalization;

/// Words and signs that begin an extension.
const EXTENSIONS: &[&str] = &["转", "分机", "ext", "x", "#"];

/// The digits two spellings of one number have in common, without extension and without China's country code:
/// `+86 138-0013-8000` → `13800138000`, `(021) 6888 1234 转 8` → `02168881234`, `+49 30 901820` → `4930901820`.
/// `None` when the text is no telephone number.
pub fn phone_digits(text: &str) -> Option<String> {
    let folded: String = text.nfkc().collect::<String>().to_lowercase();
    let main = EXTENSIONS.iter().filter_map(|word| folded.find(word)).min().map_or(folded.as_str(), |at| &folded[..at]);
    let main = main.trim();
    if main
        .chars()
        .any(|c| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '‐' | '–' | '—' | '(' | ')' | '.' | '/' | ' ')))
    {
        return None;
    }
    let abroad = main.starts_with('+') || main.starts_with("00");
    let written: String = main.chars().filter(char::is_ascii_digit).collect();
    let dialled = if main.starts_with("00") { &written[2..] } else { written.as_str() };
    let digits = match dialled.strip_prefix("86") {
        Some(rest) if abroad && is_domestic(rest) => domestic(rest),
        Some(rest) if !abroad && is_mobile(rest) => rest.to_owned(),
        _ => main_number(main, dialled).to_owned(),
    };
    let mobile_like = digits.len() == 11 && digits.starts_with('1') && !abroad;
    let fits = (3..=15).contains(&digits.len()) && (!mobile_like || is_mobile(&digits));
    fits.then_some(digits)
}

/// Cuts an extension that is set off only by a second hyphen: `021-68881234-801`.
fn main_number<'d>(main: &str, digits: &'d str) -> &'d str {
    let parts: Vec<&str> = main.split('-').map(str::trim).collect();
    match parts.as_slice() {
        [area, number, extension]
            if area.starts_with('0')
                && (3..=4).contains(&area.len())
                && (7..=8).contains(&number.len())
                && (1..=6).contains(&extension.len()) =>
        {
            &digits[..area.len() + number.len()]
        }
        _ => digits,
    }
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

/// A number as it follows China's country code: a mobile, or a landline with or without its leading zero.
fn is_domestic(digits: &str) -> bool {
    is_mobile(digits) || (9..=12).contains(&digits.len())
}

/// As it is dialled inside China.
fn domestic(digits: &str) -> String {
    if is_mobile(digits) || digits.starts_with('0') || digits.starts_with("400") || digits.starts_with("800") {
        digits.to_owned()
    } else {
        format!("0{digits}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_number_have_the_same_digits() {
        let same = |texts: &[&str], digits: &str| {
            for text in texts {
                assert_eq!(phone_digits(text).as_deref(), Some(digits), "{text}");
            }
        };
        same(
            &[
                "13800138000",
                "138 0013 8000",
                "+86 138-0013-8000",
                "0086 13800138000",
                "8613800138000",
                "１３８００１３８０００",
            ],
            "13800138000",
        );
        same(
            &[
                "021-68881234",
                "(021) 6888 1234",
                "（021）68881234",
                "+86 21 6888 1234",
                "021-68881234-801",
                "021-68881234转801",
            ],
            "02168881234",
        );
        same(&["400-820-8820", "4008208820", "+86 400 820 8820"], "4008208820");
        same(&["+49 30 901820", "0049 30 901820"], "4930901820");
        same(&["120"], "120");
        same(&["68881234"], "68881234");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "  ", "12", "not a phone", "12800138000", "1380013800a", "1".repeat(30).as_str(), "+", "00"] {
            assert_eq!(phone_digits(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panicking_and_digits_stay_digits(text in "\\PC{0,40}") {
            if let Some(digits) = phone_digits(&text) {
                prop_assert!(digits.chars().all(|c| c.is_ascii_digit()));
                prop_assert!(digits.len() <= 15);
            }
        }

        #[test]
        fn a_mobile_number_is_found_however_it_is_grouped(rest in "[3-9][0-9]{9}", cut in 1_usize..10) {
            let digits = format!("1{rest}");
            let spelled = format!("+86 {}-{}", &digits[..cut], &digits[cut..]);
            prop_assert_eq!(phone_digits(&spelled), Some(digits));
        }
    }
}
