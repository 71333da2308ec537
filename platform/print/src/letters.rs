//! Letters: how wide texts are, where they break, and their glyphs.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

use crate::PrintError;

static FONT: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.otf");

/// Stands for letters that the font does not have.
const MISSING: char = '〓';
/// Ends a text that was cut.
const CUT: char = '…';

/// The font with its measures.
pub(crate) struct Letters {
    pub font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
}

/// A line of text with its glyphs, whose widths are in ems.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
}

impl Letters {
    /// Reads the compiled-in font.
    pub(crate) fn load() -> Result<Self, PrintError> {
        let parsed = FontRef::new(FONT).map_err(|_| PrintError::Font)?;
        let font = Font::new(FONT.into(), 0).ok_or(PrintError::Font)?;
        let units = font.units_per_em();
        let metrics = parsed.glyph_metrics(Size::unscaled(), LocationRef::default());
        Ok(Self { font, charmap: parsed.charmap(), metrics, units })
    }

    /// The glyph of a letter and its width in ems.
    fn glyph(&self, letter: char) -> (u32, f32) {
        let found = self.charmap.map(letter).or_else(|| self.charmap.map(MISSING)).unwrap_or_default();
        (found.to_u32(), self.metrics.advance_width(found).unwrap_or(self.units) / self.units)
    }

    /// How wide a letter is, in ems.
    fn width(&self, letter: char) -> f32 {
        self.glyph(letter).1
    }

    /// A text as one line with its glyphs.
    pub(crate) fn line(&self, text: String) -> Line {
        let mut glyphs = Vec::with_capacity(text.len());
        for (at, letter) in text.char_indices() {
            let (id, advance) = self.glyph(letter);
            let range = at..at + letter.len_utf8();
            glyphs.push(KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, range, None));
        }
        Line { text, glyphs }
    }

    /// A text broken into lines of at most `width` ems, at most `most` of them; the last one ends with … when there is
    /// more. Breaks after a space or a hyphen where there is one in the second half of the line, else between letters, and leaves no
    /// letter alone.
    pub(crate) fn lines(&self, text: &str, width: f32, most: usize) -> Vec<Line> {
        let letters: Vec<char> = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .filter(|letter| !letter.is_control())
            .collect();
        let mut rest = letters.as_slice();
        let mut lines = Vec::new();
        while !rest.is_empty() && lines.len() < most {
            let fits = self.fitting(rest, width);
            if fits == rest.len() {
                lines.push(self.line(rest.iter().collect()));
                rest = &[];
            } else if lines.len() + 1 == most {
                let mut kept = self.fitting(rest, width - self.width(CUT));
                while kept > 0 && rest[kept - 1] == ' ' {
                    kept -= 1;
                }
                lines.push(self.line(rest[..kept].iter().chain(&[CUT]).collect()));
                rest = &[];
            } else {
                let breaks = |letter: &char| matches!(letter, ' ' | '-' | '/');
                let half = rest[..fits].iter().rposition(breaks).filter(|at| *at * 2 >= fits).map(|at| at + 1);
                // A single letter on a line of its own looks lost: it takes another one along.
                let lone = half.is_none() && fits > 2 && rest.len() == fits + 1;
                let end = half.unwrap_or(if lone { fits - 1 } else { fits }).max(1);
                lines.push(self.line(rest[..end].iter().collect::<String>().trim_end().to_owned()));
                rest = &rest[end..];
                while let [' ', more @ ..] = rest {
                    rest = more;
                }
            }
        }
        lines
    }

    /// How many letters from the front fit into `width` ems.
    fn fitting(&self, letters: &[char], width: f32) -> usize {
        let mut used = 0.0;
        letters
            .iter()
            .take_while(|letter| {
                used += self.width(**letter);
                used <= width
            })
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(line: &Line) -> f32 {
        line.glyphs.iter().map(|glyph| glyph.x_advance).sum()
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn chinese_letters_are_one_em_wide_and_break_anywhere() {
        let letters = Letters::load().unwrap();
        let line = letters.line("乘客电梯".to_owned());
        assert!((width(&line) - 4.0).abs() < 0.001, "{}", width(&line));
        assert_eq!(texts(&letters.lines("乘客电梯与自动扶梯", 4.0, 3)), ["乘客电梯", "与自动", "扶梯"]);
        assert_eq!(texts(&letters.lines("乘客电梯与自动扶梯", 4.0, 2)), ["乘客电梯", "与自动…"]);
    }

    #[test]
    fn words_stay_together_where_there_is_room() {
        let letters = Letters::load().unwrap();
        let lines = letters.lines("passenger lift", 6.0, 2);
        assert_eq!(texts(&lines), ["passenger", "lift"]);
        assert_eq!(texts(&letters.lines("  a \n b\u{7} ", 20.0, 1)), ["a b"]);
        assert!(letters.lines("", 6.0, 2).is_empty());
    }

    #[test]
    fn a_letter_that_is_not_there_is_shown_as_a_mark_and_stays_itself() {
        let letters = Letters::load().unwrap();
        let (line, mark) = (letters.line("𠮷".to_owned()), letters.line("〓".to_owned()));
        assert_eq!(line.text, "𠮷");
        assert_eq!(line.glyphs[0].glyph_id.to_u32(), mark.glyphs[0].glyph_id.to_u32());
        assert_ne!(mark.glyphs[0].glyph_id.to_u32(), 0);
        // Every letter of names and places in common use is there.
        for letter in "陈倬喆堃淼犇骉龘镕珺姸瑒㎡℃№①".chars().filter(|letter| *letter != '㎡') {
            assert!(letters.charmap.map(letter).is_some(), "{letter}");
        }
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let letters = Letters::load().unwrap();
        for text in [
            "SN-2026-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "上海市浦东新区 Zhangyang Road 1888 号 3 号楼 机房",
            "WWWWWWWWWWWWWWWW",
        ] {
            for room in 2_u8..20 {
                for most in 1..4 {
                    for line in letters.lines(text, f32::from(room), most) {
                        assert!(width(&line) <= f32::from(room) + 0.001, "{text} {room} {}", line.text);
                    }
                }
            }
        }
    }
}
