//! What a query asks of the index: alternatives for each of its parts, and the wall around all of it.

use kernel::TenantId;
use tantivy::{
    DocId, Score, Searcher, SegmentReader, Term,
    query::{
        BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyScorer, EnableScoring, Explanation, FuzzyTermQuery,
        Occur, PhrasePrefixQuery, PhraseQuery, Query, Scorer, TermQuery, TermSetQuery, Weight,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    alike::{Alike, COMPARED},
    fields::{Fields, whole_title},
    sound::spoken,
    words::{Part, Sought},
};

/// How much a hit counts. What fits several ways counts by the best of them, and the parts of a query are summed, so
/// the steps must be wide enough: the whole query being a code outweighs eight parts that are codes.
mod worth {
    use tantivy::Score;

    pub const WHOLE_CODE: Score = 1_000.0;
    pub const WHOLE_TITLE: Score = 90.0;
    pub const CODE: Score = 80.0;
    pub const TITLE: Score = 8.0;
    pub const TITLE_BEGINS: Score = 6.0;
    pub const PART_OF_CODE: Score = 5.0;
    pub const TEXT: Score = 2.0;
    pub const TEXT_BEGINS: Score = 1.5;
    pub const TITLE_SYLLABLES: Score = 1.4;
    pub const SYLLABLES: Score = 1.2;
    pub const TITLE_INITIALS: Score = 1.1;
    pub const INITIALS: Score = 1.0;
    pub const SIMILAR_CODE: Score = 0.8;
    pub const SIMILAR_WORD: Score = 0.5;
    /// For each pair of characters that fits.
    pub const SIMILAR_PAIR: Score = 0.05;
}

/// Words of the index that a begun word is completed to, in each field and segment.
const COMPLETIONS: usize = 64;
/// Characters from which on a word is also found with a slip of the finger.
const SLIPS: usize = 5;
/// Letters of a word that are read as initials.
const MOST_INITIALS: usize = 12;

type Boxed = Box<dyn Query>;

fn worth(score: Score, query: impl Query) -> Boxed {
    Box::new(ConstScoreQuery::new(Box::new(query), score))
}

fn term(field: Field, word: &str) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::Basic)
}

/// The words one after the other.
fn phrase(field: Field, words: &[String]) -> Option<Boxed> {
    match words {
        [] => None,
        [one] => Some(Box::new(term(field, one))),
        words => {
            Some(Box::new(PhraseQuery::new(words.iter().map(|word| Term::from_field_text(field, word)).collect())))
        }
    }
}

/// Stretches of `length` characters, each beginning one after the other.
fn windows(text: &str, length: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(length).map(|window| window.iter().collect()).collect()
}

fn add(to: &mut Vec<Boxed>, score: Score, query: Option<Boxed>) {
    to.extend(query.map(|query| Box::new(ConstScoreQuery::new(query, score)) as Boxed));
}

/// Words of the field that begin with `start`.
fn completions(searcher: &Searcher, field: Field, start: &str) -> tantivy::Result<Option<Boxed>> {
    let mut end = start.as_bytes().to_vec();
    // Words are UTF-8, in which this byte never occurs.
    end.push(0xff);
    let mut words = std::collections::BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut stream = inverted.terms().range().ge(start.as_bytes()).lt(&end).into_stream()?;
        let mut left = COMPLETIONS;
        while left > 0 && stream.advance() {
            left -= 1;
            if let Ok(word) = std::str::from_utf8(stream.key()) {
                words.insert(Term::from_field_text(field, word));
            }
        }
    }
    Ok((!words.is_empty()).then(|| Box::new(TermSetQuery::new(words)) as Boxed))
}

/// What passes `must`, and counts more when it passes `should` too. Only what passes `must` is ever asked whether it
/// passes the other, so that intersections need not follow the longer lists to their ends.
fn raised(must: Boxed, should: Boxed) -> Boxed {
    Box::new(BooleanQuery::new(vec![(Occur::Must, must), (Occur::Should, should)]))
}

/// How a run of Chinese is found. The text holds the title, and what is alike holds what has all of the pairs.
fn chinese(fields: &Fields, text: &str, similar: bool) -> Option<Boxed> {
    let single = text.chars().nth(1).is_none();
    let words = if single { vec![text.to_owned()] } else { windows(text, 2) };
    let of_text = Box::new(ConstScoreQuery::new(phrase(fields.text, &words)?, worth::TEXT));
    let of_title = Box::new(ConstScoreQuery::new(phrase(fields.title, &words)?, worth::TITLE - worth::TEXT));
    let exact = raised(of_text, of_title);
    Some(if similar && !single { raised(alike(fields, text), exact) } else { exact })
}

/// Texts in which half of the pairs occur, as they are, the other way round, or with one character left out.
fn alike(fields: &Fields, text: &str) -> Boxed {
    let chars: Vec<char> = text.chars().take(COMPARED).collect();
    let word = |text: String| Term::from_field_text(fields.text, &text);
    let places: Vec<Vec<Term>> = (0..chars.len() - 1)
        .map(|at| {
            let (a, b) = (chars[at], chars[at + 1]);
            let mut pairs = vec![word(format!("{a}{b}")), word(format!("{b}{a}"))];
            pairs.extend(chars.get(at + 2).map(|c| word(format!("{a}{c}"))));
            pairs
        })
        .collect();
    // One wrong character among four breaks two of three pairs; three of the characters must be there then.
    if chars.len() == 4 {
        let singles = chars.iter().map(|c| word(c.to_string())).collect();
        return Box::new(Alike::new(places, 1, worth::SIMILAR_PAIR).with_singles(singles, 3));
    }
    let half = places.len().div_ceil(2);
    Box::new(Alike::new(places, half, worth::SIMILAR_PAIR))
}

/// The ways in which a word or a code can be found.
fn word(fields: &Fields, searcher: &Searcher, part: &Part, last: bool, similar: bool) -> tantivy::Result<Vec<Boxed>> {
    let text = part.text();
    let length = text.chars().count();
    let mut ways: Vec<Boxed> = Vec::new();
    ways.push(worth(worth::CODE, term(fields.exact, text)));
    ways.push(worth(worth::TITLE, term(fields.title, text)));
    ways.push(worth(worth::TEXT, term(fields.text, text)));
    if text.is_ascii() {
        let of_codes = match length {
            0 | 1 => None,
            2 | 3 => phrase(fields.short, &[text.to_owned()]),
            _ => phrase(fields.long, &windows(text, 4)),
        };
        add(&mut ways, worth::PART_OF_CODE, of_codes);
    }
    if matches!(part, Part::Word(_)) {
        if last && length >= 2 {
            add(&mut ways, worth::TITLE_BEGINS, completions(searcher, fields.title, text)?);
            add(&mut ways, worth::TEXT_BEGINS, completions(searcher, fields.text, text)?);
        }
        for spoken in spoken(text) {
            let fields = [(fields.title_syllables, worth::TITLE_SYLLABLES), (fields.syllables, worth::SYLLABLES)];
            for (field, worth) in fields {
                let query = match &spoken.begun {
                    None => phrase(field, &spoken.whole),
                    Some(begun) => {
                        let words = spoken.whole.iter().chain([begun]);
                        let terms = words.map(|word| Term::from_field_text(field, word)).collect();
                        Some(Box::new(PhrasePrefixQuery::new(terms)) as Boxed)
                    }
                };
                add(&mut ways, worth, query);
            }
        }
        if (2..=MOST_INITIALS).contains(&length) && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let grams = if length == 2 { vec![text.to_owned()] } else { windows(text, 3) };
            add(&mut ways, worth::TITLE_INITIALS, phrase(fields.title_initials, &grams));
            add(&mut ways, worth::INITIALS, phrase(fields.initials, &grams));
        }
    }
    if similar && slips(part) {
        let fuzzy = |field| FuzzyTermQuery::new(Term::from_field_text(field, text), 1, true);
        ways.push(worth(worth::SIMILAR_CODE, fuzzy(fields.exact)));
        ways.push(worth(worth::SIMILAR_WORD, fuzzy(fields.text)));
    }
    Ok(ways)
}

fn slips(part: &Part) -> bool {
    !matches!(part, Part::Chinese(_)) && part.text().chars().count() >= SLIPS
}

/// Whether there is anything similar to look for.
pub(crate) fn has_similar(sought: &Sought) -> bool {
    sought.parts.iter().any(|part| match part {
        Part::Chinese(text) => text.chars().nth(1).is_some(),
        part => slips(part),
    })
}

fn best_of(mut ways: Vec<Boxed>) -> Boxed {
    match (ways.len(), ways.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            ways.push(last);
            Box::new(DisjunctionMaxQuery::new(ways))
        }
        (_, None) => Box::new(BooleanQuery::new(Vec::new())),
    }
}

/// Rows with all parts of what is sought; with `similar` also those that are nearly so.
pub(crate) fn matching(fields: &Fields, searcher: &Searcher, sought: &Sought, similar: bool) -> tantivy::Result<Boxed> {
    let mut parts = Vec::new();
    for (at, part) in sought.parts.iter().enumerate() {
        let last = at + 1 == sought.parts.len();
        parts.push(match part {
            Part::Chinese(text) => chinese(fields, text, similar).into_iter().collect(),
            part => word(fields, searcher, part, last, similar)?,
        });
    }
    let mut whole: Vec<Boxed> = Vec::new();
    for form in &sought.whole {
        whole.push(worth(worth::WHOLE_CODE, term(fields.exact, form)));
        whole.push(worth(worth::WHOLE_TITLE, term(fields.exact, &whole_title(form))));
    }
    if parts.len() == 1 {
        whole.extend(parts.pop().unwrap_or_default());
    } else {
        let all = parts.into_iter().map(|ways| (Occur::Must, best_of(ways))).collect();
        whole.push(Box::new(BooleanQuery::new(all)));
    }
    Ok(best_of(whole))
}

/// The only query that is ever given to the index: of one tenant, within somebody's reach.
#[derive(Debug)]
pub(crate) struct Walled {
    tenant: Term,
    reach: Option<Vec<Term>>,
    found: Boxed,
}

impl Walled {
    /// `found` within the tenant, and within `reach` when not everything of the counted kinds is.
    pub(crate) fn new(fields: &Fields, tenant: TenantId, reach: Option<&[String]>, found: Boxed) -> Self {
        let reach = reach.map(|words| words.iter().map(|word| Term::from_field_text(fields.reach, word)).collect());
        Self { tenant: fields.wall(tenant), reach, found }
    }
}

impl Clone for Walled {
    fn clone(&self) -> Self {
        Self { tenant: self.tenant.clone(), reach: self.reach.clone(), found: self.found.box_clone() }
    }
}

impl Query for Walled {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut inside = self.found.box_clone();
        if let Some(reach) = &self.reach {
            // As a set of bits: whatever was found asks of one row after another whether it is in.
            let reach = worth(0.0, TermSetQuery::new(reach.clone()));
            inside = Box::new(BooleanQuery::new(vec![(Occur::Must, inside), (Occur::Must, reach)]));
        }
        let wall = worth(0.0, TermQuery::new(self.tenant.clone(), IndexRecordOption::Basic));
        let both = BooleanQuery::new(vec![(Occur::Must, inside.box_clone()), (Occur::Must, wall)]);
        Ok(Box::new(WalledWeight {
            tenant: self.tenant.clone(),
            inside: inside.weight(scoring)?,
            both: both.weight(scoring)?,
        }))
    }
}

/// The same for the segments: the wall costs nothing where all rows are the tenant's own.
struct WalledWeight {
    tenant: Term,
    inside: Box<dyn Weight>,
    both: Box<dyn Weight>,
}

impl Weight for WalledWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let own = reader.inverted_index(self.tenant.field())?.doc_freq(&self.tenant)?;
        if own == 0 {
            return Ok(Box::new(EmptyScorer));
        }
        if own == reader.max_doc() { self.inside.scorer(reader, boost) } else { self.both.scorer(reader, boost) }
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.both.explain(reader, doc)
    }
}
