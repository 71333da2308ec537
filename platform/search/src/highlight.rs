//! Why something was found: its texts with what fits marked.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Document,
    sound::spelled,
    words::{Letter, Part, Sought, Stretch, fold, stretches},
};

/// Characters of a text around what was found.
const AROUND: usize = 24;
/// Characters of a marked text at most.
const LONGEST: usize = 120;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Piece {
    /// The characters.
    pub text: String,
    /// Whether they are what was looked for.
    pub hit: bool,
}

/// A text of what was found, cut where it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Highlight {
    /// Where it stands: `title`, `codes`, `phones`, `names` or `text`.
    pub field: &'static str,
    /// The text, in order; shortened texts begin or end with `…`.
    pub parts: Vec<Piece>,
}

/// A stretch of letters to be marked, from the first to before the second.
type Mark = (usize, usize);

/// Where the part's characters stand in a row.
fn rows_of(letters: &[Letter], sought: &[char]) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + sought.len() <= letters.len() {
        if letters[at..].iter().zip(sought).all(|(letter, c)| letter.c == *c) {
            found.push((at, at + sought.len()));
            at += sought.len();
        } else {
            at += 1;
        }
    }
    found
}

/// Where letters and digits stand in a row, whatever signs are between them.
fn code_of(letters: &[Letter], code: &str) -> Vec<Mark> {
    let places: Vec<usize> = (0..letters.len()).filter(|at| letters[*at].c.is_alphanumeric()).collect();
    let sought: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(window) = places.get(at..at + sought.len()) {
        if window.iter().zip(&sought).all(|(place, c)| letters[*place].c == *c) {
            found.push((window[0], window[window.len() - 1] + 1));
            at += sought.len();
        } else {
            at += 1;
        }
    }
    found
}

/// Whether the two differ by no more than one letter too many, too few, wrong or swapped with its neighbour.
fn one_slip(a: &[char], b: &[char]) -> bool {
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[front..], &b[front..]);
    let rests = [(0, 0), (1, 0), (0, 1), (1, 1)];
    let same = |(skip_a, skip_b): (usize, usize)| a.get(skip_a..).is_some_and(|rest| Some(rest) == b.get(skip_b..));
    rests.into_iter().any(same)
        || matches!((a, b), ([a1, a2, rest_a @ ..], [b1, b2, rest_b @ ..]) if a1 == b2 && a2 == b1 && rest_a == rest_b)
}

/// The stretches as ranges of letters.
fn ranges(letters: &[Letter]) -> Vec<(usize, usize, bool)> {
    let mut at = 0;
    let mut found = Vec::new();
    for stretch in stretches(letters) {
        let (run, chinese) = match stretch {
            Stretch::Chinese(run) => (run, true),
            Stretch::Word(run) => (run, false),
        };
        while letters[at..].first().is_some_and(|letter| *letter != run[0]) {
            at += 1;
        }
        found.push((at, at + run.len(), chinese));
        at += run.len();
    }
    found
}

fn word_marks(letters: &[Letter], word: &str, spoken: bool) -> Vec<Mark> {
    let sought: Vec<char> = word.chars().collect();
    let mut found = Vec::new();
    let ranges = ranges(letters);
    for (from, to, chinese) in &ranges {
        if !chinese && letters[*from..*to].iter().map(|letter| letter.c).take(sought.len()).eq(sought.iter().copied()) {
            found.push((*from, *from + sought.len()));
        }
    }
    if found.is_empty() && word.is_ascii() && sought.len() >= 2 {
        found = code_of(letters, word);
    }
    if found.is_empty() && spoken {
        for (from, to, _) in ranges.iter().filter(|(_, _, chinese)| *chinese) {
            let chars: Vec<char> = letters[*from..*to].iter().map(|letter| letter.c).collect();
            let mut at = 0;
            while at < chars.len() {
                let length = spelled(&chars[at..], word);
                found.extend(length.map(|length| (from + at, from + at + length)));
                at += length.unwrap_or(1);
            }
        }
    }
    if found.is_empty() && sought.len() >= 5 {
        for (from, to, chinese) in ranges {
            let chars: Vec<char> = letters[from..to].iter().map(|letter| letter.c).collect();
            if !chinese && one_slip(&chars, &sought) {
                found.push((from, to));
            }
        }
    }
    found
}

fn marks(letters: &[Letter], sought: &Sought, spoken: bool) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for part in &sought.parts {
        match part {
            Part::Chinese(text) => {
                let chars: Vec<char> = text.chars().collect();
                let rows = rows_of(letters, &chars);
                if rows.is_empty() && chars.len() > 1 {
                    found.extend(chars.windows(2).flat_map(|pair| {
                        let mut places = rows_of(letters, pair);
                        places.extend(rows_of(letters, &[pair[1], pair[0]]));
                        places
                    }));
                } else {
                    found.extend(rows);
                }
            }
            Part::Word(text) => found.extend(word_marks(letters, text, spoken)),
            Part::Code(text) => {
                let codes = code_of(letters, text);
                found.extend(if codes.is_empty() { word_marks(letters, text, false) } else { codes });
            }
        }
    }
    if found.is_empty() {
        found.extend(sought.whole.iter().filter(|whole| whole.is_ascii()).flat_map(|whole| code_of(letters, whole)));
    }
    found.sort_unstable();
    let mut joined: Vec<Mark> = Vec::new();
    for (from, to) in found {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// The text with what fits marked, shortened around the first place; `None` when nothing does.
fn marked(text: &str, sought: &Sought, spoken: bool) -> Option<Vec<Piece>> {
    let letters = fold(text);
    let mut bytes: Vec<(usize, usize)> = Vec::new();
    for (from, to) in marks(&letters, sought, spoken) {
        let (from, to) = (letters[from].from, letters[to - 1].to);
        match bytes.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => bytes.push((from, to)),
        }
    }
    let first = bytes.first()?.0;
    let begin = text[..first].char_indices().rev().nth(AROUND).map_or(0, |(at, c)| at + c.len_utf8());
    // Only full lines are worth reading from their beginning.
    let begin = text[begin..first].rfind('\n').map_or(begin, |at| begin + at + 1);
    let end = text[begin..].char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| begin + at);
    let end = text[first..end].find('\n').map_or(end, |at| first + at);
    let mut pieces = Vec::new();
    let mut push = |text: &str, hit: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    let cut_before = begin > 0 && !text[..begin].ends_with('\n');
    push(if cut_before { "…" } else { "" }, false);
    let mut at = begin;
    for (from, to) in bytes.into_iter().take_while(|(from, _)| *from < end) {
        push(&text[at..from], false);
        at = to.min(end);
        push(&text[from..at], true);
    }
    push(&text[at..end], false);
    let cut_after = end < text.len() && !text[end..].starts_with('\n');
    push(if cut_after { "…" } else { "" }, false);
    Some(pieces)
}

/// The texts of a document that fit, at most one of each field.
pub(crate) fn highlights(document: &Document, sought: &Sought) -> Vec<Highlight> {
    let lists: [(&'static str, &[String], bool); 5] = [
        ("title", std::slice::from_ref(&document.title), true),
        ("codes", &document.codes, false),
        ("phones", &document.phones, false),
        ("names", &document.names, true),
        ("text", std::slice::from_ref(&document.text), false),
    ];
    let mut found = Vec::new();
    for (field, texts, spoken) in lists {
        let parts = texts.iter().find_map(|text| marked(text, sought, spoken));
        found.extend(parts.map(|parts| Highlight { field, parts }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::sought;

    fn shown(text: &str, query: &str) -> String {
        let pieces = marked(text, &sought(query).unwrap(), true).unwrap_or_default();
        pieces.into_iter().map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text }).collect()
    }

    #[test]
    fn what_fits_is_marked_in_the_text_as_it_is_written() {
        assert_eq!(shown("三楼卫生间漏水，漏水很急", "漏水"), "三楼卫生间[漏水]，[漏水]很急");
        assert_eq!(shown("序列号 ＳＮ-2024/7", "sn20247"), "序列号 [ＳＮ-2024/7]");
        assert_eq!(shown("Otis Elevator", "elev otis"), "[Otis] [Elev]ator");
        assert_eq!(shown("Café", "cafe"), "[Café]");
        assert_eq!(shown("客户张伟，世纪广场", "zw"), "客户[张伟]，世纪广场");
        assert_eq!(shown("世纪广场物业", "guangchang"), "世纪[广场]物业");
        assert_eq!(shown("elevator", "elevatro"), "[elevator]");
        assert_eq!(shown("电梯里困人", "电梯困人"), "[电梯]里[困人]");
        assert_eq!(shown("没有", "漏水"), "");
    }

    #[test]
    fn long_texts_are_cut_around_the_first_place() {
        let text = format!("{}漏水{}", "前".repeat(100), "后".repeat(200));
        let cut = shown(&text, "漏水");
        assert!(cut.starts_with("…前") && cut.ends_with("后…") && cut.contains("[漏水]"), "{cut}");
        assert!(cut.chars().count() <= LONGEST + 4);
        assert_eq!(shown("第一行\n第二行漏水\n第三行", "漏水"), "第二行[漏水]");
    }

    #[test]
    fn one_slip_is_one_letter_too_many_too_few_wrong_or_swapped() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        for other in ["hitahi", "hitaachi", "hitaxhi", "hitcahi", "hitachi"] {
            assert!(one_slip(&chars("hitachi"), &chars(other)), "{other}");
        }
        for other in ["hitai", "hitacihx", "xitachx"] {
            assert!(!one_slip(&chars("hitachi"), &chars(other)), "{other}");
        }
    }
}
