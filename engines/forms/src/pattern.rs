//! Regular expressions of the part that Rust and JavaScript read alike, and masks.
//!
//! Allowed are letters, `.`, `^`, `$`, `|`, groups `( )` and `(?: )`, classes `[ ]`, `\d \D \w \W \s \b \B \t \n \r`,
//! signs after a backslash, and `? * +` and `{n}`, `{n,}`, `{n,m}`, each of these once, or with `?` behind it.

use regex_lite::Regex;

use crate::MAX_EXPRESSION;

/// A pattern that the whole of a text must match.
///
/// # Errors
/// A sentence that says what in the pattern to change.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.chars().count() > MAX_EXPRESSION {
        return Err(format!("Shorten the pattern to {MAX_EXPRESSION} characters."));
    }
    check_shared(pattern)?;
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| format!("Correct the pattern: {error}."))
}

/// Refuses what only one of the two languages understands, or each in its own way.
fn check_shared(pattern: &str) -> Result<(), String> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut in_class = false;
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let rest = &letters[at + 1..];
        match letter {
            '\\' => {
                check_escape(rest.first().copied(), in_class)?;
                at += 1;
            }
            ']' if in_class => in_class = false,
            '[' if in_class => return Err("Write \\[ for a bracket inside of [ ].".to_owned()),
            '[' => {
                in_class = true;
                at += usize::from(rest.first() == Some(&'^'));
                if letters.get(at + 1) == Some(&']') {
                    return Err("Write \\] for a bracket inside of [ ].".to_owned());
                }
            }
            _ if in_class => {}
            ']' | '}' => return Err(format!("Write \\{letter} for the sign {letter} itself.")),
            '(' if rest.first() == Some(&'?') && rest.get(1) != Some(&':') => {
                return Err("Use ( ) or (?: ) for groups; other groups are not known here.".to_owned());
            }
            '(' => at += 2 * usize::from(rest.first() == Some(&'?')),
            '*' | '+' | '?' | '{' => at = skip_repetition(&letters, at)?,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

fn check_escape(letter: Option<char>, in_class: bool) -> Result<(), String> {
    let known = match letter {
        Some('b' | 'B') => !in_class,
        Some('-') => in_class,
        Some(letter) => "dDwWstnr^$\\.*+?()[]{}|/".contains(letter),
        None => false,
    };
    let written = letter.map(String::from).unwrap_or_default();
    if known { Ok(()) } else { Err(format!("Remove \\{written}; it is not known here.")) }
}

/// The index of the repetition's last character.
fn skip_repetition(letters: &[char], start: usize) -> Result<usize, String> {
    let nothing_before =
        start == 0 || (matches!(letters[start - 1], '(' | '|' | '^') && !is_escaped(letters, start - 1));
    if nothing_before {
        return Err(format!("Put something before {} that it repeats.", letters[start]));
    }
    let mut end = start;
    if letters[start] == '{' {
        let length = letters[start..].iter().position(|&letter| letter == '}');
        end += length.ok_or("Close { with }, or write \\{ for the sign itself.")?;
        let inside: String = letters[start + 1..end].iter().collect();
        let (low, high) = inside.split_once(',').unwrap_or((&inside, "0"));
        if !crate::text::is_digits(low) || !(high.is_empty() || crate::text::is_digits(high)) {
            return Err("Write {n}, {n,} or {n,m} for repetitions.".to_owned());
        }
    }
    end += usize::from(letters.get(end + 1) == Some(&'?'));
    match letters.get(end + 1) {
        Some('*' | '+' | '?' | '{') => Err("Put one repetition behind another only with ( ) between.".to_owned()),
        _ => Ok(end),
    }
}

/// Whether an odd count of backslashes stands before.
fn is_escaped(letters: &[char], at: usize) -> bool {
    letters[..at].iter().rev().take_while(|&&letter| letter == '\\').count() % 2 == 1
}

/// Whether a text fits a mask: `9` is a digit, `A` a letter from A to Z in either case, `*` either.
pub fn fits_mask(mask: &str, text: &str) -> bool {
    let fits = |(sign, letter): (char, char)| match sign {
        '9' => letter.is_ascii_digit(),
        'A' => letter.is_ascii_alphabetic(),
        '*' => letter.is_ascii_alphanumeric(),
        sign => sign == letter,
    };
    mask.chars().count() == text.chars().count() && mask.chars().zip(text.chars()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        let matches = |pattern: &str, text: &str| compile(pattern).unwrap().is_match(text);
        assert!(matches("[A-Z]{2}-\\d{4}", "AB-1234"));
        assert!(!matches("[A-Z]{2}-\\d{4}", "AB-12345"));
        assert!(matches("a|bc", "bc"));
        assert!(!matches("a|b", "ab"));
        assert!(matches("[^\\]]+\\{?", "x{"));
        assert!(matches("(?:电梯|扶梯)[0-9]+?", "电梯12"));
    }

    #[test]
    fn what_only_one_language_reads_is_refused() {
        for wrong in [
            "(?i)a",
            "(?=a)",
            "(?<n>a)",
            "a**",
            "*a",
            "(|*)",
            "a{,3}",
            "a{x}",
            "a{3",
            "[[:alpha:]]",
            "[]a]",
            "[^]a]",
            "}",
            "]",
            "\\p{Han}",
            "\\1",
            "\\",
            "[\\b]",
            "\\-",
            "(a",
            "a++",
            "[z-a]",
            "[a&&b]",
        ] {
            assert!(compile(wrong).is_err(), "{wrong}");
        }
        assert!(compile(&"a".repeat(MAX_EXPRESSION + 1)).unwrap_err().contains("2000"));
    }

    #[test]
    fn a_bomb_of_repetitions_ends_in_an_error_or_an_answer() {
        assert!(compile("((a{1000}){1000}){1000}").is_err());
        assert!(!compile("(a+)+b").unwrap().is_match(&"a".repeat(2_000)));
    }

    #[test]
    fn masks_fit_letter_by_letter() {
        assert!(fits_mask("AA-999*", "ab-123z"));
        assert!(!fits_mask("AA-999", "AB-12"));
        assert!(!fits_mask("99", "１２"));
    }
}
