//! Rows that are nearly so: of several places in a run of characters, enough are there.
//!
//! Walking every list of a pair side by side, as a union with a least number of clauses does, costs a comparison for
//! each entry of each list. Here each entry sets one bit of its row instead, and the rows with enough bits are left.

use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term,
    query::{EnableScoring, Explanation, Query, Scorer, Weight},
    schema::IndexRecordOption,
};

/// Bits of a row's mask: places, then single characters.
type Mask = u16;

/// Characters of a run whose pairs are compared: eleven places, or three and four single characters, fit a mask.
pub(crate) const COMPARED: usize = 12;

/// A query for rows where enough of the places are met, and enough of the single characters occur.
#[derive(Debug, Clone)]
pub(crate) struct Alike {
    /// For each place the words that meet it.
    places: Vec<Vec<Term>>,
    /// Places that must be met at least.
    least_places: u32,
    /// Characters of which some must occur.
    singles: Vec<Term>,
    /// How many of them.
    least_singles: u32,
    /// What each place that is met counts.
    worth: Score,
}

impl Alike {
    pub(crate) fn new(places: Vec<Vec<Term>>, least_places: usize, worth: Score) -> Self {
        debug_assert!(places.len() < COMPARED, "more places than a mask has bits");
        let least_places = u32::try_from(least_places.max(1)).unwrap_or(u32::MAX);
        Self { places, least_places, singles: Vec::new(), least_singles: 0, worth }
    }

    /// The same, if so many of these characters occur.
    pub(crate) fn with_singles(mut self, singles: Vec<Term>, least: u32) -> Self {
        debug_assert!(self.places.len() + singles.len() <= Mask::BITS as usize, "more than a mask has bits");
        self.singles = singles;
        self.least_singles = least;
        self
    }

    fn rows(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Rows> {
        let mut masks: Vec<Mask> = vec![0; reader.max_doc() as usize];
        let mut bit: Mask = 1;
        let singles = self.singles.iter().map(std::slice::from_ref);
        for words in self.places.iter().map(Vec::as_slice).chain(singles) {
            for word in words {
                mark(reader, word, bit, &mut masks)?;
            }
            bit <<= 1;
        }
        let of_places: Mask = (1 << self.places.len()) - 1;
        let mut found = Vec::new();
        for (doc, mask) in (0..).zip(masks) {
            if mask == 0 {
                continue;
            }
            let met = (mask & of_places).count_ones();
            if met >= self.least_places && (mask & !of_places).count_ones() >= self.least_singles {
                found.push((doc, met as Score * self.worth * boost));
            }
        }
        Ok(Rows { found, at: 0 })
    }
}

fn mark(reader: &SegmentReader, word: &Term, bit: Mask, masks: &mut [Mask]) -> tantivy::Result<()> {
    let inverted = reader.inverted_index(word.field())?;
    let Some(mut postings) = inverted.read_block_postings(word, IndexRecordOption::Basic)? else { return Ok(()) };
    while !postings.docs().is_empty() {
        for doc in postings.docs() {
            if let Some(mask) = masks.get_mut(*doc as usize) {
                *mask |= bit;
            }
        }
        postings.advance();
    }
    Ok(())
}

impl Query for Alike {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(AlikeWeight(self.clone())))
    }
}

struct AlikeWeight(Alike);

impl Weight for AlikeWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(self.0.rows(reader, boost)?))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut rows = self.0.rows(reader, 1.0)?;
        if rows.seek(doc) == doc {
            return Ok(Explanation::new("enough of the places are met", rows.score()));
        }
        Err(TantivyError::InvalidArgument(format!("the row {doc} is not alike")))
    }
}

/// The rows that were found in a segment, in its order, with what they count.
struct Rows {
    found: Vec<(DocId, Score)>,
    at: usize,
}

impl DocSet for Rows {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let ahead = self.found.get(self.at..).unwrap_or_default();
        // Most steps are short: look near by before halving what is left.
        let mut reach = 1;
        while ahead.get(reach).is_some_and(|(doc, _)| *doc < target) {
            reach *= 2;
        }
        let near = ahead.get(..ahead.len().min(reach + 1)).unwrap_or_default();
        self.at += near.partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        let ahead = self.found.get(self.at..).unwrap_or_default();
        let filled = ahead.len().min(COLLECT_BLOCK_BUFFER_LEN);
        for (place, (doc, _)) in buffer.iter_mut().zip(ahead) {
            *place = *doc;
        }
        self.at += filled;
        filled
    }

    fn doc(&self) -> DocId {
        self.found.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.found.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Rows {
    fn score(&mut self) -> Score {
        self.found.get(self.at).map_or(0.0, |(_, score)| *score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(docs: &[DocId]) -> Rows {
        Rows { found: docs.iter().map(|doc| (*doc, 1.0)).collect(), at: 0 }
    }

    #[test]
    fn seeking_finds_the_first_row_not_before_the_target() {
        let docs: Vec<DocId> = (0..1_000).map(|n| n * 3).collect();
        for target in [0, 1, 3, 4, 299, 300, 2_996, 2_997, 2_998, 9_999] {
            for start in [0, 1, 50, 999] {
                let mut found = rows(&docs);
                (0..start).for_each(|_| {
                    found.advance();
                });
                let expected = docs.iter().skip(start).find(|doc| **doc >= target).copied().unwrap_or(TERMINATED);
                assert_eq!(found.seek(target), expected, "from {start} to {target}");
            }
        }
        assert_eq!(rows(&[]).seek(5), TERMINATED);
    }

    #[test]
    fn buffers_are_filled_to_the_last_row() {
        let docs: Vec<DocId> = (0..150).collect();
        let mut found = rows(&docs);
        let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
        let (mut seen, mut filled) = (Vec::new(), usize::MAX);
        while filled > 0 {
            filled = found.fill_buffer(&mut buffer);
            seen.extend_from_slice(&buffer[..filled]);
        }
        assert_eq!(seen, docs);
    }
}
