//! Pinyin: how Chinese names are found by people who type their sound, in full or by its initials.

use std::{borrow::Cow, collections::BTreeSet, ops::Bound, sync::LazyLock};

use pinyin::{ToPinyin as _, ToPinyinMulti as _};

use crate::words::{Placed, Stretch, fold, stretches};

/// Readings of one character that count.
const READINGS: usize = 3;
/// Combinations of initials of neighbouring characters that count.
const COMBINATIONS: usize = 8;
/// Ways to cut a query into syllables that are tried.
const CUTS: usize = 4;
/// Letters of a query that are read as pinyin.
const LONGEST: usize = 40;

/// How a character is read, without tones; `ü` is `v`, as it is typed.
pub(crate) fn readings(c: char) -> Vec<Cow<'static, str>> {
    let Some(all) = c.to_pinyin_multi() else { return Vec::new() };
    let mut found: Vec<Cow<'static, str>> = Vec::new();
    for reading in all {
        let plain = reading.plain();
        let plain = if plain.contains('ü') { Cow::Owned(plain.replace('ü', "v")) } else { Cow::Borrowed(plain) };
        if !found.contains(&plain) {
            found.push(plain);
        }
        if found.len() == READINGS {
            break;
        }
    }
    found
}

fn initials(c: char) -> Vec<char> {
    let mut found: Vec<char> = Vec::new();
    for reading in readings(c) {
        if let Some(first) = reading.chars().next().filter(|first| !found.contains(first)) {
            found.push(first);
        }
    }
    found
}

/// Every syllable there is.
static SYLLABLES: LazyLock<BTreeSet<Cow<'static, str>>> = LazyLock::new(|| {
    let read = |c: char| {
        let plain = c.to_pinyin()?.plain();
        Some(if plain.contains('ü') { Cow::Owned(plain.replace('ü', "v")) } else { Cow::Borrowed(plain) })
    };
    ('\u{4e00}'..='\u{9fa5}').filter_map(read).collect()
});

/// The runs of Chinese in a text, each with the position it begins at.
fn runs(text: &str) -> Vec<(usize, Vec<char>)> {
    let mut position = 0;
    let mut found = Vec::new();
    for stretch in stretches(&fold(text)) {
        if let Stretch::Chinese(run) = stretch {
            let chars: Vec<char> = run.iter().map(|letter| letter.c).collect();
            let length = chars.len();
            found.push((position, chars));
            // A gap, so that nothing is found across two runs.
            position += length + 4;
        }
    }
    found
}

/// The syllables of every Chinese character, in all its readings.
pub(crate) fn syllables(text: &str) -> Vec<Placed> {
    let mut found = Vec::new();
    for (base, chars) in runs(text) {
        for (at, c) in chars.into_iter().enumerate() {
            found.extend(readings(c).into_iter().map(|reading| (base + at, reading.into_owned())));
        }
    }
    found
}

/// Pairs and triples of initials of neighbouring characters.
pub(crate) fn initial_grams(text: &str) -> Vec<Placed> {
    let mut found = Vec::new();
    for (base, chars) in runs(text) {
        let letters: Vec<Vec<char>> = chars.into_iter().map(initials).collect();
        for at in 0..letters.len() {
            for length in [2, 3] {
                let Some(window) = letters.get(at..at + length) else { continue };
                let mut grams = vec![String::new()];
                for choices in window {
                    let longer = grams.iter().flat_map(|gram| choices.iter().map(move |c| format!("{gram}{c}")));
                    grams = longer.take(COMBINATIONS).collect();
                }
                found.extend(grams.into_iter().map(|gram| (base + at, gram)));
            }
        }
    }
    found
}

/// A query read as pinyin: whole syllables, and perhaps the beginning of one more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// In order.
    pub(crate) whole: Vec<String>,
    /// What follows.
    pub(crate) begun: Option<String>,
}

/// The ways in which a word can be read as pinyin with at least one whole syllable.
pub(crate) fn spoken(word: &str) -> Vec<Spoken> {
    let mut found = Vec::new();
    if word.len() >= 2 && word.len() <= LONGEST && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let mut steps = 200;
        cut(word, &mut Vec::new(), &mut found, &mut steps);
    }
    found
}

fn cut(rest: &str, whole: &mut Vec<String>, found: &mut Vec<Spoken>, steps: &mut u32) {
    if found.len() >= CUTS || *steps == 0 {
        return;
    }
    *steps -= 1;
    if rest.is_empty() {
        found.push(Spoken { whole: whole.clone(), begun: None });
        return;
    }
    // The longest syllable is `zhuang`.
    for length in (1..=rest.len().min(6)).rev() {
        let (syllable, after) = rest.split_at(length);
        if SYLLABLES.contains(syllable) {
            whole.push(syllable.to_owned());
            cut(after, whole, found, steps);
            whole.pop();
        }
    }
    let begins = SYLLABLES
        .range::<str, _>((Bound::Included(rest), Bound::Unbounded))
        .next()
        .is_some_and(|next| next.starts_with(rest) && next != rest);
    if begins && !whole.is_empty() && found.len() < CUTS {
        found.push(Spoken { whole: whole.clone(), begun: Some(rest.to_owned()) });
    }
}

/// How many characters from the first on a word spells: by initials alone, or by syllables of which the last may be
/// only begun. `None` when it does not spell them.
pub(crate) fn spelled(chars: &[char], word: &str) -> Option<usize> {
    let initials_count = word.chars().count();
    if initials_count >= 2
        && initials_count <= chars.len()
        && word.chars().zip(chars).all(|(letter, c)| initials(*c).contains(&letter))
    {
        return Some(initials_count);
    }
    spelled_in_full(chars, word, 0)
}

fn spelled_in_full(chars: &[char], rest: &str, depth: usize) -> Option<usize> {
    if rest.is_empty() {
        return (depth > 0).then_some(0);
    }
    let first = chars.first()?;
    for reading in readings(*first) {
        if let Some(after) = rest.strip_prefix(&*reading) {
            if let Some(more) = spelled_in_full(&chars[1..], after, depth + 1) {
                return Some(more + 1);
            }
        } else if depth > 0 && reading.starts_with(rest) {
            return Some(1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_several_readings_have_them_all_up_to_a_bound() {
        let read = readings('重');
        assert!(read.contains(&"zhong".into()) && read.contains(&"chong".into()), "{read:?}");
        assert_eq!(readings('女')[0], "nv");
        assert!(readings('a').is_empty());
        let grams: Vec<String> = initial_grams("重庆").into_iter().map(|(_, gram)| gram).collect();
        assert!(grams.contains(&"cq".into()) && grams.contains(&"zq".into()), "{grams:?}");
        assert!(initial_grams(&"重长行".repeat(3)).len() <= 9 * 2 * COMBINATIONS);
    }

    #[test]
    fn a_query_is_cut_into_syllables_in_every_way() {
        let says = |word: &str| {
            spoken(word)
                .into_iter()
                .map(|spoken| {
                    spoken.whole.into_iter().chain(spoken.begun.map(|rest| rest + "…")).collect::<Vec<_>>().join(" ")
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(says("zhangwei")[0], "zhang wei");
        assert!(says("zhangw").contains(&"zhang w…".to_owned()));
        let xian = says("xian");
        assert!(xian.contains(&"xian".to_owned()) && xian.contains(&"xi an".to_owned()), "{xian:?}");
        assert!(says("zw").is_empty());
        assert!(says("zhang3").is_empty());
        assert!(says(&"a".repeat(40)).len() <= CUTS);
    }

    #[test]
    fn what_a_word_spells_is_counted_in_characters() {
        let chars: Vec<char> = "张伟电梯".chars().collect();
        assert_eq!(spelled(&chars, "zw"), Some(2));
        assert_eq!(spelled(&chars, "zhangwei"), Some(2));
        assert_eq!(spelled(&chars, "zhangweid"), Some(3));
        assert_eq!(spelled(&chars, "zhang"), Some(1));
        assert_eq!(spelled(&chars, "wz"), None);
        assert_eq!(spelled(&chars, "zh"), None);
    }
}
