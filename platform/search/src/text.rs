//! From text to what is compared and indexed.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Characters of a document that can be searched.
pub(crate) const LONGEST_TEXT: usize = 20_000;
/// Characters of a query that count.
const LONGEST_QUERY: usize = 200;
/// Words of a query that count.
const MOST_TERMS: usize = 8;
/// Grams that are looked up; further ones narrow no more.
const MOST_GRAMS: usize = 16;

/// Unifies compatibility forms (full-width digits), lower-cases, and drops everything but letters and digits.
pub fn squeeze(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).take(LONGEST_TEXT).collect()
}

/// Whether single characters of this script carry meaning: Chinese, Japanese, Korean.
pub(crate) fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Pairs that touch an ideograph, and triples that do not.
fn wide_grams(squeezed: &str, grams: &mut BTreeSet<String>) {
    let chars: Vec<char> = squeezed.chars().collect();
    for pair in chars.windows(2) {
        if pair.iter().copied().any(is_ideographic) {
            grams.insert(pair.iter().collect());
        }
    }
    for triple in chars.windows(3) {
        if !triple.iter().copied().any(is_ideographic) {
            grams.insert(triple.iter().collect());
        }
    }
}

/// Everything a document can be found by: single ideographs, and the grams of its parts.
pub(crate) fn document_grams(parts: &[&str]) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for part in parts {
        grams.extend(part.chars().filter(|c| is_ideographic(*c)).map(String::from));
        wide_grams(part, &mut grams);
    }
    grams
}

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Squeezed words that must all occur.
    pub(crate) words: Vec<String>,
    /// Grams that every hit has; empty when the words are too short to have any.
    pub(crate) grams: Vec<String>,
}

/// Reads a query; `None` when it says nothing.
pub(crate) fn terms(query: &str) -> Option<Terms> {
    let query: String = query.chars().take(LONGEST_QUERY).collect();
    let mut words = Vec::new();
    for word in query.split_whitespace().map(squeeze).filter(|word| !word.is_empty()) {
        if words.len() < MOST_TERMS && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() {
        return None;
    }
    let mut grams = BTreeSet::new();
    for word in &words {
        let before = grams.len();
        wide_grams(word, &mut grams);
        if grams.len() == before {
            grams.extend(word.chars().filter(|c| is_ideographic(*c)).map(String::from));
        }
    }
    // Long queries are thinned out evenly, so that grams of every part stay.
    let step = grams.len().div_ceil(MOST_GRAMS).max(1);
    Some(Terms { words, grams: grams.into_iter().step_by(step).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squeezing_unifies_width_and_case_and_drops_punctuation() {
        assert_eq!(squeeze("T-２０２６－0001 Ｅ５ 故障！"), "t20260001e5故障");
        assert_eq!(squeeze(" —（）%_ "), "");
    }

    #[test]
    fn every_gram_of_a_query_is_a_gram_of_the_text_it_occurs_in() {
        let text = squeeze("电梯 ABC123 漏水，客户急 E5");
        let found = document_grams(&[&text]);
        let chars: Vec<char> = text.chars().collect();
        for from in 0..chars.len() {
            for to in from + 1..=chars.len() {
                let query: String = chars[from..to].iter().collect();
                let grams = terms(&query).unwrap().grams;
                assert!(grams.iter().all(|gram| found.contains(gram)), "{query}: {grams:?}");
            }
        }
    }

    #[test]
    fn single_characters_are_looked_up_only_where_nothing_longer_is() {
        assert_eq!(terms("梯").unwrap().grams, ["梯"]);
        assert_eq!(terms("电梯").unwrap().grams, ["电梯"]);
        assert_eq!(terms("梯a").unwrap().grams, ["梯a"]);
        assert_eq!(terms("张伟 漏水").unwrap().words, ["张伟", "漏水"]);
        assert!(terms("e5").unwrap().grams.is_empty());
        assert_eq!(terms("—— "), None);
        assert!(terms(&"很长的查询".repeat(100)).unwrap().grams.len() <= MOST_GRAMS);
    }
}
