//! From text and queries to the words of the index: folding, Chinese characters and pairs, words, codes.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::text::is_ideographic;

/// Characters of a query that count.
const LONGEST_QUERY: usize = 200;
/// Parts of a query that count.
const MOST_PARTS: usize = 8;
/// Characters of a word or a run of Chinese that count.
const LONGEST_WORD: usize = 40;
/// Characters of a code that count.
const LONGEST_CODE: usize = 64;
/// Codes of a document that count.
const MOST_CODES: usize = 64;

/// A character as it is compared, and the bytes of the text it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) c: char,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Letter {
    fn is_word(self) -> bool {
        self.c.is_alphanumeric() && !is_ideographic(self.c)
    }

    fn is_chinese(self) -> bool {
        is_ideographic(self.c)
    }
}

/// One form for what people take for the same: lower case, no marks over letters, no half or full width.
pub(crate) fn fold(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    for (from, raw) in text.char_indices() {
        let to = from + raw.len_utf8();
        if raw.is_ascii() {
            letters.push(Letter { c: raw.to_ascii_lowercase(), from, to });
            continue;
        }
        for c in std::iter::once(raw).nfkc() {
            if is_ideographic(c) {
                letters.push(Letter { c, from, to });
                continue;
            }
            let base = std::iter::once(c).nfd().filter(|c| !is_combining_mark(*c));
            letters.extend(base.flat_map(char::to_lowercase).map(|c| Letter { c, from, to }));
        }
    }
    letters
}

/// The characters alone.
pub(crate) fn characters(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.c).collect()
}

/// A stretch of a text, as the index cuts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch<'a> {
    /// Chinese characters without anything between them.
    Chinese(&'a [Letter]),
    /// Other letters and digits without anything between them.
    Word(&'a [Letter]),
}

/// The stretches of a text in order; what is neither letter nor digit separates them.
pub(crate) fn stretches(letters: &[Letter]) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let mut rest = letters;
    while let Some(first) = rest.first() {
        let alike = |letter: &&Letter| {
            if first.is_chinese() {
                letter.is_chinese()
            } else {
                letter.is_word() == first.is_word() && !letter.is_chinese()
            }
        };
        let length = rest.iter().take_while(alike).count();
        let (run, after) = rest.split_at(length);
        rest = after;
        if first.is_chinese() {
            found.push(Stretch::Chinese(run));
        } else if first.is_word() {
            found.push(Stretch::Word(run));
        }
    }
    found
}

/// A word of the index and its position.
pub(crate) type Placed = (usize, String);

/// The words of a text: words as they are, Chinese as single characters and as pairs that begin there.
pub(crate) fn words(text: &str) -> Vec<Placed> {
    let letters = fold(text);
    let mut found = Vec::new();
    let mut position = 0;
    for stretch in stretches(&letters) {
        match stretch {
            Stretch::Word(run) => {
                found.push((position, characters(&run[..run.len().min(LONGEST_WORD)])));
                position += 1;
            }
            Stretch::Chinese(run) => {
                for at in 0..run.len() {
                    found.push((position, run[at].c.to_string()));
                    if let Some(pair) = run.get(at..at + 2) {
                        found.push((position, characters(pair)));
                    }
                    position += 1;
                }
            }
        }
    }
    found
}

/// Whether a character may stand inside a code, such as `SN-2024/7`.
fn joins(c: char) -> bool {
    matches!(c, '-' | '_' | '/' | '.' | '#' | ':' | '+' | '\\')
}

/// How many letters from the first on form one run of letters, digits and single signs between them.
fn run_length(letters: &[Letter]) -> usize {
    let plain = |letter: Option<&Letter>| letter.is_some_and(|letter| letter.c.is_ascii_alphanumeric());
    let mut length = 0;
    while plain(letters.get(length)) {
        length += 1;
        if letters.get(length).is_some_and(|letter| joins(letter.c)) && plain(letters.get(length + 1)) {
            length += 1;
        }
    }
    length
}

/// Letters and digits of a code, without the signs between them.
pub(crate) fn squeezed(letters: &[Letter]) -> String {
    letters.iter().filter(|letter| letter.c.is_alphanumeric()).map(|letter| letter.c).take(LONGEST_CODE).collect()
}

/// Whether it looks like a number, a code or a serial number.
fn is_code(code: &str) -> bool {
    code.len() >= 3 && code.bytes().any(|byte| byte.is_ascii_digit())
}

/// What looks like a code in running text.
fn codes_in(text: &str, found: &mut Vec<String>) {
    let letters = fold(text);
    let mut at = 0;
    while at < letters.len() {
        let length = run_length(&letters[at..]);
        if length > 0 {
            let code = squeezed(&letters[at..at + length]);
            if is_code(&code) {
                found.push(code);
            }
        }
        at += length.max(1);
    }
}

/// The digits of a telephone number, and the same without China's country code.
pub(crate) fn phone_forms(phone: &str) -> Vec<String> {
    let digits: String = squeezed(&fold(phone));
    let national = digits.trim_start_matches("00").strip_prefix("86").filter(|rest| rest.len() >= 7).map(str::to_owned);
    let mut forms: Vec<String> = std::iter::once(digits).chain(national).filter(|form| form.len() >= 3).collect();
    forms.dedup();
    forms
}

/// Every code of a document without its signs: those it names, and what looks like one in its text.
pub(crate) fn codes(named: &[String], phones: &[String], texts: &[&str]) -> Vec<String> {
    let mut found: Vec<String> =
        named.iter().map(|code| squeezed(&fold(code))).filter(|code| !code.is_empty()).collect();
    found.extend(phones.iter().flat_map(|phone| phone_forms(phone)));
    for text in texts {
        codes_in(text, &mut found);
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|code| seen.insert(code.clone()));
    found.truncate(MOST_CODES);
    found
}

/// Pairs and triples of every line.
pub(crate) fn short_grams(lines: &str) -> Vec<Placed> {
    grams(lines, &[2, 3])
}

/// Fours of every line, in places of their own.
pub(crate) fn long_grams(lines: &str) -> Vec<Placed> {
    grams(lines, &[4])
}

fn grams(lines: &str, lengths: &[usize]) -> Vec<Placed> {
    let mut found = Vec::new();
    let mut base = 0;
    for line in lines.lines() {
        let chars: Vec<char> = line.chars().collect();
        for at in 0..chars.len() {
            for length in lengths {
                if let Some(gram) = chars.get(at..at + length) {
                    found.push((base + at, gram.iter().collect()));
                }
            }
        }
        // A gap, so that nothing is found across two lines.
        base += chars.len() + 8;
    }
    found
}

/// Every line as one word.
pub(crate) fn lines(text: &str) -> Vec<Placed> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).enumerate().collect()
}

/// A part of a query; all parts must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Chinese characters in a row.
    Chinese(String),
    /// A word, or the beginning of one.
    Word(String),
    /// What looks like a code, without the signs in it.
    Code(String),
}

impl Part {
    /// Its characters.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Chinese(text) | Self::Word(text) | Self::Code(text) => text,
        }
    }
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sought {
    /// All of these.
    pub(crate) parts: Vec<Part>,
    /// The whole without spaces and signs, in the forms that a number may have.
    pub(crate) whole: Vec<String>,
}

/// Reads a query; `None` when it says nothing.
pub(crate) fn sought(query: &str) -> Option<Sought> {
    let query: String = query.chars().take(LONGEST_QUERY).collect();
    let letters = fold(&query);
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = &letters[..];
    while let Some(first) = rest.first() {
        let run = run_length(rest);
        let code = squeezed(&rest[..run]);
        let (part, length) = if is_code(&code) {
            (Some(Part::Code(code)), run)
        } else if first.is_chinese() {
            let length = rest.iter().take_while(|letter| letter.is_chinese()).count();
            (Some(Part::Chinese(characters(&rest[..length.min(LONGEST_WORD)]))), length)
        } else if first.is_word() {
            let length = rest.iter().take_while(|letter| letter.is_word()).count();
            (Some(Part::Word(characters(&rest[..length.min(LONGEST_WORD)]))), length)
        } else {
            (None, 1)
        };
        rest = &rest[length..];
        parts.extend(part.filter(|part| !parts.contains(part) && parts.len() < MOST_PARTS));
    }
    if parts.is_empty() {
        return None;
    }
    let whole = squeezed(&letters);
    let whole = if whole.bytes().all(|byte| byte.is_ascii_digit()) { phone_forms(&whole) } else { vec![whole] };
    Some(Sought { parts, whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn words_are_folded_and_chinese_is_cut_into_characters_and_pairs() {
        assert_eq!(said("Ｃafé E5电梯！"), ["cafe", "e5", "电", "电梯", "梯"]);
        assert_eq!(words("电梯，漏水").iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 0, 1, 2, 2, 3]);
        assert!(said("—— %_").is_empty());
    }

    #[test]
    fn letters_know_where_they_stand_in_the_text() {
        let text = "é㎡电";
        let letters = fold(text);
        assert_eq!(characters(&letters), "em2电");
        assert_eq!(&text[letters[1].from..letters[2].to], "㎡");
        assert_eq!(&text[letters[3].from..], "电");
    }

    #[test]
    fn codes_lose_their_signs_and_telephones_their_country() {
        let found = codes(&["SN-2024/7".into()], &["+86 138-0013-8000".into()], &["型号 ABC-123 重 5 公斤"]);
        assert_eq!(found, ["sn20247", "8613800138000", "13800138000", "abc123"]);
        assert_eq!(phone_forms("（021）6888 1234"), ["02168881234"]);
        assert!(long_grams("abc123\n9876").contains(&(0, "abc1".into())));
        assert!(!long_grams("abc123\n9876").iter().any(|(_, gram)| gram == "1239"));
    }

    #[test]
    fn a_query_falls_into_chinese_words_and_codes() {
        let sought = sought("Ｔ-2026-0001 电梯 Otis 电梯E5故障").unwrap();
        assert_eq!(
            sought.parts,
            [
                Part::Code("t20260001".into()),
                Part::Chinese("电梯".into()),
                Part::Word("otis".into()),
                Part::Word("e5".into()),
                Part::Chinese("故障".into())
            ]
        );
        assert_eq!(super::sought(" —— "), None);
        assert_eq!(super::sought("（021）6888 1234").unwrap().whole, ["02168881234"]);
        assert_eq!(super::sought(&"很长 的 查 询 a b c d e f g".repeat(90)).unwrap().parts.len(), MOST_PARTS);
    }
}
